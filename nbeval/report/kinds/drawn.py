"""Kinds that charts draw line by line: a mark for each number, from the results behind the rows of the table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Wave
from nbeval.report.cells import Block, interval_words
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.context import Context
from nbeval.report.draft import Draft, Units
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, State

#: the marks of one line of a chart
Line = list[Mark]


class Drawn(Kind):
    """A kind whose rows are lines of a chart; its table and its chart share their blocks of rows."""

    @abstractmethod
    def blocks(self, draft: Draft) -> Iterable[Block]:
        """The rows, under their headings."""

    @abstractmethod
    def lines(self, subject: Any, draft: Draft) -> Iterable[Line]:
        """The lines of a chart that one row makes; their place and heading are given to them."""

    def axis(self, draft: Draft) -> dict[str, object]:
        """What the scale counts: fields of ``ChartData``."""
        percent = draft.units.percent
        return {"unit": draft.say("axis_percent" if percent else "axis_score"), "percent": percent}

    def drawn_blocks(self, draft: Draft) -> Iterable[Block]:
        """The rows that are drawn: all of them, unless they are too many for a page."""
        return self.blocks(draft)

    def chart_data(self, draft: Draft) -> ChartData:
        return chart_of(numbered(self._headed(draft)), draft.context, **self.axis(draft))

    def _headed(self, draft: Draft) -> Iterator[Line]:
        """Every line, the first of a block with its heading."""
        for block in self.drawn_blocks(draft):
            heading = block.heading
            for subject in block.subjects:
                for line in self.lines(subject, draft):
                    yield [replace(mark, heading=heading) for mark in line]
                    heading = ""


def numbered(lines: Iterable[Line]) -> list[Mark]:
    """The marks of lines, each with the place of its line."""
    return [replace(mark, line=place) for place, line in enumerate(lines) for mark in line]


def chart_of(marks: Iterable[Mark], context: Context, *, words: dict[str, str] | None = None, **about: object) -> ChartData:
    """The data of a chart with the words of the report and the banner over invented data."""
    say = context.say
    own = {
        "withheld": say("withheld_short"), "answered": say("n"), "empty": say("chart_empty"), "limit_95": say("funnel_limit", level="95%"),
        "limit_99_8": say("funnel_limit", level="99.8%"), "of_ten": say("of_ten"), "few_of_ten": say("x_in_ten_few"),
        "most_of_ten": say("x_in_ten_most"), "stroke_clear": say("stroke_clear"), "stroke_unclear": say("stroke_unclear"),
    }
    banner = say("invented") if context.cohort.invented else ""
    return ChartData.of(list(marks), banner=banner, words={**own, **(words or {})}, **about)


def mark(row: Result | None, context: Context, form: NumberFormat, series: str, *, label: str, signed: bool = False,
         interval: NumberFormat | None = None, **about: object) -> Mark:
    """The mark of a result: its number as printed and the interval of that number, and of no other.

    Parameters
    ----------
    row
        The result.
    form
        How it is written; ``signed`` is for differences.
    series, label
        Whose number it is, and what its line is about.
    interval
        How its interval is written, where that differs from ``form``.
    about
        Further fields of the mark.
    """
    fields = {"line": 0, "label": label, "series": series, **about}
    if context.state(row) is not State.SHOWN:
        return Mark(text=context.symbol_of(row), **fields)
    value, low, high = (float(number) for number in (row.estimate, row.conf_low, row.conf_high))
    is_low = not signed and form.is_low(value)
    return Mark(value=value, text=context.symbol(Symbol.LOW) if is_low else form.difference(value) if signed else form.full(value),
                low=low, high=high, interval=interval_words(row, context, interval or form, signed=signed), **fields)


def with_verdict(line: Line, row: Result | None, context: Context) -> Line:
    """The marks of a line with what the test of it says."""
    if row is None or not row.verdict:
        return line
    words = context.verdict_words(row)
    tested = {"verdict": row.verdict, "verdict_text": words, "short": context.words.get(f"short_{row.verdict}", words)}
    return [replace(mark, **tested) for mark in line]


def difference_axis(units: Units) -> dict[str, object]:
    """A scale of differences, with a line at none."""
    return {"unit": units.context.say("axis_points" if units.percent else "axis_difference"), "percent": False, "reference": 0.0}


def own_series(context: Context) -> str:
    """Whose numbers a report is on: the authority's, or the cohort's."""
    return context.authority_name(context.authority) if context.authority else context.cohort.label


def series_of(wave: Wave, context: Context) -> str:
    """Whose numbers those of a wave are: the wave's, or where there is one wave those of the place of the report."""
    return wave.label if context.shows_change else own_series(context)
