"""Two proportions compared within authorities: one common odds ratio for all of them."""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

METHOD = "mantel_haenszel"


def mantel_haenszel(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give the odds ratio common to several strata, with its test.

    Parameters
    ----------
    x1, n1, x0, n0 : array_like
        Counts of each stratum: of the compared sample and of the one it is compared with. Strata in which one
        of them is empty are left out.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Outcome
        The ratio, chi-squared without continuity correction, 1 df, p. Without an interval where the ratio is 0 or
        infinite; or why there is none.

    Notes
    -----
    Mantel and Haenszel, J Natl Cancer Inst 1959;22:719-748; interval of Robins, Breslow and Greenland, Biometrics
    1986;42:311-323. Evidence: R ``mantelhaen.test(correct = FALSE)``.
    """
    x1, n1, x0, n0 = (np.asarray(value, float) for value in (x1, n1, x0, n0))
    kept = (n1 > 0) & (n0 > 0)
    if not kept.any():
        return not_estimable(METHOD, "no stratum has answers in both samples")
    a, c = x1[kept], x0[kept]
    b, d = n1[kept] - a, n0[kept] - c
    n = a + b + c + d
    variance = ((a + b) * (c + d) * (a + c) * (b + d))[n > 1] / (n**2 * (n - 1))[n > 1]
    if variance.sum() == 0:
        return not_estimable(METHOD, "everybody of each stratum gave the same answer")
    squared = (a - (a + b) * (a + c) / n).sum() ** 2 / variance.sum()
    same, crossed = a * d / n, b * c / n
    tested = {"statistic": float(squared), "df": 1.0, "p_value": float(stats.chi2.sf(squared, 1)), "method": METHOD}
    if same.sum() == 0 or crossed.sum() == 0:
        ratio = 0.0 if crossed.sum() else inf
        return Outcome(ratio, conf_level=conf_level, warning="no interval: a zero cell in every stratum", **tested)
    ratio = same.sum() / crossed.sum()
    half = stats.norm.isf((1 - conf_level) / 2) * _log_error(a + d, b + c, same, crossed, n)
    return Outcome(
        float(ratio), conf_low=exp(log(ratio) - half), conf_high=exp(log(ratio) + half), conf_level=conf_level, **tested,
    )


def _log_error(main: np.ndarray, side: np.ndarray, same: np.ndarray, crossed: np.ndarray, n: np.ndarray) -> float:
    """Robins, Breslow and Greenland's standard error of the logarithm of the common odds ratio."""
    p, q = main / n, side / n
    return sqrt(
        (p * same).sum() / (2 * same.sum() ** 2)
        + (p * crossed + q * same).sum() / (2 * same.sum() * crossed.sum())
        + (q * crossed).sum() / (2 * crossed.sum() ** 2)
    )
