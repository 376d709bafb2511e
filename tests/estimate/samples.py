"""The samples of the reference cases as numbers; ordered answers are coded 1, 2, ... in declared order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.estimate.ranks import compare_counts
from tests.estimate.reference import case, inputs


def _codes(values: pd.Series) -> np.ndarray:
    """Numbers as they are; declared categories by their place, from 1."""
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float)
    order = inputs("categories").query("variable == @values.name")["level"].tolist()
    return values.map({level: place + 1 for place, level in enumerate(order)}).to_numpy(float)


def _source(case_id: str) -> tuple[pd.DataFrame, pd.Series]:
    given = case("sample_cases", case_id)
    table = inputs(given["source"])
    return (table if given["source"] == "survey" else table[table["case_id"] == case_id]), given


def two_samples(case_id: str) -> tuple[np.ndarray, np.ndarray]:
    """Valid answers at final and at baseline."""
    table, given = _source(case_id)
    values = _codes(table[given["outcome"] if given["source"] == "survey" else "value"])
    return tuple(values[(table["wave"] == wave).to_numpy() & ~np.isnan(values)] for wave in ("final", "baseline"))


def pairs(case_id: str) -> tuple[np.ndarray, np.ndarray]:
    """Final and baseline of every pair, missing sides included."""
    table, _ = _source(case_id)
    return table["final"].to_numpy(float), table["baseline"].to_numpy(float)


def compared(now, then, conf_level: float = 0.95) -> dict[str, float]:
    """The probability of superiority of two samples of answers, through their counts."""
    answers = np.unique([*now, *then])
    counts = [np.array([[float(np.sum(np.asarray(side) == answer)) for answer in answers]]) for side in (now, then)]
    return {name: column[0] for name, column in compare_counts(*counts, answers, conf_level).items()}
