"""Charts of shares: the bands of a distribution side by side, ten people of whom so many are filled, and the funnel of authorities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.path import Path

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.rows import percent_axis
from nbeval.report.charts.sheet import (
    COLOURS, EDGE, HAIR, HATCHES, INK, QUIET, SHADES, SMALL, WIDTH, Sheet, is_dark, width_of, wrapped,
)
from nbeval.report.numerals import ten

BAR = 11.5              # of a bar with the room below it, millimetres
NAME = 0.21             # of the width, for the name of a wave
NARROW = 84.0                           # millimetres
STEP, TALL = 5.2, 8.6                   # from one person to the next, and how tall one is
WAVE = 20.0                             # room for the name of a wave, where a line has two
#: a head above a body with round shoulders, one unit high
_BODY = Path([(-0.2, -0.5), (-0.2, 0.0), (-0.2, 0.14), (0.0, 0.14), (0.2, 0.14), (0.2, 0.0), (0.2, -0.5), (-0.2, -0.5)],
             [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CLOSEPOLY])
PERSON = Path.make_compound_path(Path.circle((0.0, 0.34), 0.15), _BODY)
HEIGHT = 84.0
LETTER = 3.4                # height of a label, millimetres
LIMITS = {"limit_95": (1.96, (0, (4, 2))), "limit_99_8": (3.09, (0, (1, 1.5)))}


class Stacked(Chart):
    """One bar for each series and distribution under a key of its bands; a withheld band has no bar, and the key says so."""

    id = "stacked"
    marks = "bands"
    has_slim_twin = True

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        names = [wrapped(name, NAME * width) for name in data.series]
        left = EDGE + 3.0 + (max(map(width_of, names), default=0.0) if len(names) > 1 else 0.0)
        right, sheet = width - 5.0, Sheet(data, width)
        for block in data.blocks:
            if block[0][0].heading:
                sheet.paragraph(block[0][0].heading, fontweight="bold")
            sheet.y += 2.2
            words = [" ".join([line[0].label, *dict.fromkeys(mark.text for mark in line if not mark.is_shown)]) for line in block]
            sheet.key((word, _fill(place, SHADES, HATCHES)) for place, word in enumerate(words))
            top, sheet.y = sheet.y + 3.2, sheet.y + 3.2 + BAR * len(names)
            axes = sheet.axes(left, top, right, sheet.y)
            sns.despine(ax=axes, left=True, bottom=True)
            values, texts = (pd.DataFrame({number: [getattr(mark, name) for mark in line] for number, line in enumerate(block)})
                             for name in ("value", "text"))
            bars(axes, values, texts, room=100 / (right - left))
            axes.set(xlim=(0, 100), ylim=(len(names) - 0.5, -0.5), xticks=[])
            for number, name in enumerate(names if len(names) > 1 else ()):
                sheet.text(EDGE, top + BAR * (number + 0.5), name)
            sheet.y += 1.5
        axes = sheet.axes(left, sheet.y, right, sheet.y + 0.1)
        percent_axis(axes, 99.0)
        axes.set_xlabel(data.unit, labelpad=3)
        return sheet.finish(9.0)


def bars(axes: Axes, values: pd.DataFrame, texts: pd.DataFrame, *, room: float, start: pd.Series | float = 0.0,
         shades: Sequence[str] = SHADES, hatches: Sequence[str] = HATCHES) -> None:
    """Draw one bar for each row, its bands side by side in the order of the columns; a band without a value is left out.

    ``texts`` are written on the bands that are wide enough for them: ``room`` is how much of the scale a millimetre takes.
    """
    for place, band in enumerate(values):
        shown = values[band].dropna()
        left = (start + values[values.columns[:place]].sum(axis=1))[shown.index]
        axes.barh([values.index.get_loc(row) for row in shown.index], shown, left=left, height=0.78, edgecolor="white", linewidth=0.8,
                  **_fill(place, shades, hatches))
        for row, value in shown.items():
            text = texts.loc[row, band]
            if text and value > (width_of(text, SMALL) + 3.5) * room:
                axes.text(left[row] + value / 2, values.index.get_loc(row), text, ha="center", va="center", fontsize=SMALL,
                          color="white" if is_dark(shades[place % len(shades)]) else INK)


def _fill(place: int, shades: Sequence[str], hatches: Sequence[str]) -> dict[str, str]:
    """The colour and the hatch of a band."""
    return {"facecolor": shades[place % len(shades)], "hatch": hatches[place % len(hatches)] if hatches else ""}


class Icons(Chart):
    """Ten people for each mark under the words of its line; withheld marks have none and say so.

    Where a line says how something changed, each wave is drawn with its name, else the last wave alone.
    """

    id = "icons"
    marks = "shares"

    def draw(self, data: ChartData, width: float = NARROW) -> Sheet:
        sheet = Sheet(data, width)
        people = []
        for line in data.lines:
            sheet.paragraph(f"{line[0].label}: {line[0].short}" if line[0].short else line[0].label)
            marks = line if line[0].verdict_text else line[-1:]
            for mark in marks:
                people.append((mark, EDGE + WAVE if len(marks) > 1 else EDGE, sheet.y + 1.0 + TALL / 2))
                sheet.y += TALL + 2.4
            sheet.y += 3.5
        axes = sheet.axes(0.0, 0.0, width, sheet.y, bare=True)
        shown = [(x + STEP * (place + 0.5), y, place < ten(mark.value)) for mark, x, y in people if mark.is_shown for place in range(10)]
        axes.scatter([x for x, _, _ in shown], [y for _, y, _ in shown], marker=PERSON, s=(TALL * 72 / 25.4) ** 2, linewidths=0.9,
                     facecolors=[COLOURS[0] if filled else "white" for _, _, filled in shown],
                     edgecolors=[COLOURS[0] if filled else QUIET for _, _, filled in shown])
        for mark, x, y in people:
            _words(sheet, mark, x, y, data)
        return sheet.finish(1.0)


def _words(sheet: Sheet, mark: Mark, x: float, y: float, data: ChartData) -> None:
    """The name of a wave before its people, and their number after them, in words where ten people could not show it truly."""
    named = x > EDGE
    if named:
        sheet.text(EDGE, y, wrapped(mark.series, WAVE - 1.0, SMALL), fontsize=SMALL, color=QUIET)
    if not mark.is_shown:
        sheet.text(x, y, f"{data.words['withheld']} {mark.text}", color=QUIET)
        return
    filled, x = ten(mark.value), x + STEP * 10 + 1.5
    if named:
        words = mark.text
    elif filled == 0 and mark.value > 0:
        words = data.words["few_of_ten"]
    else:
        words = data.words["most_of_ten"] if filled == 10 and mark.value < 100 else data.words["of_ten"].format(number=filled)
    sheet.text(x, y, wrapped(words, sheet.width - EDGE - x, weight="bold"), fontweight="bold", linespacing=1.1)


class Funnel(Chart):
    """Each authority's share against how many answered, with the limits of chance around the whole, which is the last line.

    Withheld authorities are listed under the funnel and not drawn. Limits are those of the score interval around the whole:
    ``p`` plus or minus 1.96 and 3.09 standard errors (Spiegelhalter, Stat Med 2005;24:1185-1202).
    """

    id = "funnel"
    marks = "places"

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        *marks, whole = [line[0] for line in data.lines]
        shown = [mark for mark in marks if mark.is_shown and mark.n > 0]
        sheet = Sheet(data, width, [(f"{whole.label}: {whole.text}", {"color": INK, "linewidth": 0.9})])
        room = min(max((width_of(mark.label, SMALL) for mark in shown), default=20.0), 45.0)
        box = (EDGE + 10.0, sheet.y + 0.5, width - EDGE - room - 6.0, sheet.y + HEIGHT)
        axes = sheet.axes(*box)
        _scales(axes, [*shown, whole], data.words["answered"])
        edges = limits(axes, whole.value, data.words) if whole.is_shown else []
        if shown:
            sns.scatterplot(x=[mark.n for mark in shown], y=[mark.value for mark in shown], color=COLOURS[0], s=34, edgecolor="white",
                            linewidth=0.6, zorder=3, ax=axes)
        axes.set_ylabel("")
        _names(axes, shown, (box[2] - box[0], HEIGHT), edges)
        sheet.y += HEIGHT + 11.0
        withheld = [mark.label for mark in marks if mark not in shown]
        if withheld:
            sheet.paragraph(f"{data.words['withheld']}: {'; '.join(withheld)}", fontsize=SMALL, color=QUIET)
        return sheet.finish(0.5)


def _scales(axes: Axes, marks: list[Mark], title: str) -> None:
    """Numbers answering from left to right, percentages from the bottom up."""
    values = [mark.value for mark in marks if mark.is_shown] or [50.0]
    low, high = max(0, 10 * int((min(values) - 12) // 10)), min(100, 10 * int((max(values) + 22) // 10))
    ticks = range(low, high + 1, 10 if high - low <= 60 else 20)
    axes.set(xlim=(0, max([mark.n for mark in marks[:-1]], default=100.0) * 1.06), ylim=(low, high))
    axes.set_yticks(list(ticks), [f"{tick}%" for tick in ticks])
    axes.set_xlabel(title, labelpad=3)
    axes.tick_params(length=0, pad=2)
    axes.grid(axis="y", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)


def limits(axes: Axes, centre: float, words: dict[str, str]) -> list[float]:
    """Draw the share of the whole and what chance would do to it; return where the limits are named."""
    axes.axhline(centre, color=INK, linewidth=0.9)
    n, named = np.linspace(4, axes.get_xlim()[1], 60), []
    low, high = axes.get_ylim()
    for name, (distance, dash) in LIMITS.items():
        half = distance * np.sqrt(centre * (100 - centre) / n)
        for bound in (centre - half, centre + half):
            axes.plot(n, np.clip(bound, -5, 105), color=QUIET, linewidth=0.9, linestyle=dash)
        if low < centre + half[-1] < high:
            named.append(centre + half[-1])
            axes.annotate(words[name], (n[-1], named[-1]), xytext=(3, 0), textcoords="offset points", fontsize=SMALL, color=QUIET,
                          va="center",
                          annotation_clip=False)
    return named


def _names(axes: Axes, shown: list[Mark], size: tuple[float, float], edges: list[float]) -> None:
    """Write each name beside its dot, at the first place, in millimetres, where it meets no dot and no other name."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = [((mark.n - left) / (right - left) * size[0], (mark.value - low) / (high - low) * size[1]) for mark in shown]
    taken = [(x - 1.2, y - 1.2, x + 1.2, y + 1.2) for x, y in at]
    taken += [(size[0], y - LETTER / 2, size[0] + 40.0, y + LETTER / 2) for y in ((edge - low) / (high - low) * size[1] for edge in edges)]
    for mark, (x, y) in sorted(zip(shown, at, strict=True), key=lambda one: (-one[1][0], one[0].label)):
        name = wrapped(mark.label, 45.0, SMALL)
        wide, half = width_of(name, SMALL), LETTER / 2 * (1 + name.count("\n"))
        boxes = [(x + over, y + up - half, x + over + wide, y + up + half)
                 for up in (0.0, 2.6, -2.6, 4.6, -4.6, 7.0, -7.0) for over in (2.0, -2.0 - wide)]
        free = [box for box in boxes if box[0] > 1.0 and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken)]
        box = (free or boxes)[0]
        taken.append(box)
        axes.annotate(name, (mark.n, mark.value), xytext=((box[0] - x) * 72 / 25.4, ((box[1] + box[3]) / 2 - y) * 72 / 25.4),
                      textcoords="offset points", fontsize=SMALL, va="center", annotation_clip=False, zorder=2.5,
                      bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.85})
