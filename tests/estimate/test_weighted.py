"""Weighted levels and changes of many indicators at once, held to the textbook's formula one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval import dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Eligible, Weighting
from nbeval.errors import ParameterError
from nbeval.estimate.plan import make_plan
from nbeval.estimate.weighted import weighted
from nbeval.frames import RESULTS, Quantity, check
from tests.estimate.test_assembly import measured, people_of

PLAIN = Weighting(margins=("authority",))


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


def plan_of(declared, *, weighting=PLAIN, n: int = 240, eligible=(), people=None):
    """A plan with uneven weights, some of them missing."""
    cohort = declared.cohorts[0].model_copy(update={"weighting": weighting, "eligible": eligible})
    people = people_of(cohort, declared, n) if people is None else people
    draw = np.random.default_rng(8)
    people = people.assign(weight=np.where(draw.random(len(people)) < 0.05, np.nan, draw.uniform(0.5, 4, len(people))))
    return make_plan(measured(people, declared), cohort, declared)


def laid_beside(plan, name: str) -> np.ndarray:
    """The values of one indicator, one per respondent."""
    rows = plan.values[plan.values["indicator"].eq(name)].set_index("respondent")["value"]
    return rows.reindex(plan.respondents["respondent"]).to_numpy(float)


def row_of(results: pd.DataFrame, quantity: Quantity, **at) -> pd.Series:
    """The one row of a quantity at a place."""
    chosen = results[results["quantity"].eq(quantity.value)]
    for name, value in at.items():
        chosen = chosen[chosen[name].eq(value)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def by_hand(plan, one, wave: str, place: str = "", population: dict | None = None) -> tuple[float, float, float]:
    """Mean, linearised error and degrees of freedom of one indicator, stratum by stratum in the textbook's order."""
    people = plan.respondents.assign(y=laid_beside(plan, one.indicator))
    people = people[people["wave"].eq(wave) & people["weight"].notna()]
    here = people["y"].notna() & (people["authority"].eq(place) if place else True)
    total = people["weight"][here].sum()
    mean = (people["weight"] * people["y"])[here].sum() / total
    z = (people["weight"] * (people["y"] - mean) / total).where(here, 0.0)
    variance, df = 0.0, 0
    for stratum, part in z.groupby(people["authority"].astype(str)):
        if here[part.index].any():
            share = 0 if population is None else len(part) / population[stratum]
            variance += (1 - share) * len(part) * part.var(ddof=1) if len(part) > 1 else part.iloc[0] ** 2
            df += int(here[part.index].sum()) - 1
    return mean, np.sqrt(variance), df


def agrees(row: pd.Series, mean: float, error: float, df: int, factor: float) -> None:
    assert (row["estimate"], row["std_error"]) == pytest.approx((factor * mean, factor * error), rel=1e-9)
    assert row["df"] == df


def factor_of(one) -> float:
    return 100 if one.measure is Measure.PERCENT else 1


@pytest.mark.parametrize("authority", ["", "first"])
def test_weighted_levels_are_those_worked_out_by_hand(declared, authority):
    plan = plan_of(declared)
    place = plan.cohort.authorities[0] if authority else ""
    results = weighted(plan)
    assert plan.indicators()
    for one in plan.indicators():
        quantity = Quantity.PERCENT if one.measure is Measure.PERCENT else Quantity.MEAN
        row = row_of(results, quantity, indicator=one.indicator, wave=plan.waves[1], authority=place)
        agrees(row, *by_hand(plan, one, plan.waves[1], place), factor_of(one))
        assert row["conf_low"] < row["estimate"] < row["conf_high"] and row["n_effective"] < row["n_valid"]


def test_weighted_changes_are_those_worked_out_by_hand(declared):
    plan = plan_of(declared)
    results = weighted(plan)
    assert plan.indicators()
    for one in plan.indicators():
        (then, before, few), (now, after, more) = (by_hand(plan, one, wave) for wave in plan.waves[:2])
        row = row_of(results, Quantity.CHANGE, indicator=one.indicator, authority="")
        agrees(row, now - then, np.hypot(before, after), few + more, factor_of(one))
        assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(now - then) / np.hypot(before, after), few + more), rel=1e-8)


def test_a_finite_population_narrows_the_interval(declared):
    cohort = declared.cohorts[0]
    sizes = tuple(Eligible(authority=place, wave=wave.id, count=70 + 5 * k, source="T1")
                  for wave in cohort.waves for k, place in enumerate(cohort.authorities))
    plan = plan_of(declared, weighting=Weighting(margins=("authority",), finite_population=True), eligible=sizes)
    known = {one.authority: one.count for one in sizes if one.wave == plan.waves[0]}
    one = plan.indicators(Measure.PERCENT)[0]
    row = row_of(weighted(plan), Quantity.PERCENT, indicator=one.indicator, wave=plan.waves[0], authority="")
    agrees(row, *by_hand(plan, one, plan.waves[0], population=known), 100)


def test_more_respondents_than_people_are_refused(declared):
    sizes = (Eligible(authority=declared.cohorts[0].authorities[0], wave=declared.cohorts[0].waves[0].id, count=3, source="T1"),)
    plan = plan_of(declared, weighting=Weighting(margins=("authority",), finite_population=True), eligible=sizes)
    with pytest.raises(ParameterError, match="more respondents than people"):
        weighted(plan)


def test_an_authority_with_one_respondent_is_centred_at_the_mean_of_all(declared):
    people = people_of(declared.cohorts[0], declared, 240)
    lone = declared.cohorts[0].authorities[0]
    first = people.index[people["authority"].eq(lone) & people["wave"].eq(people["wave"].cat.categories[0])]
    people = people.drop(first[1:]).reset_index(drop=True)
    plan = plan_of(declared, people=people)
    plan.respondents["weight"] = plan.respondents["weight"].fillna(1.0)
    one = plan.indicators(Measure.MEAN)[0]
    row = row_of(weighted(plan), Quantity.MEAN, indicator=one.indicator, wave=plan.waves[0], authority="")
    agrees(row, *by_hand(plan, one, plan.waves[0]), 1)


def test_equal_weights_give_the_unweighted_percentages_and_cost_nothing(declared):
    plan = plan_of(declared)
    plan.respondents["weight"] = 3.0
    results = weighted(plan)
    check(results, RESULTS)
    one = plan.indicators(Measure.PERCENT)[0]
    counts = plan.tallies[plan.tallies["group"].eq("") & plan.tallies["authority"].eq("") & plan.tallies["indicator"].eq(one.indicator)].iloc[0]
    row = row_of(results, Quantity.PERCENT, indicator=one.indicator, wave=counts["wave"], authority="")
    assert row["estimate"] == pytest.approx(100 * counts["numerator"] / counts["n_valid"]) and row["n_eligible"] == counts["n_eligible"]
    assert row_of(results, Quantity.DESIGN_EFFECT, wave=plan.waves[0], authority="")["estimate"] == pytest.approx(1)
    assert row_of(results, Quantity.LARGEST_WEIGHT, wave=plan.waves[0], authority="")["estimate"] == pytest.approx(1)


def test_without_a_declared_weighting_nothing_is_weighted(declared):
    assert weighted(plan_of(declared, weighting=None)).empty
