"""Small multiples: one panel per domain, in it a sloping line per measure from the first wave to the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from nbeval.report.figures.figure_lines import EDGE, LEAD
from nbeval.report.figures.figure_style import COLOURS, HAIR, INK, QUIET, SMALL, WIDTH, Drawing, folded, theme, width_of
from nbeval.report.figures.marks import Line, Picture

BETWEEN = 7.0                           # millimetres between two panels
NUMBERS, SLOPE = 10.0, 22.0             # room for the first wave's numbers, and from one wave to the other
LOW_LEAD = LEAD * 0.9
HEAD, SHORTEST = 14.0, 40.0             # height of what stands above a panel's lines, and least height of these
BESIDE, ASIDE = 0.8, 5.0                # between the intervals of two lines, so that they do not cover one another; and of all


@dataclass(frozen=True)
class Panel:
    """One domain: its heading, its lines, and the words at the right end of each that is drawn."""

    heading: str
    drawn: tuple[tuple[Line, str], ...]
    hidden: str

    @property
    def height(self) -> float:
        """How much room its words take one under the other."""
        return sum(_height(words) for _, words in self.drawn)


def multiples(picture: Picture, width: float = WIDTH) -> Drawing:
    """Draw a panel per heading, all from nought to the same end, those side by side on one scale.

    Parameters
    ----------
    picture
        Lines with the marks of both waves, the earlier first.
    width
        Of the sheet, in millimetres: two panels side by side, or one under the other on a telephone.

    Returns
    -------
    Drawing
        A measure with a withheld end is named under its panel and not drawn.
    """
    with theme():
        columns = 2 if width == WIDTH else 1
        wide = (width - 2 * EDGE - BETWEEN * (columns - 1)) / columns
        panels = _panels(picture, wide)
        highest = max((end for line in picture.lines for mark in line.marks for end in (mark.value, mark.high) if end is not None), default=100.0)
        top = _key(picture, width, None)
        rows = [panels[start:start + columns] for start in range(0, len(panels), columns)]
        talls = [max(SHORTEST, *(panel.height + 2.0 for panel in row)) for row in rows]
        below = [max(LOW_LEAD * (panel.hidden.count("\n") + 1) if panel.hidden else 0.0 for panel in row) for row in rows]
        drawing = Drawing.of(top + sum(talls) + sum(below) + (HEAD + 4.0) * len(rows), width)
        drawing.banner(picture.banner)
        _key(picture, width, drawing)
        for row, tall, under in zip(rows, talls, below, strict=True):
            for place, panel in enumerate(row):
                _panel(drawing, panel, picture, EDGE + place * (wide + BETWEEN), top, tall, _scale(top + HEAD, tall, highest))
            top += HEAD + tall + under + 4.0
        return drawing


def _scale(top: float, tall: float, highest: float) -> Callable[[float], float]:
    """From a percentage to a height on the sheet; the scale begins at nought."""
    end = min(100.0, 20.0 * (int(highest / 20) + 1))
    return lambda value: top + tall * (1 - value / end)


def _panels(picture: Picture, wide: float) -> tuple[Panel, ...]:
    """The lines under each heading, with the words at their ends."""
    blocks: list[list[Line]] = []
    for line in picture.lines:
        if line.heading or not blocks:
            blocks.append([])
        blocks[-1].append(line)
    room = wide - NUMBERS - SLOPE - 5.0
    panels = []
    for block in blocks:
        drawn = tuple((line, folded(_words(line, picture), room, SMALL)) for line in block if _is_drawn(line))
        named = "; ".join(line.label for line in block if not _is_drawn(line))
        hidden = folded(f"{picture.withheld}: {named}", wide, SMALL) if named else ""
        panels.append(Panel(block[0].heading, drawn, hidden))
    return tuple(panels)


def _is_drawn(line: Line) -> bool:
    """Whether both ends of a line can be shown."""
    return line.marks[0].shown and line.marks[-1].shown


def _is_clear(line: Line, picture: Picture) -> bool:
    """Whether the test calls it a change."""
    return line.verdict not in picture.unclear


def _words(line: Line, picture: Picture) -> str:
    """The last number and the label, with the word of the test where it calls it a change."""
    said = f"{line.marks[-1].text}  {line.label}"
    return f"{said}: {line.short}" if _is_clear(line, picture) else said


def _height(words: str) -> float:
    """The room that words take."""
    return LOW_LEAD * (words.count("\n") + 1) + 1.2


def _panel(drawing: Drawing, panel: Panel, picture: Picture, left: float, top: float, tall: float, at: Callable[[float], float]) -> None:
    """One panel: its heading, the two waves, and its lines."""
    first, last = left + NUMBERS, left + NUMBERS + SLOPE
    start, bottom = top + HEAD, top + HEAD + tall
    drawing.text(left, top + 2.5, panel.heading, fontweight="bold")
    axes = drawing.axes(0.0, start, drawing.width, bottom)
    axes.set_xlim(0, drawing.width)
    axes.axis("off")
    for x, name in ((first, picture.series[0]), (last, picture.series[-1])):
        axes.plot([x, x], [start, bottom], color=HAIR, linewidth=0.8, zorder=0)
        drawing.text(x, top + 9.6, folded(name, SLOPE - 1.5, SMALL), ha="center", fontsize=SMALL, color=QUIET, linespacing=1.1)
    befores = spread([at(line.marks[0].value) for line, _ in panel.drawn], [LOW_LEAD] * len(panel.drawn), start, bottom)
    afters = spread([at(line.marks[-1].value) for line, _ in panel.drawn], [_height(words) for _, words in panel.drawn], start, bottom)
    for number, ((line, words), before, after) in enumerate(zip(panel.drawn, befores, afters, strict=True)):
        apart = min(BESIDE, ASIDE / len(panel.drawn)) * (number - (len(panel.drawn) - 1) / 2)
        _line(axes, line, (first + apart, last + apart), at, _is_clear(line, picture))
        axes.plot([last + 2.6, last + 4.4], [at(line.marks[-1].value), after], color=HAIR, linewidth=0.6, zorder=1)
        axes.plot([first - 4.0, first - 2.6], [before, at(line.marks[0].value)], color=HAIR, linewidth=0.6, zorder=1)
        drawing.text(first - 4.4, before, line.marks[0].text, ha="right", fontsize=SMALL)
        drawing.text(last + 5.0, after, words, fontsize=SMALL, color=INK if _is_clear(line, picture) else QUIET, linespacing=1.1)
    if panel.hidden:
        drawing.text(left, bottom + 2.0, panel.hidden, va="top", fontsize=SMALL, color=QUIET, linespacing=1.1)


def _line(axes: Axes, line: Line, ends: tuple[float, float], at: Callable[[float], float], clear: bool) -> None:
    """A measure at both waves with its intervals: full and filled where it changed, broken and open where that is not clear."""
    colour, face = (COLOURS[0], COLOURS[0]) if clear else (QUIET, "white")
    heights = [at(mark.value) for mark in (line.marks[0], line.marks[-1])]
    for x, mark in zip(ends, (line.marks[0], line.marks[-1]), strict=True):
        if mark.low is not None and mark.high is not None:
            axes.plot([x, x], [at(mark.low), at(mark.high)], color=colour, linewidth=0.9, zorder=1)
    axes.plot(ends, heights, color=colour, linewidth=1.7 if clear else 1.0, linestyle="-" if clear else (0, (3, 1.8)), zorder=2,
              marker="o", markersize=4.6, markerfacecolor=face, markeredgecolor=colour, clip_on=False)


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move words apart as little as is needed, in the order in which they are wanted, between two edges.

    Returns
    -------
    list of float
        The middle of each, in the order given.
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    found = list(wanted)
    edge = top
    for number in order:
        found[number] = max(wanted[number], edge + heights[number] / 2)
        edge = found[number] + heights[number] / 2
    edge = max(bottom, top + sum(heights))
    for number in reversed(order):
        found[number] = min(found[number], edge - heights[number] / 2)
        edge = found[number] - heights[number] / 2
    return found


def _key(picture: Picture, width: float, drawing: Drawing | None) -> float:
    """Write what a full and a broken line mean, on a sheet where there is one; return where the panels may start."""
    limit = width - EDGE - (width_of(picture.banner, SMALL, "bold") + 6.0 if picture.banner else 0.0)
    y, x = 3.4, EDGE
    for words, clear in zip(picture.strokes, (True, False), strict=True):
        if x > EDGE and x + 8.0 + width_of(words, SMALL) > limit:
            x, y = EDGE, y + LEAD
        if drawing:
            axes = drawing.axes(x, y - 2.0, x + 6.5, y + 2.0)
            axes.set_xlim(0, 6.5)
            axes.axis("off")
            axes.plot([0.8, 5.6], [y, y], color=COLOURS[0] if clear else QUIET, linewidth=1.7 if clear else 1.0,
                      linestyle="-" if clear else (0, (3, 1.8)), marker="o", markersize=4.0, markerfacecolor=COLOURS[0] if clear else "white",
                      markeredgecolor=COLOURS[0] if clear else QUIET)
            drawing.text(x + 8.0, y, words, fontsize=SMALL)
        x += 8.0 + width_of(words, SMALL) + 6.0
    return y + 4.6
