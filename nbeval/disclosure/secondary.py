"""Secondary suppression: which further cells have to go, so that none can be worked out.

The fewest and least important cells, by an integer programme: one 0/1 variable per cell of a block,
and an inequality for every way found in which too much could be derived. Solve, attack, add what
the attack found, solve again (Fischetti and Salazar-Gonzalez, JASA 95 (2000), 916-928). In very
large blocks the inequalities are covered greedily, never to be reopened: more cells may go than need to,
and the attack that ends the search is the same. The audit says which of the two a block was.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.attack import small_groups, withheld_cells
from nbeval.disclosure.cells import PLACE, CellKind
from nbeval.disclosure.intervals import TOLERANCE, Attacker, width
from nbeval.disclosure.relations import Block, by_classes
from nbeval.errors import DisclosureError

#: a block with more cells, or one that took more rounds, is covered greedily
MOST_CELLS = 1500
MOST_ROUNDS = 200
#: so much dearer, at most, is one cell than another of the same loss: of two best patterns the same is always taken
_TIE = 1e-3

#: which cells of a place go with others of it
_RESTS_ON = {CellKind.SHARE: (CellKind.BASE,), CellKind.SUM: (CellKind.BASE,), CellKind.SQUARES: (CellKind.BASE, CellKind.SUM)}
#: so many ties, at most, lead from one cell to another: base, sum, squares, and those of the other half
_CHAIN = 4


class Unprotected(DisclosureError):
    """A cell of ``block`` that nothing which could still be withheld protects."""

    def __init__(self, block: Block, what: str) -> None:
        super().__init__(
            "a withheld number can be worked out, and nothing that could still be withheld prevents it.",
            found=f"{', '.join(part for part in block.name if part)}: {what}",
            do="leave out the exhibits that meet here, or withdraw what was published before.",
        )
        self.block = block.name


@dataclass(frozen=True, eq=False)
class Chosen:
    """Which cells of a block are withheld, and whether fewer would have been too few for certain."""

    withheld: np.ndarray
    exact: bool


@dataclass(eq=False)
class Cuts:
    """Inequalities over the cells: ``gains @ withheld >= needs``, or times withheld[owner] where there is one."""

    gains: list[np.ndarray] = field(default_factory=list)
    needs: list[float] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)

    def add(self, others: Cuts) -> None:
        """Keep further inequalities."""
        self.gains += others.gains
        self.needs += others.needs
        self.owners += others.owners


def choose_cells(
    block: Block, must: np.ndarray, out: np.ndarray, weights: np.ndarray, policy: Disclosure,
) -> Chosen:
    """Choose the cells of a block to withhold.

    ``must`` are withheld whatever happens, ``out`` are known from earlier reports, ``weights`` say what each cell would be a loss of.
    Raises ``Unprotected`` where what was published before leaves no way to protect a cell.
    """
    ties = _ties(block)
    withheld, cuts = _with_ties(must, ties), Cuts()
    exact = len(must) <= MOST_CELLS
    for view in [by_classes(block), block] if (block.kinds == CellKind.SUM).any() else [block]:
        rows, values = small_groups(view, policy)
        small = rows[(values >= 1) & (values < policy.threshold)]
        for turn in range(5 * MOST_ROUNDS):
            fresh = _find_cuts(view, withheld, out, small, policy)
            if not fresh.gains:
                break
            exact = exact and turn < MOST_ROUNDS
            if exact:
                cuts.add(fresh)
                found = _cheapest(cuts, ties, must, out & ~_with_ties(must, ties), weights)
                if found is None:
                    raise Unprotected(block, "what was published before leaves no way")
                withheld = found
            else:
                withheld = _with_ties(_cover(fresh, withheld, weights), ties)
        else:
            raise Unprotected(block, "the search did not end")
    return Chosen(withheld, exact)


def _find_cuts(block: Block, withheld: np.ndarray, out: np.ndarray, small: np.ndarray, policy: Disclosure) -> Cuts:
    """Attack, and say for everything that was found what would have stood in the way."""
    given = ~np.isnan(block.values)
    known = (~withheld | out) & given
    targets, owners = withheld_cells(block, withheld & ~out & given, policy)
    targets = targets.and_counts(small, policy.protection_interval)
    owners = np.concatenate([owners, np.full(len(small), -1)])
    if not len(owners):
        return Cuts()
    attacker, cuts, seen = Attacker(block, known), Cuts(), set()
    low, high = attacker.intervals(targets)
    for number, owner in enumerate(owners):
        if width(low[number], high[number], targets.whole[number]) >= targets.needed[number] - TOLERANCE:
            continue
        gain = np.where(out, 0.0, attacker.leverage(targets.rows[number]))
        need = targets.needed[number] - (high[number] - low[number])
        if need <= TOLERANCE:                     # wide enough but for whole numbers: any cell more may do
            gain, need = (gain > 0).astype(float), 1.0
        if gain.sum() < need - TOLERANCE:
            raise Unprotected(block, ", ".join(block.cells.loc[owner, ["what", *PLACE]]) if owner >= 0 else "a small group")
        signature = (np.round(np.minimum(gain, need) / need, 6).tobytes(), owner if owner >= 0 else -1)
        if signature not in seen:
            seen.add(signature)
            cuts.gains.append(np.minimum(gain / need, 1.0))
            cuts.needs.append(1.0)
            cuts.owners.append(int(owner))
    return cuts


def _cheapest(cuts: Cuts, ties: np.ndarray, must: np.ndarray, out: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
    """The least costly cells that satisfy every inequality; None where none do."""
    count = len(weights)
    gains = sparse.lil_matrix(np.array(cuts.gains))
    least = np.array(cuts.needs)
    for number, owner in enumerate(cuts.owners):
        if owner >= 0 and not must[owner]:
            gains[number, owner] -= least[number]
            least[number] = 0.0
    linked = sparse.coo_matrix(
        (np.tile([1.0, -1.0], len(ties)), (np.repeat(np.arange(len(ties)), 2), ties[:, ::-1].ravel())),
        shape=(len(ties), count))
    found = milp(
        _distinct(weights), integrality=np.ones(count), bounds=Bounds(must.astype(float), np.where(out, 0.0, 1.0)),
        constraints=LinearConstraint(sparse.vstack([gains, linked]).tocsr(), np.concatenate([least - TOLERANCE, np.zeros(len(ties))])),
        options={"mip_rel_gap": 0.0},
    )
    return None if found.x is None else found.x > 0.5


def _distinct(weights: np.ndarray) -> np.ndarray:
    """Weights of which no two sets of cells have the same sum, large enough for the solver to see it."""
    golden = np.arange(1, len(weights) + 1) * (np.sqrt(5) - 1) / 2 % 1
    return 1000 * (weights + _TIE * golden)


def _cover(cuts: Cuts, withheld: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Add cells, best value first, until every inequality holds."""
    chosen = withheld.copy()
    for gain, need in zip(cuts.gains, cuts.needs, strict=True):
        have = gain[chosen].sum()
        for cell in np.argsort(-gain / weights, kind="stable"):
            if have >= need - TOLERANCE:
                break
            if not chosen[cell] and gain[cell] > 0:
                chosen[cell] = True
                have += gain[cell]
    return chosen


def _ties(block: Block) -> np.ndarray:
    """Pairs of cells (first, second) where the second goes if the first goes.

    Nothing is shown on a withheld base.
    """
    first_of: dict[tuple, int] = {}
    places, kinds = block.cell_places, block.kinds
    for number, kind in enumerate(kinds):
        if kind in (CellKind.BASE, CellKind.SUM):
            first_of[(*places[number], kind)] = number
    pairs = []
    for number, kind in enumerate(kinds):
        for before in _RESTS_ON.get(kind, ()):
            if (*places[number], before) in first_of:
                pairs.append((first_of[(*places[number], before)], number))
    return np.array(pairs, dtype=int).reshape(len(pairs), 2)


def _with_ties(withheld: np.ndarray, ties: np.ndarray) -> np.ndarray:
    """The withheld cells and all that go with them."""
    closed = withheld.copy()
    for _ in range(_CHAIN):
        closed[ties[closed[ties[:, 0]], 1]] = True
    return closed
