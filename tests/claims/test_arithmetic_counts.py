"""Printed figures stand for every count that rounds to them: worked by hand, and against counting one by one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from nbeval.claims.arithmetic import (
    Counts,
    Run,
    bases_from,
    bases_that_fit,
    counts_behind_symbol,
    counts_of,
    counts_printed_as,
    counts_rounded,
)
from nbeval.dictionary.enums import Rounding, Symbol
from nbeval.dictionary.printed_number import PrintedNumber, printed_number, printed_value
from nbeval.errors import ParameterError


@pytest.mark.parametrize(("text", "units", "decimals"), [
    ("56", 56, 0), ("18.0", 180, 1), ("9.8%", 98, 1), (".028", 28, 3), ("1,804", 1804, 0), ("-2.5", -25, 1), ("\u22123", -3, 0),
])
def test_a_number_is_read_with_the_zeros_at_its_end(text, units, decimals):
    assert printed_number(text) == PrintedNumber(units, decimals)


@pytest.mark.parametrize("text", ["", ".", "about 5", "1,80", "5 of 6", "nan", "1e3"])
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(ParameterError, match="not a number"):
        printed_number(text)


def test_a_declared_value_has_its_decimals():
    assert printed_value(18.0, 1) == PrintedNumber(180, 1)
    assert str(printed_value(18.0, 1)) == "18.0"


def test_a_tie_goes_where_the_rounding_says():
    # 29 of 200 is 14.5 %: half up 15, half to even 14
    assert counts_printed_as(printed_number("15"), 200, Rounding.HALF_UP) == Counts((Run(200, 29, 30),))
    assert counts_printed_as(printed_number("15"), 200, Rounding.HALF_EVEN) == Counts((Run(200, 30, 30),))
    assert counts_printed_as(printed_number("14"), 200, Rounding.HALF_EVEN) == Counts((Run(200, 27, 29),))
    assert counts_printed_as(printed_number("14"), 200, Rounding.HALF_UP) == Counts((Run(200, 27, 28),))


def test_unknown_rounding_admits_both_ways():
    assert counts_printed_as(printed_number("14"), 200) == Counts((Run(200, 27, 29),))
    assert counts_printed_as(printed_number("15"), 200) == Counts((Run(200, 29, 30),))


def test_no_count_gives_a_percentage_that_lies_between_two_people():
    assert counts_printed_as(printed_number("35"), 10).runs == ()


def test_a_printed_56_of_1804_stands_for_eighteen_counts():
    found = counts_printed_as(printed_number("56"), 1804)
    assert (found.lowest, found.highest, found.number) == (1002, 1019, 18)


@pytest.mark.parametrize("rounding", list(Rounding))
@pytest.mark.parametrize("decimals", [0, 1])
def test_the_counts_are_those_found_one_by_one(rounding, decimals):
    for n in (1, 7, 40, 125, 200, 333):
        for units in range(0, 100 * 10**decimals + 1, 10**decimals + 2):
            figure = PrintedNumber(units, decimals)
            wanted = [x for x in range(n + 1) if figure.prints(100 * Fraction(x, n), rounding)]
            found = [x for run in counts_printed_as(figure, n, rounding).runs for x in range(run.low, run.high + 1)]
            assert found == wanted, (n, figure, rounding)


@pytest.mark.parametrize(("printed", "to", "rounding", "span"), [
    (120, 10, Rounding.HALF_UP, (115, 124)), (120, 10, Rounding.HALF_EVEN, (115, 125)), (130, 10, Rounding.HALF_EVEN, (126, 134)),
    (130, 10, Rounding.UNKNOWN, (125, 134)), (120, 10, Rounding.UNKNOWN, (115, 125)), (25, 5, Rounding.UNKNOWN, (23, 27)),
    (0, 5, Rounding.UNKNOWN, (0, 2)), (37, 1, Rounding.UNKNOWN, (37, 37)),
])
def test_a_rounded_count_stands_for_what_rounds_to_it(printed, to, rounding, span):
    assert counts_rounded(printed, to, rounding) == span


def test_a_percentage_of_a_rounded_base_is_counted_for_each_base_it_may_have_had():
    found = counts_printed_as(printed_number("50"), bases_from(*counts_rounded(20, 10, Rounding.HALF_UP)))
    assert {run.n for run in found.runs} == {16, 18, 20, 22, 24}       # of an odd base under 100 nothing is half


def test_counts_beyond_their_base_are_left_out():
    assert counts_of((3, 9), 5) == Counts((Run(5, 3, 5),))
    assert counts_of((6, 9), 5).runs == ()


def test_symbols_hide_what_they_say():
    assert counts_behind_symbol(Symbol.WITHHELD, 30) == Counts((Run(30, 0, 30),))
    assert counts_behind_symbol(Symbol.LOW, 400) == Counts((Run(400, 1, 2),))        # 2 of 400 is a tie and may print as 0
    assert counts_behind_symbol(Symbol.LOW, 30).runs == ()                            # one of 30 prints as 3 %
    assert counts_behind_symbol(Symbol.NOT_AVAILABLE, 30).runs == ()
    assert counts_behind_symbol(Symbol.NOT_APPLICABLE, 30).runs == ()


def test_a_table_of_several_answers_fits_only_one_base():
    # 46, 70 and 11 of 137 people
    table = [printed_number(text) for text in ("33.6", "51.1", "8.0")]
    assert bases_that_fit(table, 100, 200).tolist() == [137]
    assert bases_that_fit([*table, printed_number("12.5")], 100, 200).tolist() == []


def test_bases_that_fit_are_those_found_one_by_one():
    table = [printed_number(text) for text in ("14", "29", "57")]
    wanted = [n for n in range(1, 80) if all(counts_printed_as(one, n).runs for one in table)]
    assert bases_that_fit(table, 1, 79).tolist() == wanted
    assert 7 in wanted
