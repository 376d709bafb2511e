"""Whether a result would hold: weighted beside unweighted, authorities together, people who answered twice."""

from __future__ import annotations

from collections.abc import Callable

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Field, Table, count_cell, grid, interval_cell, level_cell, p_cell, verdict_cell, words_cell
from nbeval.report.columns import difference_fields, domain_blocks, interval_label, label_field
from nbeval.report.draft import Draft, Units
from nbeval.report.kinds.kind import Kind
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result, is_missing


class Weighting(Kind):
    """Rows are indicators with a weighted figure: beside it the unweighted one, and the effective number of answers."""

    id = "weighting"
    says_weights = True

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def weighted(one: Indicator) -> Result | None:
            return draft.results.weighted(draft.level(one))

        indicators = tuple(one for one in draft.indicators if weighted(one) is not None)
        units = Units.of(indicators, context)
        return grid([
            label_field(context, "indicator", lambda one: one.label),
            *self._fields(draft.level, units, "unweighted"), *self._fields(weighted, units, "weighted"),
            Field(Column("effective", context.say("effective_n"), numeric=True),
                  lambda one: count_cell(weighted(one), context, "n_effective")),
        ], domain_blocks(indicators, context))

    def _fields(self, find: Callable[[Indicator], Result | None], units: Units, key: str) -> tuple[Field, Field]:
        """A figure and its interval under one heading."""
        context, group = units.context, units.context.say(key)
        return (
            Field(Column(f"{key}_estimate", context.say("estimate"), units.heading, numeric=True, group=group),
                  lambda one: level_cell(find(one), context, units.form(one))),
            Field(Column(f"{key}_interval", interval_label(context), units.heading, numeric=True, group=group),
                  lambda one: interval_cell(find(one), context, units.form(one))),
        )


class ChangePooled(Kind):
    """Rows are indicators: the mean change over authorities, its interval, how much authorities differ, and the test of that."""

    id = "change_pooled"
    needs_two_waves = of_change = True

    def table(self, draft: Draft) -> Table:
        context = draft.context

        def pooled(one: Indicator) -> Result | None:
            return draft.change(one, "", Quantity.CHANGE_POOLED)

        def spread(one: Indicator) -> Result | None:
            return draft.change(one, "", Quantity.HETEROGENEITY)

        indicators = tuple(one for one in draft.indicators if pooled(one) is not None or spread(one) is not None)
        return grid([
            label_field(context, "indicator", lambda one: one.label),
            *difference_fields(pooled, Units.of(indicators, context), key="pooled", word="pooled_change"),
            Field(Column("heterogeneity", context.say("heterogeneity"), "%", numeric=True),
                  lambda one: level_cell(spread(one), context, NumberFormat(percent=True))),
            Field(Column("test", context.say("p_value"), numeric=True), lambda one: p_cell(spread(one), context)),
            Field(Column("reading", context.say("heterogeneity_reading")), lambda one: words_cell(self._words(spread(one), draft))),
        ], domain_blocks(indicators, context))

    def _words(self, row: Result | None, draft: Draft) -> str:
        """What the test of heterogeneity allows us to say, at the level of the programme's intervals."""
        if row is None or is_missing(row.p_value):
            return draft.say("places_unknown")
        return draft.say("places_differ" if row.p_value < 1 - draft.context.conf_level else "places_alike")


class Overlap(Kind):
    """Rows are indicators: the change with its interval, and the narrowest and widest that overlap of the waves allows."""

    id = "overlap"
    needs_two_waves = of_change = True

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, draft.units
        indicators = tuple(one for one in draft.indicators if draft.change(one, quantity=Quantity.OVERLAP_BOUND) is not None)
        change, interval = difference_fields(draft.change, units, key="change", word="change")

        def bound(one: Indicator, quantity: Quantity) -> Cell:
            return interval_cell(draft.change(one, quantity=quantity), context, units.form(one), signed=True)

        return grid([
            label_field(context, "indicator", lambda one: one.label), change, interval,
            *(Field(Column(quantity.value, context.say(quantity.value), interval.column.unit, numeric=True),
                    lambda one, quantity=quantity: bound(one, quantity)) for quantity in (Quantity.OVERLAP_BOUND, Quantity.OVERLAP_WIDEST)),
            Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(draft.change(one), context)),
        ], domain_blocks(indicators, context))
