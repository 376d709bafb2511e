"""Rounding half up, held to exact rational arithmetic (reference script rounding.R, R package gmp)."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

from nbeval.rounding import half_up, half_up_percent
from tests.estimate.reference import case, expected_rows, inputs


def written(case_id: str) -> dict:
    return inputs("rounding_cases", text=True).query("case_id == @case_id").iloc[0].to_dict()


@pytest.mark.parametrize("row", expected_rows("rounding", methods=["half_up"], quantities=["rounded"]))
def test_rounds_the_decimal_as_written(row):
    given = written(row.case)
    assert half_up(given["value"], int(given["digits"])) == row.estimate
    assert half_up(Decimal(given["value"]), int(given["digits"])) == row.estimate


@pytest.mark.parametrize("row", expected_rows("rounding", methods=["half_up"], quantities=["rounded"]))
def test_a_float_rounds_as_its_shortest_decimal(row):
    given = written(row.case)
    assert half_up(float(given["value"]), int(given["digits"])) == row.estimate


@pytest.mark.parametrize("row", expected_rows("rounding", methods=["half_up"], quantities=["percent"]))
def test_a_percentage_rounds_from_its_counts(row):
    given = case("percent_rounding_cases", row.case)
    assert half_up_percent(given["numerator"], given["denominator"], given["digits"]) == row.estimate


@pytest.mark.parametrize("row", expected_rows("rounding", methods=["half_up"], quantities=["percent"]))
def test_a_percentage_multiplied_before_it_is_divided_keeps_its_tie(row):
    given = case("percent_rounding_cases", row.case)
    assert half_up(100 * given["numerator"] / given["denominator"], given["digits"]) == row.estimate


@pytest.mark.parametrize("row", expected_rows("rounding", methods=["half_up"], quantities=["difference"]))
def test_a_difference_rounds_from_unrounded_percentages(row):
    given = case("difference_rounding_cases", row.case)
    x1, n1, x0, n0 = (given[name] for name in ("x_final", "n_final", "x_baseline", "n_baseline"))
    assert half_up(100 * (x1 * n0 - x0 * n1) / (n1 * n0), given["digits"]) == row.estimate


@pytest.mark.parametrize("numerator", range(0, 201))
def test_percentages_of_a_base_of_200_round_their_ties_up(numerator):
    assert half_up_percent(numerator, 200) == (numerator + numerator % 2) / 2


def test_a_tie_goes_away_from_zero_on_both_sides():
    assert [half_up(value) for value in (2.5, -2.5, 0.5, -0.5)] == [3, -3, 1, -1]


def test_there_is_no_minus_zero():
    assert math.copysign(1, half_up(-0.2)) == 1


def test_no_base_has_no_percentage():
    assert math.isnan(half_up_percent(0, 0))


def test_what_is_not_a_number_stays_so():
    assert math.isnan(half_up(math.nan))
    assert half_up(math.inf) == math.inf


def test_exact_ratios_are_taken_as_they_are():
    assert half_up(Fraction(1, 3), 2) == 0.33
    assert half_up(Fraction(1, 8), 2) == 0.13
