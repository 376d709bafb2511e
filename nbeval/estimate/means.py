"""Means: their intervals, their differences, and the changes of the same people.

Functions for independent samples take means, standard deviations (n - 1) and bases, so that one call serves a whole
table; the later or compared sample comes first. Where nobody varies there is no interval: a width of 0 is not certainty.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.weightstats import DescrStatsW

from nbeval.estimate.outcome import Estimates, Outcome, estimates, not_estimable
from nbeval.frames import Method, Reason


def moments(n: ArrayLike, total: ArrayLike, squares: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Give means and standard deviations (n - 1) from counts, sums and sums of squares around the mean; NaN where there are none. A spread
    as small as the rounding of the answers is 0."""
    n, total, squares = (np.asarray(value, float) for value in (n, total, squares))
    mean = total / np.where(n > 0, n, np.nan)
    sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
    return mean, np.where(_varies(sd, mean) | np.isnan(sd), sd, 0.0)


def squares_with(squares: ArrayLike, n: ArrayLike, mean: ArrayLike, others: ArrayLike, value: ArrayLike) -> np.ndarray:
    """Give the sums of squares around the mean when as many ``others``, who all answered ``value``, are put to ``n`` answers."""
    n, others = np.asarray(n, float), np.asarray(others, float)
    gap = np.where(others > 0, np.where(n > 0, mean, value) - np.asarray(value, float), 0.0)
    return squares + n * others / np.maximum(n + others, 1) * gap**2


def squares_without(squares: ArrayLike, n: ArrayLike, total: ArrayLike, part: tuple[ArrayLike, ArrayLike, ArrayLike]) -> np.ndarray:
    """Give the sums of squares around the mean of those left when a part (its count, sum and squares) is taken away; a remainder as small
    as the rounding of the two is 0."""
    squares, n, total = (np.asarray(value, float) for value in (squares, n, total))
    n1, total1, squares1 = (np.asarray(value, float) for value in part)
    rest, mean, mean1 = n - n1, (total - total1) / np.maximum(n - n1, 1), total1 / np.maximum(n1, 1)
    between = np.where((rest > 0) & (n1 > 0), rest * n1 / np.maximum(n, 1) * (mean - mean1) ** 2, 0.0)
    left = squares - squares1 - between
    return np.where(left > 4 * np.finfo(float).eps * (16 + np.sqrt(n)) * (squares + np.abs(mean) * np.sqrt(n * squares)), left, 0.0)


def difference(mean1: ArrayLike, mean0: ArrayLike) -> np.ndarray:
    """Give the first mean minus the second; 0 where they differ by no more than their rounding."""
    mean1, mean0 = np.asarray(mean1, float), np.asarray(mean0, float)
    return np.where(np.abs(mean1 - mean0) <= 8 * np.finfo(float).eps * np.abs(mean1), 0.0, mean1 - mean0)


def varies(values: ArrayLike) -> bool:
    """Say whether numbers differ by more than the rounding of the arithmetic that gave them."""
    values = np.asarray(values, float)
    return bool(values.size and np.ptp(values) > 1e-12 * max(1.0, float(np.abs(values).max())))


def mean_interval(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give means with their t interval; none where there is a single answer or no spread, NaN where nobody answered."""
    mean, sd, n = (np.asarray(value, float) for value in (mean, sd, n))
    df = np.where(n > 1, n - 1, np.nan)
    std_error = np.where((n > 1) & _varies(sd, mean), sd, np.nan) / np.sqrt(np.maximum(n, 1))
    low, high = stats.t.interval(conf_level, df, mean, std_error)
    return estimates(n > 0, estimate=mean, std_error=std_error, conf_low=low, conf_high=high, df=df)


def mean_against_fixed(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, fixed: ArrayLike, conf_level: float = 0.95) -> Estimates:
    """Give the differences of means from published means, taken as free of error, with the one-sample t test."""
    ours, fixed = mean_interval(mean, sd, n, conf_level), np.asarray(fixed, float)
    t = (ours.estimate - fixed) / ours.std_error
    return estimates(
        estimate=ours.estimate - fixed, std_error=ours.std_error, conf_low=ours.conf_low - fixed,
        conf_high=ours.conf_high - fixed, statistic=t, df=ours.df, p_value=2 * stats.t.sf(np.abs(t), ours.df),
    )


def welch(
    mean1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, mean0: ArrayLike, sd0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95,
) -> Estimates:
    """Give differences of two means, the first minus the second, with Welch's interval and t test (Biometrika 1947;34:28-35). NaN where a
    sample has fewer than two answers or neither varies."""
    given, where = _two_samples(mean1, sd1, n1, mean0, sd0, n0)
    mean1, sd1, n1, mean0, sd0, n0 = given
    found = stats.ttest_ind_from_stats(*given, equal_var=False)
    part1, part0 = sd1**2 / n1, sd0**2 / n0
    std_error, df = np.sqrt(part1 + part0), (part1 + part0) ** 2 / (part1**2 / (n1 - 1) + part0**2 / (n0 - 1))
    gap = difference(mean1, mean0)
    low, high = stats.t.interval(conf_level, df, gap, std_error)
    return estimates(
        where, estimate=gap, std_error=std_error, conf_low=low, conf_high=high, statistic=found.statistic, df=df,
        p_value=found.pvalue,
    )


def hedges_g(
    mean1: ArrayLike, sd1: ArrayLike, n1: ArrayLike, mean0: ArrayLike, sd0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95,
) -> Estimates:
    """Give differences of two means in pooled standard deviations, Hedges g, with the normal interval; NaN where ``welch`` has none. J by
    the gamma function, variance 1/n1 + 1/n0 + g^2 / (2 (n1 + n0)): Hedges, J Educ Stat 1981;6:107-128. Written here because statsmodels
    approximates J and takes N - 3.94 in the variance."""
    (mean1, sd1, n1, mean0, sd0, n0), where = _two_samples(mean1, sd1, n1, mean0, sd0, n0)
    pooled = np.sqrt(((n1 - 1) * sd1**2 + (n0 - 1) * sd0**2) / (n1 + n0 - 2))
    g = small_sample_correction(n1 + n0 - 2) * (mean1 - mean0) / pooled
    std_error = np.sqrt(1 / n1 + 1 / n0 + g**2 / (2 * (n1 + n0)))
    low, high = stats.norm.interval(conf_level, g, std_error)
    return estimates(where, estimate=g, std_error=std_error, conf_low=low, conf_high=high, statistic=g / std_error)


def small_sample_correction(df: ArrayLike) -> np.ndarray:
    """Give Hedges's exact J, by which a standardised difference is multiplied; NaN where df is below 2."""
    usable = np.where(np.asarray(df, float) > 1, df, np.nan)
    return np.exp(gammaln(usable / 2) - gammaln((usable - 1) / 2)) / np.sqrt(usable / 2)


def paired_t(final: ArrayLike, baseline: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give the mean of final minus baseline of the same people, with the paired t interval and test. Pairs with a missing side are left
    out. With one pair, or where everybody changed by the same amount, there is the mean alone and a warning."""
    change = paired_changes(final, baseline)
    if change.size == 0:
        return not_estimable(Method.PAIRED_T, Reason.NO_PAIR)
    why = _why_no_spread(change, baseline)
    if why:
        return Outcome(float(change.mean()), method=Method.PAIRED_T, warning=Reason.NO_INTERVAL.format(why=why))
    found = DescrStatsW(change)
    (t, p, df), (low, high) = found.ttest_mean(0), found.tconfint_mean(1 - conf_level)
    return Outcome(
        float(found.mean), float(found.std_mean), float(low), float(high), conf_level, float(t), float(df), float(p), Method.PAIRED_T,
    )


def standardised_change(final: ArrayLike, baseline: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give the mean change of pairs in standard deviations of the baseline, corrected for small samples (SMCR). Becker, Br J Math Stat
    Psychol 1988;41:257-278. No library has it; R has ``metafor::escalc("SMCR")``."""
    final, baseline = np.asarray(final, float), np.asarray(baseline, float)
    both = ~np.isnan(final) & ~np.isnan(baseline)
    final, baseline = final[both], baseline[both]
    change, n = paired_changes(final, baseline), int(both.sum())
    why = Reason.NO_PAIR if n == 0 else _why_no_spread(change, baseline)
    if not why and not (varies(baseline) and varies(final)):
        why = Reason.WAVE_WITHOUT_SPREAD
    if why:
        return not_estimable(Method.SMCR, why)
    size = float(small_sample_correction(n - 1)) * float((final - baseline).mean()) / baseline.std(ddof=1)
    error = sqrt(2 * (1 - np.corrcoef(baseline, final)[0, 1]) / n + size**2 / (2 * n))
    low, high = stats.norm.interval(conf_level, size, error)
    return Outcome(float(size), error, float(low), float(high), conf_level, method=Method.SMCR)


def paired_changes(final: ArrayLike, baseline: ArrayLike) -> np.ndarray:
    """Give final minus baseline of the complete pairs, rounded to 10 decimals: 0.3 - 0.2 is 0.2 - 0.1."""
    change = np.asarray(final, float) - np.asarray(baseline, float)
    return change[~np.isnan(change)].round(10)


def _why_no_spread(change: np.ndarray, baseline: ArrayLike) -> str:
    """Why changes have no spread to measure by beyond the rounding of the answers that they are between, or nothing."""
    if change.size == 1:
        return Reason.ONE_PAIR
    rounding = 8 * np.finfo(float).eps * np.nanmax(np.abs(np.asarray(baseline, float)))
    return Reason.SAME_CHANGE if np.ptp(change) <= rounding else ""


def _two_samples(*given: ArrayLike) -> tuple[list[np.ndarray], np.ndarray]:
    """Two samples as arrays, and where they can be compared: two answers each, and one of them varies."""
    mean1, sd1, n1, mean0, sd0, n0 = np.broadcast_arrays(*(np.asarray(value, float) for value in given))
    where = (n1 > 1) & (n0 > 1) & (_varies(sd1, mean1) | _varies(sd0, mean0))
    return [np.where(where, value, np.nan) for value in (mean1, sd1, n1, mean0, sd0, n0)], where


def _varies(sd: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Whether answers differ by more than the remainder of the arithmetic that gave their spread."""
    return np.nan_to_num(sd) > 1e-12 * np.maximum(np.abs(np.nan_to_num(mean)), 1)
