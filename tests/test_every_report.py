"""Every report of every programme: no cell, mark, sentence or count says more than its row allows, and no word points at what is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbeval.frames import Verdict
from nbeval.publish.document import Prose
from nbeval.report import Report, findings
from nbeval.report.charts.data import Mark
from nbeval.report.kinds import change, comparison_groups, evidence, missing_answers, self_assessment
from nbeval.report.results import Results
from tests import pointers, said
from tests.every_report import every_study, reports_of
from tests.guards import some

#: kinds of exhibit whose words the reports here must have, or nothing is held
HELD = {"change", "change_adjusted", "change_by_authority", "change_pooled", "change_missing", "trend", "differences", "comparison", "overlap",
        "difference_in_differences", "addressed", "addressed_by", "movement", "gaps", "evidence", "standing", "composition_test",
        "printed_changes", "printed_beside", "attrition", "drivers"}


@pytest.fixture(scope="module")
def reports(prepared_specimen, tiny_place, tmp_path_factory) -> dict[str, Report]:
    """Every report, by its name."""
    folder = tmp_path_factory.mktemp("exports")
    return {name: report for cohort, study in every_study(folder, tiny_place) for name, report in reports_of(cohort, study)}


def test_what_is_said_follows_what_was_tested(reports):
    found = {name: faults for name, report in reports.items() if (faults := said.faults(report))}
    assert not found, "\n".join(f"{name}: {fault}" for name, faults in found.items() for fault in faults[:5])


def test_every_kind_of_exhibit_with_words_is_held(reports):
    assert {draft.id for report in reports.values() for draft in report.drafts.values()} >= HELD
    verdicts = {row.verdict for report in reports.values() for draft in report.drafts.values() for row in draft.judged}
    assert verdicts >= {one for one in Verdict if one is not Verdict.NONE}, "every verdict is read somewhere"


# --- what is pointed at ----------------------------------------------------------------------------------

def test_no_text_points_at_a_chapter_a_table_or_a_figure_that_is_not_in_its_report(reports):
    documents = {name: pointers.document_of(opened_anew(report)) for name, report in reports.items()}
    assert sum(len(one.exhibits) for one in documents.values()) > len(documents)
    found = {name: faults for name, one in documents.items() if (faults := list(pointers.pointing_nowhere(one)))}
    assert not found, "\n".join(f"{name}: {fault}" for name, faults in found.items() for fault in faults[:5])


@pytest.mark.parametrize("text", [
    "As Table 99 shows, more are content.", "See Figure 77.", "See Strengths that nobody wrote.", "The last column says how large it would have to be.",
    "Weighted figures stand beside them in a table of their own."])
def test_a_pointer_to_nothing_is_found(reports, text):
    document = pointers.document_of(opened_anew(reports["tiny final"]))
    prose = Prose(({"type": "paragraph", "children": [{"type": "text", "raw": text}]},))
    assert prose.text.strip() == text
    assert list(pointers.pointing_nowhere(replace(document, blocks=(*document.blocks, prose))))


# --- it can fail -----------------------------------------------------------------------------------------

def opened_anew(report: Report, alter=None) -> Report:
    """The same report with nothing worked out yet; ``alter`` changes its rows."""
    context = report.context
    fresh = object.__new__(Report)
    vars(fresh).update({name: value for name, value in vars(report).items() if name not in ("drafts", "numbers")}, _built={}, _used={}, _asked={}, _absent={})
    if alter is not None:
        every = [alter(row) for row in context.results.by_key.values()]
        results = Results(every, main_weighted=context.main_weighted)
        fresh.context = replace(context, results=results)
    return fresh


def flipped(row):
    """A row that fell where it rose, and the reverse."""
    return row._replace(verdict={Verdict.ROSE: Verdict.FELL, Verdict.FELL: Verdict.ROSE}.get(row.verdict, row.verdict))


def unclear(row):
    """A clear or possible change that is called unclear beside an interval that leaves out 0."""
    return row._replace(verdict=Verdict.NO_CLEAR_CHANGE) if Verdict(row.verdict).is_up and row.contrast == "wave" else row


def signed(row):
    """A change that may be chance, called by its sign."""
    return row._replace(verdict=Verdict.ROSE if row.estimate > 0 else Verdict.FELL) if row.verdict is Verdict.NO_CLEAR_CHANGE else row


def resized(row):
    """A size that the interval does not have."""
    return row._replace(size="at least the smallest meaningful change") if row.size == "size uncertain" else row


def given_away(row):
    """A withheld change that still has its word."""
    return row._replace(verdict=Verdict.ROSE) if row.suppression and row.quantity == "change" else row


@pytest.mark.parametrize(("alter", "check"), [
    (flipped, said.of_rows), (unclear, said.of_rows), (signed, said.of_rows), (resized, said.of_rows), (given_away, said.of_rows),
    (flipped, said.of_tables), (signed, said.of_charts), (unclear, said.of_findings), (flipped, said.of_sentences),
], ids=lambda one: getattr(one, "__name__", ""))
def test_a_verdict_that_its_row_does_not_have_is_found(reports, alter, check):
    assert any(list(check(opened_anew(report, alter))) for name, report in reports.items() if name.startswith(("specimen final", "tiny final", "comparison final")))


def swapped_words(monkeypatch):
    """The words of two verdicts change places."""
    monkeypatch.setattr("nbeval.report.context.Context.verdict_words", lambda self, row: {"rose": "fell", "fell": "rose"}.get(row.verdict, str(row.verdict)))


def another_mark(monkeypatch):
    """Marks are drawn as clear, whatever the test says."""
    monkeypatch.setattr("nbeval.report.kinds.kind.Kind.with_verdict", lambda self, line, row: [
        replace(mark, verdict=Verdict.ROSE, verdict_text="rose", short="rose") for mark in line])


def another_stroke(monkeypatch):
    """A line that may be chance is drawn as a clear one."""
    monkeypatch.setattr(Mark, "stroke", property(lambda self: "clear"))


def counted_signs(monkeypatch):
    """A sum counts signs, and not tests."""
    monkeypatch.setattr(change, "pointing", lambda one, row: evidence.Points.BETTER if row is not None and row.estimate > 0 else evidence.Points.WORSE)


def counted_ratings(monkeypatch):
    """A sum of ratings counts lines that were not tested."""
    monkeypatch.setattr(self_assessment, "UNTESTED", frozenset())


def swapped_sides(monkeypatch):
    """More is called less in the comparison with authorities that did not take part."""
    swapped = {Verdict.HIGHER: "did_less", Verdict.LOWER: "did_more", Verdict.NO_CLEAR_DIFFERENCE: "did_more", Verdict.MAY_BE_HIGHER: "did_more"}
    monkeypatch.setattr(comparison_groups, "_SAID", swapped)


def swapped_raters(monkeypatch):
    """The other body of raters is said to rate higher."""
    monkeypatch.setattr(self_assessment, "_WHO", {verdict: "first" for verdict in Verdict})


def certain_without_answers(monkeypatch):
    """A change is said to stand whatever the missing answers were."""
    monkeypatch.setattr(missing_answers, "_READING", dict.fromkeys(missing_answers._READING, "missing_rose"))


def strengths_by_sign(monkeypatch):
    """A measure is a strength by its sign."""
    for module in (evidence, findings):
        monkeypatch.setattr(module, "is_better", lambda one, row: None if row is None or row.estimate != row.estimate else row.estimate > 0)


def places_alike(monkeypatch):
    """Authorities are said to differ whatever the test of it says."""
    monkeypatch.setattr("nbeval.report.kinds.change.ChangePooled._reading", lambda self, row: self.say("places_differ"))


def another_heading(monkeypatch):
    """What may be chance is found under what changed."""
    monkeypatch.setattr(findings, "_BY_VERDICT", {verdict: ("finding_rose", "findings_clear") for verdict in Verdict})


def another_description(monkeypatch):
    """The text for those who cannot see a chart says that something rose."""
    monkeypatch.setattr("nbeval.report.charts.chart.Chart.description", lambda self, data, say: "Everything went up and rose. Lower, it fell.")


@pytest.mark.parametrize(("plant", "check"), [
    (swapped_words, said.of_tables), (another_mark, said.of_charts), (another_stroke, said.of_charts), (counted_signs, said.of_sentences),
    (counted_ratings, said.of_sentences), (swapped_sides, said.of_tables), (swapped_raters, said.of_readings),
    (certain_without_answers, said.of_readings), (strengths_by_sign, said.of_standing), (places_alike, said.of_readings),
    (another_heading, said.of_findings), (another_description, said.of_charts),
], ids=lambda one: getattr(one, "__name__", ""))
def test_wrong_words_are_found(reports, monkeypatch, plant, check):
    plant(monkeypatch)
    places = [name for name in reports if name.startswith("specimen authority_final")]
    chosen = ("specimen final", "tiny final", "comparison final", *some(places)[:3])
    assert any(list(check(opened_anew(reports[name]))) for name in chosen)
