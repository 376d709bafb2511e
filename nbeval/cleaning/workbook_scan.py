"""What is in a workbook (XLSX) before a reader opens it: sizes that would exhaust the memory, and cells that would be read as empty."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from nbeval.errors import SourceError

#: unpacked bytes from which a workbook must look like one: tables are packed to a tenth, never to a hundredth
SUSPECT_BYTES, PACKED_TO = 400_000_000, 60
MOST_BYTES = 2_000_000_000
#: a reader lays out every place between the first and the last cell, filled or not
SUSPECT_PLACES, SPARSE = 20_000_000, 20
MOST_PLACES = 200_000_000
_MOST_COLUMNS = 16_384
_CHUNK, _LONGEST_CELL = 1 << 20, 4 << 20
_LISTED = 12
_COLUMN = re.compile(rb" r=\"([A-Z]+)")
_COLUMN_AS_RARELY_WRITTEN = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]+)")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d+)")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>")
_HOLLOW = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*</(?:\w+:)?c>")
_PLACE = re.compile(rb"\br=\"([A-Z]+\d+)\"")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetScan:
    """One sheet: how far it reaches, and where cells are that a reader would take for empty."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    errors: list[str] = field(default_factory=list)            # "C5": an error value such as #N/A
    without_value: list[str] = field(default_factory=list)     # a formula that was never worked out

    def add(self, block: bytes) -> None:
        """Count one piece of the sheet's XML, which ends between two cells."""
        rarely = b" r='" in block or b"r =" in block or b"r= " in block or b"\tr=" in block or b"\nr=" in block
        named = (_COLUMN_AS_RARELY_WRITTEN if rarely else _COLUMN).findall(block)
        cells = block.count(b"<c ") if b"<c>" not in block and b":c" not in block and not rarely else len(_CELL.findall(block))
        self.cells += cells
        self.rows = max([self.rows, *map(int, _ROW.findall(block))])
        self.columns = max([self.columns, *map(_number, set(named))])
        if cells > len(named):                   # cells without a reference follow one another
            self.columns = max(self.columns, min(_MOST_COLUMNS, self.cells))
            self.rows = max(self.rows, 1)
        if b"t=\"e\"" in block or b"t='e'" in block:
            self.errors += [_place(found) for found in _ERROR.findall(block)]
        if b"<f" in block or b":f" in block:
            self.without_value += [_place(found) for found in _HOLLOW.findall(block)]


def scan_workbook(raw: bytes, name: str) -> dict[str, SheetScan]:
    """What each sheet of an XLSX file holds, by its name, looked at a piece at a time; nothing for a zip file of another kind (ODS)."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        unpacked = sum(part.file_size for part in book.infolist())
        if unpacked > MOST_BYTES or (unpacked > SUSPECT_BYTES and unpacked > PACKED_TO * len(raw)):
            raise SourceError(
                f"'{name}' is too large when it is unpacked.", found=f"{unpacked / 1e6:,.0f} MB out of {len(raw) / 1e6:,.1f} MB",
                allowed=f"{SUSPECT_BYTES / 1e6:,.0f} MB, or {MOST_BYTES / 1e6:,.0f} MB of a workbook packed in the usual way", where=name,
                do="export the answers again, as CSV if there are that many; delete what is not needed of the workbook.",
            )
        parts = _sheet_parts(book)
        sheets = {part: SheetScan() for part in parts.values()}
        for part in book.namelist():             # all of them: a size that is not what the file says shows when it is read
            _read_through(book, part, sheets.get(part))
        found = {sheet: sheets[part] for sheet, part in parts.items()}
    for sheet, scan in found.items():
        _refuse_sparse(scan, sheet, name)
    return found


def refuse_hollow(scan: SheetScan, sheet: str, name: str) -> None:
    """Stop where cells of a sheet that is read hold an error value or a formula without result: they would be read as no answer."""
    if scan.errors or scan.without_value:
        kinds = ((scan.errors, "error value such as #N/A", "error values such as #N/A"),
                 (scan.without_value, "formula that was never worked out", "formulas that were never worked out"))
        found = (f"{len(places):,} {one if len(places) == 1 else many} ({_listed(places)})" for places, one, many in kinds if places)
        raise SourceError(
            f"'{name}' has cells that would be read as empty.", found="; ".join(found),
            allowed="text, numbers and dates, or formulas with their results", where=f"{name}, sheet '{sheet}'",
            do="open the workbook, put these cells right, or empty them where there is no answer, and save it; a programme that works out "
               "formulas stores their results on saving.",
        )


def _refuse_sparse(scan: SheetScan, sheet: str, name: str) -> None:
    """Stop where a few cells lie so far apart that laying out what is between them would exhaust the memory."""
    places = scan.rows * scan.columns
    if places > MOST_PLACES or (places > SUSPECT_PLACES and places > SPARSE * scan.cells):
        raise SourceError(
            f"'{name}' has a cell far away from the others.", where=f"{name}, sheet '{sheet}'",
            found=f"{scan.cells:,} cells over {scan.rows:,} rows and {scan.columns:,} columns",
            allowed=f"a table: at most {SUSPECT_PLACES:,} places, or {MOST_PLACES:,} if most of them are filled",
            do="go to the last cell of the sheet (Ctrl+End), delete the rows and columns beyond the answers, and save it.",
        )


def _sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """The part of the file that holds each sheet, by the sheet's name."""
    if "xl/workbook.xml" not in book.namelist():
        return {}
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/") for one in relations}
    sheets = [one for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iter() if one.tag.endswith("}sheet")]
    parts = {one.get("name", ""): targets.get(one.get(_RELATION), "") for one in sheets}
    return {sheet: part for sheet, part in parts.items() if part in book.namelist()}


def _read_through(book: zipfile.ZipFile, part: str, scan: SheetScan | None) -> None:
    """Unpack one part a piece at a time, and look at it if it is a sheet."""
    rest = b""
    with book.open(part) as unpacked:
        while block := unpacked.read(_CHUNK):
            if scan is not None:
                block = rest + block
                cut = max(block.rfind(b"<c "), block.rfind(b"<c>"), block.rfind(b"<row"), block.rfind(b"<", 0, max(block.rfind(b":c "), 0)))
                cut = max(cut, len(block) - _LONGEST_CELL, 0)
                scan.add(block[:cut])
                rest = block[cut:]
    if scan is not None:
        scan.add(rest)


def _number(letters: bytes) -> int:
    """The number of a column, counted from 1; no sheet has more columns than 16,384."""
    number = 0
    for letter in letters[:4]:
        number = number * 26 + letter - 64
    return min(number, _MOST_COLUMNS)


def _place(attributes: bytes) -> str:
    """The reference of a cell from its attributes."""
    found = _PLACE.search(attributes)
    return found[1].decode() if found else "a cell without reference"


def _listed(places: list[str]) -> str:
    """The first places, and how many more."""
    return ", ".join(places[:_LISTED]) + (f" and {len(places) - _LISTED} more" if len(places) > _LISTED else "")
