"""The table of strengths and priorities: where one place stands on each measure, and what the tests behind that say."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast
from nbeval.report.cells import Block, Field, grid, level_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import Units, label_field
from nbeval.report.results import Results
from nbeval.report.standing import Stand, Standing, compared_with, stands_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def standing(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are measures under what they are here (strength, priority, neither); the level and the word of each test."""
    stands = stands_of(rows, spec, context)
    if not stands:
        return (), ()
    units = Units.of(tuple(one.indicator for one in stands), context)
    fields = [
        label_field(context, "indicator", lambda one: context.label(one.indicator)),
        Field(Column("estimate", context.say("estimate"), units.heading, numeric=True),
              lambda one: level_cell(one.level, context, units.form(one.indicator))),
        *(_test_field(contrast, context) for contrast in compared_with(context)),
    ]
    blocks = (Block(context.say(f"standing_{kind}"), tuple(one for one in stands if one.standing is kind)) for kind in Standing)
    return grid(fields, blocks)


def _test_field(contrast: Contrast, context: Context) -> Field:
    """The column of one test."""
    def cell(one: Stand) -> Cell:
        if one.tests[contrast] is None:
            symbol = context.symbol("not_applicable")
            return Cell(symbol, symbol=symbol)
        return verdict_cell(one.tests[contrast], context)

    return Field(Column(f"against_{contrast}", context.say(f"standing_against_{contrast}", wave=context.first.label)), cell)
