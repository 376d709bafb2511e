"""Rows of results: every estimate takes this shape before it leaves this room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from nbeval.estimate.outcome import Outcome
from nbeval.frames import RESULT_KEY, RESULTS

COLUMNS = tuple(RESULTS.columns)
_NUMBERS = tuple(name for name, column in RESULTS.columns.items() if str(column.dtype) == "float64")
_TEXTS = tuple(name for name in COLUMNS if name not in _NUMBERS and name != "weighted")


def result_rows(table: pd.DataFrame, **same: object) -> pd.DataFrame:
    """Complete a table of estimates to one row of results (``frames.RESULTS``) per row; ``same`` are columns with one value in all rows.

    Other columns are dropped; numbers that were not given are missing, texts empty.
    """
    given = table.assign(**same)
    columns = {}
    for name in COLUMNS:
        if name in _NUMBERS:
            columns[name] = given[name].to_numpy(dtype=float) if name in given else np.full(len(given), np.nan)
        elif name == "weighted":
            columns[name] = given[name].to_numpy(dtype=bool) if name in given else np.zeros(len(given), dtype=bool)
        else:
            columns[name] = given[name].astype(object).fillna("").to_numpy() if name in given else np.full(len(given), "", dtype=object)
    rows = pd.DataFrame(columns)
    return rows.astype(dict.fromkeys(_TEXTS, str))


def stacked(parts: Sequence[pd.DataFrame], **same: object) -> pd.DataFrame:
    """Complete tables of estimates, one below the other, to one row of results per row; none where there are none."""
    return result_rows(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(), **same)


def no_results() -> pd.DataFrame:
    """Give the empty table of results: one row per nothing."""
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
