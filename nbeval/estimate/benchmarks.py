"""Benchmarks: published values beside ours, tested only where the definitions fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.estimate.levels import ALL_THE_SAME, NOBODY, ONE_ONLY, moments, unit_of
from nbeval.estimate.means import mean_against_fixed
from nbeval.estimate.pairs import compare_percentages
from nbeval.estimate.plan import PLACE, Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import against_fixed_score
from nbeval.frames import Contrast, Quantity

DIFFERS = "not tested: the published definition differs from ours"
FIXED = "the published value is taken as exact: its own uncertainty is not known"


def benchmarks(plan: Plan) -> pd.DataFrame:
    """Lay every published value beside the cohort's and its authorities' level at every wave.

    Returns
    -------
    one row per benchmark (quantity ``benchmark``), and
    one row per benchmark x wave x authority (quantity ``difference``, contrast ``comparator``):
        ours minus theirs. A comparator with its own n is a second sample (Newcombe, chi-squared or
        Boschloo); a value without n, or a mean, is a fixed value (one-sample test), said on the row; a
        definition that differs is never tested.
    """
    declared = {one.indicator: one for one in plan.indicators()}
    published = [one for one in plan.dictionary.benchmarks if one.indicator in declared]
    if not published:
        return result_rows(pd.DataFrame())
    ours = plan.tallies[plan.tallies["group"].eq("")].groupby("indicator", observed=True)
    blocks = [_published(published, plan)]
    for one in published:
        rows = ours.get_group(one.indicator).assign(
            contrast=Contrast.COMPARATOR.value, reference=one.benchmark, source=plan.source
        )
        blocks.append(_beside(rows, one, declared[one.indicator], plan))
    return pd.concat(blocks, ignore_index=True)


def _published(published: list[Benchmark], plan: Plan) -> pd.DataFrame:
    """The published values themselves."""
    table = pd.DataFrame({
        "indicator": [one.indicator for one in published], "reference": [one.benchmark for one in published],
        "estimate": [one.value for one in published], "conf_low": [one.conf_low for one in published],
        "conf_high": [one.conf_high for one in published], "n_valid": [one.n for one in published],
        "unit": [one.unit for one in published],
        "warning": [DIFFERS if one.match is Match.DIFFERS else "" for one in published],
    })
    return result_rows(
        table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.BENCHMARK.value,
        contrast=Contrast.COMPARATOR.value, method="as published",
    )


def _beside(rows: pd.DataFrame, benchmark: Benchmark, indicator: Indicator, plan: Plan) -> pd.DataFrame:
    """Ours minus one published value, in every place."""
    same = {"cohort": plan.cohort.id, "quantity": Quantity.DIFFERENCE.value}
    if benchmark.match is Match.DIFFERS:
        table = rows[[*PLACE, "contrast", "reference", "source", "n_valid"]]
        return result_rows(table, **same, method="none", warning=f"not estimable: {DIFFERS}", unit=unit_of(indicator))
    if indicator.measure is Measure.MEAN:
        return result_rows(_mean_against_fixed(rows, benchmark, plan), **same, unit=unit_of(indicator))
    if benchmark.n:
        hits = round(benchmark.value * benchmark.n / 100)
        return result_rows(compare_percentages(rows.assign(n_reference=float(benchmark.n), numerator_reference=float(hits)), plan), **same)
    return result_rows(_against_fixed(rows, benchmark.value / 100, plan), **same, unit=unit_of(indicator))


def _against_fixed(rows: pd.DataFrame, value: float, plan: Plan) -> pd.DataFrame:
    """Our share minus a fixed value, with Wilson's interval moved by it."""
    level = plan.dictionary.programme.conf_level
    found = against_fixed_score(rows["numerator"], rows["n_valid"], value, level)
    return rows.assign(
        estimate=100 * found.estimate, conf_low=100 * found.conf_low, conf_high=100 * found.conf_high,
        conf_level=level, statistic=found.statistic, df=found.df, p_value=found.p_value,
        method="Wilson interval less the fixed value; one-sample score test",
        warning=np.where(rows["n_valid"] > 0, FIXED, NOBODY),
    )


def _mean_against_fixed(rows: pd.DataFrame, benchmark: Benchmark, plan: Plan) -> pd.DataFrame:
    """Our mean minus a fixed value: a published mean comes without the spread that a second sample would need."""
    level = plan.dictionary.programme.conf_level
    mean, sd = moments(rows)
    n = rows["n_valid"].to_numpy()
    found = mean_against_fixed(mean, sd, n, benchmark.value, level)
    bounded = np.isfinite(found.conf_low)
    return rows.drop(columns="numerator").assign(
        estimate=found.estimate, std_error=found.std_error, conf_low=found.conf_low, conf_high=found.conf_high,
        conf_level=level, statistic=found.statistic, df=np.where(bounded, found.df, np.nan), p_value=found.p_value,
        method="one-sample t interval and test",
        warning=np.select([n == 0, n == 1, ~bounded], [NOBODY, ONE_ONLY, ALL_THE_SAME], FIXED),
    )
