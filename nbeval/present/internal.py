"""Tables for the researcher alone: how the forms add up, and what the checks found."""

from __future__ import annotations

import pandas as pd

from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.present.context import Context

#: findings that a researcher must act on come first
_ORDER = {"failure": 0, "warning": 1, "note": 2, "pass": 3}


def forms_exhibit(accounting: pd.DataFrame, context: Context) -> Exhibit:
    """The forms of every file: read, kept, and set aside by reason.

    Parameters
    ----------
    accounting : one row per file (``frames.Collected``)
    context : the report
    """
    numeric = [name for name in accounting if pd.api.types.is_numeric_dtype(accounting[name])]
    labels = {name: name.replace("_", " ").capitalize() for name in accounting}
    return Exhibit(
        id="forms", label=context.say("internal_forms_label"), title=context.say("internal_forms_title"),
        columns=tuple(Column(name, labels[name], header=name not in numeric, numeric=name in numeric) for name in accounting),
        rows=_rows(accounting, numeric), unit=context.say("internal_forms_unit"), base=context.say("internal_forms_base"),
        source=context.say("internal_source"), invented=context.cohort.invented,
    )


def findings_exhibit(findings: pd.DataFrame, context: Context) -> Exhibit:
    """What every check found, the gravest first.

    Parameters
    ----------
    findings : one row per finding (``frames.FINDINGS``)
    context : the report
    """
    shown = findings.assign(order=findings["outcome"].map(_ORDER)).sort_values(["order", "check"], kind="stable")
    shown = shown[["outcome", "wave", "authority", "message", "do"]]
    columns = tuple(
        Column(name, context.say(f"internal_{name}"), header=name == "outcome") for name in shown
    )
    return Exhibit(
        id="findings", label=context.say("internal_findings_label"), title=context.say("internal_findings_title"),
        columns=columns, rows=_rows(shown, []), unit=context.say("internal_findings_unit"),
        base=context.say("internal_findings_base"), source=context.say("internal_source"), invented=context.cohort.invented,
    )


def _rows(table: pd.DataFrame, numeric: list[str]) -> tuple[Row, ...]:
    """The rows of a plain table as cells."""
    return tuple(
        Row(tuple(
            Cell(f"{value:,}" if name in numeric else str(value), float(value) if name in numeric else None)
            for name, value in zip(table, row, strict=True)
        ))
        for row in table.itertuples(index=False)
    )
