"""Two waves on one line: both estimates with their intervals, joined, and the word the test allows."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.collections import LineCollection

from nbeval.report.figures.figure_dots import dots_on, value_text
from nbeval.report.figures.figure_lines import sheet
from nbeval.report.figures.figure_style import QUIET, WIDTH, Drawing, theme
from nbeval.report.figures.marks import Line, Picture

GAP = 2.4
MANY = 20           # lines from which the verdict moves beside the numbers, so that a page can hold them


def dumbbell(picture: Picture, width: float = WIDTH) -> Drawing:
    """Draw the first and the last wave of every line, and how they are joined.

    Parameters
    ----------
    picture
        Lines with the marks of both waves, the earlier first.
    width
        Of the sheet, in millimetres.

    Returns
    -------
    Drawing
    """
    with theme():
        drawing, axes, spots = sheet(picture, values=values_for(picture), gap=GAP, width=width)
        dots_on(axes, picture, spots, GAP)
        pairs = [(place.y, place.line.marks[0], place.line.marks[-1]) for place in spots]
        axes.add_collection(LineCollection(
            [[(first.value, y - GAP / 2), (last.value, y + GAP / 2)] for y, first, last in pairs if first.shown and last.shown],
            colors=QUIET, linewidths=0.8, linestyles=[(0, (2, 1.5))], zorder=1))
        return drawing


def values_for(picture: Picture) -> Callable[[Line], str]:
    """The numbers of both waves and the word of the test: one under the other, or beside each other where many."""
    between = ", " if len(picture.lines) > MANY else "\n"

    def values(line: Line) -> str:
        """The numbers and the word of one line."""
        return between.join(part for part in (value_text(line), line.short) if part)

    return values
