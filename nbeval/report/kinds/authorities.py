"""Authorities: the levels of each, the range over all without their names, and the change in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import nan

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid, level_cell, verdict_cell
from nbeval.report.charts.data import Mark
from nbeval.report.columns import difference_fields, domain_blocks, label_field
from nbeval.report.draft import Draft
from nbeval.report.kinds.drawn import Drawn, Line, mark, with_verdict
from nbeval.report.kinds.groups import Place, level_at, place_fields, places
from nbeval.report.kinds.kind import Subtraction
from nbeval.report.results import Result, State


class LevelsByAuthority(Drawn):
    """Rows are authorities and the whole cohort; columns are the exhibit's indicators."""

    id = "levels_by_authority"
    marks = ("places", "lines")
    of_last_wave = shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        return grid(place_fields(draft, "authority"), self.blocks(draft))

    def blocks(self, draft: Draft) -> tuple[Block, ...]:
        return (Block("", places(draft.context)),)

    def lines(self, place: Place, draft: Draft) -> Iterator[Line]:
        yield [self._mark(one, place, draft) for one in draft.indicators]

    def _mark(self, one: Indicator, place: Place, draft: Draft) -> Mark:
        """The level of an indicator in one authority, with the number who answered."""
        row, context = level_at(one, place, draft), draft.context
        n = float(row.n_valid) if context.state(row, "n_valid") is State.SHOWN else nan
        return mark(row, context, context.format(one), one.short, label=place.label, n=n)


class Range(Drawn):
    """Rows are indicators: the lowest and the highest authority, unnamed, and the whole cohort.

    A report on one authority has its own level as the last column.
    """

    id = "range"
    marks = ("lines",)
    of_last_wave = True

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, draft.units
        columns = [("lowest", context.say("lowest"), lambda one: self._end(one, Quantity.LOWEST, draft)),
                   ("highest", context.say("highest"), lambda one: self._end(one, Quantity.HIGHEST, draft)),
                   ("all", context.say("all"), lambda one: draft.level(one, authority=""))]
        if context.authority:
            columns.append(("own", context.authority_name(context.authority), draft.level))
        return grid([label_field(context, "indicator", context.label), *(
            Field(Column(key, label, units.heading, numeric=True), lambda one, find=find: level_cell(find(one), context, units.form(one)))
            for key, label, find in columns
        )], self.blocks(draft))

    def blocks(self, draft: Draft) -> tuple[Block, ...]:
        return domain_blocks(draft.indicators, draft.context)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        """All authorities with the lowest and the highest as the ends of their line; an authority of its own has its level alone."""
        context, form, label = draft.context, draft.units.form(one), draft.context.label(one)
        low, high = (self._end(one, quantity, draft) for quantity in (Quantity.LOWEST, Quantity.HIGHEST))
        ends = [row for row in (low, high) if context.state(row) is State.SHOWN and not form.is_low(row.estimate)]
        line = [replace(
            mark(draft.level(one, authority=""), context, form, draft.say("all"), label=label),
            low=self._number(low, draft), high=self._number(high, draft),
            interval=draft.say("to", **dict(zip(("low", "high"), (form.level(row.estimate) for row in ends), strict=True)))
            if len(ends) == 2 else "")]
        if context.authority:
            own = mark(draft.level(one), context, form, context.authority_name(context.authority), label=label)
            line.append(replace(own, low=nan, high=nan, interval=""))
        yield line

    def axis(self, draft: Draft) -> dict[str, object]:
        return {"unit": draft.say("axis_range"), "percent": draft.units.percent}

    def _end(self, one: Indicator, quantity: Quantity, draft: Draft) -> Result | None:
        """The lowest or the highest level of all authorities."""
        return draft.level(one, authority="", quantity=quantity)

    def _number(self, row: Result | None, draft: Draft) -> float:
        """The number of a result, missing where there is none to show."""
        return float(row.estimate) if draft.context.state(row) is State.SHOWN else nan


class ChangeByAuthority(Drawn):
    """One block per indicator; rows are authorities and the whole cohort: both waves, the change, and what its test says."""

    id = "change_by_authority"
    marks = ("pairs", "lines")
    needs_two_waves = of_change = sets_levels_beside_change = shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, draft.units
        fields = [label_field(context, "authority", lambda subject: subject[1].label)]
        for wave in (context.first, context.wave):
            fields.append(Field(
                Column(f"{wave.id}_estimate", wave.label, units.heading, numeric=True),
                lambda subject, wave=wave: level_cell(level_at(*subject, draft, wave.id), context, units.form(subject[0]))))
        fields += [
            *difference_fields(lambda subject: self._change(subject, draft), units, key="change", word="change",
                               form=lambda subject: units.form(subject[0])),
            Field(Column("verdict", context.say("verdict")), lambda subject: verdict_cell(self._change(subject, draft), context)),
        ]
        return grid(fields, self.blocks(draft))

    def blocks(self, draft: Draft) -> Iterator[Block]:
        return (Block(one.label, tuple((one, place) for place in places(draft.context))) for one in draft.indicators)

    def lines(self, subject: tuple[Indicator, Place], draft: Draft) -> Iterator[Line]:
        context, (one, place) = draft.context, subject
        yield with_verdict([
            mark(level_at(one, place, draft, wave.id), context, context.format(one), wave.label, label=place.label)
            for wave in (context.first, context.wave)
        ], self._change(subject, draft), context)

    def subtractions(self, draft: Draft) -> Iterator[Subtraction]:
        context = draft.context
        for subject in (subject for block in self.blocks(draft) for subject in block.subjects):
            before, after = (level_at(*subject, draft, wave.id) for wave in (context.first, context.wave))
            yield after, before, self._change(subject, draft), context.format(subject[0])

    def _change(self, subject: tuple[Indicator, Place], draft: Draft) -> Result | None:
        """The change of an indicator in one authority."""
        return draft.change(subject[0], subject[1].authority)
