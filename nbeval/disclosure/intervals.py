"""The intervals that an intruder can derive: two linear programmes for each number sought.

Given what is known of a block (its cells that are shown, how its places add up, that nobody can
be counted less than nought times), the smallest and the largest value an expression can take. Every
solution is a possible table, and so a witness for all other expressions at once; most intervals
are shown to be wide enough without a programme of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from nbeval.disclosure.cells import AT_LEAST
from nbeval.disclosure.reduction import SMALL, Reduced, far_beyond, reduce_system
from nbeval.disclosure.relations import Block
from nbeval.errors import FrameError

TOLERANCE = 1e-6
#: how often all that is still open is pulled apart together, before one by one
_TURNS = 3


@dataclass(frozen=True, eq=False)
class Sought:
    """Numbers an intruder would like to know.

    ``rows`` has one row per expression over the unknowns of a block; ``needed`` says how wide its
    interval must be, ``whole`` whether it can only be a whole number.
    """

    rows: np.ndarray
    needed: np.ndarray
    whole: np.ndarray


class Intruder:
    """Everything known of a block, as one system of equations and bounds."""

    def __init__(self, block: Block, known: np.ndarray) -> None:
        self.values = block.values
        bounds = block.kinds == AT_LEAST
        self.exact = np.flatnonzero(known & ~bounds)
        self.least = np.flatnonzero(known & bounds)
        self.equal = sparse.vstack([block.matrix[self.exact], block.equalities], format="csr")
        self.right = np.concatenate([self.values[self.exact], np.zeros(block.equalities.shape[0])])
        self.below = sparse.vstack([-block.matrix[self.least], block.cap_rows], format="csr")
        self.most = np.concatenate([-self.values[self.least], block.caps])
        self.name = block.name

    def intervals(self, sought: Sought) -> tuple[np.ndarray, np.ndarray]:
        """The interval of each expression, exact where it is narrower than needed.

        Returns
        -------
        two arrays, one entry per expression
            Its lowest and its highest value. Where they are at least ``needed`` apart the true
            interval may be wider still.
        """
        system = reduce_system(self.equal, self.right, self.below, self.most)
        fixed = sought.rows @ system.offset
        free = sought.rows[:, system.free]
        low, high = np.full(len(fixed), np.inf), np.full(len(fixed), -np.inf)
        loose = np.abs(free).sum(axis=1) > 0
        low[~loose] = high[~loose] = fixed[~loose]

        def narrow() -> np.ndarray:
            found = [width(*ends) for ends in zip(low, high, sought.whole, strict=True)]
            return np.flatnonzero(loose & (np.array(found) < sought.needed))

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

        Notes
        -----
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
