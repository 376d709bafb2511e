"""One export file as a table of text, whatever its format."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from nbeval.cleaning.delimited import read_delimited
from nbeval.cleaning.spss import read_spss
from nbeval.cleaning.workbook import OLE_MARK, ZIP_MARK, read_workbook
from nbeval.errors import SourceError

HEADER_JOIN = " | "
_TEXT = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xls", ".ods")
_SPSS = (".sav", ".zsav")
_SPSS_MARKS = (b"$FL2", b"$FL3")


def read_table(
    path: Path, *, header_rows: int = 1, encoding: str = "", sheet: str = "", name: str = "",
) -> pd.DataFrame:
    """Read an export as text alone: "007", "None" and "NA" stay what they are.

    Parameters
    ----------
    path : Path
        A text file, a workbook or an SPSS file, which its ending tells.
    header_rows : int
        Rows of header; rows without text do not count. Several are joined by " | "; above the last row
        an empty header repeats its left neighbour, as survey tools mean it.
    encoding, sheet : str
        Of text files; of workbooks. Empty to find it out, for which only one sheet may have any cells.
    name : str
        In messages; the file's own if empty.

    Returns
    -------
    pandas.DataFrame
        One row per form, one column of text per column of the file. Of two columns with one header the
        second is called "header (2)"; a column without header and cells is left out.

    Raises
    ------
    SourceError
        The file is missing, empty, has a header and nothing else, or is not what its ending says.
    """
    name = name or path.name
    rows = _rows(path, name, encoding, sheet)
    if len(rows) <= header_rows:
        raise _without_forms(name, len(rows), header_rows)
    width = max(len(row) for row in rows)
    headers = _headers([row + [""] * (width - len(row)) for row in rows[:header_rows]])
    table = pd.DataFrame([row + [""] * (width - len(row)) for row in rows[header_rows:]], dtype=str)
    kept = [place for place, header in enumerate(headers) if header or (table[place] != "").any()]
    table = table[kept]
    table.columns = _distinct([headers[place] for place in kept])
    return table


def _without_forms(name: str, rows: int, header_rows: int) -> SourceError:
    """The error about a file that has nothing below its header."""
    return SourceError(
        f"'{name}' {'has a header and no forms' if rows else 'has no cells'}.",
        found=f"{rows} {'row' if rows == 1 else 'rows'}", allowed=f"{header_rows} of header and at least one form",
        where=name, do="export the file again; if nobody answered, list the authority under `not_expected` of these"
                       " files in the cohort's file.",
    )


def _rows(path: Path, name: str, encoding: str, sheet: str) -> list[list[str]]:
    """The rows of the file, headers among them."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"'{name}' cannot be read.", found="no such file" if isinstance(error, FileNotFoundError)
            else "a file that the system does not let this programme read",
            where=name,
            do="put the export in the data folder under this name, readable and closed in other programmes.",
        ) from None
    if not raw.strip():
        raise SourceError(
            f"'{name}' is empty.", found=f"{len(raw)} bytes", where=name, do="download or export the file again.",
        )
    ending = path.suffix.lower()
    if ending in _TEXT:
        _refuse_disguised(raw, name, ending)
        return read_delimited(raw, name, encoding)
    if ending in _BOOKS:
        return read_workbook(raw, name, sheet)
    if ending in _SPSS:
        return read_spss(path, name, encoding)
    raise SourceError(
        f"'{name}' is of a kind that is not read.", found=f"the ending '{ending}'",
        allowed=", ".join((*_TEXT, *_BOOKS, *_SPSS)), where=name, do="export the answers as CSV or XLSX.",
    )


def _refuse_disguised(raw: bytes, name: str, ending: str) -> None:
    """Stop where a file that is named as text is something else."""
    kinds = ((ZIP_MARK, "a workbook or a zip file"), (OLE_MARK, "an old or an encrypted workbook"),
             (_SPSS_MARKS[0], "an SPSS file"), (_SPSS_MARKS[1], "an SPSS file"), (b"%PDF", "a PDF"))
    found = [kind for mark, kind in kinds if raw.startswith(mark)]
    if raw.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        found.append("a web page")
    if found:
        raise SourceError(
            f"'{name}' is not the kind of file its name says.", found=found[0], allowed=f"delimited text ({ending})",
            where=name, do="give the file its right ending, or export the answers as CSV.",
        )


def _headers(rows: list[list[str]]) -> list[str]:
    """The header of each column: its parts from top to bottom, empty ones left out."""
    cells = [[" ".join(cell.replace("\ufeff", "").split()) for cell in row] for row in rows]
    for depth, row in enumerate(cells[:-1]):
        for place in range(1, len(row)):
            if not row[place] and any(below[place] for below in cells[depth + 1:]):
                row[place] = row[place - 1]
    return [HEADER_JOIN.join(filter(None, parts)) for parts in zip(*cells)]


def _distinct(headers: list[str]) -> list[str]:
    """The headers, with a number after each repeated one."""
    seen: Counter[str] = Counter()
    distinct = []
    for header in headers:
        seen[header] += 1
        distinct.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return distinct
