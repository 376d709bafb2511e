"""Delivery: the log of visits and events to one row per visit."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.findings import Finding, WARNING, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.enums import FieldRole
from nbeval.evidence_frames import VISITS
from nbeval.frames import check

_NUMBERS = (FieldRole.PEOPLE, FieldRole.STAFF)


def clean_visits(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """Clean what was planned and what was held.

    Parameters
    ----------
    records : Records
        The rows of the log.

    Returns
    -------
    visits : pandas.DataFrame
        One row per authority and visit; ``held`` is missing where it was not held.
    findings : list of Finding
        Visits without a planned day, and people counted at visits that were not held.

    Raises
    ------
    UnknownCodeError
        A visit, a date or a number is not what is declared.
    SourceError
        A visit of an authority stands twice.
    """
    table = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"],
        "area": entries.areas(records, records.of(FieldRole.AREA)[0]), "kind": _chosen(records, FieldRole.KIND),
        "involvement": _chosen(records, FieldRole.INVOLVEMENT),
        **{role.value: entries.days(records, records.of(role)[0]) for role in (FieldRole.PLANNED, FieldRole.HELD)},
        **{role.value: _number(records, role) for role in _NUMBERS},
    }).astype({name: float for name in ("planned", "held", "people", "staff")})
    entries.one_row_each(records, table[["authority", "area"]], "visit")
    table = table[list(VISITS.columns)]
    return check(table.sort_values(["authority", "area"], ignore_index=True), VISITS), _findings(table)


def _chosen(records: Records, role: FieldRole) -> pd.Series:
    """The choices of a field that a log need not have."""
    fields = records.of(role)
    return entries.choices(records, fields[0]) if fields else pd.Series("", index=records.texts.index, dtype=str)


def _number(records: Records, role: FieldRole) -> pd.Series:
    """How many people were there."""
    fields = records.of(role)
    return entries.counts(records, fields[0]) if fields else pd.Series(float("nan"), index=records.texts.index)


def _findings(table: pd.DataFrame) -> list[Finding]:
    """What looks wrong in the log."""
    unheld = table["held"].isna() & (table["people"].gt(0) | table["staff"].gt(0))
    unplanned = table["planned"].isna()
    found = []
    if unheld.any():
        found.append(Finding(WARNING, f"{number(int(unheld.sum()), 'visit')} not held, with people counted as present.",
                             "enter the day on which the visit was held, or take the people out.", count=int(unheld.sum())))
    if unplanned.any():
        found.append(Finding(WARNING, f"{number(int(unplanned.sum()), 'visit')} without a planned day.",
                             "enter the day that was agreed.", count=int(unplanned.sum())))
    return found
