"""How well the items of a scale hang together, and how they were answered.

Items come as a table with one row per respondent and one column per item; a missing answer is missing. Everything is of
those who answered every item.
"""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.frames import Method, Reason


def complete_answers(items: pd.DataFrame) -> NDArray[np.float64]:
    """Give the answers of those who answered every item: one row per respondent, one column per item."""
    values = items.to_numpy(float, na_value=nan)
    return values[np.isfinite(values).all(axis=1)]


def alpha(items: pd.DataFrame, *, conf_level: float = 0.95) -> Outcome:
    """Give Cronbach's alpha with the interval of Feldt, Woodruff and Salih (Appl Psychol Meas 1987;11:93-103).

    Written here because pingouin's licence does not fit and its alpha takes pairs where answers are missing.
    """
    complete = complete_answers(items)
    # equal answers give a spread of rounding size, so the range of the score is asked
    why = _too_few(complete) or (Reason.SCORE_WITHOUT_SPREAD if np.ptp(complete.sum(axis=1)) == 0 else "")
    if why:
        return not_estimable(Method.ALPHA, why)
    (n, k), covariance = complete.shape, np.cov(complete, rowvar=False)
    value = float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
    low, high = 1 - (1 - value) * stats.f.ppf([(1 + conf_level) / 2, (1 - conf_level) / 2], n - 1, (n - 1) * (k - 1))
    warning = "" if value >= 0 else Reason.NEGATIVE_ALPHA
    return Outcome(value, conf_low=float(low), conf_high=float(high), conf_level=conf_level, method=Method.ALPHA, warning=warning)


def item_rest(items: pd.DataFrame) -> dict[str, Outcome]:
    """Give the correlation of each item with the sum of the others, in the order of the columns."""
    complete = complete_answers(items)
    why = _too_few(complete)
    if why:
        return {name: not_estimable(Method.ALPHA, why) for name in items.columns}
    found, total = {}, complete.sum(axis=1)
    for position, name in enumerate(items.columns):
        item, rest = complete[:, position], total - complete[:, position]
        spread = np.ptp(item) > 0 and np.ptp(rest) > 0
        found[name] = Outcome(float(np.corrcoef(item, rest)[0, 1]), method=Method.ALPHA) if spread else not_estimable(Method.ALPHA, Reason.NO_SPREAD)
    return found


def floor_and_ceiling(items: pd.DataFrame, *, lowest: float, highest: float) -> tuple[Outcome, Outcome]:
    """Give the shares, 0 to 1, whose every item is at the lowest, or at the highest, answer as declared, never as observed."""
    complete = complete_answers(items)
    if len(complete) == 0:
        return not_estimable(Method.FLOOR, Reason.NO_COMPLETE), not_estimable(Method.CEILING, Reason.NO_COMPLETE)
    floor, ceiling = (float((complete == end).all(axis=1).mean()) for end in (lowest, highest))
    return Outcome(floor, method=Method.FLOOR), Outcome(ceiling, method=Method.CEILING)


def straight_lining(items: pd.DataFrame) -> Outcome:
    """Give the share, 0 to 1, who gave one and the same answer to every item, before any item is reversed."""
    complete = complete_answers(items)
    if len(complete) == 0 or complete.shape[1] < 2:
        return not_estimable(Method.STRAIGHT_LINING, Reason.NO_COMPLETE if len(complete) == 0 else Reason.ONE_ITEM)
    return Outcome(float((complete == complete[:, :1]).all(axis=1).mean()), method=Method.STRAIGHT_LINING)


def _too_few(complete: NDArray[np.float64]) -> str:
    """Why nothing can be said of these respondents or items, or nothing."""
    if len(complete) < 2:
        return Reason.TOO_FEW_COMPLETE
    return Reason.ONE_ITEM if complete.shape[1] < 2 else ""
