"""Ten figures of people, of whom so many are filled: a share as anybody can count it, narrow enough for a telephone."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from nbeval.report.figures.figure_lines import LEAD
from nbeval.report.figures.figure_style import COLOURS, QUIET, SMALL, Drawing, folded, theme
from nbeval.report.figures.marks import Line, Mark, Picture
from nbeval.report.numerals import ten

SHEET = 84.0                            # millimetres
EDGE, STEP, TALL, WIDE = 1.5, 5.2, 8.6, 3.6
NAME = 20.0                             # room for the name of a wave, where a line has two


def icons(picture: Picture) -> Drawing:
    """Draw ten people per mark under the words of their line; withheld marks have none and say so.

    Parameters
    ----------
    picture
        Lines. Where they say how something changed, each wave is drawn with its name, else the last wave alone.

    Returns
    -------
    Drawing
    """
    with theme():
        words = [folded(_words(line), SHEET - 2 * EDGE) for line in picture.lines]
        top = 7.5 if picture.banner else 2.0
        heights = [LEAD * (text.count("\n") + 1) + 2.0 for text in words]
        rows = [_rows(line) for line in picture.lines]
        drawing = Drawing.of(top + sum(heights) + sum(len(marks) * (TALL + 2.4) + 3.0 for marks in rows) + 1.0, SHEET)
        drawing.banner(picture.banner)
        axes = drawing.axes(0.0, 0.0, SHEET, drawing.height)
        axes.set_xlim(0, SHEET)
        axes.set_xticks([])
        axes.axis("off")
        for text, height, marks in zip(words, heights, rows, strict=True):
            drawing.text(EDGE, top + (height - 2.0) / 2, text, linespacing=1.15)
            top += height
            for mark in marks:
                _people(axes, drawing, mark, top + TALL / 2, picture, named=len(marks) > 1)
                top += TALL + 2.4
            top += 3.0
        return drawing


def _words(line: Line) -> str:
    """What stands above the people: the label, and the word of the test where there is one."""
    return f"{line.label}: {line.short}" if line.short else line.label


def _rows(line: Line) -> tuple[Mark, ...]:
    """The marks of a line that are drawn."""
    return line.marks if line.verdict else line.marks[-1:]


def _people(axes: Axes, drawing: Drawing, mark: Mark, y: float, picture: Picture, *, named: bool) -> None:
    """The ten people of one mark, and their number in words."""
    left = EDGE
    if named:
        drawing.text(EDGE, y, folded(mark.series, NAME - 1.0, SMALL), fontsize=SMALL, color=QUIET, linespacing=1.1)
        left += NAME
    if not mark.shown:
        drawing.text(left, y, f"{picture.withheld} {mark.text}", color=QUIET)
        return
    filled = ten(mark.value)
    for place in range(10):
        _person(axes, left + STEP * place + STEP / 2, y, filled=place < filled)
    beside = left + STEP * 10 + 1.5
    words = mark.text if named else folded(_of_ten(mark, filled, picture), SHEET - EDGE - beside - 1.0)
    drawing.text(beside, y, words, fontweight="bold", linespacing=1.1)


def _of_ten(mark: Mark, filled: int, picture: Picture) -> str:
    """How many in ten, in words where ten people could not show it truly."""
    if filled == 0 and mark.value > 0:
        return picture.few
    return picture.most if filled == 10 and mark.value < 100 else picture.of_ten.format(number=filled)


def _person(axes: Axes, x: float, y: float, *, filled: bool) -> None:
    """One person: filled ones are dark, the others an outline."""
    look = {"facecolor": COLOURS[0] if filled else "white", "edgecolor": COLOURS[0] if filled else QUIET,
            "linewidth": 0.9}
    axes.add_patch(Circle((x, y - TALL / 2 + 1.5), 1.35, **look))
    axes.add_patch(FancyBboxPatch((x - WIDE / 2 + 0.7, y - TALL / 2 + 3.9), WIDE - 1.4, TALL - 4.6,
                                  boxstyle="round,pad=0.6,rounding_size=0.9", **look))
