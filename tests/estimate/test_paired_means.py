"""Paired means, held to R (reference script means.R: t.test(paired = TRUE), metafor::escalc, effectsize)."""

import numpy as np
import pytest

from nbeval.estimate.paired_means import paired_t, standardised_change
from nbeval.estimate.signed_rank import paired_changes
from tests.estimate.reference import expected_rows, meets, near
from tests.estimate.samples import pairs

STANDARDISERS = ["d_z", "d_av", "metafor_smcr", "metafor_smcc"]


@pytest.mark.parametrize("row", expected_rows("means", methods=["paired_t"]))
def test_paired_change_is_that_of_r(row):
    found = paired_t(*pairs(row.case))
    meets(row, found)
    if row.note.startswith("no interval"):
        assert np.isnan(found.conf_low) and np.isnan(found.p_value) and found.warning


@pytest.mark.parametrize("row", expected_rows("means", methods=STANDARDISERS))
def test_standardised_change_is_that_of_r(row):
    meets(row, standardised_change(*pairs(row.case), method=row.method))


@pytest.mark.parametrize("row", expected_rows("means", quantities=["n_pairs", "sd_difference", "correlation"]))
def test_pairs_are_read_as_r_read_them(row):
    final, baseline = pairs(row.case)
    both = ~np.isnan(final) & ~np.isnan(baseline)
    change = paired_changes(final, baseline)
    found = {"n_pairs": change.size}
    if change.size > 1:
        found |= {"sd_difference": change.std(ddof=1)}
    if row.quantity == "correlation":
        found |= {"correlation": np.corrcoef(final[both], baseline[both])[0, 1]}
    assert near(found[row.quantity], row.estimate, row)


@pytest.mark.parametrize("method", STANDARDISERS)
@pytest.mark.parametrize("final, baseline", [([], []), ([3], [1]), ([2, 3, 4], [1, 2, 3]), ([0.3, 0.2], [0.2, 0.1])])
def test_changes_without_spread_have_no_standardised_change(method, final, baseline):
    found = standardised_change(final, baseline, method=method)
    assert np.isnan(found.estimate) and found.warning


def test_turning_time_round_turns_the_sign():
    one, two = [3, 5, 2, 8, 6], [2, 5, 4, 4, 1]
    assert paired_t(one, two).conf_low == pytest.approx(-paired_t(two, one).conf_high)
