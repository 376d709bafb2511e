"""Reads the reference values made with R: cases, expected rows, and how near is near enough.

A test takes ``expected_rows("proportions", methods=[...])`` as its parameters, computes the case from
``inputs("proportion_two_cases")`` and ends with ``meets(row, outcome)``.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
REFERENCE = Path(os.environ.get("NBEVAL_REFERENCE", _BESIDE / "reference"))
#: a further set, in the same form: its file names differ from those of the first
REFERENCE2 = Path(os.environ.get("NBEVAL_REFERENCE2", _BESIDE / "reference2"))
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value")
#: for the rows no line of tolerances.csv names: counts and closed formulas
CLOSED_FORM = (1e-9, 1e-12)
MISSING = "the folder 'shared' with reference values is not beside this checkout"


@dataclass(frozen=True)
class Expected:
    """One row of an expected table with its tolerance; numbers that R did not give are NaN."""

    table: str
    case: str
    quantity: str
    method: str
    note: str
    relative: float            # NaN where the value is not one to be met
    absolute: float
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    conf_level: float
    statistic: float
    df: float
    p_value: float

    @property
    def id(self) -> str:
        return f"{self.case}|{self.quantity}|{self.method}"

    @property
    def not_estimable(self) -> bool:
        return self.note.startswith("not estimable:")

    @property
    def degenerate(self) -> bool:
        return "DEGENERATE" in self.note


def available() -> bool:
    """Whether the reference lies beside the checkout; in continuous integration it must."""
    there = REFERENCE.is_dir() and REFERENCE2.is_dir()
    if not there and os.environ.get("CI"):
        raise FileNotFoundError(MISSING)
    return there


def _folder(file: str) -> Path:
    """The set that a file belongs to."""
    return next((folder for folder in (REFERENCE, REFERENCE2) if (folder / file).is_file()), REFERENCE)


def _read(folder: str, name: str, **options: Any) -> pd.DataFrame:
    file = f"{folder}/{name}.csv"
    return pd.read_csv(_folder(file) / file, keep_default_na=False, na_values=[""], **options)


@cache
def inputs(name: str, *, text: bool = False) -> pd.DataFrame:
    """A table of ``inputs/``; with ``text`` every cell as written. Not to be altered: it is shared."""
    return _read("inputs", name, **({"dtype": str} if text else {}))


def case(name: str, case_id: str) -> dict[str, Any]:
    """The one row of a table of cases that has this case_id."""
    found = inputs(name).query("case_id == @case_id")
    assert len(found) == 1, f"{name} has {len(found)} rows of {case_id}"
    return found.iloc[0].to_dict()


@cache
def _tolerances(table: str) -> list[Any]:
    lines = pd.read_csv(_folder(f"expected/{table}.csv") / "tolerances.csv", dtype=str, keep_default_na=False)
    return list(lines[lines["expected_file"] == table].itertuples())


def _names(rows: str) -> list[tuple[str, str]]:
    """(method, quantity) patterns of a line such as "methods boschloo_* and barnard_pooled" or "quantities term[...]"."""
    if rows.startswith("quantit"):
        return [("*", name.replace("[...]", "[[]*")) for name in rows.split()[1:]]
    inside = re.search(r"\(([a-z_].*;.*)\)", rows)
    text = inside.group(1) if inside else re.sub(r"^methods? ", "", rows)
    parts = [part.strip() for part in re.split(r";| and ", text)]
    split = [re.fullmatch(r"(\w+) of (\w+)", part) for part in parts]
    named = [[(found.group(1), found.group(2))] if found else [(name, "*") for name in part.split()] for part, found in zip(parts, split)]
    return [pair for pairs in named for pair in pairs]


def _applies(table: str, rows: str, row: dict[str, Any]) -> bool:
    if rows.startswith("all"):
        return True
    if rows.startswith("case "):
        return row["case_id"] == rows.removeprefix("case ")
    if rows.startswith("cases with a value in the column "):
        cases = inputs(f"{table}_cases").set_index("case_id")[rows.rpartition(" ")[2]]
        return isinstance(cases[row["case_id"]], str)
    if "DEGENERATE" in rows:
        return "DEGENERATE" in row["note"]
    return any(fnmatchcase(row["method"], m) and fnmatchcase(row["quantity"], f"{q}*") for m, q in _names(rows))


def tolerance(table: str, row: dict[str, Any]) -> tuple[float, float]:
    """Relative and absolute tolerance of one row: of the lines that name it the widest, else that of all others."""
    lines = [line for line in _tolerances(table) if _applies(table, line.rows, row)]
    lines = [line for line in lines if not line.rows.startswith("all")] or lines
    if not lines:
        return CLOSED_FORM
    if any(line.relative == "not to be met" for line in lines):
        return math.nan, math.nan
    return max((0.0 if line.relative == "exact" else float(line.relative), float(line.absolute or 0)) for line in lines)


@cache
def expected(table: str) -> tuple[Expected, ...]:
    """Every row of ``expected/<table>.csv``; nothing where the reference is not there."""
    if not available():
        return ()
    texts = ("case_id", "quantity", "method", "note")
    frame = _read("expected", table)
    frame[list(texts)] = frame[list(texts)].fillna("")
    rows = []
    for row in frame.to_dict("records"):
        relative, absolute = tolerance(table, row)
        numbers = {name: float(row[name]) for name in NUMBERS}
        rows.append(Expected(table, row["case_id"], row["quantity"], row["method"], row["note"], relative, absolute, **numbers))
    return tuple(rows)


def expected_rows(table: str, *, methods: list[str] | None = None, quantities: list[str] | None = None) -> list[Any]:
    """Parameters for ``pytest.mark.parametrize("row", ...)``: rows to be met, ids case|quantity|method."""
    if not available():
        return [pytest.param(None, marks=pytest.mark.skip(reason=MISSING), id="reference-absent")]
    rows = [
        row for row in expected(table)
        if (methods is None or row.method in methods) and (quantities is None or row.quantity in quantities)
        and not math.isnan(row.relative)
    ]
    assert rows, f"no row of {table} has these methods and quantities"
    return [pytest.param(row, id=row.id) for row in rows]


def offered_rows(table: str, offered: list[str]) -> list[Any]:
    """As ``expected_rows``, for patterns quantity|method."""
    if not available():
        return expected_rows(table)
    rows = [row for row in expected(table) if any(_named(row, pattern) for pattern in offered) and not math.isnan(row.relative)]
    assert rows, f"no row of {table} is one of these"
    return [pytest.param(row, id=row.id) for row in rows]


def near(actual: float, wanted: float, row: Expected) -> bool:
    """Whether a number is within the tolerance of the row it belongs to."""
    if math.isinf(wanted) or math.isinf(actual):
        return actual == wanted
    return abs(actual - wanted) <= max(row.relative * abs(wanted), row.absolute)


def meets(row: Expected, outcome: Any) -> None:
    """Assert that an ``Outcome`` meets every number R gave.

    Where R gave none it must have none and say why; where R's is degenerate it must warn and have no
    interval without width.
    """
    if row.not_estimable:
        given = {name: getattr(outcome, name) for name in NUMBERS if name not in ("conf_level", "df")}
        assert all(math.isnan(value) for value in given.values()), f"a number where there is none: {given}"
        assert outcome.warning, "no reason is given"
        return
    if row.degenerate:
        width = outcome.conf_high - outcome.conf_low
        assert near(outcome.estimate, row.estimate, row) and outcome.warning and not width == 0, "given as certainty"
        return
    wanted = {name: getattr(row, name) for name in NUMBERS if not math.isnan(getattr(row, name))}
    off = {name: (float(getattr(outcome, name)), value) for name, value in wanted.items()
           if not near(float(getattr(outcome, name)), value, row)}
    assert not off, f"{row.id}: (ours, R) {off}; {outcome.warning}"


def _named(row: Expected, pattern: str) -> bool:
    """Whether a pattern, quantity|method or case|quantity|method, names a row."""
    return fnmatchcase(row.id if pattern.count("|") == 2 else f"{row.quantity}|{row.method}", pattern)


def all_accounted_for(table: str, offered: list[str], refused: dict[str, str]) -> None:
    """Assert that every row of a table is either tested, or refused with a reason.

    Patterns are quantity|method and may hold ``*``; a refusal may name a case before them, which then does not
    count as offered.
    """
    rows = expected(table)
    for pattern in [*offered, *refused]:
        assert any(_named(row, pattern) for row in rows), f"{pattern} is not in {table}"
    single = [pattern for pattern in refused if pattern.count("|") == 2]
    for row in rows:
        not_by_us = any(_named(row, pattern) for pattern in refused)
        by_us = any(_named(row, pattern) for pattern in offered) and not any(_named(row, pattern) for pattern in single)
        assert by_us != not_by_us, f"{row.id} of {table} is {'both offered and' if by_us else 'neither offered nor'} refused"
    assert all(refused.values()), "a refusal without a reason"
