"""The difference of two independent proportions: intervals that survive 0, 1 and small bases.

The later or compared sample comes first (x1 of n1), the one it is compared with second (x0 of n0); a
difference is the first minus the second.
"""

from __future__ import annotations

from math import acos, cos, inf, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable
from nbeval.estimate.single_proportions import wilson

NOBODY = "one of the two samples has no valid answer"


def newcombe(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give differences of proportions with Newcombe's interval.

    Parameters
    ----------
    x1, n1, x0, n0 : array_like
        Counts, broadcast against one another.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences of shares, x1 / n1 - x0 / n0; NaN where a base is 0.

    Notes
    -----
    Squares and adds two Wilson intervals: method 10 of Newcombe, Stat Med 1998;17:873-890. Evidence: his
    eight examples and R ``Epi::ci.pd(method = "Nc")``.
    """
    one, two = wilson(x1, n1, conf_level), wilson(x0, n0, conf_level)
    gap = one.estimate - two.estimate
    low = gap - np.hypot(one.estimate - one.conf_low, two.conf_high - two.estimate)
    high = gap + np.hypot(one.conf_high - one.estimate, two.estimate - two.conf_low)
    return estimates(estimate=gap, conf_low=low, conf_high=high)


def agresti_caffo(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give differences of proportions with the interval of Agresti and Caffo.

    Parameters
    ----------
    x1, n1, x0, n0 : array_like
        Counts, broadcast against one another.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences of shares; NaN where a base is 0. The interval is centred on the difference after one
        success and one failure are added to each sample, and is not cut at -1 and 1.

    Notes
    -----
    Agresti and Caffo, Am Stat 2000;54:280-288. Evidence: R ``Epi::ci.pd(method = "AC")``.
    """
    x1, n1, x0, n0 = (np.asarray(value, float) for value in (x1, n1, x0, n0))
    z = stats.norm.isf((1 - conf_level) / 2)
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    half = z * np.sqrt(p1 * (1 - p1) / (n1 + 2) + p0 * (1 - p0) / (n0 + 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = x1 / n1 - x0 / n0
    return estimates((n1 > 0) & (n0 > 0), estimate=gap, conf_low=p1 - p0 - half, conf_high=p1 - p0 + half)


def miettinen_nurminen(x1: int, n1: int, x0: int, n0: int, conf_level: float = 0.95) -> Estimates:
    """Give one difference of proportions with the score interval of Miettinen and Nurminen.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts; no base may be 0.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Estimates
        The difference of shares.

    Notes
    -----
    Miettinen and Nurminen, Stat Med 1985;4:213-226, with the factor N / (N - 1). Written here because
    ``statsmodels.confint_proportions_2indep(method="score")`` is not a mirror image when the samples change
    places and fails at 0 and 1. Evidence: the formula in R, and Newcombe's printed example.
    """
    z = stats.norm.isf((1 - conf_level) / 2)
    gap = x1 / n1 - x0 / n0

    def beyond(delta: float) -> float:
        """How much further than z the difference seen lies from ``delta``."""
        variance = _restricted_variance(delta, x1, n1, x0, n0)
        distance = abs(gap - delta)
        return -z if distance == 0 else distance / sqrt(variance) - z if variance > 0 else inf

    limits = [_score_limit(beyond, gap, end) for end in (-1.0, 1.0)]
    return estimates(estimate=gap, conf_low=limits[0], conf_high=limits[1])


def _score_limit(beyond, gap: float, end: float) -> float:
    """Where the statistic passes z between the difference seen and one end of the scale."""
    near = end * (1 - 1e-12)
    if gap == end or beyond(near) <= 0:
        return end
    return optimize.brentq(lambda delta: min(beyond(delta), 1e6), gap, near, xtol=1e-14, rtol=1e-14, maxiter=500)


def _restricted_variance(delta: float, x1: int, n1: int, x0: int, n0: int) -> float:
    """Variance of the difference at the likeliest shares that are ``delta`` apart (closed form of the cubic)."""
    total, successes = n0 + n1, x0 + x1
    l2 = (n1 + 2 * n0) * delta - total - successes
    l1 = (n0 * delta - total - 2 * x0) * delta + successes
    l0 = x0 * delta * (1 - delta)
    q = l2**3 / (3 * total) ** 3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    p = (1 if q >= 0 else -1) * sqrt(max(0.0, l2**2 / (3 * total) ** 2 - l1 / (3 * total)))
    angle = (pi + acos(1.0 if p == 0 else max(-1.0, min(1.0, q / p**3)))) / 3
    r0 = min(1.0, max(0.0, 2 * p * cos(angle) - l2 / (3 * total)))
    r1 = min(1.0, max(0.0, r0 + delta))
    return (r1 * (1 - r1) / n1 + r0 * (1 - r0) / n0) * total / (total - 1)


INTERVALS = {"newcombe": newcombe, "agresti_caffo": agresti_caffo, "miettinen_nurminen": miettinen_nurminen}


def difference(
    x1: int, n1: int, x0: int, n0: int, conf_level: float = 0.95, *, method: str = "newcombe"
) -> Outcome:
    """Give the difference of two independent proportions with its interval.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts of the compared sample and of the one it is compared with.
    conf_level : float
        The level of the interval.
    method : str
        One of ``INTERVALS``.

    Returns
    -------
    Outcome
        The difference of shares, or why there is none.
    """
    if n1 == 0 or n0 == 0:
        return not_estimable(method, NOBODY)
    return INTERVALS[method](x1, n1, x0, n0, conf_level).outcome(method, conf_level)
