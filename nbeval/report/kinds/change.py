"""Change from the first wave to the last: plain, with the samples made alike, over authorities, and bounded where people answered twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.models import Indicator
from nbeval.dictionary.references import on_request
from nbeval.exhibit import Column
from nbeval.frames import Quantity
from nbeval.report.cells import Field, level_cell, words_cell
from nbeval.report.draft import Draft, Units, domain_of
from nbeval.report.kinds.columns import Columns
from nbeval.report.kinds.evidence import Points, pointing, together
from nbeval.report.kinds.kind import Kind, Subtraction
from nbeval.report.kinds.marks import Line, difference_axis, mark, with_verdict
from nbeval.report.numerals import TWO_DIGITS, NumberFormat
from nbeval.report.results import Result, is_missing


class Change(Kind):
    """Rows are indicators: both waves, the change with its interval, its verdict, and the smallest change that could show."""

    id = "change"
    marks = ("pairs", "lines", "shares")
    needs_two_waves = of_change = sets_levels_beside_change = sums_up = True

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, make = draft.context, Columns(draft)
        yield make.label("indicator", context.label)
        for wave in (context.first, context.wave):
            yield make.level(f"{wave.id}_estimate", wave.label, lambda one, wave=wave: draft.level(one, wave.id))
        if context.plain:
            yield make.verdict(draft.change)
            return
        yield from make.change("change", "change", draft.change)
        yield make.verdict(draft.change)
        yield Field(Column("smallest", draft.say("smallest"), make.points, numeric=True), lambda one: level_cell(       # a size: it has no sign
            draft.change(one, quantity=Quantity.SMALLEST_CHANGE), context, NumberFormat(make.units.form(one).decimals)))
        for name in (one for one in draft.spec.quantities if one in on_request()):
            def found(one: Indicator, name: str = name) -> Result | None:
                return draft.change(one, quantity=name)

            yield make.level(name, draft.say(name), found, TWO_DIGITS)
            yield make.interval(f"{name}_interval", found, TWO_DIGITS)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        context = draft.context
        yield with_verdict([
            mark(draft.level(one, wave.id), context, context.format(one), wave.label, label=context.label(one))
            for wave in (context.first, context.wave)
        ], draft.change(one), context)

    def subtractions(self, draft: Draft) -> Iterable[Subtraction]:
        context = draft.context
        return ((draft.level(one), draft.level(one, context.first.id), draft.change(one), context.format(one))
                for one in draft.indicators if not context.plain)

    def sentence(self, draft: Draft) -> str:
        """Of how many measures tests say that they got better or worse; of none where no measure has a better direction."""
        points = [pointing(one, draft.change(one)) for one in draft.indicators]
        said = draft.say(f"said_changes_{together(points)}", better=points.count(Points.BETTER), worse=points.count(Points.WORSE),
                         all=len(points))
        domain = domain_of(draft.spec, draft.context)
        return draft.say("labelled", label=domain.label, about=said) if domain else draft.say("said_changes_whole", said=said)


class ChangeAdjusted(Kind):
    """Rows are indicators with an adjusted change: the plain change beside it, with intervals; none where nothing is adjusted for."""

    id = "change_adjusted"
    marks = ("lines",)
    needs_two_waves = of_change = True

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        return tuple(one for one in draft.indicators if self._adjusted(one, draft) is not None)

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft, self.indicators(draft))
        return [
            make.label("indicator", draft.context.label), *make.change("change", "change", draft.change),
            *make.change("change_adjusted", "adjusted_change", lambda one: self._adjusted(one, draft)),
            make.verdict(lambda one: self._adjusted(one, draft)),
        ]

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        context, rows = draft.context, (("change", draft.change(one)), ("adjusted_change", self._adjusted(one, draft)))
        yield with_verdict([
            mark(row, context, context.format(one), draft.say(word), label=context.label(one), signed=True) for word, row in rows
        ], rows[1][1], context)

    def axis(self, draft: Draft) -> dict[str, object]:
        return difference_axis(Units.of(self.indicators(draft), draft.context))

    def _adjusted(self, one: Indicator, draft: Draft) -> Result | None:
        """The adjusted change of an indicator."""
        return draft.change(one, quantity=Quantity.CHANGE_ADJUSTED)


class ChangePooled(Kind):
    """Rows are indicators: the mean change over authorities, its interval, how much authorities differ, and the test of that."""

    id = "change_pooled"
    needs_two_waves = of_change = True

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        return tuple(one for one in draft.indicators if self._pooled(one, draft) is not None or self._spread(one, draft) is not None)

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft, self.indicators(draft))

        def spread(one: Indicator) -> Result | None:
            return self._spread(one, draft)

        return [
            make.label("indicator"), *make.change("pooled", "pooled_change", lambda one: self._pooled(one, draft)),
            make.level("heterogeneity", draft.say("heterogeneity"), spread, NumberFormat(percent=True), "%"), make.p_value("test", spread),
            Field(Column("reading", draft.say("heterogeneity_reading")), lambda one: words_cell(self._reading(spread(one), draft))),
        ]

    def _pooled(self, one: Indicator, draft: Draft) -> Result | None:
        """The mean change over authorities."""
        return draft.change(one, "", Quantity.CHANGE_POOLED)

    def _spread(self, one: Indicator, draft: Draft) -> Result | None:
        """How much authorities differ in their change."""
        return draft.change(one, "", Quantity.HETEROGENEITY)

    def _reading(self, row: Result | None, draft: Draft) -> str:
        """What the test of heterogeneity allows us to say, at the level of the programme's intervals."""
        if row is None or is_missing(row.p_value):
            return draft.say("places_unknown")
        return draft.say("places_differ" if row.p_value < 1 - draft.context.conf_level else "places_alike")


class Overlap(Kind):
    """Rows are indicators: the change with its interval, and the narrowest and widest that overlap of the waves allows."""

    id = "overlap"
    needs_two_waves = of_change = True

    def indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        return tuple(one for one in draft.indicators if draft.change(one, quantity=Quantity.OVERLAP_BOUND) is not None)

    def columns(self, draft: Draft) -> Iterable[Field]:
        make = Columns(draft)
        return [
            make.label("indicator"), *make.change("change", "change", draft.change),
            *(make.interval(quantity.value, lambda one, quantity=quantity: draft.change(one, quantity=quantity), head=draft.say(quantity.value), signed=True)
              for quantity in (Quantity.OVERLAP_BOUND, Quantity.OVERLAP_WIDEST)),
            make.verdict(draft.change),
        ]
