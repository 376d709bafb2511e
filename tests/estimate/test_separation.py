"""Separated answers are found and reported, held to R (separation.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from nbeval.estimate.design_matrix import Design, design, prepare
from nbeval.estimate.model_fit import fit_design
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.regression import odds_ratios
from nbeval.estimate.separation import find_separation, firth
from tests.estimate.reference import all_accounted_for, case, expected, expected_rows, inputs, meets
from tests.estimate.test_regression import survey, terms_of

OFFERED = ["*|firth", "*|linear programme", "*|complete cases", "*|y = 1"]
REFUSED = {"*|glm default": "a runaway estimate, which depends on the stopping rule and must not be printed"}


@cache
def columns_and_answers(case_id: str) -> tuple[Design, np.ndarray]:
    about = case("separation_cases", case_id)
    if about["source"] == "survey":
        table = survey()
        values = table[about["outcome"]]
        answers = values.isin(about["codes"].split("|")).astype(float).where(values.notna()).to_numpy(float)
    else:
        table = inputs("separated").query("case_id == @case_id").copy()
        table["g"] = pd.Categorical(table.g)
        answers = table.y.to_numpy(float)
    columns = design(prepare(table, terms_of(about["terms"])), np.isfinite(answers))
    return columns, answers[columns.rows]


def _outcome(row) -> Outcome:
    columns, answers = columns_and_answers(row.case)
    name = row.quantity.partition("[")[2].rstrip("]")
    if row.quantity in ("n", "events"):
        return Outcome(len(answers) if row.quantity == "n" else answers.sum())
    if row.method == "firth":
        return firth(columns.matrix, answers, columns.columns)[name]
    found = find_separation(columns.matrix, answers, columns.columns)
    return Outcome(float(bool(found)) if row.quantity == "separated" else found.infinite.get(name, 0))


@pytest.mark.parametrize("row", expected_rows("separation", methods=[pattern.partition("|")[2] for pattern in OFFERED]))
def test_separation_agrees_with_r(row):
    if row.quantity.startswith("coef[") and row.estimate == 0:
        outcome = _outcome(row)
        # R's statistic and p are those of a rounding error
        assert abs(outcome.estimate) < 1e-9 and outcome.std_error == pytest.approx(row.std_error, rel=1e-7)
        return
    meets(row, _outcome(row))


@pytest.mark.parametrize("row", expected_rows("separation", quantities=["separated"]))
def test_the_kind_of_separation_is_that_of_r(row):
    columns, answers = columns_and_answers(row.case)
    assert (find_separation(columns.matrix, answers, columns.columns).kind or "no") == row.note


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("separation", OFFERED, REFUSED)


def test_a_fit_that_converges_is_one_that_is_not_separated(shared):
    for case_id in sorted({row.case for row in expected("separation")}):
        columns, answers = columns_and_answers(case_id)
        found = find_separation(columns.matrix, answers, columns.columns)
        assert bool(fit_design(columns, answers, kind="logistic").why) == bool(found), case_id


def test_no_odds_ratio_is_given_for_a_separated_level_and_the_others_keep_theirs(shared):
    columns, answers = columns_and_answers("survey_rare_gender")
    ratios = odds_ratios(fit_design(columns, answers, kind="logistic"))
    separated = ratios.pop("genderIn another way")
    assert np.isnan(separated.estimate) and "quasi-complete separation" in separated.warning
    assert "In another way" not in separated.warning       # it would say what all of them answered
    rest = columns.matrix[:, columns.columns.index("genderIn another way")] == 0
    peer = sm.GLM(answers[rest], columns.matrix[rest][:, :3], sm.families.Binomial()).fit(tol=1e-14)
    for name, log_odds, error in zip(ratios, peer.params[1:], peer.bse[1:]):
        assert np.log(ratios[name].estimate) == pytest.approx(log_odds, rel=1e-8)
        assert np.log(ratios[name].conf_high / ratios[name].conf_low) == pytest.approx(2 * 1.959963984540054 * error, rel=1e-7)
        assert "separation" in ratios[name].warning


def test_complete_separation_leaves_no_coefficient(shared):
    columns, answers = columns_and_answers("complete_numeric")
    assert all(np.isnan(outcome.estimate) for outcome in odds_ratios(fit_design(columns, answers, kind="logistic")).values())


def test_the_respondents_foretold_with_certainty_are_those_of_the_separated_level(shared):
    columns, answers = columns_and_answers("survey_wave_authority")
    settled = find_separation(columns.matrix, answers, columns.columns).settled
    cell = columns.matrix[:, columns.columns.index("wavefinal:authorityEskmouth")] == 1
    assert (settled == cell).all()


def test_a_steep_slope_that_is_not_separated_is_fitted():
    # 60 respondents on a number far from zero; two answers cross, so an estimate exists although it is steep
    x = np.arange(1000.0, 1060.0)
    answers = (x > 1030).astype(float)
    answers[[30, 31]] = answers[[31, 30]]
    table = pd.DataFrame({"x": x})
    fitted = fit_design(design(prepare(table, ["x"]), np.ones(60, bool)), answers, kind="logistic")
    peer = sm.GLM(answers, sm.add_constant(x), sm.families.Binomial()).fit(maxiter=200, tol=1e-14)
    assert not fitted.why and fitted.coefficients == pytest.approx(peer.params, rel=1e-5)
