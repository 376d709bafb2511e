"""The smallest change that could have shown, held to R (reference script power.R: power.prop.test, power.t.test)."""

import numpy as np
import pytest

from nbeval.estimate import power
from tests.estimate.reference import case, expected_rows, meets

WAYS = {"smallest_rise": 1.0, "smallest_fall": 0.0}


@pytest.mark.parametrize("row", expected_rows("power", methods=["normal_pooled"]))
def test_smallest_change_of_a_proportion_is_that_of_r(row):
    given = case("power_cases", row.case)
    found = power.smallest_towards(
        WAYS[row.quantity], given["p_baseline"], given["n_final"], given["n_baseline"], power=given["power"], alpha=given["alpha"])
    meets(row, found)


@pytest.mark.parametrize("row", expected_rows("power", methods=["noncentral_t"]))
def test_smallest_change_of_a_mean_is_that_of_r(row):
    given = case("power_cases", row.case)
    level = {"power": given["power"], "alpha": given["alpha"]}
    if given["kind"] == "paired_mean":
        meets(row, power.smallest_change_paired(given["sd"], given["n_final"], **level))
    else:
        meets(row, power.smallest_change_mean(given["sd"], given["n_final"], given["n_baseline"], **level))


def test_a_change_either_way_is_the_larger_of_rise_and_fall():
    rise, fall = power.smallest_towards(1, 0.67, 400, 400), power.smallest_towards(0, 0.67, 400, 400)
    assert power.smallest_change_percent(0.67, 400, 400).estimate == max(rise.estimate, -fall.estimate)


def test_where_there_is_room_for_one_way_only_it_says_which():
    found = power.smallest_change_percent(0.97, 150, 150)
    assert found.estimate == pytest.approx(-power.smallest_towards(0, 0.97, 150, 150).estimate)
    assert found.warning.startswith("a fall")


@pytest.mark.parametrize("found", [
    power.smallest_change_percent(np.nan, 10, 0), power.smallest_change_percent(0.5, 3, 2),
    power.smallest_change_mean(np.nan, 5, 1), power.smallest_change_mean(0.0, 5, 5),
    power.smallest_change_mean(2.0, 0, 9), power.smallest_change_paired(1.0, 1),
])
def test_where_no_change_could_have_shown_there_is_a_reason_and_no_number(found):
    assert np.isnan(found.estimate) and found.warning.startswith("not estimable")


def test_more_answers_show_smaller_changes():
    sizes = [power.smallest_change_percent(0.6, n, n).estimate for n in (50, 100, 400, 1600)]
    assert sizes == sorted(sizes, reverse=True)
