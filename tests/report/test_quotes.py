"""Quotes in a report: printed as text whatever they hold, at their own wave, and never for one authority."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.models import Source
from nbeval.frames import RESULTS, DisclosedResults
from nbeval.report import Report

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script> {estimate} **bold** =1+1"


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


def report(dictionary, kind="final", authority=""):
    source = Source(id="quotes", instrument="quote_bank", label="Quotes", source="invented")
    cohort = dictionary.cohort("specimen").model_copy(update={"sources": (source,)})
    quotes = pd.DataFrame([
        ("quotes", "baseline", "b1", "care_leaver", "voice_home", "", "Said at first."),
        ("quotes", "final", "f1", "care_leaver", "voice_home", "age_band=18_20", HOSTILE),
        ("quotes", "final", "f2", "manager", "voice_service", "", "Said at last."),
    ], columns=["source", "wave", "quote", "speaker", "area", "attributes", "text"])
    nothing = pd.DataFrame({name: pd.Series(dtype=str(column.dtype)) for name, column in RESULTS.columns.items()})
    made = next(one for one in dictionary.programme.reports if one.id == kind)
    return Report(DisclosedResults(nothing, None, pd.DataFrame(), quotes), dictionary, cohort, made, authority)


def test_quotes_stand_under_their_themes_with_what_is_printed_of_the_speaker(dictionary):
    exhibit = report(dictionary).exhibit("voices_quoted").exhibit
    assert [tuple(cell.text for cell in row.cells) for row in exhibit.rows] == [
        ("On home",), (f"“{HOSTILE}”", "Care leaver, 18 to 20"), ("On running the service",), ("“Said at last.”", "Leader or manager")]
    assert [row.cells[0].text for row in report(dictionary, "baseline").exhibit("voices_quoted").exhibit.rows][1] == "“Said at first.”"


def test_markup_in_a_quote_is_text(dictionary):
    page = report(dictionary).section("voices")._repr_mimebundle_()["text/html"]
    assert "<script>" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_no_quote_stands_in_a_report_on_one_authority(dictionary):
    page = str(report(dictionary, "authority_final", "quillshire").section("voices"))
    assert "Said at" not in page and "script" not in page


def test_the_list_of_exhibits_names_section_source_and_number_of_results(dictionary):
    assert "In their own words. Section: voices. Source: Quotes. Rows of results: 0." in str(report(dictionary).exhibit_list())
