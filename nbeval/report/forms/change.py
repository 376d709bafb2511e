"""Tables of change from the first wave to the last."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Column, Row
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Field, grid, level_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.forms.fields import Units, difference_fields, domain_blocks, label_field, level_finder
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results
from nbeval.report.select import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def change_row(rows: Results, spec: ExhibitRow, context: Context, one: Indicator, authority: str,
               quantity: Quantity = Quantity.CHANGE) -> Result | None:
    """The change of an indicator between the first and the last wave of the report."""
    return rows.find(
        spec.source_id, quantity, indicator=one.indicator, wave=context.wave.id, authority=authority,
        contrast=Contrast.WAVE, reference=context.first.id,
    )


def change(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators: both waves, change, interval, verdict, and the smallest change that could show."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    fields = [label_field(context, "indicator", context.label)]
    for wave in (context.first, context.wave):
        find = level_finder(rows, spec.source_id, wave.id, context, authority=context.authority)
        fields.append(Field(
            Column(f"{wave.id}_estimate", wave.label, units.heading, numeric=True),
            lambda one, find=find: level_cell(find(one), context, units.form(one)),
        ))

    def changed(one: Indicator) -> Result | None:
        return change_row(rows, spec, context, one, context.authority)

    verdict = Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(changed(one), context))
    if context.plain:
        return grid([*fields, verdict], domain_blocks(indicators, context))
    fields += [*difference_fields(changed, units, key="change", word="change"), verdict, _smallest(rows, spec, context, units)]
    return grid(fields, domain_blocks(indicators, context))


def _smallest(rows: Results, spec: ExhibitRow, context: Context, units: Units) -> Field:
    """The column of the smallest change the samples could have shown; a size, so it has no sign."""
    def cell(one: Indicator) -> object:
        row = change_row(rows, spec, context, one, context.authority, Quantity.SMALLEST_CHANGE)
        return level_cell(row, context, NumberFormat(units.form(one).decimals))

    unit = context.say("points_short") if units.heading else ""
    return Field(Column("smallest", context.say("smallest"), unit, numeric=True), cell)


def change_adjusted(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators with an adjusted change: the plain change beside it, with intervals; none where nothing is adjusted for."""
    indicators = tuple(
        one for one in available(indicators_of(spec, context), rows)
        if change_row(rows, spec, context, one, context.authority, Quantity.CHANGE_ADJUSTED) is not None
    )
    units = Units.of(indicators, context)
    fields = [label_field(context, "indicator", context.label)]
    for quantity, word in ((Quantity.CHANGE, "change"), (Quantity.CHANGE_ADJUSTED, "adjusted_change")):
        fields += difference_fields(
            lambda one, quantity=quantity: change_row(rows, spec, context, one, context.authority, quantity),
            units, key=quantity.value, word=word,
        )
    fields.append(Field(
        Column("verdict", context.say("verdict")),
        lambda one: verdict_cell(
            change_row(rows, spec, context, one, context.authority, Quantity.CHANGE_ADJUSTED), context),
    ))
    return grid(fields, domain_blocks(indicators, context))
