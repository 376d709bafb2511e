"""Tallies: what every level, change and difference is computed from, counted in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nbeval.dictionary.records import MissingReason

_REASONS = [reason.value for reason in MissingReason]
#: respondents with one of these were not in the base of the question
OUTSIDE_BASE = (MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE)
_IN_BASE = [f"missing_{reason.value}" for reason in MissingReason if reason not in OUTSIDE_BASE]


def tally(values: pd.DataFrame, axes: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Count and sum the values within every combination of the axes, those that do not occur included.

    Parameters
    ----------
    values : one row per respondent x indicator (``frames.VALUES``)
        Uses ``value`` and ``missing``.
    axes : category columns as long as ``values``, by name
        Rows that are missing on an axis are left out.

    Returns
    -------
    one row per combination of the axes
        The axes, ``n_valid``, ``n_eligible`` (those in the base: they were asked and the
        question applied to them), ``numerator`` (sum of the values), ``squares`` (sum of their
        squares) and ``missing_<reason>`` for every reason. The two reasons that put somebody
        outside the base are counted too, and are not part of ``n_eligible``.
    """
    shape = [len(axis.cat.categories) for axis in axes.values()]
    codes = [axis.cat.codes.to_numpy().astype(np.int64) for axis in axes.values()]
    inside = np.logical_and.reduce([code >= 0 for code in codes])
    everybody = bool(inside.all())
    picked = codes if everybody else [code[inside] for code in codes]
    cell = np.ravel_multi_index(picked, shape) if len(inside) else np.empty(0, dtype=np.int64)
    rows = values if everybody else values[inside]
    counted = _count(cell, int(np.prod(shape)), rows)
    places = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    named = {
        name: pd.Categorical.from_codes(place, dtype=axis.dtype)
        for (name, axis), place in zip(axes.items(), places, strict=True)
    }
    return pd.DataFrame(named | counted)


def _count(cell: np.ndarray, n_cells: int, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """The counts and sums of every cell."""
    why = rows["missing"].cat.set_categories(_REASONS).cat.codes.to_numpy().astype(np.int64) + 1
    width = len(_REASONS) + 1
    counts = np.bincount(cell * width + why, minlength=n_cells * width).reshape(n_cells, width).astype(float)
    value = rows["value"].to_numpy()
    value = np.where(np.isfinite(value), value, 0.0)
    missing = {f"missing_{reason}": counts[:, k + 1] for k, reason in enumerate(_REASONS)}
    n_valid = counts[:, 0]
    return {
        "n_valid": n_valid,
        "n_eligible": n_valid + np.sum([missing[name] for name in _IN_BASE], axis=0),
        "numerator": np.bincount(cell, weights=value, minlength=n_cells),
        "squares": np.bincount(cell, weights=value * value, minlength=n_cells),
        **missing,
    }
