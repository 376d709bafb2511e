"""Charts of shares: the bands of a distribution side by side, and ten people of whom so many are filled."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.path import Path

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.rows import percent_axis
from nbeval.report.charts.sheet import (
    COLOURS, EDGE, HATCHES, INK, QUIET, SHADES, SMALL, WIDTH, Sheet, is_dark, width_of, wrapped,
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
