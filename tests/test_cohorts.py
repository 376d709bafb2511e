"""Every declared cohort can be reported on as soon as its files are there, early phases and the template included."""

from __future__ import annotations

import json

import pytest

from nbeval.rendering import render_cohort
from nbeval.workspace import Workspace
from tests.early_cohorts import lay_copies

#: what each cohort's reports must show of its own sources: exhibits of the baseline, and of the final report
SHOWN = {
    "phase_1": (("local_levels", "gaps_baseline"), ("local_change", "returns_outcomes", "self_assessment_movement")),
    "phase_2": (("local_levels", "prerequisites_met"), ("local_change", "prerequisites_met", "inspected")),
    "phase_3": (("gaps_baseline", "context", "inspected"), ("interview_themes", "inspected")),
    "plus": (("voices_quoted", "inspected"), ("open_answer_themes", "inspected")),
}


@pytest.fixture(scope="module")
def laid(root, tmp_path_factory):
    place = tmp_path_factory.mktemp("cohorts")
    return place, lay_copies(root, place, list(SHOWN))


@pytest.mark.parametrize("cohort", SHOWN)
def test_baseline_and_final_reports_are_made_from_whatever_a_cohort_has(laid, cohort):
    place, copies = laid
    workspace = Workspace(place / "dictionary", place, place / "cache", place / "reports")
    summary = render_cohort(copies[cohort], ["baseline", "final"], workspace, place / "reports", formats=("html",), workers=1)
    assert not summary.failed, str(summary)
    for kind, exhibits in zip(("baseline", "final"), SHOWN[cohort], strict=True):
        folder = place / "reports" / copies[cohort] / kind
        page = (folder / "report.html").read_text(encoding="utf-8")
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        assert notebook["metadata"]["nbeval"]["invented"] is True
        assert "Traceback" not in page
        assert not [exhibit for exhibit in exhibits if f'id="exhibit-{exhibit}"' not in page]


def test_no_invented_data_lies_under_a_real_authority(laid):
    place, copies = laid
    dictionary = Workspace(place / "dictionary", place).dictionary
    assert copies
    for copy in copies.values():
        assert all(dictionary.authority(one).invented for one in dictionary.cohort(copy).authorities)


def test_questions_that_were_made_up_say_so_wherever_they_are_shown(laid):
    place, _ = laid
    dictionary = Workspace(place / "dictionary", place).dictionary
    made_up = [one for one in dictionary.indicators if one.family.startswith("local_")]
    assert len(made_up) == 13 and all(one.status == "unconfirmed" and one.note for one in made_up)
    for name in ("local_survey_2013", "local_survey_2015"):
        instrument = dictionary.instrument(name)
        assert "fictional" in instrument.record.label and instrument.record.status == "unconfirmed"
        assert all(item.status == "unconfirmed" and "invented" in item.source for item in instrument.items)


def test_the_local_survey_of_the_first_phase_has_seven_questions(laid):
    place, _ = laid
    assert len(Workspace(place / "dictionary", place).dictionary.instrument("local_survey_2013").items) == 7
