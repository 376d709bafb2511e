"""Ratios of risks and odds, held to R (reference script proportions.R: metafor::escalc, fisher.test)."""

import pytest

from nbeval.estimate.ratios import odds_ratio, risk_ratio
from tests.estimate.reference import case, expected_rows, meets
from tests.estimate.test_proportions import counts


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["log_wald"], quantities=["risk_ratio"]))
def test_risk_ratio_is_that_of_r(row):
    meets(row, risk_ratio(*counts(row.case), case("proportion_two_cases", row.case)["conf_level"]))


@pytest.mark.parametrize("row", expected_rows(
    "proportions", methods=["log_wald", "conditional_exact"], quantities=["odds_ratio"]))
def test_odds_ratio_is_that_of_r(row):
    level = case("proportion_two_cases", row.case)["conf_level"]
    meets(row, odds_ratio(*counts(row.case), level, method=row.method))


def test_changing_places_inverts_the_ratio():
    one, other = odds_ratio(12, 30, 20, 40), odds_ratio(20, 40, 12, 30)
    assert one.estimate == pytest.approx(1 / other.estimate)
    assert one.conf_low == pytest.approx(1 / other.conf_high)
