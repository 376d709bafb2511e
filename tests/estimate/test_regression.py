"""Models and the adjusted change, held to R (regression.R) and to statsmodels."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import patsy
import pytest
import statsmodels.api as sm

from nbeval.errors import ParameterError
from nbeval.estimate.glm import (
    adjusted_difference, coefficients, covariance, fit, make_design, odds_ratios, prepare, standardised_difference,
)
from nbeval.estimate.outcome import Outcome, wald
from nbeval.frames import Reason
from tests.estimate.reference import all_accounted_for, case, expected, expected_rows, inputs, meets
from tests.guards import some

#: whether the variance is robust, by R's name
ROBUST = {"glm_wald": False, "lm": False, "hc1": True}
DELTA = {"delta_model": False, "delta_hc1": True}
EVENTS = {"rarer outcome", "rarer outcome / coefficients without the intercept"}
OFFERED = {*ROBUST, *DELTA, *EVENTS, "complete cases", "wald"}
UNUSED = "no report reads it; statsmodels gives it on the same columns"
REFUSED = {
    **dict.fromkeys(["logistic", "linear", "pROC::auc", "f", "car::vif"], UNUSED),
    "hc0": "HC1 is the one used", "hc3": "HC1 is the one used",
    "profile": "Wald intervals are declared; where they would mislead, separation is reported instead",
    **dict.fromkeys(["cr1", "cr1s", "delta_cr1", "delta_cr1s", "cr2_satterthwaite"],
                    "where clusters are few it is CR2 for means and shares (clustered.R) that is given"),
    "bootstrap_covariates_fixed": "a check of the delta method, which is met exactly",
    "bootstrap_covariates_drawn": "a check of the delta method, which is met exactly",
    "polr": "a less exact fit of the model that clm fits",
}
#: rows of an offered method that are refused all the same
NOT_BY_US = {
    UNUSED: lambda row: row.quantity in ("r_squared", "sigma") or row.method == "likelihood_ratio" and row.quantity.startswith("term[") and not is_ordinal(row),
    "the change between the levels is what is given": lambda row: row.quantity.startswith("standardised[") and row.method.startswith("delta_"),
    "the factors of a study have levels": lambda row: row.quantity.startswith("average_marginal_effect[") and _numeric(row.quantity),
}


@cache
def survey() -> pd.DataFrame:
    """The reference survey with its categories in declared order."""
    table = inputs("survey").copy()
    for variable, levels in inputs("categories").groupby("variable", sort=False)["level"]:
        table[variable] = pd.Categorical(table[variable].astype("string"), list(levels), ordered=True)
    return table


def terms_of(formula: str) -> list[str]:
    """"a * b + c" as a, b, c, a:b."""
    parts = [part.strip() for part in formula.split("+")]
    crossed = [part.replace(" ", "").replace("*", ":") for part in parts if "*" in part]
    return [name for part in parts for name in part.replace(" ", "").split("*")] + crossed


def given(case_id: str) -> tuple[np.ndarray, list[str]]:
    """The answers of a case and the terms of its model."""
    about = case("regression_cases", case_id)
    values = survey()[about["outcome"]]
    answers = values.isin(about["codes"].split("|")).astype(float).where(values.notna()) if about["kind"] == "logistic" else values
    return answers.to_numpy(float), terms_of(about["terms"])


@cache
def fitted(case_id: str):
    answers, terms = given(case_id)
    return fit(prepare(survey(), terms), answers, kind=case("regression_cases", case_id)["kind"])


def _outcome(row) -> Outcome:
    model, name = fitted(row.case), row.quantity.partition("[")[2].rstrip("]").replace("(Intercept)", "Intercept")
    if row.quantity in ("n_used", "n_left_out"):
        return Outcome(model.n if row.quantity == "n_used" else len(survey()) - model.n)
    if row.quantity.startswith("coef["):
        if not ROBUST[row.method]:
            return coefficients(model)[name]
        at = model.design.columns.index(name)
        return wald(model.coefficients[at], covariance(model, robust=True)[at, at] ** 0.5, 0.95, "")
    if row.quantity.startswith("odds_ratio["):
        return odds_ratios(model)[name]
    if row.quantity == "standardised_difference":
        return standardised_difference(model, "wave", "baseline", "final", robust=DELTA[row.method])
    if row.quantity.startswith("average_marginal_effect["):
        variable, level = next((one, level) for one in model.design.factors() for level in model.design.levels(one) if name == f"{one}{level}")
        return standardised_difference(model, variable, model.design.levels(variable)[0], level)
    return Outcome(model.design.events if row.quantity == "events" else model.design.events_per_variable)


def is_ordinal(row) -> bool:
    return case("regression_cases", row.case)["kind"] == "ordinal"


def _numeric(quantity: str) -> bool:
    """Whether a quantity is of a column of numbers."""
    name = quantity.partition("[")[2].rstrip("]")
    return name in inputs("survey") and pd.api.types.is_numeric_dtype(inputs("survey")[name])


MODELS = expected_rows(
    "regression", methods=sorted(OFFERED), where=lambda row: not is_ordinal(row) and not any(holds(row) for holds in NOT_BY_US.values()))


@pytest.mark.parametrize("row", MODELS)
def test_models_agree_with_r(row):
    meets(row, _outcome(row))


def test_enough_was_compared(shared):
    assert len(MODELS) > 150


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    offered = [f"*|{method}" for method in OFFERED | {"clm", "likelihood_ratio"}]
    all_accounted_for("regression", offered, {f"*|{method}": why for method, why in REFUSED.items()}, not_by_us=NOT_BY_US)


@pytest.mark.parametrize("kind, outcome", [("logistic", "friend"), ("linear", "life_sat")])
def test_models_agree_with_statsmodels(shared, kind, outcome):
    values = survey()[outcome]
    answers = (values == "Yes").astype(float).where(values.notna()) if kind == "logistic" else values
    model = fit(prepare(survey(), ["wave", "authority", "age", "gender"]), answers.to_numpy(float), kind=kind)
    made = make_design(prepare(survey(), ["wave", "authority", "age", "gender"]), answers.to_numpy(float))
    used = np.flatnonzero(np.isfinite(answers.to_numpy(float)) & survey()[["wave", "authority", "age", "gender"]].notna().all(axis=1))
    X, y = np.asarray(patsy.dmatrix("wave + authority + age + gender", survey().iloc[used])), answers.to_numpy(float)[used]
    assert X.shape[1] == made.matrix.shape[1]
    peer = sm.GLM(y, X, sm.families.Binomial()).fit(tol=1e-14) if kind == "logistic" else sm.OLS(y, X).fit()
    assert model.coefficients == pytest.approx(peer.params, rel=1e-8)
    assert covariance(model) == pytest.approx(np.asarray(peer.cov_params()), rel=1e-7, abs=1e-12)


def test_the_adjusted_change_without_covariates_is_the_plain_one(shared):
    table = survey()
    answers = (table.friend == "Yes").astype(float).where(table.friend.notna()).to_numpy()
    adjusted = adjusted_difference(prepare(table, ["wave"]), answers, kind="logistic", variable="wave", reference="baseline", level="final")
    final, baseline = (np.nanmean(answers[(table.wave == wave).to_numpy()]) for wave in ("final", "baseline"))
    assert adjusted.estimate == pytest.approx(final - baseline, rel=1e-10)


def test_the_adjusted_change_is_that_of_the_reference(shared):
    rows = [row for row in expected("regression") if row.quantity == "standardised_difference" and row.method == "delta_hc1"]
    for row in some(rows, 2):
        about, (answers, terms) = case("regression_cases", row.case), given(row.case)
        change = {"variable": about["standardise"], "reference": "baseline", "level": "final"}
        if not fitted(row.case).why:
            meets(row, adjusted_difference(prepare(survey(), terms), answers, kind=about["kind"], **change))


def _separable(seed: int = 4) -> tuple[pd.DataFrame, np.ndarray]:
    """Two waves, three authorities; everybody in the third says yes."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({
        "wave": pd.Categorical(rng.choice(["first", "last"], 240), ["first", "last"]),
        "place": pd.Categorical(rng.choice(["a", "b", "c"], 240), ["a", "b", "c"]),
    })
    answers = (rng.random(240) < 0.5).astype(float)
    answers[(table.place == "c").to_numpy()] = 1.0
    return table, answers


def test_an_authority_that_all_says_yes_counts_with_no_change():
    table, answers = _separable()
    change = dict(kind="logistic", variable="wave", reference="first", level="last")
    whole = adjusted_difference(prepare(table, ["wave", "place"]), answers, **change)
    rest = (table.place != "c").to_numpy()
    part = adjusted_difference(prepare(table, ["wave", "place"]), np.where(rest, answers, np.nan), **change)
    assert whole.estimate == pytest.approx(part.estimate * rest.mean(), rel=1e-9)
    assert whole.warning == Reason.PREDICTED_ALIKE
    # what a fit that is stopped far out gives, as a limit
    X = np.asarray(patsy.dmatrix("wave + place", table))
    far = sm.GLM(answers, X, sm.families.Binomial()).fit(maxiter=14, tol=0)
    at = [X.copy(), X.copy()]
    at[0][:, 1], at[1][:, 1] = 0.0, 1.0
    assert whole.estimate == pytest.approx(far.predict(at[1]).mean() - far.predict(at[0]).mean(), abs=1e-6)


def test_a_wave_that_all_says_yes_has_no_adjusted_change():
    table, answers = _separable()
    answers[(table.wave == "last").to_numpy()] = 1.0
    found = adjusted_difference(prepare(table, ["wave", "place"]), answers, kind="logistic", variable="wave", reference="first", level="last")
    assert np.isnan(found.estimate) and "separation" in found.warning


@pytest.mark.parametrize("answers, why", [
    ([1.0] * 6, "everybody gave the same answer"),
    ([np.nan] * 6, "nobody with an answer in first and last"),
    ([1, 0, 1, np.nan, np.nan, np.nan], "nobody with an answer in last"),
    ([1, np.nan, np.nan, 0, np.nan, np.nan], "too few"),
])
def test_nothing_to_adjust_says_why(answers, why):
    table = pd.DataFrame({"wave": pd.Categorical(["first"] * 3 + ["last"] * 3)})
    found = adjusted_difference(prepare(table, ["wave"]), np.array(answers, float), kind="logistic", variable="wave", reference="first", level="last")
    assert np.isnan(found.estimate) and why in found.warning


def test_the_order_of_respondents_does_not_matter(shared):
    order = np.random.default_rng(1).permutation(len(survey()))
    terms, change = ["wave", "authority", "gender"], dict(kind="linear", variable="wave", reference="baseline", level="final")
    plain = adjusted_difference(prepare(survey(), terms), survey().life_sat.to_numpy(float), **change)
    mixed = survey().iloc[order]
    other = adjusted_difference(prepare(mixed, terms), mixed.life_sat.to_numpy(float), **change)
    assert other.estimate == pytest.approx(plain.estimate, rel=1e-10) and other.std_error == pytest.approx(plain.std_error, rel=1e-10)


def test_an_unused_reference_level_gives_way_to_the_next():
    table = pd.DataFrame({"g": pd.Categorical(["b", "b", "c", "c"] * 4, ["a", "b", "c"])})
    model = fit(prepare(table, ["g"]), np.arange(16.0), kind="linear")
    assert model.design.columns == ("Intercept", "gc")


def test_a_column_that_others_determine_is_left_out_and_named():
    group = pd.Categorical(["a", "b", "c"] * 8)
    table = pd.DataFrame({"g": group, "h": group})
    model = fit(prepare(table, ["g", "h"]), np.random.default_rng(0).normal(size=24), kind="linear")
    assert model.design.aliased == ("hb", "hc")
    assert "determine" in coefficients(model)["hb"].warning


@pytest.mark.parametrize("terms", [["wave", "place"], ["place", "wave"]])
def test_waves_that_share_no_authority_have_no_adjusted_change(terms):
    table = pd.DataFrame({"wave": pd.Categorical(["first"] * 8 + ["last"] * 8), "place": pd.Categorical(list("aaaabbbbccccdddd"))})
    found = adjusted_difference(prepare(table, terms), np.arange(16.0), kind="linear", variable="wave", reference="first", level="last")
    assert np.isnan(found.estimate) and "cannot be told apart" in found.warning


def test_an_authority_of_one_wave_only_does_not_stop_the_adjusted_change():
    table = pd.DataFrame({"wave": pd.Categorical(["first"] * 8 + ["last"] * 8), "place": pd.Categorical(list("aaaabbbbbbbbdddd"))})
    found = adjusted_difference(prepare(table, ["wave", "place"]), np.arange(16.0), kind="linear", variable="wave", reference="first", level="last")
    assert found.estimate == pytest.approx(4.0)


@pytest.mark.parametrize("wrong", [
    lambda table: prepare(table, ["wave", "nothing"]),
    lambda table: prepare(table, ["wave:place"]),
    lambda table: fit(prepare(table, ["wave"]), np.full(240, 2.0), kind="logistic"),
    lambda table: fit(prepare(table, ["wave"]), np.zeros(240), kind="probit"),
])
def test_a_model_that_cannot_be_is_refused(wrong):
    with pytest.raises(ParameterError):
        wrong(_separable()[0])
