"""A timeline: one line for each visit, a mark for every day, and the times to which a programme had to adapt."""

from __future__ import annotations

from datetime import date, timedelta

from matplotlib.axes import Axes

from nbeval.report.charts.chart import Chart, Say, cells
from nbeval.report.charts.data import ChartData
from nbeval.report.charts.sheet import COLOURS, EDGE, HAIR, INK, LEAD, QUIET, SMALL, WIDTH, Sheet, width_of, wrapped

LABELS = 56.0           # widest column of labels, millimetres
EPOCH = date(1970, 1, 1)
#: the look of a day that was planned, and of one on which a visit was held
LOOKS = {
    "planned": {"linestyle": "none", "marker": "o", "markersize": 5.2, "markerfacecolor": "white", "markeredgecolor": INK},
    "held": {"linestyle": "none", "marker": "D", "markersize": 4.6, "markerfacecolor": COLOURS[0], "markeredgecolor": "white",
             "markeredgewidth": 0.6},
}


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
        said = [say("timeline_alt", count=len(held), start=min(held, key=lambda mark: mark.value).text, end=max(held, key=lambda mark: mark.value).text)
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
