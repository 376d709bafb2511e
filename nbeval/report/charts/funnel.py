"""Authorities by how many answered, in the funnel that chance alone would fill."""

from __future__ import annotations

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes

from nbeval.report.charts.chart import Chart
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import COLOURS, EDGE, HAIR, INK, QUIET, SMALL, WIDTH, Sheet, width_of, wrapped

HEIGHT = 84.0
LETTER = 3.4                # height of a label, millimetres
LIMITS = {"limit_95": (1.96, (0, (4, 2))), "limit_99_8": (3.09, (0, (1, 1.5)))}


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
            axes.annotate(words[name], (n[-1], named[-1]), xytext=(3, 0), textcoords="offset points", fontsize=SMALL, color=QUIET, va="center",
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
