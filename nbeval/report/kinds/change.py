"""Change between waves: plain, as a trend, with the samples made alike, over authorities, and bounded where people answered twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nbeval.dictionary.models import Indicator
from nbeval.dictionary.references import on_request
from nbeval.exhibit import Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, level_cell, p_cell, words_cell
from nbeval.report.charts.data import Mark
from nbeval.report.draft import domain_of
from nbeval.report.kinds.evidence import Points, pointing, together
from nbeval.report.kinds.kind import Kind, Subtraction
from nbeval.report.numerals import ONE_DIGIT, TWO_DIGITS, NumberFormat
from nbeval.report.results import Result, State, is_missing


class Between(NamedTuple):
    """An indicator, and the later and the earlier wave between which its change is counted."""

    indicator: Indicator
    wave: str
    reference: str


class Change(Kind):
    """Rows are indicators: each wave, the change from the first to the last with its interval and verdict.

    Where a cohort contrasts further pairs of waves, each has a block of its own beneath.
    """

    id = "change"
    marks = ("pairs", "lines", "shares")
    needs_two_waves = of_change = sets_levels_beside_change = sums_up = True

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", lambda row: context.label(row.indicator))
        for wave in context.waves:
            yield make.level(f"{wave.id}_estimate", lambda row, wave=wave: self.level(row.indicator, wave.id), head=wave.label)
        if context.plain:
            yield make.verdict(self._found)
            return
        yield from make.change("change", "change", self._found)
        yield make.verdict(self._found)
        for name in (one for one in self.spec.quantities if one in on_request()):
            def found(row: Between, name: str = name) -> Result | None:
                return self._found(row, name)

            yield make.level(name, found, TWO_DIGITS)
            yield make.interval(f"{name}_interval", found, TWO_DIGITS)

    def blocks(self) -> Iterator[Block]:
        """The change to the last wave, by domain; then every other pair of waves."""
        for block in super().blocks():
            yield Block(block.heading, tuple(self._whole(one) for one in block.subjects))
        labels, known = {wave.id: wave.label for wave in self.context.waves}, self.context.contrasts
        pairs = dict.fromkeys(pair for one in self.in_rows for pair in known.get(one.indicator, ()))
        for pair in () if self.context.plain else pairs:
            rows = (Between(one, *pair) for one in self.in_rows if pair in known.get(one.indicator, ()))
            others = tuple(row for row in rows if row != self._whole(row.indicator))
            yield Block(self.say("between_waves", later=labels[pair[0]], earlier=labels[pair[1]]), others)

    def indicator_of(self, row: Between) -> Indicator:
        return row.indicator

    def lines(self, row: Between) -> Iterator[list[Mark]]:
        """Every wave, with the verdict of the change from the first to the last."""
        context, one = self.context, row.indicator
        if row == self._whole(one):
            line = [self.mark(self.level(one, wave.id), context.format(one), wave.label, label=context.label(one)) for wave in context.waves]
            yield self.with_verdict(line, self.change(one))

    def subtractions(self) -> Iterator[Subtraction]:
        context = self.context
        for row in (row for block in self.blocks() for row in block.subjects if not context.plain):
            later, earlier = (self.level(row.indicator, wave) for wave in (row.wave, row.reference))
            yield later, earlier, self._found(row), context.format(row.indicator)

    def _whole(self, one: Indicator) -> Between:
        """An indicator from the first wave that asked it to the last."""
        return Between(one, self.context.wave.id, self.context.first_of(one.indicator).id)

    def _found(self, row: Between, quantity: Quantity | str = Quantity.CHANGE) -> Result | None:
        """The change of a row, or another quantity of it."""
        return self.change(row.indicator, quantity=quantity, between=(row.wave, row.reference))

    def sentence(self) -> str:
        """Of how many tests that were made how many are clear, and which way; nothing is counted that was not asked, tested or shown."""
        rows = [(one, self.change(one)) for one in self.indicators]
        points = [pointing(one, row) for one, row in rows if self.context.state(row) is State.SHOWN]
        tested = [one for one in points if one is not Points.UNKNOWN]
        changed = [tested.count(one) for one in (Points.BETTER, Points.WORSE, Points.OTHER)]
        maybe = sum(row.verdict.is_possible for one, row in rows if self.context.state(row) is State.SHOWN)
        said = self.say(f"said_changes_{together(tested)}" if not changed[2] else "said_changes_other", better=changed[0], worse=changed[1],
                        other=changed[2], all=len(tested), undecided=len(tested) - sum(changed), maybe=maybe)
        domain = domain_of(self.spec, self.context)
        return self.say("labelled", label=domain.label, about=said) if domain else self.say("said_changes_whole", said=said)


class Trend(Kind):
    """Rows are indicators with a trend over three waves and more: each wave, the slope, its test, and whether a straight line is enough.

    Where people are linked the levels are those of pairs, and the slope is of those who answered every time, whose number is a column.
    """

    id = "trend"
    marks = ("lines",)
    needs_two_waves = of_change = sets_levels_beside_change = True
    linked_words = "note_linked_trend"

    def has_row(self, one: Indicator) -> bool:
        return self._trend(one) is not None

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", context.label)
        for wave in context.waves:
            yield make.level(f"{wave.id}_estimate", lambda one, wave=wave: self.level(one, wave.id), head=wave.label)
        yield from make.change("trend", "trend", self._trend)
        if context.linked:
            yield make.count("every_time", self._trend)
        yield make.p_value("test", self._trend)
        yield make.verdict(self._trend)
        yield Field(Column("departure", self.say("trend_departure"), numeric=True),
                    lambda one: p_cell(self._trend(one, Quantity.TREND_DEPARTURE), context))

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        context = self.context
        line = [self.mark(self.level(one, wave.id), context.format(one), wave.label, label=context.label(one)) for wave in context.waves]
        yield self.with_verdict(line, self._trend(one))

    def _trend(self, one: Indicator, quantity: Quantity = Quantity.TREND) -> Result | None:
        """The trend of an indicator in the place of the report, or what it leaves over."""
        return self.results.first(quantity=quantity, indicator=one.indicator, authority=self.context.authority)


class SmallestChange(Kind):
    """Rows are indicators: the smallest change that the samples could have shown, at the level at which the test of one change decides where
    no other of its family changed; and how many answered at both waves."""

    id = "smallest_change"
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self._smallest(one) is not None

    def columns(self) -> Iterable[Field]:
        context, make = self.context, self.column
        return [
            make.label("indicator", context.label), make.count("n", self._smallest, "n_reference", head=self.ends[0].label),
            make.count("n_last", self._smallest, head=self.ends[1].label),
            Field(Column("smallest", self.say("smallest"), make.points, numeric=True), lambda one: level_cell(      # a size: it has no sign
                self._smallest(one), context, NumberFormat(self.units.form(one).decimals))),
        ]

    def _smallest(self, one: Indicator) -> Result | None:
        """The smallest change that could have shown."""
        return self.change(one, quantity=Quantity.SMALLEST_CHANGE)


class ChangeAdjusted(Kind):
    """Rows are indicators with an adjusted change: beside it the plain change of everybody and that of the people in the model, with
    intervals, how many these are, and the events for each coefficient; none where nothing is adjusted for."""

    id = "change_adjusted"
    marks = ("lines",)
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self._adjusted(one) is not None

    def columns(self) -> Iterable[Field]:
        make, (first, last) = self.column, self.ends
        events = [make.level("events_per_variable", self._events, ONE_DIGIT)] if any(map(self._events, self.in_rows)) else []
        return [
            make.label("indicator", self.context.label), *make.change("change", "change", self.change),
            *make.change("change_same_people", "change_same_people", self._plain),
            *make.change("change_adjusted", "adjusted_change", self._adjusted), make.verdict(self._adjusted),
            make.count("n_reference", self._adjusted, "n_reference", head=self.say("in_model", wave=first.label)),
            make.count("n", self._adjusted, head=self.say("in_model", wave=last.label)), *events]

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        context, adjusted = self.context, self._adjusted(one)
        rows = (("change", self.change(one)), ("change_same_people", self._plain(one)), ("adjusted_change", adjusted))
        yield self.with_verdict([
            self.mark(row, context.format(one), self.say(word), label=context.label(one), signed=True) for word, row in rows], adjusted)

    def own_notes(self) -> Iterator[str]:
        yield self.say("note_adjusted")

    def axis(self) -> dict[str, object]:
        return self.difference_axis

    def _adjusted(self, one: Indicator) -> Result | None:
        """The adjusted change of an indicator."""
        return self.change(one, quantity=Quantity.CHANGE_ADJUSTED)

    def _plain(self, one: Indicator) -> Result | None:
        """The plain change of the people in the model."""
        return self.change(one, quantity=Quantity.CHANGE_SAME_PEOPLE)

    def _events(self, one: Indicator) -> Result | None:
        """The events for each coefficient of the model."""
        return self.change(one, quantity=Quantity.EVENTS_PER_VARIABLE)


class ChangePooled(Kind):
    """Rows are indicators: the mean change over authorities, its interval, how much authorities differ, and the test of that."""

    id = "change_pooled"
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self._pooled(one) is not None or self._spread(one) is not None

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            make.label("indicator"), *make.change("pooled", "pooled_change", self._pooled), make.count("places_used", self._pooled),
            make.interval("prediction", self._another, head=self.say("prediction"), signed=True),
            make.level("heterogeneity", self._spread, NumberFormat(percent=True), "%"), make.p_value("test", self._spread),
            make.words("reading", "heterogeneity_reading", lambda one: words_cell(self._reading(self._spread(one)))),
            make.level("icc", lambda one: self.level(one, authority="", quantity=Quantity.ICC), TWO_DIGITS),
        ]

    def own_notes(self) -> Iterator[str]:
        """That the interval for another authority may be too narrow, where there is one."""
        if any(self.context.state(self._another(one), "conf_low") is State.SHOWN for one in self.in_rows):
            yield self.say("note_prediction")

    def _pooled(self, one: Indicator) -> Result | None:
        """The mean change over authorities."""
        return self.change(one, "", Quantity.CHANGE_POOLED)

    def _another(self, one: Indicator) -> Result | None:
        """The interval for the change in another authority."""
        return self.change(one, "", Quantity.PREDICTION)

    def _spread(self, one: Indicator) -> Result | None:
        """How much authorities differ in their change."""
        return self.change(one, "", Quantity.HETEROGENEITY)

    def _reading(self, row: Result | None) -> str:
        """What the test of heterogeneity allows us to say, at the level of the programme's intervals."""
        if row is None or is_missing(row.p_value):
            return self.say("places_unknown")
        return self.say("places_differ" if row.p_value < 1 - self.context.conf_level else "places_alike")


class Overlap(Kind):
    """Rows are indicators: the change with its interval, and the narrowest and widest that overlap of the waves allows."""

    id = "overlap"
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self.change(one, quantity=Quantity.OVERLAP_BOUND) is not None

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            make.label("indicator"), *make.change("change", "change", self.change),
            *(make.interval(bound.value, lambda one, bound=bound: self.change(one, quantity=bound), head=self.say(bound.value), signed=True)
              for bound in (Quantity.OVERLAP_BOUND, Quantity.OVERLAP_WIDEST)),
            make.verdict(self.change),
        ]
