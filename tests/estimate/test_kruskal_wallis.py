"""Several groups, held to R (reference script ranks.R: kruskal.test, effectsize::rank_epsilon_squared)."""

import numpy as np
import pytest

from nbeval.estimate.kruskal_wallis import kruskal_wallis
from nbeval.estimate.mann_whitney import mann_whitney
from tests.estimate.reference import expected_rows, meets
from tests.estimate.samples import groups, two_samples


@pytest.mark.parametrize("row", expected_rows("ranks", quantities=["kruskal_wallis", "epsilon_squared"]))
def test_kruskal_wallis_is_that_of_r(row):
    meets(row, kruskal_wallis(groups(row.case)))


@pytest.mark.parametrize("row", expected_rows("ranks", methods=["count"], quantities=["n"]))
def test_groups_are_read_as_r_read_them(row):
    assert sum(group.size for group in groups(row.case)) == row.estimate


@pytest.mark.parametrize("row", expected_rows(
    "ranks", quantities=["n_baseline", "n_final", "median_baseline", "median_final"]))
def test_samples_are_read_as_r_read_them(row):
    measure, wave = row.quantity.split("_")
    answers = dict(zip(("final", "baseline"), two_samples(row.case), strict=True))[wave]
    assert {"n": np.size, "median": np.median}[measure](answers) == row.estimate


def test_two_groups_give_the_square_of_mann_whitneys_z():
    one, two = [1, 3, 4, 4, 5], [2, 2, 5, 7]
    assert kruskal_wallis([one, two, []]).statistic == pytest.approx(mann_whitney(one, two).statistic ** 2)
