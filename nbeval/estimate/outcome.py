"""What an estimator gives back: numbers with all that must travel with them, or why there are none.

``Estimates`` holds arrays, one element per row of a table; ``Outcome`` is one of them, with words.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import nan

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Outcome:
    """One estimate; what an estimator does not give is NaN, or an empty text.

    Notes
    -----
    ``warning`` says why there is no number, or what to mind about the one there is.
    """

    estimate: float = nan
    std_error: float = nan
    conf_low: float = nan
    conf_high: float = nan
    conf_level: float = nan
    statistic: float = nan
    df: float = nan
    p_value: float = nan
    method: str = ""
    warning: str = ""


@dataclass(frozen=True, eq=False)
class Estimates:
    """The same numbers as arrays of one shape; NaN where there is none. Made by ``estimates``."""

    estimate: np.ndarray
    std_error: np.ndarray
    conf_low: np.ndarray
    conf_high: np.ndarray
    statistic: np.ndarray
    df: np.ndarray
    p_value: np.ndarray

    def outcome(self, method: str, conf_level: float = nan, warning: str = "") -> Outcome:
        """The only element as an ``Outcome``; the level is dropped where there is no interval.

        Parameters
        ----------
        method : str
            The name of the method, as it stands on a row of results.
        conf_level : float
            The level of the interval.
        warning : str
            What to mind about the numbers.

        Returns
        -------
        Outcome
            With plain Python numbers.
        """
        numbers = {field.name: float(getattr(self, field.name)) for field in fields(self)}
        level = conf_level if not np.isnan(numbers["conf_low"]) else nan
        return Outcome(**numbers, conf_level=level, method=method, warning=warning)


def estimates(where: ArrayLike = True, **numbers: ArrayLike) -> Estimates:
    """Put arrays together; every number is NaN where ``where`` does not hold, and where it was not given.

    Parameters
    ----------
    where : array_like of bool
        Where the method has an answer.
    **numbers : array_like
        Fields of ``Estimates``; those left out are NaN throughout.

    Returns
    -------
    Estimates
        Arrays of the shape that all of them share when broadcast.
    """
    shape = np.broadcast_shapes(np.shape(where), *(np.shape(value) for value in numbers.values()))
    filled = {
        field.name: np.where(where, np.broadcast_to(numbers.get(field.name, nan), shape), nan)
        for field in fields(Estimates)
    }
    return Estimates(**filled)


def not_estimable(method: str, why: str) -> Outcome:
    """Say that ``method`` has no answer here, and why.

    Parameters
    ----------
    method : str
        The method that would have been used.
    why : str
        The reason, in words a reader of a report understands.

    Returns
    -------
    Outcome
        Without any number; ``warning`` is ``not estimable: <why>``.
    """
    return Outcome(method=method, warning=f"not estimable: {why}")
