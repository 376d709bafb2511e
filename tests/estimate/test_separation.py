"""Separated answers are found and reported, held to R (separation.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nbeval.estimate.glm import (
    Design, adjusted_difference, find_separation, fit, fit_design, make_design, odds_ratios, prepare,
    standardised_difference,
)
from nbeval.estimate.outcome import Outcome
from nbeval.frames import Reason
from tests.estimate.reference import all_accounted_for, case, expected, expected_rows, inputs, meets
from tests.estimate.test_regression import survey, terms_of
from tests.guards import some

OFFERED = ["*|linear programme", "*|complete cases", "*|y = 1"]
REFUSED = {
    "*|glm default": "a runaway estimate, which depends on the stopping rule and must not be printed",
    "*|firth": "a separated level is reported as such; no penalised estimate takes its place",
}


@cache
def designed(case_id: str) -> Design:
    about = case("separation_cases", case_id)
    if about["source"] == "survey":
        table = survey()
        values = table[about["outcome"]]
        answers = values.isin(about["codes"].split("|")).astype(float).where(values.notna()).to_numpy(float)
    else:
        table = inputs("separated").query("case_id == @case_id").copy()
        table["g"] = pd.Categorical(table.g)
        answers = table.y.to_numpy(float)
    return make_design(prepare(table, terms_of(about["terms"])), answers)


def separation(case_id: str):
    made = designed(case_id)
    return find_separation(made.matrix, made.total, made.n, made.columns)


def _outcome(row) -> Outcome:
    made = designed(row.case)
    name = row.quantity.partition("[")[2].rstrip("]").replace("(Intercept)", "Intercept")
    if row.quantity in ("n", "events"):
        return Outcome(made.n.sum() if row.quantity == "n" else made.total.sum())
    found = separation(row.case)
    return Outcome(float(found.reason is not None) if row.quantity == "separated" else found.infinite.get(name, 0))


@pytest.mark.parametrize("row", expected_rows("separation", methods=[pattern.partition("|")[2] for pattern in OFFERED]))
def test_separation_agrees_with_r(row):
    meets(row, _outcome(row))


@pytest.mark.parametrize("row", expected_rows("separation", quantities=["separated"]))
def test_the_kind_of_separation_is_that_of_r(row):
    kinds = {None: "no", Reason.SEPARATED: "quasi-complete", Reason.SEPARATED_COMPLETELY: "complete"}
    assert kinds[separation(row.case).reason] == row.note


def of_kind(kind: str) -> list[str]:
    """The cases that R finds separated in this way."""
    return [row.case for row in expected("separation") if row.quantity == "separated" and row.note == kind]


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("separation", OFFERED, REFUSED)


def test_a_fit_that_converges_is_one_that_is_not_separated(shared):
    cases = sorted({row.case for row in expected("separation")})
    assert cases
    for case_id in cases:
        assert bool(fit_design(designed(case_id), kind="logistic").why) == bool(separation(case_id).reason), case_id


def test_no_odds_ratio_is_given_where_the_answers_are_separated_and_the_warning_names_no_level(shared):
    for name in some(of_kind("quasi-complete")):
        made = designed(name)
        ratios = odds_ratios(fit_design(made, kind="logistic"))
        assert ratios and all(np.isnan(one.estimate) and "quasi-complete separation" in one.warning for one in ratios.values())
        levels = [level for factor in made.factors() for level in made.levels(factor) if len(level) > 1]
        assert not any(level in one.warning for one in ratios.values() for level in levels)      # it would say what all of them answered


def test_complete_separation_leaves_no_coefficient(shared):
    for name in some(of_kind("complete")):
        found = odds_ratios(fit_design(designed(name), kind="logistic"))
        assert found and all(np.isnan(outcome.estimate) for outcome in found.values())


def test_the_respondents_predicted_with_certainty_are_those_of_the_separated_level(shared):
    alone = [(name, columns[0]) for name in of_kind("quasi-complete") if len(columns := list(separation(name).infinite)) == 1]
    for name, column in some(alone):
        made = designed(name)
        cell = made.matrix[:, made.columns.index(column)] == 1
        assert cell.any() and (separation(name).rows == cell).all()


def test_a_steep_slope_that_is_not_separated_is_fitted():
    # 60 respondents on a number far from zero; two answers cross, so an estimate exists although it is steep
    x = np.arange(1000.0, 1060.0)
    answers = (x > 1030).astype(float)
    answers[[30, 31]] = answers[[31, 30]]
    fitted = fit(prepare(pd.DataFrame({"x": x}), ["x"]), answers, kind="logistic")
    peer = sm.GLM(answers, sm.add_constant(x), sm.families.Binomial()).fit(maxiter=200, tol=1e-14)
    assert not fitted.why and fitted.coefficients == pytest.approx(peer.params, rel=1e-5)


def test_uniform_authorities_are_put_aside_as_the_linear_programme_would():
    draw = np.random.default_rng(7)
    table = pd.DataFrame({
        "wave": pd.Categorical(draw.choice(["a", "b"], 600)), "place": pd.Categorical(draw.choice(list("pqrstu"), 600)),
        "age": pd.Categorical(draw.choice(["x", "y", "z"], 600)),
    })
    answers = (draw.random(600) < 0.6).astype(float)
    answers[table["place"].isin(["p", "s"]).to_numpy()] = 1.0
    answers[table["place"].eq("u").to_numpy()] = 0.0
    predictors = prepare(table, ["wave", "place", "age"])
    quick = adjusted_difference(predictors, answers, kind="logistic", variable="wave", reference="a", level="b")
    whole = fit(predictors, answers, kind="logistic")
    slow = standardised_difference(whole, "wave", "a", "b", robust=True)
    assert whole.separation and (quick.estimate, quick.std_error) == pytest.approx((slow.estimate, slow.std_error), rel=1e-9)
    assert quick.warning == slow.warning
