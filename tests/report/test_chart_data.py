"""What a chart draws: one row per mark, with its columns and their types."""

from __future__ import annotations

from nbeval.report.charts.data import COLUMNS, ChartData, Mark


def test_marks_become_a_tidy_frame_in_their_order():
    data = ChartData.of([Mark(0, "A", "after", 24.0, "24%"), Mark(0, "A", "before", text="[c]"), Mark(1, "B", "after", 3.0)], unit="Share")
    assert tuple(data.marks.columns) == COLUMNS and len(data.marks) == 3
    assert data.series == ("after", "before")
    assert [[mark.text for mark in line] for line in data.lines] == [["24%", "[c]"], [""]]
    assert data.marks["value"].isna().tolist() == [False, True, False]


def test_nothing_to_draw_keeps_the_columns_and_their_types():
    data = ChartData.of([])
    assert (data.lines, data.series) == ([], ())
    assert data.marks["value"].dtype == float and data.marks["published"].dtype == bool
