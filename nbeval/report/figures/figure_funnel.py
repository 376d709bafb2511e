"""Authorities by how many answered, in the funnel that chance alone would fill."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from nbeval.report.figures.figure_lines import EDGE
from nbeval.report.figures.figure_style import COLOURS, HAIR, INK, QUIET, SMALL, WIDTH, Drawing, theme, width_of
from nbeval.report.figures.marks import Line, Picture

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
        drawing.text(EDGE, 3.4, f"\N{EM DASH}\N{EM DASH}  {whole.label}: {whole.marks[0].text}")
        room = max((width_of(line.label, SMALL) for line in shown), default=20.0)
        axes = drawing.axes(EDGE + 10.0, TOP, WIDTH - EDGE - min(room, 45.0) - 6.0, TOP + HEIGHT)
        _scales(axes, shown, whole, picture)
        _authorities(axes, shown, _limits(axes, whole, picture))
        if hidden:
            drawing.text(EDGE, TOP + HEIGHT + FOOT + 1.5, f"{picture.withheld}: {'; '.join(hidden)}", fontsize=SMALL, color=QUIET)
        return drawing


def _scales(axes: Axes, shown: list[Line], whole: Line, picture: Picture) -> None:
    """Numbers answering from left to right, percentages from the bottom up."""
    values = [line.marks[0].value for line in (*shown, whole) if line.marks[0].shown] or [50.0]
    start, end = max(0, 10 * int((min(values) - 12) // 10)), min(100, 10 * int((max(values) + 22) // 10))
    counts = [line.marks[0].n for line in shown] or [100.0]
    axes.set_xlim(0, max(counts) * 1.06)
    axes.set_ylim(start, end)
    step = 10 if end - start <= 60 else 20
    ticks = range(start, end + 1, step)
    axes.set_yticks(list(ticks), [f"{tick}%" for tick in ticks], fontsize=SMALL, color=QUIET)
    axes.tick_params(length=0, pad=2)
    axes.grid(axis="y", color=HAIR, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(picture.answered, labelpad=3)


def _limits(axes: Axes, whole: Line, picture: Picture) -> tuple[float, ...]:
    """Draw the whole's share and what chance would do to it; return where the limits are named."""
    if not whole.marks[0].shown:
        return ()
    centre = whole.marks[0].value
    axes.axhline(centre, color=INK, linewidth=0.9)
    share = centre / 100
    n = np.linspace(4, axes.get_xlim()[1], 120)
    for distance, dash in ((1.96, (0, (4, 2))), (3.09, (0, (1, 1.5)))):
        spread = 100 * distance * np.sqrt(share * (1 - share) / n)
        for bound in (centre - spread, centre + spread):
            axes.plot(n, np.clip(bound, -5, 105), color=QUIET, linewidth=0.9, linestyle=dash)
    low, high = axes.get_ylim()
    named = []
    for distance, words in zip((1.96, 3.09), picture.limits, strict=True):
        bound = centre + 100 * distance * np.sqrt(share * (1 - share) / n[-1])
        if low < bound < high:
            named.append(bound)
            axes.annotate(words, (n[-1], bound), xytext=(3, 0), textcoords="offset points", fontsize=SMALL,
                          color=QUIET, va="center", annotation_clip=False)
    return tuple(named)


def _authorities(axes: Axes, shown: list[Line], edges: tuple[float, ...]) -> None:
    """A dot per authority with its name beside it, names moved apart where they would meet."""
    if not shown:
        return
    table = pd.DataFrame({"n": [line.marks[0].n for line in shown], "value": [line.marks[0].value for line in shown]})
    sns.scatterplot(data=table, x="n", y="value", color=COLOURS[0], s=34, edgecolor="white", linewidth=0.6, ax=axes, zorder=3)
    axes.set_ylabel("")
    _names(axes, shown, edges)


def _names(axes: Axes, shown: list[Line], edges: tuple[float, ...]) -> None:
    """Write each name beside its dot, at the first place where it meets no dot and no other name."""
    box = axes.get_position()
    wide, high = box.width * WIDTH, HEIGHT
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    edges = tuple((edge - low) / (top - low) * high for edge in edges)
    spots = {
        line.label: ((line.marks[0].n - left) / (right - left) * wide, (line.marks[0].value - low) / (top - low) * high)
        for line in shown
    }
    taken = [(x - 1.2, y - 1.2, x + 1.2, y + 1.2) for x, y in spots.values()]
    taken += [(wide, at - LETTER / 2, wide + 40.0, at + LETTER / 2) for at in edges]
    for name, (x, y) in sorted(spots.items(), key=lambda item: (-item[1][0], item[0])):
        length = width_of(name, SMALL)
        places = [(x + start, y + up) for up in (0.0, 2.6, -2.6, 4.6, -4.6, 7.0, -7.0) for start in (2.0, -2.0 - length)]
        free = [place for place in places if not _meets(place, length, taken) and place[0] > 1.0]
        at = (free or places)[0]
        taken.append((at[0], at[1] - LETTER / 2, at[0] + length, at[1] + LETTER / 2))
        axes.annotate(
            name, (on_scale(x, wide, left, right), on_scale(y, high, low, top)),
            xytext=((at[0] - x) * 72 / 25.4, (at[1] - y) * 72 / 25.4), textcoords="offset points", fontsize=SMALL,
            va="center", annotation_clip=False,
            bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}, zorder=2.5,
        )


def on_scale(place: float, span: float, start: float, end: float) -> float:
    """A place in millimetres as a number on a scale."""
    return start + place / span * (end - start)


def _meets(place: tuple[float, float], length: float, taken: list[tuple[float, float, float, float]]) -> bool:
    """Whether a name at a place would cover a dot or another name."""
    x, y = place
    return any(x < right and left < x + length and y - LETTER / 2 < above and below < y + LETTER / 2
               for left, below, right, above in taken)
