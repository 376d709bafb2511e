"""Scales: items combined by a declared rule into a score."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import MissingReason, ScaleRule
from nbeval.dictionary.models import Scale, ScaleItem
from nbeval.errors import FrameError

Ranges = dict[str, tuple[float, float]]


def score_scale(answers: pd.DataFrame, scale: Scale, *, ranges: Ranges) -> pd.DataFrame:
    """Score one scale for every respondent who was given at least one of its items.

    Reverse-keyed items are reflected about the range the dictionary declares for them, never
    about the range observed. Items are then combined by the scale's rule and, where the scale
    has one, converted by its published table.

    Parameters
    ----------
    answers : one row per respondent x item
        ``frames.ANSWERS``; items of other scales are ignored.
    scale : Scale
        From ``dictionary.scale(id)``.
    ranges : lowest and highest code of each item, as declared

    Returns
    -------
    one row per respondent
        ``respondent``, ``score`` (scale points; missing where fewer than the minimum of items
        is answered), ``n_answered`` and ``missing`` (a MissingReason where there is no score).
        Sorted by respondent. ``answers`` is not altered.

    Raises
    ------
    FrameError
        A raw total is not in the scale's conversion table.

    Notes
    -----
    ``sum`` needs every item. ``prorated_sum`` is the mean of the valid items times the number
    of items, left unrounded. A scale with a conversion table is never prorated: the table is
    defined for complete raw totals only. ``count`` counts the items whose answer lies in their
    ``counts_when`` codes.

    Evidence: hand-scored people in ``tests/scoring/test_scales.py``.
    """
    items = [entry.item for entry in scale.items]
    given = answers[answers["item"].isin(items)]
    wide = given.pivot(index="respondent", columns="item", values="code").reindex(columns=items)
    keyed = np.column_stack([_keyed(wide[entry.item], entry, scale.rule, ranges) for entry in scale.items])
    n_answered = np.isfinite(keyed).sum(axis=1)
    score = np.where(n_answered >= _needed(scale), _combine(keyed, scale.rule, n_answered), np.nan)
    if scale.conversion:
        score = _convert(score, scale)
    scored = pd.DataFrame(
        {"respondent": wide.index.to_numpy(), "score": score, "n_answered": n_answered}
    )
    scored["missing"] = _reason(given, scored)
    return scored.sort_values("respondent", ignore_index=True)


def keyed_items(answers: pd.DataFrame, scales: Iterable[Scale], *, ranges: Ranges) -> pd.DataFrame:
    """Lay out the items of every scale, keyed one way, for the study of the measurement itself.

    Returns
    -------
    one row per respondent x item of a scale
        ``respondent``, ``wave``, ``scale``, ``item`` and ``code``: the declared range reflected
        where the item is reverse-keyed, or 1 and 0 under the rule ``count``.
    """
    blocks = [pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})]
    for scale in scales:
        for entry in scale.items:
            rows = answers[answers["item"].eq(entry.item)]
            blocks.append(pd.DataFrame({
                "respondent": rows["respondent"], "wave": rows["wave"].astype(str), "scale": scale.id,
                "item": entry.item, "code": _keyed(rows["code"], entry, scale.rule, ranges),
            }))
    return pd.concat(blocks[1:] or blocks, ignore_index=True)


def _keyed(codes: pd.Series, entry: ScaleItem, rule: ScaleRule, ranges: Ranges) -> np.ndarray:
    """One item as it enters the rule: reflected if reverse-keyed, or 1/0 under the rule `count`."""
    values = codes.to_numpy(dtype=float)
    if rule is ScaleRule.COUNT:
        inside = matcher(entry.counts_when).contains(values).astype(float)
        return np.where(np.isfinite(values), inside, np.nan)
    if entry.reverse:
        lowest, highest = ranges[entry.item]
        return lowest + highest - values
    return values


def _needed(scale: Scale) -> int:
    """How many items must be answered: all of them for a plain sum or a conversion table."""
    complete = scale.rule is ScaleRule.SUM or bool(scale.conversion)
    return len(scale.items) if complete else scale.minimum_answered


def _combine(keyed: np.ndarray, rule: ScaleRule, n_answered: np.ndarray) -> np.ndarray:
    """The raw score of each respondent by the rule; nothing answered gives 0/0, which is missing."""
    total = np.nansum(keyed, axis=1)
    if rule in (ScaleRule.SUM, ScaleRule.COUNT):
        return total
    mean = np.divide(total, n_answered, out=np.full(len(total), np.nan), where=n_answered > 0)
    return mean * keyed.shape[1] if rule is ScaleRule.PRORATED_SUM else mean


def _convert(score: np.ndarray, scale: Scale) -> np.ndarray:
    """Raw totals through the published table; a total outside it is refused."""
    table = {entry.raw: entry.score for entry in scale.conversion}
    outside = sorted({raw for raw in score[np.isfinite(score)] if raw not in table})
    if outside:
        raise FrameError(
            f"scale '{scale.id}': {len(outside)} raw totals are not in its conversion table.",
            allowed=f"{min(table)} to {max(table)}, {len(table)} entries",
            where=f"the scale's file in the dictionary, [[conversion]] of '{scale.id}'",
            do="add the missing entries from the scale's manual, or correct its items.",
        )
    return np.array([table.get(raw, np.nan) for raw in score])


def _reason(given: pd.DataFrame, scored: pd.DataFrame) -> pd.Categorical:
    """Why there is no score: the one reason that all items share, else not answered."""
    without = scored["score"].isna().to_numpy()
    reasons = np.where(without, MissingReason.NOT_ANSWERED.value, None).astype(object)
    gaps = given.dropna(subset=["missing"]).groupby("respondent", observed=True)["missing"]
    n_items = given.groupby("respondent", observed=True).size()
    shared = gaps.agg(["nunique", "first", "size"])
    shared = shared[(shared["nunique"] == 1) & (shared["size"] == n_items.reindex(shared.index))]
    one = scored["respondent"].map(shared["first"].astype(object)).to_numpy()
    reasons = np.where(without & pd.notna(one), one, reasons)
    return pd.Categorical(reasons, categories=[reason.value for reason in MissingReason])
