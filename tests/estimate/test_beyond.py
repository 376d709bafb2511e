"""Changes of the whole cohort as statements beyond its authorities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Measure
from nbeval.estimate.assembly import estimate
from nbeval.estimate.glm import clustered_mean
from nbeval.frames import Method, Reason
from tests.estimate.test_assembly import measured, people_of
from tests.guards import some

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "df", "p_value"]


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="module")
def both(declared):
    """What was measured, and its results read as of these authorities and beyond them."""
    cohort = declared.cohorts[0]
    given = measured(people_of(cohort, declared), declared)
    found = [estimate(given, cohort.model_copy(update={"inference": name}), declared) for name in ("these_authorities", "beyond_authorities")]
    return given, *found


def of_whole(results: pd.DataFrame) -> pd.Series:
    return (results["quantity"].eq("change") & results["contrast"].eq("wave") & results["authority"].eq("") & results["group"].eq("")
            & results["indicator"].ne("") & ~results["weighted"])


def test_changes_of_the_whole_cohort_have_the_errors_of_clusters(declared, both):
    given, _, beyond = both
    measures = {one.indicator: one.measure for one in declared.indicators}
    for row in some(beyond[of_whole(beyond)].to_dict("records")):
        values = given.values[given.values["indicator"].eq(row["indicator"]) & given.values["wave"].isin([row["wave"], row["reference"]])]
        one = clustered_mean(values["value"], values["authority"].astype(str), values["wave"].eq(row["wave"]))
        factor = 100 if measures[row["indicator"]] is Measure.PERCENT else 1
        assert [row["estimate"], row["conf_low"], row["conf_high"]] == pytest.approx([factor * one.estimate, factor * one.conf_low, factor * one.conf_high])
        assert (row["df"], row["p_value"]) == pytest.approx((one.df, one.p_value)) and row["method"] == Method.CR2


def test_three_authorities_leave_few_degrees_of_freedom_and_it_is_said(both):
    *_, beyond = both
    rows = beyond[of_whole(beyond)]
    assert len(rows) and rows["df"].lt(4).all() and rows["warning"].eq(Reason.FEW_DF).all()


def test_no_estimate_moves_and_nothing_else_does(both):
    _, these, beyond = both
    mine = of_whole(these).to_numpy()
    assert mine.any() and np.array_equal(mine, of_whole(beyond).to_numpy())
    np.testing.assert_allclose(beyond["estimate"], these["estimate"], rtol=1e-9)
    pd.testing.assert_frame_equal(these.loc[~mine, NUMBERS], beyond.loc[~mine, NUMBERS])
