"""Change from the first wave to the last: plain, and with the samples made alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.models import Indicator
from nbeval.dictionary.references import on_request
from nbeval.exhibit import Cell, Column
from nbeval.frames import Quantity
from nbeval.report.cells import Block, Field, Table, grid, interval_cell, level_cell, verdict_cell
from nbeval.report.columns import difference_fields, domain_blocks, interval_label, label_field
from nbeval.report.draft import Draft, Units, domain_of
from nbeval.report.kinds.drawn import Drawn, Line, difference_axis, mark, with_verdict
from nbeval.report.kinds.evidence_items import Points, pointing, together
from nbeval.report.kinds.kind import Subtraction
from nbeval.report.numerals import TWO_DIGITS, NumberFormat
from nbeval.report.results import Result


class Change(Drawn):
    """Rows are indicators: both waves, the change with its interval, its verdict, and the smallest change that could show."""

    id = "change"
    marks = ("pairs", "lines", "shares")
    needs_two_waves = of_change = sets_levels_beside_change = sums_up = True

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, draft.units
        fields = [label_field(context, "indicator", context.label)]
        for wave in (context.first, context.wave):
            fields.append(Field(
                Column(f"{wave.id}_estimate", wave.label, units.heading, numeric=True),
                lambda one, wave=wave: level_cell(draft.level(one, wave.id), context, units.form(one))))
        verdict = Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(draft.change(one), context))
        if not context.plain:
            fields += difference_fields(draft.change, units, key="change", word="change")
        fields.append(verdict)
        if not context.plain:
            fields += [self._smallest(draft, units), *self._on_request(draft)]
        return grid(fields, self.blocks(draft))

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return domain_blocks(draft.indicators, draft.context)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        context = draft.context
        yield with_verdict([
            mark(draft.level(one, wave.id), context, context.format(one), wave.label, label=context.label(one))
            for wave in (context.first, context.wave)
        ], draft.change(one), context)

    def _smallest(self, draft: Draft, units: Units) -> Field:
        """The column of the smallest change the samples could have shown; a size, so it has no sign."""
        def cell(one: Indicator) -> Cell:
            row = draft.change(one, quantity=Quantity.SMALLEST_CHANGE)
            return level_cell(row, draft.context, NumberFormat(units.form(one).decimals))

        unit = draft.say("points_short") if units.heading else ""
        return Field(Column("smallest", draft.say("smallest"), unit, numeric=True), cell)

    def _on_request(self, draft: Draft) -> Iterator[Field]:
        """The columns of the statistics that the exhibit names beside the change."""
        for name in (one for one in draft.spec.quantities if one in on_request()):
            def found(one: Indicator, name: str = name) -> Result | None:
                return draft.change(one, quantity=name)

            yield Field(Column(name, draft.say(name), numeric=True), lambda one, found=found: level_cell(found(one), draft.context, TWO_DIGITS))
            yield Field(Column(f"{name}_interval", interval_label(draft.context), numeric=True),
                        lambda one, found=found: interval_cell(found(one), draft.context, TWO_DIGITS))

    def subtractions(self, draft: Draft) -> Iterable[Subtraction]:
        context = draft.context
        if not context.plain:
            for one in draft.indicators:
                yield (draft.level(one), draft.level(one, context.first.id), draft.change(one), context.format(one))

    def sentence(self, draft: Draft) -> str:
        """Of how many measures tests say that they got better or worse; of none where no measure has a better direction."""
        points = [pointing(one, draft.change(one)) for one in draft.indicators]
        said = draft.say(f"said_changes_{together(points)}", better=points.count(Points.BETTER), worse=points.count(Points.WORSE),
                         all=len(points))
        domain = domain_of(draft.spec, draft.context)
        return draft.say("labelled", label=domain.label, about=said) if domain else draft.say("said_changes_whole", said=said)


class ChangeAdjusted(Drawn):
    """Rows are indicators with an adjusted change: the plain change beside it, with intervals; none where nothing is adjusted for."""

    id = "change_adjusted"
    marks = ("lines",)
    needs_two_waves = of_change = True

    def table(self, draft: Draft) -> Table:
        context, units = draft.context, Units.of(self._indicators(draft), draft.context)
        return grid([
            label_field(context, "indicator", context.label),
            *difference_fields(draft.change, units, key="change", word="change"),
            *difference_fields(lambda one: self._adjusted(one, draft), units, key="change_adjusted", word="adjusted_change"),
            Field(Column("verdict", context.say("verdict")), lambda one: verdict_cell(self._adjusted(one, draft), context)),
        ], self.blocks(draft))

    def blocks(self, draft: Draft) -> Iterable[Block]:
        return domain_blocks(self._indicators(draft), draft.context)

    def lines(self, one: Indicator, draft: Draft) -> Iterator[Line]:
        context, rows = draft.context, (("change", draft.change(one)), ("adjusted_change", self._adjusted(one, draft)))
        yield with_verdict([
            mark(row, context, context.format(one), draft.say(word), label=context.label(one), signed=True) for word, row in rows
        ], rows[1][1], context)

    def axis(self, draft: Draft) -> dict[str, object]:
        return difference_axis(Units.of(self._indicators(draft), draft.context))

    def _indicators(self, draft: Draft) -> tuple[Indicator, ...]:
        """The indicators whose change was adjusted."""
        return tuple(one for one in draft.indicators if self._adjusted(one, draft) is not None)

    def _adjusted(self, one: Indicator, draft: Draft) -> Result | None:
        """The adjusted change of an indicator."""
        return draft.change(one, quantity=Quantity.CHANGE_ADJUSTED)
