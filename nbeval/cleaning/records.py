"""The rows of exports that are no survey, as text, under the headers that fields.csv declares."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from nbeval.cleaning.corrections import apply_corrections
from nbeval.cleaning.locating import ExportFile
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.lookup import LoadedEvidence
from nbeval.dictionary.models import MANY, Cohort, SourceField
from nbeval.errors import UnknownHeaderError

_LISTED = 8


@dataclass(frozen=True, eq=False)
class Records:
    """Rows of one export version of one source: ``texts`` by header, and in ``about`` where each row is from."""

    cohort: Cohort
    dictionary: Dictionary
    instrument: LoadedEvidence
    source: str
    fields: tuple[SourceField, ...]
    texts: pd.DataFrame
    about: pd.DataFrame          # file, line, wave, authority, submission

    def of(self, role: FieldRole) -> tuple[SourceField, ...]:
        """The fields of a role that the exports have."""
        return tuple(field for field in self.fields if field.role is role and field.header in self.texts)

    def text(self, field: SourceField) -> pd.Series:
        """The entries of a field."""
        return self.texts[field.header]

    def places(self, wrong: pd.Series) -> str:
        """Where some rows stand, by file and line, never what they hold."""
        rows = self.about[wrong.to_numpy()]
        shown = [f"{row.file}, line {row.line}" for row in rows.head(_LISTED).itertuples()]
        return "; ".join(shown) + (f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else "")


def named_columns(table: pd.DataFrame, fields: tuple[SourceField, ...], file: ExportFile) -> pd.DataFrame:
    """Bring the columns of a file under their declared headers.

    Parameters
    ----------
    table : DataFrame
        One row per row of the file, as text.
    fields : tuple of SourceField
        Those of its version that it may have.
    file : ExportFile
        For messages.

    Returns
    -------
    pandas.DataFrame
        One row per row of the file; typed text is left out.

    Raises
    ------
    UnknownHeaderError
        A column is of no field, or a field that must be there is not.
    """
    declared = {normalise(field.header): field for field in fields}
    found = {column: declared.get(normalise(column)) or _one_of_many(column, fields) for column in table.columns}
    unknown = sum(field is None for field in found.values())
    present = {field.header for field in found.values() if field}
    lacking = [field.header for field in fields if field.required and field.header not in present]
    if unknown or lacking:
        raise UnknownHeaderError(
            f"'{file.name}' of source '{file.source}' does not have the columns of version '{file.version}'.",
            found="; ".join(filter(None, (
                f"{unknown} unknown {'header' if unknown == 1 else 'headers'} (text withheld)" if unknown else "",
                f"lacking: {', '.join(lacking)}" if lacking else ""))),
            allowed=", ".join(field.header for field in fields), where=f"{file.name}, first line",
            do="put the header right, or declare it in fields.csv of the instrument (role text if it is typed by somebody).",
        )
    kept = {column: field.header for column, field in found.items() if field.role is not FieldRole.TEXT}
    return table[list(kept)].rename(columns=kept).apply(lambda column: column.str.strip())


def _one_of_many(column: str, fields: tuple[SourceField, ...]) -> SourceField | None:
    """The field that stands for every column beginning as its header does, if this column is one of them."""
    many = (field for field in fields if field.header.endswith(MANY))
    return next((field for field in many if normalise(column).startswith(normalise(field.header.removesuffix(MANY)))), None)


def corrected(texts: pd.DataFrame, about: pd.DataFrame, corrections: pd.DataFrame, source: str) -> pd.DataFrame:
    """Apply the declared corrections of a source; ``submission`` is the row's key and ``item`` the header.

    Returns
    -------
    pandas.DataFrame
        One row per row of ``texts``.
    """
    mine = corrections[corrections["source"].eq(source)]
    return apply_corrections(texts, about, mine) if len(mine) else texts
