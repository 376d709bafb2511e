"""Tests that are read together: p-values adjusted inside a declared family."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

#: the adjustments offered, by the names statsmodels has for them
ADJUSTMENTS = {"bh": "fdr_bh", "holm": "holm"}


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
    made = ~np.isnan(given)
    if made.any():
        adjusted[made] = multipletests(given[made], method=ADJUSTMENTS[method])[1]
    return adjusted
