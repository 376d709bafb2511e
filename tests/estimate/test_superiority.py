"""The probability of superiority, held to R (reference script ranks.R: pROC::roc, formula of Brunner and Munzel)."""

import numpy as np
import pytest

from nbeval.estimate.superiority import METHODS, probability_of_superiority
from tests.estimate.reference import expected_rows, meets, near
from tests.estimate.samples import two_samples


@pytest.mark.parametrize("row", expected_rows(
    "ranks", methods=list(METHODS), quantities=["probability_of_superiority"]))
def test_probability_of_superiority_is_that_of_r(row):
    found = probability_of_superiority(*two_samples(row.case), method=row.method)
    meets(row, found)
    if row.note.startswith("no interval"):
        assert np.isnan(found.conf_low) and found.warning


@pytest.mark.parametrize("row", expected_rows("ranks", methods=["count of pairs"]))
def test_it_is_the_share_of_all_pairs(row):
    final, baseline = two_samples(row.case)
    share = probability_of_superiority(final, baseline).estimate
    assert near(share * final.size * baseline.size, row.estimate, row)


@pytest.mark.parametrize("method", METHODS)
def test_changing_places_gives_the_opposite_probability(method):
    one = probability_of_superiority([1, 3, 4, 4], [2, 2, 5], method=method)
    other = probability_of_superiority([2, 2, 5], [1, 3, 4, 4], method=method)
    assert one.estimate == pytest.approx(1 - other.estimate)
    assert one.conf_low == pytest.approx(1 - other.conf_high)
    assert one.std_error == pytest.approx(other.std_error)


@pytest.mark.parametrize("first, second", [([5, 6, 7], [1, 2, 3]), ([4, 4], [4, 4, 4]), ([5], [1, 9])])
@pytest.mark.parametrize("method", METHODS)
def test_no_variance_is_not_given_as_certainty(method, first, second):
    found = probability_of_superiority(first, second, method=method)
    assert np.isnan(found.conf_low) and np.isnan(found.std_error) and found.warning
