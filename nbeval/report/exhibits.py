"""From a declared exhibit to the structured object: table, figure, and every line around them."""

from __future__ import annotations

from collections.abc import Iterable

from nbeval.dictionary.enums import ReportForm
from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Exhibit, Figure
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds import KINDS
from nbeval.report.results import State
from nbeval.report.sentences import Sentence, fill, leads


def draft_of(spec: ExhibitRow, context: Context) -> Draft:
    """Begin an exhibit of a report."""
    return Draft(spec, KINDS[spec.kind], context)


def numbered(specs: Iterable[ExhibitRow]) -> dict[str, int]:
    """Return the number of each exhibit, counted apart for tables and figures."""
    counted, numbers = {True: 0, False: 0}, {}
    for spec in specs:
        counted[bool(spec.chart)] += 1
        numbers[spec.exhibit] = counted[bool(spec.chart)]
    return numbers


def leading(draft: Draft) -> Sentence:
    """Fill the sentence declared for an exhibit, about the first of its indicators that has all the numbers it needs.

    On a slide, where it is the title, what sums up all its tests takes its place; where people are linked, a sentence that
    tells their change from the levels of all who answered.
    """
    spec, context, kind = draft.spec, draft.context, draft.kind
    if not spec.sentence or (context.kind.form is ReportForm.SLIDES and kind.sums_up):
        return Sentence("")
    template = context.words["change_of_linked"] if context.linked and kind.sets_levels_beside_change else spec.sentence
    filled = [fill(template, subject) for subject in leads(draft)]
    return next((sentence for sentence in filled if sentence.state is State.SHOWN), filled[0])


def build(draft: Draft, number: int, *, sentence: str = "") -> Exhibit:
    """Make an exhibit of a report, with its number among the tables or the figures; without a ``sentence`` it makes its own."""
    spec, context, kind = draft.spec, draft.context, draft.kind
    columns, rows = draft.table
    symbols = {cell.symbol for row in rows for cell in row.cells}
    return Exhibit(
        id=spec.exhibit, label=context.say("figure" if spec.chart else "table", number=number),
        title=context.exhibit_title(spec), columns=columns, rows=rows, unit=kind.unit(draft), base=kind.base(draft),
        source=kind.source(draft), legend=context.legend(symbols), notes=kind.notes(draft),
        figure=_figure(draft) if spec.chart else None,
        invented=context.cohort.invented, section=spec.section, source_id=spec.source_id,
        sentence=sentence or kind.sentence(draft),
    )


def _figure(draft: Draft) -> Figure:
    """Draw the chart declared for an exhibit; matplotlib is read when the first is drawn."""
    from nbeval.report.charts.chart import figure_of

    return figure_of(draft.spec.exhibit, draft.spec.chart, draft.kind.chart_data(draft), draft.context.say)
