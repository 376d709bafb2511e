"""Controlled rounding: every count a multiple of a base, next to its value, and parts that still add up to their totals.

The alternative to suppression, where a policy declares it. Each count becomes one of the two multiples of the base around it, and stays
where it is a multiple (zero-restricted rounding: Cox, JASA 82 (1987), 520-524; Salazar-Gonzalez, Math. Program. 105 (2006), 583-603).
Which of the two is drawn by lot, upwards the more often the nearer; an integer programme follows the lots as far as the sums allow. In
some tables no such rounding exists (Causey, Cox and Ernst, JASA 80 (1985), 903-909): then counts may go to the next multiple but one, and
so on. The lots come from a secret key and the name of the cell: no reader can draw them again, and whoever rounds the same count of the
same cell twice gets the same number.

What it gives: a count that shows as r lies within less than one base of r. That many more people of any one kind would leave every
number as it is, so no reader, whatever else is rounded beside it, can narrow a count to fewer than ``base`` values. Where one count that
did not change was rounded differently by two releases, base - 1 values are left (those between two multiples): no number of releases
narrows it further.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

#: what was published before is kept before any lot is followed
_HELD = 4.0
#: so many nodes, at most, are searched for the best rounding of a part; the count of nodes does not depend on the machine, a time would
_NODES = 2000
#: a part with more counts takes the first rounding that is at most so much worse than the best
_MANY, _NEAR = 400, 0.02
_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Rounded:
    """Rounded counts (missing where the count is), and by cell: how many bases the value is less than away."""

    values: np.ndarray
    within: np.ndarray


def least_base(protection_interval: int) -> int:
    """The smallest base that keeps a count open over an interval, whatever later releases round: between two multiples of the base there
    are base - 1 values, and the interval from the lowest to the highest of them is base - 2 wide."""
    return protection_interval + 2


def lots(key: bytes, names: Sequence[str]) -> np.ndarray:
    """A number from 0 to 1 for each name: the same for the same key and name, and not to be guessed without the key."""
    return np.array([int.from_bytes(hmac.new(key, name.encode(), sha256).digest()[:6], "big") / 2.0 ** 48 for name in names])


def controlled(
    values: np.ndarray, matrix: sparse.csr_matrix, equalities: sparse.csr_matrix, base: int, drawn: np.ndarray, *,
    before: np.ndarray | None = None, most: np.ndarray | None = None,
) -> Rounded:
    """Round counts so that they stay sums of the same unknowns.

    The counts are ``matrix @ x`` of unknowns ``x`` at or above zero with ``equalities @ x`` = 0. ``drawn`` are the lots; ``before`` what was
    published of a count (kept where it may be), ``most`` what a rounded count may not be above (kept where it can be).
    """
    count = len(values)
    if not count:
        return Rounded(values, np.ones(0))
    before = np.full(count, np.nan) if before is None else before
    most = np.full(count, np.inf) if most is None else np.where(np.isnan(most), np.inf, most)
    rounded, within = np.full(count, np.nan), np.ones(count)
    for rows, columns in _parts(matrix, equalities):
        inside, sums = matrix[rows][:, columns], equalities[:, columns]
        sums = sums[np.flatnonzero(np.diff(sums.indptr))]
        of_part = [one[rows] for one in (values, drawn, before)]
        for step in range(1, 1 + int(np.nanmax(values, initial=0)) // base + 2):
            found = _round(*of_part, inside, sums, base, step, most[rows])
            found = _round(*of_part, inside, sums, base, step, np.full(len(rows), np.inf)) if found is None else found
            if found is not None:
                rounded[rows], within[rows] = found, step
                break
    return Rounded(np.where(np.isnan(values), np.nan, rounded), within)


def _parts(matrix: sparse.csr_matrix, equalities: sparse.csr_matrix) -> list[tuple[np.ndarray, np.ndarray]]:
    """The counts and the unknowns of each part of the system that touches no other."""
    links = sparse.vstack([matrix, equalities]).tocsr().astype(bool).astype(np.int8)
    rows, columns = links.shape
    both = sparse.bmat([[None, links], [links.T, None]]) if links.nnz else sparse.csr_matrix((rows + columns,) * 2)
    part = connected_components(both, directed=False)[1]
    of_cell, of_unknown = _places(part[:matrix.shape[0]]), _places(part[rows:])
    return [(cells, of_unknown.get(one, np.empty(0, dtype=int))) for one, cells in of_cell.items()]


def _places(numbers: np.ndarray) -> dict[int, np.ndarray]:
    """Where each number stands."""
    order = np.argsort(numbers, kind="stable")
    found, first = np.unique(numbers[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, first[1:]), strict=True))


def _round(
    values: np.ndarray, drawn: np.ndarray, before: np.ndarray, matrix: sparse.csr_matrix, sums: sparse.csr_matrix, base: int, step: int,
    most: np.ndarray,
) -> np.ndarray | None:
    """One part, every count less than ``step`` bases from its value; None where there is no such rounding.

    A count is its lowest multiple and some steps of 0 or 1 base above it. The distance from what was drawn is convex, so the steps are
    taken in their order.
    """
    known = np.flatnonzero(~np.isnan(values))
    values, drawn, before, most = values[known], drawn[known], before[known], most[known]
    low = np.maximum(np.ceil((values - step * base + 1) / base - _TOLERANCE), 0.0)
    high = np.minimum(np.floor((values + step * base - 1) / base + _TOLERANCE), np.floor(most / base))
    if (low > high).any():
        return None
    steps = (high - low).astype(int)
    owner = np.repeat(np.arange(len(known)), steps)
    place = low[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps)

    def cost(multiple: np.ndarray) -> np.ndarray:
        held = np.nan_to_num(_HELD * np.abs(multiple - before[owner] / base))
        return np.abs(multiple - (values[owner] / base + 0.5 - drawn[owner])) + held

    unknowns, taken = matrix.shape[1], len(owner)
    picks = sparse.csr_matrix((np.full(taken, -1.0), (owner, np.arange(taken))), shape=(len(known), taken))
    system = sparse.bmat([[matrix[known], picks], [sums, sparse.csr_matrix((sums.shape[0], taken))]], format="csr")
    right = np.concatenate([low, np.zeros(sums.shape[0])])
    found = milp(
        np.concatenate([np.zeros(unknowns), cost(place + 1) - cost(place)]), integrality=np.repeat([0, 1], [unknowns, taken]),
        bounds=Bounds(np.zeros(unknowns + taken), np.repeat([np.inf, 1.0], [unknowns, taken])),
        constraints=LinearConstraint(system, right, right),
        options={"mip_rel_gap": 0.0 if len(known) <= _MANY else _NEAR, "node_limit": _NODES})
    if found.x is None:
        return None
    rounded = np.full(matrix.shape[0], np.nan)
    rounded[known] = base * (low + np.bincount(owner, np.round(found.x[unknowns:]), len(known)))
    return rounded


def cross_classification(keys: pd.DataFrame) -> tuple[sparse.csr_matrix, list[str]]:
    """The cells of a table and, after them, its margins: the sums over every set of keys. One row per count, over the cells, and its name."""
    cells, rows, names = np.arange(len(keys)), [], []
    for chosen in reversed(range(2 ** keys.shape[1])):
        kept = [name for place, name in enumerate(keys) if chosen >> place & 1]
        label = keys[kept].agg(" | ".join, axis=1) if kept else pd.Series("", keys.index)
        number, labels = pd.factorize(label) if chosen < 2 ** keys.shape[1] - 1 else (cells, label)
        rows.append(sparse.csr_matrix((np.ones(len(cells)), (number, cells)), shape=(len(labels), len(cells))))
        names += [f"{' x '.join(kept)}: {one}" for one in labels]
    return sparse.vstack(rows, format="csr"), names
