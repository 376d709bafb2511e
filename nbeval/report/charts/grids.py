"""Grids: rows by columns, with a number or a word in every cell, so that no shade is needed to read it; and days on a timeline."""

from __future__ import annotations

from datetime import date, timedelta

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from nbeval.report.charts.chart import Chart, Say, cells
from nbeval.report.charts.data import EPOCH, ChartData
from nbeval.report.charts.sheet import COLOURS, EDGE, GROUNDS, HAIR, INK, LABELS, LEAD, QUIET, SMALL, WIDTH, Sheet, width_of, wrapped

SLANTED = 19.0              # widest line of a head that is slanted
WORDS = 38.0                # room for what the counts of a line say together
LARGEST = 20.0              # diameter of the largest circle, points
#: the look of a day that was planned, and of one on which a visit was held
LOOKS = {
    "planned": {"linestyle": "none", "marker": "o", "markersize": 5.2, "markerfacecolor": "white", "markeredgecolor": INK},
    "held": {"linestyle": "none", "marker": "D", "markersize": 4.6, "markerfacecolor": COLOURS[0], "markeredgecolor": "white",
             "markeredgewidth": 0.6},
}


class Heat(Chart):
    """A grid of cells, each with its text on a ground that says its tone; the heading of a block is a line of its own."""

    id = "heat"
    marks = "cells"

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        sheet = Sheet(data, width, [(words, {"facecolor": GROUNDS[tone]}) for tone, words in data.legend.items()])
        labels = [wrapped(line[0].label, LABELS) for line in data.lines]
        left = EDGE + max(map(width_of, labels), default=0.0) + 3.0
        wide = (width - EDGE - left) / len(data.series)
        level = all(width_of(name, SMALL) <= wide - 2.0 for name in data.series)
        heads = [name if level else wrapped(name, SLANTED, SMALL) for name in data.series]
        slant = 0.0 if level else max(width_of(head, SMALL) for head in heads)
        if not level:                           # slanted heads reach beyond the last column
            wide = (width - EDGE - left - 0.75 * max(width_of(head, SMALL) for head in heads[-2:])) / len(heads)
        sheet.y += slant * 0.75 + 3.0 + 2.0 * level
        how = {"ha": "center"} if level else {"rotation": 45, "rotation_mode": "anchor"}
        for place, head in enumerate(heads):
            sheet.text(left + wide * (place + 0.5), sheet.y - 1.2, head, fontsize=SMALL, color=QUIET, va="bottom", **how)
        height = max(7.0, *(LEAD * (label.count("\n") + 1) + 2.4 for label in labels))
        for block in data.blocks:
            if block[0][0].heading:
                sheet.y += 1.2
                sheet.paragraph(block[0][0].heading, fontweight="bold")
            top, sheet.y = sheet.y, sheet.y + height * len(block)
            for number, line in enumerate(block):
                sheet.text(EDGE, top + height * (number + 0.5), wrapped(line[0].label, LABELS))
            axes = sheet.axes(left, top, left + wide * len(heads), sheet.y, bare=True)
            tones = list(GROUNDS)
            texts = [[mark.short or mark.text for mark in line] for line in block]
            sns.heatmap([[tones.index(mark.tone) for mark in line] for line in block], annot=texts, fmt="",
                        annot_kws={"fontsize": SMALL, "color": INK},
                        cmap=ListedColormap(list(GROUNDS.values())), vmin=0, vmax=len(tones), linewidths=0.6, linecolor=HAIR,
                        cbar=False, xticklabels=False, yticklabels=False, ax=axes)
        return sheet.finish(2.5)

    def alt(self, data: ChartData, say: Say) -> str:
        """How many cells of a grid have each tone."""
        tones = data.marks["tone"].tolist()
        if not tones:
            return data.words.get("empty", "")
        if "first" in data.legend:
            return say("heat_alt", rows=len(data.lines), columns=len(data.series), first=data.words["first"], other=data.words["other"],
                       high=tones.count("first"), low=tones.count("other"), alike=tones.count("alike"), hidden=tones.count(""))
        counts = "; ".join(say("heat_bands_count", count=tones.count(tone), word=words) for tone, words in data.legend.items())
        return say("heat_bands_alt", rows=len(data.lines), counts=counts)

    def description(self, data: ChartData, say: Say) -> str:
        return cells(data, say)


class Matrix(Chart):
    """A circle for every count above 0, its area and the number in it the count; filled where its tone says better or worse."""

    id = "matrix"
    marks = "counts"

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        sheet = Sheet(data, width)
        step = (width - 2 * EDGE - LABELS - WORDS) / len(data.series)
        middles = {name: EDGE + LABELS + step * (place + 0.5) for place, name in enumerate(data.series)}
        heads = {name: wrapped(name, step - 1.0, SMALL, "bold") for name in data.series}
        sheet.y += 2.0 + LEAD * max(head.count("\n") + 1 for head in heads.values())
        for name, head in heads.items():
            sheet.text(middles[name], sheet.y - 1.0, head, ha="center", va="bottom", fontsize=SMALL, fontweight="bold", linespacing=1.1)
        top, counts, most = sheet.y, [], max(data.marks["value"].max(), 1.0)
        for line in data.lines:
            label, words = wrapped(line[0].label, LABELS - 4.0), wrapped(line[0].verdict_text, WORDS - 2.0, SMALL)
            height = max(LEAD * (1 + max(label.count("\n"), words.count("\n"))) + 3.4, 8.8)
            sheet.rule([EDGE, width - EDGE], [sheet.y, sheet.y])
            sheet.text(EDGE, sheet.y + height / 2, label)
            sheet.text(width - EDGE - WORDS + 2.0, sheet.y + height / 2, words, fontsize=SMALL, color=QUIET)
            counts += [(mark, sheet.y + height / 2) for mark in line if mark.value > 0]
            sheet.y += height
        axes = sheet.axes(0.0, top, width, sheet.y, bare=True)
        colours = {"better": COLOURS[0], "worse": COLOURS[1]}
        axes.scatter([middles[mark.series] for mark, _ in counts], [y for _, y in counts],
                     s=[max(LARGEST ** 2 * mark.value / most, 130.0) for mark, _ in counts], linewidths=1.0,
                     facecolors=[colours.get(mark.tone, "white") for mark, _ in counts],
                     edgecolors=[colours.get(mark.tone, QUIET) for mark, _ in counts])
        for mark, y in counts:
            sheet.text(middles[mark.series], y, mark.text, ha="center", fontweight="bold", color="white" if mark.tone == "better" else INK)
        return sheet.finish()


class Timeline(Chart):
    """Days by their tone: planned ones are open, held ones filled and joined to them; times that are marked have a ground."""

    id = "timeline"
    marks = "days"

    def draw(self, data: ChartData, width: float = WIDTH) -> Sheet:
        sheet = Sheet(data, width, [(words, LOOKS[tone]) for tone, words in data.legend.items()])
        left = EDGE + max((width_of(wrapped(label, LABELS)) for label in data.marks["label"].unique()), default=0.0) + 4.0
        right, sheet.y = width - EDGE - 2.0, sheet.y + 1.5 + (4.5 if data.periods else 0.0)
        top, places = sheet.y, []
        for line in data.lines:
            if line[0].heading:
                sheet.y += 1.4 if places else 0.0
                sheet.paragraph(line[0].heading, fontweight="bold")
            label = wrapped(line[0].label, LABELS)
            height = max(6.2, LEAD * (label.count("\n") + 1) + 1.8)
            sheet.text(EDGE, sheet.y + height / 2, label)
            places.append((line, sheet.y + height / 2))
            sheet.y += height
        axes = sheet.axes(left, top, right, sheet.y)
        _scale(axes, data)
        for line, y in places:
            axes.axhline(y, color=HAIR, linewidth=0.5, zorder=0)
            days = {tone: [mark.value for mark in line if mark.tone == tone] for tone in LOOKS}
            for planned, held in zip(days["planned"], days["held"], strict=False):
                if planned == planned and held == held:
                    axes.hlines(y, planned, held, color=QUIET, linewidth=1.0, zorder=1)
            for order, (tone, look) in enumerate(LOOKS.items()):
                axes.plot(days[tone], [y] * len(days[tone]), zorder=2 + order, clip_on=False, **look)
        _periods(axes, sheet, data, (left, top, right))
        sheet.y += 10.4
        sheet.text((left + width) / 2, sheet.y, data.unit, ha="center", fontsize=SMALL, color=QUIET)
        return sheet.finish(2.6)

    def alt(self, data: ChartData, say: Say) -> str:
        """How many visits were held between which days, and which times are marked."""
        held = [mark for line in data.lines for mark in line if mark.tone == "held" and mark.is_shown]
        said = [say("timeline_alt", count=len(held), start=min(held, key=lambda mark: mark.value).text,
                    end=max(held, key=lambda mark: mark.value).text)
                ] if held else [data.words.get("empty", "")]
        said += [say("timeline_period", label=one.label, start=one.start_text, end=one.end_text) for one in data.periods]
        return " ".join(line for line in said if line)

    def description(self, data: ChartData, say: Say) -> str:
        return cells(data, say)


def _scale(axes: Axes, data: ChartData) -> None:
    """Years and quarters under the lines."""
    days = data.marks["value"].dropna()
    first, last = (days.min(), days.max()) if len(days) else (0.0, 365.0)
    room = max(20.0, (last - first) * 0.03)
    axes.set_xlim(first - room, last + room)
    start, end = (EPOCH + timedelta(days=int(day)) for day in (first - room, last + room))
    ticks = [tick for year in range(start.year, end.year + 1) for month in (1, 4, 7, 10) if start <= (tick := date(year, month, 1)) <= end]
    names = {month: data.words.get(f"month_{month}", str(month)) for month in (1, 4, 7, 10)}
    axes.set_xticks([(tick - EPOCH).days for tick in ticks],
                    [f"{names[tick.month]}\n{tick.year}" if tick.month == 1 or tick is ticks[0] else names[tick.month] for tick in ticks])
    axes.tick_params(axis="x", length=2, pad=2, color=HAIR)
    axes.grid(axis="x", color=HAIR, linewidth=0.4)
    axes.set_axisbelow(True)


def _periods(axes: Axes, sheet: Sheet, data: ChartData, box: tuple[float, float, float]) -> None:
    """The times that are marked, each with its words above."""
    (low, high), (left, top, right) = axes.get_xlim(), box
    for period in data.periods:
        start, end = max(period.start, low), min(period.end, high)
        if start < end:
            axes.axvspan(start, end, facecolor="#F3EEE3", linewidth=0.0, zorder=-1)
            middle = left + ((start + end) / 2 - low) / (high - low) * (right - left)
            half = width_of(period.label, SMALL) / 2
            sheet.text(min(max(middle, left + half), right - half), top - 2.6, period.label, ha="center", fontsize=SMALL, color=QUIET)
