"""The order of rows and columns in the exports moves no number."""

from __future__ import annotations

import csv
import io
import random
import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook, load_workbook

import nbeval
from nbeval.specimen import write_specimen
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.conftest import ROOT

CHANCE = random.Random(20200323)


def shuffled(rows: list[list], headers: int) -> list[list]:
    """The rows below the header in another order, and all columns in another order."""
    for row in rows[:headers - 1]:                   # a first header is written once above the columns that share it
        for place in range(1, len(row)):
            row[place] = row[place] or (row[place - 1] if rows[headers - 1][place] else row[place])
    below = rows[headers:]
    CHANCE.shuffle(below)
    order = CHANCE.sample(range(len(rows[0])), len(rows[0]))
    return [[row[place] for place in order] for row in (*rows[:headers], *below)]


def shuffle(path: Path, headers: int) -> None:
    """Shuffle one export in place, whatever its format."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(shuffled(rows, headers))
    elif path.suffix == ".xlsx":
        old = load_workbook(path).active
        book = Workbook()
        book.active.title = old.title
        for row in shuffled([list(row) for row in old.iter_rows(values_only=True)], headers):
            book.active.append(["" if cell is None else cell for cell in row])
            for cell in book.active[book.active.max_row]:
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        book.save(path)
    else:
        table, _ = pyreadstat.read_sav(path)
        table = table.sample(frac=1, random_state=1).sample(frac=1, axis=1, random_state=1)
        pyreadstat.write_sav(table.reset_index(drop=True), path)


def shuffle_all(folder: Path, cohort) -> set[str]:
    """Shuffle every export of a cohort; the formats that were met."""
    met = set()
    for files in (files for source in cohort.sources for files in source.files):
        pattern = files.pattern.partition("#")[0]
        for authority in files.returned_by(cohort.authorities):
            path = folder / pattern.replace("{authority}", authority)
            if path.suffix in (".csv", ".xlsx", ".sav"):
                shuffle(path, files.header_rows)
                met.add(path.suffix)
    return met


def surveys(cohort):
    """The cohort with its surveys alone."""
    return cohort.model_copy(update={"sources": tuple(one for one in cohort.sources if one.id == "survey")})


def test_shuffled_exports_give_the_same_disclosed_results(tiny_place, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(tiny_place / "first", data / "first")
    before = prepare_tiny(tiny_place, tiny_place)
    assert shuffle_all(data / "first", Workspace(tiny_place / "dictionary").dictionary.cohorts[0]) == {".csv", ".xlsx"}
    after = prepare_tiny(tiny_place, data)
    assert before.key != after.key, "the bytes are others"
    pd.testing.assert_frame_equal(after.disclosed.table, before.disclosed.table, check_exact=True)
    pd.testing.assert_frame_equal(after.disclosed.audit, before.disclosed.audit, check_exact=True)
    pd.testing.assert_frame_equal(after.accounting, before.accounting)


def prepare_tiny(place: Path, data: Path):
    """The tiny cohort with the exports of a folder, from raw cells to what may leave."""
    workspace = Workspace(place / "dictionary", data)
    return Study(workspace.dictionary.cohorts[0], workspace).results()


@pytest.fixture(scope="module")
def specimen(tmp_path_factory):
    """The specimen's exports."""
    dictionary = Workspace(ROOT / "data_dictionary").dictionary
    cohort = next(one for one in dictionary.cohorts if one.invented)
    data = tmp_path_factory.mktemp("data")
    write_specimen(cohort, dictionary, data / cohort.id)
    return cohort, data


def test_shuffled_exports_of_every_format_give_the_same_answers(specimen):
    """Results are worked out from these tables alone."""
    cohort, data = specimen
    before = nbeval.open_study(cohort.id, dictionary=ROOT / "data_dictionary", data=data).cleaned
    assert shuffle_all(data / cohort.id, surveys(cohort)) == {".csv", ".xlsx", ".sav"}
    after = nbeval.open_study(cohort.id, dictionary=ROOT / "data_dictionary", data=data).cleaned
    for name in ("answers", "respondents", "accounting"):
        pd.testing.assert_frame_equal(getattr(after, name), getattr(before, name), check_exact=True)
    assert set(before.inputs["sha256"]) != set(after.inputs["sha256"])
