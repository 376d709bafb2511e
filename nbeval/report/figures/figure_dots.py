"""Dots with their intervals, one line each; published figures are open diamonds on lines of their own."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from nbeval.report.figures.figure_lines import Place, sheet
from nbeval.report.figures.figure_style import COLOURS, HAIR, INK, MARKERS, WIDTH, Drawing, percent_axis, theme
from nbeval.report.figures.marks import Line, Mark, Picture
from nbeval.report.numerals import MINUS, numeral

GAP = 2.6           # millimetres between the marks of one line


def dots(picture: Picture, width: float = WIDTH) -> Drawing:
    """Draw every mark of a picture as a dot with its interval.

    Parameters
    ----------
    picture
        Lines and marks.
    width
        Of the sheet, in millimetres.

    Returns
    -------
    Drawing
    """
    with theme():
        drawing, axes, spots = sheet(picture, values=value_text, gap=GAP, width=width)
        dots_on(axes, picture, spots, GAP)
        return drawing


def dots_on(axes: Axes, picture: Picture, spots: tuple[Place, ...], gap: float) -> None:
    """Draw the scale, the intervals and the marks of all lines."""
    _scale(axes, picture)
    _intervals(axes, picture, spots, gap)
    _points(axes, picture, spots, gap)


def value_text(line: Line) -> str:
    """The numbers of a line, at its right end."""
    marks = line.marks
    if len(marks) == 1 and marks[0].interval:
        return f"{marks[0].text}  ({marks[0].interval})"
    return " / ".join(mark.text for mark in marks)


def spread_marks(place: Place, gap: float) -> list[tuple[Mark, float]]:
    """The marks of a line with their heights, so that intervals do not cover one another."""
    marks = place.line.marks
    start = place.y - gap * (len(marks) - 1) / 2
    return [(mark, start + gap * number) for number, mark in enumerate(marks)]


def _intervals(axes: Axes, picture: Picture, spots: tuple[Place, ...], gap: float) -> None:
    """The intervals of all marks."""
    known = [(mark, y) for place in spots for mark, y in spread_marks(place, gap)
             if mark.shown and mark.low is not None and mark.high is not None]
    colours = [INK if mark.published else COLOURS[picture.series.index(mark.series) % len(COLOURS)] for mark, _ in known]
    axes.hlines([y for _, y in known], [mark.low for mark, _ in known], [mark.high for mark, _ in known],
                colors=colours, linewidth=1.4, zorder=2)


def _points(axes: Axes, picture: Picture, spots: tuple[Place, ...], gap: float) -> None:
    """All marks: filled for ours, open diamonds for published figures."""
    shown = [(mark, y) for place in spots for mark, y in spread_marks(place, gap) if mark.shown]
    for at, name in enumerate(picture.series):
        _scatter(axes, [(mark.value, y) for mark, y in shown if mark.series == name and not mark.published],
                 marker=MARKERS[at % len(MARKERS)], s=34, color=COLOURS[at % len(COLOURS)], edgecolors="white", linewidths=0.6)
    _scatter(axes, [(mark.value, y) for mark, y in shown if mark.published],
             marker="D", s=30, facecolors="white", edgecolors=INK, linewidths=1.2)


def _scatter(axes: Axes, points: list[tuple[float, float]], **look: object) -> None:
    """Marks of one look; none where there are none."""
    if points:
        axes.scatter(*zip(*points, strict=True), zorder=3, clip_on=False, **look)


def _scale(axes: Axes, picture: Picture) -> None:
    """The scale under the dots: percentages from zero, differences around zero, ratios around one."""
    ends = [end for line in picture.lines for mark in line.marks for end in (mark.value, mark.low, mark.high) if end is not None]
    if picture.percent:
        percent_axis(axes, max(ends, default=10.0))
    else:
        _free_scale(axes, picture, ends)


def _free_scale(axes: Axes, picture: Picture, ends: list[float]) -> None:
    """A scale without fixed ends, with a line at what means no difference."""
    known = [*ends, picture.reference] if picture.reference is not None else ends or [0.0, 1.0]
    low, high = min(known), max(known)
    if picture.log:
        axes.set_xscale("log")
        axes.set_xlim(low / 1.25, high * 1.25)
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        room = (high - low or 1.0) * 0.05
        axes.set_xlim(low - room, high + room)
        axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        signed = picture.reference == 0
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, signed=signed)))
    axes.tick_params(axis="x", which="both", length=0, pad=2)
    axes.grid(axis="x", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)
    if picture.reference is not None:
        axes.axvline(picture.reference, color=INK, linewidth=0.9, zorder=1)


def _tick(value: float, *, signed: bool) -> str:
    """A number on the scale."""
    text = f"{abs(value):g}"
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed and numeral(value, 4) != numeral(0.0, 4) else text
