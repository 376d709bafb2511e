"""Two waves on one line: both estimates with their intervals, joined, and the word the test allows."""

from __future__ import annotations

from nbeval.present.figures.figure_dots import dots_on, value_text
from nbeval.present.figures.figure_lines import Place, sheet
from nbeval.present.figures.figure_style import QUIET, Drawing, theme
from nbeval.present.figures.marks import Picture

GAP = 2.8


def dumbbell(picture: Picture) -> Drawing:
    """Draw the first and the last wave of every line, and how they are joined.

    Parameters
    ----------
    picture
        Lines with the marks of both waves, the earlier first.

    Returns
    -------
    Drawing
    """
    with theme():
        drawing, axes, spots = sheet(picture, values=both_and_verdict, gap=GAP)
        dots_on(axes, picture, spots, GAP)
        for place in spots:
            first, last = place.line.marks[0], place.line.marks[-1]
            if first.shown and last.shown:
                axes.plot([first.value, last.value], [place.y - GAP / 2, place.y + GAP / 2], color=QUIET, linewidth=0.8,
                          linestyle=(0, (2, 1.5)), zorder=1)
        return drawing


def both_and_verdict(place: Place) -> str:
    """The numbers of both waves over the word of the test."""
    numbers = value_text(place)
    short = place.line.verdict.partition(",")[0]
    return f"{numbers}\n{short}" if short else numbers
