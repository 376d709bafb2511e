"""Proportions: their intervals, their differences, and the tests that go with them.

Functions take counts, single or as arrays, so that one call serves a whole table. Of two samples the compared one
comes first (x1 of n1), the one it is compared with second (x0 of n0); a difference is the first minus the second.
Of pairs there are four counts: yes at both waves, yes at baseline only, yes at final only, yes at neither.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats
from statsmodels.stats import contingency_tables
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, test_proportions_2indep

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable
from nbeval.frames import Method, Reason

SMALLEST_EXPECTED = 5       # below it chi-squared is not trusted (Cochran 1954)
#: beyond as many possible tables the rule turns to Fisher: the exact test takes long there and gains little
MOST_TABLES = 50_000


def wilson(numerator: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give proportions, from 0 to 1, with Wilson's score interval (1927); NaN where n is 0."""
    return _share(numerator, n, conf_level, "wilson")


def clopper_pearson(numerator: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give proportions, from 0 to 1, with the exact interval of Clopper and Pearson (1934); NaN where n is 0."""
    return _share(numerator, n, conf_level, "beta")


def _share(numerator: ArrayLike, n: ArrayLike, conf_level: float, method: str) -> Estimates:
    """Proportions with an interval of statsmodels."""
    x, n = _counts(numerator, n)
    low, high = proportion_confint(x, n, 1 - conf_level, method)
    return estimates(n > 0, estimate=x / n, conf_low=np.where(x == 0, 0.0, low), conf_high=np.where(x == n, 1.0, high))


def against_fixed_score(numerator: ArrayLike, n: ArrayLike, fixed: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give the differences of proportions from published shares, taken as free of error, with the score test (z squared, 1 df). The
    interval is Wilson's less the published share; NaN where n is 0, and where the published share is 0 or 1 and has no variance."""
    ours, (x, n, fixed) = wilson(numerator, n, conf_level), _counts(numerator, n, fixed)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (x - n * fixed) ** 2 / (n * fixed * (1 - fixed))
    return estimates(
        (n > 0) & (fixed > 0) & (fixed < 1), estimate=ours.estimate - fixed, conf_low=ours.conf_low - fixed, conf_high=ours.conf_high - fixed,
        statistic=squared, df=1.0, p_value=stats.chi2.sf(squared, 1),
    )


def against_fixed_exact(numerator: ArrayLike, n: ArrayLike, fixed: float, conf_level: float = 0.95) -> Estimates:
    """Give the differences of proportions from a published share with the exact binomial test, of all outcomes no likelier than the one
    seen, and Clopper and Pearson's interval less the published share; NaN where n is 0. At its edge the interval, made of two tails, may
    part from the test: a verdict needs both."""
    ours, (x, n) = clopper_pearson(numerator, n, conf_level), _counts(numerator, n)
    p = [stats.binomtest(int(a), int(b), fixed).pvalue if b > 0 else np.nan for a, b in zip(x.ravel(), n.ravel(), strict=True)]
    return estimates(
        n > 0, estimate=ours.estimate - fixed, conf_low=ours.conf_low - fixed, conf_high=ours.conf_high - fixed, p_value=np.reshape(p, n.shape))


def newcombe(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give x1 / n1 - x0 / n0, from -1 to 1, with Newcombe's interval (Stat Med 1998;17:873-890, method 10); NaN where a base is 0."""
    x1, n1, x0, n0 = _counts(x1, n1, x0, n0)
    low, high = confint_proportions_2indep(x1, n1, x0, n0, method="newcomb", compare="diff", alpha=1 - conf_level)
    return estimates(estimate=x1 / n1 - x0 / n0, conf_low=low, conf_high=high)


def smallest_expected(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> np.ndarray:
    """Give the smallest of the four counts that would be expected without a difference; NaN where a base is 0."""
    x1, n1, x0, n0 = _counts(x1, n1, x0, n0)
    yes, total = x1 + x0, n1 + n0
    return np.minimum(n1, n0) * np.minimum(yes, total - yes) / total


def chi_squared_uncorrected(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Estimates:
    """Test differences of proportions by chi-squared without continuity correction, 1 df. NaN where a base is 0 or everybody gave the same
    answer."""
    x1, n1, x0, n0 = _counts(x1, n1, x0, n0)
    yes = x1 + x0
    differ = (yes > 0) & (yes < n1 + n0)
    first = np.where(differ, x1, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):       # of the ratios that come with it
        found = test_proportions_2indep(first, n1, x0, n0, method="score", compare="diff", correction=False)
    return estimates(differ, statistic=found.statistic**2, df=1.0, p_value=found.pvalue)


def fisher(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by Fisher's exact test, two-sided by probability."""
    if n1 == 0 or n0 == 0:
        return not_estimable(Method.FISHER, Reason.EMPTY_SAMPLE)
    return Outcome(p_value=float(stats.fisher_exact([[x1, n1 - x1], [x0, n0 - x0]]).pvalue), method=Method.FISHER)


def boschloo(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by Boschloo's exact test (Statistica Neerlandica 1970;24:1-35). p is twice the smaller of the two
    one-sided ones, at most 1 (a central test); the statistic is the smaller one-sided Fisher p. Written here because
    ``scipy.stats.boschloo_exact`` takes up to seven times as long, and a cohort has hundreds of such tables; at 3 of 1,200 and 1 of 30 it
    also misses the maximum by 1.5e-4."""
    if n1 == 0 or n0 == 0:
        return not_estimable(Method.BOSCHLOO, Reason.EMPTY_SAMPLE)
    higher, lower = _boschloo_higher(x1, n1, x0, n0), _boschloo_higher(x0, n0, x1, n1)
    return Outcome(
        statistic=min(higher[0], lower[0]), p_value=min(1.0, 2 * min(higher[1], lower[1])), method=Method.BOSCHLOO,
    )


def _boschloo_higher(x1: int, n1: int, x0: int, n0: int) -> tuple[float, float]:
    """Fisher's p that the first share is higher, and the largest chance of one as small over the common share."""
    a, b = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    tails = np.exp(_log_choose(n1)[a] + _log_choose(n0)[b] - _log_choose(n1 + n0)[a + b])
    for row in range(n1 - 1, -1, -1):
        tails[row, 1:] += tails[row + 1, :-1]
    # with x1 held, tables with fewer in the other sample are more extreme: the region is a run from 0
    run = (tails <= tails[x1, x0] * (1 + 1e-10)).sum(axis=1)
    rows = np.flatnonzero(run)

    def chance(share: np.ndarray) -> np.ndarray:
        """The probability of the region at each common share."""
        other = np.cumsum(_binomial(n0, share), axis=1)[:, run[rows] - 1]
        return (_binomial(n1, share)[:, rows] * other).sum(axis=1)

    return float(tails[x1, x0]), min(1.0, _largest(chance, n1 + n0))


def _largest(chance: Callable[[np.ndarray], np.ndarray], n: int) -> float:
    """The maximum over shares from 0 to 1: a grid as fine as samples of this size are sharp, then a search around its peaks."""
    grid = np.sin(np.linspace(0, np.pi / 2, 50 + 20 * int(sqrt(n)))) ** 2
    height = chance(grid)
    padded = np.concatenate([[-1.0], height, [-1.0]])
    peaks = np.flatnonzero((height >= padded[:-2]) & (height >= padded[2:]) & (height >= 0.95 * height.max()))
    found = [
        -optimize.minimize_scalar(
            lambda share: -chance(np.array([share]))[0], method="bounded", options={"xatol": 1e-12},
            bounds=(grid[max(peak - 1, 0)], grid[min(peak + 1, grid.size - 1)]),
        ).fun
        for peak in peaks[np.argsort(-height[peaks], kind="stable")][:6]
    ]
    return float(max(*found, height.max()))


def _log_choose(n: int) -> np.ndarray:
    """The logarithms of the numbers of ways to choose 0..n of n."""
    k = np.arange(n + 1)
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)


def _binomial(n: int, share: np.ndarray) -> np.ndarray:
    """Binomial probabilities: one row per share, columns 0..n."""
    k, inside = np.arange(n + 1), np.clip(share, 1e-15, 1 - 1e-15)
    return np.exp(_log_choose(n) + np.outer(np.log(inside), k) + np.outer(np.log1p(-inside), n - k))


def differences_tested(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> dict[str, np.ndarray]:
    """Test differences of proportions by the rule that reports follow: ``statistic``, ``df``, ``p_value`` and ``method``. Chi-squared;
    Boschloo's test where an expected count is under 5 (Fisher's where there are more than 50,000 possible tables). The exact tests are
    slow, so equal tables are tested once."""
    x1, n1, x0, n0 = (np.atleast_1d(np.asarray(counts, float)) for counts in (x1, n1, x0, n0))
    plain, some = chi_squared_uncorrected(x1, n1, x0, n0), (n1 > 0) & (n0 > 0)
    found = {"statistic": plain.statistic, "df": plain.df, "p_value": plain.p_value,
             "method": np.where(some, Method.CHI_SQUARED, Method.NONE).astype(object)}
    small = np.flatnonzero(some & (smallest_expected(x1, n1, x0, n0) < SMALLEST_EXPECTED))
    tables = [tuple(int(round(counts[row])) for counts in (x1, n1, x0, n0)) for row in small]
    tested = {one: (fisher if (one[1] + 1) * (one[3] + 1) > MOST_TABLES else boschloo)(*one) for one in set(tables)}
    for row, table in zip(small, tables, strict=True):
        for name, numbers in found.items():
            numbers[row] = getattr(tested[table], name)
    return found


def newcombe_paired(both: int, baseline_only: int, final_only: int, neither: int, conf_level: float = 0.95) -> Outcome:
    """Give the difference of two paired proportions, final minus baseline, with Newcombe's interval. Method 10 of Newcombe, Stat Med
    1998;17:2635-2650: two Wilson intervals, squared and added with the correlation of the answers. Written here because statsmodels has no
    difference of paired proportions."""
    n = both + baseline_only + final_only + neither
    if n == 0:
        return not_estimable(Method.NEWCOMBE_PAIRED, Reason.NO_PAIR)
    shares = wilson([both + baseline_only, both + final_only], n, conf_level)
    (p0, p1), phi = shares.estimate, paired_phi(both, baseline_only, final_only, neither)
    (below0, below1), (above0, above1) = shares.estimate - shares.conf_low, shares.conf_high - shares.estimate
    low = p1 - p0 - sqrt(below1**2 - 2 * phi * below1 * above0 + above0**2)
    high = p1 - p0 + sqrt(above1**2 - 2 * phi * above1 * below0 + below0**2)
    return Outcome((final_only - baseline_only) / n, conf_low=float(low), conf_high=float(high), conf_level=conf_level, method=Method.NEWCOMBE_PAIRED)


def paired_phi(both: int, baseline_only: int, final_only: int, neither: int) -> float:
    """Give the correlation of two answers with Newcombe's continuity correction; 0 where a wave has one answer only."""
    n = both + baseline_only + final_only + neither
    margins = (both + baseline_only) * (final_only + neither) * (both + final_only) * (baseline_only + neither)
    if margins == 0:
        return 0.0
    excess = both * neither - baseline_only * final_only
    return (max(excess - n / 2, 0.0) if excess > 0 else excess) / sqrt(margins)


def mcnemar(baseline_only: int, final_only: int, *, exact: bool = True) -> Outcome:
    """Test whether as many people moved to yes as away from it: the exact binomial test, or chi-squared (1 df, no correction)."""
    method = Method.MCNEMAR_EXACT if exact else Method.MCNEMAR
    if baseline_only + final_only == 0:
        return not_estimable(method, Reason.NOBODY_CHANGED)
    found = contingency_tables.mcnemar([[0, baseline_only], [final_only, 0]], exact=exact, correction=False)
    if exact:
        return Outcome(p_value=float(found.pvalue), method=method)
    return Outcome(statistic=float(found.statistic), df=1.0, p_value=float(found.pvalue), method=method)


def _counts(*given: ArrayLike) -> list[np.ndarray]:
    """Counts as arrays of floats of one shape; a base of 0 becomes NaN, so that nothing is divided by it."""
    counts = np.broadcast_arrays(*(np.asarray(value, float) for value in given))
    return [np.where(value > 0, value, np.nan) if position % 2 else value for position, value in enumerate(counts)]
