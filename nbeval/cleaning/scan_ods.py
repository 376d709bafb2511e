"""The cells of an OpenDocument workbook as they are written: values, errors, formulas without result, merged, hidden, struck through, commented."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field

from nbeval.cleaning import limits
from nbeval.cleaning.noticed import CellKind
from nbeval.cleaning.scan_xlsx import Attributes, read_xml
from nbeval.cleaning.workbook_scan import BookScan, Locked, ScanError, SheetScan, refuse_sheets

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_CELLS = ("table-cell", "covered-table-cell")
#: what an office programme shows in place of a result
_ERRORS = ("#", "Err:")
_PLAIN = ("string", "float", "percentage", "currency", "date", "time", "boolean")


def scan_ods(book: zipfile.ZipFile, name: str) -> BookScan:
    """What the sheets of a workbook hold, by their names."""
    parts = book.namelist()
    if _CONTENT not in parts:
        raise ScanError("no workbook")
    if _MANIFEST in parts and b"encryption-data" in book.read(_MANIFEST):
        raise Locked
    reader = _Reader(name)
    read_xml(book, _CONTENT, reader.start, reader.end, reader.text)
    for sheet, style in reader.styled.items():
        reader.found.sheets[sheet].hidden = style in reader.not_shown
    reader.found.macros = any(part.startswith(("Basic/", "Scripts/")) for part in parts)
    return reader.found


@dataclass
class _Reader:
    """Reads the content element by element; what is repeated counts as often as it is repeated."""

    name: str
    found: BookScan = field(default_factory=BookScan)
    sheet: SheetScan | None = None
    styled: dict[str, str] = field(default_factory=dict)
    struck: set[str] = field(default_factory=set)
    not_shown: set[str] = field(default_factory=set)
    style: str = ""
    row: int = 0
    rows: int = 1                      # how often the row is repeated
    column: int = 0
    columns: int = 0                   # columns declared so far
    hidden: bool = False
    cell: Attributes | None = None
    written: list[str] = field(default_factory=list)
    crossed: bool = False
    annotated: int = 0                 # how deep within a comment
    commented: bool = False

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if tag == "annotation" or self.annotated:
            self.annotated += 1
            self.commented = True
        elif tag == "style":
            self.style = given.get("name", "")
        elif tag == "text-properties" and given.get("text-line-through-style", "none") != "none":
            self.struck.add(self.style)
        elif tag == "table-properties" and given.get("display") == "false":
            self.not_shown.add(self.style)
        elif tag == "table":
            self.sheet = self.found.sheets.setdefault(given.get("name", ""), SheetScan())
            self.styled[given.get("name", "")] = given.get("style-name", "")
            self.row = self.columns = 0
            refuse_sheets(len(self.found.sheets), self.name)
        elif self.sheet is not None:
            self._in_sheet(tag, given, self.sheet)

    def _in_sheet(self, tag: str, given: Attributes, sheet: SheetScan) -> None:
        """An element of a sheet begins."""
        if tag == "table-column":
            many = int(given.get("number-columns-repeated", "1"))
            if given.get("visibility", "visible") != "visible":
                sheet.hidden_columns.append((self.columns, self.columns + many - 1))
            self.columns += many
        elif tag == "table-row":
            self.rows, self.column = int(given.get("number-rows-repeated", "1")), 0
            self.hidden = given.get("visibility", "visible") != "visible"
            sheet.filtered |= given.get("visibility") == "filter"
        elif tag in _CELLS:
            self.cell, self.written, self.crossed, self.commented = given, [], False, False
        elif self.cell is not None:
            self.crossed |= given.get("style-name", "") in self.struck

    def text(self, text: str) -> None:
        """Text within an element."""
        if self.cell is not None and not self.annotated:
            self.written.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self.annotated:
            self.annotated -= 1
        elif tag in _CELLS and self.cell is not None and self.sheet is not None:
            self._end_cell(self.cell, self.sheet)
            self.cell = None
        elif tag == "table-row":
            self.row += self.rows

    def _end_cell(self, cell: Attributes, sheet: SheetScan) -> None:
        """Note what a whole cell is, in every place where it is repeated."""
        across = int(cell.get("number-columns-repeated", "1"))
        kind, text = self._kind(cell), "".join(self.written)
        filled = kind is not None or cell.get("value-type", "") in _PLAIN and (text != "" or cell.get("value-type") != "string")
        if filled or self.commented:
            limits.refuse_many_cells(sheet.cells + self.rows * across, self.name, limits.MOST_PLACES)
            for row in range(self.row, self.row + self.rows):
                sheet.hidden_rows.update([row] if self.hidden else [])
                for column in range(self.column, self.column + across):
                    self._note(sheet, row, column, kind, filled)
        down, right = int(cell.get("number-rows-spanned", "1")), int(cell.get("number-columns-spanned", "1"))
        if down > 1 or right > 1:
            sheet.merged.append((self.row, self.row + down - 1, self.column, self.column + right - 1))
        self.column += across

    def _kind(self, cell: Attributes) -> CellKind | None:
        """Whether a cell is an error or a formula without result."""
        text = "".join(self.written)
        if cell.get("value-type") == "error" or ("formula" in cell and text.startswith(_ERRORS)):
            return CellKind.ERROR
        return CellKind.HOLLOW if "formula" in cell and "value-type" not in cell else None

    def _note(self, sheet: SheetScan, row: int, column: int, kind: CellKind | None, filled: bool) -> None:
        """Note one place."""
        sheet.reach(row, column)
        if kind:
            sheet.add(kind, row, column)
        elif filled:
            sheet.filled[column] += 1
            if self.crossed or (self.cell or {}).get("style-name", "") in self.struck:
                sheet.add(CellKind.STRUCK, row, column)
        else:
            sheet.comments.append((row, column))

