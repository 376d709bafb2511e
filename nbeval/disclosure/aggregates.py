"""Protection of an analyst's own table for a report: counts, percentages, means and other numbers of groups, beside their margins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.one_table import protect
from nbeval.disclosure.primary import small_base

#: what stands for those who are in the base and in no row
_REST = "\N{EN DASH}"


def withheld_counts(table: pd.DataFrame, keys: Sequence[str], count: str, policy: Disclosure) -> np.ndarray:
    """Which rows of a cross-classification have to be withheld: counts under the threshold, zeros, and what would give them back.

    The sums over each of the keys in turn are taken to be known to whoever reads the report, as ``nbeval.protect`` takes the margins.
    """
    gone, _ = _withheld(table, keys, table[count].to_numpy(float), None, policy, zeros=True)
    return gone


def withheld_numbers(
    table: pd.DataFrame, keys: Sequence[str], base: str, policy: Disclosure, *, percentages: Sequence[str] = (), answer: str = "",
) -> pd.DataFrame:
    """Which numbers of a table of groups have to be withheld.

    ``base`` is the column of people, ``percentages`` are of it, ``answer`` the key whose percentages add up to 100 in a group. What comes out has the
    columns ``base``, each percentage, and ``numbers`` for all else that rests on the base.

    A count in the base, the rest of the base and the base itself have to reach the threshold; further numbers are withheld so that none
    can be worked out from the sums over the other groups, which the reader is taken to know.
    """
    people = table[base].to_numpy(float)
    places = [name for name in keys if name != answer]
    once = ~table.duplicated(places).to_numpy() if places else np.arange(len(table)) == 0
    small, _ = _withheld(table[once], places, people[once], None, policy, zeros=False)
    few = pd.Series(small, index=_names(table[once], places)).reindex(_names(table, places)).to_numpy(bool)
    few = few | (small_base(people, policy) & (people > 0))
    found = pd.DataFrame({base: few, "numbers": few}, index=table.index)
    for name in percentages:
        gone, bases = _percentage(table, places, answer, people, table[name].to_numpy(float), policy)
        found[name] = gone | bases | few
        found[base] |= bases
        found["numbers"] |= bases
    for name in percentages:
        found[name] |= found[base]
    return found


def _percentage(
    table: pd.DataFrame, places: list[str], answer: str, people: np.ndarray, percent: np.ndarray, policy: Disclosure,
) -> tuple[np.ndarray, np.ndarray]:
    """Where a percentage and where its base has to be withheld: the counts behind it, with those who are in no row, as a cross-classification."""
    what = table[answer].astype(str).to_numpy() if answer else np.full(len(table), "yes")
    cells = pd.DataFrame({"what": what, "place": _names(table, places), "n": np.round(percent * people / 100), "base": people}, index=table.index)
    used = cells[(cells["base"] > 0) & cells["n"].notna()]
    sums = used.groupby("place", sort=False).agg(n=("n", "sum"), base=("base", "first"))
    left = sums.assign(n=sums["base"] - sums["n"], what=_REST).reset_index()
    left = left[left["n"].gt(1.5) | (not answer)]
    together = pd.concat([used, left.assign(n=left["n"].clip(lower=0))[["what", "place", "n", "base"]]], ignore_index=True)
    gone, bases = _withheld(together, ["what", "place"], together["n"].to_numpy(float), together["base"].to_numpy(float), policy, zeros=policy.protect_complement)
    marks = pd.DataFrame({"gone": gone[:len(used)], "bases": bases[:len(used)]}, index=used.index).reindex(table.index, fill_value=False)
    return marks["gone"].to_numpy(bool), marks["bases"].to_numpy(bool)


def _withheld(
    table: pd.DataFrame, keys: Sequence[str], count: np.ndarray, base: np.ndarray | None, policy: Disclosure, *, zeros: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Which cells and which bases ``protect`` withholds, with the sums over each key in turn taken to be known."""
    cells = pd.DataFrame({f"key{place}": table[name].astype(str).to_numpy() for place, name in enumerate(keys)}, index=range(len(table)))
    gone, bases = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    for first in list(cells) if base is None else list(cells)[:1]:
        order = [first, *(name for name in cells if name != first)]
        counted = cells[order].assign(n=count, **({} if base is None else {"base": base}))
        found = protect(counted, policy.threshold, count="n", zeros=zeros, interval=policy.protection_interval)
        gone |= found["n"].isna().to_numpy()
        bases |= found["base"].isna().to_numpy() if base is not None else False
    if not len(cells.columns):
        gone |= count < policy.threshold
    return gone, bases


def _names(table: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """One text for each row from the columns that name its place."""
    if not keys:
        return np.full(len(table), "all", dtype=object)
    return table[list(keys)].astype(str).agg(" | ".join, axis=1).to_numpy(dtype=object)
