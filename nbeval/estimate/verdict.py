"""The word that a test allows. It follows the test, never the sign of the estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nbeval.frames import Verdict

ALPHA = 0.05


def verdicts(
    estimate: ArrayLike, conf_low: ArrayLike, conf_high: ArrayLike, p_value: ArrayLike,
    smallest_meaningful: ArrayLike = 0.0, *, change: ArrayLike = True, alpha: float = ALPHA, no_difference: float = 0.0,
) -> np.ndarray:
    """Give the word for every row of a table.

    Parameters
    ----------
    estimate, conf_low, conf_high, p_value : array_like
        NaN where a row has none. The p-value is the adjusted one where the test belongs to a family.
    smallest_meaningful : array_like
        The declared smallest change worth the name, without sign; 0 or NaN where none is declared.
    change : array_like of bool
        Whether the row is a change between waves (rose, fell) or another difference (higher, lower).
    alpha : float
        The level of the test.
    no_difference : float
        What the estimate is where nothing differs: 0, or 1 for a ratio.

    Returns
    -------
    numpy.ndarray
        Values of ``frames.Verdict`` as text.

    Notes
    -----
    Beyond chance means a p-value at or under ``alpha`` and an interval that leaves ``no_difference`` out; where a
    row has one of the two, that one decides, and where it has neither, or no estimate, nobody can tell. Where a
    test and an interval part, the word is the cautious one, so that no reader sees "rose" beside an interval
    that holds zero. Only changes can be smaller than the smallest meaningful one.
    """
    given = (estimate, conf_low, conf_high, p_value, smallest_meaningful)
    estimate, low, high, p, smallest, change = np.broadcast_arrays(*(np.asarray(v, float) for v in given), change)
    tested, bounded = ~np.isnan(p), ~np.isnan(low) & ~np.isnan(high)
    with np.errstate(invalid="ignore"):
        beyond = (~tested | (p <= alpha)) & (~bounded | (low > no_difference) | (high < no_difference))
        up, down = beyond & (estimate > no_difference), beyond & (estimate < no_difference)
        small = change.astype(bool) & (np.abs(estimate - no_difference) < np.nan_to_num(smallest))
    change = change.astype(bool)
    unknown = np.isnan(estimate) | ~(tested | bounded)
    return np.select(
        [unknown, up & small, down & small, up & change, down & change, up, down, change],
        [Verdict.CANNOT_TELL.value, Verdict.ROSE_SMALL.value, Verdict.FELL_SMALL.value, Verdict.ROSE.value,
         Verdict.FELL.value, Verdict.HIGHER.value, Verdict.LOWER.value, Verdict.NO_CLEAR_CHANGE.value],
        Verdict.NO_CLEAR_DIFFERENCE.value,
    )


def verdict(
    estimate: float, conf_low: float, conf_high: float, p_value: float, smallest_meaningful: float = 0.0,
    *, change: bool = True, alpha: float = ALPHA, no_difference: float = 0.0,
) -> Verdict:
    """Give the word for one estimate.

    Parameters
    ----------
    estimate, conf_low, conf_high, p_value, smallest_meaningful : float
        As in ``verdicts``.
    change : bool
        Whether it is a change between waves or another difference.
    alpha, no_difference : float
        As in ``verdicts``.

    Returns
    -------
    Verdict
        The word that the test allows.
    """
    word = verdicts(
        estimate, conf_low, conf_high, p_value, smallest_meaningful,
        change=change, alpha=alpha, no_difference=no_difference,
    )
    return Verdict(str(word))
