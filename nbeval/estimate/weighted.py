"""Weighted estimates: the levels and changes of a sample that is made to look like its population."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from nbeval.dictionary.enums import Measure
from nbeval.estimate.levels import NOBODY, unit_of
from nbeval.estimate.linearised import (
    NO_DF, NO_VARIANCE, DomainMeans, SurveyDesign, domain_differences, domain_means, effective_n, korn_graubard, survey_design,
)
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.frames import Contrast, Method, Quantity

_BASES = ("n_eligible", "missing_")
_PLACE = ("indicator", "wave", "authority")


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

    Raises
    ------
    ParameterError
        The finite population correction is declared, and an authority has more respondents than people.
    """
    if plan.cohort.weighting is None or not len(plan.respondents):
        return result_rows(pd.DataFrame())
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


def _domains(plan: Plan, waves: tuple[str, ...]) -> list[tuple[pd.MultiIndex, np.ndarray]]:
    """Every indicator x wave x place (the cohort, then its authorities), and the number of each value's domain; -1 in none."""
    values = plan.values
    names = values["indicator"].cat.remove_unused_categories().cat.categories
    found = []
    for places in (("",), plan.cohort.authorities):
        codes = [np.asarray(code, np.int64) for code in (
            values["indicator"].cat.set_categories(names).cat.codes, values["wave"].cat.set_categories(waves).cat.codes,
            values["authority"].cat.set_categories(places).cat.codes if places != ("",) else np.zeros(len(values)),
        )]
        at = (codes[0] * len(waves) + codes[1]) * len(places) + codes[2]
        index = pd.MultiIndex.from_product([names, waves, places], names=_PLACE)
        found.append((index, np.where(np.min(codes, axis=0) >= 0, at, -1)))
    return [one for one in found if len(one[0])]


def _respondents(plan: Plan) -> np.ndarray:
    """The position of each value's respondent."""
    return pd.Index(plan.respondents["respondent"]).get_indexer(plan.values["respondent"])


def _table(found: list[tuple[pd.MultiIndex, DomainMeans]], plan: Plan) -> pd.DataFrame:
    """Estimates of domains as a table, with what is declared of each indicator."""
    table = pd.concat([
        pd.DataFrame({"mean": one.estimate, "error": one.std_error, "n_valid": one.n, "df": one.df, "effect": one.design_effect}, index=index)
        for index, one in found
    ]).reset_index()
    measures = {one.indicator: one for one in plan.indicators()}
    declared = [measures[name] for name in table["indicator"]]
    return table.assign(
        percent=[one.measure is Measure.PERCENT for one in declared], unit=[one.unit for one in declared],
        change_unit=[unit_of(one) for one in declared],
    )


def _means(design: SurveyDesign, plan: Plan) -> pd.DataFrame:
    """Weighted means of every indicator x wave x place, as shares and in units of the answers."""
    who = _respondents(plan)
    return _table([
        (index, domain_means(design, plan.values["value"], at, respondent=who, domains=len(index)))
        for index, at in _domains(plan, plan.waves)
    ], plan)


def weighted_levels(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give weighted percentages with Korn and Graubard's interval, and weighted means with a t interval.

    Parameters
    ----------
    domains : one row per domain
        ``mean``, ``error``, ``n_valid``, ``df`` and ``effect`` as ``linearised.domain_means`` gives them, and ``percent``:
        whether the mean is a share.
    conf_level : float

    Returns
    -------
    one row per row of ``domains``
        With the columns of an estimate; shares in percent; ``warning`` says why there is no interval.
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
    """Give differences of weighted percentages (in points) or means with a t interval and test.

    Parameters
    ----------
    domains : one row per difference
        ``mean`` (the difference), ``error`` and ``df`` as ``linearised.domain_differences`` gives them, and ``percent``.
    conf_level : float

    Returns
    -------
    one row per row of ``domains``
        With the columns of an estimate; ``warning`` says why there is no interval.
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
    table = weighted_levels(levels, plan.dictionary.programme.conf_level).assign(
        quantity=np.where(levels["percent"], Quantity.PERCENT.value, Quantity.MEAN.value))
    return result_rows(_with_bases(table, plan), cohort=plan.cohort.id, source=plan.source, weighted=True)


def _with_bases(table: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The missing reasons and the base of each level, counted without weights."""
    counted = plan.tallies[plan.tallies["group"].eq("")]
    names = [name for name in counted if name.startswith(_BASES)]
    on = ["indicator", "wave", "authority"]
    return table.merge(counted[[*on, *names]], on=on, how="left", validate="one_to_one")


def _change_rows(levels: pd.DataFrame, design: SurveyDesign, plan: Plan) -> pd.DataFrame:
    """Rows for the changes of weighted levels from the first wave to each later one."""
    level, first = plan.dictionary.programme.conf_level, plan.waves[0] if plan.waves else ""
    who, wave, found = _respondents(plan), plan.values["wave"].astype(str).to_numpy(), []
    for later in plan.later_waves:
        for (index, at), (_, then) in zip(_domains(plan, (later,)), _domains(plan, (first,)), strict=True):
            found.append((index, domain_differences(
                design, plan.values["value"], wave == later, np.maximum(at, then), respondent=who, domains=len(index))))
    if not found:
        return result_rows(pd.DataFrame())
    pairs = _table(found, plan).drop(columns="n_valid")
    means = levels[[*_PLACE, "n_valid"]]
    pairs = pairs.merge(means, on=list(_PLACE), validate="one_to_one").merge(
        means[means["wave"].eq(first)].drop(columns="wave"), on=["indicator", "authority"], suffixes=("", "_then"), validate="many_to_one")
    table = weighted_differences(pairs, level).assign(n_reference=pairs["n_valid_then"], reference=first, unit=pairs["change_unit"])
    return result_rows(
        table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.CHANGE.value, contrast=Contrast.WAVE.value, weighted=True,
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
