"""From a declared exhibit to the structured object: table, figure, and every line around them."""

from __future__ import annotations

from collections.abc import Iterable

from nbeval.dictionary.enums import ReportForm
from nbeval.dictionary.models import ExhibitRow
from nbeval.dictionary.policy import is_rounded
from nbeval.exhibit import Exhibit, Figure
from nbeval.report.context import Context
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import State
from nbeval.report.sentences import Sentence, fill, leads


def draft_of(spec: ExhibitRow, context: Context) -> Kind:
    """Begin an exhibit of a report."""
    return KINDS[spec.kind](spec, context)


def numbered(specs: Iterable[ExhibitRow]) -> dict[str, int]:
    """Return the number of each exhibit, counted apart for tables and figures."""
    counted, numbers = {True: 0, False: 0}, {}
    for spec in specs:
        counted[bool(spec.chart)] += 1
        numbers[spec.exhibit] = counted[bool(spec.chart)]
    return numbers


def leading(draft: Kind) -> Sentence:
    """Fill the sentence declared for an exhibit, about the first of its indicators that has all the numbers it needs.

    On a slide, where it is the title, what sums up all its tests takes its place; where people are linked, a sentence that
    tells their change from the levels of all who answered.
    """
    spec, context = draft.spec, draft.context
    if not spec.sentence or (context.kind.form is ReportForm.SLIDES and draft.sums_up):
        return Sentence("")
    template = context.words["change_of_linked"] if context.linked and draft.of_change and draft.sets_levels_beside_change else spec.sentence
    filled = [fill(template, subject) for subject in leads(draft)]
    return next((sentence for sentence in filled if sentence.state is State.SHOWN), filled[0])


def build(draft: Kind, number: int, *, sentence: str = "", notes: tuple[str, ...] = ()) -> Exhibit:
    """Make an exhibit of a report, with its number among the tables or the figures; without a ``sentence`` it makes its own. ``notes`` come
    below its own."""
    spec, context = draft.spec, draft.context
    columns, rows = draft.table
    symbols, rules = {cell.symbol for row in rows for cell in row.cells}, context.dictionary.disclosure
    answers = spec.source_id not in rules.not_of_answers and is_rounded(context.cohort, rules)
    rounded = (context.say("note_rounded", base=rules.rounding_base),) if answers else ()
    return Exhibit(
        id=spec.exhibit, label=context.say("figure" if spec.chart else "table", number=number),
        title=context.exhibit_title(spec), columns=columns, rows=rows, unit=draft.unit(), base=draft.base(),
        source=draft.source(), legend=context.legend(symbols), notes=(*draft.notes(), *rounded, *notes),
        figure=_figure(draft) if spec.chart else None,
        invented=context.cohort.invented, section=spec.section, source_id=spec.source_id,
        sentence=sentence or draft.sentence(),
    )


def _figure(draft: Kind) -> Figure:
    """Draw the chart declared for an exhibit; matplotlib is read when the first is drawn."""
    from nbeval.report.charts.chart import figure_of

    return figure_of(draft.spec.exhibit, draft.spec.chart, draft.chart_data(), draft.context.say)
