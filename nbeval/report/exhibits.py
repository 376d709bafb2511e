"""From a declared exhibit to the structured object: table, figure, and every line around them."""

from __future__ import annotations

from collections.abc import Iterable

from nbeval.dictionary.enums import ReportForm
from nbeval.dictionary.models import ExhibitRow
from nbeval.errors import DictionaryError
from nbeval.exhibit import Exhibit, Figure
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds import KINDS
from nbeval.report.results import State
from nbeval.report.sentences import Sentence, fill, leads


def draft_of(spec: ExhibitRow, context: Context) -> Draft:
    """Begin an exhibit of a report.

    Parameters
    ----------
    spec
        The exhibit as declared.
    context
        The report it is for.

    Raises
    ------
    DictionaryError
        Where the exhibit is of a kind that does not exist.
    """
    if spec.kind not in KINDS:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} is of a kind that does not exist.",
            found=spec.kind, allowed=", ".join(KINDS), where="exhibits.csv, column kind",
            do="choose one of the kinds above.",
        )
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
    """Make an exhibit of a report.

    Parameters
    ----------
    draft
        The exhibit in the making, with something to show.
    number
        Its number among the tables, or among the figures where it has a chart.
    sentence
        The sentence above it, filled; empty where the exhibit makes its own.

    Returns
    -------
    Exhibit
        With its figure where a chart is declared.
    """
    spec, context, kind = draft.spec, draft.context, draft.kind
    columns, rows = draft.table
    return Exhibit(
        id=spec.exhibit, label=context.say("figure" if spec.chart else "table", number=number),
        title=title_of(spec, context), columns=columns, rows=rows, unit=kind.unit(draft), base=kind.base(draft),
        source=kind.source(draft), legend=legend(draft), notes=kind.notes(draft),
        figure=_figure(draft) if spec.chart else None,
        invented=context.cohort.invented, section=spec.section, source_id=spec.source_id,
        sentence=sentence or kind.sentence(draft),
    )


def _figure(draft: Draft) -> Figure:
    """Draw the chart declared for an exhibit; matplotlib is read when the first is drawn."""
    from nbeval.report.charts.chart import figure_of, known_charts

    spec, kind = draft.spec, draft.kind
    suitable = [name for name, chart in known_charts().items() if chart.marks in kind.marks]
    if spec.chart not in suitable:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} has a chart that its kind cannot be drawn as.",
            found=f"{spec.kind} with {spec.chart}", allowed=", ".join(suitable), where="exhibits.csv, column chart",
            do="choose one of the charts above, or leave the cell empty for a table alone.",
        )
    return figure_of(spec.exhibit, spec.chart, kind.chart_data(draft), draft.context.say)


def legend(draft: Draft) -> tuple[tuple[str, str], ...]:
    """The symbols that occur in a table, with their meanings, in the declared order."""
    occurring = {cell.symbol for row in draft.table.rows for cell in row.cells if cell.symbol}
    declared = draft.context.dictionary.disclosure
    return tuple(
        (symbol, declared.symbol_meanings.get(name, name))
        for name, symbol in declared.symbols.items() if symbol in occurring
    )


def title_of(spec: ExhibitRow, context: Context) -> str:
    """The title of an exhibit with its fields filled."""
    fields = {
        "cohort": context.cohort.label, "authority": context.authority_name(context.authority),
        "wave": context.wave.label if context.wave else "", "people": context.dictionary.programme.people.many,
        "area": context.dictionary.programme.area.one, "areas": context.dictionary.programme.area.many,
        "programme": context.dictionary.programme.name,
    }
    try:
        return spec.title.format(**fields)
    except (KeyError, IndexError, ValueError):
        raise DictionaryError(
            f"the title of the exhibit {spec.exhibit!r} has a field that does not exist.",
            found=spec.title, allowed=", ".join(f"{{{name}}}" for name in fields), where="exhibits.csv, column title",
            do="use only the fields above.",
        ) from None
