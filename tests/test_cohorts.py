"""Every declared cohort can be reported on as soon as its files are there, early phases and the template included."""

from __future__ import annotations

import json

import pytest

from nbeval.reporting import render_cohort
from nbeval.workspace import Workspace
from tests.early_cohorts import lay_copies

#: what each cohort's reports must show of its own sources: an exhibit of the baseline, one of the final report
SHOWN = {
    "phase_1": ("gaps_baseline", "returns_outcomes"), "phase_2": ("prerequisites_met", "prerequisites_met"),
    "phase_3": ("gaps_baseline", "interview_themes"), "plus": ("voices_quoted", "open_answer_themes"),
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
    for kind, exhibit in zip(("baseline", "final"), SHOWN[cohort], strict=True):
        folder = place / "reports" / copies[cohort] / kind
        page = (folder / "report.html").read_text(encoding="utf-8")
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        assert notebook["metadata"]["nbeval"]["invented"] is True
        assert "Traceback" not in page
        assert f'id="exhibit-{exhibit}"' in page


def test_no_invented_data_lies_under_a_real_authority(laid):
    place, copies = laid
    dictionary = Workspace(place / "dictionary", place).dictionary
    for copy in copies.values():
        assert all(dictionary.authority(one).invented for one in dictionary.cohort(copy).authorities)
