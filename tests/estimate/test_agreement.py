"""Agreement of two raters, held to R (reference script agreement.R: vcd::Kappa)."""

from dataclasses import replace

import numpy as np
import pytest

from nbeval.estimate.contingency import kappa
from tests.estimate.reference import case, expected_rows, inputs, meets, near

WEIGHTS = ("unweighted", "linear", "quadratic")


def rated(case_id: str) -> tuple[np.ndarray, int]:
    """Counts over the declared levels, and how many subjects lack a rating."""
    levels = [float(level) for level in case("agreement_cases", case_id)["levels"].split("|")]
    ratings = inputs("ratings").query("case_id == @case_id")[["rater_1", "rater_2"]].astype(float)
    both = ratings.dropna()
    table = np.zeros((len(levels), len(levels)))
    for one, two in both.itertuples(index=False):
        table[levels.index(one), levels.index(two)] += 1
    return table, len(ratings) - len(both)


@pytest.mark.parametrize("row", expected_rows("agreement", quantities=["kappa"]))
def test_kappa_is_that_of_r(row):
    meets(row, kappa(rated(row.case)[0], weights=row.method))


@pytest.mark.parametrize("row", expected_rows("agreement", quantities=["kappa_is_zero"]))
def test_test_of_no_agreement_beyond_chance_is_that_of_r(row):
    found = kappa(rated(row.case)[0], weights=row.method)
    meets(row, replace(found, std_error=found.estimate / found.statistic))


@pytest.mark.parametrize("row", expected_rows("agreement", quantities=["agreement", "n", "n_left_out"]))
def test_ratings_are_counted_as_r_counts_them(row):
    table, left_out = rated(row.case)
    found = {"agreement": np.trace(table) / table.sum() if table.sum() else np.nan, "n": table.sum(), "n_left_out": left_out}
    assert near(found[row.quantity], row.estimate, row)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_raters_can_change_places(weights):
    table = np.array([[9, 2, 1], [3, 7, 4], [0, 2, 8]])
    assert kappa(table, weights=weights).estimate == pytest.approx(kappa(table.T, weights=weights).estimate)
    assert kappa(table, weights=weights).std_error == pytest.approx(kappa(table.T, weights=weights).std_error)


def test_two_levels_weigh_alike():
    table = [[9, 2], [3, 7]]
    for weights in WEIGHTS:
        assert kappa(table, weights=weights).estimate == pytest.approx(kappa(table).estimate)


def test_perfect_agreement_is_not_given_as_certainty():
    found = kappa([[5, 0, 0], [0, 4, 0], [0, 0, 0]])
    assert found.estimate == 1 and np.isnan(found.conf_low) and found.warning


def test_no_subject_has_no_kappa():
    assert np.isnan(kappa(np.zeros((3, 3))).estimate) and kappa(np.zeros((3, 3))).warning
