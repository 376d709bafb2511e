"""The tests that read the reference find its cases by what they declare: they hold for other values of the same form."""

from __future__ import annotations

import csv
import math
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nbeval.estimate.outcome import Outcome
from tests.estimate.reference import REFERENCE, REFERENCE2, NothingToCompare, all_accounted_for, expected, expected_rows, meets
from tests.guards import some

#: files of tests that are run again with other names of the cases; each takes a few seconds
AGAIN = ("test_multiplicity", "test_agreement", "test_contingency", "test_reliability", "test_pooling")


def _rows(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


def _write(file: Path, rows: list[list[str]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows(rows)


def renamed(source: Path, copy: Path) -> None:
    """Copy a folder of the reference with other names of its cases, the rows of cases and of expected values in another order."""
    names: dict[str, str] = {}
    for file in sorted([*source.glob("inputs/*.csv"), *source.glob("expected/*.csv")]):
        head, *rows = _rows(file)
        if "case_id" in head:
            at = head.index("case_id")
            rows = [[*row[:at], names.setdefault(row[at], f"q{len(names):04}z"), *row[at + 1:]] for row in rows]
            if file.parent.name == "expected" or file.stem.endswith("_cases"):
                random.Random(7).shuffle(rows)
        _write(copy / file.relative_to(source), [head, *rows])
    lines = [[table, f"case {names.get(rows.removeprefix('case '), 'none')}" if rows.startswith("case ") else rows, *others]
             for table, rows, *others in _rows(source / "tolerances.csv")]
    _write(copy / "tolerances.csv", lines)


def _names() -> tuple[set[str], set[str]]:
    """The names of all cases, and the methods among them."""
    cases, methods = set(), set()
    for file in [*REFERENCE.glob("*/*.csv"), *REFERENCE2.glob("*/*.csv")]:
        head, *rows = _rows(file)
        for column, found in (("case_id", cases), ("method", methods)):
            if column in head:
                found |= {row[head.index(column)] for row in rows}
    return cases, methods


def test_no_test_names_a_case_of_the_reference(shared, root):
    cases, methods = _names()
    assert len(cases) > 100
    quoted, part = re.compile(r"\"(\w+)[|\"*]|'(\w+)[|'*]"), re.compile(r"\b(?:case|case_id)\.(?:startswith|endswith|removeprefix)")
    texts = {file.relative_to(root): file.read_text() for file in some((root / "tests").rglob("*.py"), 50)}
    readers = {name: text for name, text in texts.items() if "estimate.reference" in text and name.name != Path(__file__).name}
    assert len(readers) > 15
    named = [f"{name}: {word}" for name, text in readers.items()
             for word in ({word for found in quoted.findall(text) for word in found} & (cases - methods - {"none"}) | set(part.findall(text)))]
    assert not named, named


def test_other_names_in_another_order_change_nothing(shared, tmp_path, root):
    for name, folder in (("one", REFERENCE), ("two", REFERENCE2)):
        renamed(folder, tmp_path / name)
    files = [str(root / "tests" / "estimate" / f"{name}.py") for name in AGAIN]
    others = {"NBEVAL_REFERENCE": str(tmp_path / "one"), "NBEVAL_REFERENCE2": str(tmp_path / "two")}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line", *files], cwd=root,
                          env=os.environ | others, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout[-3000:]
    assert re.search(r"multiplicity: \d+ rows, [1-9]\d* compared", done.stdout)


def test_a_selection_without_a_row_fails(shared):
    nothing = expected_rows("levels", methods=["no such method"])[0].values[0]
    assert isinstance(nothing, NothingToCompare)
    with pytest.raises(AssertionError, match="nothing was compared"):
        meets(nothing, Outcome(1.0))


def test_a_number_that_r_did_not_give_is_a_difference(shared):
    row = next(row for row in expected("levels") if row.method == "wilson" and math.isnan(row.p_value))
    same = Outcome(row.estimate, conf_low=row.conf_low, conf_high=row.conf_high, conf_level=row.conf_level)
    meets(row, same)
    with pytest.raises(AssertionError, match="no rule has it"):
        meets(row, replace(same, p_value=0.04))


def test_an_uncertain_value_is_not_met_by_certainty(shared):
    for row in some(row for table in ("agreement", "waves", "did") for row in expected(table) if row.degenerate and not math.isnan(row.estimate)):
        meets(row, Outcome(row.estimate, warning="no spread"))
        for certain in (Outcome(row.estimate), Outcome(row.estimate, std_error=0.0, warning="no spread"),
                        Outcome(row.estimate, p_value=0.0, warning="no spread"), Outcome(row.estimate + 1, warning="no spread")):
            with pytest.raises(AssertionError):
                meets(row, certain)


def test_a_row_that_nobody_accounts_for_fails(shared):
    with pytest.raises(AssertionError, match="neither offered nor refused"):
        all_accounted_for("levels", ["percent|wilson"], {})
    found = all_accounted_for("levels", ["percent|wilson"], {"[!p]*|*": "of this test"})
    assert found.compared > 0 and found.compared + found.refused + found.left_out == len(expected("levels"))
