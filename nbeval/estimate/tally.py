"""Tallies: what every level, change and difference is computed from, counted in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import MissingReason

_REASONS = [reason.value for reason in MissingReason]
#: respondents with one of these were not in the base of the question
OUTSIDE_BASE = (MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE)
#: rows that are counted at a time
PIECE = 1 << 17
_IN_BASE = [f"missing_{reason.value}" for reason in MissingReason if reason not in OUTSIDE_BASE]


def tally(values: pd.DataFrame, axes: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Count and sum the values within every combination of the axes, those that do not occur included.

    One row per combination: the axes, ``n_valid``, ``n_eligible`` (they were asked and the question applied to them), ``numerator`` and
    ``squares`` (sums of the values and of their squares) and ``missing_<reason>``. ``values`` has ``value`` and ``missing``
    (``frames.VALUES``); the axes are category columns as long as it, and rows missing on one are left out.
    """
    shape = [len(axis.cat.categories) for axis in axes.values()]
    codes = [axis.cat.codes.to_numpy() for axis in axes.values()]
    counted = _count(codes, shape, values)
    places = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    named = {
        name: pd.Categorical.from_codes(place, dtype=axis.dtype)
        for (name, axis), place in zip(axes.items(), places, strict=True)
    }
    return pd.DataFrame(named | counted)


def _count(codes: list[np.ndarray], shape: list[int], values: pd.DataFrame) -> dict[str, np.ndarray]:
    """The counts and sums of every cell, over pieces of the rows that fit into a processor's own memory."""
    why = values["missing"].cat.set_categories(_REASONS).cat.codes.to_numpy()
    value = values["value"].to_numpy(dtype=float)
    cells, width = int(np.prod(shape)), len(_REASONS) + 1
    counts, total, squares = np.zeros(cells * width), np.zeros(cells), np.zeros(cells)
    for start in range(0, len(values), PIECE):
        piece = slice(start, start + PIECE)
        parts, reasons, answers = [code[piece] for code in codes], why[piece], value[piece]
        inside = np.logical_and.reduce([part >= 0 for part in parts])
        if not inside.all():
            parts, reasons, answers = [part[inside] for part in parts], reasons[inside], answers[inside]
        cell = _cell(parts, shape)
        counts += np.bincount(cell * width + (reasons + 1), minlength=cells * width)
        answers = np.where(np.isfinite(answers), answers, 0.0)
        added = np.bincount(cell, weights=answers, minlength=cells)
        total += added
        # the squares of 0 and 1 are the numbers themselves
        zero_or_one = bool(((answers == 0) | (answers == 1)).all())
        squares += added if zero_or_one else np.bincount(cell, weights=answers * answers, minlength=cells)
    return _columns(counts.reshape(cells, width), total, squares)


def _cell(codes: list[np.ndarray], shape: list[int]) -> np.ndarray:
    """The number of each row's cell, the last axis running fastest."""
    cell = codes[0].astype(np.int64)
    for code, size in zip(codes[1:], shape[1:], strict=True):
        cell *= size
        cell += code
    return cell


def _columns(counts: np.ndarray, total: np.ndarray, squares: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of a tally from the counts by reason (the first: a valid answer) and the sums."""
    missing = {f"missing_{reason}": counts[:, k + 1] for k, reason in enumerate(_REASONS)}
    n_valid = counts[:, 0]
    return {
        "n_valid": n_valid,
        "n_eligible": n_valid + np.sum([missing[name] for name in _IN_BASE], axis=0),
        "numerator": total,
        "squares": squares,
        **missing,
    }
