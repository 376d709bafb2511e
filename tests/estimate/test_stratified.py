"""Common odds ratio over authorities, held to R (reference script tables.R: mantelhaen.test)."""

import numpy as np
import pytest

from nbeval.estimate.stratified import mantel_haenszel
from tests.estimate.reference import expected_rows, inputs, meets


def strata(case_id: str):
    cells = inputs("tables").query("case_id == @case_id")
    wide = cells.pivot_table(index="stratum", columns=["row", "col"], values="count", aggfunc="sum", fill_value=0)
    yes = {wave: wide[(wave, "Yes")].to_numpy(float) for wave in ("final", "baseline")}
    n = {wave: yes[wave] + wide[(wave, "No")].to_numpy(float) for wave in ("final", "baseline")}
    return yes["final"], n["final"], yes["baseline"], n["baseline"]


@pytest.mark.parametrize("row", expected_rows("tables", methods=["mantel_haenszel"]))
def test_common_odds_ratio_is_that_of_r(row):
    found = mantel_haenszel(*strata(row.case))
    meets(row, found)
    assert np.isfinite(found.conf_low) or found.warning


def test_one_stratum_gives_its_own_odds_ratio():
    assert mantel_haenszel([12], [30], [20], [40]).estimate == pytest.approx((12 * 20) / (18 * 20))


@pytest.mark.parametrize("given", [([0], [0], [1], [2]), ([], [], [], []), ([0, 3], [2, 3], [0, 4], [5, 4])])
def test_strata_without_a_comparison_give_a_reason(given):
    found = mantel_haenszel(*given)
    assert np.isnan(found.estimate) and found.warning
