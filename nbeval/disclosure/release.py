"""The release as one object: the blocks that its cells fall into, in the order to protect them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.disclosure.cells import ASKED, AT_LEAST, BASE, EVERYBODY, PEOPLE, PLACE, ROUTE, SHARE, SQUARES, SUM, routed
from nbeval.disclosure.codings import Coding, coding
from nbeval.disclosure.relations import Block, Place, make_block
from nbeval.disclosure.same_people import came_or_went

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
    """The cells without the counts of those asked, where they contradict the answers.

    An answer to a routed question is kept where the earlier question was left blank: more were then asked than gave the
    answer that leads there.
    """
    routes = cells["kind"].isin([ASKED, AT_LEAST])
    known = _known_sets(cells, atoms) if routes.any() else {}
    for cell in cells[routes].itertuples():
        codes = atoms.sets[cell.what.partition(ROUTE)[0]]
        for answers, count in known.get((cell.authority, cell.group, cell.level), ()):
            too_many = cell.value > count + 0.5 and (answers >= codes).all()
            too_few = cell.kind == ASKED and cell.value < count - 0.5 and (answers <= codes).all()
            if too_many or too_few:
                return cells[~routes]
    return cells


def _known_sets(cells: pd.DataFrame, atoms: Coding) -> dict[Place, list[tuple[np.ndarray, float]]]:
    """By place: sets of answers and how many gave one of them, as far as bases and shares say."""
    everything = np.ones(len(atoms.codes), dtype=bool)
    bases = {tuple(place): value for *place, value in cells.loc[cells["kind"].eq(BASE), [*PLACE, "value"]].itertuples(index=False)}
    found = {place: [(everything, base)] for place, base in bases.items()}
    for *place, what, share in cells.loc[cells["kind"].eq(SHARE), [*PLACE, "what", "value"]].itertuples(index=False):
        mask, base = atoms.sets[what], bases.get(tuple(place), np.nan)
        found.setdefault(tuple(place), []).extend([(mask, share), (~mask, base - share)])
    return found


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
