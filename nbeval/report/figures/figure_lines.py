"""The sheet of a picture with one line per row: labels on the left, numbers on the right, scale between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.lines as mlines
from matplotlib.axes import Axes

from nbeval.report.figures.figure_style import (
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
from nbeval.report.figures.marks import Line, Picture

LABELS = 56.0           # widest column of labels, millimetres
LEAD = SIZE * POINT * 1.25
EDGE = 1.5


@dataclass(frozen=True)
class Place:
    """A line with its label and its numbers as written: the heights of their middles, and of its marks."""

    line: Line
    label: str
    text: str
    y: float
    label_y: float
    text_y: float

    @property
    def size(self) -> float:
        """The size of its letters."""
        return SMALL if self.line.beneath else SIZE

    @property
    def indent(self) -> float:
        """How far its label is set in."""
        return 3.0 if self.line.beneath else 0.0


def places(picture: Picture, top: float, gap: float, values: Callable[[Line], str],
           width: float) -> tuple[tuple[Place, ...], tuple[tuple[float, str], ...], float]:
    """Set the lines one under the other; return them, the headings with their heights, and the bottom."""
    spots, headings, y = [], [], top
    for line in picture.lines:
        if line.heading:
            heading = folded(line.heading, width - 2 * EDGE)
            height = LEAD * (heading.count("\n") + 1)
            y += 1.6 if spots or headings else 0.0
            headings.append((y + height / 2, heading))
            y += height + 0.6
        elif spots and spots[-1].line.beneath and not line.beneath:
            y += 2.2
        place = _stacked(line, y, gap, values, width) if width < WIDTH else _beside(line, y, gap, values)
        spots.append(place[0])
        y = place[1]
    return tuple(spots), tuple(headings), y


def _beside(line: Line, top: float, gap: float, values: Callable[[Line], str]) -> tuple[Place, float]:
    """A line whose label stands to the left of its marks and whose numbers to the right; and where it ends."""
    label = folded(line.label, LABELS - (3.0 if line.beneath else 0.0), SMALL if line.beneath else SIZE)
    text = text_at(line, values)
    rows = 1 + max(label.count("\n"), text.count("\n"))
    height = max(LEAD * rows + 1.8, gap * len(line.marks) + 1.6, 4.4 if line.beneath else 5.6)
    middle = top + height / 2
    return Place(line, label, text, middle, middle, middle), top + height


def _stacked(line: Line, top: float, gap: float, values: Callable[[Line], str], width: float) -> tuple[Place, float]:
    """A line whose label and numbers stand above its marks; and where it ends."""
    size, indent = (SMALL, 3.0) if line.beneath else (SIZE, 0.0)
    label = folded(line.label, width - 2 * EDGE - indent, size)
    text = folded(text_at(line, values).replace("\n", ", "), width - 2 * EDGE, size)
    first, second = (LEAD * (words.count("\n") + 1) for words in (label, text))
    fits = width_of(label, size) + indent + width_of(text, size) + 4.0 <= width - 2 * EDGE
    below = top + 1.0 + first + (0.0 if fits else second)
    band = gap * len(line.marks) + 2.0
    return Place(line, label, text, below + band / 2, top + 1.0 + first / 2, below - second / 2), below + band + 1.0


def sheet(picture: Picture, *, values: Callable[[Line], str], gap: float,
          width: float = WIDTH) -> tuple[Drawing, Axes, tuple[Place, ...]]:
    """Make the sheet of a picture and write everything on it but the marks.

    Parameters
    ----------
    picture
        Lines and marks.
    values
        Gives the numbers that stand at the right end of a line.
    gap
        Millimetres between the marks of one line.
    width
        Of the sheet; on one for a telephone the marks have all of it, under their label and numbers.

    Returns
    -------
    tuple
        The drawing, its axes, and the lines with their places.
    """
    unit = folded(picture.unit, width - 2 * EDGE, SMALL)
    remark = folded(picture.remark, width - 2 * EDGE, SMALL)
    top = _top(picture, remark, width)
    spots, headings, bottom = places(picture, top, gap, values, width)
    drawing = Drawing.of(bottom + 9.5 + LEAD * unit.count("\n"), width)
    left, right = EDGE + 3.0, width - EDGE - 4.0
    if width == WIDTH:
        left = EDGE + max((width_of(spot.label, spot.size) + spot.indent for spot in spots), default=0.0) + 4.0
        right = width - EDGE - max((width_of(spot.text) for spot in spots), default=0.0) - 3.0
    axes = drawing.axes(left, top, right, bottom)
    half = width_of(unit, SMALL) / 2 + EDGE
    drawing.text(min(max((left + right) / 2, half), width - half), bottom + 5.2, unit, ha="center", va="top", fontsize=SMALL, color=QUIET,
                 linespacing=1.15)
    _above(drawing, picture, remark, top)
    for y, heading in headings:
        drawing.text(EDGE, y, heading, fontweight="bold")
    paper = {} if width == WIDTH else {"bbox": {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}}
    for spot in spots:
        how = {"fontsize": spot.size, "color": QUIET if spot.line.beneath else INK, "linespacing": 1.15, **paper}
        drawing.text(EDGE + spot.indent, spot.label_y, spot.label, **how)
        drawing.text(width - EDGE, spot.text_y, spot.text, ha="right", **how)
    return drawing, axes, spots


def _top(picture: Picture, remark: str, width: float) -> float:
    """How much room the key, the banner and the remark take above the lines."""
    keyed = len(picture.series) > 1
    top = 7.5 if picture.banner or keyed else 2.0
    return top + (key_height(picture, width) if keyed else 0.0) + (1.3 + LEAD * (remark.count("\n") + 1) if remark else 0.0)


def _above(drawing: Drawing, picture: Picture, remark: str, top: float) -> None:
    """Write what stands above the lines."""
    drawing.banner(picture.banner)
    if len(picture.series) > 1:
        key(drawing, picture)
    if remark:
        drawing.text(EDGE, top - 1.5 - LEAD * (remark.count("\n") + 1) / 2, remark, fontsize=SMALL, color=QUIET, linespacing=1.15)


def text_at(line: Line, values: Callable[[Line], str]) -> str:
    """The numbers of a line, or that they are not shown."""
    if any(mark.shown for mark in line.marks):
        return values(line)
    return " ".join(dict.fromkeys(mark.text for mark in line.marks))


def key_rows(picture: Picture, width: float) -> list[list[tuple[float, str]]]:
    """The series set into rows that leave room for the banner: the start of each, and its words."""
    limit = width - EDGE - (width_of(picture.banner, SMALL, "bold") + 6.0 if picture.banner else 0.0)
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


def key_height(picture: Picture, width: float) -> float:
    """How much the key needs beyond its first row."""
    return 5.0 * (len(key_rows(picture, width)) - 1)


def key(drawing: Drawing, picture: Picture) -> None:
    """Name each series beside its mark, above the lines."""
    published = {mark.series for line in picture.lines for mark in line.marks if mark.published}
    for number, row in enumerate(key_rows(picture, drawing.width)):
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
