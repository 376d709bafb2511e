"""The cells of an XLSX workbook as they are written: values, errors, formulas without result, merged, hidden, struck through, commented."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from nbeval.cleaning import limits
from nbeval.cleaning.noticed import CellKind
from nbeval.cleaning.workbook_scan import BookScan, Range, ScanError, SheetScan, refuse_sheets

Attributes = dict[str, str]
_CHUNK = 1 << 20
_YES = ("1", "true")
_REFERENCE = re.compile(r"\$?([A-Z]{1,4})\$?(\d{1,9})")
#: what a cell of each column is called, found out once
_COLUMNS: dict[str, int] = {}


def read_xml(book: zipfile.ZipFile, part: str, start: Callable[[str, Attributes], None], end: Callable[[str], None] | None = None,
             text: Callable[[str], None] | None = None) -> None:
    """Read one part of a file a piece at a time; names come without their prefix. A document type is no part of a workbook."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name if ":" not in name else name.rpartition(":")[2], attributes)
    if end:
        parser.EndElementHandler = lambda name: end(name if ":" not in name else name.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with book.open(part) as unpacked:
        while block := unpacked.read(_CHUNK):
            parser.Parse(block)
        parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise ScanError("a document type")


def scan_xlsx(book: zipfile.ZipFile, name: str) -> BookScan:
    """What the sheets of a workbook hold, by their names."""
    parts, sheets, hidden, afresh = set(book.namelist()), {}, set(), [False]
    targets = _related(book, "xl/workbook.xml", parts)

    def element(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            target = next((targets[value][1] for key, value in attributes.items() if key.rpartition(":")[2] == "id" and value in targets), "")
            sheets[attributes.get("name", "")] = target
            hidden.update([attributes.get("name", "")] if attributes.get("state", "visible") != "visible" else [])
            refuse_sheets(len(sheets), name)
        elif tag == "calcPr":
            afresh[0] = attributes.get("fullCalcOnLoad") in _YES

    read_xml(book, "xl/workbook.xml", element)
    sheets = {sheet: part for sheet, part in sheets.items() if part in parts and part.startswith("xl/worksheets/")}
    look = Look(*_strings(book, targets, parts), _struck_styles(book, targets, parts), afresh[0])
    found = {sheet: _scan_sheet(book, part, look, name) for sheet, part in sheets.items()}
    for sheet, scan in found.items():
        scan.hidden = sheet in hidden
        for kind, part in _related(book, sheets[sheet], parts).values():
            _of_sheet(book, kind, part, scan) if part in parts else None
    return BookScan(found, "xl/vbaProject.bin" in parts, sum(kind == "externalLink" for kind, _ in targets.values()))


@dataclass(frozen=True)
class Look:
    """What a sheet says of its cells only by number: empty and struck shared strings, struck styles; and whether results are still to come."""

    empty: frozenset[str] = frozenset()
    struck_strings: frozenset[str] = frozenset()
    struck_styles: frozenset[str] = frozenset()
    afresh: bool = False


def _related(book: zipfile.ZipFile, part: str, parts: set[str]) -> dict[str, tuple[str, str]]:
    """The kind and the place of everything that a part refers to, by its id there."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def element(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    if f"{folder}/_rels/{name}.rels" in parts:
        read_xml(book, f"{folder}/_rels/{name}.rels", element)
    return found


def _strings(book: zipfile.ZipFile, targets: dict[str, tuple[str, str]], parts: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers of the shared strings that are empty, and of those with letters that are struck through."""
    part = next((target for kind, target in targets.values() if kind == "sharedStrings"), "")
    reader = _Text()
    count, empty, struck = [0], set(), set()

    def end(tag: str) -> None:
        reader.end(tag)
        if tag == "si":
            if not reader.filled:
                empty.add(str(count[0]))
            if reader.struck:
                struck.add(str(count[0]))
            count[0] += 1
            reader.clear()

    if part in parts:
        read_xml(book, part, reader.start, end, reader.text)
    return frozenset(empty), frozenset(struck)


@dataclass
class _Text:
    """A rich text: whether there is any of it, and whether some is struck through; how it is pronounced does not count."""

    filled: bool = False
    struck: bool = False
    inside: bool = False
    spoken: bool = False

    def clear(self) -> None:
        """Begin with the next text."""
        self.filled = self.struck = self.inside = self.spoken = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "t":
            self.inside = not self.spoken
        elif tag == "rPh":
            self.spoken = True
        elif tag == "strike":
            self.struck |= attributes.get("val", "1") in _YES

    def end(self, tag: str) -> None:
        if tag == "t":
            self.inside = False
        elif tag == "rPh":
            self.spoken = False

    def text(self, text: str) -> None:
        self.filled |= self.inside and text != ""


def _struck_styles(book: zipfile.ZipFile, targets: dict[str, tuple[str, str]], parts: set[str]) -> frozenset[str]:
    """The numbers of the styles of cells whose font is struck through."""
    part = next((target for kind, target in targets.values() if kind == "styles"), "")
    inside, fonts, styles = [""], [], []

    def start(tag: str, attributes: Attributes) -> None:
        if tag in ("fonts", "cellXfs", "cellStyleXfs", "dxfs"):
            inside[0] = tag
        elif tag == "font" and inside[0] == "fonts":
            fonts.append(False)
        elif tag == "strike" and inside[0] == "fonts" and fonts:
            fonts[-1] = attributes.get("val", "1") in _YES
        elif tag == "xf" and inside[0] == "cellXfs":
            styles.append(attributes.get("fontId", ""))

    if part in parts:
        read_xml(book, part, start)
    struck = {str(number) for number, font in enumerate(fonts) if font}
    return frozenset(str(number) for number, font in enumerate(styles) if font in struck)


def _of_sheet(book: zipfile.ZipFile, kind: str, part: str, scan: SheetScan) -> None:
    """Note the comments on a sheet, and the rows of totals of its tables."""
    def element(tag: str, attributes: Attributes) -> None:
        if kind == "comments" and tag == "comment":
            scan.comments.append(place_of(attributes.get("ref", "")))
        elif kind == "table" and tag == "table" and int(attributes.get("totalsRowCount", "0")):
            last = range_of(attributes.get("ref", ""))[1]
            scan.totals.update(range(last - min(int(attributes["totalsRowCount"]), 9) + 1, last + 1))

    if kind in ("comments", "table"):
        read_xml(book, part, element)


def place_of(reference: str) -> tuple[int, int]:
    """The row and the column of a reference such as B7, counted from 0."""
    if not (found := _REFERENCE.fullmatch(reference)):
        raise ScanError("a reference to a cell")
    column = _COLUMNS.get(found[1])
    if column is None:
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        _COLUMNS[found[1]] = column
    return int(found[2]) - 1, min(column, limits.LAST_COLUMN) - 1


def range_of(reference: str) -> Range:
    """The first and last row, and the first and last column, of a range such as B7:C9."""
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    return top, bottom, left, right


def _scan_sheet(book: zipfile.ZipFile, part: str, look: Look, name: str) -> SheetScan:
    """What one sheet holds."""
    reader = _Sheet(look, name)
    read_xml(book, part, reader.start, reader.end, reader.text)
    return reader.scan


@dataclass
class _Sheet:
    """Reads the XML of one sheet, element by element."""

    look: Look
    name: str
    scan: SheetScan = field(default_factory=SheetScan)
    row: int = -1
    column: int = -1
    cell: Attributes | None = None
    value: list[str] | None = None       # the text of <v>; none where there is no such element
    formula: bool = False
    inline: _Text = field(default_factory=_Text)
    inside: str = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if tag == "c":
            self._begin_cell(attributes)
        elif self.cell is not None:
            self.inside = tag
            if tag == "v":
                self.value = []
            elif tag == "f":
                self.formula = True
            else:
                self.inline.start(tag, attributes)
        elif tag == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1
            if attributes.get("hidden") in _YES or attributes.get("ht") == "0":
                self.scan.hidden_rows.add(self.row)
        elif tag == "mergeCell":
            self.scan.merged.append(range_of(attributes.get("ref", "")))
        elif tag == "col" and (attributes.get("hidden") in _YES or attributes.get("width") == "0"):
            self.scan.hidden_columns.append((int(attributes.get("min", "1")) - 1, int(attributes.get("max", "1")) - 1))
        elif tag == "filterColumn":
            self.scan.filtered = True

    def _begin_cell(self, attributes: Attributes) -> None:
        """A cell begins; one without a reference follows the one before."""
        reference = attributes.get("r")
        self.row, self.column = place_of(reference) if reference else (max(self.row, 0), self.column + 1)
        self.cell, self.value, self.formula, self.inside = attributes, None, False, ""
        self.inline.clear()

    def text(self, text: str) -> None:
        """Text within an element."""
        if self.cell is not None:
            if self.inside == "v" and self.value is not None:
                self.value.append(text)
            self.inline.text(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self.cell is None:
            return
        if tag != "c":
            self.inside = ""
            self.inline.end(tag)
            return
        self._classify(self.cell, "".join(self.value or ()))
        self.cell = None

    def _classify(self, cell: Attributes, value: str) -> None:
        """What a whole cell is."""
        kind, scan = cell.get("t", "n"), self.scan
        if kind == "n" and not (value or self.formula):
            return                          # a blank, however it is painted: no reader lays it out
        scan.reach(self.row, self.column)
        limits.refuse_many_cells(scan.cells, self.name, limits.MOST_PLACES)
        if kind == "e":
            scan.add(CellKind.ERROR, self.row, self.column)
        elif self.formula and self._is_hollow(kind, value):
            scan.add(CellKind.HOLLOW, self.row, self.column)
        elif self._is_filled(kind, value):
            scan.filled[self.column] += 1
            struck = self.inline.struck or cell.get("s") in self.look.struck_styles
            if struck or (kind == "s" and value in self.look.struck_strings):
                scan.add(CellKind.STRUCK, self.row, self.column)

    def _is_hollow(self, kind: str, value: str) -> bool:
        """Whether a formula has no result: none is stored, or the nought that stands for one until the workbook is opened."""
        return self.value is None if kind == "str" else value == "" or (self.look.afresh and value == "0" and kind == "n")

    def _is_filled(self, kind: str, value: str) -> bool:
        """Whether there is anything in a cell."""
        if kind == "s":                     # the number of a shared text; without one the text is lost
            return self.value is not None and value not in self.look.empty
        return value != "" or self.inline.filled
