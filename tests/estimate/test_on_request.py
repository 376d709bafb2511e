"""Statistics on request: the risk ratio held to R (metafor::escalc, measure RR), and made only where an exhibit names it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.enums import Measure
from nbeval.disclosure.cells import read_cells
from nbeval.estimate.assembly import estimate
from nbeval.estimate.on_request import STATISTICS, RiskRatio
from nbeval.frames import RESULT_KEY, RESULTS, check
from nbeval.release.releasable import releasable
from tests.estimate.reference import case, expected_rows, near
from tests.estimate.test_assembly import cohort, declared, measured, people_of  # noqa: F401


def ratio(x1: float, n1: float, x0: float, n0: float, conf_level: float = 0.95) -> pd.Series:
    """The risk ratio of two counts."""
    pairs = pd.DataFrame({"indicator": ["a"], "numerator": [x1], "n_valid": [n1], "numerator_reference": [x0], "n_reference": [n0]})
    plan = SimpleNamespace(measures={"a": Measure.PERCENT}, conf_level=conf_level)
    return RiskRatio().columns(pairs, plan).iloc[0]


def naming(declared, name: str):  # noqa: F811
    """The programme with one more quantity in every exhibit of the kind change."""
    exhibits = tuple(one.model_copy(update={"quantities": (*one.quantities, name)}) if one.kind == "change" else one
                     for one in declared.exhibits)
    assert exhibits != declared.exhibits
    return replace(declared, exhibits=exhibits)


@pytest.mark.parametrize("row", expected_rows("proportions", methods=["log_wald"], quantities=["risk_ratio"]))
def test_the_risk_ratio_and_its_interval_are_those_of_r(row):
    given = case("proportion_two_cases", row.case)
    found = ratio(*(given[name] for name in ("x_final", "n_final", "x_baseline", "n_baseline")), given["conf_level"])
    assert bool(found["warning"]) is row.not_estimable
    for name in ("estimate", "conf_low", "conf_high"):
        assert np.isnan(found[name]) if row.not_estimable else near(found[name], getattr(row, name), row), name


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("counts", [(0, 20, 5, 20), (5, 20, 0, 20), (0, 0, 5, 20), (5, 20, 0, 0), (0, 0, 0, 0), (20, 20, 9, 9)])
def test_without_a_ratio_or_its_variance_there_is_a_reason(counts):
    found = ratio(*counts)
    assert np.isnan(found["estimate"]) and np.isnan(found["conf_low"]) and found["warning"].startswith("not estimable")


def test_turning_time_round_turns_the_ratio_round():
    one, other = ratio(12, 40, 20, 50), ratio(20, 50, 12, 40)
    assert one["estimate"] == pytest.approx(1 / other["estimate"]) and one["conf_low"] == pytest.approx(1 / other["conf_high"])


def test_it_is_estimated_and_released_where_an_exhibit_names_it_and_moves_nothing_else(declared, cohort):  # noqa: F811
    given, asking = measured(people_of(cohort, declared, 300), declared), naming(declared, "risk_ratio")
    without, found = estimate(given, cohort, declared), estimate(given, cohort, asking)
    ours = found["quantity"].isin(list(STATISTICS))
    assert ours.any() and not without["quantity"].isin(list(STATISTICS)).any()
    pd.testing.assert_frame_equal(found[~ours].reset_index(drop=True), without)
    check(found, RESULTS)
    assert not found.duplicated(list(RESULT_KEY)).any() and not found.loc[ours, "verdict"].any()
    assert releasable(found, cohort, asking)["quantity"].isin(list(STATISTICS)).any()


def test_a_ratio_rests_on_the_counts_of_both_waves(declared, cohort):  # noqa: F811
    asking = naming(declared, "risk_ratio")
    found = estimate(measured(people_of(cohort, declared, 300), declared), cohort, asking)
    cells = read_cells(found, asking)
    row = found.index[found["quantity"].eq("risk_ratio") & found["authority"].eq("")][0]
    shown = cells.table.set_index("cell").loc[cells.parts.loc[cells.parts["row"].eq(row), "cell"]]
    shares = shown[shown["kind"].eq("share")]
    assert set(shares["wave"]) == {wave.id for wave in cohort.waves}
    assert sorted(shares["value"]) == sorted(found.loc[row, ["numerator", "numerator_reference"]])
