"""Intervals: closed cases, and more suppression never makes one narrower."""

from __future__ import annotations

import numpy as np

from nbeval.disclosure.intervals import Attacker, Targets
from tests.disclosure.test_secondary import ACTIVITY_REGION, block_of, by_hand


def widths(known: np.ndarray) -> np.ndarray:
    """The exact width of the interval of every cell of the textbook table."""
    block, full = block_of(ACTIVITY_REGION)
    rows = block.matrix.toarray()
    sought = Targets(rows, np.full(len(rows), np.inf), np.zeros(len(rows), dtype=bool))
    low, high = Attacker(block, known.ravel()).intervals(sought)
    return (high - low).reshape(full.shape)


def test_they_are_those_of_another_formulation():
    rng = np.random.default_rng(8)
    for _ in range(5):
        hidden = rng.random((3, 3)) < 0.6
        known = np.ones((4, 4), dtype=bool)
        known[:-1, :-1] = ~hidden
        np.testing.assert_allclose(widths(known)[:-1, :-1], by_hand(ACTIVITY_REGION, hidden), atol=1e-6)


def test_more_suppression_never_makes_one_narrower():
    rng = np.random.default_rng(9)
    for _ in range(5):
        known = rng.random((4, 4)) < 0.7
        less = known & (rng.random((4, 4)) < 0.8)
        assert (widths(less) >= widths(known) - 1e-6).all()


def test_dual_values_find_the_cells_that_give_another_away():
    block, full = block_of(ACTIVITY_REGION)
    known = np.ones(full.shape, dtype=bool)
    known[1, 2] = False
    pull = Attacker(block, known.ravel()).leverage(block.matrix[6].toarray()[0]).reshape(full.shape)
    assert pull[1, 2] == 0
    assert (pull > 0).sum() >= 1


def test_a_part_that_was_never_solved_is_no_witness():
    """Two questions of separate places: what is open in one says nothing of the other."""
    block, full = block_of(ACTIVITY_REGION)
    known = np.ones(full.shape, dtype=bool)
    known[0, :2] = known[1, :2] = False
    rows = block.matrix.toarray()
    rows = np.vstack([rows[2], rows[0], rows[1], rows[4], rows[5]])
    low, high = Attacker(block, known.ravel()).intervals(Targets(rows, np.full(5, 20.0), np.ones(5, dtype=bool)))
    assert (high - low).tolist()[0] == 0
    assert (low >= 0).all()
