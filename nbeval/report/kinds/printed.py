"""Figures in print: what each may stand for, what changed, what it stands beside, and lists of what else is in print and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Benchmark, PrintedFigure
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, cell_of, count_cell, level_cell, symbol_cell, verdict_cell, words_cell
from nbeval.report.context import Context
from nbeval.report.draft import by_domain
from nbeval.report.kinds.kind import Kind, itself
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State, is_missing

ONE_DECIMAL = NumberFormat(decimals=1, percent=True)
_SMALL = 0.0001
_PARTED = ";"
#: what results and printed figures are of
_PLACE = ("indicator", "wave", "authority", "group", "level")


@dataclass(frozen=True)
class Pair:
    """A printed figure and the one it is compared with: of an earlier wave, or of other people."""

    figure: PrintedFigure
    other: PrintedFigure
    row: Result
    benchmark: Benchmark | None = None


class Printed(Kind):
    """A kind of exhibit of figures in print: its rows name their sources, and its base is what was printed."""

    unit_words, base_words, source_words = "", "base_print", "source_print"

    def found(self, figure: PrintedFigure, quantity: Quantity | str = "") -> Result | None:
        """The result of a figure, or another quantity of it."""
        return self.context.results.find(self.spec.source_id, quantity or figure.quantity, **_place(figure))

    def where(self, figure: PrintedFigure) -> str:
        """The wave of a figure, and the authority or the group where it is of one."""
        context = self.context
        wave = {wave.id: wave.label for wave in context.cohort.waves}[figure.wave]
        if figure.authority:
            return self.say("print_people", people=context.authority_name(figure.authority), year=figure.year)
        return f"{wave}, {context.level_label(figure.group, figure.level).lower()}" if figure.group else wave

    def text_field(self, key: str, word: str, text: Callable[[Any], str]) -> Field:
        """The column of a text."""
        return self.column.words(key, word, lambda subject: Cell(text(subject)))

    def indicator_field(self, of: Callable[[Any], PrintedFigure] = itself) -> Field:
        """The column of the indicator of a figure."""
        return self.column.label("indicator", lambda subject: self.context.indicator_label(of(subject).indicator))

    def when_field(self, of: Callable[[Any], PrintedFigure] = itself) -> Field:
        """The column of the wave and the place of a figure."""
        return self.text_field("when", "print_when", lambda subject: self.where(of(subject)))

    def figure_field(self, key: str, word: str, of: Callable[[Any], PrintedFigure] = itself,
                     find: Callable[[Any], Result | None] | None = None) -> Field:
        """The column of a figure as printed; its result is that of the figure unless ``find`` gives another."""
        return Field(Column(key, self.say(word), "%", numeric=True), lambda subject: level_cell(
            find(subject) if find else self.found(of(subject)), self.context, as_printed(of(subject))))

    def sources_field(self, figures: Callable[[Any], tuple[PrintedFigure, ...]] = lambda one: (one,)) -> Field:
        """The column of sources, each leading to its place in the list."""
        def cell(subject: Any) -> Cell:
            keys = dict.fromkeys(key for one in figures(subject) for key in sources_of(one))
            return Cell("; ".join(keys), links=tuple((key, source_anchor(key)) for key in keys))

        return self.column.words("sources", "print_sources", cell)

    def tested_fields(self, *ends: Quantity) -> Iterator[Field]:
        """The columns of a comparison: widest interval, the ends of the range of p that are asked for, decision; a note says why none."""
        context = self.context

        def p_cell(row: Result | None) -> Cell:
            if context.state(row) is not State.SHOWN:
                return symbol_cell(row, context, "estimate")
            return cell_of(row, "estimate", p_text(float(row.estimate), context), float(row.estimate))

        yield self.column.interval("interval", lambda pair: pair.row, ONE_DECIMAL, self.say("points_short"), signed=True,
                                   head=self.say("print_gap_interval", level=context.interval_level))
        for end in ends:
            yield Field(Column(end.value, self.say(f"print_{end.value}"), numeric=True),
                        lambda pair, end=end: p_cell(end_of_p(pair, end, context)))
        yield self.column.words("verdict", "print_decision", lambda pair: verdict_cell(pair.row, context) if pair.row.verdict
                                else words_cell(self.say("print_untested"), pair.row, "verdict"))


class PrintedLevels(Printed):
    """Rows are printed figures: as printed, the people they may stand for, the widest interval, the sources."""

    id = "printed_levels"

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            self.indicator_field(), self.when_field(), self.figure_field("estimate", "print_value"),
            Field(Column("n", self.say("n_short"), numeric=True), self._base_cell),
            make.count("fewest", lambda one: self.found(one, Quantity.COUNT_LOWEST), "estimate", head=self.say("print_fewest")),
            make.count("most", lambda one: self.found(one, Quantity.COUNT_HIGHEST), "estimate", head=self.say("print_most")),
            make.interval("interval", self.found, ONE_DECIMAL, "%"), self.sources_field(),
        ]

    def blocks(self) -> Iterator[Block]:
        """Figures in the order of the programme's domains and indicators."""
        figures = [one for one in printed_of(self.context) if one.indicator and one.quantity is Quantity.PERCENT]
        names = {one.indicator for one in figures}
        for heading, members in by_domain(tuple(one for one in self.context.dictionary.indicators if one.indicator in names), self.context):
            yield Block(heading, tuple(one for member in members for one in figures if one.indicator == member.indicator))

    def _base_cell(self, figure: PrintedFigure) -> Cell:
        """The cell of a number who took part: where it is missing it is not in print, and nobody withheld it here."""
        row = self.found(figure)
        if row is None or is_missing(row.n_valid):
            symbol = self.context.symbol(Symbol.NOT_AVAILABLE)
            return cell_of(row, "n_valid", symbol, symbol=symbol)
        return count_cell(row, self.context)


class PrintedChanges(Printed):
    """Rows are two waves of one indicator: both figures, the widest interval, the range of p, the decision."""

    id = "printed_changes"

    def columns(self) -> Iterable[Field]:
        labels = {wave.id: wave.label for wave in self.context.cohort.waves}
        return [
            self.indicator_field(lambda pair: pair.figure),
            self.text_field("waves", "print_waves", lambda pair: self.say(
                "print_span", before=labels[pair.other.wave], after=labels[pair.figure.wave])),
            self.figure_field("earlier", "print_earlier", lambda pair: pair.other),
            self.figure_field("later", "print_later", lambda pair: pair.figure),
            *self.tested_fields(Quantity.P_SMALLEST, Quantity.P_LARGEST), self.sources_field(lambda pair: (pair.other, pair.figure)),
        ]

    def blocks(self) -> Iterable[Block]:
        return (Block("", tuple(changes_of(self.context, self.spec.source_id))),)


class PrintedBeside(Printed):
    """Rows are printed figures beside those of other people of the right year."""

    id = "printed_beside"

    def columns(self) -> Iterable[Field]:
        def theirs(pair: Pair) -> Result | None:
            return self.context.results.first(quantity=Quantity.BENCHMARK, indicator=pair.figure.indicator,
                                              reference=pair.benchmark.benchmark)

        return [
            self.indicator_field(lambda pair: pair.figure), self.when_field(lambda pair: pair.figure),
            self.figure_field("ours", "print_ours", lambda pair: pair.figure),
            self.text_field("beside", "print_others", lambda pair: self.say(
                "print_people", people=pair.benchmark.label, year=pair.benchmark.year)),
            self.figure_field("theirs", "print_theirs", lambda pair: pair.other, theirs),
            *self.tested_fields(), self.sources_field(lambda pair: (pair.figure, pair.other)),
        ]

    def blocks(self) -> Iterable[Block]:
        """Every figure beside the figures of other people that it names."""
        known = self.context.dictionary
        others, declared = {one.figure: one for one in known.figures}, {one.benchmark: one for one in known.benchmarks if one.figure}
        tested = {tuple(_place(row).values()): row for row in self.context.results.where(
            source=self.spec.source_id, quantity=Quantity.DIFFERENCE, contrast=Contrast.COMPARATOR)}
        found = ((one, tested[place]) for one in printed_of(self.context) if (place := tuple(_place(one).values())) in tested)
        return (Block("", tuple(Pair(one, others[declared[row.reference].figure], row, declared[row.reference]) for one, row in found)),)


class PrintedRange(Printed):
    """Rows are indicators: lowest and highest authority, which are not named in print."""

    id = "printed_range"

    def columns(self) -> Iterable[Field]:
        def number(ends: tuple[PrintedFigure, PrintedFigure]) -> Cell:
            symbol = self.context.symbol(Symbol.NOT_AVAILABLE)
            return Cell(symbol, symbol=symbol) if ends[0].authorities is None else Cell(str(ends[0].authorities))

        return [
            self.indicator_field(lambda ends: ends[0]), self.text_field("coding", "print_coding", lambda ends: ends[0].coding),
            self.when_field(lambda ends: ends[0]), self.figure_field("lowest", "print_lowest", lambda ends: ends[0]),
            self.figure_field("highest", "print_highest", lambda ends: ends[1]),
            Field(Column("authorities", self.say("print_authorities"), numeric=True), number), self.sources_field(itself),
        ]

    def blocks(self) -> Iterable[Block]:
        """The lowest and the highest authority of each indicator at each wave."""
        known = {(one.indicator, one.wave, one.quantity): one for one in printed_of(self.context)}
        return (Block("", tuple(
            (one, known[indicator, wave, Quantity.HIGHEST]) for (indicator, wave, quantity), one in known.items()
            if quantity is Quantity.LOWEST and (indicator, wave, Quantity.HIGHEST) in known)),)


class PrintedCodings(Printed):
    """One block per question of which figures with different codings are in print."""

    id = "printed_codings"

    def columns(self) -> Iterable[Field]:
        return [self.column.label("print_coding", lambda one: one.coding), self.when_field(), self.figure_field("estimate", "print_value"),
                self.sources_field()]

    def blocks(self) -> Iterator[Block]:
        """The figures of each question that has more than one coding in print, in the order of the indicators."""
        context = self.context
        asked = {one.indicator: one.item for one in context.dictionary.indicators if one.item}
        figures = [one for one in printed_of(context) if one.quantity is Quantity.PERCENT and not one.group and one.indicator in asked]
        for item in dict.fromkeys(asked.values()):
            members = tuple(one for one in figures if asked[one.indicator] == item)
            if len({one.indicator for one in members}) > 1:
                yield Block(context.item_label(context.cohort.sources[0].id, item), tuple(sorted(members, key=lambda one: one.indicator)))


class PrintedUnmatched(Printed):
    """Rows are printed figures of the survey whose question or coding no indicator has: no results, and so without a base."""

    id = "printed_unmatched"
    of_words, base_words = True, ""

    def columns(self) -> Iterable[Field]:
        return [
            self.column.label("print_about", lambda one: one.about),
            self.text_field("coding", "print_coding", lambda one: one.coding), self.when_field(),
            Field(Column("value", self.say("print_value"), numeric=True), self._value), self.sources_field(),
        ]

    def blocks(self) -> Iterable[Block]:
        return (Block("", tuple(one for one in printed_of(self.context) if not one.indicator)),)

    def _value(self, figure: PrintedFigure) -> Cell:
        """A figure as it was printed, or the symbol in its place."""
        if figure.printed is None:
            symbol = self.context.symbol(figure.symbol.value)
            return Cell(symbol, symbol=symbol)
        return Cell(f"{figure.printed}{'%' if figure.unit == Quantity.PERCENT else ''}", figure.value)


class PrintedOthers(PrintedUnmatched):
    """Rows are printed figures of other people, whether or not one of ours stands beside them."""

    id = "printed_others"

    def blocks(self) -> Iterable[Block]:
        return (Block("", tuple(one for one in self.context.dictionary.figures if not one.cohort)),)

    def where(self, figure: PrintedFigure) -> str:
        return ", ".join(filter(None, (figure.population, figure.ages, figure.geography, figure.year)))


class PrintedSources(Printed):
    """Rows are the sources of every figure of the report, with their addresses."""

    id = "printed_sources"
    of_words, base_words, source_words = True, "", ""

    def columns(self) -> Iterable[Field]:
        return [
            Field(Column("key", self.say("print_key"), header=True), lambda one: Cell(one.source, anchor=source_anchor(one.source))),
            self.text_field("title", "print_title", lambda one: ". ".join(filter(None, (
                one.title, ", ".join(filter(None, (one.publisher, one.published))))))),
            self.column.words("address", "print_address", lambda one: Cell(one.url, links=((one.url, one.url),) if one.url else ())),
            self.text_field("read", "print_read", lambda one: one.note),
        ]

    def blocks(self) -> Iterable[Block]:
        known = self.context.dictionary
        cited = {key for one in known.figures if one.cohort in ("", self.context.cohort.id) for key in sources_of(one)}
        return (Block("", tuple(one for one in known.sources if one.source in cited)),)


def changes_of(context: Context, source: str) -> Iterable[Pair]:
    """Every two waves of one indicator whose numbers who answered are in print, in the order of indicators."""
    figures = {tuple(_place(one).values()): one for one in printed_of(context) if one.quantity is Quantity.PERCENT}
    order = {one.indicator: place for place, one in enumerate(context.dictionary.indicators)}
    rows = context.results.where(source=source, quantity=Quantity.CHANGE, contrast=Contrast.WAVE)
    for row in sorted(rows, key=lambda row: order.get(row.indicator, len(order))):
        now = _place(row)
        yield Pair(figures[tuple(now.values())], figures[tuple({**now, "wave": row.reference}.values())], row)


def printed_of(context: Context) -> tuple[PrintedFigure, ...]:
    """The printed figures of the cohort, in the order of its waves within each indicator."""
    waves = [wave.id for wave in context.cohort.waves]
    ours = [one for one in context.dictionary.figures if one.cohort == context.cohort.id]
    return tuple(sorted(ours, key=lambda one: (waves.index(one.wave), one.authority, one.group)))


def as_printed(figure: PrintedFigure) -> NumberFormat:
    """How a figure is written: with the decimals it has in print."""
    return NumberFormat(figure.decimals, percent=True)


def p_text(value: float, context: Context) -> str:
    """A p-value as readers write it."""
    if value < _SMALL:
        return context.say("print_p_small")
    return numeral(value, 4 if value < 0.01 else 3 if value < 0.1 else 2)


def end_of_p(pair: Pair, quantity: Quantity, context: Context) -> Result | None:
    """The smallest or the largest p of a comparison."""
    return context.results.find(pair.row.source, quantity, **_place(pair.row), contrast=pair.row.contrast, reference=pair.row.reference)


def sources_of(figure: PrintedFigure) -> list[str]:
    """The keys of the sources of a figure."""
    return [key.strip() for key in figure.source.split(_PARTED)]


def source_anchor(key: str) -> str:
    """The id that a source has in the list of sources."""
    return f"source-{key}"


def _place(one: PrintedFigure | Result) -> dict[str, str]:
    """What a figure or a result is of, and where."""
    return {name: getattr(one, name) for name in _PLACE}
