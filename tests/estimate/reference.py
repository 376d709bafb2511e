"""Reads the reference values made with R: cases, expected rows, and how near is near enough.

A test takes ``expected_rows("proportions", methods=[...])`` as its parameters, computes the case from
``inputs("proportion_two_cases")`` and ends with ``meets(row, outcome)``. It finds its cases by what they declare, in the
columns of a table of cases and of the expected values, and never by a ``case_id``: the folders may be others of the same form,
named by ``NBEVAL_REFERENCE`` and ``NBEVAL_REFERENCE2``. A selection that is empty is a test that fails.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
REFERENCE = Path(os.environ.get("NBEVAL_REFERENCE", _BESIDE / "reference"))
#: a further set, in the same form: its file names differ from those of the first
REFERENCE2 = Path(os.environ.get("NBEVAL_REFERENCE2", _BESIDE / "reference2"))
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value")
#: numbers that an estimate of ours has beside those of R's row quantity|method, and where R has them
ELSEWHERE = {
    "odds_ratio[[]*|*": (("statistic", "p_value"), "the test of the coefficient, which has a row of its own"),
    "average_marginal_effect[[]*|*": (("statistic", "p_value"), "the estimate over its standard error, both of which are met"),
    "kappa|*": (("statistic", "p_value"), "the row kappa_is_zero"),
    "kappa_is_zero|*": (("estimate", "conf_low", "conf_high", "conf_level"), "the row kappa"),
    "i_squared|reml": (("conf_low", "conf_high", "conf_level"), "the row reml_q_profile"),
    "i_squared|reml_i2*": (("conf_low", "conf_high", "conf_level"), "the row reml_q_profile"),
    "tau_squared|reml*": (("std_error", "conf_low", "conf_high", "conf_level"), "the rows reml_tau2 and reml_q_profile"),
    "difference|svycontrast_t": (("statistic", "p_value"), "the row difference_test"),
    "proportion|svymean": (("conf_low", "conf_high", "conf_level", "df"), "the row korn_graubard"),
}
#: for the rows no line of tolerances.csv names: counts and closed formulas
CLOSED_FORM = (1e-9, 1e-12)
#: whether the values are those that this project was made with, which hold every method that a test names
_OURS = "NBEVAL_REFERENCE" not in os.environ and "NBEVAL_REFERENCE2" not in os.environ
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
        """Whether R's error, interval or p must not be read as certainty: the estimate alone is to be met."""
        return _uncertain(self.note)


class NothingToCompare:
    """Takes the place of the rows that a test did not find: whatever the test asks of it fails and says so."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AssertionError(self.why)


@dataclass(frozen=True)
class Account:
    """How many rows of a table are compared, refused with a reason, and left out because they are not to be met."""

    compared: int
    refused: int
    left_out: int


def _uncertain(note: str) -> bool:
    return "DEGENERATE" in note or note.startswith("DOUBTFUL")


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
def cases(name: str) -> frozenset[str]:
    """The cases of a table of cases; none where the reference is not there."""
    return frozenset(inputs(name)["case_id"]) if available() else frozenset()


def declaring(name: str, **columns: Any) -> list[str]:
    """The cases of a table of cases that declare these values, in the order of their rows."""
    table = inputs(name)
    chosen = [table[column].isin(value if isinstance(value, (list, tuple, set)) else [value]) for column, value in columns.items()]
    return table.loc[pd.concat(chosen, axis=1).all(axis=1), "case_id"].tolist()


def by_respondent(name: str) -> pd.DataFrame:
    """A table of ``expected/`` with one row per respondent; their names as written."""
    return _read("expected", name, dtype={"respondent": str})


@cache
def _tolerances(table: str) -> list[Any]:
    lines = pd.read_csv(_folder(f"expected/{table}.csv") / "tolerances.csv", dtype=str, keep_default_na=False)
    return list(lines[lines["expected_file"].isin([table, "*"])].itertuples())


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
        return "DEGENERATE" in row["note"] or "DOUBTFUL" in rows and row["note"].startswith("DOUBTFUL")
    return any(fnmatchcase(row["method"], m) and fnmatchcase(row["quantity"], f"{q}*") for m, q in _names(rows))


def tolerance(table: str, row: dict[str, Any]) -> tuple[float, float]:
    """Relative and absolute tolerance of one row: of the lines that name it the widest, else that of all others."""
    lines = [line for line in _tolerances(table) if _applies(table, line.rows, row)]
    if any(line.relative == "not to be met" for line in lines):
        return math.nan, math.nan
    lines = [line for line in lines if line.relative != "estimate only"]
    lines = [line for line in lines if not line.rows.startswith("all")] or lines
    if not lines:
        return CLOSED_FORM
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


def expected_rows(
    table: str, *, methods: list[str] | None = None, quantities: list[str] | None = None, where: Callable[[Expected], bool] = lambda row: True,
) -> list[Any]:
    """Parameters for ``pytest.mark.parametrize("row", ...)``: the rows to be met with these methods and quantities that ``where`` takes,
    ids case|quantity|method. Without any there is one parameter, on which the test fails."""
    def chosen(row: Expected) -> bool:
        return (methods is None or row.method in methods) and (quantities is None or row.quantity in quantities) and where(row)

    return _parameters(table, chosen)


def offered_rows(table: str, offered: list[str], where: Callable[[Expected], bool] = lambda row: True) -> list[Any]:
    """As ``expected_rows``, for patterns quantity|method."""
    return _parameters(table, lambda row: any(_named(row, pattern) for pattern in offered) and where(row))


def _parameters(table: str, chosen: Callable[[Expected], bool]) -> list[Any]:
    if not available():
        return [pytest.param(None, marks=pytest.mark.skip(reason=MISSING), id="reference-absent")]
    rows = [row for row in expected(table) if not math.isnan(row.relative) and chosen(row)]
    if not rows:
        return [pytest.param(NothingToCompare(f"no row of {table} is selected: nothing was compared"), id="nothing-to-compare")]
    return [pytest.param(row, id=row.id) for row in rows]


def near(actual: float, wanted: float, row: Expected) -> bool:
    """Whether a number is within the tolerance of the row it belongs to."""
    if math.isinf(wanted) or math.isinf(actual):
        return actual == wanted
    return abs(actual - wanted) <= max(row.relative * abs(wanted), row.absolute)


def meets(row: Expected, outcome: Any) -> None:
    """Assert that an ``Outcome`` meets every number R gave, and gives no other but those that ``ELSEWHERE`` says where R has.

    Where R gave none it must have none and say why; where R's is uncertain (degenerate, doubtful) the estimate must be met and a warning
    given, and nothing that reads as certainty: no interval or error without width, no p of 0.
    """
    given = {name: float(getattr(outcome, name, math.nan)) for name in NUMBERS}
    if row.not_estimable:
        found = {name: value for name, value in given.items() if name not in ("conf_level", "df") and not math.isnan(value)}
        assert not found, f"a number where there is none: {found}"
        assert outcome.warning, "no reason is given"
        return
    if row.degenerate:
        assert near(given["estimate"], row.estimate, row), f"{row.id}: (ours, R) {given['estimate'], row.estimate}"
        assert outcome.warning, "uncertain, and nothing says so"
        assert given["conf_high"] != given["conf_low"] and given["std_error"] != 0 and given["p_value"] != 0, f"given as certainty: {given}"
        return
    wanted = {name: getattr(row, name) for name in NUMBERS if not math.isnan(getattr(row, name))}
    assert wanted, f"{row.id}: R gave no number, so nothing was compared"
    off = {name: (given[name], value) for name, value in wanted.items() if not near(given[name], value, row)}
    assert not off, f"{row.id}: (ours, R) {off}; {outcome.warning}"
    elsewhere = {name for pattern, (names, _) in ELSEWHERE.items() if _named(row, pattern) for name in names}
    more = {name: value for name, value in given.items() if not math.isnan(value) and name not in wanted and name not in elsewhere}
    assert not more, f"{row.id}: R gave no such number, and no rule has it: {more}"


def _named(row: Expected, pattern: str) -> bool:
    """Whether a pattern, quantity|method, names a row."""
    return fnmatchcase(f"{row.quantity}|{row.method}", pattern)


def all_accounted_for(
    table: str, offered: list[str], refused: dict[str, str], *, not_by_us: Mapping[str, Callable[[Expected], bool]] = MappingProxyType({}),
) -> Account:
    """Assert that every row of a table is either compared, or refused with a reason, or one that is not to be met, and count them.

    Patterns are quantity|method and may hold ``*``. ``not_by_us`` gives reasons to refuse rows of an offered pattern, each with the rows it
    holds for, by what their cases declare.
    """
    rows = expected(table)
    if _OURS:
        for pattern in [*offered, *refused]:
            assert any(_named(row, pattern) for row in rows), f"{pattern} is not in {table}"
    counted: Counter[str] = Counter()
    for row in rows:
        single = any(holds(row) for holds in not_by_us.values())
        by_us = any(_named(row, pattern) for pattern in offered) and not single
        apart = single or any(_named(row, pattern) for pattern in refused)
        assert by_us != apart, f"{row.id} of {table} is {'both offered and' if by_us else 'neither offered nor'} refused"
        counted["left out" if math.isnan(row.relative) else "compared" if by_us else "refused"] += 1
    assert all(refused.values()) and all(not_by_us), "a refusal without a reason"
    assert counted["compared"], f"nothing of {table} is compared"
    return Account(counted["compared"], counted["refused"], counted["left out"])


def summary(compared: Iterable[tuple[str, str]]) -> list[str]:
    """A line per table of how many of its rows passing tests compared, of (table, row) pairs."""
    tables: dict[str, set[str]] = {}
    for table, row in compared:
        tables.setdefault(table, set()).add(row)
    lines = []
    for table, ids in sorted(tables.items()):
        rows = expected(table)
        not_met = sum(math.isnan(row.relative) for row in rows)
        lines.append(f"{table}: {len(rows)} rows, {len(ids)} compared, {not_met} not to be met, {len(rows) - not_met - len(ids)} not compared")
    return lines
