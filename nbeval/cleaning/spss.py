"""SPSS files as rows of text, with answers as their labels."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyreadstat

from nbeval.cleaning.workbook import number_text
from nbeval.errors import SourceError


def read_spss(path: Path, name: str, encoding: str = "") -> list[list[str]]:
    """Read an SPSS data file; answers are value labels, user-missing ones included.

    Parameters
    ----------
    path : Path
        The file as received.
    name : str
        The file's name in messages.
    encoding : str
        As declared; empty for the one the file declares itself.

    Returns
    -------
    list of list of str
        The names of the variables, then one list per case. A value without label is its number.

    Raises
    ------
    SourceError
        The file is not an SPSS data file, or is damaged.
    """
    try:
        table, _ = pyreadstat.read_sav(
            path, apply_value_formats=True, user_missing=True, formats_as_category=False, encoding=encoding or None,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, UnicodeDecodeError):
        raise SourceError(
            f"'{name}' cannot be opened as an SPSS file.", found="a file that is damaged, or not an SPSS file",
            allowed="a whole .sav file", where=name, do="export the file again.",
        ) from None
    columns = [[_text(cell) for cell in table[column].tolist()] for column in table.columns]
    return [list(table.columns), *(list(row) for row in zip(*columns))]


def _text(cell: object) -> str:
    """A value as text; a system-missing one is the empty text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (int, float)):
        return number_text(cell)
    if isinstance(cell, (datetime, date)) and cell == cell:
        return cell.isoformat(*([" "] if isinstance(cell, datetime) else []))
    return "" if cell is None or cell != cell else str(cell)
