"""Ranks, proportional odds and overlap as rows: the same numbers as the estimators give one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from nbeval import dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Overlap
from nbeval.estimate.assembly import estimate
from nbeval.estimate.ordinal import ordered_change
from nbeval.estimate.plan import make_plan
from nbeval.estimate.ranks import EXACT_UNDER, exact_rank_sum, superiority
from nbeval.frames import Measured, Reason
from tests.estimate.samples import compared
from tests.estimate.test_assembly import measured, people_of


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="module")
def plan(declared):
    cohort = declared.cohorts[0]
    return make_plan(measured(people_of(cohort, declared, 130), declared), cohort, declared)


def sample(plan, name: str, **at) -> np.ndarray:
    """The answers to one indicator of some respondents."""
    people = plan.respondents
    for column, value in at.items():
        people = people[people[column].astype(str).eq(value)]
    rows = plan.values[plan.values["indicator"].eq(name) & plan.values["respondent"].isin(people["respondent"])]
    return rows["value"].dropna().to_numpy()


def test_ranks_of_counts_are_those_of_the_answers_in_every_place(plan):
    results, (first, last) = superiority(plan), plan.waves
    names, places = [one.indicator for one in plan.indicators(Measure.MEAN)], ["", *plan.cohort.authorities]
    assert names and len(places) > 1
    for name, place in product(names, places):
        at = {"authority": place} if place else {}
        now, then = sample(plan, name, wave=last, **at), sample(plan, name, wave=first, **at)
        row = results.query("indicator == @name and authority == @place and group == '' and contrast == 'wave'").iloc[0]
        found = compared(now, then)
        names = ["estimate", "std_error", "conf_low", "conf_high"]
        assert row[names].tolist() == pytest.approx([found[column] for column in names])
        exact = min(len(now), len(then)) < EXACT_UNDER
        p = exact_rank_sum(now, then) if exact else stats.mannwhitneyu(now, then, method="asymptotic", use_continuity=False).pvalue
        assert row["p_value"] == pytest.approx(p)
        assert ("exact" if exact else "asymptotic") in row["method"]
        assert (row["n_valid"], row["n_reference"]) == (len(now), len(then))


def test_group_levels_are_compared_with_the_first_by_ranks(plan, declared):
    results, wave = superiority(plan), plan.waves[1]
    group, levels = next(iter(declared.groups.items()))
    name = plan.indicators(Measure.MEAN)[0].indicator
    now, then = (sample(plan, name, wave=wave, **{group: level.level}) for level in (levels[1], levels[0]))
    row = results.query("indicator == @name and wave == @wave and contrast == 'level'").iloc[0]
    assert row["level"] == levels[1].level and row["reference"] == levels[0].level
    assert row["estimate"] == pytest.approx(compared(now, then)["estimate"])


def test_a_probability_of_superiority_and_its_reverse_add_up_to_one():
    now, then = [1, 2, 2, 3, 5, 5, 4, 3, 2, 1, 5], [2, 2, 1, 1, 1, 3, 4, 1, 2, 1]
    there, back = compared(now, then), compared(then, now)
    assert there["estimate"] + back["estimate"] == pytest.approx(1) and there["conf_low"] + back["conf_high"] == pytest.approx(1)
    assert there["p_value"] == pytest.approx(back["p_value"]) and there["statistic"] == pytest.approx(-back["statistic"])


@pytest.mark.parametrize("now, then, estimate", [([3, 3], [3, 3, 3], 0.5), ([4, 5], [1, 2], 1.0), ([2], [1, 3], 0.5)])
def test_where_placements_have_no_spread_there_is_no_interval_and_a_word(now, then, estimate):
    found = compared(now, then)
    assert found["estimate"] == estimate and np.isnan(found["conf_low"]) and found["warning"].startswith("no interval")


def test_nobody_at_one_side_has_no_number():
    found = compared([], [1, 2, 3])
    assert np.isnan(found["estimate"]) and np.isnan(found["p_value"]) and found["warning"].startswith("not estimable")


def test_odds_that_are_not_proportional_say_so(plan, declared):
    name = plan.indicators(Measure.MEAN)[0].indicator
    values, last = plan.values.copy(), plan.values["wave"].eq(plan.waves[1])
    mine = values["indicator"].eq(name) & values["value"].notna()
    spot = np.arange(int(mine.sum()))
    # at the last wave the same middle, but the answers lie at both ends
    values.loc[mine, "value"] = np.where(last[mine], np.where(spot % 5 == 0, 5, np.where(spot % 2 == 0, 0, 10)),
                                         np.where(spot % 5 == 0, 0, np.where(spot % 5 == 1, 10, 5)))
    rows = ordered_change(make_plan(Measured(values, plan.respondents, plan.keyed), plan.cohort, declared)).query("indicator == @name")
    ratio, test = (rows[rows["quantity"].eq(quantity)].iloc[0] for quantity in ("odds_ratio", "proportionality"))
    assert test["p_value"] < 0.01 and ratio["warning"] == Reason.NOT_PROPORTIONAL
    assert ratio["n_valid"] == test["n_valid"] > 0


def test_the_bounds_of_overlap_hold_the_plain_normal_interval_between_them(plan):
    given = Measured(plan.values, plan.respondents, plan.keyed)
    results = estimate(given, plan.cohort, plan.dictionary)
    widest, bound = (results[results["quantity"].eq(quantity)].set_index("indicator") for quantity in ("overlap_widest", "overlap_bound"))
    change = results.query("quantity == 'change' and authority == '' and group == '' and indicator != ''").set_index("indicator")
    assert set(widest.index) == set(change.index)
    np.testing.assert_allclose(widest["estimate"], change.loc[widest.index, "estimate"], atol=1e-9)
    assert ((widest["conf_high"] - widest["conf_low"]) > (bound["conf_high"] - bound["conf_low"])).all()


def test_a_declared_range_of_overlap_is_kept_to(plan):
    def width(overlap: Overlap | None) -> np.ndarray:
        cohort = plan.cohort.model_copy(update={"overlap": overlap})
        results = estimate(Measured(plan.values, plan.respondents, plan.keyed), cohort, plan.dictionary)
        rows = results[results["quantity"].eq("overlap_bound")].sort_values("indicator")
        return (rows["conf_high"] - rows["conf_low"]).to_numpy()

    few = width(Overlap(largest_share=0.2, highest_correlation=0.5, source="T1"))
    nobody = width(Overlap(largest_share=0.0, source="T1"))
    assert (width(None) < few).all() and (few < nobody).all()
