"""Tables that authorities or the programme keep: one row per action, visit or condition."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nbeval.cleaning.locating import ExportFile
from nbeval.cleaning.places import name_authorities
from nbeval.cleaning.reading import read_table
from nbeval.cleaning.records import Records, corrected, named_columns
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Cohort, Source
from nbeval.errors import SourceError

ABOUT = ("file", "line", "wave", "authority", "submission")


def read_records(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
) -> list[Records]:
    """Read the tables of a source, one ``Records`` for each export version.

    Parameters
    ----------
    cohort, dictionary, source
        The declarations.
    files : list of ExportFile
        The files of the source.
    corrections : DataFrame
        Of the cohort; those of this source are applied.

    Returns
    -------
    list of Records

    Raises
    ------
    SourceError, UnknownHeaderError, UnknownCodeError, CorrectionError
        A file cannot be read, has other columns, or is of another authority than its place says.
    """
    instrument = dictionary.instrument(source.instrument)
    found = []
    for version in dict.fromkeys(file.version for file in files):
        fields = instrument.fields_of(version)
        parts = [_read(file, fields) for file in files if file.version == version]
        texts = pd.concat([texts for texts, _ in parts], ignore_index=True).fillna("")
        about = pd.concat([about for _, about in parts], ignore_index=True)
        records = Records(cohort, dictionary, instrument, source.id, fields, texts, about)
        about = about.assign(authority=_authorities(records, applicants=_of_applicants(records)), submission=_keys(records))
        texts = corrected(texts, about, corrections, source.id)
        found.append(Records(cohort, dictionary, instrument, source.id, fields, texts, about))
    return found


def _read(file: ExportFile, fields: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of one file and where they stand."""
    table = read_table(Path(file.path), header_rows=file.header_rows, encoding=file.encoding, sheet=file.sheet, name=file.name)
    texts = named_columns(table, fields, file)
    about = pd.DataFrame({
        "file": file.name, "line": range(file.header_rows + 1, file.header_rows + 1 + len(texts)), "wave": file.wave,
        "authority": file.authority, "submission": "",
    }, columns=list(ABOUT))
    return texts, about


def _of_applicants(records: Records) -> bool:
    """Whether the rows are of applicants, of whom not all came to be authorities of the cohort."""
    told = records.of(FieldRole.AUTHORITY) or records.about["authority"].ne("").any()
    return not told and all(field.area for field in records.of(FieldRole.STATUS))


def _authorities(records: Records, *, applicants: bool) -> pd.Series:
    """The authority of every row: as its file's place says, as a column says, and both the same."""
    placed = records.about["authority"]
    told = records.of(FieldRole.AUTHORITY)
    if applicants:
        return pd.Series("", index=placed.index)
    if not told and placed.ne("").all():
        return placed
    forms = records.about.assign(authority=records.text(told[0]) if told else placed, row=records.about["line"])
    named = name_authorities(forms, records.cohort, records.dictionary)
    other = placed.ne("") & placed.ne(named)
    refuse_other_authority(records, other)
    return named


def refuse_other_authority(records: Records, other: pd.Series) -> None:
    """Stop where a file says that it is of another authority than its place says.

    Raises
    ------
    SourceError
        There is such a file.
    """
    if other.any():
        files = sorted(set(records.about["file"][other]))
        raise SourceError(
            f"source '{records.source}' of cohort '{records.cohort.id}': {len(files)} "
            f"{'file is' if len(files) == 1 else 'files are'} of another authority than the name says.",
            found=records.places(other), allowed="the authority in whose place the file lies",
            where="; ".join(files[:4]), do="put the file in its own authority's place, or correct the name in it.",
        )


def _keys(records: Records) -> pd.Series:
    """By what a row is known to corrections: its key, else its area."""
    for role in (FieldRole.KEY, FieldRole.AREA):
        if records.of(role):
            return records.text(records.of(role)[0])
    return records.about["line"].astype(str)
