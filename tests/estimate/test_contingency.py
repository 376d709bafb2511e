"""Tables of counts, held to R (reference script tables.R: chisq.test, assocstats)."""

import numpy as np
import pytest

from nbeval.estimate.contingency import answered, cramers_v, independence
from tests.estimate.reference import cases, expected_rows, inputs, meets

INTERVAL_OF_EFFECTSIZE = 1e-6        # its limits come from an optimiser, which holds 3e-7


def larger(**select):
    return expected_rows("tables", **select, where=lambda row: row.case in cases("table_cases"))


def counts(case_id: str) -> np.ndarray:
    cells = inputs("tables").query("case_id == @case_id")
    wide = cells.pivot(index="row", columns="col", values="count").fillna(0)
    return wide.loc[cells["row"].unique(), cells["col"].unique()].to_numpy(float)


@pytest.mark.parametrize("row", larger(methods=["chi_squared_uncorrected"]))
def test_independence_is_that_of_r(row):
    meets(row, independence(counts(row.case)))


@pytest.mark.parametrize("row", larger(methods=["cramers_v"]))
def test_cramers_v_is_that_of_r(row):
    found = cramers_v(counts(row.case))
    assert found.estimate == pytest.approx(row.estimate, rel=1e-9, abs=1e-12)
    if row.conf_low == row.conf_high:
        assert np.isnan(found.conf_low) and found.warning
    else:
        assert (found.conf_low, found.conf_high) == pytest.approx((row.conf_low, row.conf_high), abs=INTERVAL_OF_EFFECTSIZE)


def test_rows_and_columns_can_change_places():
    table = np.array([[12, 3, 7], [4, 9, 0]])
    assert independence(table).statistic == pytest.approx(independence(table.T).statistic)
    assert cramers_v(table).estimate == pytest.approx(cramers_v(table[::-1]).estimate)


def test_a_sparse_table_warns():
    assert "under 5" in independence([[3, 1], [1, 2]]).warning


def test_rows_and_columns_without_an_answer_are_left_out():
    table = np.array([[12, 0, 7], [0, 0, 0], [4, 0, 9]])
    np.testing.assert_array_equal(answered(table), [[12, 7], [4, 9]])
    assert independence(table).df == 1
