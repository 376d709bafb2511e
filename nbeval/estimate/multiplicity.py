"""Tests that are read together: p-values adjusted inside a declared family."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def adjust(p_values: ArrayLike, *, method: str = "bh") -> np.ndarray:
    """Adjust the p-values of one family.

    Parameters
    ----------
    p_values : array_like
        One per test; NaN where a test could not be made.
    method : str
        ``bh`` (Benjamini and Hochberg) or ``holm``.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values in the order given; NaN stays NaN and does not count in the size of the family.

    Notes
    -----
    Benjamini and Hochberg, J R Stat Soc B 1995;57:289-300; Holm, Scand J Stat 1979;6:65-70. Evidence: R
    ``p.adjust``.
    """
    given = np.asarray(p_values, float)
    adjusted = np.full(given.shape, np.nan)
    made = np.flatnonzero(~np.isnan(given))
    order = made[np.argsort(given[made], kind="stable")]
    adjusted[order] = ADJUSTMENTS[method](given[order])
    return adjusted


def _benjamini_hochberg(rising: np.ndarray) -> np.ndarray:
    """Each p times the size of the family over its rank, never above that of a larger p."""
    scaled = rising * rising.size / np.arange(1, rising.size + 1)
    return np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)


def _holm(rising: np.ndarray) -> np.ndarray:
    """Each p times how many are not smaller, never below that of a smaller p."""
    return np.minimum(np.maximum.accumulate(rising * np.arange(rising.size, 0, -1)), 1.0)


#: the adjustments offered
ADJUSTMENTS = {"bh": _benjamini_hochberg, "holm": _holm}
