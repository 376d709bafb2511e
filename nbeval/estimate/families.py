"""Families and words: tests that are read together are adjusted together, and the word follows the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.estimate.multiplicity import adjust
from nbeval.estimate.verdict import verdicts
from nbeval.frames import Contrast, Quantity

#: the estimates that families are made of
TESTED = (Quantity.CHANGE.value, Quantity.DIFFERENCE.value)
#: the estimates that a word is said of
WORDED = (*TESTED, Quantity.CHANGE_ADJUSTED.value, Quantity.CHANGE_POOLED.value)
_TOGETHER = ("quantity", "contrast", "wave", "authority", "group", "weighted")


def adjust_families(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Adjust the p-values of declared families: by Benjamini and Hochberg, or by Holm where the programme says so.

    A family is declared with its indicators. Its tests are read together where they are of one
    kind, wave and place: all changes of a family for the whole cohort, say, or all differences of
    a family between the levels of one group.

    Returns
    -------
    one row per row of ``results``
        With ``family`` and ``p_adjusted`` filled where the indicator declares a family.
    """
    declared = {one.indicator: one.family for one in dictionary.indicators if one.family}
    family = results["indicator"].map(declared).where(results["quantity"].isin(TESTED)).fillna("")
    adjusted = np.full(len(results), np.nan)
    together = results.assign(family=family)[family.ne("")].groupby(["family", *_TOGETHER], sort=False)
    for key, rows in together.indices.items():
        places = np.flatnonzero(family.ne("").to_numpy())[rows]
        method = "holm" if key[0] in dictionary.programme.holm_families else "bh"
        adjusted[places] = adjust(results["p_value"].to_numpy()[places], method=method)
    return results.assign(family=family.astype(str), p_adjusted=adjusted)


def add_verdicts(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Say of every change and difference what its test allows.

    Returns
    -------
    one row per row of ``results``
        With ``verdict`` filled for changes and differences: by the adjusted p-value where the
        indicator has a family, by the plain one elsewhere, never by the sign alone.
    """
    measures = {one.indicator: one.measure.value for one in dictionary.indicators}
    smallest = results["indicator"].map(measures).map(dictionary.programme.smallest_meaningful_change)
    tested = results["quantity"].isin(WORDED).to_numpy()
    rows = results[tested]
    words = np.full(len(results), "", dtype=object)
    words[tested] = verdicts(
        rows["estimate"], rows["conf_low"], rows["conf_high"], rows["p_adjusted"].fillna(rows["p_value"]),
        smallest[tested].fillna(0.0), change=rows["contrast"].eq(Contrast.WAVE.value),
        alpha=1 - dictionary.programme.conf_level,
    )
    return results.assign(verdict=pd.Series(words, index=results.index).astype(str))
