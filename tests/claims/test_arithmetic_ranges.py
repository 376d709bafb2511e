"""Comparisons over all that rounding allows: decided, not decided, and against trying every pair of counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nbeval.claims.arithmetic import (
    Counts,
    Run,
    compare_printed,
    compare_with_fixed,
    counts_behind_symbol,
    counts_printed_as,
    decide,
    interval_over,
)
from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.printed_number import printed_number
from nbeval.estimate.proportions import against_fixed_score, chi_squared_uncorrected, differences_tested, newcombe, wilson
from nbeval.frames import Decision


def counts(percent: str, n: int) -> Counts:
    """Every count that prints as a percentage."""
    return counts_printed_as(printed_number(percent), n)


def every(one: Counts) -> np.ndarray:
    """All counts of a single base."""
    return np.arange(one.lowest, one.highest + 1)


def test_56_of_1804_against_60_of_2476_is_decided():
    # by hand: at the nearest, 1019 of 1804 against 1474 of 2476; at the farthest, 1002 against 1497
    found = compare_printed(counts("60", 2476), counts("56", 1804))
    assert found.decision is Decision.YES
    assert found.p_largest == pytest.approx(0.0460, abs=5e-5)
    assert found.p_smallest == pytest.approx(0.00127, abs=5e-6)
    assert 100 * found.low == pytest.approx(3.05, abs=0.005)
    assert 100 * found.high == pytest.approx(4.92, abs=0.005)


def test_6_against_5_of_the_same_bases_is_not_decided():
    found = compare_printed(counts("5", 2476), counts("6", 1804))
    assert found.decision is Decision.OPEN
    assert found.p_smallest == pytest.approx(0.00485, abs=5e-6)
    assert found.p_largest == pytest.approx(0.943, abs=5e-4)


def test_33_of_1804_against_34_of_1258_is_decided_the_other_way():
    found = compare_printed(counts("34", 1258), counts("33", 1804))
    assert found.decision is Decision.NO
    assert found.p_smallest == pytest.approx(0.258, abs=5e-4)
    assert found.p_largest == pytest.approx(0.970, abs=5e-4)


@pytest.mark.parametrize(("a", "n1", "b", "n0"), [("60", 247, "56", 180), ("6", 180, "5", 247), ("33", 410, "33", 333), ("97", 300, "95", 460)])
def test_the_range_is_that_of_every_pair_of_counts(a, n1, b, n0):
    now, then = counts(a, n1), counts(b, n0)
    found = compare_printed(now, then)
    x1, x0 = (grid.ravel() for grid in np.meshgrid(every(now), every(then)))
    p = differences_tested(x1, np.full(len(x1), n1), x0, np.full(len(x1), n0))["p_value"]
    gaps = newcombe(x1, n1, x0, n0)
    assert (found.p_smallest, found.p_largest) == pytest.approx((min(p), max(p)), rel=1e-9)
    assert (found.low, found.high) == pytest.approx((gaps.estimate.min(), gaps.estimate.max()))
    assert (found.conf_low, found.conf_high) == pytest.approx((gaps.conf_low.min(), gaps.conf_high.max()))


def test_the_edges_of_large_rectangles_hold_the_extremes_of_chi_squared():
    now, then = Counts((Run(900, 300, 420),)), Counts((Run(700, 250, 330),))
    x1, x0 = np.meshgrid(every(now), every(then))
    p = chi_squared_uncorrected(x1, 900, x0, 700).p_value
    found = compare_printed(now, then)
    assert found.p_smallest == pytest.approx(p.min(), rel=1e-12)
    assert found.p_largest == pytest.approx(p.max(), rel=1e-12)


def test_small_counts_are_tested_exactly_and_the_row_says_so():
    found = compare_printed(counts("3", 60), counts("12", 60))
    assert found.methods == ("boschloo_central",)
    assert found.p_smallest == pytest.approx(differences_tested(2, 60, 7, 60)["p_value"][0])


def test_large_bases_with_small_counts_are_tested_by_fisher():
    assert "fisher" in compare_printed(counts("0", 9000), counts("0", 20)).methods


def test_a_withheld_figure_leaves_everything_open():
    found = compare_printed(counts_behind_symbol(Symbol.WITHHELD, 60), counts("50", 60))
    assert found.decision is Decision.OPEN
    assert found.low < 0 < found.high


def test_what_cannot_be_printed_cannot_be_compared():
    found = compare_printed(counts("35", 10), counts("50", 60))
    assert found.warning.startswith("not estimable")
    assert found.decision is Decision.OPEN
    assert math.isnan(found.p_largest)


def test_a_figure_without_a_base_stands_for_all_that_rounds_to_it():
    found = compare_with_fixed(counts("26", 1804), printed_number("3"))
    ours = every(counts("26", 1804))
    p = against_fixed_score(ours, 1804, 0.035).p_value
    assert found.decision is Decision.YES
    assert found.p_largest == pytest.approx(p.max())
    assert 100 * found.low == pytest.approx(100 * ours.min() / 1804 - 3.5)
    assert 100 * found.high == pytest.approx(100 * ours.max() / 1804 - 2.5)


def test_a_figure_that_may_be_the_same_is_never_called_different():
    found = compare_with_fixed(counts("10", 474), printed_number("10"))
    assert (found.p_largest, found.decision) == (1.0, Decision.NO if found.p_smallest > 0.05 else Decision.OPEN)


def test_the_interval_holds_the_intervals_of_all_counts():
    found = interval_over(counts("56", 1804))
    all_of_them = wilson(every(counts("56", 1804)), 1804)
    assert found == (pytest.approx(all_of_them.conf_low.min()), pytest.approx(all_of_them.conf_high.max()))
    assert all(math.isnan(end) for end in interval_over(Counts(())))


@pytest.mark.parametrize(("given", "decision"), [
    ((0.01, 0.2, 0.001, 0.05), Decision.YES), ((-0.01, 0.2, 0.001, 0.04), Decision.OPEN), ((-0.2, -0.1, 0.001, 0.06), Decision.OPEN),
    ((-0.1, 0.1, 0.051, 0.9), Decision.NO), ((math.nan, math.nan, math.nan, math.nan), Decision.OPEN),
])
def test_it_is_decided_where_every_count_says_the_same(given, decision):
    assert decide(*given) is decision
