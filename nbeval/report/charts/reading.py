"""What a chart draws, read from the table of its exhibit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import nan
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.errors import DictionaryError
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import interval_cell
from nbeval.report.charts.data import ChartData, Mark, Period
from nbeval.report.charts.timeline import EPOCH
from nbeval.report.context import Context
from nbeval.report.forms.ratings import ALIKE
from nbeval.report.forms.source_parts import bodies_of, day_text, instrument_of
from nbeval.report.forms.strands import Reading
from nbeval.report.kind_ids import Kind
from nbeval.report.kinds_sources import SourceTable
from nbeval.report.numerals import RATING
from nbeval.report.results import Result, is_missing

#: the columns of each kind of table that a picture shows, by the end of their key
_SHOWN: Mapping[str, tuple[str, ...]] = MappingProxyType({
    Kind.LEVELS: ("estimate", "cohort"),
    Kind.COMPARISON: ("estimate", "benchmark"),
    Kind.DISTRIBUTION: ("estimate",),
    Kind.RANGE: ("all", "own"),
    Kind.DIFFERENCES: ("difference",),
    Kind.CHANGE: ("_estimate",),
    Kind.CHANGE_ADJUSTED: ("change", "change_adjusted"),
    Kind.CHANGE_BY_AUTHORITY: ("_estimate",),
    Kind.DRIVERS: ("odds_ratio",),
    Kind.LEVELS_BY_AUTHORITY: (),
})
_FROM_ZERO = frozenset({Kind.DIFFERENCES, Kind.CHANGE_ADJUSTED})
_RATIO = Kind.DRIVERS

#: differences from which on only those beyond chance are drawn, so that a page can hold the picture
MOST = 24


def chart_data(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """Read what a chart draws from a table.

    Parameters
    ----------
    spec
        The exhibit as declared.
    columns, rows
        Its table.
    context
        The report, for the results behind the cells.

    Raises
    ------
    DictionaryError
        Where this kind of table has no chart.
    """
    read = _OTHERS.get(spec.kind)
    if read is None and spec.kind not in _SHOWN:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} has a chart, but a table of its kind has none.",
            found=f"{spec.kind} with {spec.chart}", allowed=", ".join((*_SHOWN, *_OTHERS)), where="exhibits.csv, column chart",
            do="leave the cell of the chart empty.",
        )
    return (read or _numbers)(spec, columns, rows, context)


def words_of(context: Context) -> dict[str, str]:
    """The few words that charts write themselves."""
    say = context.say
    return {
        "withheld": say("withheld_short"), "answered": say("n"), "empty": say("chart_empty"),
        "limit_95": say("funnel_limit", level="95%"), "limit_99_8": say("funnel_limit", level="99.8%"),
        "of_ten": say("of_ten"), "few_of_ten": say("x_in_ten_few"), "most_of_ten": say("x_in_ten_most"),
        "stroke_clear": say("stroke_clear"), "stroke_unclear": say("stroke_unclear"),
    }


def _data(marks: Iterator[Mark] | list[Mark], context: Context, **about: object) -> ChartData:
    """The data of a chart with the words of the report and the banner over invented data."""
    words = {**words_of(context), **about.pop("words", {})}
    return ChartData.of(list(marks), banner=context.say("invented") if context.cohort.invented else "", words=words, **about)


def _numbers(spec: ExhibitRow, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> ChartData:
    """Numbers with their intervals, one line for each row."""
    chosen = tuple(column for column in columns if _is_shown(spec.kind, column))
    every = list(_lines(spec.kind, columns, chosen, rows, context))
    lines = _clear_ones(every) if spec.kind == Kind.DIFFERENCES and len(every) > MOST else every
    units = {column.unit for column in chosen}
    return _data(
        [replace(mark, line=place) for place, line in enumerate(lines) for mark in line], context, unit=_axis(spec.kind, units, context),
        percent=units == {"%"} and spec.kind not in _FROM_ZERO, log=spec.kind == _RATIO,
        reference=0.0 if spec.kind in _FROM_ZERO else 1.0 if spec.kind == _RATIO else None,
        remark=context.say("remark_clear") if len(lines) < len(every) else "",
    )


def _clear_ones(lines: list[list[Mark]]) -> list[list[Mark]]:
    """The differences that the test calls higher or lower, each under its heading."""
    kept, heading, written = [], "", ""
    for line in lines:
        heading = line[0].heading or heading
        if line[0].is_clear:
            kept.append([replace(mark, heading="" if heading == written else heading) for mark in line])
            written = heading
    return kept


def _axis(kind: str, units: set[str], context: Context) -> str:
    """What the scale of a picture counts."""
    if kind == _RATIO:
        return context.say("axis_ratio")
    if kind == Kind.RANGE:
        return context.say("axis_range")
    if kind in _FROM_ZERO:
        return context.say("axis_points" if units == {context.say("points_short")} else "axis_difference")
    return context.say("axis_percent" if units == {"%"} else "axis_score")


def _is_shown(kind: str, column: Column) -> bool:
    """Whether a column of the table is in the picture."""
    if kind == Kind.LEVELS_BY_AUTHORITY:
        return column.numeric and not column.key.endswith("_n")
    ends = _SHOWN[kind]
    return column.key in ends or any(end.endswith("estimate") and column.key.endswith(end) for end in ends)


def _lines(kind: str, columns: tuple[Column, ...], chosen: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Iterator[list[Mark]]:
    """The marks of each row of the table; in comparisons a published number has a line of its own."""
    heading, last = "", ""
    for row in rows:
        if row.heading:
            heading = row.cells[0].text
            continue
        cells = dict(zip((column.key for column in columns), row.cells, strict=True))
        about = {"label": cells["label"].text, "heading": heading}
        tested = _tested(cells.get("verdict"), context)
        marks = [replace(_mark(column, cells, context), **about) for column in chosen]
        if kind == Kind.COMPARISON:
            if about["label"] != last:
                yield marks[:1]
            if not cells["against"].symbol:
                beneath = {"label": cells["against"].text, "heading": "", "beneath": True}
                yield [replace(mark, **beneath, verdict_text=tested["verdict_text"]) for mark in marks[1:]]
        elif kind == Kind.RANGE:
            yield [_stretched(mark, cells, context) if column.key == "all" else replace(mark, low=nan, high=nan, interval="")
                   for column, mark in zip(chosen, marks, strict=True)]
        else:
            yield [replace(mark, **tested) for mark in marks]
        heading, last = "", about["label"]


def _tested(cell: Cell | None, context: Context) -> dict[str, object]:
    """The verdict of a row, as printed and in few words."""
    if cell is None or cell.symbol:
        return {"verdict": Verdict.NONE, "verdict_text": "", "short": ""}
    row = context.results.by_key.get(cell.result)
    verdict = Verdict(row.verdict) if row is not None else Verdict.NONE
    return {"verdict": verdict, "verdict_text": cell.text, "short": context.words.get(f"short_{verdict}", cell.text)}


def _mark(column: Column, cells: dict[str, Cell], context: Context) -> Mark:
    """The mark of one cell, with the interval of the result behind it."""
    cell = cells[column.key]
    row = context.results.by_key.get(cell.result)
    n = cells.get(f"{column.key}_n")
    beside = cells.get(_interval_key(column.key)) or _own_interval(row, context)
    return Mark(
        0, "", _series(column, context), _number(cell.value), cell.text + ("%" if column.unit == "%" and not cell.symbol else ""),
        _bound(row, "conf_low", cell), _bound(row, "conf_high", cell),
        beside.text if beside is not None and not beside.symbol else "", _number(n.value) if n else nan,
        published=row is not None and row.quantity == Quantity.BENCHMARK,
    )


def _number(value: float | None) -> float:
    """A number, missing where there is none."""
    return nan if value is None else float(value)


def _own_interval(row: Result | None, context: Context) -> Cell | None:
    """The interval of a level, where the table leaves it to the picture."""
    if row is None or not row.indicator or row.contrast != Contrast.NONE or is_missing(row.conf_low):
        return None
    return interval_cell(row, context, context.format(context.dictionary.indicator(row.indicator)))


def _series(column: Column, context: Context) -> str:
    """Whose numbers a column has, where the head of the table leaves it to the title."""
    own = context.authority_name(context.authority) if context.authority else context.cohort.label
    return column.group or (own if column.key.endswith("estimate") and len(context.waves) == 1 else column.label)


def _interval_key(key: str) -> str:
    """The key of the column of intervals beside a column of numbers."""
    if key.endswith("estimate"):
        return key.removesuffix("estimate") + "interval"
    return "interval" if key == "odds_ratio" else f"{key}_interval"


def _bound(row: Result | None, field: str, cell: Cell) -> float:
    """A bound of the interval behind a cell, missing where there is none to show."""
    return nan if row is None or cell.value is None or is_missing(getattr(row, field)) else float(getattr(row, field))


def _stretched(mark: Mark, cells: dict[str, Cell], context: Context) -> Mark:
    """The mark of all authorities together, with the lowest and the highest of them as its ends."""
    low, high = cells["lowest"], cells["highest"]
    interval = "" if low.symbol or high.symbol else context.say("to", low=low.text, high=high.text)
    return replace(mark, low=_number(low.value), high=_number(high.value), interval=interval)


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
#: kinds of table that are read in a way of their own
_OTHERS = MappingProxyType({
    Kind.EVIDENCE: _evidence, SourceTable.GAPS_BY_PLACE: _gaps, SourceTable.RATINGS: _bands, SourceTable.MOVEMENT: _bands,
    SourceTable.CALENDAR: _days,
})
