"""Marks of charts, made from the results behind the rows of tables: one for each number, with its own interval and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Wave
from nbeval.report.cells import Block, Field, interval_words
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.context import Context
from nbeval.report.draft import Units
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, State

#: the marks of one line of a chart
Line = list[Mark]


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
    """The mark of a result: its number as printed and its interval; ``signed`` is for differences, ``about`` further fields of the mark."""
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


@dataclass(frozen=True)
class Toned(Field):
    """A column of a table that a grid draws too: how its cells are toned there, and shortened."""

    tone: Callable[[Any], str]
    short: Callable[[Any], str] = lambda subject: ""


def grid_chart(columns: Iterable[Field], blocks: Iterable[Block], context: Context, **about: object) -> ChartData:
    """A mark for each cell of the toned columns of a table; the first line of a block has its heading."""
    toned, marks, line = [one for one in columns if isinstance(one, Toned)], [], 0
    for block in blocks:
        for place, subject in enumerate(block.subjects):
            marks += [Mark.of_cell(one.cell(subject), line=line, label=subject.label, series=one.column.label, tone=one.tone(subject),
                                   heading="" if place else block.heading, short=one.short(subject)) for one in toned]
            line += 1
    return chart_of(marks, context, **about)
