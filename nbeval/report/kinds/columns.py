"""Columns of tables: what makes the cells of each from the result that the subject of a row has in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Field, count_cell, difference_cell, interval_cell, level_cell, p_cell, verdict_cell
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result

if TYPE_CHECKING:
    from nbeval.report.kinds.kind import Kind

#: gives the result that the subject of a row has in a column
Finder = Callable[[Any], Result | None]


def itself(subject: Any) -> Any:
    """The subject of a row, where it is the result or the figure itself."""
    return subject


@dataclass(frozen=True)
class Toned(Field):
    """A column of a table that a grid draws too: how its cells are toned there, and shortened."""

    tone: Callable[[Any], str]
    short: Callable[[Any], str] = lambda subject: ""


class Columns:
    """Makes the columns of a table of one kind. A column without a ``head`` has the words of its key.

    Numbers without a ``form`` are written as those of the indicator that the subject of the row is about, with the ``unit`` of these.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind, self._context, self._say = kind, kind.context, kind.say
        self.points = kind.say("points_short") if kind.units.percent else ""

    def label(self, word: str, text: Callable[[Any], str] = lambda subject: subject.label) -> Field:
        """The column of row headers."""
        return Field(Column("label", self._say(word), header=True), lambda subject: Cell(text(subject)))

    def words(self, key: str, word: str, cell: Callable[[Any], Cell]) -> Field:
        """The column of words."""
        return Field(Column(key, self._say(word)), cell)

    def level(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "", group: str = "") -> Field:
        """The column of a percentage, a mean or another number without a sign."""
        unit = unit or ("" if form else self._kind.units.heading)
        return Field(Column(key, head or self._say(key), unit, numeric=True, group=group), lambda one: level_cell(find(one), self._context, form or self._form(one)))

    def difference(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "") -> Field:
        """The column of a difference, with its sign."""
        unit = unit or ("" if form else self.points)
        return Field(Column(key, head or self._say(key), unit, numeric=True), lambda one: difference_cell(find(one), self._context, form or self._form(one)))

    def interval(self, key: str, find: Finder, form: NumberFormat | None = None, unit: str = "", *, head: str = "", group: str = "",
                 signed: bool = False) -> Field:
        """The column of an interval: of a level, or where it is ``signed`` of a difference."""
        unit = unit or ("" if form else self.points if signed else self._kind.units.heading)
        head = head or self._say("interval", level=self._context.interval_level)
        return Field(Column(key, head, unit, numeric=True, group=group),
                     lambda one: interval_cell(find(one), self._context, form or self._form(one), signed=signed))

    def count(self, key: str, find: Finder, field: str = "n_valid", *, head: str = "", unit: str = "", group: str = "") -> Field:
        """The column of a number of people, or with ``estimate`` as its field of what was counted."""
        return Field(Column(key, head or self._say(key), unit, numeric=True, group=group), lambda one: count_cell(find(one), self._context, field))

    def estimate(self, find: Finder, *, key: str = "", group: str = "") -> tuple[Field, Field, Field]:
        """The columns of a level: estimate, interval, number who answered."""
        return (self.level(f"{key}estimate", find, head=self._say("estimate"), group=group), self.interval(f"{key}interval", find, group=group),
                self.count(f"{key}n", find, head=self._say("n"), group=group))

    def change(self, key: str, word: str, find: Finder) -> tuple[Field, Field]:
        """The columns of a difference: its size with its sign, and its interval."""
        return self.difference(key, find, head=self._say(word)), self.interval(f"{key}_interval", find, signed=True)

    def p_value(self, key: str, find: Finder) -> Field:
        """The column of a p-value."""
        return Field(Column(key, self._say("p_value"), numeric=True), lambda one: p_cell(find(one), self._context))

    def verdict(self, find: Finder) -> Field:
        """The column of the word that a test allows."""
        return self.words("verdict", "verdict", lambda one: verdict_cell(find(one), self._context))

    def _form(self, subject: Any) -> NumberFormat:
        """How the numbers of the subject of a row are written."""
        return self._kind.units.form(self._kind.indicator_of(subject))
