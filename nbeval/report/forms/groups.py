"""Tables of groups: levels by group, and differences between the levels of a group."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Column, Row
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, count_cell, grid, level_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import Units, difference_fields, label_field
from nbeval.report.results import Result, Results
from nbeval.report.draft import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


@dataclass(frozen=True)
class Place:
    """Whose results a row shows: a level of a group, an authority, or everybody."""

    label: str
    authority: str = ""
    group: str = ""
    level: str = ""


def levels_by_group(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are everybody and then each level of each group; columns are the exhibit's indicators."""
    own = context.authority
    everybody = Block("", (Place(context.authority_name(own), own),))
    blocks = tuple(
        Block(context.group_label(group), tuple(
            Place(level.level_label, own, group, level.level) for level in context.dictionary.groups[group]
        ))
        for group in groups_of(spec, context)
    )
    return place_table(rows, spec, context, (everybody, *blocks), word="level")


def groups_of(spec: ExhibitRow, context: Context) -> tuple[str, ...]:
    """The groups an exhibit names, or else all that the cohort is broken down by."""
    return tuple(group for group in spec.groups or context.cohort.groups if group in context.dictionary.groups)


def place_table(rows: Results, spec: ExhibitRow, context: Context, blocks: tuple[Block, ...], *, word: str) -> Table:
    """Rows are places; each indicator of the exhibit has its estimate and the number who answered."""
    indicators = available(indicators_of(spec, context), rows)
    fields = [label_field(context, word, lambda place: place.label)]
    for one in indicators:
        fields += _indicator_fields(rows, spec, context, one)
    return grid(fields, blocks)


def place_row(rows: Results, spec: ExhibitRow, context: Context, one: Indicator, place: Place,
              wave: str = "") -> Result | None:
    """The level of an indicator in one place."""
    return rows.find(
        spec.source_id, context.quantity(one), indicator=one.indicator, wave=wave or context.wave.id,
        authority=place.authority, group=place.group, level=place.level,
    )


def _indicator_fields(rows: Results, spec: ExhibitRow, context: Context, one: Indicator) -> tuple[Field, Field]:
    """The two columns of an indicator in a table of places."""
    form = context.format(one)
    word = "estimate" if form.percent else "mean"
    return (
        Field(Column(one.indicator, context.say(word), "%" if form.percent else "", numeric=True, group=one.short),
              lambda place: level_cell(place_row(rows, spec, context, one, place), context, form)),
        Field(Column(f"{one.indicator}_n", context.say("n_short"), numeric=True, group=one.short),
              lambda place: count_cell(place_row(rows, spec, context, one, place), context)),
    )


@dataclass(frozen=True)
class Pair:
    """A difference and the two levels it lies between."""

    indicator: Indicator
    label: str
    difference: Result
    level: Result | None
    reference: Result | None


def differences(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are levels against the reference level of their group, under a heading per indicator and group."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)

    def form(pair: Pair) -> object:
        return units.form(pair.indicator)

    fields = [
        label_field(context, "level", lambda pair: pair.label),
        Field(Column("estimate", context.say("estimate"), units.heading, numeric=True),
              lambda pair: level_cell(pair.level, context, form(pair))),
        Field(Column("reference", context.say("reference"), units.heading, numeric=True),
              lambda pair: level_cell(pair.reference, context, form(pair))),
        *difference_fields(lambda pair: pair.difference, units, key="difference", word="difference", form=form),
        Field(Column("verdict", context.say("verdict")), lambda pair: verdict_cell(pair.difference, context)),
    ]
    return grid(fields, difference_blocks(rows, spec, context, indicators))


def difference_blocks(rows: Results, spec: ExhibitRow, context: Context,
                      indicators: tuple[Indicator, ...]) -> tuple[Block, ...]:
    """One block per indicator and group, with the pairs that were compared."""
    blocks = []
    for one in indicators:
        found = rows.where(
            source=spec.source_id, quantity=Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
            authority=context.authority,
        )
        rest = tuple(_rest_pair(rows, spec, context, one, row) for row in found if row.contrast == Contrast.REST)
        blocks.append(Block(one.label, rest))
        for group in groups_of(spec, context):
            pairs = tuple(
                _level_pair(rows, spec, context, one, row)
                for row in found if row.group == group and row.contrast == Contrast.LEVEL
            )
            heading = context.say("by_group", label=one.label, group=context.group_label(group))
            blocks.append(Block(heading, pairs))
    return tuple(blocks)


def _level_pair(rows: Results, spec: ExhibitRow, context: Context, one: Indicator, row: Result) -> Pair:
    """A level against the reference level of its group."""
    level = Place("", row.authority, row.group, row.level)
    reference = Place("", row.authority, row.group, row.reference)
    label = context.say(
        "against", level=context.level_label(row.group, row.level),
        reference=context.level_label(row.group, row.reference),
    )
    return Pair(one, label, row, place_row(rows, spec, context, one, level),
                place_row(rows, spec, context, one, reference))


def _rest_pair(rows: Results, spec: ExhibitRow, context: Context, one: Indicator, row: Result) -> Pair:
    """An authority against all the others of its cohort; their own level is no row of its own."""
    label = context.say("against_rest", level=context.authority_name(row.authority))
    return Pair(one, label, row, place_row(rows, spec, context, one, Place("", row.authority)), None)
