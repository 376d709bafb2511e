"""Square tables of the same people at two waves, held to R (reference script tables.R: coin::mh_test, mcnemar.test)."""

import pytest

from nbeval.estimate.marginal_homogeneity import marginal_homogeneity, symmetry
from nbeval.estimate.paired_proportions import mcnemar
from tests.estimate.reference import available, expected_rows, inputs, meets
from tests.estimate.test_tables import counts

SQUARE = set(inputs("table_cases").query("kind == 'square'")["case_id"]) if available() else set()


@pytest.mark.parametrize("row", expected_rows("tables", methods=["stuart_maxwell", "bhapkar"]))
def test_shift_of_the_answers_is_that_of_r(row):
    meets(row, marginal_homogeneity(counts(row.case), method=row.method))


@pytest.mark.parametrize("row", expected_rows("tables", methods=["bowker"]))
def test_symmetry_is_that_of_r(row):
    meets(row, symmetry(counts(row.case)))


def test_stuarts_published_table_is_met(shared):
    found = marginal_homogeneity(counts("square_stuart"))
    assert (round(found.statistic, 2), found.df) == (11.96, 3)


def test_two_answers_give_mcnemars_test():
    table = [[30, 4], [11, 20]]
    one = mcnemar(4, 11, method="mcnemar_asymptotic").statistic
    assert marginal_homogeneity(table).statistic == pytest.approx(one)
    assert symmetry(table).statistic == pytest.approx(one)
