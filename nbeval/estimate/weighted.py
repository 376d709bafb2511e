"""Weighted means, shares and changes of a survey, with linearised errors: strata, clusters, finite population, weights of zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from nbeval.dictionary.enums import Measure
from nbeval.errors import ParameterError
from nbeval.estimate.levels import NOBODY, unit_of
from nbeval.estimate.plan import Plan
from nbeval.frames import MISSING_COLUMNS, Contrast, Method, Quantity, Reason

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """How respondents were sampled. Made by ``survey_design``. ``weights`` (NaN: not in the sample), ``strata`` and ``clusters`` have one
    element per respondent, ``drawn`` and ``population`` one per stratum: clusters in the sample and in the population (infinite: no
    correction). Clusters are numbered within all strata; None means that every respondent is a cluster."""

    weights: Floats
    strata: Codes
    clusters: Codes | None
    drawn: Floats
    population: Floats


@dataclass(frozen=True, eq=False)
class DomainMeans:
    """Weighted means of domains: arrays with one element per domain, NaN where nobody answered. ``n`` counts answers, ``df`` is clusters
    less strata of the domain, ``design_effect`` compares the variance with that of a simple random sample of as many respondents with a
    weight, drawn with replacement."""

    estimate: Floats
    std_error: Floats
    n: Floats
    df: Floats
    design_effect: Floats


def survey_design(
    weights: ArrayLike, *, strata: ArrayLike | None = None, clusters: ArrayLike | None = None, population: ArrayLike | None = None,
) -> SurveyDesign:
    """Describe how respondents were sampled; labels or sizes that are not given mean one stratum, no clusters, no correction.

    ``weights``: one per respondent, missing where not in the sample; a weight of zero keeps its cluster in the design. A label of
    ``clusters`` used in two strata means two clusters. ``population``: how many clusters (without clusters: people) the respondent's
    stratum has. A stratum with one sampled cluster adds its distance from the mean of all, which errs on the wide side (R's "adjust").

    >>> design = survey_design([1, 1, 2, 2], strata=["a", "a", "b", "b"])
    >>> float(domain_means(design, [1, 0, 1, 1]).estimate[0].round(3))
    0.833
    """
    weights = np.asarray(weights, float)
    sampled = np.isfinite(weights)
    if (weights[sampled] < 0).any():
        raise ParameterError("weights cannot be negative.", found=f"{int((weights[sampled] < 0).sum())} negative weights",
                             allowed="zero or more, or missing", do="correct the weights.")
    stratum = _codes(strata, len(weights))
    cluster = None
    if clusters is not None:
        both = pd.DataFrame({"stratum": stratum, "cluster": _codes(clusters, len(weights))})
        cluster = both.groupby(["stratum", "cluster"]).ngroup().to_numpy()
    table = pd.DataFrame({"stratum": stratum, "cluster": np.arange(len(weights)) if cluster is None else cluster})[sampled]
    drawn = table.groupby("stratum")["cluster"].nunique().reindex(range(stratum.max(initial=-1) + 1), fill_value=0).to_numpy(float)
    size = np.full(len(drawn), np.inf)
    if population is not None:
        np.minimum.at(size, stratum[sampled], np.nan_to_num(np.asarray(population, float)[sampled], nan=np.inf))
    over = drawn > size
    if over.any():
        raise ParameterError(
            "more respondents than people in some strata.",
            found=f"{int(over.sum())} strata, {int((drawn - size)[over].sum())} respondents too many",
            do="correct the eligible population, or leave the finite population correction out.",
        )
    return SurveyDesign(weights, stratum, cluster, drawn, size)


def domain_means(
    design: SurveyDesign, values: ArrayLike, domain: ArrayLike | None = None, *,
    respondent: ArrayLike | None = None, domains: int | None = None,
) -> DomainMeans:
    """Weighted means of any number of domains at once; shares are means of 0 and 1. ``domain`` numbers the domain of each answer from 0
    (negative: none), so that those of several indicators may be below one another; ``respondent`` is the position in the design of whoever
    gave the answer (default: answers are beside the respondents)."""
    y, w, at, who, size = _answers(design, values, domain, respondent, domains)
    n, total = np.bincount(at, minlength=size).astype(float), np.bincount(at, w, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(at, w * y, size) / total
        around = y - mean[at]
        variance, df = _variance(design, w * around / total[at], at, who, size)
        spread = np.bincount(at, w * around**2, size)
        positive = np.bincount(at, w > 0, size)
        effect = np.where((spread > 0) & (positive > 1), variance * (positive - 1) * total / spread, np.nan)
    error = np.sqrt(np.maximum(variance, 0.0))
    return DomainMeans(mean, np.where(total > 0, error, np.nan), n, df, effect)


def domain_differences(
    design: SurveyDesign, values: ArrayLike, second: ArrayLike, domain: ArrayLike | None = None, *,
    respondent: ArrayLike | None = None, domains: int | None = None,
) -> DomainMeans:
    """Differences of two weighted means in each domain, of those marked ``second`` less the others; the rest as in ``domain_means``. The
    error takes in that both sides may share clusters. NaN where one side has no answer; ``n`` counts both sides."""
    later = np.asarray(second, bool)
    y, w, at, who, size = _answers(design, values, domain, respondent, domains, extra=later)
    side, at = at % 2, at // 2
    total = np.bincount(2 * at + side, w, 2 * size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(2 * at + side, w * y, 2 * size) / total
        z = np.where(side == 1, 1.0, -1.0) * w * (y - mean[2 * at + side]) / total[2 * at + side]
    variance, df = _variance(design, z, at, who, size)
    gap = mean[1::2] - mean[::2]
    n = np.bincount(at, minlength=size).astype(float)
    return DomainMeans(gap, np.where(np.isfinite(gap), np.sqrt(np.maximum(variance, 0.0)), np.nan), n, df, np.full(size, np.nan))


def korn_graubard(
    share: ArrayLike, error: ArrayLike, n: ArrayLike, df: ArrayLike, level: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Low and high of weighted shares (0 to 1), with width at 0 and 1 too, and the effective n: p(1-p) over the variance, n at 0 and 1.
    Korn and Graubard, Survey Methodology 1998;24:193-201: Clopper and Pearson's limits at the effective n, adjusted for the degrees of
    freedom and no larger than n. Missing without degrees of freedom."""
    share, error, n, df = np.broadcast_arrays(*(np.asarray(part, float) for part in (share, error, n, df)))
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        certain = ~(error > 0) | (share <= 0) | (share >= 1)
        effective = np.where(certain, n, share * (1 - share) / error**2)
        adjusted = effective * (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** 2
        size = np.where(n > 1, np.minimum(n, adjusted), n)
        known = (df >= 1) & np.isfinite(share) & np.isfinite(size)
        low, high = proportion_confint(np.where(known, size * share, 0.0), np.where(known, size, 1.0), 1 - level, "beta")
    return np.where(known, low, np.nan), np.where(known, high, np.nan), effective


def effective_n(weights: ArrayLike) -> float:
    """Kish's effective number of respondents, (sum w)^2 / sum w^2: the size of an equally weighted sample as precise as this one. Missing
    weights do not count. Respondents over this is Kish's design effect of weighting: Survey Sampling (1965), section 11.7."""
    w = np.asarray(weights, float)
    w = w[np.isfinite(w)]
    return float(w.sum() ** 2 / (w**2).sum()) if w.any() else np.nan


def _codes(labels: ArrayLike | None, n: int) -> Codes:
    """Labels as numbers; all alike where none are given."""
    return np.zeros(n, np.int64) if labels is None else pd.factorize(np.asarray(labels, object), use_na_sentinel=False)[0].astype(np.int64)


def _answers(
    design: SurveyDesign, values: ArrayLike, domain: ArrayLike | None, respondent: ArrayLike | None, domains: int | None,
    *, extra: NDArray[np.bool_] | None = None,
) -> tuple[Floats, Floats, Codes, Codes, int]:
    """Answers that count, their weights, domains (twice the number plus ``extra``, where given), respondents, and how many domains."""
    y = np.asarray(values, float)
    at = np.zeros(len(y), np.int64) if domain is None else np.asarray(domain, np.int64)
    who = np.arange(len(y)) if respondent is None else np.asarray(respondent, np.int64)
    size = int(at.max(initial=0)) + 1 if domains is None else domains
    used = np.isfinite(y) & np.isfinite(design.weights[who]) & (at >= 0)
    code = at if extra is None else 2 * at + extra
    return y[used], design.weights[who][used], code[used], who[used], size


def _variance(design: SurveyDesign, z: Floats, at: Codes, who: Codes, size: int) -> tuple[Floats, Floats]:
    """Variance of the total of z in each domain, and its degrees of freedom."""
    strata, counts = len(design.drawn), design.weights[who] > 0
    pair, of_cluster = at * strata + design.strata[who], z
    if design.clusters is not None:
        width = int(design.clusters.max(initial=0)) + 1
        _, first, where = np.unique(at * width + design.clusters[who], return_index=True, return_inverse=True)
        pair, of_cluster, counts = pair[first], np.bincount(where, z), np.bincount(where, counts) > 0
    pairs, where = np.unique(pair, return_inverse=True)
    once, twice, counted = (np.bincount(where, part, len(pairs)) for part in (of_cluster, of_cluster**2, counts))
    stratum, at = pairs % strata, pairs // strata
    drawn = design.drawn[stratum]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = drawn / (drawn - 1) * (twice - once**2 / drawn)
    part = np.where(drawn == 1, twice, part) * (1 - drawn / design.population[stratum])
    return np.bincount(at, part, size), np.bincount(at, counted, size) - np.bincount(at, counted > 0, size)


# --- of a cohort ----------------------------------------------------------------------------------------

_PLACE = ["indicator", "wave", "authority"]


def weighted(plan: Plan) -> pd.DataFrame:
    """Estimate levels and changes with weights, beside those without; nothing where the cohort declares no weighting.

    One row per indicator x wave x place, for the cohort and its authorities: Korn and Graubard's interval for percentages, t for means,
    from linearised errors with the authorities as strata; ``n_valid`` counts people, ``n_effective`` is the size of a simple sample as
    precise. One row per indicator x later wave x place for ``change``, with a t test on the degrees of freedom of both waves (not in a
    matched design); and per wave x place ``effective_n`` and ``design_effect`` (Kish), and ``largest_weight`` over the mean weight.
    """
    if plan.cohort.weighting is None or not len(plan.respondents):
        return plan.rows()
    design, levels, changes = _design(plan), [], []
    for one in _by_indicator(plan):
        size, known = len(one.places), (one.wave >= 0) & (one.place >= 0)
        at = np.where(known, one.wave.astype(int) * size + one.place, -1)
        levels.append(one.rows(plan.waves, domain_means(design, one.value, at, respondent=one.respondent, domains=len(plan.waves) * size)))
        for later, wave in enumerate(() if plan.matched else plan.later_waves, start=1):
            at = np.where(np.isin(one.wave, (0, later)), one.place, -1)
            changes.append(one.rows((wave,), domain_differences(design, one.value, one.wave == later, at, respondent=one.respondent, domains=size)))
    means = _described(levels, plan)
    rows = [_change_rows(_described(changes, plan), means, plan)] if changes else []
    return pd.concat([_level_rows(means, plan), *rows, _cost_of_weights(plan)], ignore_index=True)


def _design(plan: Plan) -> SurveyDesign:
    """Respondents in strata of wave and authority, the waves independent of one another."""
    people = plan.respondents
    stratum = people["wave"].astype(str) + "|" + people["authority"].astype(str)
    sizes = {f"{one.wave}|{one.authority}": float(one.count) for one in plan.cohort.eligible}
    finite = plan.cohort.weighting.finite_population
    return survey_design(people["weight"], strata=stratum, population=stratum.map(sizes) if finite else None)


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


def weighted_levels(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give weighted percentages with Korn and Graubard's interval, and weighted means with a t interval. One row per row of ``domains``:
    ``mean``, ``error``, ``n_valid``, ``df`` and ``effect`` as ``domain_means`` gives them, and ``percent``: whether the mean is a share.
    ``warning`` says why there is no interval."""
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
        warning=np.select([domains["n_valid"] == 0, domains["df"] < 1, ~bounded & ~percent], [NOBODY, Reason.NO_DF, Reason.NO_VARIANCE], ""),
    )


def weighted_differences(domains: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give differences of weighted percentages (in points) or means with a t interval and test, one row per row of ``domains``. ``mean``
    is the difference, ``error`` and ``df`` are as ``domain_differences`` gives them; ``warning`` says why there is no interval."""
    known = (domains["error"] > 0) & (domains["df"] >= 1)
    factor, gap, df = np.where(domains["percent"], 100, 1), domains["mean"], domains["df"].where(known)
    error = domains["error"].where(known)
    half, ratio = stats.t.ppf((1 + conf_level) / 2, df) * error, gap / error
    return domains.assign(
        estimate=factor * gap, std_error=factor * error, conf_low=factor * (gap - half), conf_high=factor * (gap + half),
        conf_level=conf_level, statistic=ratio, df=df, p_value=2 * stats.t.sf(ratio.abs(), df),
        method=Method.join(Method.WEIGHTED, Method.LINEARISED_T_TEST),
        warning=np.select([gap.isna(), ~known & (domains["df"] < 1), ~known], [NOBODY, Reason.NO_DF, Reason.NO_VARIANCE], ""),
    )


def _level_rows(means: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the weighted levels, with the bases and missing reasons of the unweighted ones."""
    table = weighted_levels(means, plan.conf_level).assign(quantity=np.where(means["percent"], Quantity.PERCENT.value, Quantity.MEAN.value))
    counted = plan.tallies[plan.tallies["group"].eq("")]
    bases = counted[[*_PLACE, "n_eligible", *MISSING_COLUMNS]]
    return plan.rows(table.merge(bases, on=_PLACE, how="left", validate="one_to_one"), weighted=True)


def _change_rows(changes: pd.DataFrame, means: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the changes of weighted levels from the first wave to each later one."""
    counts = means[[*_PLACE, "n_valid"]]
    first = counts[counts["wave"].eq(plan.first_wave)].drop(columns="wave").rename(columns={"n_valid": "n_reference"})
    pairs = changes.drop(columns="n_valid").merge(counts, on=_PLACE, validate="one_to_one")
    pairs = pairs.merge(first, on=["indicator", "authority"], validate="many_to_one")
    return plan.rows(weighted_differences(pairs.assign(unit=pairs["change_unit"]), plan.conf_level), quantity=Quantity.CHANGE.value,
                     contrast=Contrast.WAVE.value, reference=plan.first_wave, weighted=True)


def _cost_of_weights(plan: Plan) -> pd.DataFrame:
    """Rows for what the weights cost, by wave and authority."""
    people = plan.respondents.assign(wave=plan.respondents["wave"].astype(str), authority=plan.respondents["authority"].astype(str))
    places, rows = [people.assign(authority=""), *([people] if plan.cohort.authorities else [])], []
    for (wave, authority), weights in pd.concat(places).groupby(["wave", "authority"])["weight"]:
        size, known = effective_n(weights), float(weights.notna().sum())
        at = {"wave": wave, "authority": authority, "n_valid": known, "n_eligible": float(len(weights)),
              "warning": "" if size > 0 else Reason.NO_WEIGHTS.not_estimable}
        rows += [at | {"quantity": quantity.value, "estimate": value, "unit": unit, "method": method} for quantity, value, unit, method in (
            (Quantity.EFFECTIVE_N, size, "respondents", Method.KISH), (Quantity.DESIGN_EFFECT, known / size, "ratio", Method.KISH),
            (Quantity.LARGEST_WEIGHT, weights.max() / weights.mean(), "times the mean weight", Method.AS_WEIGHTED))]
    return plan.rows(rows, weighted=True)
