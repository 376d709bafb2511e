"""Levels: the percentage or the mean of every indicator, wherever it is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.means import mean_interval
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import wilson
from nbeval.frames import Quantity

NOBODY = "not estimable: nobody answered"
ONE_ONLY = "not estimable: an interval needs two answers or more"
ALL_THE_SAME = "no spread: all answers are the same, so no interval is given"


def levels(plan: Plan) -> pd.DataFrame:
    """Estimate the level of every indicator by wave, authority and group level.

    Returns
    -------
    one row per indicator x wave x place (``frames.RESULTS``)
        Percentages with Wilson's interval, in percent; means with their t interval and a
        further row for the standard deviation, in the indicator's unit. The base and every
        missing reason travel with the estimate; where nobody answered the row says so.
    """
    percent = plan.tallies[_is(plan, Measure.PERCENT)]
    mean = plan.tallies[_is(plan, Measure.MEAN)]
    return pd.concat([_percentages(percent, plan), *_means(mean, plan)], ignore_index=True)


def _is(plan: Plan, measure: Measure) -> pd.Series:
    """Which tallies belong to indicators of a measure."""
    return plan.tallies["indicator"].isin([one.indicator for one in plan.indicators(measure)])


def _percentages(counts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for shares of valid answers."""
    n, hits = counts["n_valid"].to_numpy(), counts["numerator"].to_numpy()
    level = plan.dictionary.programme.conf_level
    found = wilson(hits, n, level)
    table = counts.assign(
        estimate=share(100 * hits, n), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high, conf_level=level,
        method="Wilson interval", warning=np.where(n > 0, "", NOBODY),
    )
    return result_rows(table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.PERCENT.value, unit="percent")


def _means(counts: pd.DataFrame, plan: Plan) -> list[pd.DataFrame]:
    """Rows for means, and for the standard deviations beside them."""
    n = counts["n_valid"].to_numpy()
    mean, sd = moments(counts)
    level = plan.dictionary.programme.conf_level
    found = mean_interval(mean, sd, n, level)
    spread = (n > 1) & (sd > 0)
    warning = np.select([n == 0, n == 1, sd == 0], [NOBODY, ONE_ONLY, ALL_THE_SAME], "")
    units = {one.indicator: one.unit for one in plan.indicators(Measure.MEAN)}
    common = counts.drop(columns="numerator").assign(unit=counts["indicator"].map(units), warning=warning)
    same = {"cohort": plan.cohort.id, "source": plan.source}
    means = common.assign(
        estimate=mean, std_error=np.where(spread, found.std_error, np.nan), df=np.where(spread, found.df, np.nan),
        conf_low=np.where(spread, found.conf_low, np.nan), conf_high=np.where(spread, found.conf_high, np.nan),
        conf_level=level, method="mean, t interval",
    )
    deviations = common.assign(estimate=sd, method="standard deviation")
    return [
        result_rows(means, **same, quantity=Quantity.MEAN.value),
        result_rows(deviations, **same, quantity=Quantity.SD.value),
    ]


def share(numerator: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Numerator over base; missing where the base is empty.

    A percentage is ``share(100 * numerator, n)``: in this order it rounds half up as the fraction does.
    """
    return np.divide(numerator, n, out=np.full(len(n), np.nan), where=n > 0)


def moments(counts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sample standard deviation of each tally; missing where they do not exist."""
    n, total = counts["n_valid"].to_numpy(), counts["numerator"].to_numpy()
    mean = share(total, n)
    around = counts["squares"].to_numpy() - np.where(n > 0, n * np.nan_to_num(mean) ** 2, 0.0)
    variance = np.divide(np.maximum(around, 0.0), n - 1, out=np.full(len(n), np.nan), where=n > 1)
    return mean, np.sqrt(variance)


def unit_of(indicator: Indicator) -> str:
    """The unit of a difference in an indicator."""
    return "percentage points" if indicator.measure is Measure.PERCENT else indicator.unit
