"""Tests of two proportions, held to R (reference script tables.R: chisq.test, fisher.test, formula of Boschloo)."""

import numpy as np
import pytest

from nbeval.estimate import tests_2x2
from tests.estimate.reference import available, case, expected_rows, inputs, meets, near
from tests.estimate.test_proportions import counts

TESTS = {"chi_squared_uncorrected": tests_2x2.chi_squared, "fisher": tests_2x2.fisher, "boschloo_central": tests_2x2.boschloo}
TWO = set(inputs("proportion_two_cases")["case_id"]) if available() else set()


def two_by_two(**select):
    return [p for p in expected_rows("tables", **select) if p.values[0] is None or p.values[0].case in TWO]


@pytest.mark.parametrize("row", two_by_two(methods=list(TESTS), quantities=["association"]))
def test_each_test_is_that_of_r(row):
    meets(row, TESTS[row.method](*counts(row.case)))


@pytest.mark.parametrize("row", two_by_two(quantities=["smallest_expected"]))
def test_smallest_expected_count_is_that_of_r(row):
    assert near(float(tests_2x2.smallest_expected(*counts(row.case))), row.estimate, row)


@pytest.mark.parametrize("case_id, method", [
    ("two_programme", "chi_squared_uncorrected"), ("two_newcombe_a", "chi_squared_uncorrected"),
    ("two_expected_under_5", "boschloo_central"), ("two_newcombe_f", "boschloo_central"), ("two_one_each", "boschloo_central"),
])
def test_the_rule_names_the_test_it_took(shared, case_id, method):
    found = tests_2x2.test_two_proportions(*counts(case_id))
    assert found.method == method
    assert 0 <= found.p_value <= 1


def test_the_rule_has_no_answer_where_nobody_answered():
    found = tests_2x2.test_two_proportions(0, 0, 12, 20)
    assert np.isnan(found.p_value) and found.warning


def test_bases_too_large_for_boschloo_get_fishers_test():
    found = tests_2x2.test_two_proportions(2, 6_000, 1, 90_000)
    assert found.method == "fisher" and found.p_value < 0.05
    assert tests_2x2.boschloo(2, 6_000, 1, 90_000).warning


def test_an_expected_count_of_exactly_five_is_enough_for_chi_squared():
    assert tests_2x2.smallest_expected(4, 10, 6, 10) == 5
    assert tests_2x2.test_two_proportions(4, 10, 6, 10).method == "chi_squared_uncorrected"


@pytest.mark.parametrize("x1, n1, x0, n0", [(7, 9, 2, 10), (15, 35, 5, 25), (1, 4, 4, 7), (0, 29, 5, 56)])
def test_boschloo_is_that_of_scipy_and_no_larger_than_twice_fishers_tail(x1, n1, x0, n0):
    from scipy import stats

    found = tests_2x2.boschloo(x1, n1, x0, n0)
    assert found.p_value == pytest.approx(stats.boschloo_exact([[x1, x0], [n1 - x1, n0 - x0]]).pvalue, rel=1e-6)
    assert found.p_value <= min(1, 2 * found.statistic)
    assert found.p_value == pytest.approx(tests_2x2.boschloo(x0, n0, x1, n1).p_value, rel=1e-9)


@pytest.mark.filterwarnings("error")
def test_chi_squared_over_rows_is_missing_where_all_agree_and_raises_no_warning():
    found = tests_2x2.chi_squared_uncorrected([0, 3, 0], [10, 5, 0], [0, 1, 1], [20, 4, 2])
    assert np.isnan(found.p_value[[0, 2]]).all() and np.isfinite(found.p_value[1])
    tests_2x2.smallest_expected([0, 1], [0, 2], [0, 1], [0, 2])
