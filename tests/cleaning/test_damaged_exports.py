"""Take any export, damage k of its cells in any way, and k is accounted for: refused with a count, or read and said, or not lost.

``NBEVAL_DAMAGED`` says how many files are damaged (180). Each export of each source is damaged as a table; exports of a survey are cleaned too.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.noticed import CellKind, noticed_in
from nbeval.cleaning.reading import read_table
from nbeval.errors import NbevalError
from nbeval.specimen.evidence_exports import write_evidence
from tests.cleaning.damaged import TEXT, WORKBOOK, Book, Damaged, as_csv
from tests.cleaning.exports import AFTER, AUTHORITIES, BEFORE, form, later, write_cohort
from tests.guards import some

MANY = int(os.environ.get("NBEVAL_DAMAGED", "180"))
_ROWS, _SHEETS = 14, {"self_assessment": ("Managers",)}
#: what is said of each kind that is refused, after its number
SAID = {CellKind.ERROR: r"error values?", CellKind.HOLLOW: r"formulas? that", CellKind.MERGED: r"cells? that (?:is|are) merged",
        CellKind.UNREAD: r"cells? that (?:is|are) written"}


@pytest.fixture(scope="module")
def tables(root, tmp_path_factory):
    """A table of every source of the specimen, and of the surveys of the tiny programme, as rows of text."""
    from nbeval.dictionary import load

    project, folder = load(root / "data_dictionary"), tmp_path_factory.mktemp("written")
    cohort = project.cohort("specimen")
    for source in cohort.sources:
        if not project.instrument(source.instrument).is_survey and source.files:
            write_evidence(cohort, project, source, folder)
    found = {}
    for path in sorted(folder.rglob("*.*")):
        if path.suffix in (".csv", ".xlsx"):
            for sheet in next((sheets for name, sheets in _SHEETS.items() if name in path.as_posix()), ("",)):
                table = read_table(path, sheet=sheet)
                found[f"{path.relative_to(folder)} {sheet}"] = [list(table.columns), *table.to_numpy().tolist()][:_ROWS]
    found["survey before"] = [list(BEFORE.values()), *([form(str(one), comment=f"words {one}")[name] for name in BEFORE] for one in range(1, _ROWS))]
    found["survey after"] = [[f"{one} {two}" for one, two in AFTER.values()], *([later(str(one))[name] for name in AFTER] for one in range(1, _ROWS))]
    return {name: [list(map(str, row)) for row in rows] for name, rows in found.items() if len(rows) > 3 and len(rows[0]) > 1}


def damage(rows, chance: random.Random, kinds) -> tuple[str, Damaged]:
    """Some filled cells below the header, no two of them the last of their row or column, damaged in one way."""
    filled = [(row, column) for row in range(1, len(rows)) for column, text in enumerate(rows[row]) if text]
    kind = chance.choice(sorted(kinds))
    return kind, kinds[kind](rows, sorted(chance.sample(filled, chance.randint(1, min(30, len(filled) // 2)))), chance)


def account(rows, damaged: Damaged, path: Path) -> str:
    """How the damaged file came out; fails where cells are lost without a word."""
    path.write_bytes(damaged.raw)
    try:
        table = read_table(path)
    except NbevalError as error:
        message = str(error)
        if not damaged.any_error:
            assert damaged.refused, message
            assert damaged.kind is None or re.search(rf"\b{damaged.count} {SAID[damaged.kind]}", message), (damaged.kind, damaged.count, message)
        assert path.name in message and "\n  do " in message
        return "refused"
    assert not damaged.refused
    said = Counter({one.kind: one.count for one in noticed_in(table)})
    assert damaged.kind is None or said.pop(damaged.kind, 0) == damaged.count, (damaged.kind, damaged.count, noticed_in(table))
    assert not set(said) - {CellKind.SPOILT}, said
    whole = [row for row in rows if any(row)]
    read = dict(zip([place for place in range(len(rows[0])) if any(row[place] for row in rows)], table.to_numpy().T.tolist(), strict=True))
    for column, cells in read.items():
        lost = [row for row, text in enumerate(cells, 1) if text != whole[row][column] and (row, column) not in damaged.touched]
        assert not lost, f"{len(lost)} cells of column {column} were changed that nobody touched"
    return "said" if damaged.kind else "nothing lost"


def test_k_damaged_cells_of_any_export_are_accounted_for(tables, tmp_path):
    outcomes: dict[str, Counter[str]] = {}
    for seed in range(MANY):
        chance = random.Random(seed)
        name = chance.choice(sorted(some(tables)))
        book = chance.random() < 0.7
        kind, damaged = damage(tables[name], chance, WORKBOOK if book else TEXT)
        try:
            outcome = account(tables[name], damaged, tmp_path / ("a.xlsx" if book else "a.csv"))
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}, {kind}, {name}: {fault}") from fault
        outcomes.setdefault(kind, Counter())[outcome] += 1
    print(*(f"{kind}: {dict(found)}" for kind, found in sorted(outcomes.items())), sep="\n")
    assert MANY < 100 or set(outcomes) == WORKBOOK.keys() | TEXT.keys()


def test_a_whole_table_is_read_as_it_is_whatever_it_is_written_as(tables, tmp_path):
    written = [(name, rows, raw, ending) for name, rows in tables.items() for raw, ending in ((Book(rows).xlsx(), "xlsx"), (as_csv(rows), "csv"))]
    outcomes = {(name, ending): account(rows, Damaged(raw, frozenset(), 0), tmp_path / f"a.{ending}") for name, rows, raw, ending in written}
    assert outcomes and set(outcomes.values()) == {"nothing lost"}


# --- the answers of a survey ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tiny, cohort, tmp_path_factory):
    """Three authorities with twelve forms each, whole, and their answers."""
    data = tmp_path_factory.mktemp("whole")
    forms = {one: [form(str(number)) for number in range(1, _ROWS)] for one in AUTHORITIES}
    write_cohort(data, forms, {one: [later(str(number)) for number in range(1, _ROWS)] for one in AUTHORITIES})
    return data, clean_survey(cohort, tiny, data)


def given(cleaned, wave, authority) -> int:
    """How many answers of an authority at a wave have a code."""
    here = cleaned.answers["wave"].eq(wave) & cleaned.answers["authority"].eq(authority)
    return int(np.isfinite(cleaned.answers["code"][here]).sum())


@pytest.mark.parametrize("seed", range(max(16, MANY // 20)))
def test_no_answer_of_a_survey_is_lost_without_a_finding(tiny, cohort, whole, tmp_path, seed):
    chance, (data, before) = random.Random(seed), whole
    wave, path, rows = chance.choice((
        ("before", "before/north.csv", [list(BEFORE.values()), *([form(str(one))[name] for name in BEFORE] for one in range(1, _ROWS))]),
        ("after", "after/north.xlsx", [[one[0] for one in AFTER.values()], [one[1] for one in AFTER.values()],
                                       *([later(str(one))[name] for name in AFTER] for one in range(1, _ROWS))])))
    top = 1 + path.endswith("xlsx")
    answers = [column for column, name in enumerate(BEFORE if top == 1 else AFTER) if name in ("enjoy", "often", "card", "novels", "comics", "reads")]
    filled = [(row, column) for row in range(top, len(rows)) for column in answers if rows[row][column]]
    kind = chance.choice(sorted(WORKBOOK if top == 2 else TEXT))
    damaged = (WORKBOOK if top == 2 else TEXT)[kind](rows, sorted(chance.sample(filled, chance.randint(1, 12))), chance)
    for one in AUTHORITIES:
        for folder, ending in (("before", "csv"), ("after", "xlsx")):
            target = tmp_path / folder / f"{one}.{ending}"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes((data / folder / f"{one}.{ending}").read_bytes())
    (tmp_path / path).write_bytes(damaged.raw)
    cleaned = clean_survey(cohort, tiny, tmp_path)
    account_of = cleaned.accounting
    reasons = account_of.columns.difference(["file", "wave", "authority", "read", "kept"])
    assert account_of["read"].eq(account_of["kept"] + account_of[reasons].sum(axis=1)).all()
    lost = given(before, wave, "north") - given(cleaned, wave, "north")
    findings = cleaned.findings[cleaned.findings["outcome"].isin(["failure", "warning"]) & cleaned.findings["authority"].eq("north")]
    assert lost == 0 or findings["count"].gt(0).any(), (kind, lost)
    assert all(given(before, at, other) == given(cleaned, at, other) for at in ("before", "after") for other in ("south", "east"))
