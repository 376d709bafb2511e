"""Lists of what is in print: codings that differ, authorities far apart, figures of no indicator, and the sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbeval.dictionary.enums import Symbol
from nbeval.dictionary.models import Citation, PrintedFigure
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid, level_cell
from nbeval.report.columns import label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.printed import Printed, as_printed, printed_of, source_anchor, sources_field, where_of
from nbeval.report.results import Result


@dataclass(frozen=True)
class Ends:
    """The lowest and the highest authority of one indicator."""

    lowest: PrintedFigure
    highest: PrintedFigure


class PrintedRange(Printed):
    """Rows are indicators: lowest and highest authority, which are not named in print."""

    id = "printed_range"

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def found(figure: PrintedFigure) -> Result | None:
            return context.results.find(draft.spec.source_id, figure.quantity, indicator=figure.indicator, wave=figure.wave)

        fields = [
            label_field(context, "indicator", lambda ends: context.indicator_label(ends.lowest.indicator)),
            Field(Column("coding", context.say("print_coding")), lambda ends: Cell(ends.lowest.coding)),
            Field(Column("when", context.say("print_when")), lambda ends: Cell(where_of(ends.lowest, context))),
            Field(Column("lowest", context.say("print_lowest"), "%", numeric=True),
                  lambda ends: level_cell(found(ends.lowest), context, as_printed(ends.lowest))),
            Field(Column("highest", context.say("print_highest"), "%", numeric=True),
                  lambda ends: level_cell(found(ends.highest), context, as_printed(ends.highest))),
            Field(Column("authorities", context.say("print_authorities"), numeric=True),
                  lambda ends: _number(ends.lowest.authorities, context)),
            sources_field(context, lambda ends: (ends.lowest, ends.highest)),
        ]
        known = {(one.indicator, one.wave, one.quantity): one for one in printed_of(context)}
        ends = tuple(
            Ends(one, known[indicator, wave, Quantity.HIGHEST]) for (indicator, wave, quantity), one in known.items()
            if quantity is Quantity.LOWEST and (indicator, wave, Quantity.HIGHEST) in known
        )
        return grid(fields, (Block("", ends),))


class PrintedCodings(Printed):
    """One block per question of which figures with different codings are in print."""

    id = "printed_codings"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        fields = [
            label_field(context, "print_coding", lambda one: one.coding),
            Field(Column("when", context.say("print_when")), lambda one: Cell(where_of(one, context))),
            Field(Column("estimate", context.say("print_value"), "%", numeric=True), lambda one: level_cell(
                context.results.find(draft.spec.source_id, one.quantity, indicator=one.indicator, wave=one.wave, authority=one.authority),
                context, as_printed(one))),
            sources_field(context, lambda one: (one,)),
        ]
        return grid(fields, _questions(context))


class PrintedList(Printed):
    """A list of what was read: it shows no result, and so has no base."""

    of_words = True

    def base(self, draft: Draft) -> str:
        return ""


class PrintedUnmatched(PrintedList):
    """Rows are printed figures of the survey whose question or coding no indicator has."""

    id = "printed_unmatched"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        figures = tuple(one for one in printed_of(context) if not one.indicator)
        when = Field(Column("when", context.say("print_when")), lambda one: Cell(where_of(one, context)))
        return _listed(figures, when, context)


class PrintedOthers(PrintedList):
    """Rows are printed figures of other people, whether or not one of ours stands beside them."""

    id = "printed_others"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        figures = tuple(one for one in context.dictionary.figures if not one.cohort)
        when = Field(Column("when", context.say("print_when")), lambda one: Cell(
            ", ".join(filter(None, (one.population, one.ages, one.geography, one.year)))))
        return _listed(figures, when, context)


class PrintedSources(PrintedList):
    """Rows are the sources of every figure of the report, with their addresses."""

    id = "printed_sources"

    def source(self, draft: Draft) -> str:
        return ""

    def table(self, draft: Draft) -> Table:
        context = draft.context
        fields = [
            Field(Column("key", context.say("print_key"), header=True), lambda one: Cell(one.source, anchor=source_anchor(one.source))),
            Field(Column("title", context.say("print_title")), lambda one: Cell(
                ". ".join(filter(None, (one.title, ", ".join(filter(None, (one.publisher, one.published)))))))),
            Field(Column("address", context.say("print_address")), lambda one: Cell(one.url, links=((one.url, one.url),) if one.url else ())),
            Field(Column("read", context.say("print_read")), lambda one: Cell(one.note)),
        ]
        used = [one for one in context.dictionary.figures if one.cohort in ("", context.cohort.id)]
        keys = {key.strip() for one in used for key in one.source.split(";")}
        return grid(fields, (Block("", tuple(one for one in context.dictionary.sources if _cited(one, keys))),))


def _listed(figures: tuple[PrintedFigure, ...], when: Field, context: Context) -> Table:
    """Figures that are no results, as they were printed."""
    fields = [
        label_field(context, "print_about", lambda one: one.about),
        Field(Column("coding", context.say("print_coding")), lambda one: Cell(one.coding)),
        when,
        Field(Column("value", context.say("print_value"), numeric=True), lambda one: _value(one, context)),
        sources_field(context, lambda one: (one,)),
    ]
    return grid(fields, (Block("", figures),))


def _questions(context: Context) -> Iterable[Block]:
    """The figures of each question that has more than one coding in print, in the order of the indicators."""
    asked = {one.indicator: one.item for one in context.dictionary.indicators if one.item}
    figures = [one for one in printed_of(context) if one.quantity is Quantity.PERCENT and not one.group and one.indicator in asked]
    for item in dict.fromkeys(asked.values()):
        members = tuple(one for one in figures if asked[one.indicator] == item)
        if len({one.indicator for one in members}) > 1:
            yield Block(context.item_label(context.cohort.sources[0].id, item), tuple(sorted(members, key=lambda one: one.indicator)))


def _cited(source: Citation, keys: set[str]) -> bool:
    """Whether a source is one of those that are cited."""
    return source.source in keys


def _value(figure: PrintedFigure, context: Context) -> Cell:
    """A figure as it was printed, or the symbol in its place."""
    if figure.printed is None:
        symbol = context.symbol(figure.symbol.value)
        return Cell(symbol, symbol=symbol)
    mark = "%" if figure.unit == Quantity.PERCENT else ""
    return Cell(f"{figure.printed}{mark}", figure.value)


def _number(count: int | None, context: Context) -> Cell:
    """A number of authorities, where it is known."""
    return _text("" if count is None else str(count), context)


def _text(text: str, context: Context) -> Cell:
    """A text, or the symbol for what is not known."""
    symbol = context.symbol(Symbol.NOT_AVAILABLE)
    return Cell(text) if text else Cell(symbol, symbol=symbol)
