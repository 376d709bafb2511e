"""A timeline: one line per visit, a mark for every day, and the times to which a programme had to adapt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from matplotlib.axes import Axes

from nbeval.report.figures.figure_lines import EDGE, LABELS, LEAD
from nbeval.report.figures.figure_style import COLOURS, HAIR, INK, QUIET, SMALL, WIDTH, Drawing, folded, theme, width_of

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class TimeLine:
    """One line: the days held and, in a report on one place, the days planned; ``heading`` opens a block."""

    label: str
    held: tuple[float, ...]
    planned: tuple[float, ...] = ()
    heading: str = ""


@dataclass(frozen=True)
class Period:
    """A time that is marked, with the words for it."""

    start: float
    end: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """All that a timeline shows."""

    lines: tuple[TimeLine, ...]
    periods: tuple[Period, ...] = ()
    axis: str = ""
    key: tuple[str, str] = ("", "")         # the words for planned and held, where both are drawn
    banner: str = ""


def timeline(picture: Timeline) -> Drawing:
    """Draw a timeline.

    Parameters
    ----------
    picture
        Lines, marked times, and the words around them.

    Returns
    -------
    Drawing
    """
    with theme():
        labels = [folded(line.label, LABELS) for line in picture.lines]
        left = EDGE + max(map(width_of, labels), default=0.0) + 4.0
        top = 9.0 + (4.5 if picture.periods else 0.0)
        heights = [max(6.2, LEAD * (label.count("\n") + 1) + 1.8) for label in labels]
        extra = [LEAD + 2.0 if line.heading else 0.0 for line in picture.lines]
        bottom = top + sum(heights) + sum(extra)
        drawing = Drawing.of(bottom + 13.0)
        drawing.banner(picture.banner)
        axes = drawing.axes(left, top, WIDTH - EDGE - 2.0, bottom)
        _scale(axes, picture)
        _periods(axes, drawing, picture, left, top)
        y = top
        for line, label, height, above in zip(picture.lines, labels, heights, extra, strict=True):
            if line.heading:
                drawing.text(EDGE, y + above / 2 + 0.6, line.heading, fontweight="bold")
            y += above
            drawing.text(EDGE, y + height / 2, label, linespacing=1.15)
            axes.axhline(y + height / 2, color=HAIR, linewidth=0.5, zorder=0)
            _marks(axes, line, y + height / 2)
            y += height
        drawing.text((left + WIDTH) / 2, bottom + 10.4, picture.axis, ha="center", fontsize=SMALL, color=QUIET)
        if picture.key[0]:
            _key(drawing, picture)
        return drawing


def _marks(axes: Axes, line: TimeLine, y: float) -> None:
    """The days of one line: planned ones are open, held ones filled and joined to them."""
    for planned, held in zip(line.planned, line.held, strict=False):
        axes.hlines(y, planned, held, color=QUIET, linewidth=1.0, zorder=1)
    axes.plot(line.planned, [y] * len(line.planned), linestyle="none", marker="o", markersize=5.2, markerfacecolor="white",
              markeredgecolor=INK, markeredgewidth=1.0, zorder=2, clip_on=False)
    axes.plot(line.held, [y] * len(line.held), linestyle="none", marker="D", markersize=4.6, markerfacecolor=COLOURS[0],
              markeredgecolor="white", markeredgewidth=0.6, zorder=3, clip_on=False)


def _scale(axes: Axes, picture: Timeline) -> None:
    """Years and quarters under the lines."""
    days = [day for line in picture.lines for day in (*line.held, *line.planned)]
    first, last = min(days, default=0.0), max(days, default=1.0)
    room = max(20.0, (last - first) * 0.03)
    axes.set_xlim(first - room, last + room)
    start, end = (EPOCH + timedelta(days=int(day)) for day in (first - room, last + room))
    ticks = [date(year, month, 1) for year in range(start.year, end.year + 1) for month in (1, 4, 7, 10) if start <= date(year, month, 1) <= end]
    names = "January April July October".split()
    labels = [f"{names[(tick.month - 1) // 3][:3]}\n{tick.year}" if tick.month == 1 or tick is ticks[0] else names[(tick.month - 1) // 3][:3] for tick in ticks]
    axes.set_xticks([(tick - EPOCH).days for tick in ticks], labels)
    axes.tick_params(axis="x", length=2, pad=2, color=HAIR)
    axes.grid(axis="x", color=HAIR, linewidth=0.4)
    axes.set_axisbelow(True)


def _periods(axes: Axes, drawing: Drawing, picture: Timeline, left: float, top: float) -> None:
    """The marked times, each with its words above."""
    low, high = axes.get_xlim()
    scale = (WIDTH - EDGE - 2.0 - left) / (high - low)
    for period in picture.periods:
        start, end = max(period.start, low), min(period.end, high)
        if start >= end:
            continue
        axes.axvspan(start, end, facecolor="#F3EEE3", linewidth=0.0, zorder=-1)
        middle = left + (start + end - 2 * low) / 2 * scale
        half = width_of(period.label, SMALL) / 2
        drawing.text(min(max(middle, left + half), WIDTH - EDGE - half), top - 2.6, period.label, ha="center", fontsize=SMALL, color=QUIET)


def _key(drawing: Drawing, picture: Timeline) -> None:
    """What the open and the filled marks mean."""
    axes = drawing.axes(0.0, 0.0, WIDTH, 7.0)
    axes.set_xlim(0, WIDTH)
    axes.axis("off")
    x = EDGE + 2.0
    for words, marker, face, edge in ((picture.key[0], "o", "white", INK), (picture.key[1], "D", COLOURS[0], "white")):
        axes.plot([x], [3.5], marker=marker, markersize=5.0, markerfacecolor=face, markeredgecolor=edge)
        drawing.text(x + 2.6, 3.5, words, fontsize=SMALL)
        x += 2.6 + width_of(words, SMALL) + 6.0
