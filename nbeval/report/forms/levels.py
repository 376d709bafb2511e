"""Tables of levels: how things stood, beside other bodies of people, and as a distribution."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.enums import Match
from nbeval.dictionary.models import Benchmark, ExhibitRow, Indicator
from nbeval.exhibit import Cell, Column, Row
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, grid, level_cell, verdict_cell
from nbeval.report.context import Context
from nbeval.report.forms.fields import Units, domain_blocks, estimate_fields, label_field, level_finder
from nbeval.report.results import Result, Results
from nbeval.report.select import available, by_domain, indicators_of

Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def levels(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators; estimate, interval and number who answered, for each wave of the report.

    A report on one authority has the estimate of the whole cohort as the last column.
    """
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    fields = [label_field(context, "indicator", context.label)]
    for wave in context.waves:
        find = level_finder(rows, spec.source_id, wave.id, context, authority=context.authority)
        columns = estimate_fields(find, units, key=f"{wave.id}_", group=wave.label if context.shows_change else "")
        fields += columns[:1] if context.plain else columns
    if context.authority:
        fields.append(_whole_cohort(rows, spec, context, units))
    return grid(fields, domain_blocks(indicators, context))


def _whole_cohort(rows: Results, spec: ExhibitRow, context: Context, units: Units) -> Field:
    """The column of the whole cohort in a report on one authority."""
    find = level_finder(rows, spec.source_id, context.wave.id, context)
    return Field(
        Column("cohort", context.say("all"), units.heading, numeric=True),
        lambda one: level_cell(find(one), context, units.form(one)),
    )


@dataclass(frozen=True)
class Compared:
    """One indicator and one published figure it is shown beside; None where it has none."""

    indicator: Indicator
    benchmark: Benchmark | None


def comparison(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are indicators and what they are compared with; ours, the published figure, and the verdict.

    A benchmark whose definition differs is shown and never tested; its verdict cell says so.
    """
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    find = level_finder(rows, spec.source_id, context.wave.id, context, authority=context.authority)
    fields = [
        label_field(context, "indicator", lambda pair: pair.indicator.label),
        *estimate_fields(lambda pair: find(pair.indicator), units, form=lambda pair: units.form(pair.indicator)),
        Field(Column("against", context.say("compared_with")), lambda pair: _against(pair, context)),
        Field(Column("benchmark", context.say("benchmark"), units.heading, numeric=True),
              lambda pair: _published(pair, rows, context, units)),
        Field(Column("verdict", context.say("verdict")),
              lambda pair: _verdict(pair, rows, context)),
    ]
    blocks = (
        Block(heading, tuple(pair for one in members for pair in pairs(one, context)))
        for heading, members in by_domain(indicators, context)
    )
    return grid(fields, blocks)


def pairs(indicator: Indicator, context: Context) -> tuple[Compared, ...]:
    """Pair an indicator with each of its benchmarks, or with none."""
    known = tuple(one for one in context.dictionary.benchmarks if one.indicator == indicator.indicator)
    return tuple(Compared(indicator, one) for one in known) or (Compared(indicator, None),)


def benchmark_row(pair: Compared, rows: Results) -> Result | None:
    """The published figure, as a row of results."""
    if pair.benchmark is None:
        return None
    found = rows.where(
        quantity=Quantity.BENCHMARK, indicator=pair.indicator.indicator, reference=pair.benchmark.benchmark,
    )
    return found[0] if found else None


def difference_row(pair: Compared, rows: Results, context: Context) -> Result | None:
    """The difference from a published figure, where it was tested."""
    if pair.benchmark is None:
        return None
    found = rows.where(
        quantity=Quantity.DIFFERENCE, indicator=pair.indicator.indicator, contrast=Contrast.COMPARATOR,
        reference=pair.benchmark.benchmark, wave=context.wave.id, authority=context.authority, group="",
    )
    return found[0] if found else None


def _against(pair: Compared, context: Context) -> Cell:
    """Whose figure it is, of whom and when."""
    if pair.benchmark is None:
        symbol = context.symbol("not_applicable")
        return Cell(symbol, symbol=symbol)
    one = pair.benchmark
    return Cell(", ".join(part for part in (one.label, one.ages, one.year) if part))


def _published(pair: Compared, rows: Results, context: Context, units: Units) -> Cell:
    """The published figure, with the digits it was published with."""
    if pair.benchmark is None:
        symbol = context.symbol("not_applicable")
        return Cell(symbol, symbol=symbol)
    form = units.form(pair.indicator)
    return level_cell(benchmark_row(pair, rows), context, type(form)(pair.benchmark.decimals, form.percent, form.mark))


def _verdict(pair: Compared, rows: Results, context: Context) -> Cell:
    """What the test allows us to say, or that there was none."""
    row = difference_row(pair, rows, context)
    if row is not None and pair.benchmark.match is not Match.DIFFERS:
        return verdict_cell(row, context)
    if row is not None:
        return Cell(context.say("match_differs"))
    symbol = context.symbol("not_applicable")
    return Cell(symbol, symbol=symbol)


def distribution(rows: Results, spec: ExhibitRow, context: Context) -> Table:
    """Rows are the bands of a distribution; for each wave the percentage and its interval, of one base."""
    indicators = available(indicators_of(spec, context), rows)
    units = Units.of(indicators, context)
    fields = [label_field(context, "answer", lambda one: one.short)]
    for wave in context.waves:
        find = level_finder(rows, spec.source_id, wave.id, context, authority=context.authority)
        estimate, interval, _ = estimate_fields(
            find, units, key=f"{wave.id}_", group=wave.label if context.shows_change else "",
        )
        fields += [estimate, interval]
    return grid(fields, distributions(indicators, context, spec.source_id))


def distributions(indicators: tuple[Indicator, ...], context: Context, source: str) -> tuple[Block, ...]:
    """One block per distribution, headed by its question where there are several."""
    names = dict.fromkeys(one.distribution for one in indicators)
    blocks = []
    for name in names:
        members = tuple(one for one in indicators if one.distribution == name)
        heading = context.question(source, members[0]) if len(names) > 1 else ""
        blocks.append(Block(heading, members))
    return tuple(blocks)
