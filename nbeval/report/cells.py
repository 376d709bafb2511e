"""Cells of tables, made from one result each, and the grid they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from nbeval.dictionary.enums import Symbol
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Reason
from nbeval.report.context import Context
from nbeval.report.numerals import NumberFormat, numeral
from nbeval.report.results import Result, State, key_of

#: what a cell of an interval names as its field, in place of ``conf_low`` and ``conf_high``
INTERVAL = "interval"

WHOLE = NumberFormat()
PERCENT = NumberFormat(percent=True)


@dataclass(frozen=True)
class Field:
    """One column of a table, and how its cell is made from the subject of a row."""

    column: Column
    cell: Callable[[Any], Cell]


@dataclass(frozen=True)
class Block:
    """Rows that belong together under one heading; an empty heading gives none."""

    heading: str
    subjects: tuple[Any, ...]


class Table(NamedTuple):
    """The columns and rows of an exhibit; no rows where there is nothing to show."""

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()


def grid(fields: Iterable[Field], blocks: Iterable[Block]) -> Table:
    """Make the columns and rows of a table: each field of each subject, under the headings of the blocks."""
    fields = tuple(fields)
    rows: list[Row] = []
    for block in blocks:
        if not block.subjects:
            continue
        if block.heading:
            rows.append(Row((Cell(block.heading),), heading=True))
        rows.extend(Row(tuple(field.cell(subject) for field in fields)) for subject in block.subjects)
    return Table(tuple(field.column for field in fields), tuple(rows))


def cell_of(row: Result | None, field: str, text: str, value: float | None = None, symbol: str = "") -> Cell:
    """The cell of one field of a result: what it prints, the number behind it, and the symbol in its place."""
    return Cell(text, value, key_of(row) if row is not None else "", field, symbol, of=row)


def words_cell(words: str, row: Result | None = None, field: str = "") -> Cell:
    """A cell of words, and the result that they are read from, if any."""
    return cell_of(row, field, words)


def not_applicable(context: Context) -> Cell:
    """The cell of what does not apply."""
    symbol = context.symbol(Symbol.NOT_APPLICABLE)
    return Cell(symbol, symbol=symbol)


def symbol_cell(row: Result | None, context: Context, field: str) -> Cell:
    """The cell of a result that has no number to show."""
    symbol = context.symbol_of(row, field if field != INTERVAL else "conf_low")
    return cell_of(row, field, symbol, symbol=symbol)


def level_cell(row: Result | None, context: Context, form: NumberFormat, field: str = "estimate") -> Cell:
    """The cell of a level: a percentage, a mean."""
    if context.state(row, field) is not State.SHOWN:
        return symbol_cell(row, context, field)
    value = float(getattr(row, field))
    if form.is_low(value):
        symbol = context.symbol(Symbol.LOW)
        return cell_of(row, field, symbol, value, symbol)
    return cell_of(row, field, form.level(value), value)


def number_words(row: Result | None, context: Context, form: NumberFormat = WHOLE, field: str = "estimate") -> str:
    """A number as a table and a sentence have it, or the symbol in its place."""
    if context.state(row, field) is not State.SHOWN:
        return context.symbol_of(row, field)
    value = float(getattr(row, field))
    return context.symbol(Symbol.LOW) if form.is_low(value) else form.level(value)


def difference_cell(row: Result | None, context: Context, form: NumberFormat, field: str = "estimate") -> Cell:
    """The cell of a difference, with its sign."""
    if context.state(row, field) is not State.SHOWN:
        return symbol_cell(row, context, field)
    value = float(getattr(row, field))
    return cell_of(row, field, form.difference(value), value)


def interval_cell(row: Result | None, context: Context, form: NumberFormat, *, signed: bool = False) -> Cell:
    """The cell of an interval, as ``24 to 29``."""
    words = interval_words(row, context, form, signed=signed)
    return words_cell(words, row, INTERVAL) if words else symbol_cell(row, context, INTERVAL)


def interval_words(row: Result | None, context: Context, form: NumberFormat, *, signed: bool = False) -> str:
    """An interval in words; empty where there is none to show."""
    if context.state(row, "conf_low") is not State.SHOWN or context.state(row, "conf_high") is not State.SHOWN:
        return ""
    write = form.difference if signed else form.level
    return context.say("to", low=write(float(row.conf_low)), high=write(float(row.conf_high)))


def p_cell(row: Result | None, context: Context, field: str = "p_value") -> Cell:
    """The p-value of a result, plain or adjusted in its family, never written as zero."""
    form = NumberFormat(decimals=3)
    if context.state(row, field) is State.SHOWN and form.rounded(getattr(row, field)) == 0:
        return cell_of(row, field, context.say("under", least=numeral(0.001, 3)), float(getattr(row, field)))
    return level_cell(row, context, form, field)


def count_cell(row: Result | None, context: Context, field: str = "n_valid") -> Cell:
    """The cell of a number of people."""
    return level_cell(row, context, WHOLE, field)


def verdict_cell(row: Result | None, context: Context) -> Cell:
    """The cell of the word that the test allows."""
    if row is not None and row.verdict:
        return words_cell(context.verdict_words(row), row, "verdict")
    if row is not None and row.reason is Reason.NOT_COMPARABLE:
        return words_cell(context.say("not_compared"), row, "verdict")
    if row is not None and row.is_not_asked:
        return words_cell(context.say("verdict_not_asked"), row, "verdict")
    symbol = context.symbol_of(row)
    return cell_of(row, "verdict", symbol, symbol=symbol)


def why_not(row: Result, context: Context) -> str:
    """Why a result has no number, or what to mind about it, in the words of the report."""
    return "; ".join(whys(row, context))


def whys(row: Result, context: Context) -> Iterator[str]:
    """Every reason of a result, in the words of the report."""
    for reason, fields in row.reasons:
        text = context.words.get(f"why_{reason}", reason)
        yield (text.format(**fields) if fields else text).rstrip(".")
