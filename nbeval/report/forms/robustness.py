"""Tables that ask whether a result would stand: weighted beside unweighted, places together, people who answered twice."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Quantity
from nbeval.report.cells import Field, count_cell, grid, interval_cell, level_cell, p_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import Units, change_row, difference_fields, domain_blocks, interval_label, label_field, level_finder
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results, is_missing
from nbeval.report.draft import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def weighting(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators: the unweighted figure beside the weighted one, and the effective number of answers.

    Indicators without a weighted figure make no row.
    """
    find = level_finder(rows, spec.source_id, context.wave.id, context, authority=context.authority)
    indicators = tuple(one for one in available(indicators_of(spec, context), rows) if rows.weighted(find(one)) is not None)
    units = Units.of(indicators, context)
    fields = [label_field(context, "indicator", lambda one: one.label)]
    for key, row in (("unweighted", find), ("weighted", lambda one: rows.weighted(find(one)))):
        fields += _level_fields(row, units, key)
    fields.append(Field(Column("effective", context.say("effective_n"), numeric=True),
                        lambda one: count_cell(rows.weighted(find(one)), context, "n_effective")))
    return grid(fields, domain_blocks(indicators, context))


def _level_fields(row: object, units: Units, key: str) -> tuple[Field, Field]:
    """A figure and its interval under one heading."""
    context = units.context
    group = context.say(key)
    return (
        Field(Column(f"{key}_estimate", context.say("estimate"), units.heading, numeric=True, group=group),
              lambda one: level_cell(row(one), context, units.form(one))),
        Field(Column(f"{key}_interval", interval_label(context), units.heading, numeric=True, group=group),
              lambda one: interval_cell(row(one), context, units.form(one))),
    )


def change_pooled(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators: the mean change over places, its interval, how much places differ, and the test of that."""
    def row(one: Indicator, quantity: Quantity) -> Result | None:
        return change_row(rows, spec, context, one, "", quantity)

    indicators = tuple(one for one in available(indicators_of(spec, context), rows)
                       if row(one, Quantity.CHANGE_POOLED) is not None or row(one, Quantity.HETEROGENEITY) is not None)
    units = Units.of(indicators, context)
    fields = [
        label_field(context, "indicator", lambda one: one.label),
        *difference_fields(lambda one: row(one, Quantity.CHANGE_POOLED), units, key="pooled", word="pooled_change"),
        Field(Column("heterogeneity", context.say("heterogeneity"), "%", numeric=True),
              lambda one: level_cell(row(one, Quantity.HETEROGENEITY), context, NumberFormat(percent=True))),
        Field(Column("test", context.say("p_value"), numeric=True),
              lambda one: p_cell(row(one, Quantity.HETEROGENEITY), context)),
        Field(Column("reading", context.say("heterogeneity_reading")),
              lambda one: Cell(heterogeneity_words(row(one, Quantity.HETEROGENEITY), context))),
    ]
    return grid(fields, domain_blocks(indicators, context))


def heterogeneity_words(row: Result | None, context: Context) -> str:
    """What the test of heterogeneity allows us to say, at the level of the programme's intervals."""
    if row is None or is_missing(row.p_value):
        return context.say("places_unknown")
    return context.say("places_differ" if row.p_value < 1 - context.conf_level else "places_alike")


def overlap(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators: the change with its interval, and the narrowest and widest that overlap of the waves allows."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)

    def row(one: Indicator, quantity: Quantity) -> Result | None:
        return change_row(rows, spec, context, one, context.authority, quantity)

    indicators = tuple(one for one in indicators if row(one, Quantity.OVERLAP_BOUND) is not None)
    change, interval = difference_fields(lambda one: row(one, Quantity.CHANGE), units, key="change", word="change")
    fields = [label_field(context, "indicator", lambda one: one.label), change, interval]
    for quantity in (Quantity.OVERLAP_BOUND, Quantity.OVERLAP_WIDEST):
        fields.append(Field(
            Column(quantity.value, context.say(quantity.value), interval.column.unit, numeric=True),
            lambda one, quantity=quantity: interval_cell(row(one, quantity), context, units.form(one), signed=True),
        ))
    fields.append(Field(Column("verdict", context.say("verdict")),
                        lambda one: verdict_cell(row(one, Quantity.CHANGE), context)))
    return grid(fields, domain_blocks(indicators, context))
