"""Adjusted p-values, held to R (reference script multiplicity.R: p.adjust)."""

from functools import cache

import numpy as np
import pytest

from nbeval.estimate.families import ADJUSTMENTS, adjust
from tests.estimate.reference import expected_rows, inputs, near


@cache
def adjusted_family(case_id: str, method: str) -> dict:
    family = inputs("p_values").query("case_id == @case_id")
    return dict(zip(family["test"], adjust(family["p_value"], method=method), strict=True))


@pytest.mark.parametrize("row", expected_rows("multiplicity", methods=list(ADJUSTMENTS)))
def test_adjusted_p_is_that_of_r(row):
    test = row.quantity.removeprefix("p_adjusted[").removesuffix("]")
    adjusted = adjusted_family(row.case, row.method)[test]
    assert np.isnan(adjusted) if row.not_estimable else near(adjusted, row.estimate, row)


@pytest.mark.parametrize("method", ADJUSTMENTS)
def test_order_does_not_matter_and_nothing_gets_smaller(method):
    p = np.array([0.04, np.nan, 0.001, 0.6, 0.04, 0.0])
    adjusted = adjust(p, method=method)
    np.testing.assert_array_equal(adjust(p[::-1], method=method), adjusted[::-1])
    assert (adjusted[~np.isnan(p)] >= p[~np.isnan(p)]).all()


def test_an_empty_family_stays_empty():
    assert adjust([]).size == 0
    assert np.isnan(adjust([np.nan, np.nan])).all()
