"""Quotes: the few that are released with the speaker's consent, and the names that none may hold.

The words of all others are dropped here and go nowhere.
"""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.findings import NOTE, WARNING, Finding, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.evidence_frames import QUOTES, empty
from nbeval.frames import check


def clean_quotes(records: list[Records]) -> tuple[pd.DataFrame, tuple[str, ...], list[Finding]]:
    """Clean the quotes that may be printed, and the names that none of them may hold.

    Parameters
    ----------
    records : list of Records
        Of one source: files of quotes, and files of names.

    Returns
    -------
    quotes : pandas.DataFrame
        One row per quote that is marked for release and whose speaker agreed; what is to be printed of the speaker stands in
        ``attributes`` as ``group=level``, parted by "; ".
    names : tuple of str
        As the cohort supplied them.
    findings : list of Finding
        How many quotes were left behind, and why.

    Raises
    ------
    UnknownCodeError
        A choice, a theme or a level is not declared, or a released quote is empty.
    SourceError
        Two quotes bear one key.
    """
    listed = [one for one in records if not one.of(FieldRole.QUOTE)]
    names = sorted({text for one in listed for field in one.of(FieldRole.NAME) for text in one.text(field) if text})
    parts, found = [], []
    for one in records:
        if one.of(FieldRole.QUOTE):
            table, noted = _released(one)
            parts.append(table)
            found += noted
    if parts and not names:
        found.append(Finding(WARNING, "no list of names was supplied, so names in quotes cannot be found.",
                             "supply the names of young people, workers and places beside the quotes."))
    table = pd.concat([part for part in parts if len(part)] or [empty(QUOTES)], ignore_index=True)
    return check(table, QUOTES), tuple(names), found


def _released(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """The quotes of one layout that are released with consent, and what was left behind."""
    consent, release = _yes(records, FieldRole.CONSENT), _yes(records, FieldRole.RELEASE)
    key, words = records.of(FieldRole.KEY)[0], records.of(FieldRole.QUOTE)[0]
    keys = records.text(key)
    entries.refuse(records, key, keys.eq(""), "are empty", ["a number for every quote"], "")
    entries.one_row_each(records, keys.to_frame(), "quote")
    printed = consent & release
    entries.refuse(records, words, printed & records.text(words).eq(""), "are empty", ["the words of a released quote"], "")
    table = pd.DataFrame({
        "source": records.source, "wave": records.about["wave"], "quote": keys,
        "speaker": entries.choices(records, records.of(FieldRole.KIND)[0]), "area": entries.areas(records, records.of(FieldRole.AREA)[0]),
        "text": records.text(words), "attributes": _attributes(records),
        "decision": entries.choices(records, records.of(FieldRole.DECISION)[0]),
        "signed": records.text(records.of(FieldRole.SIGNED)[0]).ne(""),
    })
    found = []
    unasked, held = int((release & ~consent).sum()), int((~release).sum())
    if unasked:
        found.append(Finding(WARNING, f"{number(unasked, 'quote')} marked for release without consent: not printed.",
                             "ask the speaker, or take the mark away.", count=unasked))
    if held:
        found.append(Finding(NOTE, f"{number(held, 'quote')} not marked for release: not printed.", count=held))
    return table[printed].reset_index(drop=True).astype({name: str for name in QUOTES.columns if name != "signed"}), found


def _yes(records: Records, role: FieldRole) -> pd.Series:
    """Where the choice of a field is one that counts; an empty entry is a no."""
    field = records.of(role)[0]
    aims = [one.code for one in records.instrument.chosen(field.choices) if one.counts]
    return entries.choices(records, field).isin(aims)


def _attributes(records: Records) -> pd.Series:
    """What is to be printed of each speaker, as levels of declared groups."""
    parts = pd.Series("", index=records.texts.index, dtype=str)
    for field in records.of(FieldRole.ATTRIBUTE):
        given = _levels(records, field)
        parts = parts + given.where(given.eq(""), "; " + field.choices + "=" + given)
    return parts.str.removeprefix("; ")


def _levels(records: Records, field: SourceField) -> pd.Series:
    """The levels of a group that entries name, by id or label."""
    levels = records.dictionary.groups[field.choices]
    known = {normalise(text): one.level for one in levels for text in (one.level, one.level_label)}
    return entries.coded(records, field, known, [one.level_label for one in levels], "groups.csv")
