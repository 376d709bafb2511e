"""What a report says of its analysis plan, and of the answers that are missing."""

from __future__ import annotations

import pytest

from nbeval.dictionary.models import MissingAnswers
from nbeval.deviations import Deviation, PlanCheck, PlanPart
from nbeval.report import Report
from tests.report.invented import disclosed, rows

PLAN = PlanCheck(2, "2020-01-01", "Ada", "SHA256:ada", "ab" * 32, True, 0, ())


def cells(report, exhibit: str) -> list[list[str]]:
    """The texts of an exhibit, row by row."""
    return [[cell.text for cell in row.cells] for row in report.exhibit(exhibit).exhibit.rows if not row.heading]


# --- the plan --------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["start", "end"])
def test_a_report_without_a_plan_says_so(make, kind):
    report = make(kind)
    assert cells(report, "departed") == [["No plan was registered", "[z]", "[z]"]]
    assert "No analysis plan was registered" in report.exhibit("departed").exhibit.sentence


def test_a_report_that_keeps_to_its_plan_says_so_and_which_it_was(make):
    exhibit = make(plan=PLAN).exhibit("departed").exhibit
    assert [row.cells[0].text for row in exhibit.rows] == ["None: all is as planned"]
    assert exhibit.sentence == f"Held against analysis plan 2, registered on 1 January 2020 by Ada; checksum {'ab' * 32}."
    assert exhibit.notes == ("Signed with the key SHA256:ada.",)


def test_what_departs_from_the_plan_is_named_with_what_was_planned(make):
    found = (Deviation(PlanPart.HEADLINE, "angry", "Feels angry", "measure: percent", ""),
             Deviation(PlanPart.THRESHOLD, "conf_level", "", "0.95", "0.9"), Deviation(PlanPart.FAMILY, "own", "own", "", "method: Holm"))
    plan = PlanCheck(1, "2020-01-01", "Ada", "SHA256:key", "c", False, 3, found)
    report = make(plan=plan)
    assert cells(report, "departed") == [
        ["Headline measures: Feels angry", "measure: percent", "[z]"], ["Thresholds: Level of intervals", "0.95", "0.9"],
        ["Families of tests: own", "[z]", "method: Holm"]]
    exhibit = report.exhibit("departed").exhibit
    assert "no pre-registration" in exhibit.sentence and exhibit.notes == (
        "Signed with the key SHA256:key.", "3 further plans were registered after this one; the report is held to the last that came before its data.")


# --- missing answers -------------------------------------------------------------------------------

def test_a_change_that_both_bounds_keep_is_said_to_stand_and_one_that_they_do_not_is_not(make):
    report = make()
    reading = {row[0]: row[9] for row in cells(report, "gaps_filled")}
    assert reading == {"Feels calm": "still a fall", "Feels angry": "a rise, or nothing clear", "Score": "a rise, or nothing clear",
                       "Rare": "cannot tell"} or list(reading.values()) == ["still a fall", "a rise, or nothing clear", "a rise, or nothing clear", "cannot tell"]
    sentence = report.exhibit("gaps_filled").exhibit.sentence
    assert sentence.startswith("Of 2 clear changes, 1 would still be found")
    assert "tests say something else than without them" in sentence


def test_who_was_asked_stands_beside_who_answered(make):
    first = cells(make(), "gaps_filled")[0]
    assert first[1:5] == ["207", "200", "207", "200"]


@pytest.mark.parametrize(("bounds", "imputed", "begins"), [
    (("fell", "fell"), "fell", "All 2 clear"), (("no clear change", "may have risen"), "no clear change", "None of the 2 clear"),
])
def test_the_sentence_follows_the_tests(make, bounds, imputed, begins):
    def change(made):
        words = {"change_missing_bound_lowest": bounds[0], "change_missing_bound_highest": bounds[1], "change_imputed": imputed, "change": "fell"}
        return [{**one, "verdict": words[one["quantity"]] if one["indicator"] in ("calm", "score") else "no clear change"}
                if one["quantity"] in words else one for one in made]
    assert make(change=change).exhibit("gaps_filled").exhibit.sentence.startswith(begins)


def test_without_a_clear_change_there_is_none_to_undo(make):
    def change(made):
        return [{**one, "verdict": "no clear change"} if one["quantity"] == "change" else one for one in made]
    assert "there is none that missing answers could undo" in make(change=change).exhibit("gaps_filled").exhibit.sentence


def test_how_answers_were_imputed_is_said_with_its_seed(tiny):
    cohort = tiny.cohort("c").model_copy(update={"missing_answers": MissingAnswers(imputations=7, auxiliary=("authority", "age", "calm"), seed=11, source="S1")})
    kind = next(one for one in tiny.programme.reports if one.id == "end")
    notes = Report(disclosed(rows()), tiny, cohort, kind).exhibit("gaps_filled").exhibit.notes
    assert any("Imputed 7 times" in one and "Place, Age, Feels calm" in one and "seed 11" in one for one in notes), notes
