"""Entry to the programme: the conditions that authorities meet, and what became of applications."""

from __future__ import annotations

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Area, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid, words_cell
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import (
    OfSource, area_field, areas_of, chosen, count_of, count_words, instrument_of, number_cell, of_all_cell,
)
from nbeval.report.results import Result


class Conditions(OfSource):
    """Rows are conditions; at each wave how many authorities meet each choice, or what one authority meets."""

    id = "conditions"
    unit_words, base_words = "unit_conditions", "base_conditions"
    unit_of_one, base_of_one = "unit_conditions_one", "base_conditions_one"
    names_waves = True

    def table(self, draft: Draft) -> Table:
        columns = self._own if draft.context.authority else self._counts
        return grid([area_field(draft, "condition"), *(field for wave in draft.context.waves for field in columns(wave, draft))],
                    (Block("", areas_of(draft)),))

    def _counts(self, wave: Wave, draft: Draft) -> list[Field]:
        """The columns of one wave: how many authorities meet each choice."""
        context = draft.context
        sets = {row.group for area in areas_of(draft)
                for row in draft.results.where(source=draft.spec.source_id, indicator=area.area, quantity=Quantity.COUNT)}
        return [
            Field(Column(f"{wave.id}_{one.code}", one.label, numeric=True, group=wave.label if context.shows_change else ""),
                  lambda area, one=one: number_cell(
                      count_of(draft, one.choices, one.code, area=area.area, wave=wave.id, authority=""), context, counted=False))
            for name in sorted(sets) for one in chosen(draft, name)
        ]

    def _own(self, wave: Wave, draft: Draft) -> list[Field]:
        """The column of one wave in a report on one authority, in words."""
        context, instrument = draft.context, instrument_of(draft)

        def cell(area: Area) -> Cell:
            rows = draft.results.where(source=draft.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, wave=wave.id,
                                       authority=context.authority)
            met = next((row for row in rows if row.estimate == 1), None)
            if met is None:
                symbol = context.symbol(Symbol.NOT_AVAILABLE)
                return Cell(symbol, symbol=symbol)
            return words_cell(instrument.choice(met.group, met.level).label, met, "estimate")

        return [Field(Column(f"{wave.id}_stands", wave.label), cell)]


class Applications(OfSource):
    """Rows are what became of applications; how many, of all."""

    id = "applications"
    unit_words, base_words = "unit_applications", "base_applications"

    def table(self, draft: Draft) -> Table:
        context, instrument = draft.context, instrument_of(draft)
        return grid([
            Field(Column("label", context.say("decision"), header=True), lambda row: Cell(instrument.choice(row.group, row.level).label)),
            Field(Column("applicants", context.say("applicants"), numeric=True), lambda row: number_cell(row, context)),
            Field(Column("of_all", context.say("of_all_applicants"), numeric=True), lambda row: of_all_cell(row, context)),
        ], (Block("", self._decisions(draft)),))

    def sentence(self, draft: Draft) -> str:
        """How many applied and what became of them."""
        row, context = self._decisions(draft)[0], draft.context
        label = instrument_of(draft).choice(row.group, row.level).label.lower()
        return draft.say("said_applications", total=count_words(row, context, "n_eligible"), count=count_words(row, context), label=label)

    def _decisions(self, draft: Draft) -> tuple[Result, ...]:
        """The results, in the order of the choices."""
        instrument = instrument_of(draft)
        order = {one.code: place for place, one in enumerate(instrument.choices)} if instrument else {}
        found = (row for area in areas_of(draft) for row in draft.results.where(
            source=draft.spec.source_id, indicator=area.area, quantity=Quantity.COUNT, authority=""))
        return tuple(sorted(found, key=lambda row: order[row.level]))
