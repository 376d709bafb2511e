"""A distribution as one bar per wave, its bands side by side and named where they stand."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nbeval.report.figures.figure_lines import EDGE, LEAD
from nbeval.report.figures.figure_style import INK, SMALL, WIDTH, Drawing, folded, percent_axis, theme, width_of
from nbeval.report.figures.marks import Line, Picture

BAR = 9.0
NAME = 0.21             # of the width, for the name of a wave
#: one hue from dark to light, which greyscale keeps in order
SHADES = ("#12436D", "#3E76A6", "#86AFD1", "#C9DCEB", "#E8EFF5", "#F5F8FA")
HATCHES = ("", "", "", "", "///", "...")
DARK = 2


def stacked(picture: Picture, width: float = WIDTH) -> Drawing:
    """Draw one bar per series and distribution, with a key that names the bands in their order.

    Parameters
    ----------
    picture
        Lines are bands, series are waves.
    width
        Of the sheet, in millimetres.

    Returns
    -------
    Drawing
        A withheld band has no bar and is listed as withheld in the key; those shown stand side by side in their order.
    """
    with theme():
        blocks = _blocks(picture)
        top = 7.0 if picture.banner else 2.0
        height = top + sum(_block_height(block, picture, width) for block in blocks) + 9.0
        drawing = Drawing.of(height, width)
        drawing.banner(picture.banner)
        left = EDGE + max((width_of(folded(name, NAME * width)) for name in picture.series), default=0.0) + 3.0
        left = EDGE + 3.0 if len(picture.series) == 1 else left
        for block in blocks:
            top = _block(drawing, block, picture, left, top)
        axes = drawing.axes(left, top, width - 5.0, top + 0.1)
        percent_axis(axes, 99.0)
        axes.set_xlabel(picture.unit, labelpad=3)
        return drawing


def _blocks(picture: Picture) -> list[list[Line]]:
    """The bands of each distribution."""
    blocks: list[list[Line]] = []
    for line in picture.lines:
        if line.heading or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _block_height(block: list[Line], picture: Picture, width: float) -> float:
    """The height of one distribution with its heading, key and bars."""
    heading = 6.0 if block[0].heading else 0.0
    return heading + sum(map(_row_height, _key(block, width))) + 1.5 + (BAR + 2.5) * len(picture.series) + 2.0


def _block(drawing: Drawing, block: list[Line], picture: Picture, left: float, top: float) -> float:
    """Draw one distribution; return where the next may start."""
    if block[0].heading:
        drawing.text(EDGE, top + 2.5, block[0].heading, fontweight="bold")
        top += 6.0
    for row in _key(block, drawing.width):
        middle = top + _row_height(row) / 2 - 0.3
        for x, place, words in row:
            _swatch(drawing, x, middle, place)
            drawing.text(x + 5.0, middle, words, linespacing=1.15)
        top += _row_height(row)
    top += 1.5
    bottom = top + (BAR + 2.5) * len(picture.series)
    axes = drawing.axes(left, top, drawing.width - 5.0, bottom)
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    sns.despine(ax=axes, left=True, bottom=True)
    for number, name in enumerate(picture.series):
        y = top + (BAR + 2.5) * number + BAR / 2
        if len(picture.series) > 1:
            drawing.text(EDGE, y, folded(name, NAME * drawing.width), linespacing=1.15)
        _bar(axes, block, number, y, drawing.width - 5.0 - left)
    return bottom + 2.0


def _bar(axes: Axes, block: list[Line], number: int, y: float, span: float) -> None:
    """The bands of one wave, each with its percentage where it fits."""
    bands = pd.DataFrame({"value": [line.marks[number].value for line in block]}, dtype=float)
    starts = bands["value"].fillna(0.0).cumsum().shift(fill_value=0.0)
    for place, line in enumerate(block):
        mark = line.marks[number]
        if not mark.shown:
            continue
        shade = SHADES[place % len(SHADES)]
        axes.barh(y, mark.value, left=starts[place], height=BAR, color=shade, edgecolor="white", linewidth=0.8,
                  hatch=HATCHES[place % len(HATCHES)])
        if mark.value / 100 * span > width_of(mark.text, SMALL) + 3.5:
            axes.text(starts[place] + mark.value / 2, y, mark.text, ha="center", va="center", fontsize=SMALL,
                      color="white" if place < DARK else INK)


def _key(block: list[Line], width: float) -> list[list[tuple[float, int, str]]]:
    """The bands in rows: where each starts, its place, and its words; what is not shown says so."""
    rows: list[list[tuple[float, int, str]]] = [[]]
    x = EDGE
    for place, line in enumerate(block):
        hidden = dict.fromkeys(mark.text for mark in line.marks if not mark.shown)
        words = folded(" ".join([line.label, *hidden]), width - 2 * EDGE - 10.0)
        wide = 5.0 + width_of(words) + 5.0
        if rows[-1] and x + wide > width - EDGE:
            rows.append([])
            x = EDGE
        rows[-1].append((x, place, words))
        x += wide
    return rows


def _row_height(row: list[tuple[float, int, str]]) -> float:
    """The height of a row of the key."""
    return 1.3 + LEAD * max(words.count("\n") + 1 for _, _, words in row)


def _swatch(drawing: Drawing, x: float, y: float, place: int) -> None:
    """A small square in the shade of a band."""
    drawing.figure.add_artist(Rectangle(
        (x / drawing.width, 1 - (y + 1.5) / drawing.height), 3.4 / drawing.width, 3.0 / drawing.height,
        facecolor=SHADES[place % len(SHADES)], edgecolor=INK, linewidth=0.5, hatch=HATCHES[place % len(HATCHES)]))
