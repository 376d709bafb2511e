"""Codings: single codes and ranges, both ends included, missing values never."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.codes import matcher
from nbeval.errors import DictionaryError


@pytest.mark.parametrize(("codes", "counted"), [
    (("7",), [7]), (("0-4",), [0, 1, 2, 3, 4]), (("0-1", "9", "4-5"), [0, 1, 4, 5, 9]), (("-2--1",), [-2, -1]),
    (("-8",), [-8]), ((), []),
])
def test_codes_that_count_are_those_written(codes, counted):
    values = np.arange(-9, 12)
    assert values[matcher(codes).contains(values)].tolist() == counted
    assert list(matcher(codes).listed(-9, 11)) == counted


def test_missing_values_never_count():
    assert matcher(("0-10",)).contains([1.0, float("nan")]).tolist() == [True, False]
    assert matcher(("0-10",)).contains(pd.Series([1, pd.NA], dtype="Int64")).tolist() == [True, False]


def test_scores_between_whole_numbers_count_within_a_range():
    assert matcher(("0-4.5",)).contains([4.5, 4.51]).tolist() == [True, False]


def test_codes_are_listed_within_bounds_only():
    assert matcher(("7-10",)).listed(0, 8) == (7, 8)


@pytest.mark.parametrize("wrong", ["", "-", "a", "1-", "1,2", "1 - 2", "1-2-3"])
def test_what_is_no_code_is_refused(wrong):
    with pytest.raises(DictionaryError, match="is not a code"):
        matcher((wrong,))


def test_a_range_that_runs_backwards_is_refused():
    with pytest.raises(DictionaryError) as error:
        matcher(("4-0",))
    assert error.value.do == "write 0-4."
