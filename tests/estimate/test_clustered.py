"""Errors for respondents in few clusters, held to R's clubSandwich (clustered.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from nbeval.estimate.glm import clustered_mean, cr2
from nbeval.frames import Reason
from tests.estimate.reference import case, expected, expected_rows, inputs, near
from tests.guards import some

METHOD = "cr2_satterthwaite"


def _fits(case_id: str) -> bool:
    """Whether a case is a linear model."""
    return case("clustered_cases", case_id)["kind"] == "linear"


def _weight(case_id: str) -> str:
    """The column of weights of a case; empty where it has none."""
    weight = case("clustered_cases", case_id)["weight"]
    return weight if isinstance(weight, str) else ""


@cache
def fitted(case_id: str) -> pd.DataFrame:
    """Estimates, errors and degrees of freedom by coefficient, under R's names."""
    about = case("clustered_cases", case_id)
    table = inputs("clustered").query("dataset == @about['dataset']")
    if isinstance(about["waves"], str):
        table = table[table["wave"].isin(about["waves"].split("|"))]
    names = [name.strip() for name in about["terms"].replace("*", "+").replace(":", "+").split("+")]
    table = table[list(dict.fromkeys([*(name for name in names if name in table), about["outcome"], about["cluster"], *filter(None, [_weight(case_id)])]))].dropna()
    order = inputs("clustered_categories").groupby("variable", sort=False)["level"].apply(list).to_dict()
    for name in set(table.columns) - {about["outcome"], _weight(case_id)}:
        if name in order or name == "authority":
            levels = [level for level in order.get(name, sorted(set(table[name]))) if level in set(table[name])]
            table = table.assign(**{name: pd.Categorical(table[name], levels)})
    formula = f"{about['outcome']} ~ {about['terms']}"
    weights = table[_weight(case_id)].to_numpy(float) if _weight(case_id) else None
    fit = smf.ols(formula, table).fit() if weights is None else smf.wls(formula, table, weights=weights).fit()
    matrix, df = cr2(fit.model.exog, fit.resid.to_numpy(), table[about["cluster"]], np.eye(len(fit.params)), weights)
    named = [name.replace("[T.", "").replace("]", "").replace("Intercept", "(Intercept)") for name in fit.params.index]
    return pd.DataFrame({"estimate": fit.params.to_numpy(), "std_error": np.sqrt(np.diag(matrix)), "df": df}, index=named)


def _has_an_error(row) -> bool:
    return row.quantity.startswith("coef[") and _fits(row.case) and not np.isnan(row.std_error) and not row.degenerate


ROWS = expected_rows("clustered", methods=[METHOD], where=_has_an_error)


@pytest.mark.parametrize("row", ROWS)
def test_clustered_errors_are_those_of_clubsandwich(row):
    ours = fitted(row.case).loc[row.quantity[len("coef["):-1]]
    for name in ("estimate", "std_error", "df"):
        assert np.isnan(getattr(row, name)) or near(ours[name], getattr(row, name), row), name


def _of_means(row) -> bool:
    """Levels at a wave, and changes of pairs."""
    about = case("clustered_cases", row.case)
    return about["kind"] in ("level", "paired") and row.quantity in ("mean", "change") and not isinstance(about["weight"], str)


MEANS = expected_rows("clustered", methods=[METHOD], where=_of_means)


@pytest.mark.parametrize("row", MEANS)
def test_clustered_means_and_changes_of_pairs_are_those_of_clubsandwich(row):
    about = case("clustered_cases", row.case)
    table = inputs("clustered" if about["kind"] == "level" else "clustered_pairs").query("dataset == @about['dataset']")
    if about["kind"] == "level":
        table = table[table["wave"].isin(about["waves"].split("|"))] if isinstance(about["waves"], str) else table
        values = table[about["outcome"]]
    else:
        values = table[f"{about['outcome']}_final"] - table[f"{about['outcome']}_baseline"]
    found = clustered_mean(values, table[about["cluster"]], conf_level=about["conf_level"])
    if row.not_estimable or row.degenerate:
        assert np.isnan(found.conf_low) and found.warning
        return
    for name in ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value"):
        assert np.isnan(getattr(row, name)) or near(getattr(found, name), getattr(row, name), row), name


def test_enough_was_compared(shared):
    assert len(ROWS) > 40 and len(MEANS) > 8 and expected("clustered")


def test_weighted_models_were_compared():
    assert some([row for row in ROWS if _weight(row.values[0].case)])


def test_equal_weights_are_no_weights_and_rows_without_weight_say_nothing():
    draw = np.random.default_rng(5)
    matrix = np.column_stack([np.ones(30), draw.normal(size=30)])
    codes, y = np.repeat(np.arange(6), 5), draw.normal(size=30)
    residuals = y - matrix @ np.linalg.lstsq(matrix, y, rcond=None)[0]
    plain, weighted = (cr2(matrix, residuals, codes, np.eye(2), weights) for weights in (None, np.full(30, 2.5)))
    assert np.concatenate([part.ravel() for part in plain]) == pytest.approx(np.concatenate([part.ravel() for part in weighted]), rel=1e-9)


def test_weighted_errors_are_those_of_the_formula_written_out():
    """Pustejovsky and Tipton 2018 with whole matrices: B = D (I-H)(I-H)' D of each cluster, H the weighted hat matrix."""
    draw = np.random.default_rng(7)
    codes = np.repeat(np.arange(5), [3, 8, 4, 6, 5])
    matrix = np.column_stack([np.ones(26), draw.normal(size=26), codes % 2])
    weights, y = draw.uniform(0.3, 3, 26), draw.normal(size=26)
    bread = np.linalg.inv(matrix.T @ (matrix * weights[:, None]))
    hat = matrix @ bread @ (matrix * weights[:, None]).T
    left, total, traced = np.eye(26) - hat, np.zeros((3, 3)), []
    for code in range(5):
        rows = codes == code
        values, vectors = np.linalg.eigh((left @ left.T)[np.ix_(rows, rows)])
        root = vectors * values**-0.5 @ vectors.T
        part = bread @ (matrix * weights[:, None])[rows].T @ root
        score = part @ (left @ y)[rows]
        total += np.outer(score, score)
        traced.append(left[rows].T @ part[1])
    spread = np.array(traced) @ np.array(traced).T
    found, df = cr2(matrix, left @ y, codes, np.eye(3)[1:2], weights)
    assert found == pytest.approx(total, rel=1e-9)
    assert df[0] == pytest.approx(np.trace(spread) ** 2 / (spread**2).sum(), rel=1e-9)


def test_one_cluster_has_no_error():
    matrix, df = cr2(np.column_stack([np.ones(4), np.arange(4.0)]), np.array([0.1, -0.2, 0.1, 0.0]), ["a"] * 4, np.eye(2))
    assert np.isnan(matrix).all() and np.isnan(df).all()


def test_every_respondent_a_cluster_is_hc2_with_its_degrees_of_freedom():
    draw = np.random.default_rng(3)
    table = pd.DataFrame({"y": draw.normal(size=40), "x": np.repeat([0.0, 1.0], [25, 15])})
    fit = smf.ols("y ~ x", table).fit()
    matrix, df = cr2(fit.model.exog, fit.resid.to_numpy(), np.arange(40), np.eye(2))
    assert np.sqrt(np.diag(matrix)) == pytest.approx(fit.HC2_se.to_numpy(), rel=1e-10) and df[1] < 38


@pytest.mark.parametrize(("values", "clusters", "second", "why"), [
    ([1.0, 2, 3], "aab", [True, True, True], Reason.NOBODY), ([np.nan, 2, 3], "aab", None, ""), ([np.nan] * 3, "aab", None, Reason.NOBODY),
    ([1.0, 2, 4], "aaa", None, Reason.FEW_CLUSTERS), ([2.0, 2, 2], "aab", None, Reason.NO_VARIANCE),
])
def test_what_has_no_error_says_why(values, clusters, second, why):
    found = clustered_mean(values, list(clusters), second)
    assert why in found.warning and np.isnan(found.conf_low) == bool(why)
