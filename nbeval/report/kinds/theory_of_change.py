"""The theory of change: each outcome, and the evidence on it from every source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import MappingProxyType

from nbeval.dictionary.models import Outcome
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import Block, Field, Table, cell_of, difference_cell, grid, not_applicable, symbol_cell, verdict_cell, words_cell
from nbeval.report.charts.data import ChartData, Mark
from nbeval.report.columns import label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.drawn import chart_of
from nbeval.report.kinds.evidence_items import EvidenceItem, Points, Tests, evidence_items, further_sources, together
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import State

#: the words for how what was done and said compares with the way in which tests point
_BESIDE_TESTS = MappingProxyType({
    Tests.BETTER: "untested_agrees", Tests.WORSE: "untested_against", Tests.UNCLEAR: "untested_alone", Tests.NONE: "untested_alone",
})
#: what a chart counts: wishes are not counted
_DRAWN = tuple(one for one in Points if one is not Points.NO_WAY)


class Evidence(Kind):
    """Rows are outcomes and below each its items of evidence: where from, what was found, which way it points, how strongly."""

    id = "evidence"
    marks = ("counts",)
    needs_two_waves = of_change = sums_up = True
    unit_words, base_words = "unit_evidence", "base_evidence"

    def table(self, draft: Draft) -> Table:
        context = draft.context
        return grid([
            label_field(context, "outcome_measure", lambda item: item.label if item else context.say("evidence_no_measure")),
            _field("source", "item_source", draft, lambda item: words_cell(item.source)),
            _field("change", "change", draft, lambda item: self._change(item, context), numeric=True),
            _field("found", "item_found", draft, lambda item: self._found(item, context)),
            _field("reading", "item_points", draft, lambda item: words_cell(draft.say(f"points_{item.points}"))),
            _field("strength", "item_strength", draft, lambda item: words_cell(draft.say(f"strength_{item.strength}"))),
        ], [Block(draft.say("labelled", label=outcome.label, about=summary(own, context)), own or (None,)) for outcome, own in by_outcome(draft)])

    def source_label(self, draft: Draft) -> str:
        return "; ".join((super().source_label(draft), *(one.label for one in further_sources(draft))))

    def sentence(self, draft: Draft) -> str:
        """Of how many outcomes tests point which way."""
        ways = Counter(tests_of(own) for _, own in by_outcome(draft))
        return draft.say("said_evidence", total=ways.total(), towards=ways[Tests.BETTER], away=ways[Tests.WORSE], mixed=ways[Tests.MIXED],
                         silent=ways[Tests.UNCLEAR] + ways[Tests.NONE])

    def chart_data(self, draft: Draft) -> ChartData:
        """How many items of each outcome point which way, and what they say together."""
        counted = [(outcome, Counter(item.points for item in own), summary(own, draft.context)) for outcome, own in by_outcome(draft)]
        occurring = [one for one in _DRAWN if any(counts[one] for _, counts, _ in counted)]
        marks = (Mark(line, outcome.label, draft.say(f"points_{one}"), float(counts[one]), str(counts[one]), tone=str(one), verdict_text=said)
                 for line, (outcome, counts, said) in enumerate(counted) for one in occurring)
        return chart_of(marks, draft.context, unit=draft.say("axis_evidence"), percent=False)

    def _change(self, item: EvidenceItem, context: Context) -> Cell:
        """The change of what was measured, with its unit, as units differ from line to line."""
        if not item.is_tested:
            return not_applicable(context)
        cell = difference_cell(item.result, context, item.form)
        if context.state(item.result) is not State.SHOWN or not item.unit:
            return cell
        words = context.say("with_unit", number=item.form.difference(float(item.result.estimate)), unit=item.unit)
        return cell_of(item.result, "estimate", words, float(item.result.estimate))

    def _found(self, item: EvidenceItem, context: Context) -> Cell:
        """The word that a test allows, or what was counted."""
        if item.is_tested:
            return verdict_cell(item.result, context)
        return words_cell(item.found, item.result, "estimate") if item.found else symbol_cell(item.result, context, "estimate")


def by_outcome(draft: Draft) -> list[tuple[Outcome, tuple[EvidenceItem, ...]]]:
    """Every outcome of the programme with its items."""
    items = evidence_items(draft)
    return [(outcome, tuple(item for item in items if outcome.id in item.outcomes)) for outcome in draft.context.dictionary.programme.outcomes]


def tests_of(items: tuple[EvidenceItem, ...]) -> Tests:
    """Which way the tests among items point together."""
    return together(item.points for item in items if item.is_tested)


def summary(items: tuple[EvidenceItem, ...], context: Context) -> str:
    """What items say together: how many tests point which way, and whether what was done and said agrees with them.

    Tests and what nobody tested are counted apart: many weak items do not make a strong one.
    """
    if not items:
        return context.say("evidence_none")
    way, points = tests_of(items), [item.points for item in items if item.is_tested]
    said = context.say(f"tests_{way}_one" if len(points) == 1 else f"tests_{way}", better=points.count(Points.BETTER),
                       worse=points.count(Points.WORSE), all=len(points))
    if way is Tests.MIXED or all(item.points is not Points.UNTESTED for item in items):
        return said
    return context.say("evidence_both", tests=said, untested=context.say(_BESIDE_TESTS[way]))


def _field(key: str, word: str, draft: Draft, cell: Callable[[EvidenceItem], Cell], *, numeric: bool = False) -> Field:
    """A column of items; where an outcome has none it does not apply."""
    return Field(Column(key, draft.say(word), numeric=numeric), lambda item: cell(item) if item else not_applicable(draft.context))
