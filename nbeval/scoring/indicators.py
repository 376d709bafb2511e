"""Indicators: what is reported of an item or a scale, for every respondent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator


def derive_indicators(answers: pd.DataFrame, indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Code every indicator for every respondent who has an entry for its item or scale.

    Parameters
    ----------
    answers : one row per respondent x item (``frames.ANSWERS``)
        Scores of scales stand in it as items under the scale's id.
    indicators : the indicators to derive; those of items that do not occur give no rows

    Returns
    -------
    one row per respondent x indicator
        ``frames.VALUES``: for a percentage 1 where the answer is one of the indicator's codes
        and 0 where it is another valid answer; for a mean or an ordered answer the code itself. Where there is no
        valid answer ``value`` is missing and ``missing`` says why. Sorted by indicator (in the
        order given), then as in ``answers``.
    """
    wanted = tuple(indicators)
    rows_of = _rows_by_item(answers["item"])
    blocks = [(one, rows_of[one.item or one.scale]) for one in wanted if (one.item or one.scale) in rows_of]
    code = answers["code"].to_numpy()
    picked = np.concatenate([rows for _, rows in blocks]) if blocks else np.empty(0, dtype=int)
    values = answers[["respondent", "wave", "authority", "missing"]].take(picked)
    names = [one.indicator for one, _ in blocks]
    lengths = [len(rows) for _, rows in blocks]
    values["indicator"] = pd.Categorical.from_codes(np.repeat(np.arange(len(names)), lengths), categories=names)
    parts = [_coded(code[rows], one) for one, rows in blocks]
    values["value"] = np.concatenate(parts) if parts else np.empty(0)
    columns = ["respondent", "wave", "authority", "indicator", "value", "missing"]
    return values[columns].reset_index(drop=True)


def _rows_by_item(item: pd.Series) -> Mapping[str, np.ndarray]:
    """The positions of each item's rows, found in one sort."""
    codes = item.cat.codes.to_numpy()
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(item.cat.categories) + 1))
    return {
        name: order[edges[k]:edges[k + 1]]
        for k, name in enumerate(item.cat.categories) if edges[k + 1] > edges[k]
    }


def _coded(codes: np.ndarray, indicator: Indicator) -> np.ndarray:
    """The indicator's value for each code; missing stays missing."""
    if indicator.measure is not Measure.PERCENT:
        return codes
    return np.where(np.isfinite(codes), matcher(indicator.codes).contains(codes), np.nan)
