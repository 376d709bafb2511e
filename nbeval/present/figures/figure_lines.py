"""The sheet of a picture with one line per row: labels on the left, numbers on the right, scale between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.lines as mlines
from matplotlib.axes import Axes

from nbeval.present.figures.figure_style import (
    COLOURS,
    INK,
    MARKERS,
    POINT,
    QUIET,
    SIZE,
    SMALL,
    WIDTH,
    Drawing,
    folded,
    width_of,
)
from nbeval.present.figures.marks import Line, Picture

LABELS = 56.0           # widest column of labels, millimetres
LEAD = SIZE * POINT * 1.25
EDGE = 1.5


@dataclass(frozen=True)
class Place:
    """A line with its label as written and the height of its middle."""

    line: Line
    label: str
    y: float


def places(picture: Picture, top: float, gap: float,
           values: Callable[[Line], str]) -> tuple[tuple[Place, ...], tuple[tuple[float, str], ...], float]:
    """Set the lines one under the other; return them, the headings with their heights, and the bottom."""
    spots, headings, y = [], [], top
    for line in picture.lines:
        if line.heading:
            heading = folded(line.heading, WIDTH - 2 * EDGE)
            height = LEAD * (heading.count("\n") + 1)
            y += 1.6 if spots or headings else 0.0
            headings.append((y + height / 2, heading))
            y += height + 0.6
        elif spots and spots[-1].line.beneath and not line.beneath:
            y += 2.2
        label = folded(line.label, LABELS - (3.0 if line.beneath else 0.0), SMALL if line.beneath else SIZE)
        rows = 1 + max(label.count("\n"), text_at(line, values).count("\n"))
        height = max(LEAD * rows + 1.8, gap * len(line.marks) + 1.6, 4.4 if line.beneath else 5.6)
        spots.append(Place(line, label, y + height / 2))
        y += height
    return tuple(spots), tuple(headings), y


def sheet(picture: Picture, *, values: Callable[[Line], str], gap: float) -> tuple[Drawing, Axes, tuple[Place, ...]]:
    """Make the sheet of a picture and write everything on it but the marks.

    Parameters
    ----------
    picture
        Lines and marks.
    values
        Gives the numbers that stand at the right end of a line.
    gap
        Millimetres between the marks of one line.

    Returns
    -------
    tuple
        The drawing, its axes, and the lines with their places.
    """
    top = _top(picture)
    spots, headings, bottom = places(picture, top, gap, values)
    drawing = Drawing.of(bottom + 9.5)
    left = EDGE + max((width_of(spot.label, SMALL if spot.line.beneath else SIZE) + (3.0 if spot.line.beneath else 0.0)
                       for spot in spots), default=0.0) + 4.0
    right = WIDTH - EDGE - max((width_of(text_at(spot.line, values)) for spot in spots), default=0.0) - 3.0
    axes = drawing.axes(left, top, right, bottom)
    _around(drawing, picture, (left + right) / 2, top, bottom)
    for y, heading in headings:
        drawing.text(EDGE, y, heading, fontweight="bold")
    for spot in spots:
        indent, size, colour = (3.0, SMALL, QUIET) if spot.line.beneath else (0.0, SIZE, INK)
        drawing.text(EDGE + indent, spot.y, spot.label, fontsize=size, color=colour, linespacing=1.15)
        drawing.text(WIDTH - EDGE, spot.y, text_at(spot.line, values), ha="right", fontsize=size, color=colour)
    return drawing, axes, spots


def _top(picture: Picture) -> float:
    """How much room the key, the banner and the remark take above the lines."""
    keyed = len(picture.series) > 1
    top = 7.5 if picture.banner or keyed else 2.0
    return top + (key_height(picture) if keyed else 0.0) + (5.0 if picture.remark else 0.0)


def _around(drawing: Drawing, picture: Picture, middle: float, top: float, bottom: float) -> None:
    """Write what stands above and below the lines."""
    half = width_of(picture.unit, SMALL) / 2 + EDGE
    drawing.text(min(max(middle, half), WIDTH - half), bottom + 6.6, picture.unit, ha="center", fontsize=SMALL, color=QUIET)
    drawing.banner(picture.banner)
    if len(picture.series) > 1:
        key(drawing, picture)
    if picture.remark:
        drawing.text(EDGE, top - 3.4, picture.remark, fontsize=SMALL, color=QUIET)


def text_at(line: Line, values: Callable[[Line], str]) -> str:
    """The numbers of a line, or that they are not shown."""
    if any(mark.shown for mark in line.marks):
        return values(line)
    return " ".join(dict.fromkeys(mark.text for mark in line.marks))


def key_rows(picture: Picture) -> list[list[tuple[float, str]]]:
    """The series set into rows that leave room for the banner: the start of each, and its words."""
    limit = WIDTH - EDGE - (width_of(picture.banner, SMALL, "bold") + 6.0 if picture.banner else 0.0)
    rows: list[list[tuple[float, str]]] = [[]]
    x = EDGE
    for name in picture.series:
        wide = 5.0 + width_of(name) + 6.0
        if rows[-1] and x + wide > limit:
            rows.append([])
            x = EDGE
        rows[-1].append((x, name))
        x += wide
    return rows


def key_height(picture: Picture) -> float:
    """How much the key needs beyond its first row."""
    return 5.0 * (len(key_rows(picture)) - 1)


def key(drawing: Drawing, picture: Picture) -> None:
    """Name each series beside its mark, above the lines."""
    published = {mark.series for line in picture.lines for mark in line.marks if mark.published}
    for number, row in enumerate(key_rows(picture)):
        y = 3.4 + 5.0 * number
        for x, name in row:
            place = picture.series.index(name)
            colour = COLOURS[place % len(COLOURS)]
            look = {"markerfacecolor": colour, "markeredgecolor": colour, "marker": MARKERS[place % len(MARKERS)]}
            if name in published:
                look = {"markerfacecolor": "white", "markeredgecolor": INK, "marker": "D"}
            drawing.figure.add_artist(mlines.Line2D(
                [(x + 1.4) / drawing.width], [1 - y / drawing.height], linestyle="none", markersize=5.4, **look))
            drawing.text(x + 4.4, y, name)
