"""Means, and the difference of two independent means: t intervals, Welch's test, Hedges g.

Estimators take means, standard deviations (n - 1) and bases, so that they serve whole tables. The later or
compared sample comes first. Where nobody varies there is no interval: a width of nothing is not certainty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import gammaln

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable

NOBODY = "one of the two samples has no valid answer"
ONE_ONLY = "one of the two samples has a single answer"
NO_SPREAD = "all answers of each sample are the same"


def mean_interval(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give means with their t interval.

    Parameters
    ----------
    mean, sd, n : array_like
        Means, standard deviations (n - 1) and bases.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Means; no interval where there is a single answer or no spread; NaN where nobody answered.

    Notes
    -----
    Evidence: R ``t.test``.
    """
    mean, sd, n = (np.asarray(value, float) for value in (mean, sd, n))
    spread = (n > 1) & _varies(sd, mean)
    df = np.where(n > 1, n - 1, np.nan)
    std_error = np.where(spread, sd, np.nan) / np.sqrt(np.maximum(n, 1))
    half = stats.t.isf((1 - conf_level) / 2, df) * std_error
    return estimates(
        n > 0, estimate=mean, std_error=std_error, conf_low=mean - half, conf_high=mean + half, df=df,
    )


def welch(
    mean1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, mean0: ArrayLike, sd0: ArrayLike, n0: ArrayLike,
    conf_level: float = 0.95,
) -> Estimates:
    """Give differences of two means with Welch's interval and test.

    Parameters
    ----------
    mean1, sd1, n1, mean0, sd0, n0 : array_like
        Means, standard deviations (n - 1) and bases of the compared samples and of those they are compared with.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences, the first mean minus the second; the statistic is t. NaN where a sample has fewer than two
        answers or neither varies.

    Notes
    -----
    Welch, Biometrika 1947;34:28-35. Evidence: R ``t.test``.
    """
    mean1, sd1, n1, mean0, sd0, n0 = (np.asarray(value, float) for value in (mean1, sd1, n1, mean0, sd0, n0))
    where = (n1 > 1) & (n0 > 1) & (_varies(sd1, mean1) | _varies(sd0, mean0))
    with np.errstate(divide="ignore", invalid="ignore"):
        part1, part0 = sd1**2 / n1, sd0**2 / n0
        df = (part1 + part0) ** 2 / (part1**2 / (n1 - 1) + part0**2 / (n0 - 1))
    return _t_difference(where, mean1 - mean0, np.sqrt(part1 + part0), df, conf_level)


def student(
    mean1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, mean0: ArrayLike, sd0: ArrayLike, n0: ArrayLike,
    conf_level: float = 0.95,
) -> Estimates:
    """Give differences of two means with Student's interval and test, which take the spreads as equal.

    Parameters
    ----------
    mean1, sd1, n1, mean0, sd0, n0 : array_like
        Means, standard deviations (n - 1) and bases.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        As from ``welch``.

    Notes
    -----
    Evidence: R ``t.test(var.equal = TRUE)``.
    """
    mean1, sd1, n1, mean0, sd0, n0 = (np.asarray(value, float) for value in (mean1, sd1, n1, mean0, sd0, n0))
    where = (n1 > 1) & (n0 > 1) & (_varies(sd1, mean1) | _varies(sd0, mean0))
    with np.errstate(divide="ignore", invalid="ignore"):
        std_error = _pooled_sd(sd1, n1, sd0, n0) * np.sqrt(1 / n1 + 1 / n0)
    return _t_difference(where, mean1 - mean0, std_error, n1 + n0 - 2, conf_level)


def hedges_g(
    mean1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, mean0: ArrayLike, sd0: ArrayLike, n0: ArrayLike,
    conf_level: float = 0.95,
) -> Estimates:
    """Give standardised differences of two means, Hedges g, with the normal interval.

    Parameters
    ----------
    mean1, sd1, n1, mean0, sd0, n0 : array_like
        Means, standard deviations (n - 1) and bases.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences in pooled standard deviations, corrected for small samples; the statistic is z. NaN where
        ``welch`` has none.

    Notes
    -----
    J by the gamma function, variance 1/n1 + 1/n0 + g^2 / (2 (n1 + n0)): Hedges, J Educ Stat 1981;6:107-128.
    Written here because ``statsmodels`` approximates J and takes N - 3.94 in the variance. Evidence: R
    ``metafor::escalc("SMD")``.
    """
    mean1, sd1, n1, mean0, sd0, n0 = (np.asarray(value, float) for value in (mean1, sd1, n1, mean0, sd0, n0))
    where = (n1 > 1) & (n0 > 1) & (_varies(sd1, mean1) | _varies(sd0, mean0))
    with np.errstate(divide="ignore", invalid="ignore"):
        g = small_sample_correction(n1 + n0 - 2) * (mean1 - mean0) / _pooled_sd(sd1, n1, sd0, n0)
        std_error = np.sqrt(1 / n1 + 1 / n0 + g**2 / (2 * (n1 + n0)))
    g, std_error = np.where(where, g, np.nan), np.where(where, std_error, np.nan)
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    return estimates(estimate=g, std_error=std_error, conf_low=g - half, conf_high=g + half, statistic=g / std_error)


def small_sample_correction(df: ArrayLike) -> np.ndarray:
    """Give Hedges's exact J, by which a standardised difference is multiplied.

    Parameters
    ----------
    df : array_like
        Degrees of freedom of the standard deviation.

    Returns
    -------
    numpy.ndarray
        Just below 1; NaN where df is below 2.
    """
    df = np.asarray(df, float)
    usable = np.where(df > 1, df, np.nan)
    return np.exp(gammaln(usable / 2) - gammaln((usable - 1) / 2)) / np.sqrt(usable / 2)


COMPARISONS = {"welch": welch, "student": student, "metafor_smd": hedges_g}


def mean_difference(compared: ArrayLike, reference: ArrayLike, conf_level: float = 0.95, *, method: str = "welch") -> Outcome:
    """Compare the means of two samples of answers.

    Parameters
    ----------
    compared, reference : array_like
        Valid answers; the difference is the first mean minus the second.
    conf_level : float
        The level of the interval.
    method : str
        One of ``COMPARISONS``.

    Returns
    -------
    Outcome
        The difference, or why there is none.
    """
    first, second = _moments(compared), _moments(reference)
    if first[2] == 0 or second[2] == 0:
        return not_estimable(method, NOBODY)
    if first[2] == 1 or second[2] == 1:
        return not_estimable(method, ONE_ONLY)
    found = COMPARISONS[method](*first, *second, conf_level).outcome(method, conf_level)
    return not_estimable(method, NO_SPREAD) if np.isnan(found.estimate) else found


def mean_against_fixed(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, fixed: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give the differences of means from published values without a base, with the one-sample t test.

    Parameters
    ----------
    mean, sd, n : array_like
        Means, standard deviations (n - 1) and bases.
    fixed : array_like
        The published means, taken as free of error.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    Estimates
        Differences; no interval and test where there is a single answer or no spread.

    Notes
    -----
    Evidence: R ``t.test`` with ``mu``.
    """
    ours, fixed = mean_interval(mean, sd, n, conf_level), np.asarray(fixed, float)
    t = (ours.estimate - fixed) / ours.std_error
    return estimates(
        estimate=ours.estimate - fixed, std_error=ours.std_error, conf_low=ours.conf_low - fixed,
        conf_high=ours.conf_high - fixed, statistic=t, df=ours.df, p_value=2 * stats.t.sf(np.abs(t), ours.df),
    )


def _t_difference(where: np.ndarray, gap: np.ndarray, std_error: np.ndarray, df: np.ndarray, conf_level: float) -> Estimates:
    """A difference with the interval and the test of a t distribution."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = gap / std_error
    half = stats.t.isf((1 - conf_level) / 2, df) * std_error
    return estimates(
        where, estimate=gap, std_error=std_error, conf_low=gap - half, conf_high=gap + half, statistic=t, df=df,
        p_value=2 * stats.t.sf(np.abs(t), df),
    )


def _pooled_sd(sd1: np.ndarray, n1: np.ndarray, sd0: np.ndarray, n0: np.ndarray) -> np.ndarray:
    """The standard deviation within both samples."""
    return np.sqrt(((n1 - 1) * sd1**2 + (n0 - 1) * sd0**2) / (n1 + n0 - 2))


def _varies(sd: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Whether answers differ by more than the remainder of the arithmetic that gave their spread."""
    return np.nan_to_num(sd) > 1e-12 * np.maximum(np.abs(np.nan_to_num(mean)), 1)


def _moments(answers: ArrayLike) -> tuple[float, float, int]:
    """Mean, standard deviation (n - 1) and number of answers."""
    answers = np.asarray(answers, float)
    n = answers.size
    return answers.mean() if n else np.nan, answers.std(ddof=1) if n > 1 else np.nan, n
