"""How the cells of one block hang together: linear combinations over people by place and answer.

A block is one item or scale at one wave (or the people themselves at one wave). Its unknowns are
the numbers of people in a place (the cohort, an authority, a group level) who gave an answer.
Places add up: authorities to the cohort, levels to the total, together with the people who gave
no answer to the grouping question. Everything an intruder knows of a block is a set of linear
equations and bounds over these unknowns (Fischetti and Salazar-Gonzalez, "Models and algorithms
for optimizing cell suppression in tabular data with linear constraints", JASA 95 (2000)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from nbeval.disclosure.cells import ASKED, AT_LEAST, BASE, MEMBERS, PEOPLE, PLACE, ROUTE, SHARE, SQUARES, SUM
from nbeval.disclosure.codings import Coding
from nbeval.disclosure.same_people import is_linked, parts_of_linked

Place = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Block:
    """One block: unknowns, how they add up, and the cells over them.

    A cell of kind ``AT_LEAST`` is a lower bound of its expression; every other one is its value.

    ``cells`` has one row per cell, in the order of the rows of ``matrix``; ``equalities`` sum to
    zero; ``caps`` bounds the people of a place (``cap_rows`` @ x <= ``caps``).
    """

    name: tuple[str, str, str]           # source, wave, block
    cells: pd.DataFrame
    matrix: sparse.csr_matrix
    equalities: sparse.csr_matrix
    cap_rows: sparse.csr_matrix
    caps: np.ndarray
    places: list[Place]
    coding: Coding

    @cached_property
    def kinds(self) -> np.ndarray:
        """The kind of each cell."""
        return self.cells["kind"].to_numpy(dtype=object)

    @cached_property
    def values(self) -> np.ndarray:
        """The value of each cell; missing where it is not known."""
        return self.cells["value"].to_numpy()

    @cached_property
    def cell_places(self) -> list[Place]:
        """The place of each cell."""
        return list(zip(*(self.cells[name].to_numpy(dtype=object) for name in PLACE), strict=True))

    @property
    def atoms(self) -> int:
        """Number of atoms in each place."""
        return len(self.coding.codes)

    def over(self, place: int, weights: np.ndarray) -> np.ndarray:
        """An expression over the atoms of one place, as a row over all unknowns."""
        row = np.zeros(self.matrix.shape[1])
        row[place * self.atoms:(place + 1) * self.atoms] = weights
        return row


def by_classes(block: Block) -> Block:
    """The block over classes of answers instead of single answers, with its sums left out.

    Whoever knows less can derive less, so what has to be withheld here has to be withheld there.
    """
    _, first = np.unique(block.coding.classes, return_index=True)
    atoms, count = block.atoms, block.matrix.shape[1] // block.atoms
    columns = (np.arange(count)[:, None] * atoms + first).ravel()
    rows = (np.arange(block.equalities.shape[0] // atoms)[:, None] * atoms + first).ravel()
    sums = block.cells["kind"].isin([SUM, SQUARES])
    coding = Coding(
        {name: mask[first] for name, mask in block.coding.sets.items()}, np.full(len(first), np.nan),
        block.coding.classes[first], False)
    return replace(
        block, cells=block.cells.assign(value=block.cells["value"].mask(sums)), matrix=block.matrix[:, columns],
        equalities=block.equalities[rows][:, columns], cap_rows=block.cap_rows[:, columns], coding=coding)


def make_block(
    name: tuple[str, str, str], cells: pd.DataFrame, coding: Coding, people: dict[Place, float],
    authorities: tuple[str, ...],
) -> Block:
    """Build the block of some cells.

    Parameters
    ----------
    cells : one row per cell of the block (``Cells.table``)
    coding : its atoms
    people : how many people each place has, where that is known to everybody
    authorities : the authorities of the cohort, with or without cells
    """
    cells = cells.reset_index(drop=True)
    places = list(dict.fromkeys(zip(*(cells[name].to_numpy(dtype=object) for name in PLACE), strict=True)))
    position = {place: number for number, place in enumerate(places)}
    sums = _additions(position, cells, authorities)
    hidden = [(parent, children) for parent, children, slack in sums if slack]
    count = len(places) + len(hidden)
    return Block(
        name, cells, _cell_rows(cells, position, coding, count),
        _equalities(sums, position, len(places), len(coding.codes), count),
        *_caps(places, hidden, people, len(coding.codes), count),
        places, coding,
    )


def _additions(position: dict[Place, int], cells: pd.DataFrame, authorities: tuple[str, ...]):
    """Which places add up to which, and whether somebody is left over: (parent, children, left over)."""
    values: dict[Place, dict[str, float]] = {place: {} for place in position}
    for authority, group, level, kind, what, value in _columns(cells):
        if value == value:
            values[authority, group, level][f"{kind} {what}"] = value
    found = []
    for parent in position:
        authority, group, _ = parent
        if authority == "":
            children = [place for place in position if place[0] != "" and place[1:] == parent[1:]]
            if children:
                everywhere = {place[0] for place in children} >= set(authorities)
                found.append((parent, children, not (everywhere and _adds_up(parent, children, values))))
        if group == "":
            for name in sorted({place[1] for place in position if place[0] == authority and place[1] != "" and not is_linked(place[1])}):
                found.append((parent, [place for place in position if place[:2] == (authority, name)], True))
    found += parts_of_linked(position)
    return [(parent, children, left) for parent, children, left in found if _fits(parent, children, values)]


def _adds_up(parent: Place, children: list[Place], values: dict[Place, dict[str, float]]) -> bool:
    """Whether the children are the whole of the parent, as far as the cells show."""
    full = [kind for kind in values[parent] if all(kind in values[child] for child in children)]
    return all(abs(sum(values[child][kind] for child in children) - values[parent][kind]) < 1e-6 for kind in full)


def _fits(parent: Place, children: list[Place], values: dict[Place, dict[str, float]]) -> bool:
    """Whether the children can be parts of the parent: levels that overlap are not."""
    return all(
        sum(values[child].get(kind, 0.0) for child in children) <= whole + 1e-6
        for kind, whole in values[parent].items() if not kind.startswith(MEMBERS)
    )


def _cell_rows(cells: pd.DataFrame, position: dict[Place, int], coding: Coding, count: int) -> sparse.csr_matrix:
    """One row per cell over the unknowns."""
    atoms = len(coding.codes)
    ones = np.ones(atoms)
    by_kind = {BASE: ones, PEOPLE: ones, SUM: coding.codes, SQUARES: coding.codes ** 2}
    matrix = np.zeros((len(cells), count * atoms))
    for number, (authority, group, level, kind, what, _) in enumerate(_columns(cells)):
        if kind == MEMBERS:
            inside = [place for place in position if place[0] == authority and place[1] == what]
            matrix[number, [position[place] * atoms for place in inside]] = 1.0
            continue
        start = position[authority, group, level] * atoms
        counted = kind in (SHARE, ASKED, AT_LEAST)
        matrix[number, start:start + atoms] = coding.sets[what.partition(ROUTE)[0]] if counted else by_kind[kind]
    return sparse.csr_matrix(matrix)


def _columns(cells: pd.DataFrame) -> Iterator[tuple]:
    """Authority, group, level, kind, what and value of each cell."""
    return zip(*(cells[name].to_numpy(dtype=object) for name in (*PLACE, "kind", "what", "value")), strict=True)


def _equalities(sums, position: dict[Place, int], first_hidden: int, atoms: int, count: int) -> sparse.csr_matrix:
    """Rows that say: the children, and those left over, are the parent; for every atom."""
    rows, columns, values = [], [], []
    hidden = first_hidden
    for number, (parent, children, left) in enumerate(sums):
        rows += [number] * (1 + len(children) + left)
        columns += [position[parent], *(position[child] for child in children), *([hidden] if left else [])]
        values += [-1.0, *[1.0] * (len(children) + left)]
        hidden += left
    by_place = sparse.csr_matrix((values, (rows, columns)), shape=(len(sums), count))
    return sparse.kron(by_place, sparse.identity(atoms), format="csr")


def _caps(places, hidden, people: dict[Place, float], atoms: int, count: int):
    """Rows and bounds that say: no more people answer in a place than there are."""
    caps = [people.get(place, np.nan) for place in places]
    for parent, children in hidden:
        caps.append(people.get(parent, np.nan) - sum(people.get(child, np.nan) for child in children))
    bounded = [number for number, cap in enumerate(caps) if cap >= 0]
    rows = np.repeat(np.arange(len(bounded)), atoms)
    columns = np.concatenate([np.arange(number * atoms, (number + 1) * atoms) for number in bounded] or [np.empty(0, int)])
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(bounded), count * atoms))
    return matrix, np.array([caps[number] for number in bounded])
