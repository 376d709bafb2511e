"""Weighted estimates: the levels and changes of a sample that is made to look like its population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from nbeval.dictionary.enums import Measure
from nbeval.estimate.levels import NOBODY, unit_of
from nbeval.estimate.linearised import (
    NO_DF, NO_VARIANCE, DomainMeans, SurveyDesign, domain_differences, domain_means, effective_n, korn_graubard, survey_design,
)
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity

_BASES = ("n_eligible", "missing_")
_PLACE = ("indicator", "wave", "authority")


def weighted(plan: Plan) -> pd.DataFrame:
    """Estimate levels and changes with weights, beside those without; nothing where the cohort declares no weighting.

    One row per indicator x wave x place, for the cohort and its authorities: Korn and Graubard's interval for percentages, t for means,
    from linearised errors with the authorities as strata; ``n_valid`` counts people, ``n_effective`` is the size of a simple sample as
    precise. One row per indicator x later wave x place for ``change``, with a t test on the degrees of freedom of both waves (not in a
    matched design); and per wave x place ``effective_n`` and ``design_effect`` (Kish), and ``largest_weight`` over the mean weight.
    """
    if plan.cohort.weighting is None or not len(plan.respondents):
        return plan.rows()
    design = _design(plan)
    levels = _means(design, plan)
    changes = [] if plan.matched else [_change_rows(levels, design, plan)]
    return pd.concat([_level_rows(levels, plan), *changes, _cost_of_weights(plan)], ignore_index=True)


def _design(plan: Plan) -> SurveyDesign:
    """Respondents in strata of wave and authority, the waves independent of one another."""
    people = plan.respondents
    stratum = people["wave"].astype(str) + "|" + people["authority"].astype(str)
    sizes = None
    if plan.cohort.weighting.finite_population:
        known = {f"{one.wave}|{one.authority}": float(one.count) for one in plan.cohort.eligible}
        sizes = stratum.map(known)
    return survey_design(people["weight"], strata=stratum, population=sizes)


@dataclass(frozen=True, eq=False)
class _Values:
    """The values of one indicator: their waves by number (-1: none of the cohort's), places by number, and respondents by position."""

    indicator: str
    value: np.ndarray
    wave: np.ndarray
    place: np.ndarray
    respondent: np.ndarray
    places: tuple[str, ...]

    def rows(self, waves: tuple[str, ...], found: DomainMeans) -> pd.DataFrame:
        """One row per wave x place."""
        return pd.DataFrame({
            "indicator": self.indicator, "wave": np.repeat(waves, len(self.places)), "authority": np.tile(self.places, len(waves)),
            "mean": found.estimate, "error": found.std_error, "n_valid": found.n, "df": found.df, "effect": found.design_effect,
        })


def _by_indicator(plan: Plan) -> Iterator[_Values]:
    """The values of every indicator for the cohort, then for its authorities: one indicator at a time keeps memory small."""
    values, positions = plan.values, pd.Index(plan.respondents["respondent"])
    indicator, value, respondent = values["indicator"].cat.codes.to_numpy(), values["value"].to_numpy(), values["respondent"].to_numpy()
    wave = values["wave"].cat.set_categories(plan.waves).cat.codes.to_numpy()
    authority = values["authority"].cat.set_categories(plan.cohort.authorities).cat.codes.to_numpy()
    for k, name in enumerate(values["indicator"].cat.categories):
        rows = np.flatnonzero(indicator == k)
        who, everywhere = positions.get_indexer(respondent[rows]), np.zeros(len(rows), np.int8)
        for places, place in ((("",), everywhere), (tuple(plan.cohort.authorities), authority[rows])):
            if len(rows) and places:
                yield _Values(name, value[rows], wave[rows], place, who, places)


def _described(parts: list[pd.DataFrame], plan: Plan) -> pd.DataFrame:
    """Estimates of all indicators as one table, with what is declared of each."""
    table = pd.concat(parts, ignore_index=True)
    return table.assign(
        percent=table["indicator"].map(plan.measures).eq(Measure.PERCENT), unit=table["indicator"].map(plan.units),
        change_unit=table["indicator"].map({name: unit_of(one) for name, one in plan.declared.items()}),
    )


def _means(design: SurveyDesign, plan: Plan) -> pd.DataFrame:
    """Weighted means of every indicator x wave x place, as shares and in units of the answers."""
    found = []
    for one in _by_indicator(plan):
        at = np.where((one.wave >= 0) & (one.place >= 0), one.wave.astype(int) * len(one.places) + one.place, -1)
        size = len(plan.waves) * len(one.places)
        found.append(one.rows(plan.waves, domain_means(design, one.value, at, respondent=one.respondent, domains=size)))
    return _described(found, plan)


def weighted_levels(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give weighted percentages with Korn and Graubard's interval, and weighted means with a t interval.

    One row per row of ``domains``: ``mean``, ``error``, ``n_valid``, ``df`` and ``effect`` as ``linearised.domain_means`` gives them, and
    ``percent``: whether the mean is a share. ``warning`` says why there is no interval.
    """
    shares, percent = np.clip(domains["mean"].to_numpy(), 0, 1), domains["percent"].to_numpy()
    low, high, of_shares = korn_graubard(shares, domains["error"], domains["n_valid"], domains["df"], conf_level)
    half = stats.t.ppf((1 + conf_level) / 2, domains["df"].where(domains["df"] >= 1)) * domains["error"]
    bounded = (domains["error"] > 0).to_numpy()
    return domains.assign(
        estimate=np.where(percent, 100 * shares, domains["mean"]), std_error=np.where(percent, 100, 1) * domains["error"],
        conf_low=np.where(percent, 100 * low, np.where(bounded, domains["mean"] - half, np.nan)),
        conf_high=np.where(percent, 100 * high, np.where(bounded, domains["mean"] + half, np.nan)),
        n_effective=np.where(percent, of_shares, domains["n_valid"] / domains["effect"]), conf_level=conf_level,
        method=np.where(percent, Method.join(Method.WEIGHTED, Method.KORN_GRAUBARD), Method.join(Method.WEIGHTED, Method.LINEARISED_T)),
        warning=np.select([domains["n_valid"] == 0, domains["df"] < 1, ~bounded & ~percent], [NOBODY, NO_DF, NO_VARIANCE], ""),
    )


def weighted_differences(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give differences of weighted percentages (in points) or means with a t interval and test, one row per row of ``domains``.

    ``mean`` is the difference, ``error`` and ``df`` are as ``linearised.domain_differences`` gives them; ``warning`` says why there is no
    interval.
    """
    known = (domains["error"] > 0) & (domains["df"] >= 1)
    factor, gap, df = np.where(domains["percent"], 100, 1), domains["mean"], domains["df"].where(known)
    error = domains["error"].where(known)
    half, ratio = stats.t.ppf((1 + conf_level) / 2, df) * error, gap / error
    return domains.assign(
        estimate=factor * gap, std_error=factor * error, conf_low=factor * (gap - half), conf_high=factor * (gap + half),
        conf_level=conf_level, statistic=ratio, df=df, p_value=2 * stats.t.sf(ratio.abs(), df),
        method=Method.join(Method.WEIGHTED, Method.LINEARISED_T_TEST),
        warning=np.select([gap.isna(), ~known & (domains["df"] < 1), ~known], [NOBODY, NO_DF, NO_VARIANCE], ""),
    )


def _level_rows(levels: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the weighted levels, with the bases of the unweighted ones."""
    table = weighted_levels(levels, plan.conf_level).assign(
        quantity=np.where(levels["percent"], Quantity.PERCENT.value, Quantity.MEAN.value))
    return plan.rows(_with_bases(table, plan), weighted=True)


def _with_bases(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The missing reasons and the base of each level, counted without weights."""
    counted = plan.tallies[plan.tallies["group"].eq("")]
    names = [name for name in counted if name.startswith(_BASES)]
    on = ["indicator", "wave", "authority"]
    return table.merge(counted[[*on, *names]], on=on, how="left", validate="one_to_one")


def _change_rows(levels: pd.DataFrame, design: SurveyDesign, plan: Plan) -> pd.DataFrame:
    """Rows for the changes of weighted levels from the first wave to each later one."""
    level, first, found = plan.conf_level, plan.first_wave, []
    for one in _by_indicator(plan) if plan.later_waves else ():
        for later, wave in enumerate(plan.later_waves, start=1):
            at = np.where(np.isin(one.wave, (0, later)), one.place, -1)
            differences = domain_differences(design, one.value, one.wave == later, at, respondent=one.respondent, domains=len(one.places))
            found.append(one.rows((wave,), differences))
    if not found:
        return plan.rows()
    pairs = _described(found, plan).drop(columns="n_valid")
    means = levels[[*_PLACE, "n_valid"]]
    pairs = pairs.merge(means, on=list(_PLACE), validate="one_to_one").merge(
        means[means["wave"].eq(first)].drop(columns="wave"), on=["indicator", "authority"], suffixes=("", "_then"), validate="many_to_one")
    table = weighted_differences(pairs, level).assign(n_reference=pairs["n_valid_then"], reference=first, unit=pairs["change_unit"])
    return plan.rows(table, quantity=Quantity.CHANGE.value, contrast=Contrast.WAVE.value, weighted=True)


def _cost_of_weights(plan: Plan) -> pd.DataFrame:
    """Rows for what the weights cost, by wave and authority."""
    people = plan.respondents.assign(wave=plan.respondents["wave"].astype(str), authority=plan.respondents["authority"].astype(str))
    places = [people.assign(authority=""), *([people] if plan.cohort.authorities else [])]
    rows = []
    for (wave, authority), weights in pd.concat(places).groupby(["wave", "authority"])["weight"]:
        at = {"wave": wave, "authority": authority, "n_valid": float(weights.notna().sum()), "n_eligible": float(len(weights))}
        rows += [at | cost for cost in _costs(weights)]
    return plan.rows(rows, weighted=True)


def _costs(weights: pd.Series) -> list[dict[str, object]]:
    """What the weights of one place cost."""
    size, known = effective_n(weights), float(weights.notna().sum())
    largest = float(weights.max() / weights.mean()) if weights.notna().any() else np.nan
    found = (
        (Quantity.EFFECTIVE_N, size, "respondents", "Kish"),
        (Quantity.DESIGN_EFFECT, known / size, "ratio", "Kish"),
        (Quantity.LARGEST_WEIGHT, largest, "times the mean weight", "as weighted"),
    )
    return [
        {"quantity": quantity.value, "estimate": value, "unit": unit, "method": method,
         "warning": "" if size > 0 else "not estimable: no weights"}
        for quantity, value, unit, method in found
    ]
