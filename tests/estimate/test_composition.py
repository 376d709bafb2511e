"""Who answered: the waves against one another and against the population."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval import crosstab, dictionary
from nbeval.dictionary.models import Margin
from nbeval.estimate.composition import composition
from nbeval.estimate.contingency import goodness_of_fit
from nbeval.estimate.plan import make_plan
from nbeval.frames import Method, Raking
from tests.estimate.test_assembly import measured, people_of
from tests.guards import some


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


def rows_of(declared, margins=()):
    cohort = declared.cohorts[0].model_copy(update={"margins": margins})
    plan = make_plan(measured(people_of(cohort, declared, 150), declared), cohort, declared)
    rows = composition(plan)
    return plan, rows[rows["quantity"].eq("composition_test")]


def test_mendels_peas_fit_nine_three_three_one():
    # Mendel 1866, as in every textbook: 315, 101, 108, 32; chi-squared 0.47 on 3 df
    found = goodness_of_fit([315, 101, 108, 32], [9, 3, 3, 1])
    assert found.statistic == pytest.approx(0.470024, abs=1e-6) and found.df == 3
    assert found.p_value == pytest.approx(stats.chisquare([315, 101, 108, 32], [312.75, 104.25, 104.25, 34.75]).pvalue)


def test_weldons_dice_do_not_fit():
    # 315,672 throws, 106,602 of them five or six: chi-squared 27 for fair dice (Pearson 1900)
    found = goodness_of_fit([106602, 315672 - 106602], [1, 2])
    assert found.statistic == pytest.approx(27.1, abs=0.05) and found.p_value < 1e-6


@pytest.mark.parametrize("counts, population, why", [
    ([5, 5], [10, 0], "no population"), ([0, 0], [5, 5], "nobody gave theirs"), ([7], [7], "fewer than two levels")])
def test_what_cannot_be_tested_says_why(counts, population, why):
    found = goodness_of_fit(counts, population)
    assert why in found.warning and found.statistic != found.statistic


def test_small_expected_counts_are_said():
    assert "under 5" in goodness_of_fit([3, 2, 4], [1, 1, 1]).warning


def test_the_waves_are_tested_against_one_another_once_for_each_group(declared):
    plan, rows = rows_of(declared)
    row = rows.iloc[0]
    assert len(rows) == len(plan.cohort.groups) * len(plan.later_waves) and row["contrast"] == "wave"
    table = plan.respondents.groupby([row["group"], "wave"], observed=True).size().unstack()
    wanted = stats.chi2_contingency(table, correction=False)
    assert (row["statistic"], row["p_value"]) == pytest.approx((wanted.statistic, wanted.pvalue))
    assert row["n_valid"] + row["n_reference"] == table.to_numpy().sum()


def test_every_wave_with_margins_is_tested_against_the_population(declared):
    waves = [wave.id for wave in declared.cohorts[0].waves]
    margins = tuple(Margin(wave=wave, group="frequency", level=level, count=count, source="T1")
                    for wave in waves for level, count in (("often", 10), ("rarely", 90)))
    _, rows = rows_of(declared, margins)
    against = rows[rows["contrast"].eq("population")]
    assert list(against["wave"]) == waves and (against["p_value"] < 1e-6).all() and (against["df"] == 1).all()


# --- of a sample with weights, strata and clusters ------------------------------------------------------

def sample_of(declared, **more):
    """A plan with weights that came with the answers, and clusters, whose main figures are weighted; or with margins to rake to besides."""
    cohort = declared.cohorts[0].model_copy(update={"main_figures": "weighted", **more})
    people = people_of(cohort, declared, 150)
    draw = np.random.default_rng(4)
    given = draw.uniform(0.3, 3, len(people))
    return make_plan(measured(people.assign(survey_weight=given, weight=given, cluster=[f"c{k % 14}" for k in range(len(people))]), declared), cohort, declared)


def test_who_answered_is_tested_as_a_crosstab_of_the_sample_tests_it(declared):
    plan = sample_of(declared)
    rows = composition(plan).query("quantity == 'composition_test' and contrast == 'wave'")
    for row in some(list(rows.itertuples())):
        people = plan.respondents.assign(stratum=plan.respondents["authority"].astype(str))
        people = people[people["wave"].isin([row.wave, row.reference])].assign(
            wave=lambda one: one["wave"].astype(str), level=lambda one: one[row.group].astype(object))
        wanted = crosstab(people, "level", "wave", weights="weight", strata="stratum", clusters="cluster").attrs["association"]
        assert (row.statistic, row.df, row.p_value) == pytest.approx((wanted["statistic"], wanted["df"], wanted["p_value"]))
        assert row.estimate == pytest.approx(wanted["cramers_v"]) and row.weighted and Method.RAO_SCOTT in row.method
        plain = people.groupby([row.group, "wave"], observed=True).size().unstack()
        assert row.p_value != pytest.approx(stats.chi2_contingency(plain, correction=False).pvalue)
        assert row.n_valid + row.n_reference == plain.to_numpy().sum()


def test_weights_that_were_raked_to_the_make_up_do_not_hide_that_it_differs(declared):
    plan = sample_of(declared)
    before = plan.respondents["survey_weight"]
    raked = replace(plan, raking=Raking(pd.DataFrame({"frequency": plan.respondents["frequency"].astype("string")}), before, {}),
                    respondents=plan.respondents.assign(weight=1.0))
    tests = [composition(one).query("quantity == 'composition_test' and contrast == 'wave'") for one in (plan, raked)]
    assert len(tests[0]) and tests[0]["p_value"].tolist() == pytest.approx(tests[1]["p_value"].tolist())
