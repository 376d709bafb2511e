"""One proportion: its interval, and whether it differs from a published value that has no base."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable

NOBODY = "no valid answer"


def wilson(numerator: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give proportions with Wilson's score interval.

    Parameters
    ----------
    numerator, n : array_like
        Counts, broadcast against one another.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Shares from 0 to 1; NaN where n is 0.

    Notes
    -----
    Wilson (1927), without continuity correction. Exactly 0 and 1 are limits where nobody or everybody
    gave the answer. Evidence: R ``prop.test(correct = FALSE)``; Newcombe, Stat Med 1998;17:857-872.
    """
    x, n = np.asarray(numerator, float), np.asarray(n, float)
    z = stats.norm.isf((1 - conf_level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        centre = (x + z**2 / 2) / (n + z**2)
        half = z * np.sqrt(x * (n - x) / n + z**2 / 4) / (n + z**2)
    low = np.where(x == 0, 0.0, centre - half)
    high = np.where(x == n, 1.0, centre + half)
    return estimates(n > 0, estimate=share, conf_low=low, conf_high=high)


def clopper_pearson(numerator: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give proportions with the exact interval of Clopper and Pearson (1934).

    Parameters
    ----------
    numerator, n : array_like
        Counts, broadcast against one another.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Shares from 0 to 1; NaN where n is 0.

    Notes
    -----
    Evidence: R ``binom.test``.
    """
    x, n = np.asarray(numerator, float), np.asarray(n, float)
    half = (1 - conf_level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x == 0, 0.0, stats.beta.ppf(half, x, n - x + 1))
        high = np.where(x == n, 1.0, stats.beta.isf(half, x + 1, n - x))
        return estimates(n > 0, estimate=x / n, conf_low=low, conf_high=high)


def jeffreys(numerator: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give proportions with Jeffreys's interval, its limits at 0 and 1 where nobody or everybody answered so.

    Parameters
    ----------
    numerator, n : array_like
        Counts, broadcast against one another.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Shares from 0 to 1; NaN where n is 0.

    Notes
    -----
    Brown, Cai and DasGupta, Stat Sci 2001;16:101-133. Evidence: R ``qbeta``.
    """
    x, n = np.asarray(numerator, float), np.asarray(n, float)
    half = (1 - conf_level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x == 0, 0.0, stats.beta.ppf(half, x + 0.5, n - x + 0.5))
        high = np.where(x == n, 1.0, stats.beta.isf(half, x + 0.5, n - x + 0.5))
        return estimates(n > 0, estimate=x / n, conf_low=low, conf_high=high)


INTERVALS = {"wilson": wilson, "clopper_pearson": clopper_pearson, "jeffreys": jeffreys}


def proportion(numerator: int, n: int, conf_level: float = 0.95, *, method: str = "wilson") -> Outcome:
    """Give one proportion with its interval.

    Parameters
    ----------
    numerator, n : int
        Counts.
    conf_level : float
        The level of the interval.
    method : str
        One of ``INTERVALS``.

    Returns
    -------
    Outcome
        A share from 0 to 1, or why there is none.
    """
    if n == 0:
        return not_estimable(method, NOBODY)
    return INTERVALS[method](numerator, n, conf_level).outcome(method, conf_level)


def against_fixed_score(numerator: ArrayLike, n: ArrayLike, fixed: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give the differences of proportions from published values without a base, with the score test.

    Parameters
    ----------
    numerator, n : array_like
        Counts.
    fixed : array_like
        The published shares, taken as free of error.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences of shares; the interval is Wilson's less the published value; the statistic is z squared,
        1 df. NaN where n is 0.

    Notes
    -----
    Evidence: R ``prop.test(correct = FALSE)`` with ``p``.
    """
    x, n, fixed = np.asarray(numerator, float), np.asarray(n, float), np.asarray(fixed, float)
    ours = wilson(x, n, conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (x - n * fixed) ** 2 / (n * fixed * (1 - fixed))
    return estimates(
        n > 0, estimate=ours.estimate - fixed, conf_low=ours.conf_low - fixed, conf_high=ours.conf_high - fixed,
        statistic=squared, df=1.0, p_value=stats.chi2.sf(squared, 1),
    )


def against_fixed(
    numerator: int, n: int, fixed: float, conf_level: float = 0.95, *, method: str = "score"
) -> Outcome:
    """Give the difference of a proportion from a published value that has no base.

    Parameters
    ----------
    numerator, n : int
        Counts.
    fixed : float
        The published share.
    conf_level : float
        The level of the interval.
    method : str
        ``score`` or ``exact_binomial``.

    Returns
    -------
    Outcome
        The difference of shares, with interval and p, or why there is none.

    Notes
    -----
    The exact p counts all outcomes no likelier than the one seen. Evidence: R ``binom.test``.
    """
    if n == 0:
        return not_estimable(method, NOBODY)
    if method == "score":
        return against_fixed_score(numerator, n, fixed, conf_level).outcome(method, conf_level)
    exact = clopper_pearson(numerator, n, conf_level)
    return estimates(
        estimate=exact.estimate - fixed, conf_low=exact.conf_low - fixed, conf_high=exact.conf_high - fixed,
        p_value=stats.binomtest(int(numerator), int(n), fixed).pvalue,
    ).outcome("exact_binomial", conf_level)
