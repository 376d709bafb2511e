"""Tables of counts: whether two categories go together, how strongly, and whether a share follows an order."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from nbeval.estimate.outcome import Outcome, not_estimable

TOO_SMALL = "fewer than two rows or columns have an answer"


def independence(table: ArrayLike, *, method: str = "chi_squared_uncorrected") -> Outcome:
    """Test whether the columns of a table are spread alike over its rows.

    Parameters
    ----------
    table : array_like
        Counts; rows and columns without an answer are dropped.
    method : str
        ``chi_squared_uncorrected`` or ``likelihood_ratio``.

    Returns
    -------
    Outcome
        Statistic, df and p, or why there are none. ``warning`` says where expected counts are small.

    Notes
    -----
    Evidence: R ``chisq.test(correct = FALSE)``, ``vcd::assocstats``.
    """
    counts = answered(table)
    if min(counts.shape) < 2:
        return not_estimable(method, TOO_SMALL)
    power = "pearson" if method == "chi_squared_uncorrected" else "log-likelihood"
    result = stats.chi2_contingency(counts, correction=False, lambda_=power)
    sparse = share_expected_under_5(counts)
    warning = f"{sparse:.0%} of the expected counts are under 5" if sparse > 0.2 else ""
    return Outcome(
        statistic=float(result.statistic), df=float(result.dof), p_value=float(result.pvalue), method=method, warning=warning,
    )


def cramers_v(table: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give Cramer's V, how strongly rows and columns go together, with the interval of the noncentral chi-squared.

    Parameters
    ----------
    table : array_like
        Counts; rows and columns without an answer are dropped.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Outcome
        From 0 to 1, or why there is none. Where there is no association at all, no interval.

    Notes
    -----
    Without correction for bias. Evidence: R ``vcd::assocstats``; ``effectsize::cramers_v(adjust = FALSE)``, whose
    limits come from an optimiser.
    """
    counts = answered(table)
    if min(counts.shape) < 2:
        return not_estimable("cramers_v", TOO_SMALL)
    test = independence(counts)
    scale = counts.sum() * (min(counts.shape) - 1)
    value = sqrt(test.statistic / scale)
    if test.statistic < 1e-9:
        return Outcome(value, method="cramers_v", warning="no interval: the table shows no association at all")
    half = (1 - conf_level) / 2
    low, high = (sqrt(_noncentrality(test.statistic, test.df, share) / scale) for share in (1 - half, half))
    return Outcome(value, conf_low=low, conf_high=min(1.0, high), conf_level=conf_level, method="cramers_v")


def expected_counts(table: ArrayLike) -> np.ndarray:
    """Give the counts that would be expected if rows and columns did not go together.

    Parameters
    ----------
    table : array_like
        Counts; rows and columns without an answer are dropped.

    Returns
    -------
    numpy.ndarray
        Row total times column total over the total.
    """
    counts = answered(table)
    return np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()


def share_expected_under_5(table: ArrayLike) -> float:
    """Give the share of cells whose expected count is under 5.

    Parameters
    ----------
    table : array_like
        Counts; rows and columns without an answer are dropped.

    Returns
    -------
    float
        From 0 to 1; above 0.2 chi-squared is not to be trusted (Cochran 1954).
    """
    return float((expected_counts(table) < 5).mean())


def answered(table: ArrayLike) -> np.ndarray:
    """Give the table without its empty rows and columns.

    Parameters
    ----------
    table : array_like
        Counts.

    Returns
    -------
    numpy.ndarray
        Counts as floats.
    """
    counts = np.asarray(table, float)
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]


def trend(yes: ArrayLike, no: ArrayLike, scores: ArrayLike, *, method: str = "cochran_armitage") -> Outcome:
    """Test whether a share rises or falls along an ordered factor.

    Parameters
    ----------
    yes, no : array_like
        Counts at each level.
    scores : array_like
        The place of each level on a scale.
    method : str
        ``cochran_armitage``, or ``linear_by_linear``, which is (N - 1) / N times as large.

    Returns
    -------
    Outcome
        The statistic is z squared, 1 df; the estimate is the slope of the share per score. Or why there is none.

    Notes
    -----
    Evidence: R ``prop.trend.test``, ``coin::independence_test``.
    """
    yes, no, scores = (np.asarray(value, float) for value in (yes, no, scores))
    n = yes + no
    total = n.sum()
    if yes.sum() == 0 or no.sum() == 0 or np.unique(scores[n > 0]).size < 2:
        return not_estimable(method, "everybody gave the same answer, or there is one level only")
    share = yes.sum() / total
    centred = scores - (n * scores).sum() / total
    slope = (yes * centred).sum() / (n * centred**2).sum()
    squared = (yes * centred).sum() ** 2 / (share * (1 - share) * (n * centred**2).sum())
    if method == "linear_by_linear":
        squared *= (total - 1) / total
    return Outcome(float(slope), statistic=float(squared), df=1.0, p_value=float(stats.chi2.sf(squared, 1)), method=method)


def _noncentrality(statistic: float, df: float, share: float) -> float:
    """The noncentrality under which a share of tables has a smaller chi-squared; 0 where none is so small."""
    if stats.chi2.cdf(statistic, df) <= share:
        return 0.0
    far = 4 * statistic + 100
    return optimize.brentq(lambda ncp: stats.ncx2.cdf(statistic, df, ncp) - share, 1e-12, far, xtol=1e-12, rtol=1e-14)
