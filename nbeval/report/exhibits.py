"""From a declared exhibit to the structured object: table, figure, and every line around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbeval.dictionary.enums import ReportForm
from nbeval.dictionary.models import ExhibitRow
from nbeval.errors import DictionaryError
from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.report.context import Context
from nbeval.report.figures import draw
from nbeval.report.forms import FORMS
from nbeval.report.kinds import LISTED, OF_CHANGE, OF_LEVELS_AND_CHANGE
from nbeval.report.kinds_sources import OF_TWO_WAVES, OF_WORDS
from nbeval.report.lines import base_line, legend, notes_of, source_line, unit_line
from nbeval.report.results import Results
from nbeval.report.said_sources import said
from nbeval.report.said_summaries import SUMMED_UP
from nbeval.report.select import results_of
from nbeval.report.sentences import Sentence, fill
from nbeval.report.subject import leads


@dataclass(frozen=True, eq=False)
class Table:
    """The table of an exhibit, and the results it was drawn from; no rows where there is nothing to show."""

    spec: ExhibitRow
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    results: Results


def tabulate(spec: ExhibitRow, context: Context) -> Table:
    """Make the table of an exhibit.

    Parameters
    ----------
    spec
        The exhibit as declared.
    context
        The report it stands in.

    Returns
    -------
    Table
        Without rows where the cohort has nothing to show in this exhibit.

    Raises
    ------
    DictionaryError
        Where the exhibit is of a form that does not exist.
    """
    if spec.kind not in FORMS:
        raise DictionaryError(
            f"the exhibit {spec.exhibit!r} is of a kind that does not exist.",
            found=spec.kind, allowed=", ".join(FORMS), where="exhibits.csv, column kind",
            do="choose one of the kinds above.",
        )
    rows = results_of(spec, context)
    if not context.waves or (spec.kind in OF_CHANGE | OF_TWO_WAVES and not context.shows_change):
        return Table(spec, (), (), rows)
    columns, body = FORMS[spec.kind](rows, spec, context)
    return Table(spec, columns, body if spec.kind in LISTED | OF_WORDS or any(cell.result for cell in _data_cells(body)) else (), rows)


def _data_cells(rows: Iterable[Row]) -> Iterable[Cell]:
    """The cells of rows that are no headings."""
    return (cell for row in rows if not row.heading for cell in row.cells)


def numbered(specs: Iterable[ExhibitRow]) -> dict[str, int]:
    """Return the number of each exhibit, counted apart for tables and figures."""
    counted, numbers = {True: 0, False: 0}, {}
    for spec in specs:
        counted[bool(spec.chart)] += 1
        numbers[spec.exhibit] = counted[bool(spec.chart)]
    return numbers


def leading(spec: ExhibitRow, context: Context) -> Sentence:
    """Fill the sentence declared for an exhibit, about the first of its indicators that has all the numbers it needs.

    On a slide, where it is the title, what sums up all its tests takes its place; where people are linked, a sentence that
    tells their change from the levels of all who answered.
    """
    if not spec.sentence or (context.kind.form is ReportForm.SLIDES and spec.kind in SUMMED_UP):
        return Sentence("")
    template = context.words["change_of_linked"] if context.linked and spec.kind in OF_LEVELS_AND_CHANGE else spec.sentence
    filled = [fill(template, subject) for subject in leads(spec, context)]
    return next((sentence for sentence in filled if not sentence.refused), filled[0])


def build(table: Table, context: Context, number: int, *, sentence: str = "") -> Exhibit:
    """Make an exhibit of a report.

    Parameters
    ----------
    table
        Its table.
    context
        The report it stands in.
    number
        Its number among the tables, or among the figures where it has a chart.
    sentence
        The sentence above it, filled.

    Returns
    -------
    Exhibit
        With its figure where a chart is declared.
    """
    spec, columns, rows = table.spec, table.columns, table.rows
    return Exhibit(
        id=spec.exhibit, label=context.say("figure" if spec.chart else "table", number=number),
        title=title_of(spec, context), columns=columns, rows=rows, unit=unit_line(spec, context),
        base=base_line(spec, rows, context), source=source_line(spec, context), legend=legend(rows, context),
        notes=notes_of(spec, context, table.results, columns, rows),
        figure=draw(spec, columns, rows, context) if spec.chart else None,
        invented=context.cohort.invented, section=spec.section, source_id=spec.source_id,
        sentence=sentence or said(spec, columns, rows, context),
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
