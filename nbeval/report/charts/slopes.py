"""Small multiples: one panel for each domain, in it a sloping line for each measure from the first wave to the last."""

from __future__ import annotations

from collections.abc import Sequence

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import CLEAR, EDGE, HAIR, INK, LEAD, QUIET, SMALL, UNCLEAR, WIDTH, Sheet, wrapped

BETWEEN = 7.0                           # millimetres between two panels
NUMBERS, SLOPE = 10.0, 22.0             # room for the first wave's numbers, and from one wave to the other
LOW_LEAD = LEAD * 0.9
HEAD, SHORTEST = 14.0, 40.0             # height of what is above a panel's lines, and least height of these
APART = 0.04                            # of the slope, between the intervals of two lines

Panel = tuple[str, list[tuple[list[Mark], str]], str]      # the heading, the lines drawn with their words, and what is withheld


class Multiples(Chart):
    """A panel for each heading, all from 0 to the same end; a measure with a withheld end is named under its panel.

    Two panels are side by side, or one under the other on a telephone.
    """

    id = "multiples"
    marks = "pairs"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        sheet = Sheet(data, width, [(data.words["stroke_clear"], {"marker": "o", "markevery": [0, -1], **CLEAR}),
                                    (data.words["stroke_unclear"], {"marker": "o", "markevery": [0, -1], **UNCLEAR})])
        columns = 2 if width == WIDTH else 1
        wide = (width - 2 * EDGE - BETWEEN * (columns - 1)) / columns
        panels = [_panel(block, data, wide) for block in data.blocks]
        end = min(100.0, 20.0 * (int(data.marks[["value", "high"]].max().max() // 20) + 1)) if data.marks["value"].notna().any() else 100.0
        for start in range(0, len(panels), columns):
            row = panels[start:start + columns]
            tall = max(SHORTEST, *(sum(_height(words) for _, words in drawn) + 2.0 for _, drawn, _ in row))
            for place, panel in enumerate(row):
                _draw(sheet, panel, data.series, EDGE + place * (wide + BETWEEN), tall, end)
            sheet.y += HEAD + tall + max(LOW_LEAD * (withheld.count("\n") + 1) if withheld else 0.0 for _, _, withheld in row) + 4.0
        return sheet.finish(0.0)


def _panel(block: list[list[Mark]], data: ChartData, wide: float) -> Panel:
    """The lines of a domain with the words at their right ends: the number and the label, and a clear change in a word."""
    drawn, withheld = [], []
    for line in block:
        if line[0].is_shown and line[-1].is_shown:
            words = f"{line[-1].text}  {line[0].label}" + (f": {line[0].short}" if line[0].is_clear else "")
            drawn.append((line, wrapped(words, wide - NUMBERS - SLOPE - 5.0, SMALL)))
        else:
            withheld.append(line[0].label)
    named = wrapped(f"{data.words['withheld']}: {'; '.join(withheld)}", wide, SMALL) if withheld else ""
    return block[0][0].heading, drawn, named


def _height(words: str) -> float:
    """The room that words take."""
    return LOW_LEAD * (words.count("\n") + 1) + 1.2


def _draw(sheet: Sheet, panel: Panel, series: Sequence[str], left: float, tall: float, end: float) -> None:
    """One panel: its heading, the two waves, and its lines between the words at their ends."""
    heading, drawn, withheld = panel
    top, first, last = sheet.y + HEAD, left + NUMBERS, left + NUMBERS + SLOPE
    sheet.text(left, sheet.y + 2.5, heading, fontweight="bold")
    axes = sheet.axes(first, top, last, top + tall, bare=True)
    axes.set(xlim=(0, 1), ylim=(0, end))
    axes.vlines([0, 1], 0, end, color=HAIR, linewidth=0.8, zorder=0)
    for x, name in ((first, series[0]), (last, series[-1])):
        sheet.text(x, sheet.y + 9.6, wrapped(name, SLOPE - 1.5, SMALL), ha="center", fontsize=SMALL, color=QUIET)
    befores, afters = ([top + tall * (1 - line[place].value / end) for line, _ in drawn] for place in (0, -1))
    sides = zip(drawn, befores, spread(befores, [LOW_LEAD] * len(drawn), top, top + tall),
                afters, spread(afters, [_height(words) for _, words in drawn], top, top + tall), strict=True)
    for number, ((line, words), before, named, after, worded) in enumerate(sides):
        apart = min(APART, 0.25 / len(drawn)) * (number - (len(drawn) - 1) / 2)
        look = CLEAR if line[0].is_clear else UNCLEAR
        for x, mark in ((apart, line[0]), (1 + apart, line[-1])):
            axes.vlines(x, mark.low, mark.high, color=look["color"], linewidth=0.9, zorder=1)
        axes.plot([apart, 1 + apart], [line[0].value, line[-1].value], marker="o", markersize=4.6, markeredgecolor=look["color"],
                  zorder=2, clip_on=False, **look)
        sheet.rule([last + 2.6, last + 4.4], [after, worded])
        sheet.rule([first - 4.0, first - 2.6], [named, before])
        sheet.text(first - 4.4, named, line[0].text, ha="right", fontsize=SMALL)
        sheet.text(last + 5.0, worded, words, fontsize=SMALL, color=INK if line[0].is_clear else QUIET, linespacing=1.1)
    if withheld:
        sheet.text(left, top + tall + 2.0, withheld, va="top", fontsize=SMALL, color=QUIET, linespacing=1.1)


def spread(places: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Move words apart as little as is needed, in the order of their places, between two edges.

    Returns
    -------
    list of float
        The middle of each, in the order given.
    """
    order = sorted(range(len(places)), key=lambda number: places[number])
    found = list(places)
    edge = top
    for number in order:
        found[number] = max(places[number], edge + heights[number] / 2)
        edge = found[number] + heights[number] / 2
    edge = max(bottom, top + sum(heights))
    for number in reversed(order):
        found[number] = min(found[number], edge - heights[number] / 2)
        edge = found[number] - heights[number] / 2
    return found
