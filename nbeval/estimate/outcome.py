"""What an estimator gives back, numbers with all that must travel with them or why there are none, and the rows of results they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from math import isnan, nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from nbeval.frames import RESULTS, RESULT_KEY


@dataclass(frozen=True)
class Outcome:
    """One estimate; what an estimator does not give is NaN, or an empty text. ``warning`` says why there is no number, or what to mind
    about the one there is."""

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

    def outcome(self, method: str, conf_level: float = nan) -> Outcome:
        """Give the only element as an ``Outcome``; the level is dropped where there is no interval."""
        numbers = {field.name: float(getattr(self, field.name)) for field in fields(self)}
        return Outcome(**numbers, conf_level=nan if isnan(numbers["conf_low"]) else conf_level, method=method)

    def columns(self, factor: float = 1.0) -> dict[str, np.ndarray]:
        """Give the numbers as columns of rows of results; ``factor`` turns shares into percentages."""
        in_unit = ("estimate", "std_error", "conf_low", "conf_high")
        return {field.name: getattr(self, field.name) * (factor if field.name in in_unit else 1.0) for field in fields(self)}


def estimates(where: ArrayLike = True, **numbers: ArrayLike) -> Estimates:
    """Put arrays together; every number is NaN where ``where`` does not hold, and where it was not given."""
    shape = np.broadcast_shapes(np.shape(where), *(np.shape(value) for value in numbers.values()))
    return Estimates(**{
        field.name: np.where(where, np.broadcast_to(numbers.get(field.name, nan), shape), nan) for field in fields(Estimates)
    })


def not_estimable(method: str, why: str) -> Outcome:
    """Say that ``method`` has no answer here, and why, for a reader of a report."""
    return Outcome(method=method, warning=f"not estimable: {why}")


def wald(
    value: float, error: float, conf_level: float, method: str, *, df: float = nan, tested: bool = True, warning: str = "",
) -> Outcome:
    """Give an estimate plus and minus a quantile of t (normal without ``df``) times its standard error, and the test against 0."""
    tail = (1 - conf_level) / 2
    half = -float(special.ndtri(tail) if isnan(df) else special.stdtrit(df, tail)) * error
    ratio = value / error if tested else nan
    p = 2 * float(special.ndtr(-abs(ratio)) if isnan(df) else special.stdtr(df, -abs(ratio)))
    return Outcome(value, error, value - half, value + half, conf_level, ratio, df, p, method, warning)


_NUMBERS = [name for name, column in RESULTS.columns.items() if str(column.dtype) == "float64"]
_TEXTS = [name for name in RESULTS.columns if name not in (*_NUMBERS, "weighted")]


def result_rows(table: pd.DataFrame, **same: object) -> pd.DataFrame:
    """Complete a table of estimates to one row of results (``frames.RESULTS``) per row; ``same`` are columns with one value in all rows.
    Other columns are dropped; numbers that were not given are missing, texts empty."""
    rows = table.assign(**same).reindex(columns=list(RESULTS.columns)).reset_index(drop=True)
    texts = {name: rows[name].astype(object).fillna("").astype(str) for name in _TEXTS}
    return rows.assign(**rows[_NUMBERS].astype(float), **texts, weighted=rows["weighted"].eq(True))


def stacked(parts: Sequence[pd.DataFrame], **same: object) -> pd.DataFrame:
    """Complete tables of estimates, one below the other, to one row of results per row; none where there are none."""
    return result_rows(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(), **same)


def no_results() -> pd.DataFrame:
    """Give the table of results without any row."""
    return result_rows(pd.DataFrame())


def outcome_columns(outcome: Outcome, *, factor: float = 1.0) -> dict[str, object]:
    """An outcome as columns of a row of results; ``factor`` turns shares into percentages."""
    return {
        "estimate": factor * outcome.estimate, "std_error": factor * outcome.std_error,
        "conf_low": factor * outcome.conf_low, "conf_high": factor * outcome.conf_high,
        "conf_level": outcome.conf_level, "statistic": outcome.statistic, "df": outcome.df,
        "p_value": outcome.p_value, "method": outcome.method, "warning": outcome.warning,
    }


def gather(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put blocks of rows together: one row per estimate (``frames.RESULTS``), sorted by key."""
    kept = [part for part in parts if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else no_results()
    return table.sort_values(list(RESULT_KEY), ignore_index=True)
