"""GRIM, GRIMMER and statcheck on cases of their papers and on cases worked by hand.

GRIM: Brown and Heathers, Soc Psychol Personal Sci 2017;8:363-369. statcheck: Nuijten and others, Behav Res
Methods 2016;48:1205-1226; the decision errors are those of the tests of the R package statcheck.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import isnan, nan
from statistics import stdev

import pytest

from nbeval.claims.arithmetic import (
    Answers,
    means_beside,
    p_of,
    spread_possible,
    squares_printed_as,
    totals_printed_as,
)
from nbeval.dictionary.printed_number import printed_number
from tests.guards import some


@pytest.mark.parametrize(("mean", "n", "possible"), [
    ("5.19", 28, False),       # Brown and Heathers: 145 / 28 is 5.18, 146 / 28 is 5.21
    ("5.18", 28, True), ("5.21", 28, True),
    ("3.48", 20, False),       # twenty throws of a die: a mean ends in 0 or 5
    ("3.45", 20, True), ("5.93", 49, False), ("5.92", 49, True),
])
def test_a_mean_of_whole_answers_is_a_whole_total_over_the_number_who_answered(mean, n, possible):
    assert bool(totals_printed_as(printed_number(mean), Answers(n))) is possible


def test_the_means_beside_an_impossible_one_are_named():
    assert means_beside(printed_number("5.19"), Answers(28)) == (145 / 28, 146 / 28)


def test_several_items_make_the_grain_finer():
    assert totals_printed_as(printed_number("5.19"), Answers(28, items=2)) == ()        # 290 / 56 is 5.18, 291 / 56 is 5.20
    assert totals_printed_as(printed_number("5.20"), Answers(28, items=2)) == (291,)


def test_a_mean_off_the_scale_is_impossible():
    assert totals_printed_as(printed_number("7.50"), Answers(20, lowest=1, highest=7)) == ()


def test_the_standard_deviation_is_held_to_the_parity_of_the_total():
    # total 145 of 28: squares from 789.4 to 790.1 would print as 1.20, and 790 is even while 145 is odd
    answers = Answers(28, lowest=1, highest=7)
    assert squares_printed_as(printed_number("1.20"), (145,), answers) == ()
    assert squares_printed_as(printed_number("1.22"), (145,), answers) == ((145, 791),)


def test_the_spread_of_a_total_lies_between_its_ends():
    # ten answers from 0 to 10 with total 50: all fives, or five of each end
    assert spread_possible(50, Answers(10, lowest=0, highest=10)) == (0.0, pytest.approx(stdev([0] * 5 + [10] * 5)))


def test_every_mean_and_spread_of_real_answers_is_possible():
    answers = Answers(5, lowest=1, highest=5)
    for given in some(combinations_with_replacement(range(1, 6), 5)):
        mean, sd = (printed_number(f"{value:.2f}") for value in (sum(given) / 5, stdev(given)))
        totals = totals_printed_as(mean, answers)
        assert sum(given) in totals
        assert (sum(given), sum(one**2 for one in given)) in squares_printed_as(sd, totals, answers)
        low, high = spread_possible(sum(given), answers)
        assert low - 1e-9 <= stdev(given) <= high + 1e-9


@pytest.mark.parametrize(("stated", "p"), [
    (("t", printed_number("2.20"), 28), 0.03624), (("t", printed_number("1.02"), 48), 0.31285),
    (("F", printed_number("2.20"), 2, 28), 0.129593), (("r", printed_number(".22"), 28), 0.24273),
    (("chi2", printed_number("52.20"), 28), 0.00363), (("z", printed_number("1.20")), 0.23014),
    (("z", printed_number("1.20"), nan, nan, 1), 0.11507), (("t", printed_number("-2.20"), 28), 0.03624),
])
def test_p_follows_from_statistic_and_degrees_of_freedom(stated, p):
    # R: 2 * pt(-2.20, 28) and so on; by hand, F with 2 and 28: (1 + 2 * 2.20 / 28) ** -14
    found = p_of(*stated)
    assert found.printed == pytest.approx(p, abs=2e-5)
    assert found.smallest < found.printed < found.largest


def test_the_rounding_of_the_statistic_moves_p():
    found = p_of("t", printed_number("2.2"), 28)
    assert (found.smallest, found.largest) == (pytest.approx(0.0325, abs=5e-5), pytest.approx(0.0403, abs=5e-5))


def test_a_statistic_of_zero_has_a_p_of_one_at_most():
    assert p_of("z", printed_number("0.0")).largest == 1.0


def test_without_degrees_of_freedom_there_is_no_p():
    assert isnan(p_of("t", printed_number("2.20")).printed)
