"""Exports as tables of text, whatever their format: delimited text, workbooks, SPSS files; headers; times."""

from __future__ import annotations

import codecs
import csv
import io
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.parsers import expat

import pandas as pd
import pyreadstat
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from nbeval.cleaning import limits
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.looked import Looked
from nbeval.cleaning.noticed import NOTICED, Noticed, refuse_cells
from nbeval.cleaning.spoilt import spoilt_cells
from nbeval.cleaning.spss_values import DECLARED, ValuesDeclared
from nbeval.cleaning.workbook_scan import BookScan, Locked, ScanError, scan_workbook
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
    with one header the second is called "header (2)"; a column without header and cells is left out. What was noticed about the cells
    is in ``.attrs["noticed"]``; cells that would be read as no answer although they hold something are refused.
    """
    name = name or path.name
    rows, noticed, values = _rows(path, name, encoding, sheet, skip_lines, header_rows)
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
    kept = [place for place, cells in enumerate(zip(*rows[header_rows:])) if headers[place] or any(cells)]
    limits.refuse_wide(len(kept), name)
    limits.refuse_many_cells(len(kept) * len(rows), name)
    seen: Counter[str] = Counter()
    distinct = []
    for header in (headers[place] for place in kept):
        seen[header] += 1
        distinct.append(header if seen[header] == 1 else f"{header} ({seen[header]})")
    whole = len(kept) == width
    named = pd.DataFrame(rows[header_rows:] if whole else [[row[place] for place in kept] for row in rows[header_rows:]], columns=distinct, dtype=str)
    named.attrs[NOTICED] = (*noticed, *spoilt_cells(named, name))
    if values:
        named.attrs[DECLARED] = dict(values)
    return named


def read_export(file: ExportFile) -> pd.DataFrame:
    """Read a located export, as ``read_table`` does; of a part of a file its own rows, numbered as in the file."""
    return _own_rows(_read_whole(file), file)


def _read_whole(file: ExportFile) -> pd.DataFrame:
    """All rows of a located export."""
    return read_table(file.path, header_rows=file.header_rows, encoding=file.encoding, sheet=file.sheet, name=file.name,
                      skip_lines=file.skip_lines)


def _own_rows(table: pd.DataFrame, file: ExportFile) -> pd.DataFrame:
    """The rows of a table that are read."""
    return table if file.rows is None else table.iloc[list(file.rows)]


def read_exports(files: Iterable[ExportFile]) -> list[pd.DataFrame]:
    """Read located exports, one that is declared for several waves once."""
    tables: dict[tuple, pd.DataFrame] = {}
    found = []
    for file in files:
        key = (file.path, file.header_rows, file.encoding, file.sheet, file.skip_lines)
        if key not in tables:
            tables[key] = _read_whole(file)
        found.append(_own_rows(tables[key], file))
    return found


def _rows(path: Path, name: str, encoding: str, sheet: str, skip_lines: int, header_rows: int) -> SheetRows:
    """The rows of the file from its header on."""
    raw, ending = _bytes(path, name), path.suffix.lower()
    if ending in _TEXT:
        _refuse_disguised(raw, name, ending)
        return SheetRows(read_delimited(raw, name, encoding, skip_lines))
    if ending in _BOOKS:
        read = read_workbook(raw, name, sheet, skip_lines + header_rows)
        return SheetRows(read.rows[skip_lines:], read.noticed)
    if ending in _SPSS:
        return read_spss(path, name, encoding)
    raise SourceError(
        f"'{name}' is of a kind that is not read.", found=f"the ending '{ending}'", allowed=", ".join((*_TEXT, *_BOOKS, *_SPSS)),
        where=name, do="export the answers as CSV or XLSX.",
    )


def _bytes(path: Path, name: str) -> bytes:
    """The file as received."""
    try:
        raw = limits.read_bytes(path, name)
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
_DECLARED = re.compile(r"sep=([,;\t])\r?\n?")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: texts that are so short are kept once, however often they are given
_SHORT, _MOST_KEPT = 40, 100_000


def read_delimited(raw: bytes, name: str, encoding: str = "", skip_lines: int = 0) -> list[list[str]]:
    """The records of delimited text, the header among them, all of one length; no cell is taken for a number, a date or a missing value."""
    text = Delimited(raw, name, _codec(raw, name, encoding), skip_lines)
    delimiter = text.declared or max(_DELIMITERS, key=text.fit)
    rows, count, once = [], 0, {}
    try:
        for row in text.records(delimiter):
            if any(cell.strip() for cell in row):
                rows.append([once.setdefault(cell, cell) if len(cell) < _SHORT and len(once) < _MOST_KEPT else cell for cell in row])
                count += len(row)
                limits.refuse_many_cells(count, name)
    except csv.Error:
        raise SourceError(
            f"'{name}' cannot be parted into cells after record {len(rows)}.",
            found="a quotation mark that is never closed, or text after a closing one",
            allowed="cells in double quotation marks, with a quotation mark inside a cell written twice", where=name,
            do="export the file again; a download that was cut short looks like this.",
        ) from None
    _refuse_ragged(rows, name)
    return rows


def _codec(raw: bytes, name: str, encoding: str) -> str:
    """The encoding that is declared, or the first one that all bytes fit."""
    candidates = [codec for mark, codec in _MARKS.items() if raw.startswith(mark)] or [encoding]
    if candidates == [""]:
        candidates = ["utf-8", "cp1252", "latin-1"]
        if b"\x00" in raw:     # UTF-16 without byte-order mark: the position of the zero bytes says which
            even, odd, half = raw[0::2].count(0), raw[1::2].count(0), len(raw) // 4
            fits = {"utf-16-le": odd > half > even, "utf-16-be": even > half > odd}
            candidates = [codec for codec, fit in fits.items() if fit and len(raw) % 2 == 0]
    found = next((codec for codec in candidates if _decodes(raw, codec)), "")
    if not found:
        raise SourceError(
            f"'{name}' cannot be read as text.", found=f"bytes that are not {encoding}" if encoding else "bytes that belong to no text",
            allowed="UTF-8, UTF-16, cp1252, latin-1, or the encoding declared in the cohort's file", where=name,
            do="declare `encoding` for these files in the cohort's file, or export them again as CSV UTF-8.",
        )
    return found


def _decodes(raw: bytes, codec: str) -> bool:
    """Whether all bytes are text in an encoding, tried a piece at a time."""
    try:
        decoder = codecs.getincrementaldecoder(codec)()
        for start in range(0, len(raw), 1 << 20):
            decoder.decode(raw[start:start + (1 << 20)])
        decoder.decode(b"", True)
    except (UnicodeError, LookupError, TypeError, AttributeError):
        return False
    return True


class Delimited:
    """Delimited text, decoded a line at a time, so that a large file is never there twice."""

    def __init__(self, raw: bytes, name: str, codec: str, skip_lines: int) -> None:
        self._raw, self._name, self._codec, self._skipped = raw, name, codec, skip_lines
        self._length = 0                 # characters of the record that is being read
        first = _DECLARED.fullmatch(next(self._lines(), ""))
        self.declared = first[1] if first else ""
        self._skipped += bool(first)

    def _lines(self) -> Iterator[str]:
        """The lines, with their ends; stops where a record is longer than any cell or record is."""
        for line in islice(io.TextIOWrapper(io.BytesIO(self._raw), encoding=self._codec, newline=""), self._skipped, None):
            self._length += len(line)
            if self._length > limits.LONGEST_RECORD:
                raise limits.too_large(
                    self._name, "a record of more than 10 million characters", f"{limits.LONGEST_RECORD:,} characters in one record",
                    "look whether the line breaks of the file were lost, or a quotation mark is not closed, and export it again.")
            yield line

    def records(self, delimiter: str) -> Iterator[list[str]]:
        """The records of the text, parted at ``delimiter``."""
        csv.field_size_limit(limits.LONGEST_RECORD)     # free text may be longer than the 131,072 characters that the module allows
        self._length = 0
        for row in csv.reader(self._lines(), delimiter=delimiter, strict=True):
            self._length = 0
            yield row

    def fit(self, delimiter: str) -> tuple[bool, int]:
        """How well a delimiter parts the first records: whether they are of one length, and how long they are."""
        lengths, whole = [], True
        try:
            for row in islice(self.records(delimiter), _SAMPLE):
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


class SheetRows(NamedTuple):
    """The rows of a sheet that hold anything, every cell as the text it shows, and what was noticed about its cells."""

    rows: list[list[str]]
    noticed: tuple[Noticed, ...] = ()
    values: Mapping[str, ValuesDeclared] = MappingProxyType({})      # what an SPSS file declares of its variables


def read_workbook(raw: bytes, name: str, sheet: str = "", above: int = 0) -> SheetRows:
    """The rows of one sheet of a workbook; ``sheet`` may be empty where only one has cells, ``above`` the first rows are no data.

    Cells that would be read as no answer although they hold something are refused: errors, formulas without result, merged cells.
    """
    workbook, scan = _open(raw, name)
    chosen = _chosen(scan, name, sheet)
    refuse_cells(scan.sheets[chosen].unusual, name, chosen)
    try:
        of_sheet = workbook.get_sheet_by_name(chosen)
        cells = of_sheet.to_python()
        first_row, first_column = of_sheet.start or (0, 0)
    except (CalamineError, OSError, ValueError):
        raise _damaged(raw, name) from None
    texts = [[cell if cell.__class__ is str else _cell_text(cell) for cell in row] for row in cells]
    numbered = {first_row + number: row for number, row in enumerate(texts) if any(row) and any(map(str.strip, row))}
    looked = Looked(scan, chosen, numbered, first_column, tuple(numbered)[:above])
    looked.refuse(name, texts)
    return SheetRows([row for number, row in numbered.items() if number not in looked.totals()], tuple(looked.noticed(name)))


def sheet_names(path: Path, name: str = "") -> list[str]:
    """The names of the sheets of a workbook, refused as ``read_table`` refuses it."""
    return list(_open(_bytes(path, name or path.name), name or path.name)[1].sheets)


def _open(raw: bytes, name: str) -> tuple[CalamineWorkbook, BookScan]:
    """The workbook, if it can be opened, and what its sheets hold; looked through first, for what is too large ends the process."""
    try:
        if _ENCRYPTED in raw:
            raise PasswordError
        if not raw.startswith((b"PK", OLE_MARK)):
            raise ScanError("neither an archive nor an old workbook")
        scan = scan_workbook(raw, name)
        return CalamineWorkbook.from_filelike(io.BytesIO(raw)), scan
    except (PasswordError, Locked):
        raise SourceError(
            f"'{name}' is protected by a password.", found="an encrypted workbook", allowed="a workbook without password", where=name,
            do="open it with its password, save a copy without one in the data folder, and run again.",
        ) from None
    except (CalamineError, ScanError, expat.ExpatError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, LookupError,
            RuntimeError):
        raise _damaged(raw, name) from None


def _damaged(raw: bytes, name: str) -> SourceError:
    """The error about a file that is no workbook, or no whole one."""
    cut_short = raw.startswith((ZIP_MARK, OLE_MARK))
    return SourceError(
        f"'{name}' cannot be opened as a workbook.",
        found="a workbook that is cut short or damaged" if cut_short else "a file that is not a workbook",
        allowed="a whole .xlsx, .xls or .ods file", where=name, do="download or export the file again; give a CSV file the ending .csv.",
    )


def _chosen(scan: BookScan, name: str, sheet: str) -> str:
    """The name of the sheet to read."""
    filled = [one for one, found in scan.sheets.items() if found.holds]
    if sheet in scan.sheets:
        return sheet
    if not sheet and len(filled) <= 1:
        return (filled or list(scan.sheets))[0]
    raise SourceError(
        f"'{name}' does not say which sheet holds the answers.",
        found=f"no sheet '{sheet}'" if sheet else f"{len(filled)} sheets with cells", allowed=", ".join(filled[:20]), where=name,
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


def read_spss(path: Path, name: str, encoding: str = "") -> SheetRows:
    """The names of the variables of an SPSS file, then its cases; answers are value labels, user-missing ones included."""
    try:
        _, about = pyreadstat.read_sav(path, metadataonly=True, encoding=encoding or None)
        columns = max(len(about.column_names), 1)
        limits.refuse_wide(columns, name)
        # A packed file may unfold to any size: one case more than is read tells that there are more.
        most = limits.MOST_CELLS // columns
        table, about = pyreadstat.read_sav(
            path, apply_value_formats=True, user_missing=True, formats_as_category=False, encoding=encoding or None, row_limit=most + 1)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, UnicodeDecodeError):
        raise SourceError(
            f"'{name}' cannot be opened as an SPSS file.", found="a file that is damaged, or not an SPSS file",
            allowed="a whole .sav file", where=name, do="export the file again.",
        ) from None
    limits.refuse_many_cells(len(table) * columns, name)
    cells = [[_cell_text(cell) for cell in table[column].tolist()] for column in table.columns]
    ranges = {variable: tuple((one["lo"], one["hi"]) for one in declared if not isinstance(one["lo"], str))
              for variable, declared in about.missing_ranges.items()}
    values = {variable: ValuesDeclared({str(label): float(value) for value, label in about.variable_value_labels.get(variable, {}).items()
                                        if not isinstance(value, str)}, ranges.get(variable, ()))
              for variable in table.columns if variable in about.variable_value_labels or ranges.get(variable)}
    return SheetRows([list(table.columns), *(list(row) for row in zip(*cells))], (), values)


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
