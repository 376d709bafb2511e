"""Tables of the people: how many took part, who they were, and who did not answer a question."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.models import ExhibitRow, Indicator, Wave
from nbeval.exhibit import Column, Row
from nbeval.frames import MISSING_COLUMNS, Quantity
from nbeval.report.cells import PERCENT, Block, Field, count_cell, grid, level_cell
from nbeval.report.context import Context
from nbeval.report.forms.authorities import places
from nbeval.report.columns import label_field
from nbeval.report.forms.groups import Place, groups_of
from nbeval.report.results import Result, Results, State
from nbeval.report.draft import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def participation(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are authorities and the whole cohort; for each wave the forms, who could answer, and the rate."""
    shown = places(context)
    if context.authority:
        shown = tuple(place for place in shown if place.authority in (context.authority, ""))
    if context.plain:
        shown = shown[-1:]
    fields = [label_field(context, "authority", lambda place: place.label)]
    for wave in context.waves:
        columns = _participation_fields(rows, spec, context, wave)
        fields += columns[:1] if context.plain else columns
    return grid(fields, (Block("", shown),))


def _participation_fields(rows: Results, spec: ExhibitRow, context: Context, wave: Wave) -> tuple[Field, ...]:
    """The columns of one wave."""
    group = wave.label if context.shows_change else ""

    def forms(place: Place) -> Result | None:
        return rows.find(spec.source_id, Quantity.COUNT, wave=wave.id, authority=place.authority)

    def rate(place: Place) -> Result | None:
        return rows.find(spec.source_id, Quantity.RESPONSE_RATE, wave=wave.id, authority=place.authority)

    return (
        Field(Column(f"{wave.id}_forms", context.say("forms"), numeric=True, group=group),
              lambda place: count_cell(forms(place), context, "estimate")),
        Field(Column(f"{wave.id}_eligible", context.say("eligible"), numeric=True, group=group),
              lambda place: count_cell(rate(place), context, "n_eligible")),
        Field(Column(f"{wave.id}_rate", context.say("response_rate"), "%", numeric=True, group=group),
              lambda place: level_cell(rate(place), context, PERCENT)),
    )


def composition(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are levels of groups; for each wave their share, beside the share of the population if declared."""
    known = bool(rows.where(quantity=Quantity.POPULATION_SHARE))
    fields = [label_field(context, "level", lambda place: place.label)]
    for wave in context.waves:
        group = wave.label if context.shows_change else ""
        fields.append(Field(
            Column(f"{wave.id}_share", context.say("share"), "%", numeric=True, group=group),
            lambda place, wave=wave: level_cell(_share(rows, spec, place, wave, Quantity.PERCENT), context, PERCENT),
        ))
        if known:
            fields.append(Field(
                Column(f"{wave.id}_population", context.say("population_share"), "%", numeric=True, group=group),
                lambda place, wave=wave: level_cell(
                    _share(rows, spec, place, wave, Quantity.POPULATION_SHARE), context, PERCENT),
            ))
    blocks = tuple(
        Block(context.group_label(group), tuple(
            Place(level.level_label, "", group, level.level) for level in context.dictionary.groups[group]
        ))
        for group in groups_of(spec, context)
    )
    return grid(fields, blocks)


def _share(rows: Results, spec: ExhibitRow, place: Place, wave: Wave, quantity: Quantity) -> Result | None:
    """The share of one level among the respondents or the population of a wave."""
    return rows.find(spec.source_id, quantity, wave=wave.id, group=place.group, level=place.level)


@dataclass(frozen=True)
class Asked:
    """One indicator at one wave."""

    indicator: Indicator
    wave: Wave


def nonresponse(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators at each wave; forms, answers, and the missing ones by the reasons that occur."""
    indicators = available(indicators_of(spec, context), rows)

    def row(asked: Asked) -> Result | None:
        return rows.find(spec.source_id, context.quantity(asked.indicator), indicator=asked.indicator.indicator,
                         wave=asked.wave.id, authority=context.authority)

    subjects = tuple(Asked(one, wave) for wave in context.waves for one in indicators)
    occurring = [name for name in MISSING_COLUMNS if any(_occurs(row(asked), name, context) for asked in subjects)]
    fields = [
        label_field(context, "indicator", lambda asked: asked.indicator.label),
        Field(Column("asked", context.say("asked"), numeric=True), lambda asked: count_cell(row(asked), context, "n_eligible")),
        Field(Column("valid", context.say("valid"), numeric=True), lambda asked: count_cell(row(asked), context)),
        *(Field(Column(name, context.say(name), numeric=True),
                lambda asked, name=name: count_cell(row(asked), context, name)) for name in occurring),
    ]
    blocks = (
        Block(wave.label if context.shows_change else "", tuple(asked for asked in subjects if asked.wave is wave))
        for wave in context.waves
    )
    return grid(fields, blocks)


def _occurs(row: Result | None, name: str, context: Context) -> bool:
    """Whether a reason for missing answers is there, or hidden, in a row."""
    state = context.state(row, name)
    return state is State.WITHHELD or (state is State.SHOWN and getattr(row, name) > 0)

