"""Tables of themes: who told of each, and how far coders agree on it."""

from __future__ import annotations

from nbeval.dictionary.models import Area, ExhibitRow, Wave
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Field, count_cell, grid, interval_cell, level_cell
from nbeval.report.context import Context
from nbeval.report.columns import interval_label
from nbeval.report.forms.source_parts import Table, area_field, areas_of, blocks_of, count_of, instrument_of, number_cell
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, Results

TOLD, AUTHORITIES, SPEAKER, AGREEMENT = "told", "authorities", "speaker", "agreement"
_KAPPA = NumberFormat(2)


def themes(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are themes; how many authorities and how many of each kind of speaker told of it, of how many."""
    instrument = instrument_of(spec, context)
    if instrument is None:
        return (), ()
    areas = areas_of(spec, rows, context)
    levels = {AUTHORITIES: _capital(context.dictionary.programme.area.many)} | {one.code: one.label for one in instrument.chosen(SPEAKER)}
    fields = [area_field(context, "theme")]
    for wave in context.waves:
        fields += [_told_field(rows, spec, context, wave, level, label)
                   for level, label in levels.items() if _asked(rows, spec, areas, wave, level)]
    return grid(fields, blocks_of(spec, areas, context)) if len(fields) > 1 else ((), ())


def _capital(text: str) -> str:
    """A text with a capital at its start."""
    return text[:1].upper() + text[1:]


def _asked(rows: Results, spec: ExhibitRow, areas: tuple[Area, ...], wave: Wave, level: str) -> Result | None:
    """The first theme's count, which says of how many; None where nobody of the kind spoke."""
    return count_of(rows, spec, TOLD, level, area=areas[0].area, wave=wave.id) if areas else None


def _told_field(rows: Results, spec: ExhibitRow, context: Context, wave: Wave, level: str, label: str) -> Field:
    """The column of one kind of speaker, with their number in its head."""
    whole = _asked(rows, spec, areas_of(spec, rows, context), wave, level)
    several = len([one for one in context.waves if _asked(rows, spec, areas_of(spec, rows, context), one, level)]) > 1
    return Field(
        Column(f"{wave.id}_{level}", label, context.say("of_number", number=numeral(float(whole.n_eligible))), numeric=True,
               group=wave.label if several else ""),
        lambda area: number_cell(count_of(rows, spec, TOLD, level, area=area.area, wave=wave.id), context),
    )


def coders(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are themes; kappa of two coders, its interval, and the documents that two coders read."""
    def row(area: Area) -> Result | None:
        return rows.find(spec.source_id, Quantity.KAPPA, indicator=area.area, wave=context.wave.id, group=AGREEMENT)

    areas = tuple(area for area in areas_of(spec, rows, context) if row(area) is not None)
    fields = [
        area_field(context, "theme"),
        Field(Column("kappa", context.say("kappa_plain"), numeric=True), lambda area: level_cell(row(area), context, _KAPPA)),
        Field(Column("kappa_interval", interval_label(context), numeric=True), lambda area: interval_cell(row(area), context, _KAPPA)),
        Field(Column("documents", context.say("documents_twice"), numeric=True), lambda area: _documents(row(area), context)),
    ]
    return grid(fields, blocks_of(spec, areas, context))


def _documents(row: Result | None, context: Context) -> Cell:
    """How many documents two coders read."""
    return count_cell(row, context, "n_eligible")
