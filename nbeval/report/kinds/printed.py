"""Tables of printed figures: what each may stand for, what changed, what it stands beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Benchmark, ExhibitRow, Indicator, PrintedFigure
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, Table, cell_of, count_cell, grid, interval_cell, level_cell, symbol_cell, verdict_cell, words_cell
from nbeval.report.columns import interval_label, label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft, by_domain
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State, is_missing

ONE_DECIMAL = NumberFormat(decimals=1, percent=True)
_SMALL = 0.0001
_PARTED = ";"


@dataclass(frozen=True)
class Pair:
    """A printed figure and the one it is compared with: of an earlier wave, or of other people."""

    figure: PrintedFigure
    other: PrintedFigure
    row: Result
    benchmark: Benchmark | None = None


class Printed(Kind):
    """A kind of exhibit of figures in print: its rows name their sources, and its base is what was printed."""

    unit_words = ""
    base_words = "base_print"

    def source(self, draft: Draft) -> str:
        return draft.say("source_print", source=self.source_label(draft))


class PrintedLevels(Printed):
    """Rows are printed figures: as printed, the people they may stand for, the widest interval, the sources."""

    id = "printed_levels"

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def find(one: PrintedFigure, quantity: Quantity | str) -> Result | None:
            return context.results.find(draft.spec.source_id, quantity, **_place(one))

        fields = [
            label_field(context, "indicator", lambda one: context.indicator_label(one.indicator)),
            Field(Column("when", context.say("print_when")), lambda one: Cell(where_of(one, context))),
            Field(Column("estimate", context.say("print_value"), "%", numeric=True),
                  lambda one: level_cell(find(one, one.quantity), context, as_printed(one))),
            Field(Column("n", context.say("n_short"), numeric=True), lambda one: _base_cell(find(one, one.quantity), context)),
            Field(Column("fewest", context.say("print_fewest"), numeric=True),
                  lambda one: count_cell(find(one, Quantity.COUNT_LOWEST), context, "estimate")),
            Field(Column("most", context.say("print_most"), numeric=True),
                  lambda one: count_cell(find(one, Quantity.COUNT_HIGHEST), context, "estimate")),
            Field(Column("interval", interval_label(context), "%", numeric=True),
                  lambda one: interval_cell(find(one, one.quantity), context, ONE_DECIMAL)),
            sources_field(context, lambda one: (one,)),
        ]
        figures = [one for one in printed_of(context) if one.indicator and one.quantity is Quantity.PERCENT]
        return grid(fields, _by_domain(figures, context))


class PrintedChanges(Printed):
    """Rows are two waves of one indicator: both figures, the widest interval, the range of p, the decision."""

    id = "printed_changes"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        labels = {wave.id: wave.label for wave in context.cohort.waves}
        fields = [
            label_field(context, "indicator", lambda pair: context.indicator_label(pair.figure.indicator)),
            Field(Column("waves", context.say("print_waves")), lambda pair: Cell(
                context.say("print_span", before=labels[pair.other.wave], after=labels[pair.figure.wave]))),
            _own_field(draft.spec, context, "earlier", "print_earlier", lambda pair: pair.other),
            _own_field(draft.spec, context, "later", "print_later", lambda pair: pair.figure),
            *_tested_fields(context, Quantity.P_SMALLEST, Quantity.P_LARGEST),
            sources_field(context, lambda pair: (pair.other, pair.figure)),
        ]
        return grid(fields, (Block("", tuple(changes_of(context, draft.spec.source_id))),))


class PrintedBeside(Printed):
    """Rows are printed figures beside those of other people of the right year."""

    id = "printed_beside"

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def theirs(pair: Pair) -> Result | None:
            found = context.results.where(quantity=Quantity.BENCHMARK, indicator=pair.figure.indicator, reference=pair.benchmark.benchmark)
            return found[0] if found else None

        fields = [
            label_field(context, "indicator", lambda pair: context.indicator_label(pair.figure.indicator)),
            Field(Column("when", context.say("print_when")), lambda pair: Cell(where_of(pair.figure, context))),
            _own_field(draft.spec, context, "ours", "print_ours", lambda pair: pair.figure),
            Field(Column("beside", context.say("print_others")), lambda pair: Cell(
                context.say("print_people", people=pair.benchmark.label, year=pair.benchmark.year))),
            Field(Column("theirs", context.say("print_theirs"), "%", numeric=True),
                  lambda pair: level_cell(theirs(pair), context, as_printed(pair.other))),
            *_tested_fields(context),
            sources_field(context, lambda pair: (pair.figure, pair.other)),
        ]
        return grid(fields, (Block("", tuple(_beside(context, draft.spec.source_id))),))


def changes_of(context: Context, source: str) -> Iterable[Pair]:
    """Every two waves of one indicator whose numbers who answered are in print, in the order of indicators."""
    figures = _known(context)
    order = {one.indicator: place for place, one in enumerate(context.dictionary.indicators)}
    rows = context.results.where(source=source, quantity=Quantity.CHANGE, contrast=Contrast.WAVE)
    for row in sorted(rows, key=lambda row: order.get(row.indicator, len(order))):
        now = (row.indicator, row.wave, row.authority, row.group, row.level)
        then = (row.indicator, row.reference, row.authority, row.group, row.level)
        yield Pair(figures[now], figures[then], row)


def printed_of(context: Context) -> tuple[PrintedFigure, ...]:
    """The printed figures of the cohort, in the order of its waves within each indicator."""
    waves = [wave.id for wave in context.cohort.waves]
    ours = [one for one in context.dictionary.figures if one.cohort == context.cohort.id]
    return tuple(sorted(ours, key=lambda one: (waves.index(one.wave), one.authority, one.group)))


def as_printed(figure: PrintedFigure) -> NumberFormat:
    """How a figure is written: with the decimals it has in print."""
    return NumberFormat(figure.decimals, percent=True)


def where_of(figure: PrintedFigure, context: Context) -> str:
    """The wave of a figure, and the authority or the group where it is of one."""
    wave = {wave.id: wave.label for wave in context.cohort.waves}[figure.wave]
    if figure.authority:
        return context.say("print_people", people=context.authority_name(figure.authority), year=figure.year)
    return f"{wave}, {context.level_label(figure.group, figure.level).lower()}" if figure.group else wave


def range_of_p_cell(row: Result | None, context: Context) -> Cell:
    """The cell of a p-value."""
    if context.state(row) is not State.SHOWN:
        return symbol_cell(row, context, "estimate")
    return cell_of(row, "estimate", p_text(float(row.estimate), context), float(row.estimate))


def p_text(value: float, context: Context) -> str:
    """A p-value as readers write it."""
    if value < _SMALL:
        return context.say("print_p_small")
    return numeral(value, 4 if value < 0.01 else 3 if value < 0.1 else 2)


def sources_field(context: Context, figures: Callable[[Any], tuple[PrintedFigure, ...]]) -> Field:
    """The column of sources, each leading to its place in the list."""
    def cell(subject: Any) -> Cell:
        keys = dict.fromkeys(key.strip() for one in figures(subject) for key in one.source.split(_PARTED))
        return Cell("; ".join(keys), links=tuple((key, source_anchor(key)) for key in keys))

    return Field(Column("sources", context.say("print_sources")), cell)


def source_anchor(key: str) -> str:
    """The id that a source has in the list of sources."""
    return f"source-{key}"


def _own_field(spec: ExhibitRow, context: Context, key: str, word: str, of: Callable[[Pair], PrintedFigure]) -> Field:
    """The column of one of our figures, as printed."""
    def cell(pair: Pair) -> Cell:
        one = of(pair)
        return level_cell(context.results.find(spec.source_id, one.quantity, **_place(one)), context, as_printed(one))

    return Field(Column(key, context.say(word), "%", numeric=True), cell)


def _tested_fields(context: Context, *ends: Quantity) -> tuple[Field, ...]:
    """The columns of a comparison: widest interval, the ends of the range of p that are asked for, decision."""
    def end(pair: Pair, quantity: Quantity) -> Result | None:
        row = pair.row
        return context.results.find(row.source, quantity, indicator=row.indicator, wave=row.wave, authority=row.authority,
                                    group=row.group, level=row.level, contrast=row.contrast, reference=row.reference)

    points = context.say("points_short")
    return (
        Field(Column("interval", context.say("print_gap_interval", level=context.interval_level), points, numeric=True),
              lambda pair: interval_cell(pair.row, context, ONE_DECIMAL, signed=True)),
        *(Field(Column(one.value, context.say(f"print_{one.value}"), numeric=True), lambda pair, one=one: range_of_p_cell(end(pair, one), context))
          for one in ends),
        Field(Column("verdict", context.say("print_decision")), lambda pair: _decision_cell(pair.row, context)),
    )


def _base_cell(row: Result | None, context: Context) -> Cell:
    """The cell of a number who took part: where it is missing it is not in print, and nobody withheld it here."""
    if row is None or is_missing(row.n_valid):
        symbol = context.symbol(Symbol.NOT_AVAILABLE)
        return cell_of(row, "n_valid", symbol, symbol=symbol)
    return count_cell(row, context)


def _decision_cell(row: Result, context: Context) -> Cell:
    """The cell of a decision; why there is none is said below the table."""
    return verdict_cell(row, context) if row.verdict else words_cell(context.say("print_untested"), row, "verdict")


def _beside(context: Context, source: str) -> Iterable[Pair]:
    """Every figure beside the figures of other people that it names."""
    others = {one.figure: one for one in context.dictionary.figures}
    declared = {one.benchmark: one for one in context.dictionary.benchmarks if one.figure}
    rows = context.results.where(source=source, quantity=Quantity.DIFFERENCE, contrast=Contrast.COMPARATOR)
    by_place = {(row.indicator, row.wave, row.authority, row.group, row.level): row for row in rows}
    for one in printed_of(context):
        row = by_place.get((one.indicator, one.wave, one.authority, one.group, one.level))
        if row is not None:
            benchmark = declared[row.reference]
            yield Pair(one, others[benchmark.figure], row, benchmark)


def _known(context: Context) -> dict[tuple[str, ...], PrintedFigure]:
    """The percentages of the cohort by indicator, wave and place."""
    return {(one.indicator, one.wave, one.authority, one.group, one.level): one
            for one in printed_of(context) if one.quantity is Quantity.PERCENT}


def _place(figure: PrintedFigure) -> dict[str, str]:
    """Where the results of a figure stand."""
    return {"indicator": figure.indicator, "wave": figure.wave, "authority": figure.authority, "group": figure.group, "level": figure.level}


def _by_domain(figures: list[PrintedFigure], context: Context) -> Iterable[Block]:
    """Figures in the order of the programme's domains and indicators."""
    names = {one.indicator for one in figures}
    indicators: tuple[Indicator, ...] = tuple(one for one in context.dictionary.indicators if one.indicator in names)
    for heading, members in by_domain(indicators, context):
        yield Block(heading, tuple(one for member in members for one in figures if one.indicator == member.indicator))
