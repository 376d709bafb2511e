"""A system made small before it is solved: what follows at once is fixed, what is apart is parted.

Most cells of a release are shown, and most unknowns follow from one equation: the only unknown of
a row has its value, unknowns that sum to nought are nought. What remains falls into parts that do not
touch one another, and each linear programme runs in its own part.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

_TOLERANCE = 1e-7
#: up to this many unknowns a programme is solved sooner than it is simplified
SMALL = 600


@dataclass(eq=False)
class Reduced:
    """What is left of a system when everything that follows at once has been taken out.

    ``offset`` holds the values of the fixed unknowns (0 for the free ones), ``free`` which are free.
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
    nought = ((negative == 0) & (rest <= _TOLERANCE)) | ((negative == count) & (rest >= -_TOLERANCE))
    empty = (nought & (count > 1))[row]
    free[column[single]] = False
    free[column[empty]] = False
    return bool(single.any() or empty.any())


def _rows_of(matrix: sparse.csr_matrix, bound: np.ndarray) -> tuple:
    """The rows of a matrix that say anything, and their bounds; nothing where none does."""
    rows = np.flatnonzero(np.diff(matrix.indptr))
    if not len(rows):
        return None, None
    return matrix[rows], bound[rows]
