"""Tables of authorities: levels, the unnamed range, and change in each."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Column, Row
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, grid, level_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import Units, change_row, difference_fields, domain_blocks, label_field, level_finder
from nbeval.report.forms.groups import Place, place_row, place_table
from nbeval.report.results import Results
from nbeval.report.draft import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def places(context: Context) -> tuple[Place, ...]:
    """The authorities of the cohort by name, then all of them."""
    named = sorted((Place(context.authority_name(name), name) for name in context.cohort.authorities),
                   key=lambda place: place.label)
    return (*named, Place(context.authority_name("")))


def levels_by_authority(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are authorities and the whole cohort; columns are the exhibit's indicators."""
    return place_table(rows, spec, context, (Block("", places(context)),), word="authority")


def spread(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators; the lowest and the highest authority, unnamed, and the whole cohort."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    columns = (
        ("lowest", Quantity.LOWEST, ""), ("highest", Quantity.HIGHEST, ""), ("all", None, ""),
        *((("own", None, context.authority),) if context.authority else ()),
    )
    fields = [label_field(context, "indicator", context.label)]
    for key, quantity, authority in columns:
        find = level_finder(rows, spec.source_id, context.wave.id, context, authority=authority, quantity=quantity)
        label = context.authority_name(authority) if key == "own" else context.say(key)
        fields.append(Field(
            Column(key, label, units.heading, numeric=True),
            lambda one, find=find: level_cell(find(one), context, units.form(one)),
        ))
    return grid(fields, domain_blocks(indicators, context))


def change_by_authority(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """One block per indicator; rows are authorities and the whole cohort: both waves, change, verdict."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    subjects = tuple(
        Block(one.label, tuple((one, place) for place in places(context))) for one in indicators
    )
    fields = [label_field(context, "authority", lambda subject: subject[1].label)]
    for wave in (context.first, context.wave):
        fields.append(Field(
            Column(f"{wave.id}_estimate", wave.label, units.heading, numeric=True),
            lambda subject, wave=wave: level_cell(
                place_row(rows, spec, context, *subject, wave.id), context, units.form(subject[0])),
        ))

    def find(subject: tuple[Indicator, Place]) -> object:
        return change_row(rows, spec, context, subject[0], subject[1].authority)

    fields += [
        *difference_fields(find, units, key="change", word="change", form=lambda subject: units.form(subject[0])),
        Field(Column("verdict", context.say("verdict")), lambda subject: verdict_cell(find(subject), context)),
    ]
    return grid(fields, subjects)
