"""Rows of text as a file of the kind its name says: CSV, XLSX or SPSS; the same bytes every time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

from nbeval.errors import ParameterError
from nbeval.folders import private_folder

HEADER_JOIN = " | "
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
# Where the header of an SPSS file keeps the day and the time at which it was made.
_SAV_DATE = (92, b"01 Jan 80")
_SAV_TIME = (101, b"00:00:00")


def write_file(
    path: Path, headers: list[str], rows: list[list[str]], *, header_rows: int, mark: bool, encoding: str,
) -> None:
    """Write one export."""
    name, _, sheet = path.name.partition("#")
    path = path.with_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = [*_parted(headers, header_rows), *rows]
    if path.suffix == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        path.write_bytes(text.getvalue().encode(encoding or ("utf-8-sig" if mark else "utf-8"), errors="replace"))
    elif path.suffix == ".xlsx":
        path.write_bytes(book_bytes({sheet or "Answers": table}))
    elif path.suffix == ".sav":
        path.write_bytes(_sav(headers, rows))
    else:
        raise ParameterError(
            f"invented exports are not written as '{path.suffix}'.", allowed=".csv, .xlsx, .sav",
            where="the pattern in the cohort's file", do="use one of these endings in the pattern.",
        )


def _parted(headers: list[str], count: int) -> list[list[str]]:
    """Headers as rows; as survey tools do, a first part is written once above the columns that share it."""
    parts = [header.split(HEADER_JOIN, count - 1) for header in headers]
    rows = [[part[depth] if depth < len(part) else "" for part in parts] for depth in range(count)]
    for row, below in zip(rows, rows[1:], strict=False):
        whole = list(row)
        for place in range(1, len(row)):
            if whole[place] == whole[place - 1] and below[place]:
                row[place] = ""
    return rows


def book_bytes(sheets: dict[str, list[list[str]]]) -> bytes:
    """Tables as a workbook, a sheet each: numbers as numbers, everything else as text and never as a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet, table in sheets.items():
        page = book.create_sheet(sheet)
        for row in table:
            page.append([_book_cell(page, text) for text in row])
    written = io.BytesIO()
    book.save(written)
    return _undated(written.getvalue())


def _book_cell(page, text: str):
    """One cell of a workbook."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, int(text) if text.isdecimal() and len(text) < 12 else text or None)
    if text.startswith("="):
        cell.data_type = "s"
    return cell


def _undated(book: bytes) -> bytes:
    """A workbook without the moment at which it was made."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = _CREATED.sub(rb"\g<1>1980-01-01T00:00:00Z", old.read(name))
            entry = zipfile.ZipInfo(name, date_time=_LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return result.getvalue()


def _sav(headers: list[str], rows: list[list[str]]) -> bytes:
    """A table as an SPSS data file: headers are names of variables, answers are text."""
    import pandas as pd
    import pyreadstat

    table = pd.DataFrame(rows, columns=headers, dtype=object)
    with private_folder("export") as folder:
        path = folder / "export.sav"
        pyreadstat.write_sav(table, path)
        content = bytearray(path.read_bytes())
    for place, text in (_SAV_DATE, _SAV_TIME):
        content[place:place + len(text)] = text
    return bytes(content)
