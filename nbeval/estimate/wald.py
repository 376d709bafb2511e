"""An estimate with its standard error turned into an interval and a test: normal, or t where there are df."""

from __future__ import annotations

from math import isnan, nan

from scipy import special

from nbeval.estimate.outcome import Outcome


def wald(
    value: float, error: float, conf_level: float, method: str, *, df: float = nan, tested: bool = True, warning: str = "",
) -> Outcome:
    """Estimate plus and minus a quantile times its standard error, and the test against 0.

    Parameters
    ----------
    value, error : float
        Estimate and a positive standard error.
    conf_level : float
    method : str
    df : float
        Degrees of freedom of t; normal where there are none.
    tested : bool
        Whether 0 is a value worth testing against.
    warning : str

    Returns
    -------
    Outcome
    """
    tail = (1 - conf_level) / 2
    half = -float(special.ndtri(tail) if isnan(df) else special.stdtrit(df, tail)) * error
    limits = (value - half, value + half, conf_level)
    if not tested:
        return Outcome(value, error, *limits, df=df, method=method, warning=warning)
    ratio = value / error
    p = 2 * float(special.ndtr(-abs(ratio)) if isnan(df) else special.stdtr(df, -abs(ratio)))
    return Outcome(value, error, *limits, ratio, df, p, method, warning)
