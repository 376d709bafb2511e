"""Distributions: one bar for each wave, its bands side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData
from nbeval.report.charts.rows import percent_axis
from nbeval.report.charts.sheet import EDGE, HATCHES, INK, SHADES, SMALL, WIDTH, Sheet, is_dark, width_of, wrapped

BAR = 11.5              # of a bar with the room below it, millimetres
NAME = 0.21             # of the width, for the name of a wave


class Stacked(Chart):
    """One bar for each series and distribution under a key of its bands; a withheld band has no bar, and the key says so."""

    id = "stacked"
    marks = "bands"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        names = [wrapped(name, NAME * width) for name in data.series]
        left = EDGE + 3.0 + (max(map(width_of, names), default=0.0) if len(names) > 1 else 0.0)
        right, sheet = width - 5.0, Sheet(data, width)
        for block in data.blocks:
            if block[0][0].heading:
                sheet.paragraph(block[0][0].heading, fontweight="bold")
            sheet.y += 2.2
            words = [" ".join([line[0].label, *dict.fromkeys(mark.text for mark in line if not mark.is_shown)]) for line in block]
            sheet.key((word, _look(place)) for place, word in enumerate(words))
            top, sheet.y = sheet.y + 3.2, sheet.y + 3.2 + BAR * len(names)
            axes = sheet.axes(left, top, right, sheet.y)
            sns.despine(ax=axes, left=True, bottom=True)
            values, texts = (pd.DataFrame({number: [getattr(mark, name) for mark in line] for number, line in enumerate(block)})
                             for name in ("value", "text"))
            bars(axes, values, texts, room=100 / (right - left))
            axes.set(xlim=(0, 100), ylim=(len(names) - 0.5, -0.5), xticks=[])
            for number, name in enumerate(names if len(names) > 1 else ()):
                sheet.text(EDGE, top + BAR * (number + 0.5), name)
            sheet.y += 1.5
        axes = sheet.axes(left, sheet.y, right, sheet.y + 0.1)
        percent_axis(axes, 99.0)
        axes.set_xlabel(data.unit, labelpad=3)
        return sheet.finish(9.0)


def bars(axes: Axes, values: pd.DataFrame, texts: pd.DataFrame, *, room: float, start: pd.Series | float = 0.0,
         shades: Sequence[str] = SHADES, hatches: Sequence[str] = HATCHES) -> None:
    """Draw one bar for each row, its bands side by side in the order of the columns; a band without a value is left out.

    ``texts`` are written on the bands that are wide enough for them: ``room`` is how much of the scale a millimetre takes.
    """
    for place, band in enumerate(values):
        shown = values[band].dropna()
        left = (start + values[values.columns[:place]].sum(axis=1))[shown.index]
        axes.barh([values.index.get_loc(row) for row in shown.index], shown, left=left, height=0.78, edgecolor="white", linewidth=0.8,
                  **_fill(place, shades, hatches))
        for row, value in shown.items():
            text = texts.loc[row, band]
            if text and value > (width_of(text, SMALL) + 3.5) * room:
                axes.text(left[row] + value / 2, values.index.get_loc(row), text, ha="center", va="center", fontsize=SMALL,
                          color="white" if is_dark(shades[place % len(shades)]) else INK)


def _fill(place: int, shades: Sequence[str], hatches: Sequence[str]) -> dict[str, str]:
    """The colour and the hatch of a band."""
    return {"facecolor": shades[place % len(shades)], "hatch": hatches[place % len(hatches)] if hatches else ""}


def _look(place: int) -> dict[str, str]:
    """The sign of a band in a key."""
    return _fill(place, SHADES, HATCHES)
