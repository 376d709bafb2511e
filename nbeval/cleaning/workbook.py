"""Workbooks (XLSX, XLS, ODS) as rows of text."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from nbeval.errors import SourceError

OLE_MARK = b"\xd0\xcf\x11\xe0"
ZIP_MARK = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(raw: bytes, name: str, sheet: str = "") -> list[list[str]]:
    """Read one sheet of a workbook, with every cell as the text it stands for.

    Parameters
    ----------
    raw : bytes
        The file as received.
    name : str
        The file's name in messages.
    sheet : str
        The sheet to read; may be empty where only one sheet has any cells.

    Returns
    -------
    list of list of str
        One list per row that is not empty, the header among them. A whole number has no decimal
        point, a date is in ISO form, an empty cell is the empty text.

    Raises
    ------
    SourceError
        The workbook is locked by a password, damaged, without the sheet, or has several sheets
        and none was named.
    """
    if _ENCRYPTED in raw:
        raise _locked(name)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = {one: workbook.get_sheet_by_name(one).to_python() for one in workbook.sheet_names}
    except PasswordError:
        raise _locked(name) from None
    except (CalamineError, OSError, ValueError):
        raise _damaged(raw, name) from None
    rows = sheets[_chosen(sheets, name, sheet)]
    texts = [[_text(cell) for cell in row] for row in rows]
    return [row for row in texts if any(cell.strip() for cell in row)]


def _locked(name: str) -> SourceError:
    """The error about a workbook that asks for a password."""
    return SourceError(
        f"'{name}' is protected by a password.", found="an encrypted workbook", allowed="a workbook without password",
        where=name, do="open it with its password, save a copy without one in the data folder, and run again.",
    )


def _damaged(raw: bytes, name: str) -> SourceError:
    """The error about a file that is no workbook, or no whole one."""
    cut_short = raw.startswith((ZIP_MARK, OLE_MARK))
    return SourceError(
        f"'{name}' cannot be opened as a workbook.",
        found="a workbook that is cut short or damaged" if cut_short else "a file that is not a workbook",
        allowed="a whole .xlsx, .xls or .ods file", where=name,
        do="download or export the file again; give a CSV file the ending .csv.",
    )


def _chosen(sheets: dict[str, list], name: str, sheet: str) -> str:
    """The name of the sheet to read."""
    filled = [one for one, rows in sheets.items() if any(cell != "" for row in rows for cell in row)]
    if sheet in sheets:
        return sheet
    if not sheet and len(filled) <= 1:
        return (filled or list(sheets))[0]
    found = f"{len(filled)} sheets with cells" if not sheet else f"no sheet '{sheet}'"
    raise SourceError(
        f"'{name}' does not say which sheet holds the answers.", found=found, allowed=", ".join(filled), where=name,
        do="name the sheet in the cohort's file, after a # at the end of `pattern`.",
    )


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates and times in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell) if isinstance(cell, timedelta) else ""


def number_text(number: float) -> str:
    """A number as the shortest text that stands for it; a missing one is the empty text."""
    if number != number:
        return ""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
