"""What one estimator gives back: a number with all that must travel with it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


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
