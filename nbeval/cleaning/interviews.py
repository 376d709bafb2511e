"""Interviews: coding exports of qualitative tools to one row per document, coder and theme, and the quotes that were released."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from nbeval.cleaning.findings import Finding, NOTE, WARNING, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.errors import SourceError
from nbeval.frames import CODES, QUOTES, check, empty


#: between the levels of a code system: tools write "Parent\\Child" or "Parent > Child"
_LEVELS = re.compile(r"[\\>]+")
#: the set of codes that are known and are no themes
NO_THEME = "not_a_theme"
#: how fields.csv writes that a line break parts several codes
LINE = "line"
_DOCUMENT = ["wave", "authority", "document_name", "speaker"]


def clean_codes(records: list[Records]) -> tuple[pd.DataFrame, list[Finding]]:
    """Which coder found which theme in which document, one row each, and what was found; the segments were dropped on reading.

    A document that a coder read without finding any theme has one row with an empty theme. Names of documents and coders become numbers.
    """
    read = pd.concat([_segments(one) for one in records], ignore_index=True)
    _refuse_two_speakers(read, records[0].source)
    numbered = read.assign(
        document=read.groupby(_DOCUMENT, sort=True).ngroup() + 1, coder=pd.factorize(read["coder_name"], sort=True)[0] + 1,
    ).astype({"document": int, "coder": int})
    themes = numbered[numbered["area"].ne("")]
    readers = numbered.drop_duplicates(["document", "coder"])
    having = pd.MultiIndex.from_frame(themes[["document", "coder"]])
    bare = readers[~pd.MultiIndex.from_frame(readers[["document", "coder"]]).isin(having)].assign(area="")
    table = pd.concat([themes, bare], ignore_index=True).drop_duplicates(["document", "coder", "area"])
    table = table.sort_values(["document", "coder", "area"], ignore_index=True)[list(CODES.columns)]
    return check(table, CODES), _findings(table)


def _segments(records: Records) -> pd.DataFrame:
    """The segments of one layout: which document, who speaks, who coded, which theme."""
    records = _one_code_a_row(records)
    document = records.of(FieldRole.DOCUMENT)[0]
    names = records.keys(document, "a name for every document")
    return pd.DataFrame({
        "source": records.source, "wave": records.about["wave"], "authority": records.about["authority"],
        "document_name": names.map(normalise), "speaker": _speakers(records, document),
        "coder_name": _coders(records), "area": _themes(records),
    }).astype(str)


def _one_code_a_row(records: Records) -> Records:
    """The rows, one for each code of a cell where a layout writes several into one."""
    field = records.of(FieldRole.AREA)[0]
    if not field.parted_by:
        return records
    codes = records.text(field).str.split("\n" if field.parted_by == LINE else field.parted_by).explode().str.strip()
    texts = records.texts.loc[codes.index].assign(**{field.header: codes.to_numpy()})
    return replace(records, texts=texts.reset_index(drop=True), about=records.about.loc[codes.index].reset_index(drop=True))


def _speakers(records: Records, document: SourceField) -> pd.Series:
    """Who speaks: as a column says, or all alike as the declaration of the document says."""
    column = records.of(FieldRole.KIND)
    if not column:
        return pd.Series(document.occasion, index=records.texts.index, dtype=str)
    return records.filled(column[0], "name no speaker")


def _coders(records: Records) -> pd.Series:
    """Who coded: as a column says, else what follows the last underscore of the file's name."""
    column = records.of(FieldRole.CODER)
    if not column:
        return records.about["file"].map(lambda name: normalise(PurePosixPath(name).stem.rpartition("_")[2]))
    return records.keys(column[0], "a mark for every coder").map(normalise)


def _themes(records: Records) -> pd.Series:
    """The theme that a code stands for, by the last part of its path; empty where it stands for none."""
    field = records.of(FieldRole.AREA)[0]
    last = records.text(field).map(lambda path: _LEVELS.split(path)[-1].strip())
    shortened = replace(records, texts=records.texts.assign(**{field.header: last}))
    known = {normalise(text): one.area for one in records.instrument.areas for text in (one.area, one.label)}
    ignored = dict.fromkeys(records.known_choices(NO_THEME), "")
    return shortened.coded(field, {**ignored, **known}, [one.label for one in records.instrument.areas], "areas.csv")


def _refuse_two_speakers(read: pd.DataFrame, source: str) -> None:
    """Stop where one document is said to be of several speakers: it would be counted twice."""
    whole = read[["wave", "authority", "document_name", "speaker"]].drop_duplicates()
    twice = whole.duplicated(["wave", "authority", "document_name"], keep=False)
    if twice.any():
        count = int(whole[twice].drop_duplicates(["wave", "authority", "document_name"]).shape[0])
        raise SourceError(
            f"source '{source}': {number(count, 'document is', 'documents are')} of more than one kind of speaker.",
            found=f"{count} (names withheld)", allowed="one kind of speaker for each document",
            do="give every interview a document of its own, or correct the kind of speaker.",
        )


def _findings(table: pd.DataFrame) -> list[Finding]:
    """What to know of the coding before its counts are read."""
    found = []
    bare = table.groupby("document")["area"].agg(lambda areas: areas.eq("").all())
    coders = table.groupby("document")["coder"].nunique()
    if bare.any():
        found.append(Finding(NOTE, f"{number(int(bare.sum()), 'document')} without any theme.", "see that they were read to the end.",
                             count=int(bare.sum())))
    if coders.gt(1).any() and coders.eq(1).any():
        found.append(Finding(NOTE, f"{number(int(coders.eq(1).sum()), 'document')} of {len(coders)} read by one coder alone.",
                             "agreement of coders is over the others.", count=int(coders.eq(1).sum())))
    if len(coders) and coders.eq(1).all():
        found.append(Finding(WARNING, "no document was read by two coders, so nothing can be said of their agreement.",
                             "let a second coder read some of the documents.", count=len(coders)))
    return found


def clean_quotes(records: list[Records]) -> tuple[pd.DataFrame, tuple[str, ...], list[Finding]]:
    """The quotes released with consent, one row each; the names that none may hold; and how many were left behind, and why."""
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
    words = records.of(FieldRole.QUOTE)[0]
    keys = records.keys(records.of(FieldRole.KEY)[0], "a number for every quote")
    records.one_row_each(keys.to_frame(), "quote")
    printed = consent & release
    records.refuse(words, printed & records.text(words).eq(""), "are empty", ["the words of a released quote"], "")
    table = pd.DataFrame({
        "source": records.source, "wave": records.about["wave"], "quote": keys,
        "speaker": records.choices(records.of(FieldRole.KIND)[0]), "area": records.areas(records.of(FieldRole.AREA)[0]),
        "text": records.text(words), "attributes": _attributes(records),
        "decision": records.choices(records.of(FieldRole.DECISION)[0]),
        "signed": records.text(records.of(FieldRole.SIGNED)[0]).ne(""),
    })
    found = []
    unasked, unmarked = int((release & ~consent).sum()), int((~release).sum())
    if unasked:
        found.append(Finding(WARNING, f"{number(unasked, 'quote')} marked for release without consent: not printed.",
                             "ask the speaker, or take the mark away.", count=unasked))
    if unmarked:
        found.append(Finding(NOTE, f"{number(unmarked, 'quote')} not marked for release: not printed.", count=unmarked))
    return table[printed].reset_index(drop=True).astype({name: str for name in QUOTES.columns if name != "signed"}), found


def _yes(records: Records, role: FieldRole) -> pd.Series:
    """Where the choice of a field is one that counts; an empty entry is a no."""
    field = records.of(role)[0]
    aims = [one.code for one in records.instrument.chosen(field.choices) if one.counts]
    return records.choices(field).isin(aims)


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
    return records.coded(field, known, [one.level_label for one in levels], "groups.csv")
