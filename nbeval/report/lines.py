"""The lines around an exhibit: unit, base, source, symbols and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from nbeval.dictionary.enums import Measure, Status
from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Column, Row
from nbeval.frames import Contrast
from nbeval.report.cells import printed, why_not
from nbeval.report.context import Context
from nbeval.report.forms.strands import sources_of
from nbeval.report.kind_ids import LISTED, OF_LEVELS_AND_CHANGE, OF_PRINT, Kind
from nbeval.report.lines_sources import base_of_source, is_of_source, source_of_source, unit_of_source
from nbeval.report.numerals import numeral
from nbeval.report.results import Result, Results, State
from nbeval.report.draft import available, indicators_of

_NO_INDICATORS = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION, Kind.COMPOSITION_TEST})
#: how many unconfirmed measures a note names; the account of limits names all
_MOST_NAMED = 6
#: the columns of a table in which a reader may subtract: the later figure, the earlier one, the difference
_SUBTRACTED = MappingProxyType({
    Kind.DIFFERENCES: ("estimate", "reference", "difference"),
    Kind.CHANGE_BY_AUTHORITY: ("{last}_estimate", "{first}_estimate", "change"),
})
_AT_ONE_WAVE = frozenset({Kind.LEVELS_BY_GROUP, Kind.LEVELS_BY_AUTHORITY, Kind.RANGE, Kind.DIFFERENCES, Kind.DRIVERS})
_OWN_BASES = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION, Kind.COMPOSITION_TEST, Kind.NONRESPONSE, Kind.EVIDENCE, Kind.ATTRITION})
_OWN_UNITS = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION, Kind.COMPOSITION_TEST, Kind.NONRESPONSE, Kind.DRIVERS, Kind.RELIABILITY})


def unit_line(spec: ExhibitRow, context: Context) -> str:
    """The unit that the figures of an exhibit share, or how each cell shows its own."""
    if is_of_source(spec):
        return unit_of_source(spec, context)
    if spec.kind == Kind.EVIDENCE:
        return context.say("unit_evidence")
    if spec.kind in _OWN_UNITS | OF_PRINT:
        return ""
    measures = {one.measure for one in indicators_of(spec, context)}
    if len(measures) > 1:
        return context.say("unit_mixed")
    return context.say("unit_percent" if measures == {Measure.PERCENT} else "unit_mean")


def base_line(spec: ExhibitRow, rows: Iterable[Row], context: Context) -> str:
    """Who the figures stand on, with the smallest and the largest number who answered."""
    if is_of_source(spec):
        return base_of_source(spec, context)
    if spec.kind in OF_PRINT:
        return "" if spec.kind in LISTED else context.say("base_print")
    if spec.kind in _OWN_BASES:
        return context.say(f"base_{spec.kind}")
    used = [row for row in rows_behind(rows, context)
            if row.contrast == Contrast.NONE and context.state(row) is not State.NOT_ESTIMABLE]
    if not used:
        return ""
    known = sorted({float(row.n_valid) for row in used if context.state(row, "n_valid") is State.SHOWN})
    if not known:
        return context.say("base_withheld")
    if len(known) == 1:
        return context.say("base_one", n=numeral(known[0]))
    return context.say("base_range", smallest=numeral(known[0]), largest=numeral(known[-1]))


def rows_behind(rows: Iterable[Row], context: Context) -> tuple[Result, ...]:
    """The results behind the cells of a table, each once, in the order of the cells."""
    keys = dict.fromkeys(cell.result for row in rows for cell in row.cells if cell.result)
    return tuple(context.results.by_key[key] for key in keys)


def source_line(spec: ExhibitRow, context: Context) -> str:
    """The source, the cohort, and when each wave was in the field."""
    if is_of_source(spec):
        return source_of_source(spec, context)
    label = next((one.label for one in context.cohort.sources if one.id == spec.source_id), spec.source_id)
    if spec.kind == Kind.EVIDENCE:
        label = "; ".join((label, *(one.label for one in sources_of(spec, context))))
    if spec.kind in OF_PRINT:
        return "" if spec.kind == Kind.PRINTED_SOURCES else context.say("source_print", source=label)
    shown = context.waves[-1:] if spec.kind in _AT_ONE_WAVE else context.waves
    waves = "; ".join(context.wave_line(wave) for wave in shown)
    return context.say("source", source=label, waves=waves)


def notes_of(spec: ExhibitRow, context: Context, results: Results, columns: tuple[Column, ...],
             rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Every note of an exhibit, each once, in a fixed order."""
    indicators = () if spec.kind in _NO_INDICATORS else available(indicators_of(spec, context), results)
    notes = [
        *_declared(spec), *_unconfirmed(spec, indicators, context), *_multiple(spec, indicators, context),
        *_why(spec, rows, context), *_rounding(spec, rows, columns, context),
        *_weights(spec, rows, context),
    ]
    return tuple(dict.fromkeys(notes))


def _declared(spec: ExhibitRow) -> Iterator[str]:
    """The notes written for the exhibit."""
    if spec.notes:
        yield spec.notes


def _unconfirmed(spec: ExhibitRow, indicators: tuple[Indicator, ...], context: Context) -> Iterator[str]:
    """One line on all that could not be confirmed; the account of limits has the details."""
    labels = dict.fromkeys(label for one in indicators if (label := _doubted(one, context)))
    if labels:
        key = "note_unconfirmed" if len(labels) <= _MOST_NAMED else "note_unconfirmed_many"
        yield context.say(key, labels="; ".join(labels), count=len(labels), limits=context.say("limits_heading"))


def _doubted(one: Indicator, context: Context) -> str:
    """The label of an indicator or of its scale, where the rule could not be confirmed."""
    if one.status is Status.UNCONFIRMED:
        return context.label(one)
    scale = context.dictionary.scale(one.scale) if one.scale else None
    return scale.label if scale is not None and scale.status is Status.UNCONFIRMED else ""


def _multiple(spec: ExhibitRow, indicators: tuple[Indicator, ...], context: Context) -> Iterator[str]:
    """A word on percentages that may add to more than the whole."""
    for used in context.cohort.sources:
        if used.id == spec.source_id and not is_of_source(spec) and any(one.item for one in indicators):
            items = context.dictionary.instrument(used.instrument)
            if any(one.item and items.item(one.item).part_of for one in indicators):
                yield context.say("note_multi")


def _why(spec: ExhibitRow, rows: tuple[Row, ...], context: Context) -> Iterator[str]:
    """Why there is no figure, and what to mind about those there are: each reason once."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    behind = rows_behind(rows, context)
    for row in behind:
        if row.warning and row.indicator:
            key = "note_not_estimable" if context.state(row) is State.NOT_ESTIMABLE else "note_warning"
            labels.setdefault((key, why_not(row, context)), {})[context.indicator_label(row.indicator)] = None
    every = {context.indicator_label(row.indicator) for row in behind if row.indicator}
    for (key, why), names in labels.items():
        whole = key == "note_warning" and every == set(names) and len(every) > 1
        yield context.say("note_warning_all" if whole else key, label="; ".join(names), why=why)


def _rounding(spec: ExhibitRow, rows: tuple[Row, ...], columns: tuple[Column, ...], context: Context) -> Iterator[str]:
    """Why a reader who subtracts would find another number: differences before rounding, or of fewer people."""
    keys = [column.key for column in columns]
    names = _SUBTRACTED.get(Kind(spec.kind)) if spec.kind in set(Kind) else None
    if names is None or context.first is None:
        return
    if context.linked and spec.kind in OF_LEVELS_AND_CHANGE:
        yield context.say("note_linked")
        return
    later, earlier, difference = (name.format(first=context.first.id, last=context.wave.id) for name in names)
    for row in rows:
        cells = dict(zip(keys, row.cells, strict=False))
        shown = [printed(cells[name]) if name in cells else None for name in (later, earlier, difference)]
        if None not in shown and shown[0] - shown[1] != shown[2]:
            yield context.say("note_rounded")
            return


def _weights(spec: ExhibitRow, rows: tuple[Row, ...], context: Context) -> Iterator[str]:
    """That figures are weighted, where the table does not say so itself."""
    if spec.kind != Kind.WEIGHTING and any(row.weighted for row in rows_behind(rows, context)):
        yield context.say("note_weighted")
