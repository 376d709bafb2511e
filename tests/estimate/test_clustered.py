"""Errors for respondents in few authorities, held to R's clubSandwich (clustered.R)."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from nbeval.estimate.models import cr2
from tests.estimate.reference import case, expected, expected_rows, inputs, near

METHOD = "cr2_satterthwaite"


def _fits(case_id: str) -> bool:
    """Whether a case is a linear or logistic model without weights."""
    about = case("clustered_cases", case_id)
    return about["kind"] in ("linear", "logistic") and not isinstance(about["weight"], str)


@cache
def fitted(case_id: str) -> pd.DataFrame:
    """Estimates, errors and degrees of freedom by coefficient, under R's names."""
    about = case("clustered_cases", case_id)
    table = inputs("clustered").query("dataset == @about['dataset']")
    if isinstance(about["waves"], str):
        table = table[table["wave"].isin(about["waves"].split("|"))]
    names = [name.strip() for name in about["terms"].replace("*", "+").replace(":", "+").split("+")]
    table = table[list(dict.fromkeys([*(name for name in names if name in table), about["outcome"], about["cluster"]]))].dropna()
    order = inputs("clustered_categories").groupby("variable", sort=False)["level"].apply(list).to_dict()
    for name in set(table.columns) - {about["outcome"]}:
        if name in order or name == "authority":
            levels = [level for level in order.get(name, sorted(set(table[name]))) if level in set(table[name])]
            table = table.assign(**{name: pd.Categorical(table[name], levels)})
    formula = f"{about['outcome']} ~ {about['terms']}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=RuntimeWarning)
        fit = smf.logit(formula, table).fit(disp=0, tol=1e-12, maxiter=100) if about["kind"] == "logistic" else smf.ols(formula, table).fit()
        matrix, df = cr2(fit, table[about["cluster"]])
    named = [name.replace("[T.", "").replace("]", "").replace("Intercept", "(Intercept)") for name in fit.params.index]
    return pd.DataFrame({"estimate": fit.params.to_numpy(), "std_error": np.sqrt(np.diag(matrix)), "df": df}, index=named)


ROWS = [param for param in expected_rows("clustered", methods=[METHOD])
        if not param.values[0] or param.values[0].quantity.startswith("coef[") and _fits(param.values[0].case) and not np.isnan(param.values[0].std_error)
        and not param.values[0].degenerate and not param.values[0].note.startswith("DOUBTFUL")]


@pytest.mark.parametrize("row", ROWS)
def test_clustered_errors_are_those_of_clubsandwich(row):
    ours = fitted(row.case).loc[row.quantity[len("coef["):-1]]
    for name in ("estimate", "std_error", "df"):
        assert np.isnan(getattr(row, name)) or near(ours[name], getattr(row, name), row), name


def test_both_kinds_of_model_were_compared(shared):
    kinds = [case("clustered_cases", param.values[0].case)["kind"] for param in ROWS]
    assert kinds.count("linear") > 40 and kinds.count("logistic") > 20 and expected("clustered")


def test_one_cluster_has_no_error():
    fit = smf.ols("y ~ x", pd.DataFrame({"y": [1.0, 2, 4, 3], "x": [0.0, 1, 2, 3]})).fit()
    matrix, df = cr2(fit, ["a"] * 4)
    assert np.isnan(matrix).all() and np.isnan(df).all()


def test_every_respondent_a_cluster_is_hc2_with_its_degrees_of_freedom():
    draw = np.random.default_rng(3)
    table = pd.DataFrame({"y": draw.normal(size=40), "x": np.repeat([0.0, 1.0], [25, 15])})
    fit = smf.ols("y ~ x", table).fit()
    matrix, df = cr2(fit, np.arange(40))
    assert np.sqrt(np.diag(matrix)) == pytest.approx(fit.HC2_se.to_numpy(), rel=1e-10) and df[1] < 38
