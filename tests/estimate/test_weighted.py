"""Weighted levels and changes of many indicators at once, held to the survey library one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Eligible, Weighting
from nbeval.errors import ParameterError
from nbeval.estimate.plan import make_plan
from nbeval.estimate.survey_design import survey_design
from nbeval.estimate.survey_estimates import survey_by, survey_difference, survey_mean, survey_share
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


def design_of(plan, **parts):
    people = plan.respondents
    return survey_design(people["weight"], strata=people["wave"].astype(str) + people["authority"].astype(str), **parts)


def row_of(results: pd.DataFrame, quantity: Quantity, **at) -> pd.Series:
    """The one row of a quantity at a place."""
    chosen = results[results["quantity"].eq(quantity.value)]
    for name, value in at.items():
        chosen = chosen[chosen[name].eq(value)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def agrees(row: pd.Series, outcome, factor: float) -> None:
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert row[name] == pytest.approx(factor * getattr(outcome, name), rel=1e-9, abs=1e-12), name
    assert row["df"] == outcome.df


@pytest.mark.parametrize("authority", ["", "first"])
def test_weighted_levels_are_those_of_the_survey_library(declared, authority):
    plan = plan_of(declared)
    place = plan.cohort.authorities[0] if authority else ""
    results, design = weighted(plan), design_of(plan)
    for one in plan.indicators():
        at = {"indicator": one.indicator, "wave": plan.waves[1], "authority": place}
        here = plan.respondents["wave"].eq(plan.waves[1]).to_numpy()
        here = here & (plan.respondents["authority"].eq(place).to_numpy() if place else True)
        given = laid_beside(plan, one.indicator)
        if one.measure is Measure.PERCENT:
            found = survey_share(design, given, rows=here)
            row = row_of(results, Quantity.PERCENT, **at)
            agrees(row, found.outcome, 100)
            assert row["n_effective"] == pytest.approx(found.effective_n)
        else:
            agrees(row_of(results, Quantity.MEAN, **at), survey_mean(design, given, rows=here).outcome, 1)


def test_weighted_changes_are_those_of_the_survey_library(declared):
    plan = plan_of(declared)
    results, design = weighted(plan), design_of(plan)
    for one in plan.indicators():
        found = survey_difference(design, laid_beside(plan, one.indicator), plan.respondents["wave"].astype(str),
                                  reference=plan.waves[0], level=plan.waves[1])
        row = row_of(results, Quantity.CHANGE, indicator=one.indicator, authority="")
        agrees(row, found, 100 if one.measure is Measure.PERCENT else 1)
        assert row["p_value"] == pytest.approx(found.p_value, rel=1e-8) and row["statistic"] == pytest.approx(found.statistic)


def test_a_finite_population_narrows_the_interval_as_the_library_does(declared):
    cohort = declared.cohorts[0]
    sizes = tuple(Eligible(authority=place, wave=wave.id, count=70 + 5 * k, source="T1")
                  for wave in cohort.waves for k, place in enumerate(cohort.authorities))
    plan = plan_of(declared, weighting=Weighting(margins=("authority",), finite_population=True), eligible=sizes)
    known = {(one.wave, one.authority): one.count for one in sizes}
    population = [known[pair] for pair in zip(plan.respondents["wave"], plan.respondents["authority"], strict=True)]
    one, design = plan.indicators(Measure.PERCENT)[0], design_of(plan, population=population)
    found = survey_share(design, laid_beside(plan, one.indicator), rows=plan.respondents["wave"].eq(plan.waves[0]).to_numpy())
    agrees(row_of(weighted(plan), Quantity.PERCENT, indicator=one.indicator, wave=plan.waves[0], authority=""), found.outcome, 100)


def test_more_respondents_than_people_are_refused(declared):
    sizes = (Eligible(authority=declared.cohorts[0].authorities[0], wave=declared.cohorts[0].waves[0].id, count=3, source="T1"),)
    plan = plan_of(declared, weighting=Weighting(margins=("authority",), finite_population=True), eligible=sizes)
    with pytest.raises(ParameterError, match="more respondents than people"):
        weighted(plan)


def test_an_authority_with_one_respondent_is_centred_as_the_library_does(declared):
    people = people_of(declared.cohorts[0], declared, 240)
    lone = declared.cohorts[0].authorities[0]
    first = people.index[people["authority"].eq(lone) & people["wave"].eq(people["wave"].cat.categories[0])]
    people = people.drop(first[1:]).reset_index(drop=True)
    plan = plan_of(declared, people=people)
    plan.respondents["weight"] = plan.respondents["weight"].fillna(1.0)
    one = plan.indicators(Measure.MEAN)[0]
    wave = plan.respondents["wave"].eq(plan.waves[0]).to_numpy()
    found = survey_by(survey_design(plan.respondents["weight"][wave], strata=plan.respondents["authority"][wave].astype(str)),
                      laid_beside(plan, one.indicator)[wave], np.full(wave.sum(), "all"))["all"].outcome
    row = row_of(weighted(plan), Quantity.MEAN, indicator=one.indicator, wave=plan.waves[0], authority="")
    assert row["std_error"] == pytest.approx(found.std_error, rel=1e-9)


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
