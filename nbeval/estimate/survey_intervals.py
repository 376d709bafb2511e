"""Intervals of survey estimates from their linearised standard error and degrees of freedom."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.wald import wald

INTERVALS = ("korn_graubard", "logit")
NO_VARIANCE = "no variance: an interval without width would not be certainty"
NO_DF = "no interval: no degrees of freedom"


def t_outcome(value: float, error: float, df: int, level: float, method: str, caution: str = "") -> Outcome:
    """An estimate with a t interval, or without one where there is nothing to take it from.

    Parameters
    ----------
    value, error : float
        Estimate and standard error.
    df : int
        Degrees of freedom of the design.
    level : float
    method : str
    caution : str
        What to mind about the variance.

    Returns
    -------
    Outcome
    """
    if df < 1:
        return Outcome(value, method=method, warning=NO_DF)
    if not error > 0:
        return Outcome(value, error, df=df, method=method, warning=NO_VARIANCE)
    return wald(value, error, level, method, df=df, tested=False, warning=caution)


def share_outcome(share: float, error: float, n: int, df: int, interval: str, level: float, caution: str = "") -> tuple[Outcome, float]:
    """A share with an interval between 0 and 1, and its effective n.

    Parameters
    ----------
    share, error : float
        Estimate from 0 to 1 and its standard error.
    n, df : int
        Respondents, and degrees of freedom of the design.
    interval : str
        ``korn_graubard`` or ``logit``.
    level : float
    caution : str

    Returns
    -------
    tuple of Outcome and float
        The effective n is p(1-p) over the variance, and n where the share is 0 or 1.

    Notes
    -----
    Korn and Graubard, Survey Methodology 1998;24:193-201: Clopper and Pearson's limits at the effective n,
    adjusted for the degrees of freedom and no larger than n. Evidence: ``survey.R`` (korn_graubard, svyciprop).
    """
    share = min(max(share, 0.0), 1.0)
    certain = not error > 0 or share in (0.0, 1.0)
    effective = float(n) if certain else share * (1 - share) / error**2
    if df < 1:
        return Outcome(share, method=interval, warning=NO_DF), effective
    if interval == "korn_graubard":
        limits = tuple(float(limit) for limit in korn_graubard(share, n, effective, df, level))
    elif certain:
        return not_estimable(interval, "a share without variance has no logit interval"), effective
    else:
        half = special.stdtrit(df, (1 + level) / 2) * error / (share * (1 - share))
        limits = tuple(1 / (1 + np.exp(-(np.log(share / (1 - share)) + np.array([-half, half])))))
    return Outcome(share, error, *limits, level, df=df, method=interval, warning=caution), effective


def korn_graubard(
    share: ArrayLike, n: ArrayLike, effective: ArrayLike, df: ArrayLike, level: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Clopper and Pearson's limits at the adjusted effective n, for as many shares as are given.

    Parameters
    ----------
    share, n, effective, df : array_like
        Shares from 0 to 1, respondents, effective n and degrees of freedom.
    level : float

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits; missing where there are no degrees of freedom.

    Notes
    -----
    Korn and Graubard, Survey Methodology 1998;24:193-201.
    """
    share, n, effective, df = np.broadcast_arrays(*(np.asarray(part, float) for part in (share, n, effective, df)))
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        adjusted = effective * (special.stdtrit(n - 1, tail) / special.stdtrit(df, tail)) ** 2
        size = np.where(n > 1, np.minimum(n, adjusted), n)
        yes, no = size * share, size * (1 - share)
        low = np.where(share == 0, 0.0, special.betaincinv(yes, no + 1, tail))
        high = np.where(share == 1, 1.0, special.betaincinv(yes + 1, no, 1 - tail))
    known = (df >= 1) & np.isfinite(share)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
