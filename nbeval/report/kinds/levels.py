"""Levels: of each indicator, beside published figures, and as a distribution over answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nbeval.dictionary.enums import Match, Status
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, level_cell, not_applicable, verdict_cell, words_cell
from nbeval.report.context import Context
from nbeval.report.draft import Draft, by_domain
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.marks import Line, mark, own_series, series_of
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result


class Levels(Kind):
    """Rows are indicators: estimate, interval and number who answered, at each wave of the report.

    A report on one authority has the estimate of the whole cohort as the last column.
    """

    id = "levels"
    marks = ("lines", "shares")

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("indicator", context.label)
        for wave in context.waves:
            fields = make.estimate(lambda one, wave=wave: draft.level(one, wave.id), key=f"{wave.id}_",
                                   group=wave.label if context.shows_change else "")
            yield from fields[:1] if context.plain else fields
        if context.authority:
            yield make.level("cohort", draft.say("all"), lambda one: draft.level(one, authority=""))

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        context, form, label = draft.context, draft.units.form(one), draft.context.label(one)
        line = [mark(draft.level(one, wave.id), context, form, series_of(wave, context), label=label) for wave in context.waves]
        if context.authority:
            line.append(mark(draft.level(one, authority=""), context, form, draft.say("all"), label=label, interval=context.format(one)))
        yield line


@dataclass(frozen=True)
class Compared:
    """One indicator and one published figure it is shown beside; None where it has none."""

    indicator: Indicator
    benchmark: Benchmark | None


def compared(indicator: Indicator, context: Context) -> tuple[Compared, ...]:
    """Pair an indicator with each of its published figures, or with none."""
    known = tuple(one for one in context.dictionary.benchmarks if one.indicator == indicator.indicator)
    return tuple(Compared(indicator, one) for one in known) or (Compared(indicator, None),)


class Comparison(Kind):
    """Rows are indicators and what they are compared with: ours, the published figure, and what the test says.

    A published figure whose definition differs is shown and never tested; its row says so.
    """

    id = "comparison"
    marks = ("lines",)
    of_last_wave = beside_published = True

    def columns(self, draft: Draft) -> Iterable[Field]:
        context, make = draft.context, Columns(draft, of=lambda pair: pair.indicator)
        return [
            make.label("indicator", lambda pair: pair.indicator.label), *make.estimate(lambda pair: draft.level(pair.indicator)),
            Field(Column("against", draft.say("compared_with")),
                  lambda pair: words_cell(_whose(pair.benchmark)) if pair.benchmark else not_applicable(context)),
            Field(Column("benchmark", draft.say("benchmark"), make.units.heading, numeric=True), lambda pair: level_cell(
                self._published(pair, draft), context, self._published_form(pair, draft)) if pair.benchmark else not_applicable(context)),
            Field(Column("verdict", draft.say("verdict")), lambda pair: self._verdict_cell(pair, draft)),
        ]

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return (Block(heading, tuple(pair for one in members for pair in compared(one, draft.context)))
                for heading, members in by_domain(draft.indicators, draft.context))

    def lines(self, pair: Compared, draft: Draft) -> Iterator[Line]:
        """Our figure, and on lines of their own beneath it the published ones."""
        context, one = draft.context, pair.indicator
        if compared(one, context)[0].benchmark is pair.benchmark:
            series = draft.say("estimate") if context.shows_change else own_series(context)
            yield [mark(draft.level(one), context, draft.units.form(one), series, label=one.label)]
        if pair.benchmark:
            row = self._difference(pair, draft)
            said = draft.say("match_differs") if row and pair.benchmark.match is Match.DIFFERS else context.verdict_words(row) if row and row.verdict else ""
            yield [mark(self._published(pair, draft), context, self._published_form(pair, draft), draft.say("benchmark"),
                        label=_whose(pair.benchmark), beneath=True, published=True, verdict_text=said)]

    def _published(self, pair: Compared, draft: Draft) -> Result | None:
        """The published figure, as a result."""
        return draft.results.first(quantity=Quantity.BENCHMARK, indicator=pair.indicator.indicator, reference=pair.benchmark.benchmark)

    def _difference(self, pair: Compared, draft: Draft) -> Result | None:
        """The difference from the published figure, where it was tested."""
        return draft.results.first(
            quantity=Quantity.DIFFERENCE, indicator=pair.indicator.indicator, contrast=Contrast.COMPARATOR,
            reference=pair.benchmark.benchmark, wave=draft.context.wave.id, authority=draft.context.authority, group="")

    def _published_form(self, pair: Compared, draft: Draft) -> NumberFormat:
        """How a published figure is written: with the digits it was published with."""
        return replace(draft.units.form(pair.indicator), decimals=pair.benchmark.decimals)

    def _verdict_cell(self, pair: Compared, draft: Draft) -> Cell:
        """What the test allows us to say, or that there was none."""
        row = self._difference(pair, draft) if pair.benchmark else None
        if row is None:
            return not_applicable(draft.context)
        return words_cell(draft.say("match_differs")) if pair.benchmark.match is Match.DIFFERS else verdict_cell(row, draft.context)

    def doubtful(self, draft: Draft) -> Iterable[str]:
        yield from super().doubtful(draft)
        for one in _benchmarks(draft):
            if one.status is Status.UNCONFIRMED:
                yield draft.say("benchmark_dated", benchmark=one.label, year=one.year)

    def own_notes(self, draft: Draft) -> Iterator[str]:
        """Whose each published figure is, and how well its definition fits ours; one line for figures of one body."""
        bodies: dict[tuple[str, ...], dict[Match, list[str]]] = {}
        shorts = {one.indicator: one.short for one in draft.indicators}
        for one in _benchmarks(draft):
            body = bodies.setdefault((one.label, one.population, one.ages, one.year), {})
            body.setdefault(one.match, []).append(shorts[one.indicator])
        for (label, population, ages, year), matches in bodies.items():
            for match, names in matches.items():
                yield draft.say(
                    f"note_match_{match.value}" if len(matches) == 1 else f"note_match_{match.value}_of", benchmark=label,
                    population=population, ages=ages, year=year, labels="; ".join(names))

    def says_why_itself(self, row: Result, draft: Draft) -> bool:
        matches = {one.benchmark: one.match for one in draft.context.dictionary.benchmarks}
        return row.contrast == Contrast.COMPARATOR and matches.get(row.reference) is Match.DIFFERS


def _whose(one: Benchmark) -> str:
    """Whose a published figure is, of whom and when."""
    return ", ".join(filter(None, (one.label, one.ages, one.year)))


def _benchmarks(draft: Draft) -> Iterator[Benchmark]:
    """The published figures beside which indicators are shown."""
    return (pair.benchmark for one in draft.indicators for pair in compared(one, draft.context) if pair.benchmark)


class Distribution(Kind):
    """Rows are the bands of a distribution: at each wave the percentage and its interval, of one base."""

    id = "distribution"
    marks = ("bands",)

    def columns(self, draft: Draft) -> Iterator[Field]:
        make = Columns(draft)
        yield make.label("answer", lambda one: one.short)
        for wave in draft.context.waves:
            yield from make.estimate(lambda one, wave=wave: draft.level(one, wave.id), key=f"{wave.id}_",
                                     group=wave.label if draft.context.shows_change else "")[:2]

    def blocks(self, draft: Draft) -> Iterator[Block]:
        """One block per distribution, headed by its question where there are several."""
        names = dict.fromkeys(one.distribution for one in draft.indicators)
        for name in names:
            members = tuple(one for one in draft.indicators if one.distribution == name)
            yield Block(draft.context.question(draft.spec.source_id, members[0]) if len(names) > 1 else "", members)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        yield [mark(draft.level(one, wave.id), draft.context, draft.units.form(one), series_of(wave, draft.context), label=one.short)
               for wave in draft.context.waves]
