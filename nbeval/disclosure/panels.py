"""Counts of people on rows that are nobody's answers: a panel that rated, those present at a visit.

Such rows are no cells of the survey: their estimates are ratings or counts of deeds. Only the people behind
them are protected, each row on its own, and by companions where a total would give a withheld one away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.primary import small_base
from nbeval.frames import Contrast

#: a table of parts and totals: one row per authority, one column per indicator
_TABLE = ["source", "wave", "group", "level"]
_CELL = [*_TABLE, "authority", "indicator"]


def of_no_answers(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where rows are of sources that are nobody's answers."""
    return results["source"].isin(policy.not_of_answers)


def panels_withheld(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where such rows stand on too few people, or would give away those that do.

    Parameters
    ----------
    results : one row per estimate (``frames.RESULTS``)
    policy : thresholds, and the sources that are nobody's answers

    Returns
    -------
    Series
        one row per estimate: whether it is withheld, with its count of people.

    Notes
    -----
    Of the parts of a total either none or two at least are withheld, along authorities and along indicators;
    a difference or a change is withheld with either of its sides.
    """
    rows = results[of_no_answers(results, policy) & results["n_valid"].notna()]
    if rows.empty:
        return pd.Series(False, index=results.index)
    now = rows[[*_CELL, "n_valid"]].rename(columns={"n_valid": "people"})
    then = rows.loc[rows["contrast"].eq(Contrast.WAVE) & rows["n_reference"].notna(), [*_CELL, "reference", "n_reference"]]
    then = then.assign(wave=then["reference"]).rename(columns={"n_reference": "people"})[[*_CELL, "people"]]
    cells = pd.concat([now, then]).groupby(_CELL, as_index=False)["people"].min()
    hidden = pd.concat([_hidden(table, policy) for _, table in cells.groupby(_TABLE)])
    gone = pd.MultiIndex.from_frame(hidden[_CELL])
    own = pd.MultiIndex.from_frame(rows[_CELL]).isin(gone)
    before = rows[_CELL].assign(wave=rows["reference"].where(rows["contrast"].eq(Contrast.WAVE), rows["wave"]))
    both = own | pd.MultiIndex.from_frame(before).isin(gone)
    return pd.Series(results.index.isin(rows.index[both]), index=results.index)


def _hidden(table: pd.DataFrame, policy: Disclosure) -> pd.DataFrame:
    """The cells of one table that are withheld: small ones, and companions along every line."""
    people = table.pivot(index="authority", columns="indicator", values="people")
    parts = people.drop(index="", errors="ignore")
    parts = parts.drop(columns="", errors="ignore") if len(parts.columns) > 1 else parts
    hidden = np.array(parts.notna() & small_base(parts.to_numpy(), policy) & parts.gt(0))
    _companions(parts.to_numpy(dtype=float), hidden)
    found = people.notna() & people.gt(0) & small_base(people.to_numpy(), policy)
    found.loc[parts.index, parts.columns] = hidden
    # A total of parts of which one alone could be withheld has no companion: the total goes.
    lone = (hidden.sum(axis=0) == 1) & (parts.notna().sum(axis=0).to_numpy() >= 1)
    if "" in people.index:
        found.loc["", parts.columns[lone]] = True
    long = found.stack()
    return long[long].index.to_frame(index=False).assign(**{name: table[name].iloc[0] for name in _TABLE})


def _companions(people: np.ndarray, hidden: np.ndarray) -> None:
    """Withhold, line by line, the smallest that is shown where one alone is withheld, until no line has one alone."""
    moved = True
    while moved:
        moved = False
        for values, line in (*zip(people.T, hidden.T, strict=True), *zip(people, hidden, strict=True)):
            shown = ~np.isnan(values) & ~line
            if line.sum() == 1 and shown.any() and len(values) > 1:
                line[np.flatnonzero(shown)[np.argmin(values[shown])]] = True
                moved = True
