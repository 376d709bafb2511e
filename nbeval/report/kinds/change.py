"""Change from the first wave to the last: plain, with the samples made alike, over authorities, and bounded where people answered twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.models import Indicator
from nbeval.dictionary.references import on_request
from nbeval.exhibit import Column
from nbeval.frames import Quantity
from nbeval.report.cells import Field, level_cell, words_cell
from nbeval.report.charts.data import Mark
from nbeval.report.draft import domain_of
from nbeval.report.kinds.evidence import Points, pointing, together
from nbeval.report.kinds.kind import Kind, Subtraction
from nbeval.report.numerals import TWO_DIGITS, NumberFormat
from nbeval.report.results import Result, is_missing


class Change(Kind):
    """Rows are indicators: both waves, the change with its interval, its verdict, and the smallest change that could show."""

    id = "change"
    marks = ("pairs", "lines", "shares")
    needs_two_waves = of_change = sets_levels_beside_change = sums_up = True

    def columns(self) -> Iterator[Field]:
        context, make = self.context, self.column
        yield make.label("indicator", context.label)
        for wave in self.ends:
            yield make.level(f"{wave.id}_estimate", lambda one, wave=wave: self.level(one, wave.id), head=wave.label)
        if context.plain:
            yield make.verdict(self.change)
            return
        yield from make.change("change", "change", self.change)
        yield make.verdict(self.change)
        yield Field(Column("smallest", self.say("smallest"), make.points, numeric=True), lambda one: level_cell(    # a size: it has no sign
            self.change(one, quantity=Quantity.SMALLEST_CHANGE), context, NumberFormat(self.units.form(one).decimals)))
        for name in (one for one in self.spec.quantities if one in on_request()):
            def found(one: Indicator, name: str = name) -> Result | None:
                return self.change(one, quantity=name)

            yield make.level(name, found, TWO_DIGITS)
            yield make.interval(f"{name}_interval", found, TWO_DIGITS)

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        context = self.context
        line = [self.mark(self.level(one, wave.id), context.format(one), wave.label, label=context.label(one)) for wave in self.ends]
        yield self.with_verdict(line, self.change(one))

    def subtractions(self) -> Iterable[Subtraction]:
        context = self.context
        return ((self.level(one), self.level(one, context.first.id), self.change(one), context.format(one))
                for one in self.indicators if not context.plain)

    def sentence(self) -> str:
        """Of how many measures tests say that they got better or worse; of none where no measure has a better direction."""
        points = [pointing(one, self.change(one)) for one in self.indicators]
        said = self.say(f"said_changes_{together(points)}", better=points.count(Points.BETTER), worse=points.count(Points.WORSE),
                        all=len(points))
        domain = domain_of(self.spec, self.context)
        return self.say("labelled", label=domain.label, about=said) if domain else self.say("said_changes_whole", said=said)


class ChangeAdjusted(Kind):
    """Rows are indicators with an adjusted change: the plain change beside it, with intervals; none where nothing is adjusted for."""

    id = "change_adjusted"
    marks = ("lines",)
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self._adjusted(one) is not None

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [make.label("indicator", self.context.label), *make.change("change", "change", self.change),
                *make.change("change_adjusted", "adjusted_change", self._adjusted), make.verdict(self._adjusted)]

    def lines(self, one: Indicator) -> Iterator[list[Mark]]:
        context, rows = self.context, (("change", self.change(one)), ("adjusted_change", self._adjusted(one)))
        yield self.with_verdict([
            self.mark(row, context.format(one), self.say(word), label=context.label(one), signed=True) for word, row in rows], rows[1][1])

    def axis(self) -> dict[str, object]:
        return self.difference_axis

    def _adjusted(self, one: Indicator) -> Result | None:
        """The adjusted change of an indicator."""
        return self.change(one, quantity=Quantity.CHANGE_ADJUSTED)


class ChangePooled(Kind):
    """Rows are indicators: the mean change over authorities, its interval, how much authorities differ, and the test of that."""

    id = "change_pooled"
    needs_two_waves = of_change = True

    def has_row(self, one: Indicator) -> bool:
        return self._pooled(one) is not None or self._spread(one) is not None

    def columns(self) -> Iterable[Field]:
        make = self.column
        return [
            make.label("indicator"), *make.change("pooled", "pooled_change", self._pooled),
            make.level("heterogeneity", self._spread, NumberFormat(percent=True), "%"), make.p_value("test", self._spread),
            make.words("reading", "heterogeneity_reading", lambda one: words_cell(self._reading(self._spread(one)))),
        ]

    def _pooled(self, one: Indicator) -> Result | None:
        """The mean change over authorities."""
        return self.change(one, "", Quantity.CHANGE_POOLED)

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
