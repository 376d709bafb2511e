"""One proportion, held to R (reference script proportions.R: prop.test, binom.test, qbeta)."""

import numpy as np
import pytest

from nbeval.estimate.single_proportions import INTERVALS, against_fixed, against_fixed_score, proportion, wilson
from tests.estimate.reference import case, expected_rows, meets


@pytest.mark.parametrize("row", expected_rows("proportions", methods=list(INTERVALS), quantities=["proportion"]))
def test_interval_of_one_proportion_is_that_of_r(row):
    given = case("proportion_single_cases", row.case)
    meets(row, proportion(given["x"], given["n"], given["conf_level"], method=row.method))


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["score", "exact_binomial"]))
def test_difference_from_a_published_value_is_that_of_r(row):
    given = case("one_sample_cases", row.case)
    meets(row, against_fixed(given["x"], given["n"], given["reference"], given["conf_level"], method=row.method))


@pytest.mark.parametrize("method", INTERVALS)
def test_an_interval_holds_its_share_and_stays_from_0_to_1(method):
    x, n = np.array([(x, n) for n in range(1, 40) for x in range(n + 1)]).T
    found = INTERVALS[method](x, n, 0.95)
    assert ((found.conf_low >= 0) & (found.conf_high <= 1)).all()
    assert ((found.conf_low <= found.estimate) & (found.estimate <= found.conf_high)).all()
    assert (found.conf_high - found.conf_low > 0).all()


@pytest.mark.parametrize("method", INTERVALS)
def test_counting_the_others_mirrors_the_interval(method):
    x, n = np.arange(31), 30
    yes, no = INTERVALS[method](x, n), INTERVALS[method](n - x, n)
    np.testing.assert_allclose(yes.conf_low, 1 - no.conf_high, atol=1e-12)


def test_rows_without_anybody_are_missing_and_the_others_are_not():
    found = wilson([0, 3, 0], [0, 4, 5])
    assert np.isnan([found.estimate[0], found.conf_low[0], found.conf_high[0]]).all()
    assert np.isfinite([found.estimate[1:], found.conf_low[1:], found.conf_high[1:]]).all()


@pytest.mark.filterwarnings("error")
def test_nobody_raises_no_warning():
    for interval in INTERVALS.values():
        interval([0, 0, 2], [0, 1, 2])
    against_fixed_score([0, 1], [0, 1], [0.3, 1.0])
