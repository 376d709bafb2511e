"""Weighted estimates: the levels and changes of a sample that is made to look like its population."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from nbeval.dictionary.enums import Measure
from nbeval.estimate.effective_size import design_effect, effective_n
from nbeval.estimate.levels import NOBODY, unit_of
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.survey_intervals import NO_DF, NO_VARIANCE, korn_graubard
from nbeval.estimate.weighted_sums import WeightedMeans, weighted_means, weighted_sums
from nbeval.frames import Contrast, Quantity

_BASES = ("n_eligible", "missing_")


def weighted(plan: Plan) -> pd.DataFrame:
    """Estimate levels and changes with weights, beside those without.

    Returns
    -------
    one row per indicator x wave x place, for the cohort and its authorities (``weighted`` is true)
        Percentages with Korn and Graubard's interval, means with a t interval, both from linearised
        errors with the authorities as strata; ``n_valid`` counts people, ``n_effective`` is the size of a
        simple sample as precise. And one row per indicator x later wave x place for ``change``, with a t test
        on the degrees of freedom of both waves (not in a matched design); and one row per wave x place for ``effective_n`` and ``design_effect``
        (Kish), with ``largest_weight`` over the mean weight.
        No row where the cohort declares no weighting.
    """
    if plan.cohort.weighting is None or not len(plan.respondents):
        return result_rows(pd.DataFrame())
    levels = _weighted_levels(plan)
    changes = [] if plan.matched else [_change_rows(levels, plan)]
    return pd.concat([_level_rows(levels, plan), *changes, _cost_of_weights(plan)], ignore_index=True)


def _weighted_levels(plan: Plan) -> pd.DataFrame:
    """Weighted means of every indicator x wave x place, as shares and in units of the answers."""
    sums = weighted_sums(plan)
    parts = [_laid_out(weighted_means(sums, over_strata=True), sums.indicators, plan.waves, ("",))]
    if plan.cohort.authorities:
        parts.append(_laid_out(weighted_means(sums, over_strata=False), sums.indicators, plan.waves, sums.strata))
    measures = {one.indicator: one for one in plan.indicators()}
    table = pd.concat(parts, ignore_index=True)
    declared = [measures[name] for name in table["indicator"]]
    return table.assign(
        percent=[one.measure is Measure.PERCENT for one in declared], unit=[one.unit for one in declared],
        change_unit=[unit_of(one) for one in declared],
    )


def _laid_out(found: WeightedMeans, indicators: tuple[str, ...], waves: tuple[str, ...], places: tuple[str, ...]) -> pd.DataFrame:
    """Arrays of indicator x wave x place as a table."""
    index = pd.MultiIndex.from_product([indicators, waves, places], names=["indicator", "wave", "authority"])
    return pd.DataFrame({
        "mean": found.estimate.ravel(), "error": found.std_error.ravel(), "n_valid": found.n.ravel(),
        "df": found.df.ravel(), "effect": found.design_effect.ravel(),
    }, index=index).reset_index()


def _level_rows(levels: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the weighted levels, with the bases of the unweighted ones."""
    level = plan.dictionary.programme.conf_level
    shares = np.clip(levels["mean"].to_numpy(), 0, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        certain = ~(levels["error"].to_numpy() > 0) | (shares == 0) | (shares == 1)
        of_shares = np.where(certain, levels["n_valid"], shares * (1 - shares) / levels["error"] ** 2)
        of_means = levels["n_valid"].to_numpy() / levels["effect"].to_numpy()
        half = special.stdtrit(levels["df"].where(levels["df"] >= 1), (1 + level) / 2) * levels["error"]
    low, high = korn_graubard(shares, levels["n_valid"], of_shares, levels["df"], level)
    percent, bounded = levels["percent"].to_numpy(), (levels["error"] > 0).to_numpy()
    table = levels.assign(
        estimate=np.where(percent, 100 * shares, levels["mean"]), std_error=np.where(percent, 100, 1) * levels["error"],
        conf_low=np.where(percent, 100 * low, np.where(bounded, levels["mean"] - half, np.nan)),
        conf_high=np.where(percent, 100 * high, np.where(bounded, levels["mean"] + half, np.nan)),
        n_effective=np.where(percent, of_shares, of_means), conf_level=level,
        quantity=np.where(percent, Quantity.PERCENT.value, Quantity.MEAN.value),
        method=np.where(percent, "weighted; Korn-Graubard interval, linearised", "weighted; t interval, linearised"),
        warning=np.select([levels["n_valid"] == 0, levels["df"] < 1, ~bounded & ~percent], [NOBODY, NO_DF, NO_VARIANCE], ""),
    )
    return result_rows(_with_bases(table, plan), cohort=plan.cohort.id, source=plan.source, weighted=True)


def _with_bases(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The missing reasons and the base of each level, counted without weights."""
    counted = plan.tallies[plan.tallies["group"].eq("")]
    names = [name for name in counted if name.startswith(_BASES)]
    on = ["indicator", "wave", "authority"]
    return table.merge(counted[[*on, *names]], on=on, how="left", validate="one_to_one")


def _change_rows(levels: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the changes of weighted levels; the waves are independent samples."""
    level = plan.dictionary.programme.conf_level
    then = levels[levels["wave"].eq(plan.waves[0])] if plan.waves else levels
    pairs = levels[levels["wave"].isin(plan.later_waves)].merge(
        then[["indicator", "authority", "mean", "error", "n_valid", "df"]], on=["indicator", "authority"],
        suffixes=("", "_then"), validate="many_to_one",
    )
    error = np.sqrt(pairs["error"] ** 2 + pairs["error_then"] ** 2)
    df = pairs["df"] + pairs["df_then"]
    known = (error > 0) & (df >= 1)
    factor = np.where(pairs["percent"], 100, 1)
    gap = pairs["mean"] - pairs["mean_then"]
    half, ratio = special.stdtrit(df.where(known), (1 + level) / 2) * error, (gap / error).where(known)
    table = pairs.assign(
        estimate=factor * gap, std_error=factor * error.where(known), conf_low=factor * (gap - half), conf_high=factor * (gap + half),
        conf_level=level, statistic=ratio, df=df.where(known), p_value=2 * special.stdtr(df.where(known), -ratio.abs()),
        n_reference=pairs["n_valid_then"], reference=plan.waves[0] if plan.waves else "", unit=pairs["change_unit"],
        warning=np.select([gap.isna(), ~known & (df < 1), ~known], [NOBODY, NO_DF, NO_VARIANCE], ""),
    )
    return result_rows(
        table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.CHANGE.value, contrast=Contrast.WAVE.value,
        weighted=True, method="weighted; t interval and test, linearised",
    )


def _cost_of_weights(plan: Plan) -> pd.DataFrame:
    """Rows for what the weights cost, by wave and authority."""
    people = plan.respondents.assign(wave=plan.respondents["wave"].astype(str), authority=plan.respondents["authority"].astype(str))
    places = [people.assign(authority=""), *([people] if plan.cohort.authorities else [])]
    rows = []
    for (wave, authority), weights in pd.concat(places).groupby(["wave", "authority"])["weight"]:
        at = {"wave": wave, "authority": authority, "n_valid": float(weights.notna().sum()), "n_eligible": float(len(weights))}
        rows += [at | cost for cost in _costs(weights)]
    return result_rows(pd.DataFrame(rows), cohort=plan.cohort.id, source=plan.source, weighted=True)


def _costs(weights: pd.Series) -> list[dict[str, object]]:
    """What the weights of one place cost."""
    size = effective_n(weights)
    largest = float(weights.max() / weights.mean()) if weights.notna().any() else np.nan
    found = (
        (Quantity.EFFECTIVE_N, size.estimate, "respondents", "Kish"),
        (Quantity.DESIGN_EFFECT, design_effect(weights).estimate, "ratio", "Kish"),
        (Quantity.LARGEST_WEIGHT, largest, "times the mean weight", "as weighted"),
    )
    return [
        {"quantity": quantity.value, "estimate": value, "unit": unit, "method": method, "warning": size.warning}
        for quantity, value, unit, method in found
    ]
