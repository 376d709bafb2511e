"""What one simulation gives back: for each method, in which runs it kept its promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
#: authorities of the invented cohort; every one has the n of the study at every wave
AUTHORITIES = 8


@dataclass(frozen=True, eq=False)
class Trial:
    """The runs of one method: whether the interval held the truth, or whether the test was misled.

    ``kind`` is ``interval`` or ``test``; ``where`` says whose n it is: an authority's or the cohort's.
    """

    method: str
    kind: str
    where: str
    happened: NDArray[np.bool_]


def held(method: str, low: ArrayLike, high: ArrayLike, truth: ArrayLike, *, where: str = "authority") -> Trial:
    """Whether intervals held the truth; runs without an interval do not count.

    Parameters
    ----------
    method : str
    low, high, truth : array_like
        One per run.
    where : str

    Returns
    -------
    Trial
    """
    low, high, truth = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float), np.asarray(truth, float))
    given = np.isfinite(low) & np.isfinite(high)
    return Trial(method, "interval", where, ((low <= truth) & (truth <= high))[given])


def misled(method: str, p_values: ArrayLike, *, where: str = "authority") -> Trial:
    """Whether tests declared something where there is nothing; runs without a test declare nothing.

    Parameters
    ----------
    method : str
    p_values : array_like
        One per run, missing where there is no test.
    where : str

    Returns
    -------
    Trial
    """
    p = np.asarray(p_values, float)
    return Trial(method, "test", where, np.nan_to_num(p, nan=1.0) <= 1 - LEVEL)
