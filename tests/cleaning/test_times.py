"""Times as survey tools write them."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.cleaning.reading import read_times

APRIL = pd.Timestamp("2020-04-01 10:05")


@pytest.mark.parametrize("text", [
    "2020-04-01 10:05", "2020-04-01T10:05:00", "2020-04-01T10:05:00Z", "01/04/2020 10:05", "01/04/2020 10:05:00",
    "01-04-2020 10:05", "01.04.2020 10:05", "1 Apr 2020 10:05", "01/04/2020 10:05 AM",
])
def test_usual_ways_of_writing_a_time_are_read_day_first(text):
    assert read_times(pd.Series([text, ""])).tolist()[0] == APRIL


def test_month_first_is_taken_only_where_day_first_does_not_fit():
    assert read_times(pd.Series(["04/13/2020 10:05:00", "04/01/2020 10:05:00"])).tolist() == [
        pd.Timestamp("2020-04-13 10:05"), APRIL,
    ]


def test_blank_and_strange_times_are_missing():
    read = read_times(pd.Series(["2020-04-01", "", None, "yesterday"]))
    assert read.notna().tolist() == [True, False, False, False]


def test_no_times_at_all_are_missing_times():
    assert read_times(pd.Series([None, None], dtype="str")).isna().all()
