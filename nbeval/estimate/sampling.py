"""Means, shares, differences and tables of a sample, with linearised errors: strata, clusters, finite population, raking, weights of zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special, stats
from statsmodels.stats.proportion import proportion_confint

from nbeval.dictionary.enums import Lonely
from nbeval.errors import ParameterError
from nbeval.estimate.means import difference
from nbeval.frames import Reason

#: intervals of weighted shares
KORN_GRAUBARD, LOGIT, BETA = SHARE_INTERVALS = ("korn_graubard", "logit", "beta")
#: numbers in one block of residuals
BLOCK = 1 << 22
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """How respondents were sampled. Made by ``survey_design``. ``weights`` (NaN: not in the sample), ``strata`` and ``clusters`` have one
    element per respondent, ``drawn`` and ``population`` one per stratum: clusters in the sample and in the population (infinite: no
    correction). Clusters are numbered within all strata; None means that every respondent is a cluster. ``raked`` is there where the
    error is to take in that the weights were raked."""

    weights: Floats
    strata: Codes
    clusters: Codes | None
    drawn: Floats
    population: Floats
    lonely: Lonely = Lonely.ADJUST
    raked: Margins | None = None

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Which strata have one sampled cluster, and others in the population."""
        return (self.drawn == 1) & (self.population > 1)


@dataclass(frozen=True, eq=False)
class Margins:
    """What weights were raked to: one column of ``matrix`` per level of a margin, one row per respondent; ``before`` are the weights that
    raking began with, ``inverse`` is that of the columns' products weighted with them."""

    matrix: sparse.csr_array
    before: Floats
    inverse: Floats

    def residuals(self, values: Floats) -> Floats:
        """What the margins do not explain of columns of values, by a regression weighted with the weights before raking. Deville and
        Sarndal, J Am Stat Assoc 1992;87:376-382; R's calibrate() does so, its rake() weighs all alike and errs from uneven weights."""
        return values - self.matrix @ (self.inverse @ (self.matrix.T @ (self.before[:, None] * values)))


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
    lonely: Lonely = Lonely.ADJUST, margins: pd.DataFrame | None = None, before: ArrayLike | None = None,
) -> SurveyDesign:
    """Describe how respondents were sampled; labels or sizes that are not given mean one stratum, no clusters, no correction.

    ``weights``: one per respondent, missing where not in the sample; a weight of zero keeps its cluster in the design. A label of
    ``clusters`` used in two strata means two clusters. ``population``: how many clusters (without clusters: people) the respondent's
    stratum has. ``lonely`` says what a stratum with one sampled cluster adds. ``margins`` are the levels that the weights were raked to, one
    column per margin, and ``before`` the weights before that: errors then take in the raking, and whoever had a weight before is a part of
    the sample that was drawn.

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
    table = pd.DataFrame({"stratum": stratum, "cluster": np.arange(len(weights)) if cluster is None else cluster})
    table = table[sampled if before is None else np.isfinite(np.asarray(before, float))]
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
    return SurveyDesign(weights, stratum, cluster, drawn, size, lonely, None if margins is None else _margins(margins, before, sampled))


def _margins(levels: pd.DataFrame, before: ArrayLike | None, sampled: NDArray[np.bool_]) -> Margins:
    """The levels of all margins as columns of 0 and 1."""
    inside, columns = sampled & levels.notna().all(axis=1).to_numpy(), []
    for name in levels:
        codes, known = pd.factorize(levels[name].to_numpy(object))
        rows = np.flatnonzero(inside)
        columns.append(sparse.csr_array((np.ones(len(rows)), (rows, codes[rows])), shape=(len(levels), len(known))))
    matrix = sparse.csr_array(sparse.hstack(columns))
    weight = np.where(inside, np.ones(len(levels)) if before is None else np.nan_to_num(np.asarray(before, float)), 0.0)
    return Margins(matrix, weight, np.linalg.pinv((matrix.T @ (matrix * weight[:, None])).toarray(), hermitian=True))


def domain_means(
    design: SurveyDesign, values: ArrayLike, domain: ArrayLike | None = None, *,
    respondent: ArrayLike | None = None, domains: int | None = None,
) -> DomainMeans:
    """Weighted means of any number of domains at once; shares are means of 0 and 1. ``domain`` numbers the domain of each answer from 0
    (negative: none), so that those of several indicators may be below one another; ``respondent`` is the position in the design of whoever
    gave the answer (default: answers are beside the respondents)."""
    y, w, at, who, size = _answers(design, values, domain, respondent, domains)
    n = np.bincount(at, minlength=size).astype(float)
    mean, around, total = _centred(y, w, at, size)
    with np.errstate(divide="ignore", invalid="ignore"):
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
    mean, around, total = _centred(y, w, 2 * at + side, 2 * size)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(side == 1, 1.0, -1.0) * w * around / total[2 * at + side]
    variance, df = _variance(design, z, at, who, size)
    gap = difference(mean[1::2], mean[::2])
    n = np.bincount(at, minlength=size).astype(float)
    return DomainMeans(gap, np.where(np.isfinite(gap), np.sqrt(np.maximum(variance, 0.0)), np.nan), n, df, np.full(size, np.nan))


def korn_graubard(
    share: ArrayLike, error: ArrayLike, n: ArrayLike, df: ArrayLike, level: float = 0.95, *, capped: bool = True,
) -> tuple[Floats, Floats, Floats]:
    """Low and high of weighted shares (0 to 1), with width at 0 and 1 too, and the effective n: p(1-p) over the variance, n at 0 and 1.
    Korn and Graubard, Survey Methodology 1998;24:193-201: Clopper and Pearson's limits at the effective n, adjusted for the degrees of
    freedom and, where ``capped``, no larger than n. Missing without degrees of freedom."""
    share, error, n, df = np.broadcast_arrays(*(np.asarray(part, float) for part in (share, error, n, df)))
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        certain = (error <= 0) | (share <= 0) | (share >= 1)
        effective = np.where(certain, n, share * (1 - share) / error**2)
        adjusted = effective * (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** 2
        size = np.where(n > 1, np.minimum(n, adjusted) if capped else np.where(certain, np.minimum(n, adjusted), adjusted), n)
        known = (df >= 1) & np.isfinite(share) & np.isfinite(size)
        low, high = proportion_confint(np.where(known, size * share, 0.0), np.where(known, size, 1.0), 1 - level, "beta")
    return np.where(known, low, np.nan), np.where(known, high, np.nan), effective


def share_interval(
    share: ArrayLike, error: ArrayLike, n: ArrayLike, df: ArrayLike, level: float = 0.95, *, method: str = KORN_GRAUBARD,
) -> tuple[Floats, Floats]:
    """Low and high of weighted shares by one of ``SHARE_INTERVALS``; shares of 0 and 1 have Korn and Graubard's whatever the method, since
    the others have none or a point there. ``logit``: t limits of the log odds; ``beta``: Korn and Graubard's without the limit of n."""
    low, high, _ = korn_graubard(share, error, n, df, level, capped=method != BETA)
    if method != LOGIT:
        return low, high
    share, error, df = (np.asarray(part, float) for part in (share, error, df))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stats.t.ppf((1 + level) / 2, np.where(df >= 1, df, np.nan)) * error / (share * (1 - share))
        inside = (error > 0) & (share > 0) & (share < 1)
        return tuple(np.where(inside, special.expit(special.logit(share) + sign * half), end) for sign, end in ((-1, low), (1, high)))


def effective_n(weights: ArrayLike) -> float:
    """Kish's effective number of respondents, (sum w)^2 / sum w^2: the size of an equally weighted sample as precise as this one. Missing
    weights do not count. Respondents over this is Kish's design effect of weighting: Survey Sampling (1965), section 11.7."""
    w = np.asarray(weights, float)
    w = w[np.isfinite(w)]
    return float(w.sum() ** 2 / (w**2).sum()) if w.any() else np.nan


def _centred(y: Floats, w: Floats, at: Codes, size: int) -> tuple[Floats, Floats, Floats]:
    """Weighted means of the domains, every answer less the mean of its domain, and the sums of weights. From an answer of the domain itself:
    a constant answer has exactly no spread."""
    origin, total = np.full(size, np.nan), np.bincount(at, w, size)
    origin[at[w > 0]] = y[w > 0]
    shifted = y - origin[at]
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.bincount(at, w * shifted, size) / total
        return origin + shift, shifted - shift[at], total


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
    stratum, domain = pairs % strata, pairs // strata
    df = np.bincount(domain, counted, size) - np.bincount(domain, counted > 0, size)
    if design.raked is not None:
        parts = (np.diag(total_covariance(design, block)) for block in _blocks(design, z, at, who, size))
        return np.concatenate([np.empty(0), *parts]), df
    part = np.where(design.alone[stratum], _of_lonely(design.lonely, twice), _scale(design)[stratum] * (twice - once**2 / design.drawn[stratum]))
    total = np.bincount(domain, part, size)
    if design.lonely is Lonely.AVERAGE:
        total = total * _all_for_some(np.bincount(domain, minlength=size), np.bincount(domain, ~design.alone[stratum], size))
    return total, df


def _blocks(design: SurveyDesign, z: Floats, at: Codes, who: Codes, size: int) -> Iterator[Floats]:
    """The values z as tables of respondents by domains, few enough at a time."""
    width = max(1, BLOCK // max(1, len(design.weights)))
    for start in range(0, size, width):
        here = (at >= start) & (at < start + width)
        table = np.zeros((len(design.weights), min(width, size - start)))
        np.add.at(table, (who[here], at[here] - start), z[here])
        yield table


def total_covariance(design: SurveyDesign, z: Floats) -> Floats:
    """Covariance matrix of the totals of columns of z, one row per respondent: weight times linearised value, 0 outside the domain."""
    w, used = design.weights, np.isfinite(design.weights)
    if design.raked is not None:
        z = np.where(used, w, 0.0)[:, None] * design.raked.residuals(np.divide(z, w[:, None], out=np.zeros_like(z), where=(w > 0)[:, None]))
    strata, z = design.strata[used], z[used]
    if design.clusters is not None:
        numbers, first, where = np.unique(design.clusters[used], return_index=True, return_inverse=True)
        strata, z = strata[first], sparse.csr_array((np.ones(len(where)), (where, np.arange(len(where)))), shape=(len(numbers), len(where))) @ z
    size, alone = len(design.drawn), design.alone
    sums = sparse.csr_array((np.ones(len(strata)), (strata, np.arange(len(strata)))), shape=(size, len(strata))) @ z
    scale = np.where(alone, _of_lonely(design.lonely, np.ones(size)), _scale(design))
    shared = np.where(alone, 0.0, scale) / np.maximum(design.drawn, 1)        # the squares of the means, of clusters outside the domain too
    found = z.T @ (z * scale[strata][:, None]) - sums.T @ (sums * shared[:, None])
    if design.lonely is Lonely.AVERAGE:
        inside = np.unique(strata[(z != 0).any(axis=1)]) if design.raked is None else np.flatnonzero(design.drawn)
        found = found * _all_for_some(np.array(len(inside)), np.array((~alone[inside]).sum()))
    return found


def _scale(design: SurveyDesign) -> Floats:
    """What the squares of a stratum's clusters, from their mean, are multiplied by."""
    several = np.divide(design.drawn, design.drawn - 1, out=np.zeros_like(design.drawn), where=design.drawn > 1)
    return several * (1 - design.drawn / design.population)


def _of_lonely(rule: Lonely, squares: Floats) -> Floats:
    """What strata with one cluster add, from the squares of their totals."""
    return {Lonely.ADJUST: squares, Lonely.FAIL: np.full_like(squares, np.nan)}.get(rule, np.zeros_like(squares))


def _all_for_some(strata: Floats, several: Floats) -> Floats:
    """How many strata there are for each that has more than one cluster; missing where none has."""
    return np.divide(strata, several, out=np.full(np.shape(strata), np.nan), where=several > 0)


# --- tables ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class TableTest:
    """Rao and Scott's test that rows and columns of a table are independent: F with two degrees of freedom."""

    statistic: float = np.nan
    df: float = np.nan
    df_denominator: float = np.nan
    p_value: float = np.nan
    warning: str = ""


def rao_scott(design: SurveyDesign, rows: Codes, columns: Codes) -> TableTest:
    """Test whether two answers go together in a sample: second-order corrected F. Codes count from 0, negative ones are left out, as are
    rows and columns that nobody has. Rao and Scott, Ann Stat 1984;12:46-60, as R's ``svychisq``; zero weights count in its df."""
    inside = (rows >= 0) & (columns >= 0) & np.isfinite(design.weights)
    nr, row = _used(rows, inside)
    nc, column = _used(columns, inside)
    w, n = np.where(inside, design.weights, 0.0), int(inside.sum())
    if min(nr, nc) < 2 or not w.sum() > 0:
        return TableTest(warning=Reason.TABLE_TOO_SMALL.not_estimable)
    cell = np.zeros((len(w), nr * nc))
    cell[np.flatnonzero(inside), row * nc + column] = 1.0
    share = w @ cell / w.sum()
    covariance = total_covariance(design, w[:, None] * (cell - np.where(inside[:, None], share, 0.0)) / w.sum())
    crossed = np.array([np.kron(np.eye(nr)[a] - np.eye(nr)[0], np.eye(nc)[b] - np.eye(nc)[0]) for a in range(1, nr) for b in range(1, nc)]).T
    table = share.reshape(nr, nc)
    expected = np.outer(table @ np.ones(nc), np.ones(nr) @ table)
    if not (expected > 0).all():
        return TableTest(warning=Reason.LEVEL_WITHOUT_WEIGHT.not_estimable)
    pearson = n * float(((table - expected) ** 2 / expected).sum())
    inverse = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)[:, None]
    delta = np.linalg.solve(crossed.T @ (inverse / n * crossed), crossed.T @ (inverse * covariance @ (inverse * crossed)))
    trace = float(np.trace(delta))
    if not trace > 0:
        return TableTest(warning=Reason.NO_VARIANCE)
    df = trace**2 / float(np.trace(delta @ delta))
    drawn = np.unique(design.strata[inside]).size
    clusters = n if design.clusters is None else np.unique(design.clusters[inside]).size
    last = df * (clusters - drawn)
    if not last > 0:
        return TableTest(pearson / trace, df, warning=Reason.NO_DF)
    return TableTest(pearson / trace, df, last, float(stats.f.sf(pearson / trace, df, last)))


def _used(codes: Codes, inside: NDArray[np.bool_]) -> tuple[int, Codes]:
    """How many codes occur, and the codes of those inside numbered without gaps."""
    levels, found = np.unique(codes[inside], return_inverse=True)
    return len(levels), found
