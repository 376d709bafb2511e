"""Groups: the levels of indicators in each, and the differences between the levels of a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, Table, count_cell, grid, level_cell, verdict_cell
from nbeval.report.charts.data import UNCLEAR
from nbeval.report.columns import difference_fields, label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.drawn import Drawn, Line, difference_axis, mark, with_verdict
from nbeval.report.kinds.kind import Kind, Subtraction
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result

#: differences from which on only those beyond chance are drawn, so that a page can hold the chart
_MOST_DRAWN = 24


@dataclass(frozen=True)
class Place:
    """Whose results a row shows: a level of a group, an authority, or everybody."""

    label: str
    authority: str = ""
    group: str = ""
    level: str = ""


def level_at(one: Indicator, place: Place, draft: Draft, wave: str = "") -> Result | None:
    """The level of an indicator in one place."""
    return draft.level(one, wave, place.authority, group=place.group, level=place.level)


def groups_of(draft: Draft) -> tuple[str, ...]:
    """The groups an exhibit names, or else all that the cohort is broken down by."""
    return tuple(group for group in draft.spec.groups or draft.context.cohort.groups if group in draft.context.dictionary.groups)


def group_blocks(draft: Draft, authority: str) -> Iterator[Block]:
    """One block per group; its rows are the levels of the group."""
    for group in groups_of(draft):
        levels = draft.context.dictionary.groups[group]
        yield Block(draft.context.group_label(group), tuple(Place(one.level_label, authority, group, one.level) for one in levels))


def place_fields(draft: Draft, word: str) -> Iterator[Field]:
    """The columns of a table of places: for each indicator its level and the number who answered."""
    context = draft.context
    yield label_field(context, word, lambda place: place.label)
    for one in draft.indicators:
        form = context.format(one)
        yield Field(
            Column(one.indicator, context.say("estimate" if form.percent else "mean"), "%" if form.percent else "", numeric=True,
                   group=one.short),
            lambda place, one=one, form=form: level_cell(level_at(one, place, draft), context, form))
        yield Field(Column(f"{one.indicator}_n", context.say("n_short"), numeric=True, group=one.short),
                    lambda place, one=one: count_cell(level_at(one, place, draft), context))


class LevelsByGroup(Kind):
    """Rows are everybody and then each level of each group; columns are the exhibit's indicators."""

    id = "levels_by_group"
    of_last_wave = True

    def table(self, draft: Draft) -> Table:
        own = draft.context.authority
        everybody = Block("", (Place(draft.context.authority_name(own), own),))
        return grid(place_fields(draft, "level"), (everybody, *group_blocks(draft, own)))


@dataclass(frozen=True)
class Pair:
    """A difference and the two levels it is between; the others of a cohort together have no level of their own."""

    indicator: Indicator
    label: str
    difference: Result
    level: Result | None
    reference: Result | None


class Differences(Drawn):
    """Rows are levels against the reference level of their group, under a heading for each indicator and group."""

    id = "differences"
    marks = ("lines",)
    of_last_wave = True
    compares_with = (Contrast.LEVEL, Contrast.REST)

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, draft.units

        def form(pair: Pair) -> NumberFormat:
            return units.form(pair.indicator)

        return grid([
            label_field(context, "level", lambda pair: pair.label),
            Field(Column("estimate", context.say("estimate"), units.heading, numeric=True),
                  lambda pair: level_cell(pair.level, context, form(pair))),
            Field(Column("reference", context.say("reference"), units.heading, numeric=True),
                  lambda pair: level_cell(pair.reference, context, form(pair))),
            *difference_fields(lambda pair: pair.difference, units, key="difference", word="difference", form=form),
            Field(Column("verdict", context.say("verdict")), lambda pair: verdict_cell(pair.difference, context)),
        ], self.blocks(draft))

    def blocks(self, draft: Draft) -> Iterator[Block]:
        context = draft.context
        for one in draft.indicators:
            found = draft.results.where(
                source=draft.spec.source_id, quantity=Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
                authority=context.authority)
            yield Block(one.label, tuple(self._from_rest(one, row, draft) for row in found if row.contrast == Contrast.REST))
            for group in groups_of(draft):
                yield Block(
                    draft.say("by_group", label=one.label, group=context.group_label(group)),
                    tuple(self._between_levels(one, row, draft) for row in found if row.group == group and row.contrast == Contrast.LEVEL))

    def drawn_blocks(self, draft: Draft) -> Iterable[Block]:
        blocks = tuple(self.blocks(draft))
        if not self._draws_clear_alone(blocks):
            return blocks
        return (Block(block.heading, tuple(pair for pair in block.subjects if pair.difference.verdict not in UNCLEAR))
                for block in blocks)

    def lines(self, pair: Pair, draft: Draft) -> Iterator[Line]:
        context = draft.context
        yield with_verdict(
            [mark(pair.difference, context, context.format(pair.indicator), draft.say("difference"), label=pair.label, signed=True)],
            pair.difference, context)

    def axis(self, draft: Draft) -> dict[str, object]:
        remark = draft.say("remark_clear") if self._draws_clear_alone(self.blocks(draft)) else ""
        return {**difference_axis(draft.units), "remark": remark}

    def subtractions(self, draft: Draft) -> Iterator[Subtraction]:
        return ((pair.level, pair.reference, pair.difference, draft.context.format(pair.indicator))
                for block in self.blocks(draft) for pair in block.subjects)

    def _draws_clear_alone(self, blocks: Iterable[Block]) -> bool:
        """Whether there are too many differences to draw those too that may be chance."""
        return sum(len(block.subjects) for block in blocks) > _MOST_DRAWN

    def _between_levels(self, one: Indicator, row: Result, draft: Draft) -> Pair:
        """A level against the reference level of its group."""
        level, reference = (Place("", row.authority, row.group, name) for name in (row.level, row.reference))
        label = draft.say("against", level=draft.context.level_label(row.group, row.level),
                          reference=draft.context.level_label(row.group, row.reference))
        return Pair(one, label, row, level_at(one, level, draft), level_at(one, reference, draft))

    def _from_rest(self, one: Indicator, row: Result, draft: Draft) -> Pair:
        """An authority against all the others of its cohort."""
        label = draft.say("against_rest", level=draft.context.authority_name(row.authority))
        return Pair(one, label, row, level_at(one, Place("", row.authority), draft), None)


def places(context: Context) -> tuple[Place, ...]:
    """The authorities of the cohort by name, then all of them."""
    named = sorted((Place(context.authority_name(name), name) for name in context.cohort.authorities), key=lambda place: place.label)
    return (*named, Place(context.authority_name("")))
