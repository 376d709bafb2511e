"""Levels: of each indicator, beside published figures, and as a distribution over answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nbeval.dictionary.enums import Match, Status
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, level_cell, not_applicable, verdict_cell, words_cell
from nbeval.report.charts.data import Mark
from nbeval.report.draft import by_domain
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result


class Levels(Kind):
    """Rows are indicators: estimate, interval and number who answered, at each wave of the report.

    A report on one authority has the estimate of the whole cohort as the last column. Where people are linked, a report of two waves has
    the levels of those who answered at both.
    """

    id = "levels"
    marks = ("lines", "shares")
    sets_levels_beside_change = True

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", context.label)
        for wave in context.waves:
            fields = make.estimate(lambda one, wave=wave: self.level(one, wave.id), key=f"{wave.id}_", group=self.head_of(wave))
            yield from fields[:1] if context.plain else fields
        if context.authority:
            yield make.level("cohort", lambda one: self.level(one, authority=""), head=self.say("all"))

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        context, form, label = self.context, self.units.form(one), self.context.label(one)
        line = [self.mark(self.level(one, wave.id), form, self.series_of(wave), label=label) for wave in context.waves]
        if context.authority:
            line.append(self.mark(self.level(one, authority=""), form, self.say("all"), label=label, interval=context.format(one)))
        yield line


@dataclass(frozen=True)
class Compared:
    """One indicator and one published figure it is shown beside; None where it has none."""

    indicator: Indicator
    benchmark: Benchmark | None


class Comparison(Kind):
    """Rows are indicators and what they are compared with: ours, the published figure, and what the test says.

    A published figure whose definition differs is shown and never tested; its row says so.
    """

    id = "comparison"
    marks = ("lines",)
    of_last_wave = beside_published = True

    def columns(self) -> Iterable[Field]:
        context, make = self.context, self.column
        return [
            make.label("indicator", lambda pair: pair.indicator.label), *make.estimate(lambda pair: self.level(pair.indicator)),
            make.words("against", "compared_with",
                       lambda pair: words_cell(_whose(pair.benchmark)) if pair.benchmark else not_applicable(context)),
            Field(Column("benchmark", self.say("benchmark"), self.units.heading, numeric=True), lambda pair: level_cell(
                self._published(pair), context, self._published_form(pair)) if pair.benchmark else not_applicable(context)),
            make.words("verdict", "verdict", self._verdict_cell),
        ]

    def blocks(self) -> Iterable[Block]:
        return (Block(heading, tuple(pair for one in members for pair in self._pairs(one)))
                for heading, members in by_domain(self.indicators, self.context))

    def indicator_of(self, pair: Compared) -> Indicator:
        return pair.indicator

    def lines(self, pair: Compared) -> Iterator[list[Mark]]:
        """Our figure, and on lines of their own beneath it the published ones."""
        context, one = self.context, pair.indicator
        if self._pairs(one)[0].benchmark is pair.benchmark:
            series = self.say("estimate") if context.shows_change else self.own_series
            yield [self.mark(self.level(one), self.units.form(one), series, label=one.label)]
        if pair.benchmark:
            row = self._difference(pair)
            said = self.context.verdict_words(row) if row and row.verdict else ""
            if row and pair.benchmark.match is Match.DIFFERS:
                said = self.say("match_differs")
            yield [self.mark(self._published(pair), self._published_form(pair), self.say("benchmark"),
                             label=_whose(pair.benchmark), beneath=True, published=True, verdict_text=said)]

    def _pairs(self, indicator: Indicator) -> tuple[Compared, ...]:
        """An indicator with each of its published figures, or with none."""
        known = tuple(one for one in self.context.dictionary.benchmarks if one.indicator == indicator.indicator)
        return tuple(Compared(indicator, one) for one in known) or (Compared(indicator, None),)

    def _published(self, pair: Compared) -> Result | None:
        """The published figure, as a result."""
        return self.results.first(quantity=Quantity.BENCHMARK, indicator=pair.indicator.indicator, reference=pair.benchmark.benchmark)

    def _difference(self, pair: Compared) -> Result | None:
        """The difference from the published figure, where it was tested."""
        return self.results.first(
            quantity=Quantity.DIFFERENCE, indicator=pair.indicator.indicator, contrast=Contrast.COMPARATOR,
            reference=pair.benchmark.benchmark, wave=self.context.wave.id, authority=self.context.authority, group="")

    def _published_form(self, pair: Compared) -> NumberFormat:
        """How a published figure is written: with the digits it was published with."""
        return replace(self.units.form(pair.indicator), decimals=pair.benchmark.decimals)

    def _verdict_cell(self, pair: Compared) -> Cell:
        """What the test allows us to say, or that there was none."""
        row = self._difference(pair) if pair.benchmark else None
        if row is None:
            return not_applicable(self.context)
        return words_cell(self.say("match_differs")) if pair.benchmark.match is Match.DIFFERS else verdict_cell(row, self.context)

    def doubtful(self) -> Iterable[str]:
        yield from super().doubtful()
        for one in self._benchmarks():
            if one.status is Status.UNCONFIRMED:
                yield self.say("benchmark_dated", benchmark=one.label, year=one.year)

    def own_notes(self) -> Iterator[str]:
        """Whose each published figure is, and how well its definition fits ours; one line for figures of one body."""
        bodies: dict[tuple[str, ...], dict[Match, list[str]]] = {}
        shorts = {one.indicator: one.short for one in self.indicators}
        for one in self._benchmarks():
            body = bodies.setdefault((one.label, one.population, one.ages, one.year), {})
            body.setdefault(one.match, []).append(shorts[one.indicator])
        for (label, population, ages, year), matches in bodies.items():
            for match, names in matches.items():
                yield self.say(
                    f"note_match_{match.value}" if len(matches) == 1 else f"note_match_{match.value}_of", benchmark=label,
                    population=population, ages=ages, year=year, labels="; ".join(names))

    def says_why_itself(self, row: Result) -> bool:
        matches = {one.benchmark: one.match for one in self.context.dictionary.benchmarks}
        return row.contrast == Contrast.COMPARATOR and matches.get(row.reference) is Match.DIFFERS

    def _benchmarks(self) -> Iterator[Benchmark]:
        """The published figures beside which indicators are shown."""
        return (pair.benchmark for one in self.indicators for pair in self._pairs(one) if pair.benchmark)


def _whose(one: Benchmark) -> str:
    """Whose a published figure is, of whom and when."""
    return ", ".join(filter(None, (one.label, one.ages, one.year)))


class Distribution(Kind):
    """Rows are the bands of a distribution: at each wave the percentage and its interval, of one base.

    Where people are linked it is of those who answered at both waves, if both asked.
    """

    id = "distribution"
    marks = ("bands",)
    sets_levels_beside_change = True

    def columns(self) -> Iterator[Field]:
        yield self.column.label("answer", lambda one: one.short)
        for wave in self.context.waves:
            yield from self.column.estimate(lambda one, wave=wave: self.level(one, wave.id), key=f"{wave.id}_",
                                            group=self.head_of(wave))[:2]

    def blocks(self) -> Iterator[Block]:
        """One block per distribution, headed by its question where there are several."""
        names = dict.fromkeys(one.distribution for one in self.indicators)
        for name in names:
            members = tuple(one for one in self.indicators if one.distribution == name)
            yield Block(self.context.question(self.spec.source_id, members[0]) if len(names) > 1 else "", members)

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        yield [self.mark(self.level(one, wave.id), self.units.form(one), self.series_of(wave), label=one.short)
               for wave in self.context.waves]
