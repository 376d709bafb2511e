"""Families and verdicts: tests that are read together are adjusted together; the verdict follows the test and the interval beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from nbeval.dictionary import Dictionary
from nbeval.frames import AGAINST_REST, HEADLINES, Contrast, Quantity, Reason, Size, Verdict

#: what the adjustments are called in statsmodels
ADJUSTMENTS = {"bh": "fdr_bh", "holm": "holm", "by": "fdr_by"}
#: what a change would be with its missing answers filled in: tested together as the changes themselves are
OF_MISSING = (
    Quantity.CHANGE_MISSING_BOUND_LOWEST.value, Quantity.CHANGE_MISSING_BOUND_HIGHEST.value, Quantity.CHANGE_IMPUTED.value)
#: how much more the programme's authorities changed than those that they are compared with: families of their own
OF_SIDES = (Quantity.DIFFERENCE_IN_DIFFERENCES.value, Quantity.DID_OF_AUTHORITIES.value, Quantity.EVENT_STUDY.value)
#: the estimates that have a verdict
WITH_VERDICT = (
    Quantity.CHANGE.value, Quantity.DIFFERENCE.value, Quantity.CHANGE_ADJUSTED.value, Quantity.CHANGE_POOLED.value, Quantity.TREND.value,
    *OF_MISSING, *OF_SIDES)
#: the estimates that families are made of: those, and ranks
TESTED = (*WITH_VERDICT, Quantity.SUPERIORITY.value, Quantity.RANK_BISERIAL.value)
#: relative slack at a threshold, so that a p-value that equals it is not lost to rounding
TIE = 1e-12
#: verdicts of changes and of other differences: nobody can tell, clearly up, clearly down, perhaps up, perhaps down, none of these
_OF_CHANGES = np.array([Verdict.CANNOT_TELL.value, Verdict.ROSE.value, Verdict.FELL.value, Verdict.MAY_HAVE_RISEN.value,
                        Verdict.MAY_HAVE_FALLEN.value, Verdict.NO_CLEAR_CHANGE.value], dtype=object)
_OF_DIFFERENCES = np.array([Verdict.CANNOT_TELL.value, Verdict.HIGHER.value, Verdict.LOWER.value, Verdict.MAY_BE_HIGHER.value,
                            Verdict.MAY_BE_LOWER.value, Verdict.NO_CLEAR_DIFFERENCE.value], dtype=object)
#: why there was nothing to test
_UNTESTED = [one.not_estimable for one in Reason if one is Reason.NOT_COMPARABLE or one.is_of_asking]
#: what tests of one family have in common besides
_TOGETHER = ("source", "quantity", "contrast", "wave", "group", "weighted")


def adjust(p_values: ArrayLike, *, method: str = "bh") -> np.ndarray:
    """Adjust the p-values of one family; NaN, where a test could not be made, stays NaN and does not count in the family's size. ``bh``
    (Benjamini and Hochberg, J R Stat Soc B 1995;57:289-300), ``holm`` (Scand J Stat 1979;6:65-70) or ``by`` (Benjamini and Yekutieli,
    Ann Stat 2001;29:1165-1188)."""
    given = np.asarray(p_values, float)
    adjusted, made = np.full(given.shape, np.nan), ~np.isnan(given)
    adjusted[made] = _holm(given[made]) if method == "holm" else multipletests(given[made], method=ADJUSTMENTS[method])[1]
    return adjusted


def _holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjustment, written out because statsmodels collects all garbage at each call of it (0.14 s)."""
    order, found = np.argsort(p, kind="stable"), np.empty(len(p))
    found[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return found


def verdicts(
    estimate: ArrayLike, conf_low: ArrayLike, conf_high: ArrayLike, p_value: ArrayLike, *, change: ArrayLike = True, alpha: float = 0.05,
) -> np.ndarray:
    """Give the verdict of every row of a table, as the text of a ``frames.Verdict``.

    ``p_value`` is adjusted where the test has a family. Where it is at or under ``alpha`` and the interval leaves out 0, the number rose
    or fell; where the interval leaves out 0 and the test does not decide, it may have. Where the interval covers 0 there is no clear
    change, whatever the test says: no word is stronger than the interval printed beside it. Where a row has one of the two that one
    decides; where it has neither, or no estimate, nobody can tell. ``change`` says which rows are changes and no other differences.
    """
    estimate, low, high, p, change = np.broadcast_arrays(*(np.asarray(v, float) for v in (estimate, conf_low, conf_high, p_value)), change)
    tested, bounded, change = ~np.isnan(p), ~np.isnan(low) & ~np.isnan(high), change.astype(bool)
    with np.errstate(invalid="ignore"):
        up, down = (np.where(bounded, outside, sign) for outside, sign in ((low > 0, estimate > 0), (high < 0, estimate < 0)))
        decided = ~tested | (p <= alpha * (1 + TIE))
    possible = bounded & ~decided
    unknown = np.isnan(estimate) | ~(tested | bounded)
    found = np.select([unknown, up & decided, down & decided, up & possible, down & possible], range(5), 5)
    return np.where(change, _OF_CHANGES[found], _OF_DIFFERENCES[found])


def sizes(estimate: ArrayLike, conf_low: ArrayLike, conf_high: ArrayLike, smallest_meaningful: ArrayLike) -> np.ndarray:
    """Say how the interval of every change lies to the smallest meaningful change (without sign; 0 or NaN where none is declared), as the
    text of a ``frames.Size``: wholly beyond it, wholly within it on both sides of 0, or neither. The point estimate has no say."""
    estimate, low, high, least = np.broadcast_arrays(*(np.asarray(v, float) for v in (estimate, conf_low, conf_high, smallest_meaningful)))
    with np.errstate(invalid="ignore"):
        beyond, within = (low >= least) | (high <= -least), (low > -least) & (high < least)
        declared = (least > 0) & ~np.isnan(estimate)
    return np.select([~declared, beyond, within], [Size.NONE.value, Size.AT_LEAST.value, Size.SMALLER.value], Size.UNCERTAIN.value)


def adjust_families(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Adjust the p-values of families: by Benjamini and Hochberg, or by Holm where the programme says so. One row per row of ``results``,
    with ``family`` and ``p_adjusted`` filled where its test has a family. The tests of a family are read together where they are of one
    kind, wave and place: all its changes for the whole cohort between two waves, say. Headline measures are a family of their own."""
    family = families_of(results, dictionary)
    members, p = np.flatnonzero(family.ne("")), results["p_value"].to_numpy()
    rows, rest = results.iloc[members], family.iloc[members].eq(AGAINST_REST)
    adjusted = np.full(len(results), np.nan)
    together = rows.assign(
        family=family.iloc[members], place=rows["authority"].mask(rest, ""), about=rows["indicator"].where(rest, ""),
        against=rows["reference"].where(rows["contrast"].eq(Contrast.WAVE.value), ""),
    ).groupby(["family", "place", "about", "against", *_TOGETHER], sort=False)
    for key, at in together.indices.items():
        adjusted[members[at]] = adjust(p[members[at]], method=dictionary.programme.adjustment(key[0]))
    of_others = ~results["indicator"].isin({one.indicator for one in dictionary.indicators})     # those who made them adjusted them
    return results.assign(family=family.mask(of_others, results["family"]).astype(str),
                          p_adjusted=np.where(of_others, results["p_adjusted"], adjusted))


def families_of(results: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """The family of every test: headlines, each authority against the rest, or as its indicator declares; empty where it has none."""
    declared = {one.indicator: HEADLINES if one.headline else one.family for one in dictionary.indicators}
    tested = results["quantity"].isin(TESTED)
    family = results["indicator"].map(declared).where(tested).fillna("")
    return family.mask(tested & results["contrast"].eq(Contrast.REST.value) & results["indicator"].isin(declared), AGAINST_REST)


def level_of_one(pairs: pd.DataFrame, dictionary: Dictionary, conf_level: float) -> pd.Series:
    """The level at which the test of a change decides where it is the only one of its family that finds anything: the level of the programme
    over the number of tests of the family, by either method. ``pairs`` has one row per change between two waves, with ``indicator``,
    ``authority``, ``n_valid`` and ``n_reference``."""
    declared = {one.indicator: HEADLINES if one.headline else one.family for one in dictionary.indicators}
    family = pairs["indicator"].astype(object).map(declared).fillna("").astype(str)
    made = (pairs["n_valid"].gt(0) & pairs["n_reference"].gt(0)).astype(float)
    size = made.groupby([family, pairs["authority"].astype(object).fillna("").astype(str)]).transform("sum").where(family.ne(""), 1.0)
    return (1 - conf_level) / size.clip(lower=1.0)


def add_verdicts(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Say of every change and difference what its test and its interval allow: one row per row of ``results``, with ``verdict`` filled,
    and for changes ``size``. The adjusted p-value decides where the test has a family, the plain one elsewhere, never the sign alone. What
    was not tested, because the waves cannot be compared or the question was not asked, has no word."""
    people = results["indicator"].eq("") & results["group"].isin(list(dictionary.groups))
    ours = people | results["indicator"].isin({one.indicator for one in dictionary.indicators})
    judged = (ours & results["quantity"].isin(WITH_VERDICT) & ~results["warning"].isin(_UNTESTED)).to_numpy()
    rows = results[judged]
    change = rows["contrast"].eq(Contrast.WAVE.value)
    numbers = [rows[name] for name in ("estimate", "conf_low", "conf_high")]
    words = verdicts(*numbers, rows["p_adjusted"].fillna(rows["p_value"]), change=change, alpha=1 - dictionary.programme.conf_level)
    size = sizes(*numbers, smallest_meaningful(rows, dictionary).where(change & rows["quantity"].ne(Quantity.TREND)))
    told = pd.DataFrame({"verdict": words, "size": size}, index=rows.index).reindex(results.index).fillna("").astype(str)
    return results.assign(**{name: told[name].where(ours, results[name]) for name in told})


def smallest_meaningful(results: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """The smallest change that is declared meaningful for each row, in its unit; missing where none is."""
    measures = {one.indicator: one.measure for one in dictionary.indicators}
    return results["indicator"].map(measures).map(dictionary.programme.smallest_meaningful_change).astype(float)


def judge_released(disclosed: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Adjust and judge anew what a release shows: families are made of the tests that are shown alone. One row per row of ``disclosed``.

    An adjusted p-value over withheld tests as well would be a withheld p-value times the size of its family over its rank, and with the
    bases printed beside it give the withheld count back. Where the test of a figure is kept back, what it had said of it stays.
    """
    shown = disclosed["estimate"].notna() & (disclosed["p_value"].notna() | disclosed["verdict"].eq(""))
    judged = add_verdicts(adjust_families(disclosed, dictionary), dictionary)
    return judged.assign(**{name: judged[name].where(shown, disclosed[name]) for name in ("verdict", "size")})
