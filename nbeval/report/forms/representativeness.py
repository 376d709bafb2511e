"""Tables of how well those who answered stand for others: tests of their make-up, and who was lost between waves."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, count_cell, grid, level_cell, p_cell, symbol_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import Units, difference_fields, domain_blocks, label_field
from nbeval.report.forms.groups import groups_of
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results, State, key_of
from nbeval.report.draft import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def composition_tests(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are characteristics, under what the make-up is compared with; size of the difference, p, and what the test says."""
    contrasts = (Contrast.POPULATION, Contrast.WAVE) if context.shows_change else (Contrast.POPULATION,)
    found = tuple(
        row for contrast in contrasts for wave in context.waves for group in groups_of(spec, context)
        for row in rows.where(source=spec.source_id, quantity=Quantity.COMPOSITION_TEST, group=group, wave=wave.id, authority="",
                              contrast=contrast))
    fields = [
        label_field(context, "characteristic", lambda row: context.group_label(row.group)),
        Field(Column("n", context.say("n"), numeric=True), lambda row: count_cell(row, context)),
        Field(Column("size", context.say("composition_size"), numeric=True), lambda row: level_cell(row, context, NumberFormat(2))),
        Field(Column("p", context.say("p_value"), numeric=True), lambda row: p_cell(row, context)),
        Field(Column("says", context.say("composition_reading")), lambda row: _differs(row, context)),
    ]
    headings = dict.fromkeys(_against(row, context) for row in found)
    return grid(fields, (Block(heading, tuple(row for row in found if _against(row, context) == heading)) for heading in headings))


def _against(row: Result, context: Context) -> str:
    """Whose make-up is compared with whose."""
    labels = {wave.id: wave.label for wave in context.cohort.waves}
    return context.say(f"composition_against_{row.contrast}", wave=labels[row.wave], reference=labels.get(row.reference, ""))


def _differs(row: Result, context: Context) -> Cell:
    """What the test of the make-up allows us to say, at the level of the programme's intervals."""
    if context.state(row, "p_value") is not State.SHOWN:
        return symbol_cell(row, context, "p_value")
    return Cell(context.say("samples_differ" if row.p_value < 1 - context.conf_level else "samples_alike"), None, key_of(row), "p_value")


def attrition(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators at the first wave; how those who did not answer again differed then from those who did."""
    def row(one: Indicator) -> Result | None:
        return rows.find(spec.source_id, Quantity.DIFFERENCE, indicator=one.indicator, wave=context.first.id,
                         contrast=Contrast.STAYED, reference=context.wave.id)

    indicators = tuple(one for one in available(indicators_of(spec, context), rows) if row(one) is not None)
    units = Units.of(indicators, context)
    fields = [
        label_field(context, "indicator", context.label),
        *difference_fields(row, units, key="difference", word="lost_minus_stayed"),
        Field(Column("lost", context.say("lost"), numeric=True), lambda one: count_cell(row(one), context)),
        Field(Column("stayed", context.say("stayed"), numeric=True), lambda one: count_cell(row(one), context, "n_reference")),
        Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(row(one), context)),
    ]
    return grid(fields, domain_blocks(indicators, context))
