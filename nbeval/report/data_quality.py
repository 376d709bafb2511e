"""Tables of the internal report on data: what the checks found, and how the forms add up."""

from __future__ import annotations

import pandas as pd

from nbeval.errors import ParameterError
from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.report.context import Context
from nbeval.report.displays import Shown, Text, paragraph
from nbeval.report.numerals import numeral

_OUTCOMES = ("failure", "warning", "note", "pass")
_SHOWN = ("outcome", "message", "count", "wave", "authority", "item", "do")


def findings_table(findings: pd.DataFrame | None, context: Context) -> Shown | Text:
    """Show the findings of the checks, the gravest first.

    Parameters
    ----------
    findings
        One row per finding (``frames.FINDINGS``); None where there are none to show.
    context
        The report, which must be internal.

    Raises
    ------
    ParameterError
        Where the report may be published.
    """
    _refuse_published(context)
    if findings is None or findings.empty:
        return Text((paragraph(context.say("findings_table_none")),))
    grave = {name: place for place, name in enumerate(_OUTCOMES)}
    ordered = findings.sort_values("outcome", key=lambda outcomes: outcomes.map(grave), kind="stable")
    columns = tuple(Column(name, context.say(f"finding_{name}"), header=name == "message", numeric=name == "count")
                    for name in _SHOWN)
    rows = tuple(Row(tuple(_cell(getattr(one, name)) for name in _SHOWN)) for one in ordered.itertuples())
    return Shown(_exhibit("findings", "findings_label", "findings_title", columns, rows, context), context.words)


def accounting_table(accounting: pd.DataFrame | None, context: Context) -> Shown | Text:
    """Show how the forms of each file add up: read, kept, and excluded by reason.

    Parameters
    ----------
    accounting
        One row per file; None where there is none to show.
    context
        The report, which must be internal.

    Raises
    ------
    ParameterError
        Where the report may be published.
    """
    _refuse_published(context)
    if accounting is None or accounting.empty:
        return Text((paragraph(context.say("accounting_table_none")),))
    columns = tuple(
        Column(name, name.replace("_", " ").capitalize(), header=place == 0,
               numeric=bool(pd.api.types.is_numeric_dtype(accounting[name])))
        for place, name in enumerate(accounting.columns)
    )
    rows = tuple(Row(tuple(map(_cell, one))) for one in accounting.itertuples(index=False))
    return Shown(_exhibit("accounting", "accounting_label", "accounting_title", columns, rows, context), context.words)


def _cell(value: object) -> Cell:
    """A cell of a count or of words."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not pd.isna(value):
        return Cell(numeral(float(value)), float(value))
    return Cell("" if pd.isna(value) else str(value))


def _exhibit(name: str, label: str, title: str, columns: tuple[Column, ...], rows: tuple[Row, ...], context: Context) -> Exhibit:
    """A table of the checks; it has a name in place of a number, as it shows no results."""
    return Exhibit(
        id=name, label=context.say(label), title=context.say(title), columns=columns, rows=rows,
        unit="", base="", source=context.say("checks_source"), invented=context.cohort.invented,
    )


def _refuse_published(context: Context) -> None:
    """Counts of single files and findings stay inside."""
    if not context.kind.internal:
        raise ParameterError(
            "the checks of the data are for an internal report only.", found=context.kind.id,
            allowed=", ".join(one.id for one in context.dictionary.programme.reports if one.internal),
            where="programme.toml, [[reports]]", do="show them in a report of an internal kind.",
        )
