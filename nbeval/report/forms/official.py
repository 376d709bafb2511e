"""Official figures as a table: of each authority at the last year before the survey closed, or of one over the years."""

from __future__ import annotations

from nbeval.dictionary.enums import Quantity
from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import PERCENT, Block, Field, grid, level_cell
from nbeval.report.context import Context
from nbeval.report.forms.source_parts import Table
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, Results
from nbeval.report.draft import named

YEAR = "year"
_MEAN = NumberFormat(2)


def official(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are measures; columns are authorities, or the years of the one that the report is on."""
    measures = [one for one in context.dictionary.official.measures
                if one.measure in named(spec, "measure") and one.measure in rows.by_indicator]
    years = _years(rows, context)
    if not measures or not years:
        return (), ()
    fields = [Field(Column("label", context.say("official_measure"), header=True), lambda one: Cell(one.label))]
    columns = [(context.authority, year) for year in years] if context.authority else [
        (authority, years[-1]) for authority in context.cohort.authorities]
    for authority, year in columns:
        label = context.say("official_year", year=year)
        fields.append(Field(
            Column(f"{authority}_{year}", label if context.authority else context.authority_name(authority), numeric=True,
                   group="" if context.authority else label),
            lambda one, authority=authority, year=year: _cell(rows, spec, one.measure, authority, year, context),
        ))
    return grid(fields, (Block("", tuple(measures)),))


def _years(rows: Results, context: Context) -> list[str]:
    """The years that had ended when the wave of the report was over; all where its days are not known."""
    last = context.wave.fieldwork_end if context.wave else None
    known = {row.level for row in rows.rows if row.group == YEAR}
    return sorted(year for year in known if last is None or int(year) < last.year + (last.month > 3))


def _cell(rows: Results, spec: ExhibitRow, measure: str, authority: str, year: str, context: Context) -> Cell:
    """One published figure, a percentage or a mean."""
    percent, mean = (_find(rows, spec, quantity, measure, authority, year) for quantity in (Quantity.PERCENT, Quantity.MEAN))
    return level_cell(mean, context, _MEAN) if mean is not None else level_cell(percent, context, PERCENT)


def _find(rows: Results, spec: ExhibitRow, quantity: Quantity, measure: str, authority: str, year: str) -> Result | None:
    """The row of a figure."""
    return rows.find(spec.source_id, quantity, indicator=measure, authority=authority, group=YEAR, level=year)
