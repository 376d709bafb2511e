"""What an intruder looks for: every withheld cell, and small groups that nobody printed."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import ASKED, AT_LEAST, BASE, MEMBERS, PEOPLE, SHARE, SQUARES, SUM
from nbeval.disclosure.intervals import Sought
from nbeval.disclosure.relations import Block

#: with more classes of answers than this, single classes and pairs of shares are looked for only
MOST_CLASSES = 6
COUNTS = (PEOPLE, BASE, SHARE, ASKED, MEMBERS)


def withheld_cells(block: Block, withheld: np.ndarray, policy: Disclosure) -> tuple[Sought, np.ndarray]:
    """The withheld cells of a block as numbers sought, and the cell that each belongs to.

    Notes
    -----
    A count must stay open over ``protection_interval``; a sum of answers over the difference that
    one person's answer can make, a sum of squares likewise. Where the base is withheld as well,
    those left over from a share are looked for too.
    """
    kinds = block.kinds
    cells = np.flatnonzero(withheld & (kinds != AT_LEAST))
    span = np.ptp(block.coding.codes) if block.atoms > 1 and np.isfinite(block.coding.codes).all() else 1.0
    wide = {SUM: span, SQUARES: span ** 2}
    needed = [wide.get(kinds[cell], policy.protection_interval) for cell in cells]
    rows = [block.matrix[cells].toarray()]
    left, owners = _left_over(block, cells, withheld)
    rows.append(left)
    needed += [policy.protection_interval] * len(owners)
    owners = np.concatenate([cells, np.array(owners, dtype=int)])
    return Sought(np.vstack(rows), np.array(needed, dtype=float), np.isin(kinds[owners], COUNTS)), owners


def small_groups(block: Block, policy: Disclosure) -> tuple[np.ndarray, np.ndarray]:
    """Groups that no row prints but that follow from rows: sets of answers within a place.

    Returns
    -------
    two arrays, one entry per place x set
        The expressions, and their values as far as the cells of the table give them.
    """
    combos = _implied_sets(block)
    if not combos:
        return np.empty((0, block.matrix.shape[1])), np.empty(0)
    at = {(*place, kind, what): value for place, kind, what, value in zip(
        block.cell_places, block.kinds, block.cells["what"], block.values, strict=True)}
    rows, found = [], []
    for number, place in enumerate(block.places):
        for mask, weights in combos:
            value = sum(
                weight * at.get((*place, *cell), np.nan) for cell, weight in weights.items() if abs(weight) > 1e-9)
            if not value >= policy.threshold:
                rows.append(block.over(number, mask.astype(float)))
                found.append(value)
    width = block.matrix.shape[1]
    return np.array(rows).reshape(len(rows), width), np.array(found)


def _left_over(block: Block, cells: np.ndarray, withheld: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Base less share, for withheld shares whose base is withheld too; and the cells they belong to."""
    kinds, places = block.kinds, block.cell_places
    base = {places[number]: number for number in np.flatnonzero((kinds == BASE) & withheld)}
    owners = [int(cell) for cell in cells if kinds[cell] == SHARE and places[cell] in base]
    wholes = [base[places[owner]] for owner in owners]
    return (block.matrix[wholes] - block.matrix[owners]).toarray(), owners


def _implied_sets(block: Block) -> list[tuple[np.ndarray, dict[tuple[str, str], float]]]:
    """Sets of answers whose count follows from the shares and the base of a place, with the weights that give it."""
    sets = block.coding.sets
    shown = {name for kind, name in zip(block.kinds, block.cells["what"], strict=True) if kind == SHARE}
    names = sorted(name for name in sets if name in shown)
    if not names:
        return []
    labels = [(BASE, ""), *((SHARE, name) for name in names)]
    given = np.array([np.ones(block.atoms), *(sets[name].astype(float) for name in names)])
    printed = {mask.tobytes() for mask in given.astype(bool)} | {(~mask).tobytes() for mask in given.astype(bool)}
    found = []
    for mask in _unions(block):
        if mask.tobytes() in printed:
            continue
        weights = np.linalg.lstsq(given.T, mask.astype(float), rcond=None)[0]
        if np.allclose(given.T @ weights, mask, atol=1e-8):
            found.append((mask, dict(zip(labels, weights, strict=True))))
    return found


def _unions(block: Block) -> list[np.ndarray]:
    """The unions of classes of answers; single classes only where there are many."""
    classes = np.unique(block.coding.classes)
    most = len(classes) - 1 if len(classes) <= MOST_CLASSES else 1
    return [
        np.isin(block.coding.classes, chosen) for size in range(1, most + 1) for chosen in combinations(classes, size)
    ]
