"""The walk of one number: from the cells of the raw exports to the printed page, counted by hand on the way."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from lxml import html

from nbeval.cli.app import main

#: one question, at one wave: "Do you have a library card?", before
QUESTION, ROUTED_FROM = "Do you have a library card?", "How often do you read?"
#: these are not asked; an answer of those who left the question before it open counts
NOT_LED = {"hardly ever or never", "hardly ever", "never"}


def counted_by_hand(place) -> tuple[int, int]:
    """How many of the readers who answered have a card, counted cell by cell, without nbeval."""
    yes = answered = 0
    for file in sorted((place / "first" / "before").glob("*.csv")):
        fullest: dict[str, dict[str, str]] = {}
        for form in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))):
            number = form["Response ID"]
            if form["Test"] != "Yes" and filled(form) > filled(fullest.get(number, {})):
                fullest[number] = form
        for form in fullest.values():
            answer, led = (form[header].replace("\u00a0", " ").strip().lower() for header in (QUESTION, ROUTED_FROM))
            if led not in NOT_LED and answer in ("yes", "no"):
                answered += 1
                yes += answer == "yes"
    return yes, answered


def filled(form: dict[str, str]) -> int:
    """How many cells of a form hold something."""
    return sum(bool(cell) for cell in form.values())


def test_one_number_walks_from_raw_cells_to_the_printed_page(tiny_place, tmp_path):
    yes, answered = counted_by_hand(tiny_place)
    assert 0 < yes < answered

    # results: unprotected, with every digit
    internal = tmp_path / "internal.csv"
    line = ["results", "first", "--internal", "--out", str(internal)]
    assert main([*line, "--dictionary", str(tiny_place / "dictionary"), "--data", str(tiny_place)]) == 0
    row = one(pd.read_csv(internal, keep_default_na=False))
    assert (float(row["numerator"]), float(row["n_valid"])) == (yes, answered)
    assert float(row["estimate"]) == pytest.approx(100 * yes / answered, rel=1e-12)

    # results.csv beside the report: the same row, since so many people stand behind it
    published = one(pd.read_csv(tiny_place / "reports/first/baseline/results.csv", keep_default_na=False, dtype=str))
    assert (float(published["numerator"]), float(published["n_valid"])) == (yes, answered)
    assert float(published["estimate"]) == pytest.approx(float(row["estimate"]), rel=1e-12)
    assert published["suppression"] == ""

    # the page: the cell that bears the label, rounded half up
    page = html.parse(str(tiny_place / "reports/first/baseline/report.html"))
    shown = {" ".join(cell.text_content().split()).rstrip("%")
             for cell in page.xpath("//tr[th[contains(., 'Has a library card')]]/td")}
    assert {str(int(100 * yes / answered + 0.5)), str(answered)} <= shown, shown


def one(table: pd.DataFrame) -> pd.Series:
    """The one row of the number among results; in a report several exhibits may show it."""
    wanted = {"indicator": "card_yes", "quantity": "percent", "wave": "before", "authority": "", "group": "", "contrast": "",
              "weighted": "False"}
    level = table[[all(str(row[name]) == value for name, value in wanted.items()) for _, row in table.iterrows()]]
    return level.drop_duplicates(["estimate", "numerator", "n_valid"]).squeeze(axis=0)
