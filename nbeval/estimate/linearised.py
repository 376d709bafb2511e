"""Weighted means and shares of a survey, with linearised errors: strata, clusters, finite population, weights of zero.

A mean of a domain is a ratio of two weighted totals. Its variance is that of the total of ``w (y - mean) / sum w`` over
the sampled clusters, stratum by stratum; clusters without anybody in the domain count as zero. Lumley, Complex Surveys
(2010), ch. 2; Särndal, Swensson and Wretman, Model Assisted Survey Sampling (1992), section 5.5. Judged by R's survey package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from nbeval.errors import ParameterError
from nbeval.frames import Reason

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
NO_VARIANCE = Reason.NO_VARIANCE
NO_DF = Reason.NO_DF
#: what a stratum with one sampled cluster adds to the variance: see ``survey_design``
LONELY = ("adjust", "average", "remove", "fail")


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """How respondents were sampled. Made by ``survey_design``.

    ``weights`` (NaN: not in the sample), ``strata`` and ``clusters`` have one element per respondent, ``drawn`` and
    ``population`` one per stratum: clusters in the sample and in the population (infinite: no correction).
    Clusters are numbered within all strata; None means that every respondent is a cluster.
    """

    weights: Floats
    strata: Codes
    clusters: Codes | None
    drawn: Floats
    population: Floats
    lonely: str


@dataclass(frozen=True, eq=False)
class DomainMeans:
    """Weighted means of domains: arrays with one element per domain, NaN where nobody answered.

    ``n`` counts answers, ``df`` is clusters less strata of the domain, ``design_effect`` compares the variance with that of
    a simple random sample of as many respondents with a weight, drawn with replacement.
    """

    estimate: Floats
    std_error: Floats
    n: Floats
    df: Floats
    design_effect: Floats


def survey_design(
    weights: ArrayLike, *, strata: ArrayLike | None = None, clusters: ArrayLike | None = None,
    population: ArrayLike | None = None, lonely: str = "adjust",
) -> SurveyDesign:
    """Describe how respondents were sampled; labels or sizes that are not given mean one stratum, no clusters, no correction.

    ``weights``: one per respondent, missing where not in the sample; a weight of zero keeps its cluster in the design. A label of
    ``clusters`` used in two strata means two clusters. ``population``: how many clusters (without clusters: people) the respondent's
    stratum has. ``lonely`` is what a stratum with one sampled cluster adds: ``adjust`` its distance from the mean of all (errs on the
    wide side), ``average`` what the others add on average, ``remove`` nothing, ``fail`` makes every error missing.

    >>> design = survey_design([1, 1, 2, 2], strata=["a", "a", "b", "b"])
    >>> float(domain_means(design, [1, 0, 1, 1]).estimate[0].round(3))
    0.833
    """
    weights = np.asarray(weights, float)
    sampled = np.isfinite(weights)
    if lonely not in LONELY or (weights[sampled] < 0).any():
        raise ParameterError(
            "this survey design cannot be used.", found=f"lonely={lonely!r}, {int((weights[sampled] < 0).sum())} negative weights",
            allowed=f"weights of zero or more; lonely: {', '.join(LONELY)}", do="correct the weights, or choose one of these.",
        )
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
    return SurveyDesign(weights, stratum, cluster, drawn, size, lonely)


def domain_means(
    design: SurveyDesign, values: ArrayLike, domain: ArrayLike | None = None, *,
    respondent: ArrayLike | None = None, domains: int | None = None,
) -> DomainMeans:
    """Weighted means of any number of domains at once; shares are means of 0 and 1.

    ``domain`` numbers the domain of each answer from 0 (negative: none), so that those of several indicators may be below one another;
    ``respondent`` is the position in the design of whoever gave the answer (default: answers are beside the respondents).
    """
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
    """Differences of two weighted means in each domain, of those marked ``second`` less the others; the rest as in ``domain_means``.

    The error takes in that both sides may share clusters. NaN where one side has no answer; ``n`` counts both sides.
    """
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
    freedom and no larger than n. Missing without degrees of freedom.
    """
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


def logit_interval(share: ArrayLike, error: ArrayLike, df: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a weighted share on the scale of log odds; missing at 0 and 1, where there is none.

    Parameters
    ----------
    share, error, df : array-like
        As in ``korn_graubard``.
    level : float

    Returns
    -------
    low, high
    """
    share, error, df = (np.asarray(part, float) for part in (share, error, df))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, half = np.log(share / (1 - share)), stats.t.ppf((1 + level) / 2, df) * error / (share * (1 - share))
        inside = np.isfinite(centre) & (error > 0) & (df >= 1)
        return tuple(np.where(inside, 1 / (1 + np.exp(-(centre + sign * half))), np.nan) for sign in (-1, 1))


def effective_n(weights: ArrayLike) -> float:
    """Kish's effective number of respondents, (sum w)^2 / sum w^2: the size of an equally weighted sample as precise as this one.

    Missing weights do not count. Respondents over this is Kish's design effect of weighting: Survey Sampling (1965), section 11.7.
    """
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
    drawn, lonely = design.drawn[stratum], design.drawn == 1
    with np.errstate(divide="ignore", invalid="ignore"):
        part = drawn / (drawn - 1) * (twice - once**2 / drawn)
    part = np.where(lonely[stratum], twice if design.lonely == "adjust" else 0.0, part) * (1 - drawn / design.population[stratum])
    variance = np.bincount(at, part, size)
    if lonely.any() and design.lonely == "fail":
        variance[:] = np.nan
    if design.lonely == "average":
        present = int((design.drawn > 0).sum())
        variance = variance * present / max(present - int(lonely.sum()), 1)
    return variance, np.bincount(at, counted, size) - np.bincount(at, counted > 0, size)
