"""Columns that several kinds of table share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, count_cell, difference_cell, interval_cell, level_cell
from nbeval.report.context import Context
from nbeval.report.draft import Units, by_domain
from nbeval.report.results import Result

#: gives the result that a row's subject has in a column
Finder = Callable[[Any], Result | None]


def label_field(context: Context, word: str, text: Callable[[Any], str]) -> Field:
    """The column of row headers."""
    return Field(Column("label", context.say(word), header=True), lambda subject: Cell(text(subject)))


def estimate_fields(find: Finder, units: Units, *, key: str = "", group: str = "",
                    form: Callable[[Any], Any] | None = None) -> tuple[Field, Field, Field]:
    """The columns of a level: estimate, interval, number who answered."""
    context, form = units.context, form or units.form
    return (
        Field(Column(f"{key}estimate", context.say("estimate"), units.heading, numeric=True, group=group),
              lambda subject: level_cell(find(subject), context, form(subject))),
        Field(Column(f"{key}interval", interval_label(context), units.heading, numeric=True, group=group),
              lambda subject: interval_cell(find(subject), context, form(subject))),
        Field(Column(f"{key}n", context.say("n"), numeric=True, group=group),
              lambda subject: count_cell(find(subject), context)),
    )


def difference_fields(find: Finder, units: Units, *, key: str, word: str,
                      form: Callable[[Any], Any] | None = None, group: str = "") -> tuple[Field, Field]:
    """The columns of a difference: its size with its sign, and its interval."""
    context, form = units.context, form or units.form
    return (
        Field(Column(key, context.say(word), _points(units), numeric=True, group=group),
              lambda subject: difference_cell(find(subject), context, form(subject))),
        Field(Column(f"{key}_interval", interval_label(context), _points(units), numeric=True, group=group),
              lambda subject: interval_cell(find(subject), context, form(subject), signed=True)),
    )


def _points(units: Units) -> str:
    """The unit of a difference in the head of a column."""
    return units.context.say("points_short") if units.percent else ""


def interval_label(context: Context) -> str:
    """The head of a column of intervals, with its level."""
    return context.say("interval", level=context.interval_level)


def domain_blocks(indicators: tuple[Indicator, ...], context: Context) -> tuple[Block, ...]:
    """One block of rows per domain; one block in all where a report is in plain words."""
    if context.plain:
        return (Block("", indicators),)
    return tuple(Block(heading, members) for heading, members in by_domain(indicators, context))

