"""The evidence matrix: each outcome of the theory of change, and which way the measures that speak to it went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbeval.dictionary.records import Direction, ExhibitRow, Indicator
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Quantity, Verdict
from nbeval.present.cells import Block, Field, difference_cell, grid, interval_cell, verdict_cell
from nbeval.present.context import Context
from nbeval.present.forms.change import change_row
from nbeval.present.forms.fields import Units, interval_label, label_field
from nbeval.present.results import Result, Results
from nbeval.present.select import available, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]

_UP = frozenset({Verdict.ROSE, Verdict.ROSE_SMALL})
_DOWN = frozenset({Verdict.FELL, Verdict.FELL_SMALL})


class Reading(StrEnum):
    """Which way a measure went for the people it describes."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"                # the test found no clear change
    UNKNOWN = "unknown"                # the samples cannot tell, or the figure is withheld
    OTHER = "other"                    # it changed, and neither way is the better one


@dataclass(frozen=True)
class Strand:
    """One measure as evidence on one outcome; a measure of None says that there is none."""

    outcome: str
    indicator: Indicator | None
    result: Result | None = None


def reading(indicator: Indicator, result: Result | None) -> Reading:
    """Turn the word that a test allows into better or worse, by the direction that the dictionary declares."""
    verdict = result.verdict if result is not None else ""
    if verdict == Verdict.NO_CLEAR_CHANGE:
        return Reading.UNCLEAR
    if verdict not in _UP | _DOWN:
        return Reading.UNKNOWN
    if indicator.better is Direction.NEITHER:
        return Reading.OTHER
    return Reading.BETTER if (verdict in _UP) == (indicator.better is Direction.HIGHER) else Reading.WORSE


def summary(readings: list[Reading], context: Context) -> str:
    """What measures say together: whether they agree, on what, and how many of them say so."""
    better, worse = readings.count(Reading.BETTER), readings.count(Reading.WORSE)
    key = "none" if not readings else "mixed" if better and worse else "better" if better else "worse" if worse else "unclear"
    return context.say(f"evidence_{key}", better=better, worse=worse, all=len(readings))


def evidence(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are outcomes and below each its measures: change, interval, verdict, and which way that is for the people."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    fields = (
        label_field(context, "outcome_measure",
                    lambda strand: strand.indicator.label if strand.indicator else context.say("evidence_no_measure")),
        Field(Column("change", context.say("change"), numeric=True),
              lambda strand: _cell(strand, lambda one: difference_cell(strand.result, context, units.form(one)), context)),
        Field(Column("change_interval", interval_label(context), numeric=True),
              lambda strand: _cell(strand, lambda one: interval_cell(strand.result, context, units.form(one), signed=True), context)),
        Field(Column("verdict", context.say("verdict")),
              lambda strand: _cell(strand, lambda one: verdict_cell(strand.result, context), context)),
        Field(Column("reading", context.say("reading")),
              lambda strand: _cell(strand, lambda one: Cell(context.say(f"reading_{reading(one, strand.result)}")), context)),
    )
    return grid(fields, outcome_blocks(rows, spec, context, indicators))


def outcome_blocks(rows: Results, spec: ExhibitRow, context: Context, indicators: tuple[Indicator, ...]) -> tuple[Block, ...]:
    """One block per outcome of the programme, headed by what its measures say together."""
    blocks = []
    for outcome in context.dictionary.programme.outcomes:
        strands = tuple(
            Strand(outcome.id, one, change_row(rows, spec, context, one, context.authority, Quantity.CHANGE))
            for one in indicators if outcome.id in one.outcomes
        )
        together = summary([reading(strand.indicator, strand.result) for strand in strands], context)
        heading = context.say("labelled", label=outcome.label, about=together)
        blocks.append(Block(heading, strands or (Strand(outcome.id, None),)))
    return tuple(blocks)


def _cell(strand: Strand, make: object, context: Context) -> Cell:
    """A cell of a measure; the symbol for what does not apply where an outcome has none."""
    if strand.indicator is None:
        symbol = context.symbol("not_applicable")
        return Cell(symbol, symbol=symbol)
    return make(strand.indicator)
