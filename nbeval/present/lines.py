"""The lines around an exhibit: unit, base, source, symbols and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from nbeval.dictionary.records import ExhibitRow, Indicator, Measure, Status, Wave
from nbeval.exhibit import Row
from nbeval.frames import Contrast
from nbeval.present.cells import why_not
from nbeval.present.context import Context
from nbeval.present.forms.levels import pairs
from nbeval.present.kinds import OF_CHANGE, Kind
from nbeval.present.numerals import numeral
from nbeval.present.results import Result, Results, State
from nbeval.present.select import available, indicators_of

_NO_INDICATORS = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION})
_OF_BENCHMARKS = frozenset({Kind.COMPARISON})
_OF_DIFFERENCES = frozenset({Kind.DIFFERENCES, Kind.COMPARISON, Kind.DRIVERS})
_BOTH_WAVES = frozenset({Kind.LEVELS, Kind.DISTRIBUTION}) | OF_CHANGE
_AT_ONE_WAVE = frozenset({Kind.COMPARISON, Kind.LEVELS_BY_GROUP, Kind.LEVELS_BY_AUTHORITY, Kind.RANGE, Kind.DIFFERENCES, Kind.DRIVERS})
_OWN_BASES = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION, Kind.NONRESPONSE})
_OWN_UNITS = frozenset({Kind.PARTICIPATION, Kind.COMPOSITION, Kind.NONRESPONSE, Kind.DRIVERS, Kind.RELIABILITY})


def unit_line(spec: ExhibitRow, context: Context) -> str:
    """The unit that the figures of an exhibit share, or how each cell shows its own."""
    if spec.kind in _OWN_UNITS:
        return ""
    measures = {one.measure for one in indicators_of(spec, context)}
    if len(measures) > 1:
        return context.say("unit_mixed")
    return context.say("unit_percent" if measures == {Measure.PERCENT} else "unit_mean")


def base_line(spec: ExhibitRow, rows: Iterable[Row], context: Context) -> str:
    """Who the figures stand on, with the smallest and the largest number who answered."""
    if spec.kind in _OWN_BASES:
        return context.say(f"base_{spec.kind}")
    used = [row for row in rows_behind(rows, context) if row.contrast == Contrast.NONE]
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
    label = next((one.label for one in context.cohort.sources if one.id == spec.source_id), spec.source_id)
    shown = context.waves[-1:] if spec.kind in _AT_ONE_WAVE else context.waves
    waves = "; ".join(wave_line(wave, context) for wave in shown)
    return context.say("source", source=label, waves=waves)


def wave_line(wave: Wave, context: Context) -> str:
    """A wave with the days of its fieldwork."""
    if wave.fieldwork_start is None or wave.fieldwork_end is None:
        return context.say("wave_undated", wave=wave.label)
    return context.say("wave_dates", wave=wave.label, start=day(wave.fieldwork_start, context),
                       end=day(wave.fieldwork_end, context))


def day(when: date, context: Context) -> str:
    """A date as readers write it."""
    months = context.words["months"].split()
    return context.say("day", day=when.day, month=months[when.month - 1], year=when.year)


def legend(rows: Iterable[Row], context: Context) -> tuple[tuple[str, str], ...]:
    """The symbols that occur, with their meanings, in the declared order."""
    occurring = {cell.symbol for row in rows for cell in row.cells if cell.symbol}
    declared = context.dictionary.disclosure
    return tuple(
        (symbol, declared.symbol_meanings.get(name, name))
        for name, symbol in declared.symbols.items() if symbol in occurring
    )


def notes_of(spec: ExhibitRow, context: Context, results: Results, rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Every note of an exhibit, each once, in a fixed order."""
    indicators = () if spec.kind in _NO_INDICATORS else available(indicators_of(spec, context), results)
    notes = [
        *_declared(spec), *_unconfirmed(indicators, context), *_multiple(spec, indicators, context),
        *_benchmarks(spec, indicators, context), *_why(rows, context), *_rounding(spec, context),
        *_period(spec, context), *_weights(rows, context),
    ]
    return tuple(dict.fromkeys(notes))


def _declared(spec: ExhibitRow) -> Iterator[str]:
    """The notes written for the exhibit."""
    if spec.notes:
        yield spec.notes


def _unconfirmed(indicators: tuple[Indicator, ...], context: Context) -> Iterator[str]:
    """The indicators and scales whose rule could not be confirmed."""
    for one in indicators:
        scale = context.dictionary.scale(one.scale) if one.scale else None
        if one.status is Status.UNCONFIRMED:
            yield context.say("note_unconfirmed", label=one.label, note=one.note)
        elif scale is not None and scale.status is Status.UNCONFIRMED:
            yield context.say("note_unconfirmed", label=scale.label, note=scale.note)


def _multiple(spec: ExhibitRow, indicators: tuple[Indicator, ...], context: Context) -> Iterator[str]:
    """A word on percentages that may add to more than the whole."""
    for used in context.cohort.sources:
        if used.id == spec.source_id and any(one.item for one in indicators):
            items = context.dictionary.instrument(used.instrument)
            if any(one.item and items.item(one.item).part_of for one in indicators):
                yield context.say("note_multi")


def _benchmarks(spec: ExhibitRow, indicators: tuple[Indicator, ...], context: Context) -> Iterator[str]:
    """Whose each published figure is, and how well its definition fits ours."""
    if spec.kind not in _OF_BENCHMARKS:
        return
    for one in (pair.benchmark for indicator in indicators for pair in pairs(indicator, context) if pair.benchmark):
        yield context.say(
            "note_match", benchmark=one.label, population=one.population, ages=one.ages, year=one.year,
            match=context.words[f"match_{one.match.value}"], note=one.note,
        )
        if one.status is Status.UNCONFIRMED:
            yield context.say("note_benchmark_unconfirmed", benchmark=one.label)


def _why(rows: tuple[Row, ...], context: Context) -> Iterator[str]:
    """Why there is no figure, and what to mind about those there are: each reason once."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows_behind(rows, context):
        if row.warning and row.indicator:
            key = "note_not_estimable" if context.state(row) is State.NOT_ESTIMABLE else "note_warning"
            labels.setdefault((key, why_not(row)), {})[context.indicator_label(row.indicator)] = None
    for (key, why), names in labels.items():
        yield context.say(key, label="; ".join(names), why=why)


def _rounding(spec: ExhibitRow, context: Context) -> Iterator[str]:
    """That differences were taken before rounding."""
    if spec.kind in OF_CHANGE | _OF_DIFFERENCES:
        yield context.say("note_rounded")


def _period(spec: ExhibitRow, context: Context) -> Iterator[str]:
    """What a reader of every change must know about this cohort."""
    if context.shows_change and spec.kind in _BOTH_WAVES:
        shown = {wave.id for wave in context.waves}
        yield from (note.text for note in context.cohort.notes if not note.waves or shown & set(note.waves))


def _weights(rows: tuple[Row, ...], context: Context) -> Iterator[str]:
    """That figures are weighted, where they are."""
    if any(row.weighted for row in rows_behind(rows, context)):
        yield context.say("note_weighted")
