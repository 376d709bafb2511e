"""Kinds of exhibit: one class each, with a name of its own, words that exist and charts that exist."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest

from nbeval.exhibit import Cell, Exhibit, Row
from nbeval.frames import Contrast, Method, Reason, Verdict
from nbeval.report.cells import why_not
from nbeval.report.charts.chart import known_charts
from nbeval.report.charts.data import MARKS
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Results
from nbeval.words import words_of
from tests.report.invented import disclosed
from tests.report.invented import row as invented_row


def test_methods_and_reasons_have_the_words_of_their_members():
    words = words_of("en-GB")
    assert {key for key in words if key.startswith("method_")} == {f"method_{one}" for one in Method if one is not Method.NONE}
    reasons = {key for key in words if key.startswith("why_")}
    assert reasons == {f"why_{one}" for one in Reason}


@pytest.mark.parametrize(("stored", "members"), [
    ("Newcombe interval; fisher", [(Method.NEWCOMBE, ()), (Method.FISHER, ())]),
    ("standardised over both waves for age, place; delta method, HC1", [(Method.STANDARDISED, ("age", "place")), (Method.DELTA_HC1, ())]),
    ("none", []), ("", []), ("a method for nobody", [("a method for nobody", ())]),
])
def test_stored_methods_become_members(stored, members):
    row = Results.of(disclosed([invented_row(quantity="percent", method=stored)]).table).rows[0]
    assert [(one.name, one.groups) for one in row.methods] == members


@pytest.mark.parametrize(("stored", "member"), [
    ("not estimable: nobody answered", Reason.NOBODY), ("too few answers", Reason.TOO_FEW), ("", ""),
    ("not estimable: published as the symbol c", Reason.PUBLISHED_AS), ("no interval: there is one pair only", Reason.NO_INTERVAL),
    ("a reason of its own", "a reason of its own"),
])
def test_stored_reasons_and_verdicts_become_members(stored, member):
    row = Results.of(disclosed([invented_row(quantity="percent", warning=stored, verdict="fell")]).table).rows[0]
    assert row.reason == member and isinstance(row.reason, Reason) == isinstance(member, Reason)
    assert row.verdict is Verdict.FELL


def test_what_a_reason_counts_is_written_into_its_words():
    row = Results.of(disclosed([invented_row(quantity="percent", warning=Reason.FEW_RESPONDENTS.not_estimable.format(n=3, p=4))]).table).rows[0]
    assert row.reason is Reason.FEW_RESPONDENTS and row.reason_fields == {"n": "3", "p": "4"}
    assert why_not(row, SimpleNamespace(words=words_of("en-GB"))) == "3 respondents are too few for 4 coefficients"


def concrete(kind=Kind):
    """Every class of a kind that has an id."""
    return [one for below in kind.__subclasses__() for one in ([below] if below.id else []) + concrete(below)]


def test_every_class_of_a_kind_is_registered_once_under_its_id():
    classes = concrete()
    assert len(classes) == len({one.id for one in classes}) == len(KINDS) > 40
    assert set(KINDS.values()) == set(classes)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_names_words_and_charts_that_exist_and_says_what_its_rows_are(kind):
    words = words_of("en-GB")
    assert {kind.base_words, kind.unit_words or ""} - {""} <= set(words)
    assert set(kind.marks) <= set(MARKS) and not inspect.isabstract(kind)
    drawn = kind.lines is not Kind.lines or kind.chart_data is not Kind.chart_data
    assert drawn == bool(kind.marks), "a kind that is drawn says how its marks are arranged, and one that says so what is drawn"
    assert inspect.getdoc(kind).startswith(("Rows are", "One block per", "A list"))
    assert kind.compares_with and set(kind.compares_with) <= set(Contrast)


def test_every_arrangement_of_marks_is_made_by_a_kind_and_drawn_by_a_chart():
    assert {chart.marks for chart in known_charts().values()} == set(MARKS) == {marks for kind in KINDS.values() for marks in kind.marks}


def test_what_shows_change_needs_two_waves():
    changing = [kind for kind in KINDS.values() if kind.of_change]
    assert changing and all(kind.needs_two_waves for kind in changing)


def test_a_cell_keeps_its_result_while_the_exhibit_is_made_and_leaves_it_behind(make):
    report = make()
    draft = report.drafts["change"]
    cells = [cell for row in draft.table.rows if not row.heading for cell in row.cells if cell.result]
    assert cells and all(cell.of is report.context.results.by_key[cell.result] for cell in cells)
    shown = report.exhibit("change").exhibit
    again = Exhibit.from_json(shown.to_json())
    assert again == shown
    assert all(cell.of is None for row in again.rows for cell in row.cells)
    assert "of" not in Cell("x").to_json() and Row((Cell("x"),)) == Row((Cell("x", of=object()),))


def test_the_range_over_authorities_is_the_end_of_no_line_of_one_of_them(make):
    report = make("place", "north")
    draft = report.drafts["range"]
    lines = draft.chart_data().lines
    assert lines
    for everybody, own in lines:
        assert own.interval == "" and own.low != own.low and own.high != own.high, "no interval but its own, and the table has none"
        assert everybody.series == report.context.say("all") and own.series == report.context.authority_name("north")
