"""The people: how many took part, who they were, how well they represent others, and who did not answer a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbeval.dictionary.models import Indicator, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import MISSING_COLUMNS, Contrast, Quantity
from nbeval.report.cells import (
    PERCENT, Block, Field, Table, count_cell, grid, level_cell, p_cell, symbol_cell, verdict_cell, words_cell,
)
from nbeval.report.columns import difference_fields, domain_blocks, label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft, Units
from nbeval.report.kinds.groups import Place, group_blocks, groups_of, places
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, State


class Participation(Kind):
    """Rows are authorities and the whole cohort: at each wave the forms, who could answer, and the response rate."""

    id = "participation"
    unit_words = ""
    base_words = "base_participation"
    shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        context = draft.context
        shown = places(context)
        if context.authority:
            shown = tuple(place for place in shown if place.authority in (context.authority, ""))
        if context.plain:
            shown = shown[-1:]
        fields = [label_field(context, "authority", lambda place: place.label)]
        for wave in context.waves:
            columns = self._fields(wave, draft)
            fields += columns[:1] if context.plain else columns
        return grid(fields, (Block("", shown),))

    def _fields(self, wave: Wave, draft: Draft) -> tuple[Field, ...]:
        """The columns of one wave."""
        context = draft.context
        group = wave.label if context.shows_change else ""

        def rate(place: Place) -> Result | None:
            return draft.find(Quantity.RESPONSE_RATE, wave=wave.id, authority=place.authority)

        return (
            Field(Column(f"{wave.id}_forms", context.say("forms"), numeric=True, group=group), lambda place: count_cell(
                draft.find(Quantity.COUNT, wave=wave.id, authority=place.authority), context, "estimate")),
            Field(Column(f"{wave.id}_eligible", context.say("eligible"), numeric=True, group=group),
                  lambda place: count_cell(rate(place), context, "n_eligible")),
            Field(Column(f"{wave.id}_rate", context.say("response_rate"), "%", numeric=True, group=group),
                  lambda place: level_cell(rate(place), context, PERCENT)),
        )


class Composition(Kind):
    """Rows are levels of groups: at each wave their share, beside the share of the population where that is declared."""

    id = "composition"
    unit_words = ""
    base_words = "base_composition"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        shares = [("share", "share", Quantity.PERCENT)]
        if draft.results.where(quantity=Quantity.POPULATION_SHARE):
            shares.append(("population", "population_share", Quantity.POPULATION_SHARE))
        fields = [label_field(context, "level", lambda place: place.label)]
        for wave in context.waves:
            group = wave.label if context.shows_change else ""
            fields += [Field(
                Column(f"{wave.id}_{key}", context.say(word), "%", numeric=True, group=group),
                lambda place, wave=wave, quantity=quantity: level_cell(
                    draft.find(quantity, wave=wave.id, group=place.group, level=place.level), context, PERCENT),
            ) for key, word, quantity in shares]
        return grid(fields, group_blocks(draft, ""))

    def doubtful(self, draft: Draft) -> Iterable[str]:
        return ()


class CompositionTest(Kind):
    """Rows are characteristics, under what the make-up is compared with: size of the difference, p, and what the test says."""

    id = "composition_test"
    unit_words = ""
    base_words = "base_composition_test"
    sums_up = True

    def table(self, draft: Draft) -> Table:
        context, found = draft.context, self._found(draft)
        headings = dict.fromkeys(self._against(row, context) for row in found)
        return grid([
            label_field(context, "characteristic", lambda row: context.group_label(row.group)),
            Field(Column("n", context.say("n"), numeric=True), lambda row: count_cell(row, context)),
            Field(Column("size", context.say("composition_size"), numeric=True), lambda row: level_cell(row, context, NumberFormat(2))),
            Field(Column("p", context.say("p_value"), numeric=True), lambda row: p_cell(row, context)),
            Field(Column("says", context.say("composition_reading")), lambda row: self._says(row, context)),
        ], (Block(heading, tuple(row for row in found if self._against(row, context) == heading)) for heading in headings))

    def sentence(self, draft: Draft) -> str:
        """On which characteristics the make-up differs by more than chance."""
        context = draft.context
        tested = [row for row in self._found(draft) if context.state(row, "p_value") is State.SHOWN]
        named = [context.group_label(row.group) for row in tested if self._differs(row, context)]
        if not named:
            return draft.say("said_composition_test_none", total=len(tested)) if tested else ""
        return draft.say("said_composition_test", count=len(named), total=len(tested), named="; ".join(dict.fromkeys(named)))

    def doubtful(self, draft: Draft) -> Iterable[str]:
        return ()

    def _found(self, draft: Draft) -> tuple[Result, ...]:
        """The tests: against the population, and where there are two waves between them."""
        context = draft.context
        contrasts = (Contrast.POPULATION, Contrast.WAVE) if context.shows_change else (Contrast.POPULATION,)
        return tuple(
            row for contrast in contrasts for wave in context.waves for group in groups_of(draft)
            for row in draft.results.where(source=draft.spec.source_id, quantity=Quantity.COMPOSITION_TEST, group=group, wave=wave.id,
                                           authority="", contrast=contrast))

    def _against(self, row: Result, context: Context) -> str:
        """Whose make-up is compared with whose."""
        labels = {wave.id: wave.label for wave in context.cohort.waves}
        return context.say(f"composition_against_{row.contrast}", wave=labels[row.wave], reference=labels.get(row.reference, ""))

    def _says(self, row: Result, context: Context) -> Cell:
        """What the test of the make-up allows us to say."""
        if context.state(row, "p_value") is not State.SHOWN:
            return symbol_cell(row, context, "p_value")
        return words_cell(context.say("samples_differ" if self._differs(row, context) else "samples_alike"), row, "p_value")

    def _differs(self, row: Result, context: Context) -> bool:
        """Whether a make-up differs by more than chance, at the level of the programme's intervals."""
        return row.p_value < 1 - context.conf_level


@dataclass(frozen=True)
class Asked:
    """One indicator at one wave."""

    indicator: Indicator
    wave: Wave


class Nonresponse(Kind):
    """Rows are indicators at each wave: forms, answers, and the missing ones by the reasons that occur."""

    id = "nonresponse"
    unit_words = ""
    base_words = "base_nonresponse"

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def row(asked: Asked) -> Result | None:
            return draft.level(asked.indicator, asked.wave.id)

        blocks = [Block(wave.label if context.shows_change else "", tuple(Asked(one, wave) for one in draft.indicators))
                  for wave in context.waves]
        occurring = [name for name in MISSING_COLUMNS
                     if any(self._occurs(row(one), name, context) for block in blocks for one in block.subjects)]
        return grid([
            label_field(context, "indicator", lambda one: one.indicator.label),
            Field(Column("asked", context.say("asked"), numeric=True), lambda one: count_cell(row(one), context, "n_eligible")),
            Field(Column("valid", context.say("valid"), numeric=True), lambda one: count_cell(row(one), context)),
            *(Field(Column(name, context.say(name), numeric=True), lambda one, name=name: count_cell(row(one), context, name))
              for name in occurring),
        ], blocks)

    def _occurs(self, row: Result | None, name: str, context: Context) -> bool:
        """Whether a reason for missing answers is there, or withheld, in a row."""
        state = context.state(row, name)
        return state is State.WITHHELD or (state is State.SHOWN and getattr(row, name) > 0)


class Attrition(Kind):
    """Rows are indicators at the first wave: how those who did not answer again differed then from those who did."""

    id = "attrition"
    base_words = "base_attrition"
    needs_two_waves = of_change = True
    compares_with = (Contrast.STAYED,)

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def row(one: Indicator) -> Result | None:
            return draft.find(Quantity.DIFFERENCE, indicator=one.indicator, wave=context.first.id, contrast=Contrast.STAYED,
                              reference=context.wave.id)

        indicators = tuple(one for one in draft.indicators if row(one) is not None)
        return grid([
            label_field(context, "indicator", context.label),
            *difference_fields(row, Units.of(indicators, context), key="difference", word="lost_minus_stayed"),
            Field(Column("lost", context.say("lost"), numeric=True), lambda one: count_cell(row(one), context)),
            Field(Column("stayed", context.say("stayed"), numeric=True), lambda one: count_cell(row(one), context, "n_reference")),
            Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(row(one), context)),
        ], domain_blocks(indicators, context))
