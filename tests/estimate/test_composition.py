"""Who answered: the waves against one another and against the population."""

from __future__ import annotations

import pytest
from scipy import stats

from nbeval import dictionary
from nbeval.dictionary.models import Margin
from nbeval.estimate.composition import composition
from nbeval.estimate.contingency import goodness_of_fit
from nbeval.estimate.plan import make_plan
from tests.estimate.test_assembly import measured, people_of


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
