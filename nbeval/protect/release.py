"""The release as one object: the blocks that its cells fall into, in the order to protect them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.records import Cohort
from nbeval.protect.cells import ASKED, AT_LEAST, EVERYBODY, PEOPLE, PLACE, ROUTE, SHARE, SQUARES, SUM, routed
from nbeval.protect.codings import Coding, coding
from nbeval.protect.relations import Block, Place, make_block
from nbeval.protect.same_people import came_or_went

_ONE = Coding({}, np.full(1, np.nan), np.zeros(1, dtype=int), False)


def blocks(
    table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, hidden: np.ndarray | None = None,
) -> Iterator[Block]:
    """The blocks of a release: at each wave the people first, then questions before those routed from them.

    Parameters
    ----------
    table : one row per cell (``Cells.table``)
    hidden : which of the cells are withheld so far; it may grow between one block and the next
    """
    depth = _depths(dictionary)
    for (source, wave), at_wave in table.groupby(["source", "wave"], sort=True):
        parts = dict(list(at_wave.groupby("block", sort=True)))
        everybody = parts.get(EVERYBODY)
        people: dict[Place, float] | None = None
        for name in sorted(parts, key=lambda one: (one != EVERYBODY, depth.get(one, 0), one)):
            cells = parts[name]
            if name == EVERYBODY:
                yield make_block((source, wave, name), cells, _ONE, {}, cohort.authorities)
                continue
            if people is None:                           # the block of the people comes first
                people = _numbers_of_people(everybody, hidden)
            atoms = _coding_of(name, cells, dictionary)
            if not atoms.exact:
                cells = cells[cells["kind"].ne(SQUARES)]
            yield make_block((source, wave, name), _agreeing(cells, atoms), atoms, people, cohort.authorities)


def _coding_of(name: str, cells: pd.DataFrame, dictionary: Dictionary) -> Coding:
    """The atoms of the cells of a block."""
    shares = sorted(set(cells.loc[cells["kind"].eq(SHARE), "what"]))
    asked = sorted({what.partition(ROUTE)[0] for what in cells.loc[cells["kind"].isin([ASKED, AT_LEAST]), "what"]})
    return coding(name, shares, asked, bool(cells["kind"].isin([SUM, SQUARES]).any()), dictionary)


def _agreeing(cells: pd.DataFrame, atoms: Coding) -> pd.DataFrame:
    """The cells without the counts of those asked, where the routing was not kept and they contradict the answers."""
    routes = cells["kind"].isin([ASKED, AT_LEAST])
    if not routes.any():
        return cells
    values = {(*place, what): value for *place, what, value in cells.loc[
        cells["kind"].eq(SHARE), [*PLACE, "what", "value"]].itertuples(index=False)}
    same = {name: mask.tobytes() for name, mask in atoms.sets.items()}
    for cell in cells[routes].itertuples():
        codes = cell.what.partition(ROUTE)[0]
        for name, mask in same.items():
            count = values.get((cell.authority, cell.group, cell.level, name), np.nan)
            wrong = cell.value > count + 0.5 if cell.kind == AT_LEAST else abs(cell.value - count) > 0.5
            if name != codes and mask == same[codes] and wrong:
                return cells[~routes]
    return cells


def _numbers_of_people(cells: pd.DataFrame | None, hidden: np.ndarray | None) -> dict[Place, float]:
    """How many people each place is known to have; who left a question out at one wave is no pair of it, whoever else is."""
    if cells is None:
        return {}
    shown = True if hidden is None else ~hidden[cells["cell"]]
    known = cells[cells["kind"].eq(PEOPLE) & cells["value"].notna() & ~came_or_went(cells["level"]) & shown]
    return {tuple(row[:3]): row[3] for row in known[[*PLACE, "value"]].itertuples(index=False)}


def _depths(dictionary: Dictionary) -> dict[str, int]:
    """How many questions lead to each routed one."""
    routes = {block: parent for block, (parent, _) in routed(dictionary).items()}
    depths = {}
    for block in routes:
        depth, at = 0, block
        while at in routes and depth <= len(routes):
            depth, at = depth + 1, routes[at]
        depths[block] = depth
    return depths
