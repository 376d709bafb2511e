"""Rank tests, held to R (reference script ranks.R: wilcox.test, coin::wilcox_test, coin::wilcoxsign_test, pROC::roc)."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from nbeval.estimate.means import paired_changes
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.ranks import EXACT_UNDER, MOST_ANSWERS, exact_rank_sum, rank_biserial, signed_rank, signed_ranks
from tests.estimate.reference import NUMBERS, expected_rows, meets, near
from tests.estimate.samples import compared, pairs, two_samples

# --- two samples ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("ranks", methods=["exact"], quantities=["mann_whitney"]))
def test_the_exact_rank_sum_test_is_that_of_r(row):
    final, baseline = two_samples(row.case)
    known = final.size and baseline.size and np.ptp([*final, *baseline])
    meets(row, Outcome(p_value=exact_rank_sum(final, baseline)) if known else Outcome(warning=compared(final, baseline)["warning"]))


LARGE = expected_rows(
    "ranks", methods=["asymptotic"], quantities=["mann_whitney"], where=lambda row: min(map(len, two_samples(row.case))) >= EXACT_UNDER)


@pytest.mark.parametrize("row", LARGE)
def test_the_rank_sum_test_of_samples_that_are_not_small_is_that_of_r(row):
    found = compared(*two_samples(row.case))
    meets(row, Outcome(statistic=found["statistic"], p_value=found["p_value"], warning="" if np.isfinite(found["p_value"]) else found["warning"]))


@pytest.mark.parametrize("first, second", [
    ([1, 1, 2, 5], [1, 1, 1, 2, 2]), ([0, 10], [0, 0, 0, 10, 10, 7]), ([3, 4, 5], [1, 2]), ([1], [1, 1, 2])])
def test_exact_p_counts_every_division_of_the_answers(first, second):
    ranks = stats.rankdata(first + second)
    middle = ranks.mean() * len(first)
    sums = np.array([sum(chosen) for chosen in combinations(ranks, len(first))])
    seen = abs(ranks[: len(first)].sum() - middle)
    assert exact_rank_sum(first, second) == pytest.approx(
        np.mean(np.abs(sums - middle) >= seen - 1e-9))


def test_changing_places_keeps_the_exact_p():
    assert exact_rank_sum([1, 3, 4, 4], [2, 2, 5]) == pytest.approx(exact_rank_sum([2, 2, 5], [1, 3, 4, 4]))


def test_without_ties_exact_p_is_that_of_scipy_at_the_largest_size():
    numbers = np.random.default_rng(3).normal(size=MOST_ANSWERS)
    found = exact_rank_sum(numbers[:90], numbers[90:])
    assert found == pytest.approx(stats.mannwhitneyu(numbers[:90], numbers[90:], method="exact").pvalue, rel=1e-9)


@pytest.mark.parametrize("row", expected_rows("ranks", methods=["delong_logit"], quantities=["probability_of_superiority"]))
def test_probability_of_superiority_is_that_of_r(row):
    given = compared(*two_samples(row.case))
    found = Outcome(**{name: given[name] for name in NUMBERS if name in given and name not in ("statistic", "p_value")}, warning=given["warning"])
    meets(row, found)
    if row.note.startswith("no interval"):
        assert np.isnan(found.conf_low) and found.warning


@pytest.mark.parametrize("row", expected_rows("ranks", methods=["count of pairs"]))
def test_it_is_the_share_of_all_pairs(row):
    final, baseline = two_samples(row.case)
    assert near(compared(final, baseline)["estimate"] * final.size * baseline.size, row.estimate, row)


@pytest.mark.parametrize("row", expected_rows(
    "ranks", quantities=["n_baseline", "n_final", "median_baseline", "median_final"]))
def test_samples_are_read_as_r_read_them(row):
    measure, wave = row.quantity.split("_")
    answers = dict(zip(("final", "baseline"), two_samples(row.case), strict=True))[wave]
    assert {"n": np.size, "median": np.median}[measure](answers) == row.estimate


# --- pairs ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("ranks", methods=["wilcoxon_exact"], quantities=["signed_rank"]))
def test_signed_rank_test_is_that_of_r(row):
    meets(row, signed_rank(*pairs(row.case)))


@pytest.mark.parametrize("row", expected_rows("ranks", quantities=["v_positive"], methods=["wilcoxon"]))
def test_ranks_of_rises_are_those_of_r(row):
    ranks, _ = signed_ranks(*pairs(row.case))
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
    ranks, _ = signed_ranks(change, np.zeros(len(change)))
    sums = [abs(np.dot(signs, np.abs(ranks))) for signs in product([-1, 1], repeat=ranks.size)]
    found = signed_rank(change, np.zeros(len(change))).p_value
    assert found == pytest.approx(np.mean(np.array(sums) >= abs(ranks.sum()) - 1e-9))


def test_beyond_five_hundred_pairs_the_test_is_asymptotic_and_says_so():
    change = np.random.default_rng(4).normal(0.05, 1, 600)
    found = signed_rank(change, np.zeros(600))
    assert found.method == "wilcoxon_asymptotic"
    assert found.p_value == pytest.approx(stats.wilcoxon(change, method="asymptotic").pvalue)


def test_six_pairs_that_all_rise_are_beyond_chance_and_five_are_not():
    assert signed_rank(np.arange(1, 7), np.zeros(6)).p_value == 2 / 2**6 < 0.05
    assert signed_rank(np.arange(1, 6), np.zeros(5)).p_value == 2 / 2**5 > 0.05
