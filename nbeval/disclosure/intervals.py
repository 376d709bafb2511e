"""The intervals that an attacker can derive: two linear programmes for each target.

Given what is known of a block (its cells that are shown, how its places add up, that no count is below zero), the smallest and the
largest value an expression can take. Every solution is a possible table, and so a witness for all other expressions at once; most
intervals are shown to be wide enough without a programme of their own. The system is made small first: what follows from one
equation is fixed, and what remains falls into parts that do not touch one another, each with programmes of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from nbeval.disclosure.cells import CellKind
from nbeval.disclosure.relations import Block
from nbeval.errors import FrameError

_TOLERANCE = 1e-7
#: up to this many unknowns a programme is solved sooner than it is simplified
SMALL = 600


@dataclass(eq=False)
class Reduced:
    """What is left of a system when everything that follows at once has been taken out.

    ``offset`` has the values of the fixed unknowns (0 for the free ones), ``free`` which are free.
    """

    offset: np.ndarray
    free: np.ndarray
    equal: sparse.csr_matrix
    right: np.ndarray
    below: sparse.csr_matrix
    most: np.ndarray
    part: np.ndarray                     # number of the part of each free unknown
    limit: float                         # more people than there can be
    points: dict[int, np.ndarray] = field(default_factory=dict)
    systems: dict[int, tuple] = field(default_factory=dict)

    def smallest(self, direction: np.ndarray) -> np.ndarray | None:
        """A point at which ``direction @ x`` is smallest, over the free unknowns; None if there is no point.

        Parts that the direction does not touch keep the last point found in them; where there was
        none yet the point is missing.
        """
        point = np.full(len(direction), np.nan)
        touched = set(self.part[direction != 0].tolist())
        for number in touched | set(self.points):
            inside, *system = self._system(number)
            if number in touched:
                found = linprog(direction[inside], *system, bounds=(0, self.limit), method="highs", options={"presolve": len(inside) > SMALL})
                if found.status != 0:
                    return None
                self.points[number] = found.x
            point[inside] = self.points[number]
        return point

    def _system(self, number: int) -> tuple:
        """The unknowns and the rows of one part."""
        if number not in self.systems:
            inside = np.flatnonzero(self.part == number)
            below, most = _rows_of(self.below[:, inside], self.most)
            equal, right = _rows_of(self.equal[:, inside], self.right)
            self.systems[number] = (inside, below, most, equal, right)
        return self.systems[number]


def reduce_system(
    equal: sparse.csr_matrix, right: np.ndarray, below: sparse.csr_matrix, most: np.ndarray,
) -> Reduced:
    """Take out of ``equal @ x = right``, ``below @ x <= most``, ``x >= 0`` the unknowns that follow at once."""
    entries = equal.tocoo()
    offset, free = np.zeros(equal.shape[1]), np.ones(equal.shape[1], dtype=bool)
    while _fix(entries, right, offset, free):
        pass
    kept_equal, kept_below = equal[:, free], below[:, free]
    links = sparse.vstack([kept_equal, kept_below]).astype(bool).astype(np.int8)
    touching = (links.T.astype(np.int32) @ links.astype(np.int32)) if links.shape[0] else sparse.eye(free.sum())
    part = connected_components(touching, directed=False)[1] if free.any() else np.empty(0, dtype=int)
    return Reduced(
        offset, free, kept_equal.tocsr(), right - equal @ offset, kept_below.tocsr(), most - below @ offset, part,
        limit=far_beyond(right),
    )


def far_beyond(values: np.ndarray) -> float:
    """A number of people that no place can have."""
    return 10 * float(np.max(np.abs(values), initial=0.0)) + 1000


def _fix(entries: sparse.coo_matrix, right: np.ndarray, offset: np.ndarray, free: np.ndarray) -> bool:
    """Fix in place what one pass over the rows shows; say whether there was anything."""
    active = free[entries.col]
    row, column, value = entries.row[active], entries.col[active], entries.data[active]
    size = len(right)
    count = np.bincount(row, minlength=size)
    negative = np.bincount(row, weights=value < 0, minlength=size)
    done = entries.data[~active] * offset[entries.col[~active]]
    rest = right - np.bincount(entries.row[~active], weights=done, minlength=size)
    single = (count == 1)[row]
    offset[column[single]] = np.maximum(rest[row[single]] / value[single], 0.0)
    zero = ((negative == 0) & (rest <= _TOLERANCE)) | ((negative == count) & (rest >= -_TOLERANCE))
    empty = (zero & (count > 1))[row]
    free[column[single]] = False
    free[column[empty]] = False
    return bool(single.any() or empty.any())


def _rows_of(matrix: sparse.csr_matrix, bound: np.ndarray) -> tuple:
    """The rows of a matrix that say anything, and their bounds; nothing where none does."""
    rows = np.flatnonzero(np.diff(matrix.indptr))
    if not len(rows):
        return None, None
    return matrix[rows], bound[rows]


TOLERANCE = 1e-6
#: how often all that is still open is pulled apart together, before one by one
_TURNS = 3


@dataclass(frozen=True, eq=False)
class Targets:
    """Numbers an attacker would like to know.

    ``rows`` has one row per expression over the unknowns of a block; ``needed`` says how wide its
    interval must be, ``whole`` whether it can only be a whole number.
    """

    rows: np.ndarray
    needed: np.ndarray
    whole: np.ndarray

    def and_counts(self, rows: np.ndarray, needed: float) -> Targets:
        """These and some counts of people, each of which needs the same interval."""
        return Targets(
            np.vstack([self.rows, rows]), np.concatenate([self.needed, np.full(len(rows), float(needed))]),
            np.concatenate([self.whole, np.ones(len(rows), dtype=bool)]))


class Attacker:
    """Everything known of a block, as one system of equations and bounds; ``negative`` are further expressions that are not above 0."""

    def __init__(self, block: Block, known: np.ndarray, negative: np.ndarray | None = None) -> None:
        self.values = block.values
        bounds = block.kinds == CellKind.AT_LEAST
        low, high = _ends(block)
        near = known & ~bounds & (high > low)
        self.exact = np.flatnonzero(known & ~bounds & ~near)
        self.least = np.flatnonzero(known & bounds)
        self.equal = sparse.vstack([block.matrix[self.exact], block.equalities], format="csr")
        self.right = np.concatenate([low[self.exact], np.zeros(block.equalities.shape[0])])
        more = sparse.csr_matrix((0, block.matrix.shape[1]) if negative is None else negative)
        self.below = sparse.vstack([-block.matrix[self.least], block.cap_rows, block.matrix[near], -block.matrix[near], more], format="csr")
        self.most = np.concatenate([-self.values[self.least], block.caps, high[near], -low[near], np.zeros(more.shape[0])])
        self.name = block.name

    def intervals(self, targets: Targets) -> tuple[np.ndarray, np.ndarray]:
        """The interval of each expression, exact where it is narrower than needed.

        Lowest and highest values; where they are at least ``needed`` apart the true interval may be wider still.
        """
        system = reduce_system(self.equal, self.right, self.below, self.most)
        fixed = targets.rows @ system.offset
        free = targets.rows[:, system.free]
        low, high = np.full(len(fixed), np.inf), np.full(len(fixed), -np.inf)
        loose = np.abs(free).sum(axis=1) > 0
        low[~loose] = high[~loose] = fixed[~loose]

        def narrow() -> np.ndarray:
            found = [width(*ends) for ends in zip(low, high, targets.whole, strict=True)]
            return np.flatnonzero(loose & (np.array(found) < targets.needed))

        for turn in range(_TURNS):
            left = narrow()
            for direction in _directions(free[left], turn) if len(left) > 2 else []:
                _stretch(low, high, fixed + _at(free, self._point(system, direction)))
        for number in narrow():
            for sign in (1.0, -1.0):
                if number in narrow():
                    _stretch(low, high, fixed + _at(free, self._point(system, sign * free[number])))
        return low, high

    def leverage(self, row: np.ndarray) -> np.ndarray:
        """How much wider the interval of an expression could become for want of each cell.

        The dual value of a shown cell, in the two programmes, times the room that the cell's
        value has to rise or fall: the cuts of Fischetti and Salazar-Gonzalez (JASA 2000).
        """
        gain = np.zeros(len(self.values))
        largest = np.nanmax(self.values, initial=1.0)
        value = self.values[self.exact]
        for sign in (1.0, -1.0):
            found = linprog(
                sign * row, A_ub=self.below, b_ub=self.most, A_eq=self.equal, b_eq=self.right,
                bounds=(0, far_beyond(self.right)), method="highs",
                options={"presolve": len(row) > SMALL})
            if found.status != 0:
                raise contradiction(self.name)
            dual = found.eqlin.marginals[: len(self.exact)]
            gain[self.exact] += np.maximum(-dual * (largest - value), dual * value)
            gain[self.least] += -found.ineqlin.marginals[: len(self.least)] * self.values[self.least]
        return np.where(gain > TOLERANCE, gain, 0.0)

    def _point(self, system: Reduced, direction: np.ndarray) -> np.ndarray:
        """A possible table at which the expression is smallest."""
        point = system.smallest(direction)
        if point is None:
            raise contradiction(self.name)
        return point


def _ends(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest value of each cell; of whole answers a sum is a whole number."""
    low, high = block.values - block.off, block.values + block.off
    codes = block.coding.codes
    if np.isfinite(codes).all() and (codes == np.round(codes)).all() and block.coding.exact:
        low, high = np.where(block.off > 0, [np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)], [low, high])
    return low, high


def width(low: float, high: float, whole: bool) -> float:
    """The width of an interval; of a count, between the whole numbers in it."""
    if not whole or not np.isfinite(high - low):
        return high - low
    return np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE)


def contradiction(name: tuple[str, str, str]) -> FrameError:
    """The error about counts that no table of people can have."""
    return FrameError(
        "counts of the results contradict one another.", found=", ".join(part for part in name if part),
        allowed="parts that add up to their totals, in every row that shows them",
        do="this is a fault of the stage that made the results; report it with the lines above.",
    )


def _directions(free: np.ndarray, turn: int) -> list[np.ndarray]:
    """Two opposite directions that pull many expressions apart at once; other ones at every turn."""
    size = np.abs(free).sum(axis=1, keepdims=True)
    signs = np.where((np.arange(len(free)) >> turn) % 2, 1.0, -1.0)
    together = signs @ (free / size)
    return [together, -together]


def _at(free: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The values of expressions at a possible table; missing where the table is not known so far."""
    unknown = np.isnan(point)
    values = free[:, ~unknown] @ point[~unknown]
    return np.where(free[:, unknown].any(axis=1), np.nan, values)


def _stretch(low: np.ndarray, high: np.ndarray, found: np.ndarray) -> None:
    """Take a possible table's values into the intervals, where it has any."""
    np.fmin(low, found, out=low)
    np.fmax(high, found, out=high)
