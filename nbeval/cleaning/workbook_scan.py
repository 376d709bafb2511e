"""What is in a workbook before a reader opens it: sizes that would exhaust the memory, and what each cell is, whatever a reader makes of it."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field

from nbeval.cleaning import limits
from nbeval.cleaning.noticed import CellKind, Places
from nbeval.errors import SourceError

#: first and last row, first and last column, counted from 0
Range = tuple[int, int, int, int]


class ScanError(Exception):
    """A file that is no whole workbook."""


class Locked(Exception):
    """A workbook that is protected by a password."""


@dataclass
class SheetScan:
    """One sheet: how far it reaches, how many cells of each column hold something, and which cells are no plain values."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    filled: Counter[int] = field(default_factory=Counter)
    unusual: dict[CellKind, Places] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filtered: bool = False
    hidden: bool = False
    comments: list[tuple[int, int]] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)

    def reach(self, row: int, column: int) -> None:
        """Note that the sheet has a cell there, counted from 0."""
        self.cells += 1
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)

    def add(self, kind: CellKind, row: int, column: int) -> None:
        """Note a cell that is no plain value."""
        self.unusual.setdefault(kind, Places()).add(row, column)

    @property
    def holds(self) -> int:
        """How many cells hold something: a value, an error or a formula."""
        return self.filled.total() + sum(len(self.unusual.get(kind, ())) for kind in (CellKind.ERROR, CellKind.HOLLOW))


@dataclass
class BookScan:
    """A workbook: its sheets by name, and what it brings along."""

    sheets: dict[str, SheetScan] = field(default_factory=dict)
    macros: bool = False
    links: int = 0


def scan_workbook(raw: bytes, name: str) -> BookScan:
    """What a workbook holds (XLSX, ODS, XLS, by what it is and not by its name), looked at a piece at a time; refused where it is too large."""
    from nbeval.cleaning.scan_ods import scan_ods
    from nbeval.cleaning.scan_xls import scan_xls
    from nbeval.cleaning.scan_xlsx import scan_xlsx

    if not raw.startswith(b"PK"):
        return _refuse_sparse(scan_xls(raw), name)
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        _refuse_large(book, len(raw), name)
        parts = set(book.namelist())
        if "xl/workbook.bin" in parts:
            raise SourceError(f"'{name}' is a binary workbook.", found="a workbook as .xlsb keeps it", allowed=".xlsx, .xls or .ods", where=name,
                              do="open it and save it as .xlsx.")
        found = scan_xlsx(book, name) if "xl/workbook.xml" in parts else scan_ods(book, name)
        for part in parts:                  # all of them: a size that is not what the file says shows when it is read
            with book.open(part) as unpacked:
                while unpacked.read(1 << 20):
                    pass
    return _refuse_sparse(found, name)


def _refuse_large(book: zipfile.ZipFile, packed: int, name: str) -> None:
    """Stop where a file unpacks to more than a workbook holds, by the sizes that its own list gives; those are checked as it is unpacked."""
    unpacked, parts = sum(part.file_size for part in book.infolist()), len(book.infolist())
    if any(part.flag_bits & 1 for part in book.infolist()):
        raise Locked
    if unpacked > limits.MOST_UNPACKED or (unpacked > limits.SUSPECT_BYTES and unpacked > limits.PACKED_TO * packed):
        raise SourceError(
            f"'{name}' is too large when it is unpacked.", found=f"{unpacked / 1e6:,.0f} MB out of {packed / 1e6:,.1f} MB",
            allowed=f"{limits.SUSPECT_BYTES / 1e6:,.0f} MB, or {limits.MOST_UNPACKED / 1e6:,.0f} MB of a workbook packed in the usual way",
            where=name, do="export the answers again, as CSV if there are that many; delete what is not needed of the workbook.",
        )
    if parts > limits.MOST_PARTS:
        raise limits.too_large(name, f"{parts:,} parts", f"{limits.MOST_PARTS:,} parts")


def refuse_sheets(count: int, name: str) -> None:
    """Stop where a workbook has no sheet, or more than are looked through."""
    if not count:
        raise SourceError(f"'{name}' has no sheets.", found="a workbook without a sheet of cells", where=name, do="export the answers again.")
    if count > limits.MOST_SHEETS:
        raise limits.too_large(name, f"{count:,} sheets", f"{limits.MOST_SHEETS:,} sheets")


def _refuse_sparse(found: BookScan, name: str) -> BookScan:
    """The scan; stops where a few cells lie so far apart that laying out what is between them would exhaust the memory."""
    refuse_sheets(len(found.sheets), name)
    for sheet, scan in found.sheets.items():
        places = scan.rows * scan.columns
        if places > limits.MOST_PLACES or (places > limits.SUSPECT_PLACES and places > limits.SPARSE * scan.cells):
            raise SourceError(
                f"'{name}' has a cell far away from the others.", where=f"{name}, sheet '{sheet}'",
                found=f"{scan.cells:,} cells over {scan.rows:,} rows and {scan.columns:,} columns",
                allowed=f"a table: at most {limits.SUSPECT_PLACES:,} places, or {limits.MOST_PLACES:,} if most of them are filled",
                do="go to the last cell of the sheet (Ctrl+End), delete the rows and columns beyond the answers, and save it.",
            )
    return found
