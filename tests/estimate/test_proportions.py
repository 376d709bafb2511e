"""Proportions, held to R (reference scripts proportions.R and tables.R: prop.test, binom.test, Epi::ci.pd, chisq.test, mcnemar.test)."""

from dataclasses import replace

import numpy as np
import pytest

from nbeval.estimate.proportions import (
    against_fixed_exact, against_fixed_score, boschloo, chi_squared_uncorrected, clopper_pearson, differences_tested, fisher, mcnemar, newcombe, newcombe_paired,
    paired_phi, smallest_expected, wilson,
)
from tests.estimate.reference import all_accounted_for, case, cases, expected_rows, meets, near
from tests.guards import some

SHARES = {"wilson": wilson, "clopper_pearson": clopper_pearson}
EXACT = {"fisher": fisher, "boschloo_central": boschloo}
SIXTEEN = [(x1, n1, x0, n0) for n1, n0 in ((7, 4), (12, 12)) for x1 in (0, 1, n1 // 2, n1) for x0 in (0, n0 // 2, n0)]
TWO = cases("proportion_two_cases")


def counts(case_id: str) -> tuple:
    given = case("proportion_two_cases", case_id)
    return tuple(int(given[name]) for name in ("x_final", "n_final", "x_baseline", "n_baseline"))


def pairs(case_id: str) -> dict:
    given = case("proportion_paired_cases", case_id)
    return {name: int(given[name]) for name in ("both", "baseline_only", "final_only", "neither")}


def two_by_two(**select):
    return expected_rows("tables", **select, where=lambda row: row.case in TWO)


def outcome(found, row, level=float("nan")):
    """One estimate as an outcome that says why it has no number."""
    return replace(found.outcome(row.method, level), warning="nobody" if np.isnan(found.estimate) else "")


# --- one proportion ------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("proportions", methods=list(SHARES), quantities=["proportion"]))
def test_interval_of_one_proportion_is_that_of_r(row):
    given = case("proportion_single_cases", row.case)
    meets(row, outcome(SHARES[row.method](given["x"], given["n"], given["conf_level"]), row, given["conf_level"]))


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["score"]))
def test_difference_from_a_published_value_is_that_of_r(row):
    given = case("one_sample_cases", row.case)
    meets(row, outcome(against_fixed_score(given["x"], given["n"], given["reference"], given["conf_level"]), row, given["conf_level"]))


BENCHMARKS = {"exact_binomial": against_fixed_exact, "score": against_fixed_score}


@pytest.mark.parametrize("row", expected_rows("one_sample", methods=list(BENCHMARKS), quantities=["difference_from_reference"]))
def test_difference_from_a_benchmark_is_that_of_r(row):
    given = case("benchmark_cases", row.case)
    found = BENCHMARKS[row.method](given["x"], given["n"], given["reference"], given["conf_level"])
    meets(row, replace(outcome(found, row, given["conf_level"]), warning="no variance" if row.not_estimable else ""))


@pytest.mark.parametrize("row", expected_rows("one_sample", methods=["clopper_pearson"]))
def test_interval_of_a_benchmarked_share_is_that_of_r(row):
    given = case("benchmark_cases", row.case)
    meets(row, outcome(clopper_pearson(given["x"], given["n"], given["conf_level"]), row, given["conf_level"]))


def test_every_value_against_a_benchmark_is_offered_or_refused(shared):
    apart = "stands in the reference so that it can be told apart from the method that is used"
    all_accounted_for("one_sample", ["difference_from_reference|exact_binomial", "difference_from_reference|score", "proportion|clopper_pearson"], {
        "test|*": "the difference with its interval and p is what is given", "difference_from_reference|score_corrected": apart, "proportion|mid_p": apart,
        "proportion|sample": "the estimate of the rows that are met", "proportion|exact": "nobody answered", "smallest_expected|*": "decides which test is made"})


def test_one_of_twelve_against_one_per_cent_is_not_higher():
    found = against_fixed_exact(1, 12, 0.01)
    assert found.p_value == pytest.approx(0.1136, abs=1e-4) and found.conf_low < 0 < found.conf_high


@pytest.mark.parametrize("interval", SHARES.values())
def test_an_interval_holds_its_share_and_stays_from_0_to_1(interval):
    x, n = np.array([(x, n) for n in range(1, 40) for x in range(n + 1)]).T
    found = interval(x, n, 0.95)
    assert ((found.conf_low >= 0) & (found.conf_high <= 1)).all()
    assert ((found.conf_low <= found.estimate) & (found.estimate <= found.conf_high)).all()
    assert (found.conf_high - found.conf_low > 0).all()


@pytest.mark.parametrize("interval", SHARES.values())
def test_counting_the_others_mirrors_the_interval(interval):
    x, n = np.arange(31), 30
    yes, no = interval(x, n), interval(n - x, n)
    np.testing.assert_allclose(yes.conf_low, 1 - no.conf_high, atol=1e-12)


@pytest.mark.filterwarnings("error")
def test_rows_without_anybody_are_missing_the_others_are_not_and_nothing_warns():
    for interval in some(SHARES.values()):
        found = interval([0, 3, 0], [0, 4, 5])
        assert np.isnan([found.estimate[0], found.conf_low[0], found.conf_high[0]]).all()
        assert np.isfinite([found.estimate[1:], found.conf_low[1:], found.conf_high[1:]]).all()
    against_fixed_score([0, 1], [0, 1], [0.3, 1.0])


# --- the difference of two -----------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows("proportions", methods=["newcombe"]))
def test_interval_of_a_difference_is_that_of_r(row):
    level = case("proportion_two_cases", row.case)["conf_level"]
    meets(row, outcome(newcombe(*counts(row.case), level), row, level))


@pytest.mark.parametrize("x1, n1, x0, n0, low, high", [
    (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062), (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775), (0, 10, 0, 10, -0.2775, 0.2775), (10, 10, 0, 20, 0.6791, 1.0000), (10, 10, 0, 10, 0.6075, 1.0000),
])
def test_newcombes_printed_examples_are_met(x1, n1, x0, n0, low, high):
    # Statistics in Medicine 1998;17:873-890, table II, method 10, examples a to h
    found = newcombe(x1, n1, x0, n0)
    assert (round(float(found.conf_low), 4), round(float(found.conf_high), 4)) == (low, high)


@pytest.mark.parametrize("x1, n1, x0, n0", SIXTEEN)
def test_an_interval_holds_its_difference_and_turns_with_the_places(x1, n1, x0, n0):
    one, other = newcombe(x1, n1, x0, n0), newcombe(x0, n0, x1, n1)
    assert -1 <= one.conf_low <= one.estimate <= one.conf_high <= 1 and one.conf_high > one.conf_low
    assert one.estimate == pytest.approx(-other.estimate, abs=1e-12) and one.conf_low == pytest.approx(-other.conf_high, abs=1e-9)


@pytest.mark.filterwarnings("error")
def test_differences_without_anybody_are_missing_and_raise_no_warning():
    found = newcombe([0, 3], [0, 5], [1, 1], [4, 4])
    assert np.isnan([found.estimate[0], found.conf_low[0], found.conf_high[0]]).all() and np.isfinite(found.conf_low[1])
    tested = chi_squared_uncorrected([0, 3, 0], [10, 5, 0], [0, 1, 1], [20, 4, 2])
    assert np.isnan(tested.p_value[[0, 2]]).all() and np.isfinite(tested.p_value[1])
    smallest_expected([0, 1], [0, 2], [0, 1], [0, 2])


@pytest.mark.parametrize("row", two_by_two(methods=list(EXACT), quantities=["association"]))
def test_each_exact_test_is_that_of_r(row):
    meets(row, EXACT[row.method](*counts(row.case)))


@pytest.mark.parametrize("row", two_by_two(methods=["chi_squared_uncorrected"], quantities=["association"]))
def test_chi_squared_is_that_of_r(row):
    found = chi_squared_uncorrected(*counts(row.case))
    meets(row, replace(found.outcome(row.method), warning="one answer, or nobody" if np.isnan(found.p_value) else ""))


@pytest.mark.parametrize("row", two_by_two(quantities=["smallest_expected"]))
def test_smallest_expected_count_is_that_of_r(row):
    assert near(float(smallest_expected(*counts(row.case))), row.estimate, row)


def by_rule(*table: int) -> dict:
    """The test that the rule takes for one table."""
    return {name: values[0] for name, values in differences_tested(*table).items()}


def test_the_rule_names_the_test_it_took(shared):
    taken = {case_id: by_rule(*counts(case_id)) for case_id in sorted(TWO) if min(counts(case_id)[1::2]) > 0}
    assert {found["method"] for found in taken.values()} >= {"chi_squared_uncorrected", "boschloo_central"}
    for case_id, found in taken.items():
        few = smallest_expected(*counts(case_id)) < 5
        assert found["method"] in (("boschloo_central", "fisher") if few else ("chi_squared_uncorrected",))
        assert 0 <= found["p_value"] <= 1


def test_a_table_of_many_differences_is_tested_row_by_row(shared):
    tables = [counts(case_id) for case_id in sorted(TWO)] * 2
    found = differences_tested(*np.array(tables).T)
    alone = [by_rule(*table) for table in tables]
    assert found["method"].tolist() == [one["method"] for one in alone]
    np.testing.assert_array_equal(found["p_value"], [one["p_value"] for one in alone])


def test_the_rule_has_no_answer_where_nobody_answered():
    found = by_rule(0, 0, 12, 20)
    assert np.isnan(found["p_value"]) and found["method"] == "none"


def test_bases_too_large_for_boschloo_get_fishers_test():
    found = by_rule(2, 6_000, 1, 90_000)
    assert found["method"] == "fisher" and found["p_value"] < 0.05


def test_an_expected_count_of_exactly_five_is_enough_for_chi_squared():
    assert smallest_expected(4, 10, 6, 10) == 5
    assert by_rule(4, 10, 6, 10)["method"] == "chi_squared_uncorrected"


@pytest.mark.parametrize("x1, n1, x0, n0", [(7, 9, 2, 10), (15, 35, 5, 25), (1, 4, 4, 7), (0, 29, 5, 56)])
def test_boschloos_p_is_no_larger_than_twice_fishers_tail_and_keeps_when_places_change(x1, n1, x0, n0):
    found = boschloo(x1, n1, x0, n0)
    assert found.p_value <= min(1, 2 * found.statistic)
    assert found.p_value == pytest.approx(boschloo(x0, n0, x1, n1).p_value, rel=1e-6)


# --- pairs ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row", expected_rows(
    "proportions", methods=["newcombe_paired_method_10"], quantities=["difference"]))
def test_interval_of_a_paired_difference_is_that_of_r(row):
    meets(row, newcombe_paired(**pairs(row.case), conf_level=case("proportion_paired_cases", row.case)["conf_level"]))


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["newcombe_paired_method_10"], quantities=["phi"]))
def test_corrected_phi_is_that_of_r(row):
    assert near(paired_phi(**pairs(row.case)), row.estimate, row)


@pytest.mark.parametrize("row", expected_rows("tables", methods=["mcnemar_exact", "mcnemar_asymptotic"]))
def test_mcnemar_is_that_of_r(row):
    given = pairs(row.case)
    meets(row, mcnemar(given["baseline_only"], given["final_only"], exact=row.method == "mcnemar_exact"))


@pytest.mark.parametrize("counted", [(36, 12, 2, 0), (1, 1, 7, 12), (20, 0, 0, 15), (0, 0, 9, 0), (0, 6, 6, 0)])
def test_turning_time_round_turns_the_sign(counted):
    both, baseline_only, final_only, neither = counted
    one, other = newcombe_paired(*counted), newcombe_paired(both, final_only, baseline_only, neither)
    assert one.conf_low == pytest.approx(-other.conf_high, abs=1e-12)
    assert one.conf_high > one.conf_low
