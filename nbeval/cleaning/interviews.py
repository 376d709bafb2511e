"""Interviews: coding exports of qualitative tools to one row per document, coder and theme, and the quotes that were released."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from nbeval.cleaning.findings import NOTE, WARNING, Finding, counted, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole, Identifier
from nbeval.dictionary.models import SourceField
from nbeval.errors import SourceError
from nbeval.frames import CODES, QUOTES, check, empty

#: between the levels of a code system: tools write "Parent\\Child" or "Parent > Child"
_LEVELS = re.compile(r"[\\>]+")
#: the set of codes that are known and are no themes
NO_THEME = "not_a_theme"
#: how fields.csv writes that a line break parts several codes
LINE = "line"
_DOCUMENT = ["wave", "authority", "document_name"]


def clean_codes(records: list[Records]) -> tuple[pd.DataFrame, list[Finding]]:
    """Which coder found which theme in which document, one row each, and what was found; the segments were dropped on reading.

    A document that a coder read without finding any theme has one row with an empty theme. Names of documents and coders become numbers.
    """
    read = pd.concat([_segments(one) for one in records], ignore_index=True)
    _refuse_two_speakers(read, records[0].source)
    numbered = read.assign(
        document=read.groupby(_DOCUMENT, sort=True).ngroup() + 1, coder=pd.factorize(read["coder_name"], sort=True)[0] + 1,
    ).astype({"document": int, "coder": int})
    with_theme = numbered["area"].ne("").groupby([numbered["document"], numbered["coder"]]).transform("any")
    table = numbered[numbered["area"].ne("") | ~with_theme].drop_duplicates(["document", "coder", "area"])
    table = table.sort_values(["document", "coder", "area"], ignore_index=True)[list(CODES.columns)]
    return check(table, CODES), [*_findings(table), *_withdrawn(records, "segment")]


def _withdrawn(records: list[Records], what: str) -> list[Finding]:
    """How much was left out because people withdrew."""
    return counted(NOTE, sum(one.withdrawn for one in records), what, f"{what}s", " of people who withdrew: left out.")


def _segments(records: Records) -> pd.DataFrame:
    """The segments of one layout: which document, who speaks, who coded, which theme."""
    records = _one_code_a_row(records)
    document = records.one(FieldRole.DOCUMENT)
    speaker, coder = records.of(FieldRole.KIND), records.of(FieldRole.CODER)
    return pd.DataFrame({
        "source": records.source, "wave": records.about["wave"], "authority": records.about["authority"],
        "document_name": records.keys(document, "a name for every document").map(normalise),
        # where no column says it, all speak alike as the document is declared, and the coder follows the last underscore of the file's name
        "speaker": records.filled(speaker[0], "name no speaker") if speaker else document.occasion,
        "coder_name": records.keys(coder[0], "a mark for every coder").map(normalise) if coder
        else records.about["file"].map(lambda name: normalise(PurePosixPath(name).stem.rpartition("_")[2])),
        "area": _themes(records),
    }).astype(str)


def _one_code_a_row(records: Records) -> Records:
    """The rows, one for each code of a cell where a layout writes several into one."""
    field = records.one(FieldRole.AREA)
    if not field.parted_by:
        return records
    codes = records.text(field).str.split("\n" if field.parted_by == LINE else field.parted_by).explode().str.strip()
    texts = records.texts.loc[codes.index].assign(**{field.header: codes.to_numpy()})
    return replace(records, texts=texts.reset_index(drop=True), about=records.about.loc[codes.index].reset_index(drop=True))


def _themes(records: Records) -> pd.Series:
    """The theme that a code stands for, by the last part of its path; empty where it stands for none."""
    field = records.one(FieldRole.AREA)
    last = records.text(field).map(lambda path: _LEVELS.split(path)[-1].strip())
    shortened = replace(records, texts=records.texts.assign(**{field.header: last}))
    ignored = dict.fromkeys(records.known_choices(NO_THEME), "")
    return shortened.coded(field, ignored | records.known_areas(), [one.label for one in records.instrument.areas], "areas.csv")


def _refuse_two_speakers(read: pd.DataFrame, source: str) -> None:
    """Stop where one document is said to be of several speakers: it would be counted twice."""
    count = int(read.groupby(_DOCUMENT)["speaker"].nunique().gt(1).sum())
    if count:
        raise SourceError(
            f"source '{source}': {number(count, 'document is', 'documents are')} of more than one kind of speaker.",
            found=f"{count} (names withheld)", allowed="one kind of speaker for each document",
            do="give every interview a document of its own, or correct the kind of speaker.",
        )


def _findings(table: pd.DataFrame) -> list[Finding]:
    """What to know of the coding before its counts are read."""
    bare = int(table.groupby("document")["area"].agg(lambda areas: areas.eq("").all()).sum())
    coders = table.groupby("document")["coder"].nunique()
    alone = int(coders.eq(1).sum())
    found = counted(NOTE, bare, "document", "documents", " without any theme.", "see that they were read to the end.")
    if coders.gt(1).any():
        found += counted(NOTE, alone, "document", "documents", f" of {len(coders)} read by one coder alone.",
                         "agreement of coders is over the others.")
    if len(coders) and alone == len(coders):
        found.append(Finding(WARNING, "no document was read by two coders, so nothing can be said of their agreement.",
                             "let a second coder read some of the documents.", count=len(coders)))
    return found


def clean_quotes(records: list[Records]) -> tuple[pd.DataFrame, tuple[str, ...], list[Finding]]:
    """The quotes released with consent, one row each; the names that none may hold; and how many were left behind, and why."""
    listed = [one for one in records if not one.of(FieldRole.QUOTE)]
    names = sorted({text for one in listed for field in one.of(FieldRole.NAME) for text in one.text(field) if text})
    released = [_released(one) for one in records if one.of(FieldRole.QUOTE)]
    found = [*(one for _, noted in released for one in noted), *_withdrawn(records, "quote")]
    if released and not names:
        found.append(Finding(WARNING, "no list of names was supplied, so names in quotes cannot be found.",
                             "supply the names of young people, workers and places beside the quotes."))
    table = pd.concat([part for part, _ in released if len(part)] or [empty(QUOTES)], ignore_index=True)
    return check(table, QUOTES), tuple(names), found


def _released(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """The quotes of one layout that are released with consent, and what was left behind."""
    consent, release = _yes(records, FieldRole.CONSENT), _yes(records, FieldRole.RELEASE)
    words = records.one(FieldRole.QUOTE)
    keys = records.keys(records.one(FieldRole.KEY), "a number for every quote")
    records.one_row_each(keys.to_frame(), "quote")
    printed = consent & release
    records.refuse(words, printed & records.text(words).eq(""), "are empty", ["the words of a released quote"], "")
    table = pd.DataFrame({
        "source": records.source, "wave": records.about["wave"], "quote": keys,
        "speaker": records.choices(records.one(FieldRole.KIND)), "area": records.areas(records.one(FieldRole.AREA)),
        "text": records.text(words), "attributes": _attributes(records),
        "decision": records.choices(records.one(FieldRole.DECISION)), "signed": records.text(records.one(FieldRole.SIGNED)).ne(""),
        "overruled": records.optional(FieldRole.OVERRULED, lambda field: _overruled(records, field)),
    })
    found = [
        *counted(WARNING, int((release & ~consent).sum()), "quote", "quotes", " marked for release without consent: not printed.",
                 "ask the speaker, or take the mark away."),
        *counted(NOTE, int((~release).sum()), "quote", "quotes", " not marked for release: not printed."),
    ]
    return table[printed].reset_index(drop=True).astype({name: str for name in QUOTES.columns if name != "signed"}), found


def _yes(records: Records, role: FieldRole) -> pd.Series:
    """Where the choice of a field is one that counts; an empty entry is a no."""
    field = records.one(role)
    aims = [one.code for one in records.instrument.chosen(field.choices) if one.counts]
    return records.choices(field).isin(aims)


def _overruled(records: Records, field: SourceField) -> pd.Series:
    """The kinds of finding that whoever decided on a quote lets pass, by their names."""
    known = {normalise(one): one.value for one in Identifier}
    mark = records.instrument.record.separator
    parted = records.text(field).map(lambda text: [normalise(part) for part in text.split(mark) if part.strip()])
    records.refuse(field, parted.map(lambda parts: any(part not in known for part in parts)).astype(bool), "name no kind of finding",
                   list(Identifier), "")
    return parted.map(lambda parts: "; ".join(dict.fromkeys(known[part] for part in parts))).astype(str)


def _attributes(records: Records) -> pd.Series:
    """What is to be printed of each speaker, as levels of declared groups."""
    parts = pd.Series("", index=records.texts.index, dtype=str)
    for field in records.of(FieldRole.ATTRIBUTE):
        levels = records.dictionary.groups[field.choices]
        known = {normalise(text): one.level for one in levels for text in (one.level, one.level_label)}
        given = records.coded(field, known, [one.level_label for one in levels], "groups.csv")
        parts = parts + given.where(given.eq(""), "; " + field.choices + "=" + given)
    return parts.str.removeprefix("; ")
