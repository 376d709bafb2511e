"""Paired proportions, held to R (reference scripts proportions.R, formula; tables.R: binom.test, mcnemar.test)."""

import pytest

from nbeval.estimate.paired_proportions import mcnemar, newcombe_paired, paired_phi
from tests.estimate.reference import case, expected_rows, meets, near


def pairs(case_id: str) -> dict:
    given = case("proportion_paired_cases", case_id)
    return {name: int(given[name]) for name in ("both", "baseline_only", "final_only", "neither")}


@pytest.mark.parametrize("row", expected_rows(
    "proportions", methods=["newcombe_paired_method_10"], quantities=["difference"]))
def test_interval_of_a_paired_difference_is_that_of_r(row):
    meets(row, newcombe_paired(**pairs(row.case), conf_level=case("proportion_paired_cases", row.case)["conf_level"]))


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["newcombe_paired_method_10"], quantities=["phi"]))
def test_corrected_phi_is_that_of_r(row):
    assert near(paired_phi(**pairs(row.case)), row.estimate, row)


@pytest.mark.parametrize("row", expected_rows(
    "tables", methods=["mcnemar_exact", "mcnemar_mid_p", "mcnemar_asymptotic"]))
def test_mcnemar_is_that_of_r(row):
    given = pairs(row.case)
    meets(row, mcnemar(given["baseline_only"], given["final_only"], method=row.method))


@pytest.mark.parametrize("counts", [(36, 12, 2, 0), (1, 1, 7, 12), (20, 0, 0, 15), (0, 0, 9, 0), (0, 6, 6, 0)])
def test_turning_time_round_turns_the_sign(counts):
    both, baseline_only, final_only, neither = counts
    one, other = newcombe_paired(*counts), newcombe_paired(both, final_only, baseline_only, neither)
    assert one.conf_low == pytest.approx(-other.conf_high, abs=1e-12)
    assert one.conf_high > one.conf_low
