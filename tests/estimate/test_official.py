"""Judgements by hand: which one is the last at a wave, and how many authorities stand at each grade."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.models import Source
from nbeval.estimate.evidence import judgement_results
from nbeval.frames import RESULTS, check

AREA = "ofsted_care_leavers"


@pytest.fixture(scope="module")
def dictionary(root):
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(dictionary):
    """The specimen, whose first survey ran from 1 March 2020 and whose last one ended on 31 May 2022."""
    source = Source(id="inspections", instrument="ofsted_judgements", label="Judgements", source="invented")
    return dictionary.cohort("specimen").model_copy(update={"sources": (source,)})


def judged(*rows):
    table = pd.DataFrame(rows, columns=["authority", "day", "status"])
    days = (pd.to_datetime(table["day"]) - pd.Timestamp("1970-01-01")).dt.days.astype(float)
    return table.drop(columns="day").assign(source="inspections", area=AREA, kind="ilacs", held=days)


def standing(results, wave, authority=""):
    """The grades that any authority stands at."""
    rows = results[results["group"].eq("status") & results["wave"].eq(wave) & results["authority"].eq(authority) & results["estimate"].gt(0)]
    return rows.set_index("level")["estimate"].to_dict()


def test_the_last_judgement_before_the_first_survey_and_by_the_end_of_the_last_counts(dictionary, cohort):
    results = check(judgement_results(judged(
        ("quillshire", "2014-06-02", "inadequate"), ("quillshire", "2020-02-29", "good"), ("quillshire", "2020-03-01", "outstanding"),
        ("quillshire", "2022-05-31", "requires_improvement"), ("quillshire", "2022-06-01", "inadequate"),
    ), cohort, dictionary), RESULTS)
    assert standing(results, "baseline", "quillshire") == {"good": 1}
    assert standing(results, "final", "quillshire") == {"requires_improvement": 1}
    days = results[results["quantity"].eq("day")].set_index("wave")["estimate"]
    assert days.to_dict() == {"baseline": 18321.0, "final": 19143.0}, "29 February 2020 and 31 May 2022"


def test_grades_of_all_authorities_are_counted_among_those_judged_by_then(dictionary, cohort):
    results = judgement_results(judged(
        ("quillshire", "2019-01-07", "good"), ("marrowdale", "2019-01-14", "good"), ("ambermouth", "2019-02-04", "inadequate"),
        ("vexhaven", "2021-02-01", "outstanding"), ("ambermouth", "2021-09-06", "good"),
    ), cohort, dictionary)
    assert standing(results, "baseline") == {"good": 2, "inadequate": 1}
    assert standing(results, "final") == {"good": 3, "outstanding": 1}
    whole = results[results["group"].eq("status") & results["authority"].eq("")]
    assert whole.groupby("wave")["n_eligible"].unique().map(list).to_dict() == {"baseline": [3], "final": [4]}
    assert set(whole["level"]) == {"outstanding", "good", "requires_improvement", "inadequate"}, "a grade nobody has is counted as none"


def test_grades_have_no_mean_and_no_interval(dictionary, cohort):
    results = judgement_results(judged(("quillshire", "2019-01-07", "good")), cohort, dictionary)
    assert set(results["quantity"]) == {"count", "day"}
    assert results[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)


def test_without_days_of_fieldwork_the_times_of_the_cohort_decide(dictionary, cohort):
    undated = tuple(wave.model_copy(update={"fieldwork_start": None, "fieldwork_end": None}) for wave in cohort.waves)
    early = cohort.model_copy(update={"waves": undated, "starts": "2013-05", "ends": "2014-10"})
    results = judgement_results(judged(
        ("quillshire", "2013-04-30", "good"), ("quillshire", "2013-05-01", "inadequate"), ("quillshire", "2014-10-31", "outstanding"),
        ("quillshire", "2014-11-01", "good"),
    ), early, dictionary)
    assert standing(results, "baseline", "quillshire") == {"good": 1} and standing(results, "final", "quillshire") == {"outstanding": 1}


def test_judgements_of_after_the_programme_alone_show_nothing(dictionary, cohort):
    assert judgement_results(judged(("quillshire", "2023-01-09", "good")), cohort, dictionary).empty
