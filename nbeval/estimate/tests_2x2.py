"""Whether two independent proportions differ beyond chance, and which test may say so.

The compared sample comes first (x1 of n1), the one it is compared with second (x0 of n0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from scipy.special import gammaln

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable

NOBODY = "one of the two samples has no valid answer"
SMALLEST_EXPECTED = 5       # below it chi-squared is not trusted (Cochran 1954)
MOST_TABLES = 25_000_000    # as many tables as Boschloo's test may order
#: the rule turns to Fisher beyond this, where the exact test takes a tenth of a second and gains little
MOST_TABLES_BY_RULE = 50_000


def smallest_expected(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> np.ndarray:
    """Give the smallest of the four counts that would be expected without a difference.

    Parameters
    ----------
    x1, n1, x0, n0 : array_like
        Counts, broadcast against one another.

    Returns
    -------
    numpy.ndarray
        Row total times column total over the total; NaN where a base is 0.
    """
    x1, n1, x0, n0 = (np.asarray(value, float) for value in (x1, n1, x0, n0))
    total, yes = n1 + n0, x1 + x0
    with np.errstate(divide="ignore", invalid="ignore"):
        smallest = np.minimum(n1, n0) * np.minimum(yes, total - yes) / total
    return np.where((n1 > 0) & (n0 > 0), smallest, np.nan)


def chi_squared_uncorrected(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Estimates:
    """Test differences of proportions by chi-squared without continuity correction.

    Parameters
    ----------
    x1, n1, x0, n0 : array_like
        Counts, broadcast against one another.

    Returns
    -------
    Estimates
        Statistic, 1 df and p; NaN where a base is 0 or everybody gave the same answer.

    Notes
    -----
    Evidence: R ``chisq.test(correct = FALSE)``.
    """
    x1, n1, x0, n0 = (np.asarray(value, float) for value in (x1, n1, x0, n0))
    total, yes = n1 + n0, x1 + x0
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = total * (x1 * (n0 - x0) - x0 * (n1 - x1)) ** 2 / (n1 * n0 * yes * (total - yes))
    where = (n1 > 0) & (n0 > 0) & (yes > 0) & (yes < total)
    return estimates(where, statistic=squared, df=1.0, p_value=stats.chi2.sf(squared, 1))


def chi_squared(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by chi-squared without continuity correction.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts.

    Returns
    -------
    Outcome
        Statistic, df and p, or why there are none.
    """
    method = "chi_squared_uncorrected"
    if n1 == 0 or n0 == 0:
        return not_estimable(method, NOBODY)
    if x1 + x0 in (0, n1 + n0):
        return not_estimable(method, "everybody gave the same answer")
    return chi_squared_uncorrected(x1, n1, x0, n0).outcome(method)


def fisher(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by Fisher's exact test, two-sided by probability.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts.

    Returns
    -------
    Outcome
        p, or why there is none.

    Notes
    -----
    Evidence: R ``fisher.test``.
    """
    if n1 == 0 or n0 == 0:
        return not_estimable("fisher", NOBODY)
    return Outcome(p_value=float(stats.fisher_exact([[x1, n1 - x1], [x0, n0 - x0]]).pvalue), method="fisher")


def boschloo(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by Boschloo's exact test.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts.

    Returns
    -------
    Outcome
        p: twice the smaller of the two one-sided ones, at most 1 (a central test); the statistic is the
        smaller one-sided Fisher p. Or why there is none.

    Notes
    -----
    Boschloo, Statistica Neerlandica 1970;24:1-35. The same as ``scipy.stats.boschloo_exact``; written here
    because that takes half a minute where each wave has a thousand answers. Evidence: the formula in R.
    """
    if n1 == 0 or n0 == 0:
        return not_estimable("boschloo_central", NOBODY)
    if (n1 + 1) * (n0 + 1) > MOST_TABLES:
        return not_estimable("boschloo_central", "the bases are too large for an unconditional exact test")
    fisher_high, p_high = _boschloo_higher(x1, n1, x0, n0)
    fisher_low, p_low = _boschloo_higher(x0, n0, x1, n1)
    return Outcome(
        statistic=min(fisher_high, fisher_low), p_value=min(1.0, 2 * min(p_high, p_low)), method="boschloo_central",
    )


def test_two_proportions(x1: int, n1: int, x0: int, n0: int) -> Outcome:
    """Test one difference of proportions by the rule: chi-squared, or Boschloo where a count is small.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts.

    Returns
    -------
    Outcome
        ``method`` is ``chi_squared_uncorrected``, or ``boschloo_central`` where an expected count is under 5
        (``fisher`` if the bases are too large for that), so that the row tells which test it was.
    """
    if smallest_expected(x1, n1, x0, n0) >= SMALLEST_EXPECTED:
        return chi_squared(x1, n1, x0, n0)
    if (n1 + 1) * (n0 + 1) > MOST_TABLES_BY_RULE:
        return fisher(x1, n1, x0, n0)
    return boschloo(x1, n1, x0, n0)


def _boschloo_higher(x1: int, n1: int, x0: int, n0: int) -> tuple[float, float]:
    """Fisher's p that the first share is higher, and the largest chance of one as small over the common share."""
    tails = _fisher_tails(n1, n0)
    seen = tails[x1, x0]
    # with x1 held, tables with fewer in the other sample are more extreme: the region is a run from 0
    run = (tails <= seen * (1 + 1e-10)).sum(axis=1)
    rows = np.flatnonzero(run)

    def chance(share: np.ndarray) -> np.ndarray:
        """The probability of the region at each common share."""
        first = _binomial(n1, share)[:, rows]
        other = np.cumsum(_binomial(n0, share), axis=1)[:, run[rows] - 1]
        return (first * other).sum(axis=1)

    return float(seen), min(1.0, _largest(chance))


def _fisher_tails(n1: int, n0: int) -> np.ndarray:
    """One-sided Fisher p of every table: rows 0..n1 of the first sample, columns 0..n0 of the other."""
    a, b = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    tails = np.exp(_log_choose(n1)[a] + _log_choose(n0)[b] - _log_choose(n1 + n0)[a + b])
    for row in range(n1 - 1, -1, -1):
        tails[row, 1:] += tails[row + 1, :-1]
    return tails


def _log_choose(n: int) -> np.ndarray:
    """The logarithms of the numbers of ways to choose 0..n of n."""
    k = np.arange(n + 1)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _binomial(n: int, share: np.ndarray) -> np.ndarray:
    """Binomial probabilities: one row per share, columns 0..n."""
    k, inside = np.arange(n + 1), np.clip(share, 1e-15, 1 - 1e-15)
    return np.exp(_log_choose(n) + np.outer(np.log(inside), k) + np.outer(np.log1p(-inside), n - k))


def _largest(chance) -> float:
    """The maximum over shares from 0 to 1: a grid, then a search around its six highest peaks."""
    grid = np.linspace(0, 1, 2001)
    height = np.concatenate([chance(part) for part in np.array_split(grid, 20)])     # in parts, to spare memory
    padded = np.concatenate([[-1.0], height, [-1.0]])
    peaks = np.flatnonzero((height >= padded[:-2]) & (height >= padded[2:]))
    peaks = peaks[np.argsort(-height[peaks], kind="stable")][:6]
    found = [
        -optimize.minimize_scalar(
            lambda share: -chance(np.array([share]))[0], method="bounded", options={"xatol": 1e-12},
            bounds=(grid[max(peak - 1, 0)], grid[min(peak + 1, 2000)]),
        ).fun
        for peak in peaks
    ]
    return float(max(*found, height.max()))
