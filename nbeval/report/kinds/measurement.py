"""Models and measurement: what goes with an outcome, and how well scales measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbeval.dictionary.models import Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, count_cell, difference_cell, grid, interval_cell, level_cell, not_applicable
from nbeval.report.columns import interval_label, label_field
from nbeval.report.draft import Draft
from nbeval.report.kinds.drawn import Drawn, Line, mark
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import TWO_DIGITS, NumberFormat
from nbeval.report.results import Result

POINTS = NumberFormat(percent=True)


class Drivers(Drawn):
    """Rows are levels of factors against their reference level: odds ratio, interval, marginal effect, number who answered."""

    id = "drivers"
    marks = ("lines",)
    unit_words = ""
    of_last_wave = True

    def table(self, draft: Draft) -> Table:
        context = draft.context
        return grid([
            label_field(context, "factor", lambda row: self._label(row, draft)),
            Field(Column("odds_ratio", context.say("odds_ratio"), numeric=True), lambda row: level_cell(row, context, TWO_DIGITS)),
            Field(Column("interval", interval_label(context), numeric=True), lambda row: interval_cell(row, context, TWO_DIGITS)),
            Field(Column("marginal", context.say("marginal_effect"), context.say("points_short"), numeric=True),
                  lambda row: difference_cell(self._marginal(row, draft), context, POINTS)),
            Field(Column("n", context.say("n"), numeric=True), lambda row: count_cell(row, context)),
        ], self.blocks(draft))

    def blocks(self, draft: Draft) -> Iterator[Block]:
        found = draft.results.where(source=draft.spec.source_id, quantity=Quantity.ODDS_RATIO, wave=draft.context.wave.id,
                                    authority=draft.context.authority)
        for name in dict.fromkeys(row.indicator for row in found):
            yield Block(draft.context.indicator_label(name), tuple(row for row in found if row.indicator == name))

    def lines(self, row: Result, draft: Draft) -> Iterator[Line]:
        yield [mark(row, draft.context, TWO_DIGITS, draft.say("odds_ratio"), label=self._label(row, draft))]

    def axis(self, draft: Draft) -> dict[str, object]:
        return {"unit": draft.say("axis_ratio"), "percent": False, "reference": 1.0, "log": True}

    def _label(self, row: Result, draft: Draft) -> str:
        """A level of a factor and the level it is compared with."""
        context = draft.context
        return draft.say("factor_level", factor=context.group_label(row.group), level=context.level_label(row.group, row.level),
                         reference=context.level_label(row.group, row.reference))

    def _marginal(self, row: Result, draft: Draft) -> Result | None:
        """The marginal effect beside an odds ratio."""
        return draft.find(Quantity.MARGINAL_EFFECT, indicator=row.indicator, wave=row.wave, authority=row.authority, group=row.group,
                          level=row.level, contrast=row.contrast, reference=row.reference)


@dataclass(frozen=True)
class Measured:
    """A row of the table of reliability: a scale, or one of its items."""

    scale: str
    label: str
    item: str = ""


class Reliability(Kind):
    """Rows are scales with their alpha at each wave, and below each its items with their item-rest correlation."""

    id = "reliability"
    unit_words = ""

    def table(self, draft: Draft) -> Table:
        fields = [label_field(draft.context, "scale", lambda one: one.label)]
        for wave in draft.context.waves:
            fields += self._fields(wave, draft)
        found = self._found(draft, Quantity.ALPHA)
        names = dict.fromkeys(row.indicator for row in found)
        return grid(fields, (Block(draft.context.indicator_label(name), self._rows(name, draft)) for name in names))

    def _found(self, draft: Draft, quantity: Quantity, **key: str) -> tuple[Result, ...]:
        """The results of a quantity in the place of the report."""
        return draft.results.where(source=draft.spec.source_id, quantity=quantity, authority=draft.context.authority, **key)

    def _rows(self, name: str, draft: Draft) -> tuple[Measured, ...]:
        """The scale itself, then its items."""
        items = dict.fromkeys(row.level or row.reference for row in self._found(draft, Quantity.ITEM_REST, indicator=name))
        return (Measured(name, draft.say("alpha")),
                *(Measured(name, draft.context.item_label(draft.spec.source_id, item), item) for item in items))

    def _fields(self, wave: Wave, draft: Draft) -> tuple[Field, ...]:
        """The columns of one wave: the value, its interval, number who answered."""
        context = draft.context
        group = wave.label if context.shows_change else ""

        def row(one: Measured) -> Result | None:
            quantity = Quantity.ITEM_REST if one.item else Quantity.ALPHA
            known = self._found(draft, quantity, indicator=one.scale, wave=wave.id)
            return next((row for row in known if one.item in ("", row.level, row.reference)), None)

        def interval(one: Measured) -> Cell:
            return not_applicable(context) if one.item else interval_cell(row(one), context, TWO_DIGITS)

        return (
            Field(Column(f"{wave.id}_value", context.say("estimate"), numeric=True, group=group),
                  lambda one: level_cell(row(one), context, TWO_DIGITS)),
            Field(Column(f"{wave.id}_interval", interval_label(context), numeric=True, group=group), interval),
            Field(Column(f"{wave.id}_n", context.say("n"), numeric=True, group=group), lambda one: count_cell(row(one), context)),
        )
