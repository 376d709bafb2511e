"""Tables of counts, held to R (reference script tables.R: chisq.test, assocstats, prop.trend.test)."""

import numpy as np
import pytest

from nbeval.estimate.tables import cramers_v, expected_counts, independence, share_expected_under_5, trend
from tests.estimate.reference import available, expected_rows, inputs, meets, near

LARGER = set(inputs("table_cases")["case_id"]) if available() else set()
INTERVAL_OF_EFFECTSIZE = 1e-6        # its limits come from an optimiser, which holds 3e-7


def larger(**select):
    return [p for p in expected_rows("tables", **select) if p.values[0] is None or p.values[0].case in LARGER]


def counts(case_id: str, stratum: str | None = None) -> np.ndarray:
    cells = inputs("tables").query("case_id == @case_id")
    if stratum is not None:
        cells = cells[cells["stratum"] == stratum]
    wide = cells.pivot(index="row", columns="col", values="count").fillna(0)
    return wide.loc[cells["row"].unique(), cells["col"].unique()].to_numpy(float)


@pytest.mark.parametrize("row", larger(methods=["chi_squared_uncorrected", "likelihood_ratio"]))
def test_independence_is_that_of_r(row):
    meets(row, independence(counts(row.case), method=row.method))


@pytest.mark.parametrize("row", larger(quantities=["smallest_expected", "share_expected_under_5"]))
def test_expected_counts_are_those_of_r(row):
    found = {"smallest_expected": expected_counts(counts(row.case)).min(),
             "share_expected_under_5": share_expected_under_5(counts(row.case))}
    assert near(found[row.quantity], row.estimate, row)


@pytest.mark.parametrize("row", larger(methods=["cramers_v"]))
def test_cramers_v_is_that_of_r(row):
    found = cramers_v(counts(row.case))
    assert found.estimate == pytest.approx(row.estimate, rel=1e-9, abs=1e-12)
    if row.conf_low == row.conf_high:
        assert np.isnan(found.conf_low) and found.warning
    else:
        assert (found.conf_low, found.conf_high) == pytest.approx((row.conf_low, row.conf_high), abs=INTERVAL_OF_EFFECTSIZE)


@pytest.mark.parametrize("row", expected_rows("tables", quantities=["trend"]))
def test_trend_is_that_of_r(row):
    meets(row, trend(*levels(row.case), method=row.method))


@pytest.mark.parametrize("row", expected_rows("tables", quantities=["slope_sign"]))
def test_slope_points_the_way_r_says(row):
    assert np.sign(round(trend(*levels(row.case)).estimate, 12)) == row.estimate


def levels(case_id: str):
    cells = inputs("tables").query("case_id == @case_id")
    yes, no = (cells[cells["col"] == answer] for answer in ("yes", "no"))
    return yes["count"].to_numpy(float), no["count"].to_numpy(float), yes["score"].to_numpy(float)


def test_rows_and_columns_can_change_places():
    table = np.array([[12, 3, 7], [4, 9, 0]])
    assert independence(table).statistic == pytest.approx(independence(table.T).statistic)
    assert cramers_v(table).estimate == pytest.approx(cramers_v(table[::-1]).estimate)


def test_a_sparse_table_warns():
    assert "under 5" in independence([[3, 1], [1, 2]]).warning


def test_one_level_has_no_trend():
    assert np.isnan(trend([3, 0], [4, 0], [1, 2]).p_value)
