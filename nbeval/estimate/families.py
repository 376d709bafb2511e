"""Families and verdicts: tests that are read together are adjusted together, and the verdict follows the test."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from nbeval.dictionary import Dictionary
from nbeval.frames import Contrast, Quantity, Reason, Verdict

#: what the adjustments are called in statsmodels
ADJUSTMENTS = {"bh": "fdr_bh", "holm": "holm"}
#: the estimates that families are made of
TESTED = (Quantity.CHANGE.value, Quantity.DIFFERENCE.value)
#: the estimates that have a verdict
WITH_VERDICT = (*TESTED, Quantity.CHANGE_ADJUSTED.value, Quantity.CHANGE_POOLED.value)
_TOGETHER = ("quantity", "contrast", "wave", "authority", "group", "weighted")


def adjust(p_values: ArrayLike, *, method: str = "bh") -> np.ndarray:
    """Adjust the p-values of one family; NaN, where a test could not be made, stays NaN and does not count in the family's size. ``bh``
    (Benjamini and Hochberg, J R Stat Soc B 1995;57:289-300) or ``holm`` (Scand J Stat 1979;6:65-70)."""
    given = np.asarray(p_values, float)
    adjusted, made = np.full(given.shape, np.nan), ~np.isnan(given)
    adjusted[made] = multipletests(given[made], method=ADJUSTMENTS[method])[1]
    return adjusted


def verdicts(
    estimate: ArrayLike, conf_low: ArrayLike, conf_high: ArrayLike, p_value: ArrayLike, smallest_meaningful: ArrayLike = 0.0,
    *, change: ArrayLike = True, alpha: float = 0.05,
) -> np.ndarray:
    """Give the verdict of every row of a table, as the text of a ``frames.Verdict``.

    Beyond chance means a p-value (adjusted where the test has a family) at or under ``alpha`` and an interval that leaves
    0 out; where a row has one of the two, that one decides, and where it has neither, or no
    estimate, nobody can tell. Where a test and an interval part, the verdict is the cautious one. Only rows that are a ``change`` between
    waves can be smaller than ``smallest_meaningful`` (without sign; 0 or NaN where none is declared).
    """
    given = (estimate, conf_low, conf_high, p_value, smallest_meaningful)
    estimate, low, high, p, smallest, change = np.broadcast_arrays(*(np.asarray(v, float) for v in given), change)
    tested, bounded, change = ~np.isnan(p), ~np.isnan(low) & ~np.isnan(high), change.astype(bool)
    with np.errstate(invalid="ignore"):
        beyond = (~tested | (p <= alpha)) & (~bounded | (low > 0) | (high < 0))
        up, down = beyond & (estimate > 0), beyond & (estimate < 0)
        small = change & (np.abs(estimate) < np.nan_to_num(smallest))
    unknown = np.isnan(estimate) | ~(tested | bounded)
    return np.select(
        [unknown, up & small, down & small, up & change, down & change, up, down, change],
        [Verdict.CANNOT_TELL.value, Verdict.ROSE_SMALL.value, Verdict.FELL_SMALL.value, Verdict.ROSE.value,
         Verdict.FELL.value, Verdict.HIGHER.value, Verdict.LOWER.value, Verdict.NO_CLEAR_CHANGE.value],
        Verdict.NO_CLEAR_DIFFERENCE.value,
    )


def adjust_families(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Adjust the p-values of declared families: by Benjamini and Hochberg, or by Holm where the programme says so. One row per row of
    ``results``, with ``family`` and ``p_adjusted`` filled where the indicator declares a family. The tests of a family are read together
    where they are of one kind, wave and place: all its changes for the whole cohort, say."""
    declared = {one.indicator: one.family for one in dictionary.indicators if one.family}
    family = results["indicator"].map(declared).where(results["quantity"].isin(TESTED)).fillna("")
    members, p = np.flatnonzero(family.ne("")), results["p_value"].to_numpy()
    adjusted = np.full(len(results), np.nan)
    together = results.assign(family=family).iloc[members].groupby(["family", *_TOGETHER], sort=False)
    for key, rows in together.indices.items():
        method = "holm" if key[0] in dictionary.programme.holm_families else "bh"
        adjusted[members[rows]] = adjust(p[members[rows]], method=method)
    return results.assign(family=family.astype(str), p_adjusted=adjusted)


def add_verdicts(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Say of every change and difference what its test allows: one row per row of ``results``, with ``verdict`` filled. The adjusted
    p-value decides where the indicator has a family, the plain one elsewhere, never the sign alone. What was
    not tested, because the waves cannot be compared, has no word."""
    measures = {one.indicator: one.measure.value for one in dictionary.indicators}
    smallest = results["indicator"].map(measures).map(dictionary.programme.smallest_meaningful_change)
    judged = (results["quantity"].isin(WITH_VERDICT) & results["warning"].ne(Reason.NOT_COMPARABLE.not_estimable)).to_numpy()
    rows = results[judged]
    found = np.full(len(results), "", dtype=object)
    found[judged] = verdicts(
        rows["estimate"], rows["conf_low"], rows["conf_high"], rows["p_adjusted"].fillna(rows["p_value"]),
        smallest[judged].fillna(0.0), change=rows["contrast"].eq(Contrast.WAVE.value),
        alpha=1 - dictionary.programme.conf_level,
    )
    return results.assign(verdict=pd.Series(found, index=results.index).astype(str))
