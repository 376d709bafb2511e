"""No rule of measuring learns from the data: a wave alone gives the values it has beside the other."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.cleaning import clean_survey
from nbeval.scoring import measure
from nbeval.specimen import write_specimen
from tests.guards import some


@pytest.fixture(scope="module")
def cleaned(root, tmp_path_factory):
    """The miniature programme, its cohort and its answers."""
    declared = dictionary.load(root / "tests" / "programmes" / "tiny")
    out = tmp_path_factory.mktemp("tiny")
    write_specimen(declared.cohorts[0], declared, out)
    return declared, declared.cohorts[0], clean_survey(declared.cohorts[0], declared, out)


def test_cut_points_and_scores_of_one_wave_do_not_depend_on_the_other(cleaned):
    declared, cohort, both = cleaned
    whole = measure(both, cohort, declared)
    for wave in some(one.id for one in cohort.waves):
        part = replace(both, answers=both.answers[both.answers["wave"].eq(wave)].reset_index(drop=True),
                       respondents=both.respondents[both.respondents["wave"].eq(wave)].reset_index(drop=True))
        alone = measure(part, cohort, declared)
        values = whole.values[whole.values["wave"].eq(wave)]
        key = ["indicator", "respondent"]
        pd.testing.assert_frame_equal(alone.values.sort_values(key, ignore_index=True), values.sort_values(key, ignore_index=True))
        people = whole.respondents[whole.respondents["wave"].eq(wave)].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone.respondents, people)
        keyed = whole.keyed[whole.keyed["wave"].eq(wave)]
        key = ["scale", "item", "respondent"]
        pd.testing.assert_frame_equal(alone.keyed.sort_values(key, ignore_index=True), keyed.sort_values(key, ignore_index=True))


def test_one_person_alone_is_scored_as_among_all(cleaned):
    declared, cohort, both = cleaned
    one = int(both.respondents["respondent"].iloc[7])
    part = replace(both, answers=both.answers[both.answers["respondent"].eq(one)].reset_index(drop=True),
                   respondents=both.respondents[both.respondents["respondent"].eq(one)].reset_index(drop=True))
    alone, whole = measure(part, cohort, declared).values, measure(both, cohort, declared).values
    wanted = whole[whole["respondent"].eq(one)].set_index("indicator")["value"]
    pd.testing.assert_series_equal(alone.set_index("indicator")["value"], wanted, check_index_type=False)
