"""Two independent proportions as a ratio of risks or of odds; the compared sample comes first."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

NOBODY = "one of the two samples has no valid answer"
ZERO = "a cell is zero, or everybody gave the same answer"


def risk_ratio(x1: int, n1: int, x0: int, n0: int, conf_level: float = 0.95) -> Outcome:
    """Give the ratio of two proportions with its interval on the log scale.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts of the compared sample and of the one it is compared with.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Outcome
        The ratio; ``std_error`` is that of its logarithm and ``statistic`` is z.

    Notes
    -----
    Katz's log interval. Evidence: R ``metafor::escalc("RR")``.
    """
    if n1 == 0 or n0 == 0:
        return not_estimable("log_wald", NOBODY)
    if x1 == 0 or x0 == 0 or (x1 == n1 and x0 == n0):
        return not_estimable("log_wald", ZERO)
    return _log_wald(log(x1 / n1) - log(x0 / n0), sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0), conf_level)


def odds_ratio(x1: int, n1: int, x0: int, n0: int, conf_level: float = 0.95, *, method: str = "log_wald") -> Outcome:
    """Give the ratio of the odds of two proportions.

    Parameters
    ----------
    x1, n1, x0, n0 : int
        Counts of the compared sample and of the one it is compared with.
    conf_level : float
        The level of the interval.
    method : str
        ``log_wald``, or ``conditional_exact``: Fisher's conditional maximum likelihood estimate, which
        survives a zero cell.

    Returns
    -------
    Outcome
        The ratio; with ``log_wald`` the ``std_error`` is that of its logarithm and ``statistic`` is z.

    Notes
    -----
    Evidence: R ``metafor::escalc("OR")``; ``fisher.test`` with its roots taken to 1e-13.
    """
    if n1 == 0 or n0 == 0:
        return not_estimable(method, NOBODY)
    table = [[x1, x0], [n1 - x1, n0 - x0]]
    if method == "conditional_exact":
        return _conditional(table, conf_level)
    if any(count == 0 for row in table for count in row):
        return not_estimable(method, ZERO)
    (a, b), (c, d) = table
    return _log_wald(log(a / c) - log(b / d), sqrt(1 / a + 1 / b + 1 / c + 1 / d), conf_level)


def _log_wald(logarithm: float, std_error: float, conf_level: float) -> Outcome:
    """A ratio from its logarithm and the standard error of that."""
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    z = logarithm / std_error
    return Outcome(
        exp(logarithm), std_error, exp(logarithm - half), exp(logarithm + half), conf_level,
        statistic=z, p_value=2 * stats.norm.sf(abs(z)), method="log_wald",
    )


def _conditional(table: list[list[int]], conf_level: float) -> Outcome:
    """Fisher's conditional odds ratio with its exact interval and p."""
    if any(sum(row) == 0 for row in table):
        return not_estimable("conditional_exact", "everybody gave the same answer")
    result = stats.contingency.odds_ratio(np.asarray(table, int), kind="conditional")
    interval = result.confidence_interval(confidence_level=conf_level)
    return Outcome(
        float(result.statistic), conf_low=float(interval.low), conf_high=float(interval.high),
        conf_level=conf_level, p_value=float(stats.fisher_exact(table).pvalue), method="conditional_exact",
    )
