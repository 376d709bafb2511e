"""What every chart is: how it is drawn and what words stand for it. A chart is one class in a module of this folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import ClassVar

import matplotlib as mpl

from nbeval.errors import RenderError
from nbeval.exhibit import Figure
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.charts.sheet import QUIET, SLIM, STYLE, Sheet

#: fills a sentence of the report's words
Say = Callable[..., str]


class Chart(ABC):
    """One way of drawing. A subclass with an ``id`` is known to ``exhibits.csv`` and to every kind of exhibit whose marks it draws."""

    #: what ``exhibits.csv`` calls it
    id: ClassVar[str] = ""
    #: how the marks that it draws are arranged, by a name in ``data.MARKS``
    marks: ClassVar[str] = ""
    #: whether it has a twin for telephones
    has_slim_twin: ClassVar[bool] = False

    @abstractmethod
    def draw(self, data: ChartData, **width: float) -> Sheet:
        """Draw marks, of which there is at least one, at a ``width`` in millimetres if it is not to be the chart's own."""

    def alt(self, data: ChartData, say: Say) -> str:
        """The short text: how many lines, the ends of the last series or what tests say, and how many are withheld."""
        lines = [line for line in data.lines if not line[0].beneath]
        if not lines:
            return say("alt_none") if data.remark else data.words.get("empty", "")
        shown = [line for line in lines if line[-1 if len(data.series) > 1 else 0].is_shown]
        parts = [say("alt_line" if len(lines) == 1 else "alt_lines", count=len(lines), series=", ".join(data.series))]
        verdicts = list(dict.fromkeys(line[0].verdict_text for line in lines if line[0].verdict_text))
        if shown and not verdicts:
            parts.append(_ends(shown, say))
        for verdict in verdicts:
            named = [_name(line[0]) for line in lines if line[0].verdict_text == verdict]
            parts.append(say("alt_verdict", verdict=verdict, named="; ".join(named) if len(named) <= 4 else say("alt_count",
                                                                                                                count=len(named))))
        if withheld := sum(not any(mark.is_shown for mark in line) for line in lines):
            parts.append(say("alt_withheld", count=withheld))
        return " ".join(parts)

    def description(self, data: ChartData, say: Say) -> str:
        """The long text: a line of text for each line of the chart, with every number and its interval."""
        said, heading = [data.remark], ""
        for line in data.lines:
            one, heading = line[0], line[0].heading or heading
            said.append(say(
                "describe_verdict" if one.verdict_text else "describe_line", label=f"{heading}, {_name(one)}" if heading else _name(one),
                numbers="; ".join(_number(mark, say, alone=len(data.series) == 1) for mark in line), verdict=one.verdict_text))
        return "\n".join(line for line in said if line) or data.words.get("empty", "")

    def sheet(self, data: ChartData, **width: float) -> Sheet:
        """Draw the data; where there is nothing, say so in words."""
        with mpl.rc_context(STYLE):
            if len(data.marks):
                return self.draw(data, **width)
            sheet = Sheet(data, **width)
            if not data.remark:
                sheet.paragraph(data.words.get("empty", ""), color=QUIET)
            return sheet.finish()


@cache
def known_charts() -> Mapping[str, Chart]:
    """Every chart by its id: the classes in the modules of this folder."""
    for module in iter_modules(import_module(__package__).__path__):
        import_module(f"{__package__}.{module.name}")
    return MappingProxyType({one.id: one() for one in Chart.__subclasses__() if one.id})


def figure_of(exhibit: str, chart: str, data: ChartData, say: Say) -> Figure:
    """Draw a chart with the words that stand for it, in ids that begin with the exhibit's; without words it is no figure."""
    drawn = known_charts()[chart]
    alt, long = drawn.alt(data, say), drawn.description(data, say)
    if not alt.strip() or not long.strip():
        raise RenderError(
            f"the chart of the exhibit {exhibit!r} has no text for those who cannot see it.",
            where="exhibits.csv", do="give the exhibit a chart that suits its table, so that the text can be composed.",
        )
    sheet = drawn.sheet(data)
    slim = drawn.sheet(data, width=SLIM).svg(f"{exhibit}-slim", alt, long) if drawn.has_slim_twin else ""
    return Figure(sheet.svg(exhibit, alt, long), alt, long, sheet.width, sheet.height, slim)


def _ends(lines: list[list[Mark]], say: Say) -> str:
    """The highest and the lowest line in words."""
    place = -1 if lines[0][-1].is_shown else 0
    marks = [line[place] for line in lines if line[place].is_shown]
    low, high = min(marks, key=lambda mark: mark.value), max(reversed(marks), key=lambda mark: mark.value)
    if low is high:
        return say("alt_one", label=_name(low), value=low.text)
    several = len({mark.series for line in lines for mark in line}) > 1
    return say("alt_ends_of" if several else "alt_ends", series=high.series, high=_name(high), high_value=high.text,
               low=_name(low), low_value=low.text)


def _name(mark: Mark) -> str:
    """The label of a line, on one line."""
    return " ".join(mark.label.split())


def _number(mark: Mark, say: Say, *, alone: bool) -> str:
    """One number in words."""
    text = mark.text if mark.is_shown else f"{mark.text} {say('no_number')}"
    words = f"describe_{'interval' if mark.interval else 'number'}{'_alone' if alone else ''}"
    return say(words, series=mark.series, value=text, interval=mark.interval)


def cells(data: ChartData, say: Say) -> str:
    """A line of text for each row of a grid, with every cell under the name of its column."""
    return "\n".join(
        say("heat_row", label=line[0].label, cells="; ".join(say("heat_cell", place=mark.series, value=mark.text) for mark in line))
        for line in data.lines) or data.words.get("empty", "")
