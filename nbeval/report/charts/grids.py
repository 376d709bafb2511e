"""Grids: rows by columns, in every cell a number with its sign or its word, so that no shade is needed to read it."""

from __future__ import annotations

import seaborn as sns
from matplotlib.colors import ListedColormap

from nbeval.report.charts.chart import Chart, Say, cells
from nbeval.report.charts.data import ChartData
from nbeval.report.charts.sheet import COLOURS, EDGE, GROUNDS, HAIR, INK, LEAD, QUIET, SMALL, WIDTH, Sheet, width_of, wrapped

LABELS = 56.0               # widest column of labels, millimetres
SLANTED = 19.0              # widest line of a head that is slanted
WORDS = 38.0                # room for what the counts of a line say together
LARGEST = 20.0              # diameter of the largest circle, points


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
            sns.heatmap([[tones.index(mark.tone) for mark in line] for line in block], annot=texts, fmt="", annot_kws={"fontsize": SMALL, "color": INK},
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
