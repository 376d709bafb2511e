"""Coding exports of qualitative tools and plain sheets: coded segments to one row per document, coder and theme."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.findings import NOTE, WARNING, Finding, number
from nbeval.cleaning.records import Records
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.errors import SourceError
from nbeval.evidence_frames import CODES
from nbeval.frames import check

#: between the levels of a code system: tools write "Parent\\Child" or "Parent > Child"
_LEVELS = re.compile(r"[\\>]+")
#: the set of codes that are known and are no themes
NO_THEME = "not_a_theme"
#: how fields.csv writes that a line break parts several codes
LINE = "line"
_DOCUMENT = ["wave", "authority", "document_name", "speaker"]


def clean_codes(records: list[Records]) -> tuple[pd.DataFrame, list[Finding]]:
    """Clean which coder found which theme in which document; the segments were dropped on reading.

    Parameters
    ----------
    records : list of Records
        Of one source, one for each layout of an export.

    Returns
    -------
    codes : pandas.DataFrame
        One row per document x coder x theme, however many segments there are; one with an empty theme for each document
        that a coder read without finding any. Names of documents and of coders are replaced by numbers.
    findings : list of Finding
        Documents without a theme, and documents that one coder alone has read where others were read by two.

    Raises
    ------
    UnknownCodeError
        A code or a speaker is not declared, or a document has no name.
    SourceError
        A document is of two speakers or two authorities.
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
    names = records.text(document)
    entries.refuse(records, document, names.eq(""), "are empty", ["a name for every document"], "")
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
    told = records.of(FieldRole.KIND)
    if not told:
        return pd.Series(document.occasion, index=records.texts.index, dtype=str)
    given = entries.choices(records, told[0])
    entries.refuse(records, told[0], given.eq(""), "name no speaker",
                   [one.label for one in records.instrument.chosen(told[0].choices)], "choices.csv")
    return given


def _coders(records: Records) -> pd.Series:
    """Who coded: as a column says, else what stands behind the last underscore of the file's name."""
    told = records.of(FieldRole.CODER)
    if not told:
        return records.about["file"].map(lambda name: normalise(PurePosixPath(name).stem.rpartition("_")[2]))
    given = records.text(told[0])
    entries.refuse(records, told[0], given.eq(""), "are empty", ["a mark for every coder"], "")
    return given.map(normalise)


def _themes(records: Records) -> pd.Series:
    """The theme that a code stands for, by the last part of its path; empty where it stands for none."""
    field = records.of(FieldRole.AREA)[0]
    last = records.text(field).map(lambda path: _LEVELS.split(path)[-1].strip())
    shortened = replace(records, texts=records.texts.assign(**{field.header: last}))
    known = {normalise(text): one.area for one in records.instrument.areas for text in (one.area, one.label)}
    ignored = {normalise(text): "" for one in records.instrument.chosen(NO_THEME)
               for text in (one.code, one.label, *one.also.split(" | ")) if text}
    return entries.coded(shortened, field, {**ignored, **known}, [one.label for one in records.instrument.areas], "areas.csv")


def _refuse_two_speakers(read: pd.DataFrame, source: str) -> None:
    """Stop where one document is said to be of several speakers: its counts would stand twice."""
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
