"""Authorities by how many answered, in the funnel that chance alone would fill."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from nbeval.present.figures.figure_lines import EDGE
from nbeval.present.figures.figure_style import COLOURS, HAIR, INK, QUIET, SMALL, WIDTH, Drawing, theme, width_of
from nbeval.present.figures.marks import Line, Picture

TOP, HEIGHT, FOOT = 8.0, 84.0, 11.0
LETTER = 3.4                # height of a label, millimetres


def funnel(picture: Picture) -> Drawing:
    """Draw each authority's share against how many answered, with the limits of chance around the whole.

    Parameters
    ----------
    picture
        Lines are authorities; the last is the whole cohort.

    Returns
    -------
    Drawing
        Withheld authorities are listed under the funnel and not drawn.

    Notes
    -----
    Limits are those of the score interval around the whole: ``p`` plus or minus 1.96 and 3.09 standard errors
    (Spiegelhalter, Stat Med 2005;24:1185-1202).
    """
    with theme():
        *lines, whole = picture.lines
        hidden = [line.label for line in lines if not (line.marks[0].shown and line.marks[0].n)]
        shown = [line for line in lines if line.label not in hidden]
        foot = FOOT + (5.0 if hidden else 0.0)
        drawing = Drawing.of(TOP + HEIGHT + foot)
        drawing.banner(picture.banner)
        room = max((width_of(line.label, SMALL) for line in shown), default=20.0)
        axes = drawing.axes(EDGE + 10.0, TOP, WIDTH - EDGE - min(room, 45.0) - 6.0, TOP + HEIGHT)
        _scales(axes, shown, whole, picture)
        _limits(axes, whole, picture)
        _authorities(axes, shown)
        if hidden:
            drawing.text(EDGE, TOP + HEIGHT + FOOT + 1.5, f"{picture.withheld}: {'; '.join(hidden)}", fontsize=SMALL, color=QUIET)
        return drawing


def _scales(axes: Axes, shown: list[Line], whole: Line, picture: Picture) -> None:
    """Numbers answering from left to right, percentages from the bottom up."""
    values = [line.marks[0].value for line in shown] + [whole.marks[0].value or 0.0]
    end = min(100.0, 10.0 * (int(max(values, default=0.0) * 1.35 / 10) + 1))
    counts = [line.marks[0].n for line in shown] or [100.0]
    axes.set_xlim(0, max(counts) * 1.06)
    axes.set_ylim(0, end)
    step = 10 if end <= 60 else 20
    ticks = range(0, int(end) + 1, step)
    axes.set_yticks(list(ticks), [f"{tick}%" for tick in ticks], fontsize=SMALL, color=QUIET)
    axes.tick_params(length=0, pad=2)
    axes.grid(axis="y", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(picture.answered, labelpad=3)


def _limits(axes: Axes, whole: Line, picture: Picture) -> None:
    """The whole's share, and what chance alone would do to it at each number answering."""
    if not whole.marks[0].shown:
        return
    centre = whole.marks[0].value
    axes.axhline(centre, color=INK, linewidth=0.9)
    share = centre / 100
    n = np.linspace(4, axes.get_xlim()[1], 120)
    for distance, dash in ((1.96, (0, (4, 2))), (3.09, (0, (1, 1.5)))):
        spread = 100 * distance * np.sqrt(share * (1 - share) / n)
        for bound in (centre - spread, centre + spread):
            axes.plot(n, np.clip(bound, -5, 105), color=QUIET, linewidth=0.9, linestyle=dash)
    low, high = axes.get_ylim()
    for distance, words in ((1.96, "95%"), (3.09, "99.8%")):
        bound = centre + 100 * distance * np.sqrt(share * (1 - share) / n[-1])
        if low < bound < high:
            axes.annotate(words, (n[-1], bound), xytext=(3, 0), textcoords="offset points", fontsize=SMALL,
                          color=QUIET, va="center", annotation_clip=False)
    axes.annotate(f"{whole.label}: {whole.marks[0].text}", (0, centre), xytext=(3, 3), textcoords="offset points",
                  fontsize=SMALL, color=INK)


def _authorities(axes: Axes, shown: list[Line]) -> None:
    """A dot per authority with its name beside it, names moved apart where they would meet."""
    if not shown:
        return
    table = pd.DataFrame({"n": [line.marks[0].n for line in shown], "value": [line.marks[0].value for line in shown]})
    sns.scatterplot(data=table, x="n", y="value", color=COLOURS[0], s=34, edgecolor="white", linewidth=0.6, ax=axes, zorder=3)
    axes.set_ylabel("")
    box = axes.get_window_extent()
    scale_x = box.width / axes.figure.dpi * 25.4 / (axes.get_xlim()[1] - axes.get_xlim()[0])
    scale_y = box.height / axes.figure.dpi * 25.4 / (axes.get_ylim()[1] - axes.get_ylim()[0])
    taken: list[tuple[float, float, float]] = []
    for line in sorted(shown, key=lambda one: (-(one.marks[0].value or 0.0), one.label)):
        x, y = line.marks[0].n * scale_x, line.marks[0].value * scale_y
        wide = width_of(line.label, SMALL)
        lower = y
        while any(abs(lower - other) < LETTER and x < end and start < x + wide + 2.0 for start, end, other in taken):
            lower -= 0.4
        taken.append((x, x + wide + 2.0, lower))
        axes.annotate(line.label, (line.marks[0].n, line.marks[0].value), xytext=(5, (lower - y) / 25.4 * 72),
                      textcoords="offset points", fontsize=SMALL, va="center", annotation_clip=False)
