"""The rank-sum test, held to R (reference script ranks.R: wilcox.test, coin::wilcox_test)."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from nbeval.estimate.mann_whitney import EXACT_UP_TO, METHODS, mann_whitney
from tests.estimate.reference import expected_rows, meets
from tests.estimate.samples import two_samples


@pytest.mark.parametrize("row", expected_rows("ranks", methods=list(METHODS), quantities=["mann_whitney"]))
def test_rank_sum_test_is_that_of_r(row):
    meets(row, mann_whitney(*two_samples(row.case), method=row.method))


@pytest.mark.parametrize("first, second", [
    ([1, 1, 2, 5], [1, 1, 1, 2, 2]), ([0, 10], [0, 0, 0, 10, 10, 7]), ([3, 4, 5], [1, 2]), ([1], [1, 1, 2])])
def test_exact_p_counts_every_division_of_the_answers(first, second):
    ranks = stats.rankdata(first + second)
    middle = ranks.mean() * len(first)
    sums = np.array([sum(chosen) for chosen in combinations(ranks, len(first))])
    seen = abs(ranks[: len(first)].sum() - middle)
    assert mann_whitney(first, second, method="exact").p_value == pytest.approx(
        np.mean(np.abs(sums - middle) >= seen - 1e-9))


@pytest.mark.parametrize("method", METHODS)
def test_changing_places_keeps_p_and_turns_z(method):
    one, other = mann_whitney([1, 3, 4, 4], [2, 2, 5], method=method), mann_whitney([2, 2, 5], [1, 3, 4, 4], method=method)
    assert one.p_value == pytest.approx(other.p_value)
    assert np.isnan(one.statistic) or one.statistic == pytest.approx(-other.statistic)


def test_without_ties_exact_p_is_that_of_scipy_at_the_largest_size():
    numbers = np.random.default_rng(3).normal(size=EXACT_UP_TO)
    found = mann_whitney(numbers[:90], numbers[90:], method="exact").p_value
    assert found == pytest.approx(stats.mannwhitneyu(numbers[:90], numbers[90:], method="exact").pvalue, rel=1e-9)


def test_too_many_answers_to_count_are_refused():
    found = mann_whitney(np.arange(150), np.arange(150) + 1, method="exact")
    assert np.isnan(found.p_value) and str(EXACT_UP_TO) in found.warning
