"""Action plans: the rows of the plans to one row per action and review."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.findings import Finding, NOTE, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.enums import FieldRole
from nbeval.evidence_frames import ACTIONS
from nbeval.frames import check


def clean_actions(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """Clean the actions of plans; their wording and owners were dropped on reading.

    Parameters
    ----------
    records : Records
        The rows of all plans of one version.

    Returns
    -------
    actions : pandas.DataFrame
        One row per action x review; a status that was not entered is empty.
    findings : list of Finding
        Statuses that were not entered.

    Raises
    ------
    UnknownCodeError
        An area, a choice, an indicator or a date is not what is declared.
    SourceError
        Two rows of an authority bear one number.
    """
    same = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"], "action": _key(records),
        "area": entries.areas(records, records.of(FieldRole.AREA)[0]),
        "involvement": _chosen(records, FieldRole.INVOLVEMENT), "kind": _chosen(records, FieldRole.KIND),
        "due": _due(records), "indicators": _addressed(records),
    })
    entries.one_row_each(records, same[["authority", "action"]], "action")
    reviews = [
        same.assign(occasion=field.occasion, status=entries.choices(records, field)) for field in records.of(FieldRole.STATUS)
    ]
    table = pd.concat(reviews, ignore_index=True)[list(ACTIONS.columns)].astype({"due": float})
    empty = int(table["status"].eq("").sum())
    findings = [Finding(NOTE, f"{number(empty, 'status', 'statuses')} of actions not entered.", "ask at the next review.", count=empty)]
    return check(table.sort_values(["authority", "action", "occasion"], ignore_index=True), ACTIONS), findings if empty else []


def _key(records: Records) -> pd.Series:
    """The number of each action."""
    field = records.of(FieldRole.KEY)[0]
    given = records.text(field)
    entries.refuse(records, field, given.eq(""), "are empty", ["a number for every action"], "")
    return given.astype(str)


def _chosen(records: Records, role: FieldRole) -> pd.Series:
    """The choices of a field that plans need not have."""
    fields = records.of(role)
    return entries.choices(records, fields[0]) if fields else pd.Series("", index=records.texts.index, dtype=str)


def _due(records: Records) -> pd.Series:
    """The day by which each action is to be done."""
    fields = records.of(FieldRole.DUE)
    return entries.days(records, fields[0]) if fields else pd.Series(float("nan"), index=records.texts.index)


def _addressed(records: Records) -> pd.Series:
    """The indicators that each action addresses."""
    fields = records.of(FieldRole.INDICATORS)
    return entries.indicators(records, fields[0]) if fields else pd.Series("", index=records.texts.index, dtype=str)
