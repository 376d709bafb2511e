"""Proportional odds, held to ordinal::clm (regression.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate.glm import prepare
from nbeval.estimate.ordinal import FittedOrdinal, fit_ordinal, ordinal_coefficients, ordinal_odds_ratios, proportionality
from nbeval.estimate.outcome import Outcome
from tests.estimate.reference import case, declaring, expected_rows, meets
from tests.estimate.test_regression import is_ordinal, survey, terms_of
from tests.guards import some

QUANTITIES = ("coef", "odds_ratio", "threshold", "proportional_odds")


@cache
def fitted(case_id: str) -> FittedOrdinal:
    about = case("regression_cases", case_id)
    answers = survey()[about["outcome"]].cat
    codes = np.where(answers.codes >= 0, answers.codes, np.nan)
    return fit_ordinal(prepare(survey(), terms_of(about["terms"])), codes, tuple(answers.categories))


def _outcome(row) -> Outcome:
    model, (quantity, _, name) = fitted(row.case), row.quantity.rstrip("]").partition("[")
    if quantity == "proportional_odds":
        return proportionality(model, name)
    if quantity in ("log_likelihood", "aic"):
        return Outcome(model.log_likelihood if quantity == "log_likelihood" else 2 * len(model.names) - 2 * model.log_likelihood)
    return (ordinal_odds_ratios if quantity == "odds_ratio" else ordinal_coefficients)(model)[name]


ROWS = expected_rows("regression", methods=["clm", "likelihood_ratio"], where=is_ordinal)


@pytest.mark.parametrize("row", ROWS)
def test_proportional_odds_agree_with_clm(row):
    meets(row, _outcome(row))


def _table(n: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"wave": pd.Categorical(["first", "last"] * (n // 2))})


def test_turning_the_answers_round_turns_the_coefficient(shared):
    for name in some(declaring("regression_cases", kind="ordinal")):
        model, about = fitted(name), case("regression_cases", name)
        codes, last = survey()[about["outcome"]].cat.codes, len(model.labels) - 1
        turned = fit_ordinal(prepare(survey(), terms_of(about["terms"])), np.where(codes >= 0, last - codes, np.nan), model.labels[::-1])
        assert turned.estimates[last:] == pytest.approx(-model.estimates[last:], rel=1e-6)


def test_an_answer_nobody_gave_is_left_out():
    answers = np.array([0, 2, 3, 0, 3, 2] * 10, float)
    model = fit_ordinal(prepare(_table(), ["wave"]), answers, ("a", "b", "c", "d"))
    assert model.labels == ("a", "c", "d") and not model.why


@pytest.mark.parametrize("answers, why", [
    (np.zeros(60), "everybody gave the same answer"),
    (np.r_[[0.0, 1.0, 2.0], np.full(57, np.nan)], "too few"),
    (np.tile([0.0, 2.0], 30), "no finite estimates"),
])
def test_no_estimate_says_why(answers, why):
    model = fit_ordinal(prepare(_table(), ["wave"]), answers, ("a", "b", "c"))
    assert all(np.isnan(outcome.estimate) and why in outcome.warning for outcome in ordinal_coefficients(model).values())
    assert "not estimable" in proportionality(model, "wave").warning


def test_two_answers_have_no_proportionality_to_test():
    model = fit_ordinal(prepare(_table(), ["wave"]), np.array([0, 1, 1, 0, 0, 0] * 10, float), ("a", "b"))
    assert "one threshold" in proportionality(model, "wave").warning
