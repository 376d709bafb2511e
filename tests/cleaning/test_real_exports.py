"""Exports of real survey tools, public and beside the checkout."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace

import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.coding import choice_reader
from nbeval.cleaning.reading import read_table
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.models import Column, Item, Response, SourceFiles


def test_a_workbook_and_a_csv_of_one_table_hold_equal_values(shared):
    exports = shared / "real" / "exports"
    flat = read_table(exports / "csps2019_org.csv").set_index("Organisation")
    book = read_table(exports / "csps2019_org.xlsx", header_rows=4, sheet="Table 2 - Question scores")
    book.columns = [column.rpartition(" | ")[2] for column in book.columns]
    # rows of the workbook without figures are headings of departmental groups
    book = book[book["B01"] != ""].set_index("Organisation")
    rows = [name for name in flat.index if name in book.index]
    questions = [column for column in flat.columns if column in book.columns]
    percentages = book.loc[rows, questions].map(lambda cell: f"{round(100 * float(cell))}%")
    assert (len(rows), len(questions)) == (110, 79)
    assert int((flat.loc[rows, questions] == percentages).to_numpy().sum()) == 110 * 79


def test_a_two_header_export_that_is_not_utf8_is_read(shared):
    table = read_table(shared / "real" / "exports" / "surveymonkey_two_header_StarWars.csv", header_rows=2)
    assert table.shape == (1186, 38)
    films = [column for column in table.columns if column.startswith("Which of the following Star Wars films")]
    assert len(films) == 6 and all(" | Star Wars: Episode" in column for column in films)
    # each ticked cell holds the option's own label, which is the lower header
    for column in films:
        ticked = {" ".join(cell.split()) for cell in table[column]} - {""}
        assert ticked == {column.rpartition(" | ")[2]}
    assert table["Gender | Response"].isin(["Male", "Female", ""]).all()


def test_a_three_header_export_is_read_with_its_identifying_columns_in_sight(shared):
    table = read_table(shared / "real" / "exports" / "qualtrics_three_header_de.csv", header_rows=3)
    assert table.shape == (1, 20)
    starts = [column.split(" | ")[0] for column in table.columns]
    assert {"IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "LocationLatitude"} <= set(starts)
    assert table.iloc[0, starts.index("Q1")] == "2"


def test_never_with_a_trailing_space_is_counted_with_never(shared):
    # rse_uk 2016 holds both "Never" and "Never "; the published tables count only the first.
    table = read_table(shared / "real" / "rse_uk" / "uk_2016_public_data.csv")
    labels = ["Never", "Sometimes", "Often", "Very often", "Always", "Rarely", "Regularly"]
    read = choice_reader(tuple(
        Response(response_set="s", code=code, label=label, source="s") for code, label in enumerate(labels)
    ))
    counts = Counter(cell for column in table.columns for cell in table[column] if cell.strip() == "Never")
    assert set(counts) == {"Never", "Never "}
    assert read("Never ").code == read("Never").code == 0
    assert read("Never ").repaired == "Never" and not read("Never").repaired


@pytest.mark.parametrize("year", ["2016", "2017"])
def test_answers_of_a_real_survey_add_up_to_the_counts_computed_in_r(shared, tiny, cohort, year):
    # Python's part is to read and code; valid, missing and top-two counts per item were computed in R.
    folder = shared / "real" / "rse_uk"
    with (folder / "expected_rse_uk_2016_2017_items.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    sets = {"agree5": folder / "answers_likert_agree.csv", "time5": folder / "answers_likert_time_5.csv"}
    responses = tuple(
        Response(response_set=name, code=code, label=label, source="s") for name, path in sets.items()
        for code, label in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1) if label
    )
    items = tuple(Item(item=row["item"], label=row["item"], kind="choice", response_set=row["scale"], status="confirmed",
                       source="s") for row in expected)
    path = folder / f"uk_{year}_public_data.csv"
    instrument = LoadedInstrument(tiny.instruments[0].record, _columns(path, year, {item.item for item in items}), items,
                                  responses)
    source = cohort.sources[0].model_copy(update={"files": (SourceFiles(pattern=path.name, version=year),)})
    alone = cohort.model_copy(update={"authorities": (), "sources": (source,)})
    rules = instrument.record.model_copy(update={"minimum_answered": 0})
    dictionary = replace(tiny, instruments=(replace(instrument, record=rules),))

    answers = clean_survey(alone, dictionary, folder).answers
    codes = answers.pivot(index="respondent", columns="item", values="code")
    assert expected
    for row in expected:
        told = (codes[row["item"]].notna().sum(), codes[row["item"]].isna().sum(), (codes[row["item"]] >= 4).sum())
        assert told == (int(row[f"n_{year}"]), int(row[f"miss_{year}"]), int(row[f"top2_{year}"])), row["item"]


def _columns(path, version, items):
    """The columns of an export: the first numbers the forms, those of the items are told by the code in the header."""
    columns = [Column(version=version, header="", role="submission")]
    for header in read_table(path).columns[1:]:
        found = re.match(r"(?:\w+\[)?(\w+)\]?\. ", header)
        item = found[1] if found and found[1] in items else ""
        columns.append(Column(version=version, header=header, role="item" if item else "ignored", item=item))
    return tuple(columns)
