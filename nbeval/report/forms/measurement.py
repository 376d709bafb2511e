"""Tables of models and of measurement: what goes with an outcome, and how well scales hold together."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow, Wave
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, count_cell, difference_cell, grid, interval_cell, level_cell
from nbeval.report.context import Context
from nbeval.report.columns import interval_label, label_field
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results

Table = tuple[tuple[Column, ...], tuple[Row, ...]]

TWO_DIGITS = NumberFormat(decimals=2)
POINTS = NumberFormat(percent=True)


def drivers(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are levels of factors against their reference level: odds ratio, interval, marginal effect, n."""
    found = rows.where(source=spec.source_id, quantity=Quantity.ODDS_RATIO, wave=context.wave.id,
                       authority=context.authority)

    def marginal(row: Result) -> Result | None:
        return rows.find(spec.source_id, Quantity.MARGINAL_EFFECT, indicator=row.indicator, wave=row.wave,
                         authority=row.authority, group=row.group, level=row.level, contrast=row.contrast,
                         reference=row.reference)

    fields = [
        label_field(context, "factor", lambda row: _against(row, context)),
        Field(Column("odds_ratio", context.say("odds_ratio"), numeric=True),
              lambda row: level_cell(row, context, TWO_DIGITS)),
        Field(Column("interval", interval_label(context), numeric=True),
              lambda row: interval_cell(row, context, TWO_DIGITS)),
        Field(Column("marginal", context.say("marginal_effect"), context.say("points_short"), numeric=True),
              lambda row: difference_cell(marginal(row), context, POINTS)),
        Field(Column("n", context.say("n"), numeric=True), lambda row: count_cell(row, context)),
    ]
    blocks = (
        Block(context.indicator_label(name), tuple(row for row in found if row.indicator == name))
        for name in dict.fromkeys(row.indicator for row in found)
    )
    return grid(fields, blocks)


def _against(row: Result, context: Context) -> str:
    """A level of a factor and the level it is compared with."""
    return context.say(
        "factor_level", factor=context.group_label(row.group), level=context.level_label(row.group, row.level),
        reference=context.level_label(row.group, row.reference),
    )


def reliability(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are scales with their alpha at each wave, and below each its items with their item-rest value."""
    found = rows.where(source=spec.source_id, quantity=Quantity.ALPHA, authority=context.authority)
    names = tuple(dict.fromkeys(row.indicator for row in found))
    fields = [label_field(context, "scale", lambda subject: subject[1])]
    for wave in context.waves:
        fields += _reliability_fields(rows, spec, context, wave)
    blocks = (Block(context.indicator_label(name), _subjects(rows, spec, context, name)) for name in names)
    return grid(fields, blocks)


#: a row of the table of reliability: the scale's name, the row's label, the item (empty for the scale itself)
Subject = tuple[str, str, str]


def _subjects(rows: Results, spec: ExhibitRow, context: Context, name: str) -> tuple[Subject, ...]:
    """The scale itself, then its items."""
    rests = rows.where(source=spec.source_id, quantity=Quantity.ITEM_REST, indicator=name, authority=context.authority)
    items = dict.fromkeys(row.level or row.reference for row in rests)
    return ((name, context.say("alpha"), ""), *((name, context.item_label(spec.source_id, item), item) for item in items))


def _reliability_fields(rows: Results, spec: ExhibitRow, context: Context, wave: Wave) -> tuple[Field, ...]:
    """The columns of one wave: the value, its interval, number who answered."""
    group = wave.label if context.shows_change else ""

    def row(subject: Subject) -> Result | None:
        name, _, item = subject
        quantity = Quantity.ITEM_REST if item else Quantity.ALPHA
        known = rows.where(source=spec.source_id, quantity=quantity, indicator=name, wave=wave.id,
                           authority=context.authority)
        matching = [one for one in known if item in ("", one.level, one.reference)]
        return matching[0] if matching else None

    def interval(subject: Subject) -> Cell:
        if subject[2]:
            symbol = context.symbol("not_applicable")
            return Cell(symbol, symbol=symbol)
        return interval_cell(row(subject), context, TWO_DIGITS)

    return (
        Field(Column(f"{wave.id}_value", context.say("estimate"), numeric=True, group=group),
              lambda subject: level_cell(row(subject), context, TWO_DIGITS)),
        Field(Column(f"{wave.id}_interval", interval_label(context), numeric=True, group=group), interval),
        Field(Column(f"{wave.id}_n", context.say("n"), numeric=True, group=group),
              lambda subject: count_cell(row(subject), context)),
    )
