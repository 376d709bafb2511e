"""Places in the order of their numbers, each with its interval, around all of them together."""

from __future__ import annotations

from dataclasses import replace

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData
from nbeval.report.charts.rows import lay_out, numbers, points, scale
from nbeval.report.charts.sheet import INK, WIDTH, Sheet


class Caterpillar(Chart):
    """The highest first and withheld ones last, with a line at the number of all places together, which stay at the foot.

    An interval that crosses the line is a place that cannot be told from the whole by this alone (Goldstein and Spiegelhalter,
    Journal of the Royal Statistical Society A 1996;159:385-443): a rank says less than it seems to.
    """

    id = "caterpillar"
    marks = "places"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        *places, whole = data.lines
        ordered = sorted(places, key=lambda line: (not line[0].is_shown, -line[0].value if line[0].is_shown else 0.0, line[0].label))
        marks = [replace(mark, line=at) for at, line in enumerate([*ordered, whole]) for mark in line]
        ranked = replace(data, marks=ChartData.of(marks).marks, reference=None)
        sheet, axes, drawn = lay_out(ranked, numbers, width)
        scale(axes, drawn, percent=data.percent)
        if whole[0].is_shown:
            axes.axvline(whole[0].value, color=INK, linewidth=0.9, zorder=1)
        points(axes, drawn, data.series)
        return sheet
