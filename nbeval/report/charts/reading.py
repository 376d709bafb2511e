"""What a chart of the kinds that are still functions draws, read from their tables."""

from __future__ import annotations

from math import nan
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.report.charts.data import ChartData, Mark, Period
from nbeval.report.charts.timeline import EPOCH
from nbeval.report.context import Context
from nbeval.report.forms.ratings import ALIKE
from nbeval.report.forms.source_parts import bodies_of, day_text, instrument_of
from nbeval.report.forms.strands import Reading
from nbeval.report.kind_ids import Kind
from nbeval.report.kinds.drawn import chart_of as _data
from nbeval.report.kinds_sources import SourceTable
from nbeval.report.numerals import RATING


def _number(value: float | None) -> float:
    """A number, missing where there is none."""
    return nan if value is None else float(value)


def _evidence(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """How many pieces of evidence on each outcome point which way, and what they say together."""
    place = next(number for number, column in enumerate(columns) if column.key == "reading")
    words = {reading: context.say(f"reading_{reading}") for reading in _READINGS}
    blocks: list[tuple[str, list[str]]] = []
    for row in rows:
        if row.heading:
            blocks.append((row.cells[0].text, []))
        else:
            blocks[-1][1].append(row.cells[place].text)
    found = {text for _, texts in blocks for text in texts}
    marks = []
    for line, (heading, texts) in enumerate(blocks):
        label, together = _parted(heading, context)
        marks += [Mark(line, label, name, float(texts.count(name)), str(texts.count(name)), tone=str(reading), verdict_text=together)
                  for reading, name in words.items() if name in found]
    return _data(marks, context, unit=context.say("axis_evidence"), percent=False)


def _parted(heading: str, context: Context) -> tuple[str, str]:
    """A heading's outcome and the words on its measures."""
    for outcome in context.dictionary.programme.outcomes:
        between = context.say("labelled", label=outcome.label, about="")
        if heading.startswith(between):
            return outcome.label, heading.removeprefix(between).strip()
    return heading, ""


def _gaps(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """Differences between two bodies of raters, by area and place."""
    first, other = (body.label for body in bodies_of(spec, context)[:2])
    legend = {"first": context.say("heat_first", first=first), "other": context.say("heat_other", other=other), "alike": context.say("heat_alike")}

    def tone(cell: Cell) -> str:
        if cell.symbol or cell.value is None:
            return ""
        return "alike" if abs(cell.value) < ALIKE else "first" if cell.value > 0 else "other"

    lines = (row for row in rows if not row.heading)
    return _data([Mark(line, row.cells[0].text, column.label, _number(cell.value), cell.text, tone=tone(cell))
                  for line, row in enumerate(lines) for column, cell in zip(columns[1:], row.cells[1:], strict=True)],
                 context, legend=legend, words={"first": first, "other": other})


def _bands(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """Ratings with their bands."""
    instrument = instrument_of(spec, context)
    places = [place for place, column in enumerate(columns) if column.key.endswith("_level") or column.key.startswith("level_")]
    marks, heading = [], ""
    for line, row in enumerate(rows):
        if row.heading:
            heading = row.cells[0].text
            continue
        for place in places:
            cell = row.cells[place]
            band = None if cell.symbol or cell.value is None else instrument.band(cell.value)
            marks.append(Mark(line, row.cells[0].text, columns[place].label, _number(cell.value), cell.text, heading=heading,
                              tone=band.colour if band else "", short=f"{RATING.level(cell.value)}  {band.label.lower()}" if band else cell.text))
        heading = ""
    ordered = sorted(instrument.bands, key=lambda band: band.lowest)
    return _data(marks, context, legend={band.colour: f"{context.say(f'colour_{band.colour}')}: {band.label.lower()}" for band in ordered})


def _days(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """Days of visits, and in a report on one authority those that were planned."""
    marks, heading = [], ""
    for line, row in enumerate(rows):
        if row.heading:
            heading = row.cells[0].text
            continue
        marks += [Mark(line, row.cells[0].text, column.label, _number(cell.value), cell.text, heading=heading, tone=column.key.partition("_")[0])
                  for column, cell in zip(columns[1:], row.cells[1:], strict=True)]
        heading = ""
    periods = tuple(
        Period(note.label or note.id, *days, *(day_text(day, context) for day in days)) for note in context.cohort.notes
        if note.starts and note.ends and (days := tuple(float((day - EPOCH).days) for day in (note.starts, note.ends))))
    own = bool(context.authority)
    legend = {tone: context.say(f"timeline_{tone}") for tone in ("planned", "held")} if own else {}
    return _data(marks, context, unit=context.say("timeline_axis_own" if own else "timeline_axis"), legend=legend, periods=periods)


#: which way evidence points, in the order of the columns
_READINGS = (Reading.BETTER, Reading.UNTESTED, Reading.UNCLEAR, Reading.WORSE, Reading.OTHER, Reading.UNKNOWN)
#: the kinds, and how their tables are read
READ = MappingProxyType({
    Kind.EVIDENCE: _evidence, SourceTable.GAPS_BY_PLACE: _gaps, SourceTable.RATINGS: _bands, SourceTable.MOVEMENT: _bands,
    SourceTable.CALENDAR: _days,
})
