"""Pictures of ratings and visits, read from the tables of their exhibits, with the words that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.report.context import Context
from nbeval.report.figures.figure_heat import ALIKE, BANDS, FIRST, OTHER, Heat, HeatCell, heat
from nbeval.report.figures.figure_style import Drawing
from nbeval.report.figures.figure_timeline import EPOCH, Period, Timeline, TimeLine, timeline
from nbeval.report.forms.ratings import ALIKE as ALIKE_BELOW
from nbeval.report.forms.source_parts import bodies_of, day_text, instrument_of
from nbeval.report.kinds_sources import SourceTable

Said = tuple[Drawing, str, str]


def heat_chart(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Said:
    """Draw a grid of gaps and put it into words.

    Parameters
    ----------
    spec
        The exhibit as declared.
    columns, rows
        Its table: areas by places.
    context
        The report it stands in.

    Returns
    -------
    tuple
        The drawing, the text that stands for it, and the long description.
    """
    if spec.kind != SourceTable.GAPS_BY_PLACE:
        return _bands_chart(spec, columns, rows, context)
    first, other = (body.label for body in bodies_of(spec, context)[:2])
    lines = tuple((row.cells[0].text, tuple(_heat_cell(cell) for cell in row.cells[1:])) for row in rows if not row.heading)
    key = ((FIRST, context.say("heat_first", first=first)), (OTHER, context.say("heat_other", other=other)), (ALIKE, context.say("heat_alike")))
    places = tuple(column.label for column in columns[1:])
    drawing = heat(Heat(places, lines, key, _banner(context)))
    shades = [cell.shade for _, cells in lines for cell in cells]
    alt = context.say("heat_alt", rows=len(lines), columns=len(places), first=first, other=other, high=shades.count(FIRST),
                      low=shades.count(OTHER), alike=shades.count(ALIKE), hidden=shades.count(""))
    told = (context.say("heat_row", label=label, cells="; ".join(
        context.say("heat_cell", place=place, value=cell.text) for place, cell in zip(places, cells, strict=True))) for label, cells in lines)
    return drawing, alt, "\n".join(told)


def _bands_chart(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Said:
    """Draw a grid of ratings shaded by band, the word of the band in every cell."""
    instrument = instrument_of(spec, context)
    places = [place for place, column in enumerate(columns) if column.key.endswith("_level") or column.key.startswith("level_")]
    lines = tuple(
        (row.cells[0].text, () if row.heading else tuple(_band_cell(row.cells[place], instrument) for place in places)) for row in rows)
    names = tuple(columns[place].label for place in places)
    bands = sorted(instrument.bands, key=lambda band: band.lowest)
    key = tuple((BANDS[band.colour], f"{context.say(f'colour_{band.colour}')}: {band.label.lower()}") for band in bands)
    drawing = heat(Heat(names, lines, key, _banner(context)))
    shades = [cell.shade for _, cells in lines for cell in cells]
    counts = "; ".join(context.say("heat_bands_count", count=shades.count(shade), word=word) for shade, word in key)
    told = (context.say("heat_row", label=row.cells[0].text, cells="; ".join(
        context.say("heat_cell", place=columns[place].label, value=row.cells[place].text) for place in places)) for row in rows if not row.heading)
    return drawing, context.say("heat_bands_alt", rows=sum(bool(cells) for _, cells in lines), counts=counts), "\n".join(told)


def _band_cell(cell: Cell, instrument: LoadedEvidence) -> HeatCell:
    """A cell with its number, its band in words, and the shade of the band."""
    band = None if cell.symbol or cell.value is None else instrument.band(cell.value)
    if band is None:
        return HeatCell(cell.text)
    return HeatCell(f"{cell.text.partition(',')[0]}  {band.label.lower()}", BANDS[band.colour])


def _heat_cell(cell: Cell) -> HeatCell:
    """A cell of the table with the shade of who is higher."""
    if cell.symbol or cell.value is None:
        return HeatCell(cell.text)
    if abs(cell.value) < ALIKE_BELOW:
        return HeatCell(cell.text, ALIKE)
    return HeatCell(cell.text, FIRST if cell.value > 0 else OTHER)


def timeline_chart(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Said:
    """Draw a timeline of visits and put it into words.

    Returns
    -------
    tuple
        The drawing, the text that stands for it, and the long description.
    """
    lines, heading = [], ""
    for row in rows:
        if row.heading:
            heading = row.cells[0].text
            continue
        by_kind: dict[str, list[float]] = {"planned": [], "held": []}
        for column, cell in zip(columns[1:], row.cells[1:], strict=True):
            if cell.value is not None:
                by_kind[column.key.partition("_")[0]].append(cell.value)
        lines.append(TimeLine(row.cells[0].text, tuple(by_kind["held"]), tuple(by_kind["planned"]), heading))
        heading = ""
    periods = tuple(
        Period(float((note.starts - EPOCH).days), float((note.ends - EPOCH).days), note.label or note.id)
        for note in context.cohort.notes if note.starts and note.ends
    )
    own = bool(context.authority)
    key = (context.say("timeline_planned"), context.say("timeline_held")) if own else ("", "")
    picture = Timeline(tuple(lines), periods, context.say("timeline_axis_own" if own else "timeline_axis"), key, _banner(context))
    return timeline(picture), _timeline_alt(picture, context), _timeline_long(columns, rows, context)


def _timeline_alt(picture: Timeline, context: Context) -> str:
    """How many visits were held between which days, and which times are marked."""
    days = [day for line in picture.lines for day in line.held]
    said = [context.say("timeline_alt", count=len(days), start=day_text(min(days), context), end=day_text(max(days), context))] if days else []
    said += [context.say("timeline_period", label=one.label, start=day_text(one.start, context), end=day_text(one.end, context))
             for one in picture.periods]
    return " ".join(said)


def _timeline_long(columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> str:
    """Every visit with its days."""
    return "\n".join(
        context.say("timeline_row", label=row.cells[0].text, days="; ".join(
            context.say("heat_cell", place=column.label, value=cell.text) for column, cell in zip(columns[1:], row.cells[1:], strict=True)))
        for row in rows if not row.heading
    )


def _banner(context: Context) -> str:
    """The banner over invented data."""
    return context.say("invented") if context.cohort.invented else ""


SOURCE_CHARTS: Mapping[str, Callable[[ExhibitRow, tuple[Column, ...], tuple[Row, ...], Context], Said]] = MappingProxyType({
    "heat": heat_chart, "timeline": timeline_chart,
})
