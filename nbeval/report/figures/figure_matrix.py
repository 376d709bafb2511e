"""A matrix of counts: outcomes down the side, readings across, and in words what they say together."""

from __future__ import annotations

from math import sqrt

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from nbeval.report.figures.figure_lines import EDGE, LEAD
from nbeval.report.figures.figure_style import COLOURS, HAIR, INK, QUIET, SMALL, WIDTH, Drawing, folded, theme
from nbeval.report.figures.marks import Line, Picture

LABEL, WORDS = 56.0, 38.0               # millimetres for the outcome and for what its measures say
LARGEST = 3.6                           # radius of the largest circle


def matrix(picture: Picture) -> Drawing:
    """Draw a circle for every count that is not nought, its area and the number in it the count.

    Parameters
    ----------
    picture
        Lines whose marks are counts, one per series.

    Returns
    -------
    Drawing
    """
    with theme():
        rows = [(line, folded(line.label, LABEL - 4.0), folded(line.verdict, WORDS - 2.0, SMALL)) for line in picture.lines]
        heights = [max(LEAD * (1 + max(label.count("\n"), words.count("\n"))) + 3.4, 2 * LARGEST + 1.6) for _, label, words in rows]
        top = (7.5 if picture.banner else 2.0) + 10.0
        drawing = Drawing.of(top + sum(heights) + 2.0)
        drawing.banner(picture.banner)
        axes = drawing.axes(0.0, 0.0, WIDTH, drawing.height)
        axes.set_xlim(0, WIDTH)
        axes.set_xticks([])
        axes.axis("off")
        _heads(drawing, picture, top)
        most = max((mark.value or 0.0 for line in picture.lines for mark in line.marks), default=1.0) or 1.0
        for (line, label, words), height in zip(rows, heights, strict=True):
            axes.plot([EDGE, WIDTH - EDGE], [top, top], color=HAIR, linewidth=0.6)
            y = top + height / 2
            drawing.text(EDGE, y, label, linespacing=1.15)
            drawing.text(WIDTH - EDGE - WORDS + 2.0, y, words, fontsize=SMALL, linespacing=1.15, color=QUIET)
            _counts(axes, drawing, line, y, picture, most)
            top += height
        return drawing


def _columns(picture: Picture) -> list[float]:
    """The middle of each column."""
    room = WIDTH - 2 * EDGE - LABEL - WORDS
    step = room / max(len(picture.series), 1)
    return [EDGE + LABEL + step * (place + 0.5) for place in range(len(picture.series))]


def _heads(drawing: Drawing, picture: Picture, top: float) -> None:
    """The name of each column."""
    middles = _columns(picture)
    wide = middles[1] - middles[0] - 1.0 if len(middles) > 1 else 30.0
    for x, name in zip(middles, picture.series, strict=True):
        drawing.text(x, top - 4.2, folded(name, wide, SMALL), ha="center", fontsize=SMALL, fontweight="bold", linespacing=1.1)


def _counts(axes: Axes, drawing: Drawing, line: Line, y: float, picture: Picture, most: float) -> None:
    """The circles of one line; only what got better or worse beyond doubt is filled, and every circle has its number."""
    for x, mark in zip(_columns(picture), line.marks, strict=True):
        if not mark.value:
            continue
        filled = mark.series in picture.filled
        radius = max(LARGEST * sqrt(mark.value / most), 2.0)
        colour = COLOURS[-picture.filled.index(mark.series)] if filled else QUIET
        axes.add_patch(Circle((x, y), radius, facecolor=colour if filled else "white", edgecolor=colour, linewidth=1.0, zorder=2))
        drawing.text(x, y, mark.text, ha="center", fontweight="bold", color="white" if filled else INK)
