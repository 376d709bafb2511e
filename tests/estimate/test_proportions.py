"""Two independent proportions, held to R (reference script proportions.R: Epi::ci.pd, prop.test, formula)."""

import numpy as np
import pytest

from nbeval.estimate.proportions import INTERVALS, agresti_caffo, difference, newcombe
from tests.estimate.reference import case, expected_rows, meets

SIXTEEN = [(x1, n1, x0, n0) for n1, n0 in ((7, 4), (12, 12)) for x1 in (0, 1, n1 // 2, n1) for x0 in (0, n0 // 2, n0)]


def counts(case_id: str) -> tuple:
    given = case("proportion_two_cases", case_id)
    return tuple(int(given[name]) for name in ("x_final", "n_final", "x_baseline", "n_baseline"))


@pytest.mark.parametrize("row", expected_rows("proportions", methods=list(INTERVALS)))
def test_interval_of_a_difference_is_that_of_r(row):
    level = case("proportion_two_cases", row.case)["conf_level"]
    meets(row, difference(*counts(row.case), level, method=row.method))


@pytest.mark.parametrize("case_id, low, high", [
    ("two_newcombe_a", 0.0524, 0.3339), ("two_newcombe_b", 0.1705, 0.8090), ("two_newcombe_c", 0.0582, 0.8062),
    ("two_newcombe_d", -0.0381, 0.1926), ("two_newcombe_e", -0.1611, 0.2775), ("two_newcombe_f", -0.2775, 0.2775),
    ("two_newcombe_g", 0.6791, 1.0000), ("two_newcombe_h", 0.6075, 1.0000),
])
def test_newcombes_printed_examples_are_met(shared, case_id, low, high):
    x1, n1, x0, n0 = counts(case_id)
    found = difference(x0, n0, x1, n1)
    assert (round(found.conf_low, 4), round(found.conf_high, 4)) == (low, high)


@pytest.mark.parametrize("method", INTERVALS)
@pytest.mark.parametrize("x1, n1, x0, n0", SIXTEEN)
def test_changing_places_turns_the_sign(method, x1, n1, x0, n0):
    one, other = difference(x1, n1, x0, n0, method=method), difference(x0, n0, x1, n1, method=method)
    assert one.estimate == pytest.approx(-other.estimate, abs=1e-12)
    assert one.conf_low == pytest.approx(-other.conf_high, abs=1e-9)


@pytest.mark.parametrize("method", ["newcombe", "miettinen_nurminen"])
@pytest.mark.parametrize("x1, n1, x0, n0", SIXTEEN)
def test_an_interval_holds_its_difference_and_stays_from_minus_1_to_1(method, x1, n1, x0, n0):
    found = difference(x1, n1, x0, n0, method=method)
    assert -1 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    assert found.conf_high > found.conf_low


@pytest.mark.filterwarnings("error")
def test_rows_without_anybody_are_missing_and_raise_no_warning():
    for interval in (newcombe, agresti_caffo):
        found = interval([0, 3], [0, 5], [1, 1], [4, 4])
        assert np.isnan(found.estimate[0]) and np.isnan(found.conf_low[0]) and np.isnan(found.conf_high[0])
        assert np.isfinite(found.conf_low[1])
