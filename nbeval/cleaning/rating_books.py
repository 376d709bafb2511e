"""Workbooks of ratings: a cover sheet that says whose they are, and one sheet per body of raters."""

from __future__ import annotations

import io

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from nbeval.cleaning.locating import ExportFile
from nbeval.cleaning.reading import read_table
from nbeval.cleaning.records import named_columns
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import Choice, SourceField
from nbeval.errors import SourceError, UnknownHeaderError

#: roles that stand on the cover sheet and not in the sheets of raters
COVER_ROLES = (FieldRole.AUTHORITY, FieldRole.WAVE, FieldRole.PEOPLE)
#: the set of choices that names the sheets of raters, and the one that names the cover
RATERS, COVER = "raters", "cover"


def read_book(file: ExportFile, instrument: LoadedEvidence) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Read one workbook of ratings as text.

    Parameters
    ----------
    file : ExportFile
        Where it lies and of which version it is.
    instrument : LoadedEvidence
        Its fields, the bodies of raters and the cover.

    Returns
    -------
    cover : pandas.DataFrame
        One row per workbook (this one), a column per declared line of the cover; empty where the cover has none.
    sheets : dict of str to pandas.DataFrame
        One row per point, by body of raters; comments are left out.

    Raises
    ------
    SourceError
        A sheet is missing, or the workbook cannot be read.
    UnknownHeaderError
        A sheet or the cover has other headers than declared.
    """
    fields = instrument.fields_of(file.version)
    names = _sheets(file)
    cover = pd.DataFrame([dict.fromkeys((field.header for field in fields if field.role in COVER_ROLES), "")])
    for choice in instrument.chosen(COVER):
        cover = _cover(_sheet(file, names, choice), fields, file)
    below = tuple(field for field in fields if field.role not in COVER_ROLES)
    return cover, {
        choice.code: named_columns(_sheet(file, names, choice), below, file) for choice in instrument.chosen(RATERS)
    }


def _sheets(file: ExportFile) -> dict[str, str]:
    """The names of the sheets of a workbook, by the form in which they are compared."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.path.read_bytes()))
    except (CalamineError, PasswordError, OSError, ValueError):
        read_table(file.path, name=file.name)            # says in words why it cannot be read
        return {}
    return {normalise(name): name for name in book.sheet_names}


def _sheet(file: ExportFile, names: dict[str, str], choice: Choice) -> pd.DataFrame:
    """One declared sheet."""
    for text in (choice.label, *choice.also.split(" | ")):
        if text and normalise(text) in names:
            return read_table(file.path, header_rows=file.header_rows, sheet=names[normalise(text)],
                              name=f"{file.name}#{choice.label}")
    raise SourceError(
        f"'{file.name}' of source '{file.source}' has no sheet '{choice.label}'.",
        found=f"{len(names)} {'sheet' if len(names) == 1 else 'sheets'}, none of that name", allowed=choice.label,
        where=file.name, do="give the sheet its name back, or ask the authority for the sheet that is missing.",
    )


def _cover(sheet: pd.DataFrame, fields: tuple[SourceField, ...], file: ExportFile) -> pd.DataFrame:
    """The lines of a cover as columns: a label in the first column, an entry in the second."""
    declared = {normalise(field.header): field for field in fields if field.role in COVER_ROLES}
    lines = [list(sheet.columns), *sheet.to_numpy().tolist()]
    entries = {normalise(str(line[0])): str(line[1]).strip() if len(line) > 1 else "" for line in lines}
    lacking = [field.header for name, field in declared.items() if field.required and name not in entries]
    if lacking:
        raise UnknownHeaderError(
            f"the cover of '{file.name}' lacks {len(lacking)} of its lines.", found=f"lacking: {', '.join(lacking)}",
            allowed=", ".join(field.header for field in declared.values()), where=file.name,
            do="write the line back into the first column of the cover, with its entry beside it.",
        )
    return pd.DataFrame([{field.header: entries.get(name, "") for name, field in declared.items()}])
