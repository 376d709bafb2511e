"""Signed ranks, held to R (reference script ranks.R: coin::wilcoxsign_test, binom.test)."""

from itertools import product

import numpy as np
import pytest

from nbeval.estimate.signed_rank import METHODS, paired_changes, rank_biserial, signed_rank, signed_ranks
from tests.estimate.reference import expected_rows, meets, near
from tests.estimate.samples import pairs


@pytest.mark.parametrize("row", expected_rows("ranks", methods=list(METHODS), quantities=["signed_rank"]))
def test_signed_rank_test_is_that_of_r(row):
    meets(row, signed_rank(*pairs(row.case), method=row.method))


@pytest.mark.parametrize("row", expected_rows("ranks", quantities=["v_positive"]))
def test_ranks_of_rises_are_those_of_r(row):
    ranks = signed_ranks(paired_changes(*pairs(row.case)), zeros=row.method)
    assert near(ranks[ranks > 0].sum(), row.estimate, row)


@pytest.mark.parametrize("row", expected_rows("ranks", methods=["matched pairs, zeros left out"]))
def test_rank_biserial_is_that_of_r(row):
    meets(row, rank_biserial(*pairs(row.case)))


@pytest.mark.parametrize("row", expected_rows("ranks", quantities=["n_pairs", "n_zero"]))
def test_pairs_are_counted_as_r_counts_them(row):
    change = paired_changes(*pairs(row.case))
    assert {"n_pairs": change.size, "n_zero": int((change == 0).sum())}[row.quantity] == row.estimate


@pytest.mark.parametrize("change", [[1, -2, 0, 2, 3], [1, 1, 1, -1], [0.5, 0, 0, -3, 4, 4]])
def test_exact_p_counts_every_pattern_of_signs(change):
    ranks = np.abs(signed_ranks(np.array(change, float), zeros="pratt"))
    seen = abs(signed_ranks(np.array(change, float), zeros="pratt").sum())
    sums = [abs(np.dot(signs, ranks)) for signs in product([-1, 1], repeat=ranks.size)]
    found = signed_rank(change, np.zeros(len(change)), method="pratt_exact").p_value
    assert found == pytest.approx(np.mean(np.array(sums) >= seen - 1e-9))


def test_six_pairs_that_all_rise_are_beyond_chance_and_five_are_not():
    assert signed_rank(np.arange(1, 7), np.zeros(6)).p_value == 2 / 2**6 < 0.05
    assert signed_rank(np.arange(1, 6), np.zeros(5)).p_value == 2 / 2**5 > 0.05
