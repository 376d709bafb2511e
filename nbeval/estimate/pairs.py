"""Pairs: two tallies laid side by side, and the difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.estimate.levels import ALL_THE_SAME, NOBODY, moments, share
from nbeval.estimate.means import hedges_g, welch
from nbeval.estimate.outcome import Estimates
from nbeval.estimate.plan import Plan
from nbeval.estimate.proportions import newcombe
from nbeval.estimate.rows import result_rows
from nbeval.estimate.tests_2x2 import (
    SMALLEST_EXPECTED, chi_squared_uncorrected, smallest_expected, test_two_proportions,
)
from nbeval.frames import Quantity

_COUNTED = ("n_valid", "numerator", "squares")


def pair(now: pd.DataFrame, then: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Lay the tallies of ``then`` beside those of ``now``.

    Returns
    -------
    one row per row of ``now``
        Its columns, and ``n_reference``, ``numerator_reference`` and ``squares_reference``,
        which are 0 where ``then`` has no such tally.
    """
    beside = then[[*on, *_COUNTED]].rename(columns={
        "n_valid": "n_reference", "numerator": "numerator_reference", "squares": "squares_reference",
    })
    paired = now.merge(beside, on=list(on), how="left", validate="many_to_one")
    filled = {name: paired[name].fillna(0.0) for name in ("n_reference", "numerator_reference", "squares_reference")}
    return paired.assign(**filled)


def difference_rows(pairs: pd.DataFrame, plan: Plan, quantity: Quantity) -> pd.DataFrame:
    """Complete the differences of pairs to rows of results.

    Returns
    -------
    one row per pair for the difference (``quantity``), and
    one row more per pair of means for the effect size.
    """
    measures = {one.indicator: one.measure for one in plan.indicators()}
    is_mean = pairs["indicator"].map(measures).eq(Measure.MEAN)
    plain, size = compare_means(pairs[is_mean], plan)
    same = {"cohort": plan.cohort.id, "source": plan.source}
    return pd.concat([
        result_rows(compare_percentages(pairs[~is_mean], plan), **same, quantity=quantity.value),
        result_rows(plain, **same, quantity=quantity.value),
        result_rows(size, **same, quantity=Quantity.EFFECT_SIZE.value),
    ], ignore_index=True)


def compare_percentages(pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Difference of two independent percentages, now minus then, in percentage points.

    Returns
    -------
    one row per pair
        With Newcombe's interval (Stat Med 1998;17:873-890, method 10) and a test chosen by
        rule: chi-squared without correction, or Boschloo's exact test where an expected count
        is under 5. ``method`` names both.
    """
    level = plan.dictionary.programme.conf_level
    x1, n1 = pairs["numerator"].to_numpy(), pairs["n_valid"].to_numpy()
    x0, n0 = pairs["numerator_reference"].to_numpy(), pairs["n_reference"].to_numpy()
    found = newcombe(x1, n1, x0, n0, level)
    return pairs.assign(
        estimate=share(100 * (x1 * n0 - x0 * n1), n1 * n0), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high,
        conf_level=level, unit="percentage points", warning=_nobody(n1, n0), **_tests(x1, n1, x0, n0),
    )


def _tests(x1: np.ndarray, n1: np.ndarray, x0: np.ndarray, n0: np.ndarray) -> dict[str, np.ndarray]:
    """The test of every pair, by rule; the exact tests are slow, so that equal tables are tested once."""
    plain = chi_squared_uncorrected(x1, n1, x0, n0)
    columns = {"statistic": plain.statistic.copy(), "df": plain.df.copy(), "p_value": plain.p_value.copy()}
    some = (n1 > 0) & (n0 > 0)
    method = np.where(some, "chi_squared_uncorrected", "none").astype(object)
    small = np.flatnonzero(some & (smallest_expected(x1, n1, x0, n0) < SMALLEST_EXPECTED))
    tables = [tuple(int(round(counts[row])) for counts in (x1, n1, x0, n0)) for row in small]
    tested = {table: test_two_proportions(*table) for table in set(tables)}
    for row, table in zip(small, tables, strict=True):
        method[row] = tested[table].method
        for name, numbers in columns.items():
            numbers[row] = getattr(tested[table], name)
    return columns | {"method": np.where(some, "Newcombe interval; " + method, method)}


def compare_means(pairs: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Difference of two independent means, now minus then, and Hedges g beside it.

    Returns
    -------
    one row per pair with Welch's interval and test, and
    one row per pair with the standardised difference.
    """
    level = plan.dictionary.programme.conf_level
    mean1, sd1 = moments(pairs)
    then = pairs.assign(**{name: pairs[reference] for name, reference in (
        ("n_valid", "n_reference"), ("numerator", "numerator_reference"), ("squares", "squares_reference"))})
    mean0, sd0 = moments(then)
    n1, n0 = pairs["n_valid"].to_numpy(), pairs["n_reference"].to_numpy()
    units = {one.indicator: one.unit for one in plan.indicators(Measure.MEAN)}
    flat = (n1 > 1) & (n0 > 1) & (sd1 == 0) & (sd0 == 0)
    common = pairs.drop(columns=["numerator", "numerator_reference"]).assign(
        unit=pairs["indicator"].map(units), conf_level=level,
        warning=np.where(flat, ALL_THE_SAME, _nobody(n1, n0)),
    )
    plain = common.assign(**_unless(flat, welch(mean1, sd1, n1, mean0, sd0, n0, level)), method="Welch interval and test")
    size = common.assign(**_unless(flat, hedges_g(mean1, sd1, n1, mean0, sd0, n0, level)), method="Hedges g")
    return plain.assign(estimate=mean1 - mean0), size.assign(unit="standard deviations")


def _unless(degenerate: np.ndarray, found: Estimates) -> dict[str, np.ndarray]:
    """Numbers that would claim certainty where there is no spread are withheld."""
    return {field.name: np.where(degenerate, np.nan, getattr(found, field.name)) for field in fields(found)}


def _nobody(n1: np.ndarray, n0: np.ndarray) -> np.ndarray:
    """Why a pair cannot be compared, or nothing."""
    return np.where((n1 == 0) | (n0 == 0), NOBODY, "")


