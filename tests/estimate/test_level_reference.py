"""Percentages and means of the survey, held to R (reference script levels.R: prop.test, t.test)."""

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate.means import mean_interval
from nbeval.estimate.proportions import wilson
from tests.estimate.reference import expected_rows, inputs, meets, near


def answers(case_id: str) -> tuple[pd.Series, list[str]]:
    """The item for those asked, missing ones included, and the codes that count."""
    given = inputs("level_cases", text=True).query("case_id == @case_id").iloc[0]
    survey = inputs("survey")
    asked = survey[survey["wave"] == given["wave"]]
    if isinstance(given["group"], str):
        asked = asked[asked[given["group"]] == given["level"]]
    return asked[given["item"]], given["codes"].split("|") if isinstance(given["codes"], str) else []


def hits(values: pd.Series, codes: list[str]) -> int:
    if pd.api.types.is_numeric_dtype(values):
        return int(values.isin([float(code) for code in codes]).sum())
    return int(values.isin(codes).sum())


@pytest.mark.parametrize("row", expected_rows("levels", methods=["wilson"]))
def test_a_percentage_of_the_survey_is_that_of_r(row):
    values, codes = answers(row.case)
    found = wilson(hits(values, codes), int(values.notna().sum())).outcome("wilson", 0.95)
    assert all(near(100 * getattr(found, name), getattr(row, name), row) for name in ("estimate", "conf_low", "conf_high"))
    assert found.conf_level == row.conf_level


@pytest.mark.parametrize("row", expected_rows("levels", methods=["t"]))
def test_a_mean_of_the_survey_is_that_of_r(row):
    values = answers(row.case)[0].dropna().to_numpy(float)
    meets(row, mean_interval(values.mean(), values.std(ddof=1), values.size).outcome("t", 0.95))


@pytest.mark.parametrize("row", expected_rows("levels", methods=["count", "n - 1", "median"]))
def test_bases_and_spread_of_the_survey_are_those_of_r(row):
    values, codes = answers(row.case)
    found = {"n_eligible": values.size, "n_valid": values.notna().sum(), "n_missing": values.isna().sum()}
    if row.quantity == "numerator":
        found["numerator"] = hits(values, codes)
    if row.quantity in ("sd", "median"):
        found |= {"sd": values.std(ddof=1), "median": np.nanmedian(values)}
    assert near(float(found[row.quantity]), row.estimate, row)
