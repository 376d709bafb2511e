"""Whether two raters or coders agree beyond chance: Cohen's kappa, weighted where ratings are ordered."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

WEIGHTS = ("unweighted", "linear", "quadratic")


def kappa(table: ArrayLike, conf_level: float = 0.95, *, weights: str = "unweighted") -> Outcome:
    """Give Cohen's kappa with its interval, and the test that it is zero.

    Parameters
    ----------
    table : array_like
        Counts of subjects: rows are the first rater's levels, columns the second's, in declared order. Levels that
        nobody used stay in, since they set the weights.
    conf_level : float
        The level of the interval.
    weights : str
        ``unweighted``, ``linear`` or ``quadratic``.

    Returns
    -------
    Outcome
        Kappa with its standard error; statistic and p are those of the test of no agreement beyond chance, which
        has a standard error of its own. Without variance no interval is given; or why there is no kappa.

    Notes
    -----
    Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323-327. The interval is not cut at 1. Evidence: R
    ``vcd::Kappa`` (``psych::cohen.kappa`` has a wrong variance with weights).
    """
    counts = np.asarray(table, float)
    n = counts.sum()
    if n == 0:
        return not_estimable(weights, "no subject has both ratings")
    shares, agreed = counts / n, agreement_weights(len(counts), weights)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = rows @ agreed @ columns
    if abs(1 - chance) < 1e-12:
        return not_estimable(weights, "both raters used one level only")
    value = float(((agreed * shares).sum() - chance) / (1 - chance))
    margin = np.add.outer(agreed @ columns, rows @ agreed)
    scale = n * (1 - chance) ** 2
    around = (shares * (agreed - margin * (1 - value)) ** 2).sum() - (value - chance * (1 - value)) ** 2
    null = ((np.outer(rows, columns) * (agreed - margin) ** 2).sum() - chance**2) / scale
    tested = _against_zero(value, null)
    std_error = sqrt(max(0.0, around / scale))
    if std_error < 1e-7:
        return Outcome(value, method=weights, warning="no interval: the ratings have no variance to judge by", **tested)
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    return Outcome(value, std_error, float(value - half), float(value + half), conf_level, method=weights, **tested)


def agreement_weights(levels: int, weights: str) -> np.ndarray:
    """Give how far each pair of levels counts as agreement.

    Parameters
    ----------
    levels : int
        How many levels are declared.
    weights : str
        One of ``WEIGHTS``.

    Returns
    -------
    numpy.ndarray
        1 on the diagonal; 0 elsewhere, or falling with the distance (or its square) to 0 at the far corners.
    """
    gap = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels)))
    if weights == "unweighted":
        return (gap == 0).astype(float)
    return 1 - (gap / (levels - 1)) ** (1 if weights == "linear" else 2)


def share_agreed(table: ArrayLike) -> float:
    """Give the share of subjects who got the same rating twice.

    Parameters
    ----------
    table : array_like
        Counts of subjects, as for ``kappa``.

    Returns
    -------
    float
        From 0 to 1; NaN where no subject has both ratings.
    """
    counts = np.asarray(table, float)
    return float(np.trace(counts) / counts.sum()) if counts.sum() else float("nan")


def _against_zero(value: float, null_variance: float) -> dict[str, float]:
    """z and p of the test that kappa is zero; none where chance alone has no variance."""
    if null_variance < 1e-20:
        return {}
    z = value / sqrt(null_variance)
    return {"statistic": float(z), "p_value": float(2 * stats.norm.sf(abs(z)))}
