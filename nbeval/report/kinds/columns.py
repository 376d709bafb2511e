"""Columns of tables: what makes the cells of each from the result that the subject of a row has in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, count_cell, difference_cell, interval_cell, level_cell, p_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.draft import Draft, Units, by_domain
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result

#: gives the result that the subject of a row has in a column
Finder = Callable[[Any], Result | None]


class Columns:
    """Makes the columns of one table. A head that is not given is in the words of the report.

    Where a column is not given its ``form`` and ``unit``, its numbers are written as those of the ``indicators`` are; ``of`` says
    which of these the subject of a row is about.
    """

    def __init__(self, draft: Draft, indicators: Iterable[Indicator] | None = None, of: Callable[[Any], Indicator] = lambda subject: subject) -> None:
        self.context, self.say = draft.context, draft.say
        self.units = draft.units if indicators is None else Units.of(indicators, draft.context)
        self.points = self.say("points_short") if self.units.percent else ""
        self._of = of

    def label(self, word: str, text: Callable[[Any], str] = lambda subject: subject.label) -> Field:
        """The column of row headers."""
        return Field(Column("label", self.say(word), header=True), lambda subject: Cell(text(subject)))

    def level(self, key: str, head: str, find: Finder, form: NumberFormat | None = None, unit: str = "", group: str = "") -> Field:
        """The column of a percentage, a mean or another number without a sign."""
        unit = unit or ("" if form else self.units.heading)
        return Field(Column(key, head, unit, numeric=True, group=group), lambda one: level_cell(find(one), self.context, form or self._form(one)))

    def difference(self, key: str, head: str, find: Finder, form: NumberFormat | None = None, unit: str = "") -> Field:
        """The column of a difference, with its sign."""
        unit = unit or ("" if form else self.points)
        return Field(Column(key, head, unit, numeric=True), lambda one: difference_cell(find(one), self.context, form or self._form(one)))

    def interval(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "", group: str = "",
                 signed: bool = False) -> Field:
        """The column of an interval: of a level, or where it is ``signed`` of a difference."""
        unit = unit or ("" if form else self.points if signed else self.units.heading)
        head = head or self.say("interval", level=self.context.interval_level)
        return Field(Column(key, head, unit, numeric=True, group=group),
                     lambda one: interval_cell(find(one), self.context, form or self._form(one), signed=signed))

    def count(self, key: str, head: str, find: Finder, field: str = "n_valid", group: str = "") -> Field:
        """The column of a number of people."""
        return Field(Column(key, head, numeric=True, group=group), lambda one: count_cell(find(one), self.context, field))

    def estimate(self, find: Finder, *, key: str = "", group: str = "") -> tuple[Field, Field, Field]:
        """The columns of a level: estimate, interval, number who answered."""
        return (self.level(f"{key}estimate", self.say("estimate"), find, group=group), self.interval(f"{key}interval", find, group=group),
                self.count(f"{key}n", self.say("n"), find, group=group))

    def change(self, key: str, word: str, find: Finder) -> tuple[Field, Field]:
        """The columns of a difference: its size with its sign, and its interval."""
        return self.difference(key, self.say(word), find), self.interval(f"{key}_interval", find, signed=True)

    def p_value(self, key: str, find: Finder) -> Field:
        """The column of a p-value."""
        return Field(Column(key, self.say("p_value"), numeric=True), lambda one: p_cell(find(one), self.context))

    def verdict(self, find: Finder) -> Field:
        """The column of the word that a test allows."""
        return Field(Column("verdict", self.say("verdict")), lambda one: verdict_cell(find(one), self.context))

    def _form(self, subject: Any) -> NumberFormat:
        """How the numbers of the subject of a row are written."""
        return self.units.form(self._of(subject))


def domain_blocks(indicators: tuple[Indicator, ...], context: Context) -> tuple[Block, ...]:
    """One block of rows per domain; one block in all where a report is in plain words."""
    if context.plain:
        return (Block("", indicators),)
    return tuple(Block(heading, members) for heading, members in by_domain(indicators, context))
