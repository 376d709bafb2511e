"""The same people's scores at two waves: mean change, its test, and a standardised change with its standardiser."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from nbeval.estimate.means import small_sample_correction
from nbeval.estimate.outcome import Outcome, not_estimable


def paired_t(final: ArrayLike, baseline: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give the mean change of pairs with the paired t interval and test.

    Parameters
    ----------
    final, baseline : array_like
        Scores of the same people in the same order; pairs with a missing side are left out.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Outcome
        The mean of final minus baseline. With one pair, or no spread of the changes, the mean alone and a word.

    Notes
    -----
    Evidence: R ``t.test(paired = TRUE)``.
    """
    change = _changes(final, baseline)
    if change.size == 0:
        return not_estimable("paired_t", "no complete pair")
    why = _why_no_spread(change)
    if why:
        return Outcome(float(change.mean()), method="paired_t", warning=f"no interval: {why}")
    df = change.size - 1
    std_error = change.std(ddof=1) / sqrt(change.size)
    t = change.mean() / std_error
    half = stats.t.isf((1 - conf_level) / 2, df) * std_error
    return Outcome(
        float(change.mean()), float(std_error), float(change.mean() - half), float(change.mean() + half), conf_level,
        float(t), float(df), float(2 * stats.t.sf(abs(t), df)), "paired_t",
    )


def standardised_change(
    final: ArrayLike, baseline: ArrayLike, conf_level: float = 0.95, *, method: str = "metafor_smcr"
) -> Outcome:
    """Give the mean change of pairs in standard deviations; the method names which.

    Parameters
    ----------
    final, baseline : array_like
        Scores of the same people in the same order; pairs with a missing side are left out.
    conf_level : float
        The level of the interval.
    method : str
        ``metafor_smcr``: of the baseline, corrected for small samples; ``metafor_smcc``: of the changes,
        corrected; ``d_z``: of the changes, with the interval of the noncentral t; ``d_av``: root of the mean of
        the two variances, without interval.

    Returns
    -------
    Outcome
        The standardised change, or why there is none.

    Notes
    -----
    Becker, Br J Math Stat Psychol 1988;41:257-278. Evidence: R ``metafor::escalc("SMCR")`` and ``("SMCC")``,
    ``effectsize::cohens_d(paired = TRUE)`` with its roots taken to 1e-13.
    """
    final, baseline = _complete(final, baseline)
    change = _changes(final, baseline)
    why = "no complete pair" if change.size == 0 else _why_no_spread(change)
    if why:
        return not_estimable(method, why)
    if method == "d_z":
        return _by_noncentral_t(change, conf_level)
    if method == "d_av":
        spread = sqrt((final.var(ddof=1) + baseline.var(ddof=1)) / 2)
        return Outcome(float(change.mean() / spread), method=method)
    if method == "metafor_smcc":
        return _corrected(change, change.std(ddof=1), 1 / change.size, conf_level, method)
    if np.ptp(baseline) == 0 or np.ptp(final) == 0:
        return not_estimable(method, "everybody gave the same answer at one wave")
    correlation = np.corrcoef(baseline, final)[0, 1]
    return _corrected(change, baseline.std(ddof=1), 2 * (1 - correlation) / change.size, conf_level, method)


def _complete(final: ArrayLike, baseline: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both sides of the pairs that have both."""
    final, baseline = np.asarray(final, float), np.asarray(baseline, float)
    both = ~np.isnan(final) & ~np.isnan(baseline)
    return final[both], baseline[both]


def _changes(final: ArrayLike, baseline: ArrayLike) -> np.ndarray:
    """Final minus baseline of the complete pairs."""
    final, baseline = _complete(final, baseline)
    return final - baseline


def _why_no_spread(change: np.ndarray) -> str:
    """Why changes have no spread to measure by, or nothing; 0.3 - 0.2 and 0.2 - 0.1 are the same change."""
    if change.size == 1:
        return "there is one pair only"
    return "everybody changed by the same amount" if np.ptp(change.round(10)) == 0 else ""


def _corrected(change: np.ndarray, sd: float, variance: float, conf_level: float, method: str) -> Outcome:
    """A change over a standard deviation, corrected for small samples, with its normal interval."""
    size = float(small_sample_correction(change.size - 1)) * change.mean() / sd
    std_error = sqrt(variance + size**2 / (2 * change.size))
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    return Outcome(float(size), std_error, float(size - half), float(size + half), conf_level, method=method)


def _by_noncentral_t(change: np.ndarray, conf_level: float) -> Outcome:
    """A change over the standard deviation of changes, with the noncentralities that put t at either tail."""
    size, n = float(change.mean() / change.std(ddof=1)), change.size
    t, half = size * sqrt(n), (1 - conf_level) / 2

    def noncentrality(share: float) -> float:
        """The noncentrality under which a share of samples has a smaller t."""
        reach = 8 + abs(t)
        return optimize.brentq(lambda ncp: stats.nct.cdf(t, n - 1, ncp) - share, t - reach, t + reach, xtol=1e-13)

    low, high = (noncentrality(share) / sqrt(n) for share in (1 - half, half))
    return Outcome(size, conf_low=low, conf_high=high, conf_level=conf_level, method="d_z")
