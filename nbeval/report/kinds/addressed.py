"""What the action plans addressed in the survey: its change against that of the rest, and measure by measure."""

from __future__ import annotations

from dataclasses import dataclass

from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Column
from nbeval.frames import Contrast, Quantity
from nbeval.report.cells import Block, Field, Table, difference_cell, grid, interval_cell, verdict_cell
from nbeval.report.columns import interval_label, label_field
from nbeval.report.draft import Draft
from nbeval.report.kinds.of_source import OfSource, area_field, count_of, number_cell
from nbeval.report.numerals import NumberFormat
from nbeval.report.results import Result

#: the group of results on what plans address, and its two levels
ADDRESSED, REST = "addressed", "rest"
_POINTS = NumberFormat(1, True)


@dataclass(frozen=True)
class Line:
    """A mean change, or the difference of two."""

    label: str
    row: Result | None


class Addressed(OfSource):
    """Rows are the addressed indicators, the rest, and their difference; mean change, interval, and what the test says."""

    id = "addressed"
    unit_words, base_words = "unit_addressed", "base_addressed"
    names_waves = needs_two_waves = True

    def table(self, draft: Draft) -> Table:
        context, points = draft.context, draft.say("points_short")
        return grid([
            area_field(draft, "indicators_label"),
            Field(Column("estimate", context.say("change_for_better"), points, numeric=True),
                  lambda line: difference_cell(line.row, context, _POINTS)),
            Field(Column("interval", interval_label(context), points, numeric=True),
                  lambda line: interval_cell(line.row, context, _POINTS, signed=True)),
            Field(Column("verdict", context.say("verdict")), lambda line: verdict_cell(line.row, context)),
        ], (Block("", tuple(line for line in self._lines(draft) if line.row is not None)),))

    def _lines(self, draft: Draft) -> tuple[Line, ...]:
        """The two means and the difference between them."""
        def change(level: str) -> Result | None:
            return draft.find(Quantity.CHANGE, wave=draft.context.wave.id, group=ADDRESSED, level=level, contrast=Contrast.WAVE,
                              reference=draft.context.first.id)

        difference = draft.find(Quantity.DIFFERENCE, wave=draft.context.wave.id, group=ADDRESSED, level=ADDRESSED,
                                contrast=Contrast.LEVEL, reference=REST)
        return (Line(draft.say("change_addressed"), change(ADDRESSED)), Line(draft.say("change_rest"), change(REST)),
                Line(draft.say("difference"), difference))


class AddressedBy(OfSource):
    """Rows are indicators that action plans address; how many plans (in one authority: actions), and the change in the survey."""

    id = "addressed_by"
    unit_words, base_words = "unit_addressed_by", "base_addressed_by"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        fields = [
            label_field(context, "indicator", lambda one: one.label),
            Field(Column("plans", context.say("actions" if context.authority else "plans"), numeric=True),
                  lambda one: number_cell(self._count(one, draft), context, counted=False)),
        ]
        if context.shows_change:
            fields += [
                Field(Column("change", context.say("change"), context.say("points_short"), numeric=True),
                      lambda one: difference_cell(self._change(one, draft), context, context.format(one))),
                Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(self._change(one, draft), context)),
            ]
        return grid(fields, (Block("", tuple(one for one in draft.indicators if self._count(one, draft) is not None)),))

    def _count(self, one: Indicator, draft: Draft) -> Result | None:
        """How many plans or actions address an indicator."""
        return count_of(draft, ADDRESSED, ADDRESSED, area=one.indicator)

    def _change(self, one: Indicator, draft: Draft) -> Result | None:
        """Its change in the survey, which is another source."""
        found = draft.context.results.where(quantity=Quantity.CHANGE, indicator=one.indicator, wave=draft.context.wave.id, group="",
                                            authority=draft.context.authority, contrast=Contrast.WAVE)
        return found[0] if found else None
