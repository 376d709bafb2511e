"""Exports as tables of text, whatever their format: delimited text, workbooks, SPSS files; headers; times."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyreadstat
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.workbook_scan import SheetScan, refuse_hollow, scan_workbook
from nbeval.errors import SourceError

HEADER_JOIN = " | "
_TEXT, _BOOKS, _SPSS = (".csv", ".tsv", ".txt"), (".xlsx", ".xls", ".ods"), (".sav", ".zsav")
ZIP_MARK, OLE_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DISGUISED = {ZIP_MARK: "a workbook or a zip file", OLE_MARK: "an old or an encrypted workbook", b"$FL2": "an SPSS file",
              b"$FL3": "an SPSS file", b"%PDF": "a PDF"}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_table(
    path: Path, *, header_rows: int = 1, encoding: str = "", sheet: str = "", name: str = "", skip_lines: int = 0,
) -> pd.DataFrame:
    """Read an export as text alone ("007", "None" and "NA" stay what they are): one row per form, one column per column of the file.

    Header rows are joined by " | "; above the last row an empty header repeats its left neighbour, as survey tools mean it. Of two columns
    with one header the second is called "header (2)"; a column without header and cells is left out.
    """
    name = name or path.name
    rows = _rows(path, name, encoding, sheet, skip_lines)
    if len(rows) <= header_rows:
        raise SourceError(
            f"'{name}' {'has a header and no forms' if rows else 'has no cells'}.",
            found=f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}", allowed=f"{header_rows} of header and at least one form",
            where=name,
            do="export the file again; if nobody answered, list the authority under `not_expected` of these files in the cohort's file.",
        )
    width = max(len(row) for row in rows)
    rows = [row + [""] * (width - len(row)) for row in rows]
    headers = _headers(rows[:header_rows])
    table = pd.DataFrame(rows[header_rows:], dtype=str)
    kept = [place for place, header in enumerate(headers) if header or (table[place] != "").any()]
    seen: Counter[str] = Counter()
    distinct = []
    for header in (headers[place] for place in kept):
        seen[header] += 1
        distinct.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    return table[kept].set_axis(distinct, axis=1)


def read_export(file: ExportFile) -> pd.DataFrame:
    """Read a located export, as ``read_table`` does."""
    return read_table(file.path, header_rows=file.header_rows, encoding=file.encoding, sheet=file.sheet, name=file.name,
                      skip_lines=file.skip_lines)


def read_exports(files: Iterable[ExportFile]) -> list[pd.DataFrame]:
    """Read located exports, one that is declared for several waves once."""
    tables: dict[tuple, pd.DataFrame] = {}
    found = []
    for file in files:
        key = (file.path, file.header_rows, file.encoding, file.sheet, file.skip_lines)
        if key not in tables:
            tables[key] = read_export(file)
        found.append(tables[key])
    return found


def _rows(path: Path, name: str, encoding: str, sheet: str, skip_lines: int = 0) -> list[list[str]]:
    """The rows of the file from its header on."""
    raw, ending = _bytes(path, name), path.suffix.lower()
    if ending in _TEXT:
        _refuse_disguised(raw, name, ending)
        return read_delimited(raw, name, encoding, skip_lines)
    if ending in _BOOKS:
        return read_workbook(raw, name, sheet)[skip_lines:]
    if ending in _SPSS:
        return read_spss(path, name, encoding)
    raise SourceError(
        f"'{name}' is of a kind that is not read.", found=f"the ending '{ending}'", allowed=", ".join((*_TEXT, *_BOOKS, *_SPSS)),
        where=name, do="export the answers as CSV or XLSX.",
    )


def _bytes(path: Path, name: str) -> bytes:
    """The file as received."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise SourceError(
            f"'{name}' cannot be read.", found="no such file" if missing else "a file that the system does not let this programme read",
            where=name, do="put the export in the data folder under this name, readable and closed in other programmes.",
        ) from None
    if not raw.strip():
        raise SourceError(f"'{name}' is empty.", found=f"{len(raw)} bytes", where=name, do="download or export the file again.")
    return raw


def _refuse_disguised(raw: bytes, name: str, ending: str) -> None:
    """Stop where a file that is named as text is something else."""
    found = [kind for mark, kind in _DISGUISED.items() if raw.startswith(mark)]
    if raw.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        found.append("a web page")
    if found:
        raise SourceError(
            f"'{name}' is not the kind of file its name says.", found=found[0], allowed=f"delimited text ({ending})", where=name,
            do="give the file its right ending, or export the answers as CSV.",
        )


def _headers(rows: list[list[str]]) -> list[str]:
    """The header of each column: its parts from top to bottom, empty ones left out."""
    cells = [[" ".join(cell.replace("\ufeff", "").split()) for cell in row] for row in rows]
    for depth, row in enumerate(cells[:-1]):
        for place in range(1, len(row)):
            if not row[place] and any(below[place] for below in cells[depth + 1:]):
                row[place] = row[place - 1]
    return [HEADER_JOIN.join(filter(None, parts)) for parts in zip(*cells)]


# --- delimited text -------------------------------------------------------------------------------

_DELIMITERS, _SAMPLE = (",", ";", "\t"), 30
#: a first line that names the delimiter to Excel
_DECLARED = re.compile(r"sep=([,;\t])\r?\n")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Free text may be longer than the csv module's default of 131,072 characters.
_LONGEST_CELL = 10_000_000


def read_delimited(raw: bytes, name: str, encoding: str = "", skip_lines: int = 0) -> list[list[str]]:
    """The records of delimited text, the header among them, all of one length; no cell is taken for a number, a date or a missing value."""
    text = "".join(_decode(raw, name, encoding).splitlines(keepends=True)[skip_lines:])
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else max(_DELIMITERS, key=lambda one: _fit(text, one))
    rows = []
    try:
        for row in _records(text[declared.end():] if declared else text, delimiter):
            rows.append(row)
    except csv.Error:
        raise SourceError(
            f"'{name}' cannot be parted into cells after record {len(rows)}.",
            found="a quotation mark that is never closed, or text after a closing one",
            allowed="cells in double quotation marks, with a quotation mark inside a cell written twice", where=name,
            do="export the file again; a download that was cut short looks like this.",
        ) from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    _refuse_ragged(rows, name)
    return rows


def _decode(raw: bytes, name: str, encoding: str) -> str:
    """The bytes as text, in the declared encoding or the first one that fits."""
    candidates = [codec for mark, codec in _MARKS.items() if raw.startswith(mark)] or [encoding]
    if candidates == [""]:
        candidates = ["utf-8", "cp1252", "latin-1"]
        if b"\x00" in raw:     # UTF-16 without byte-order mark: the position of the zero bytes says which
            even, odd, half = raw[0::2].count(0), raw[1::2].count(0), len(raw) // 4
            fits = {"utf-16-le": odd > half > even, "utf-16-be": even > half > odd}
            candidates = [codec for codec, fit in fits.items() if fit and len(raw) % 2 == 0]
    for codec in candidates:
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    raise SourceError(
        f"'{name}' cannot be read as text.", found=f"bytes that are not {encoding}" if encoding else "bytes that belong to no text",
        allowed="UTF-8, UTF-16, cp1252, latin-1, or the encoding declared in the cohort's file", where=name,
        do="declare `encoding` for these files in the cohort's file, or export them again as CSV UTF-8.",
    )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of the text, parted at ``delimiter``."""
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _fit(text: str, delimiter: str) -> tuple[bool, int]:
    """How well a delimiter parts the first records: whether they are of one length, and how long they are."""
    lengths, whole = [], True
    try:
        for row in islice(_records(text, delimiter), _SAMPLE):
            lengths += [len(row)] if row else []
    except csv.Error:
        whole = False
    return whole and len(set(lengths)) == 1 and lengths[0] > 1, lengths[0] if lengths else 0


def _refuse_ragged(rows: list[list[str]], name: str) -> None:
    """Stop where a record has more or fewer cells than the first one: its answers would shift."""
    wrong = [number for number, row in enumerate(rows, start=1) if len(row) != len(rows[0])]
    if wrong:
        have = "records do" if len(wrong) > 1 else "record does"
        raise SourceError(
            f"'{name}': {len(wrong)} {have} not have the {len(rows[0])} cells of the first record.",
            found=f"record {wrong[0]} has {len(rows[wrong[0] - 1])} cells", allowed=f"{len(rows[0])} cells in every record", where=name,
            do="export the file again; a line break or a delimiter in an answer that stands without quotation marks, or a download that was"
               " cut short, looks like this" + _likely(rows, wrong) + ".",
        )


def _likely(rows: list[list[str]], wrong: list[int]) -> str:
    """What records of other lengths often come from, beside accidents."""
    if 2 * len(wrong) >= len(rows) and len(rows[0]) < max(map(len, rows)):
        return ";\nlines above the header (a title, a date) look like this too: declare `skip_lines` for these files in the cohort's file"
    if all(len(rows[number - 1]) < len(rows[0]) for number in wrong):
        return ", and so does a spreadsheet (Excel) that leaves off empty cells at the end of a row: export from the survey tool itself"
    return ""


# --- workbooks and SPSS files ---------------------------------------------------------------------


def read_workbook(raw: bytes, name: str, sheet: str = "") -> list[list[str]]:
    """The rows of one sheet of a workbook, every cell as the text it shows; ``sheet`` may be empty where only one has cells."""
    workbook, scans = _open(raw, name)
    try:
        read = [sheet] if sheet in workbook.sheet_names else workbook.sheet_names
        sheets = {one: workbook.get_sheet_by_name(one).to_python() for one in read}
    except (CalamineError, OSError, ValueError):
        raise _damaged(raw, name) from None
    chosen = _chosen(sheets, name, sheet)
    if chosen in scans:
        refuse_hollow(scans[chosen], chosen, name)
    texts = [[cell if cell.__class__ is str else _cell_text(cell) for cell in row] for row in sheets[chosen]]
    return [row for row in texts if any(row) and any(map(str.strip, row))]


def sheet_names(path: Path, name: str = "") -> list[str]:
    """The names of the sheets of a workbook, refused as ``read_table`` refuses it."""
    return _open(_bytes(path, name or path.name), name or path.name)[0].sheet_names


def _open(raw: bytes, name: str) -> tuple[CalamineWorkbook, dict[str, SheetScan]]:
    """The workbook, if it can be opened, and what its sheets hold; looked through first, for what is too large ends the process."""
    try:
        if _ENCRYPTED in raw:
            raise PasswordError
        scans = scan_workbook(raw, name) if raw.startswith(ZIP_MARK) else {}
        return CalamineWorkbook.from_filelike(io.BytesIO(raw)), scans
    except PasswordError:
        raise SourceError(
            f"'{name}' is protected by a password.", found="an encrypted workbook", allowed="a workbook without password", where=name,
            do="open it with its password, save a copy without one in the data folder, and run again.",
        ) from None
    except (CalamineError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError, OSError, EOFError, ValueError, KeyError, RuntimeError):
        raise _damaged(raw, name) from None


def _damaged(raw: bytes, name: str) -> SourceError:
    """The error about a file that is no workbook, or no whole one."""
    cut_short = raw.startswith((ZIP_MARK, OLE_MARK))
    return SourceError(
        f"'{name}' cannot be opened as a workbook.",
        found="a workbook that is cut short or damaged" if cut_short else "a file that is not a workbook",
        allowed="a whole .xlsx, .xls or .ods file", where=name, do="download or export the file again; give a CSV file the ending .csv.",
    )


def _chosen(sheets: dict[str, list], name: str, sheet: str) -> str:
    """The name of the sheet to read."""
    filled = [one for one, rows in sheets.items() if any(cell != "" for row in rows for cell in row)]
    if sheet in sheets:
        return sheet
    if not sheet and len(filled) <= 1:
        return (filled or list(sheets))[0]
    raise SourceError(
        f"'{name}' does not say which sheet holds the answers.",
        found=f"no sheet '{sheet}'" if sheet else f"{len(filled)} sheets with cells", allowed=", ".join(filled), where=name,
        do="name the sheet in the cohort's file, after a # at the end of `pattern`.",
    )


def _cell_text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates and times in ISO form; a missing one is the empty text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, (int, float)):
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)


def read_spss(path: Path, name: str, encoding: str = "") -> list[list[str]]:
    """The names of the variables of an SPSS file, then its cases; answers are value labels, user-missing ones included."""
    try:
        table, _ = pyreadstat.read_sav(
            path, apply_value_formats=True, user_missing=True, formats_as_category=False, encoding=encoding or None)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, UnicodeDecodeError):
        raise SourceError(
            f"'{name}' cannot be opened as an SPSS file.", found="a file that is damaged, or not an SPSS file",
            allowed="a whole .sav file", where=name, do="export the file again.",
        ) from None
    columns = [[_cell_text(cell) for cell in table[column].tolist()] for column in table.columns]
    return [list(table.columns), *(list(row) for row in zip(*columns))]


# --- times ----------------------------------------------------------------------------------------

# Day before month first: the exports are British. Month-first is taken only where day-first does not fit.
_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%m/%d/%Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def read_times(texts: pd.Series) -> pd.Series:
    """Times in the one form that reads most of the texts: ISO, or one that British exports use; missing where one cannot be read."""
    given = texts.fillna("").str.strip()
    given = given.where(given != "")
    distinct = pd.Series(given.dropna().unique(), dtype=object)
    best = pd.to_datetime(distinct.str.slice(0, 19), format="ISO8601", errors="coerce")
    for form in (day + clock for day in _DATES for clock in _CLOCKS):
        if best.notna().all():
            break
        read = pd.to_datetime(distinct, format=form, errors="coerce")
        best = read if read.notna().sum() > best.notna().sum() else best
    return pd.to_datetime(given.map(dict(zip(distinct, best))))
