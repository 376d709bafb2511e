"""Charts of one line for each row or measure: numbers as dots with their intervals, in order, joined from wave to wave, or as slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import (
    COLOURS, EDGE, HAIR, INK, LABELS, LEAD, MARKERS, QUIET, SIZE, SMALL, STROKES, WIDTH, Sheet, looks, width_of, wrapped,
)
from nbeval.report.numerals import MINUS

GAP = 2.5               # between the marks of one line, millimetres
#: behind words that cross the scale
PAPER = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
MANY = 20               # lines from which the verdict is beside the numbers, so that a page can hold them
BETWEEN = 7.0                           # two panels with slopes, millimetres
NUMBERS, SLOPE = 10.0, 22.0             # room for the first wave's numbers, and from one wave to the other
LOW_LEAD = LEAD * 0.9
HEAD, SHORTEST = 14.0, 40.0             # height of what is above a panel's lines, and least height of these
APART = 0.04                            # of the slope, between the intervals of two lines

Panel = tuple[str, list[tuple[list[Mark], str]], str]      # the heading, the lines drawn with their words, and what is withheld


class Dots(Chart):
    """Every mark as a dot with its interval; published numbers as open diamonds on lines of their own."""

    id = "dots"
    marks = "lines"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        sheet, axes, marks = lay_out(data, numbers, width)
        scale(axes, marks, percent=data.percent, reference=data.reference, log=data.log)
        points(axes, marks, data.series)
        return sheet


class Dumbbell(Chart):
    """The first and the last mark of each line joined, with the word that the test allows."""

    id = "dumbbell"
    marks = "pairs"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        between = ", " if data.marks["line"].nunique() > MANY else "\n"
        sheet, axes, marks = lay_out(data, lambda line: between.join(part for part in (numbers(line), line[0].short) if part), width)
        scale(axes, marks, percent=data.percent, reference=data.reference, log=data.log)
        points(axes, marks, data.series)
        paths = [list(zip(line["value"], line["y"], strict=True)) for _, line in marks.groupby("line") if line["value"].notna().all()]
        axes.add_collection(LineCollection(paths, colors=QUIET, linewidths=0.8, linestyles=[(0, (2, 1.5))], zorder=1), autolim=False)
        return sheet


def numbers(line: list[Mark]) -> str:
    """The numbers of a line, at its right end."""
    if len(line) == 1 and line[0].interval:
        return f"{line[0].text}  ({line[0].interval})"
    return " / ".join(mark.text for mark in line)


def lay_out(data: ChartData, values: Callable[[list[Mark]], str], width: float) -> tuple[Sheet, Axes, pd.DataFrame]:
    """Write everything but the marks: labels to the left and numbers to the right of them, on a telephone above them.

    Returns
    -------
    tuple
        The sheet, the axes of the marks, and the marks with their height ``y`` on these.
    """
    key = ((name, {"linestyle": "none", "markersize": 5.4, **look}) for name, look in looks(data).items())
    sheet = Sheet(data, width, key if len(data.series) > 1 else ())
    lines = [(line, values(line) if any(mark.is_shown for mark in line) else " ".join(dict.fromkeys(mark.text for mark in line)))
             for line in data.lines]
    top, heights, beneath, labelled, numbered = sheet.y, [], False, 0.0, 0.0
    for line, text in lines:
        one = line[0]
        if one.heading:
            sheet.y += 1.6 if heights else 0.0
            sheet.paragraph(one.heading, fontweight="bold", bbox=PAPER)
        elif beneath and not one.beneath:
            sheet.y += 2.2
        beneath = one.beneath
        middle, label = (_beside if width == WIDTH else _above)(sheet, one, text, len(line))
        labelled, numbered = max(labelled, label), max(numbered, width_of(text))
        heights += [middle + GAP * (place - (len(line) - 1) / 2) for place in range(len(line))]
    sides = (labelled + 5.5, numbered + 4.5) if width == WIDTH else (EDGE + 3.0, EDGE + 4.0)
    axes = sheet.axes(sides[0], top, width - sides[1], sheet.y)
    _axis_title(sheet, data.unit, (sides[0] + width - sides[1]) / 2)
    return sheet.finish(), axes, data.marks.sort_values("line", kind="stable").assign(y=heights)


def _beside(sheet: Sheet, one: Mark, text: str, marks: int) -> tuple[float, float]:
    """Write the label of a line to the left and its numbers to the right; the middle of its marks, and how wide the label is."""
    indent, look = _look(one)
    label = wrapped(one.label, LABELS - indent, look["fontsize"])
    rows = 1 + max(label.count("\n"), text.count("\n"))
    height = max(LEAD * rows + 1.8, GAP * marks + 1.6, 4.4 if one.beneath else 5.6)
    middle = sheet.y + height / 2
    sheet.text(EDGE + indent, middle, label, **look)
    sheet.text(sheet.width - EDGE, middle, text, ha="right", **look)
    sheet.y += height
    return middle, indent + width_of(label, look["fontsize"])


def _above(sheet: Sheet, one: Mark, text: str, marks: int) -> tuple[float, float]:
    """Write the label and the numbers of a line above its marks; the middle of these."""
    indent, look = _look(one)
    look["bbox"] = PAPER
    room = sheet.width - 2 * EDGE
    label, text = wrapped(one.label, room - indent, look["fontsize"]), wrapped(text.replace("\n", ", "), room, look["fontsize"])
    first, second = (LEAD * (words.count("\n") + 1) for words in (label, text))
    below = sheet.y + 1.0 + first
    if width_of(label, look["fontsize"]) + indent + width_of(text, look["fontsize"]) + 4.0 > room:
        below += second
    sheet.text(EDGE + indent, sheet.y + 1.0 + first / 2, label, **look)
    sheet.text(sheet.width - EDGE, below - second / 2, text, ha="right", **look)
    sheet.y = below + GAP * marks + 3.0
    return below + (GAP * marks + 2.0) / 2, 0.0


def _look(one: Mark) -> tuple[float, dict[str, object]]:
    """How far the words of a line are set in, and their look."""
    return (3.0, {"fontsize": SMALL, "color": QUIET}) if one.beneath else (0.0, {"fontsize": SIZE, "color": INK})


def _axis_title(sheet: Sheet, words: str, middle: float) -> None:
    """What the scale counts, under its numbers and never beyond the edge."""
    words = wrapped(words, sheet.width - 2 * EDGE, SMALL)
    half = width_of(words, SMALL) / 2 + EDGE
    sheet.text(min(max(middle, half), sheet.width - half), sheet.y + 5.2, words, ha="center", va="top", fontsize=SMALL, color=QUIET)
    sheet.y += 7.5 + LEAD * words.count("\n")


def points(axes: Axes, marks: pd.DataFrame, series: Iterable[str]) -> None:
    """Draw numbers as dots on their intervals: a colour and a shape for each series, an open diamond for a published number.

    ``marks`` has the columns ``value``, ``low``, ``high``, ``y``, ``series`` and ``published``; a missing value is not drawn.
    """
    series = list(series)
    colour = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(series)}
    shown = marks[marks["value"].notna()]
    known = shown[shown["low"].notna() & shown["high"].notna()]
    axes.hlines(known["y"], known["low"], known["high"], linewidth=1.4, zorder=2,
                colors=[INK if published else colour[name] for name, published in zip(known["series"], known["published"], strict=True)])
    ours, published = shown[~shown["published"]], shown[shown["published"]]
    if len(ours):
        sns.scatterplot(ours, x="value", y="y", hue="series", style="series", hue_order=series, style_order=series, palette=colour, s=34,
                        markers={name: MARKERS[at % len(MARKERS)] for at, name in enumerate(series)}, edgecolor="white", linewidth=0.6,
                        legend=False, zorder=3, clip_on=False, ax=axes)
    if len(published):
        axes.scatter(published["value"], published["y"], marker="D", s=30, facecolors="white", edgecolors=INK, linewidths=1.2, zorder=3,
                     clip_on=False)
    axes.set(xlabel="", ylabel="")


def scale(axes: Axes, marks: pd.DataFrame, *, percent: bool, reference: float | None = None, log: bool = False) -> None:
    """The scale under the dots: percentages from zero; all else around a line at what means no difference."""
    ends = [end for end in marks[["value", "low", "high"]].to_numpy().ravel().tolist() if end == end]
    if percent:
        percent_axis(axes, max(ends, default=10.0))
        return
    known = [*ends, *([] if reference is None else [reference])] or [0.0, 1.0]
    low, high = min(known), max(known)
    if log:
        axes.set(xscale="log", xlim=(low / 1.25, high * 1.25))
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        room = (high - low or 1.0) * 0.05
        axes.set_xlim(low - room, high + room)
        axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, signed=reference == 0)))
    _grid(axes)
    if reference is not None:
        axes.axvline(reference, color=INK, linewidth=0.9, zorder=1)


def _tick(value: float, *, signed: bool) -> str:
    """A number on the scale, without a sign where it is zero but for the error of the machine."""
    if abs(value) < 1e-9:
        return "0"
    return (MINUS if value < 0 else "+" if signed else "") + f"{abs(value):g}"


def percent_axis(axes: Axes, highest: float) -> None:
    """A scale of percentages from 0 to the next round number above the highest."""
    step = 10 if highest <= 50 else 20
    end = min(100, step * (int(highest / step) + 1))
    axes.set_xlim(0, end)
    axes.set_xticks(range(0, end + 1, step), [f"{tick}%" for tick in range(0, end + 1, step)])
    _grid(axes)


def _grid(axes: Axes) -> None:
    """Thin lines behind the marks."""
    axes.tick_params(axis="x", which="both", length=0, pad=2)
    axes.grid(axis="x", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)


class Caterpillar(Chart):
    """The highest first and withheld ones last, with a line at the number of all places together, which stay at the foot.

    An interval that crosses the line is a place that cannot be told from the whole by this alone (Goldstein and Spiegelhalter,
    Journal of the Royal Statistical Society A 1996;159:385-443): a rank says less than it seems to.
    """

    id = "caterpillar"
    marks = "places"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        *places, whole = data.lines
        ordered = sorted(places, key=lambda line: (not line[0].is_shown, -line[0].value if line[0].is_shown else 0.0, line[0].label))
        marks = [replace(mark, line=at) for at, line in enumerate([*ordered, whole]) for mark in line]
        ranked = replace(data, marks=ChartData.of(marks).marks, reference=None)
        sheet, axes, drawn = lay_out(ranked, numbers, width)
        scale(axes, drawn, percent=data.percent)
        if whole[0].is_shown:
            axes.axvline(whole[0].value, color=INK, linewidth=0.9, zorder=1)
        points(axes, drawn, data.series)
        return sheet


class Multiples(Chart):
    """A panel for each heading, all from 0 to the same end; a measure with a withheld end is named under its panel.

    Two panels are side by side, or one under the other on a telephone.
    """

    id = "multiples"
    marks = "pairs"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        found = {line[0].stroke for line in data.lines if line[0].is_shown and line[-1].is_shown}
        sheet = Sheet(data, width, [(data.words[f"stroke_{name}"], {"marker": "o", "markevery": [0, -1], **look})
                                    for name, look in STROKES.items() if name in found])
        columns = 2 if width == WIDTH else 1
        wide = (width - 2 * EDGE - BETWEEN * (columns - 1)) / columns
        panels = [_panel(block, data, wide) for block in data.blocks]
        end = min(100.0, 20.0 * (int(data.marks[["value", "high"]].max().max() // 20) + 1)) if data.marks["value"].notna().any() else 100.0
        for start in range(0, len(panels), columns):
            row = panels[start:start + columns]
            tall = max(SHORTEST, *(sum(_room_of(words) for _, words in drawn) + 2.0 for _, drawn, _ in row))
            for place, panel in enumerate(row):
                _draw_panel(sheet, panel, data.series, EDGE + place * (wide + BETWEEN), tall, end)
            sheet.y += HEAD + tall + max(LOW_LEAD * (withheld.count("\n") + 1) if withheld else 0.0 for _, _, withheld in row) + 4.0
        return sheet.finish(0.0)


def _panel(block: list[list[Mark]], data: ChartData, wide: float) -> Panel:
    """The lines of a domain with the words at their right ends: the number and the label, and a clear or a possible change in a word."""
    drawn, withheld = [], []
    for line in block:
        if line[0].is_shown and line[-1].is_shown:
            words = f"{line[-1].text}  {line[0].label}" + (f": {line[0].short}" if line[0].says_a_way else "")
            drawn.append((line, wrapped(words, wide - NUMBERS - SLOPE - 5.0, SMALL)))
        else:
            withheld.append(line[0].label)
    named = wrapped(f"{data.words['withheld']}: {'; '.join(withheld)}", wide, SMALL) if withheld else ""
    return block[0][0].heading, drawn, named


def _room_of(words: str) -> float:
    """The room that words take."""
    return LOW_LEAD * (words.count("\n") + 1) + 1.2


def _draw_panel(sheet: Sheet, panel: Panel, series: Sequence[str], left: float, tall: float, end: float) -> None:
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
                afters, spread(afters, [_room_of(words) for _, words in drawn], top, top + tall), strict=True)
    for number, ((line, words), before, named, after, worded) in enumerate(sides):
        apart = min(APART, 0.25 / len(drawn)) * (number - (len(drawn) - 1) / 2)
        look = STROKES[line[0].stroke]
        for x, mark in ((apart, line[0]), (1 + apart, line[-1])):
            axes.vlines(x, mark.low, mark.high, color=look["color"], linewidth=0.9, zorder=1)
        axes.plot([apart, 1 + apart], [line[0].value, line[-1].value], marker="o", markersize=4.6, markeredgecolor=look["color"],
                  zorder=2, clip_on=False, **look)
        sheet.rule([last + 2.6, last + 4.4], [after, worded])
        sheet.rule([first - 4.0, first - 2.6], [named, before])
        sheet.text(first - 4.4, named, line[0].text, ha="right", fontsize=SMALL)
        sheet.text(last + 5.0, worded, words, fontsize=SMALL, color=INK if line[0].says_a_way else QUIET, linespacing=1.1)
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
