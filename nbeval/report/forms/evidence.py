"""The evidence matrix: each outcome of the theory of change, and what speaks to it, from every source."""

from __future__ import annotations

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Cell, Column, Row
from nbeval.report.cells import Block, Field, difference_cell, grid, symbol_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.columns import label_field
from nbeval.report.forms.strands import Reading, Strand, strands_of
from nbeval.report.results import Results, key_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]

#: how what was done and told stands to the way in which tests point
_TOLD = {"better": "agrees", "worse": "against", "unclear": "alone", "untested": "alone"}


def evidence(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are outcomes and below each its strands: where from, what was found, which way that points, how strongly."""
    fields = (
        label_field(context, "outcome_measure", lambda strand: strand.label if strand else context.say("evidence_no_measure")),
        Field(Column("source", context.say("strand_source")), lambda strand: Cell(strand.source) if strand else _empty(context)),
        Field(Column("change", context.say("change"), numeric=True), lambda strand: _change(strand, context)),
        Field(Column("found", context.say("strand_found")), lambda strand: _found(strand, context)),
        Field(Column("reading", context.say("reading")),
              lambda strand: Cell(context.say(f"reading_{strand.reading}")) if strand else _empty(context)),
        Field(Column("strength", context.say("strength")),
              lambda strand: Cell(context.say(f"strength_{strand.strength}")) if strand else _empty(context)),
    )
    return grid(fields, _blocks(strands_of(rows, spec, context), context))


def _blocks(strands: tuple[Strand, ...], context: Context) -> tuple[Block, ...]:
    """One block per outcome of the programme, headed by what its strands say together; one empty line where there are none."""
    blocks = []
    for outcome in context.dictionary.programme.outcomes:
        own = tuple(strand for strand in strands if outcome.id in strand.outcomes)
        blocks.append(Block(context.say("labelled", label=outcome.label, about=summary(own, context)), own or (None,)))
    return tuple(blocks)


def pointing(strands: tuple[Strand, ...]) -> str:
    """Which way the tests among strands point: better, worse, mixed, unclear, or untested where there is none."""
    tests = [strand.reading for strand in strands if strand.form is not None]
    better, worse = Reading.BETTER in tests, Reading.WORSE in tests
    return "mixed" if better and worse else "better" if better else "worse" if worse else "unclear" if tests else "untested"


def summary(strands: tuple[Strand, ...], context: Context) -> str:
    """What strands say together: how many tests point which way, and whether what was done and told agrees with them.

    Tests and what nobody tested are counted apart: many weak strands do not make a strong one.
    """
    if not strands:
        return context.say("evidence_none")
    way, tests = pointing(strands), [strand.reading for strand in strands if strand.form is not None]
    said = context.say(f"evidence_{way}" + ("_one" if len(tests) == 1 else ""), better=tests.count(Reading.BETTER),
                       worse=tests.count(Reading.WORSE), all=len(tests))
    if way == "mixed" or Reading.UNTESTED not in {strand.reading for strand in strands}:
        return said
    return context.say("evidence_both", tests=said, told=context.say(f"told_{_TOLD[way]}"))


def _empty(context: Context) -> Cell:
    """The symbol for what does not apply."""
    symbol = context.symbol("not_applicable")
    return Cell(symbol, symbol=symbol)


def _change(strand: Strand | None, context: Context) -> Cell:
    """The change of what was measured, with its unit, as units differ from line to line."""
    if strand is None or strand.form is None:
        return _empty(context)
    cell = difference_cell(strand.result, context, strand.form)
    if cell.symbol or not strand.unit:
        return cell
    return Cell(context.say("with_unit", number=cell.text, unit=strand.unit), cell.value, cell.result, cell.field)


def _found(strand: Strand | None, context: Context) -> Cell:
    """The word that a test allows, or what was counted."""
    if strand is None:
        return _empty(context)
    if strand.form is not None:
        return verdict_cell(strand.result, context)
    if not strand.found:
        return symbol_cell(strand.result, context, "estimate")
    return Cell(strand.found, None, key_of(strand.result), "estimate")
