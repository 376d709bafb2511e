"""How the items of a scale were answered: at its lowest end, at its highest, or all alike.

Items come as a table with one row per respondent and one column per item; a missing answer is missing.
"""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbeval.estimate.outcome import Outcome, not_estimable


def complete_answers(items: pd.DataFrame) -> NDArray[np.float64]:
    """Answers of the respondents who answered every item.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    numpy.ndarray
        One row per complete respondent, one column per item.
    """
    values = items.to_numpy(float, na_value=nan)
    return values[np.isfinite(values).all(axis=1)]


def floor_and_ceiling(items: pd.DataFrame, *, lowest: float, highest: float) -> tuple[Outcome, Outcome]:
    """Shares of complete respondents whose every item is at the lowest, or at the highest, possible answer.

    Parameters
    ----------
    items : one row per respondent
    lowest, highest : float
        The ends of the answer scale as the dictionary declares them, never as observed.

    Returns
    -------
    tuple of Outcome
        Floor and ceiling, from 0 to 1.

    Notes
    -----
    Evidence: ``reliability.R``.
    """
    complete = complete_answers(items)
    if len(complete) == 0:
        return (not_estimable("floor", "no complete respondent"), not_estimable("ceiling", "no complete respondent"))
    floor, ceiling = (float((complete == end).all(axis=1).mean()) for end in (lowest, highest))
    return Outcome(floor, method="floor"), Outcome(ceiling, method="ceiling")


def straight_lining(items: pd.DataFrame) -> Outcome:
    """Share of complete respondents who gave one and the same answer to every item.

    Parameters
    ----------
    items : one row per respondent
        As answered, before any item is turned: after turning, a straight line is not one any more.

    Returns
    -------
    Outcome
        From 0 to 1.

    Notes
    -----
    Evidence: ``reliability.R``.
    """
    complete = complete_answers(items)
    if len(complete) == 0 or complete.shape[1] < 2:
        return not_estimable("straight_lining", "no complete respondent, or one item only")
    return Outcome(float((complete == complete[:, :1]).all(axis=1).mean()), method="straight_lining")
