"""Ten figures of people, of whom so many are filled: a share as anybody can count it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from nbeval.present.figures.figure_lines import EDGE, LABELS, LEAD
from nbeval.present.figures.figure_style import COLOURS, QUIET, WIDTH, Drawing, folded, theme, width_of
from nbeval.present.figures.marks import Line, Mark, Picture
from nbeval.present.numerals import ten

STEP, TALL, WIDE = 6.4, 8.6, 3.6


def icons(picture: Picture) -> Drawing:
    """Draw ten people per line, filled from the left; withheld lines have none and say so.

    Parameters
    ----------
    picture
        Lines; the last series is drawn where there are several.

    Returns
    -------
    Drawing
    """
    with theme():
        labels = [folded(line.label, LABELS) for line in picture.lines]
        left = EDGE + max(map(width_of, labels), default=0.0) + 5.0
        top = 7.5 if picture.banner else 2.0
        heights = [max(TALL + 3.4, LEAD * (label.count("\n") + 1) + 3.0) for label in labels]
        drawing = Drawing.of(top + sum(heights) + 1.5)
        drawing.banner(picture.banner)
        axes = drawing.axes(left, 0.0, left + STEP * 10, drawing.height)
        axes.set_xlim(0, STEP * 10)
        axes.set_xticks([])
        axes.axis("off")
        for line, label, height in zip(picture.lines, labels, heights, strict=True):
            y = top + height / 2
            drawing.text(EDGE, y, label, linespacing=1.15)
            _people(axes, drawing, line, y, left, picture)
            top += height
        return drawing


def _people(axes: Axes, drawing: Drawing, line: Line, y: float, left: float, picture: Picture) -> None:
    """The ten people of one line, and their number in words."""
    mark: Mark = line.marks[-1]
    if not mark.shown:
        drawing.text(left, y, f"{picture.withheld} {mark.text}", color=QUIET)
        return
    filled = ten(mark.value)
    for place in range(10):
        _person(axes, STEP * place + STEP / 2, y, filled=place < filled)
    words = picture.of_ten.format(number=filled)
    drawing.text(min(left + STEP * 10 + 3.0, WIDTH - EDGE - width_of(words)), y, words, fontweight="bold")


def _person(axes: Axes, x: float, y: float, *, filled: bool) -> None:
    """One person: filled ones are dark, the others an outline."""
    look = {"facecolor": COLOURS[0] if filled else "white", "edgecolor": COLOURS[0] if filled else QUIET,
            "linewidth": 0.9}
    axes.add_patch(Circle((x, y - TALL / 2 + 1.5), 1.35, **look))
    axes.add_patch(FancyBboxPatch((x - WIDE / 2 + 0.7, y - TALL / 2 + 3.9), WIDE - 1.4, TALL - 4.6,
                                  boxstyle="round,pad=0.6,rounding_size=0.9", **look))
