"""Tables written as files with some of their cells damaged: what cells can be, whatever a library makes of them."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from nbeval.cleaning.noticed import CellKind, letters

ROWS = list[list[str]]
Place = tuple[int, int]
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_STYLES = (f'<styleSheet {_MAIN}><fonts><font/><font><strike/></font></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>'
           '<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="0" fontId="1"/><xf numFmtId="14" fontId="0"/></cellXfs></styleSheet>')


@dataclass
class Book:
    """A workbook to be written: its one table, the cells that are written otherwise, and what is beside them."""

    rows: ROWS
    cells: dict[Place, str] = field(default_factory=dict)        # place -> the whole XML of the cell
    row_marks: dict[int, str] = field(default_factory=dict)
    columns: str = ""
    filter: str = ""
    merged: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    calculation: str = ""
    others: list[tuple[str, str, str]] = field(default_factory=list)     # name, state, XML of rows
    parts: dict[str, str] = field(default_factory=dict)
    relations: str = ""
    state: str = ""

    def xlsx(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in self._parts().items():
                book.writestr(name, content)
        return out.getvalue()

    def _parts(self) -> dict[str, str]:
        sheets = [("Answers", self.state, self._sheet()), *((name, state, f"<worksheet {_MAIN}><sheetData>{xml}</sheetData></worksheet>") for name, state, xml in self.others)]
        names = "".join(f'<sheet name="{name}" sheetId="{place}" {state} r:id="rId{place}"/>' for place, (name, state, _) in enumerate(sheets, 1))
        relations = "".join(f'<Relationship Id="rId{place}" Type="{_KIND}/worksheet" Target="worksheets/sheet{place}.xml"/>' for place in range(1, len(sheets) + 1))
        strings = "<si><t>shared</t></si><si><t></t></si>"
        comments = "".join(f'<comment ref="{place}" authorId="0"><text><t>said</t></text></comment>' for place in self.comments)
        sheet_relations = self.relations + (f'<Relationship Id="rId9" Type="{_KIND}/comments" Target="../comments1.xml"/>' if comments else "")
        return {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_KIND}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f"<workbook {_MAIN}><sheets>{names}</sheets>{self.calculation}</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}<Relationship Id="rS" Type="{_KIND}/styles" Target="styles.xml"/>'
                                          f'<Relationship Id="rT" Type="{_KIND}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            "xl/styles.xml": _STYLES, "xl/sharedStrings.xml": f"<sst {_MAIN}>{strings}</sst>",
            **{f"xl/worksheets/sheet{place}.xml": xml for place, (_, _, xml) in enumerate(sheets, 1)},
            **({"xl/comments1.xml": f"<comments {_MAIN}><authors><author>a</author></authors><commentList>{comments}</commentList></comments>"} if comments else {}),
            **({"xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{sheet_relations}</Relationships>'} if sheet_relations else {}),
            **self.parts,
        }

    def _sheet(self) -> str:
        rows = "".join(
            f'<row r="{number + 1}" {self.row_marks.get(number, "")}>'
            + "".join(self.cells.get((number, place)) or plain(number, place, text) for place, text in enumerate(row)) + "</row>"
            for number, row in enumerate(self.rows))
        merged = f'<mergeCells count="{len(self.merged)}">{"".join(f"<mergeCell ref={one!r}/>" for one in self.merged)}</mergeCells>' if self.merged else ""
        return f'<worksheet {_MAIN}><dimension ref="A1"/>{self.columns}<sheetData>{rows}</sheetData>{self.filter}{merged}</worksheet>'


def at(number: int, place: int) -> str:
    """What a spreadsheet calls a cell."""
    return f"{letters(place)}{number + 1}"


def plain(number: int, place: int, text: str) -> str:
    """A plain cell: a number, a text within the cell, or nothing."""
    if text == "":
        return ""
    if text.isdigit() and str(int(text)) == text:
        return f'<c r="{at(number, place)}"><v>{text}</v></c>'
    return f'<c r="{at(number, place)}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


@dataclass(frozen=True)
class Damaged:
    """A damaged file: its bytes, which cells were touched, what has to be said of them, and whether it may be read all the same."""

    raw: bytes
    touched: frozenset[Place]
    count: int
    kind: CellKind | None = None       # what has to be counted; none where nothing is lost
    refused: bool = False              # whether it may not be read
    any_error: bool = False            # whether it may be refused in any words


def _cells(way: Callable[[random.Random, int, int, str], str], kind: CellKind | None, refused: bool = False, **of_book: str):
    """Damage by writing k cells in another way."""
    def damage(rows: ROWS, places: list[Place], chance: random.Random) -> Damaged:
        book = Book(rows, {(row, column): way(chance, row, column, rows[row][column]) for row, column in places}, **of_book)
        return Damaged(book.xlsx(), frozenset(places), len(places), kind, refused)
    return damage


def _error(chance: random.Random, row: int, column: int, _: str) -> str:
    formula = chance.choice(("", "<f>A1</f>", '<f t="shared" si="0"/>'))
    return f'<c r="{at(row, column)}" t="e">{formula}<v>{chance.choice(("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"))}</v></c>'


def _hollow(chance: random.Random, row: int, column: int, _: str) -> str:
    formula = chance.choice(("<f>A1&gt;B1</f>", "<f>A1</f><v></v>", "<f>A1</f><v/>", '<f si="0" t="shared"/>'))
    return f'<c r="{at(row, column)}">{formula}</c>'


def _nought(_: random.Random, row: int, column: int, __: str) -> str:
    return f'<c r="{at(row, column)}"><f>A1</f><v>0</v></c>'


def _struck(chance: random.Random, row: int, column: int, text: str) -> str:
    rich, style = chance.choice((("<rPr><strike/></rPr>", ""), ("", 's="1"'), ("<rPr><strike/></rPr>", 's="1"')))
    return f'<c r="{at(row, column)}" t="inlineStr" {style}><is><r>{rich}<t>{escape(text)}</t></r></is></c>'


def _unread(chance: random.Random, row: int, column: int, text: str) -> str:
    return chance.choice((
        f'<c r="{at(row, column)}" t="inlineStr"><v>{escape(text)}</v></c>', f'<c r="{at(row, column)}" t="str"><v><![CDATA[{text}]]></v></c>',
        f'<c r="{at(row, column)}"><v>NaN</v></c>', 2 * f'<c r="{at(row, column)}" t="str"><v>{escape(text)}</v></c>',
    ))


def _same(chance: random.Random, row: int, column: int, text: str) -> str:
    """The same text, written in one of the ways that mean no other."""
    half, safe = len(text) // 2, escape(text)
    return chance.choice((
        f'<c r="{at(row, column)}" t="str"><v>{safe}</v></c>', f'<c r="{at(row, column)}" t="str"><f>A1</f><v>{safe}</v></c>',
        f"<c r='{at(row, column)}' t='inlineStr'><is><r><t xml:space='preserve'>{escape(text[:half])}</t></r><r><rPr><b/></rPr><t xml:space='preserve'>"
        f"{escape(text[half:])}</t></r><rPh sb='0' eb='1'><t>spoken</t></rPh></is></c>",
    ))


def _broken(chance: random.Random, row: int, column: int, _: str) -> str:
    return f'<c r="{at(row, column)}" ' + chance.choice(('t="s"><v>99</v></c>', 't="q"><v>1</v></c>', 't="s"><v></v></c>'))


def _other_value(chance: random.Random, row: int, column: int, _: str) -> str:
    return f'<c r="{at(row, column)}" ' + chance.choice(('s="2"><v>43952</v></c>', 't="b"><v>1</v></c>', 't="str"><v>#REF!</v></c>'))


def _spoilt(_: random.Random, row: int, column: int, text: str) -> str:
    return plain(row, column, f"{text} it\u00e2\u20ac\u2122s caf\u00c3\u00a9")


def merged(rows: ROWS, places: list[Place], _: random.Random) -> Damaged:
    """Merge cells with the one above."""
    rows, gone, ranges = [list(row) for row in rows], set(), []
    for row, column in places:
        if row > 1 and (row, column) not in gone and (row - 1, column) not in gone:
            rows[row][column] = ""
            gone.add((row, column))
            ranges.append((row, column))
    return Damaged(Book(rows, merged=[f"{at(row - 1, column)}:{at(row, column)}" for row, column in ranges]).xlsx(), frozenset(gone), len(gone),
                   CellKind.MERGED if gone else None, bool(gone))


def commented(rows: ROWS, places: list[Place], _: random.Random) -> Damaged:
    """Move answers into comments."""
    rows = [list(row) for row in rows]
    for row, column in places:
        rows[row][column] = ""
    return Damaged(Book(rows, comments=[at(*place) for place in places]).xlsx(), frozenset(places), len(places), CellKind.COMMENT)


def hidden_rows(rows: ROWS, places: list[Place], chance: random.Random) -> Damaged:
    """Hide rows, by hand or by a filter."""
    gone, mark = {row for row, _ in places}, chance.choice(('hidden="1"', 'ht="0" customHeight="1"'))
    filtered = '<autoFilter ref="A1:B9"><filterColumn colId="0"/></autoFilter>' if chance.random() < 0.5 else ""
    return Damaged(Book(rows, row_marks=dict.fromkeys(gone, mark), filter=filtered).xlsx(), frozenset(), len(gone),
                   CellKind.FILTERED_ROW if filtered else CellKind.HIDDEN_ROW)


def hidden_columns(rows: ROWS, places: list[Place], _: random.Random) -> Damaged:
    """Hide columns."""
    gone = sorted({column for _, column in places})
    columns = "".join(f'<col min="{one + 1}" max="{one + 1}" hidden="1"/>' for one in gone)
    return Damaged(Book(rows, columns=f"<cols>{columns}</cols>").xlsx(), frozenset(), len(gone), CellKind.HIDDEN_COLUMN)


def other_sheet(rows: ROWS, places: list[Place], chance: random.Random) -> Damaged:
    """Put cells on a second sheet: nobody can know which one is meant."""
    cells = "".join(f"<row>{plain(0, column, 'x')}</row>" for _, column in places[:1])
    state = chance.choice(("", 'state="hidden"', 'state="veryHidden"'))
    return Damaged(Book(rows, others=[("More", state, cells)]).xlsx(), frozenset(), 2, refused=True, any_error=True)


def hidden_sheet(rows: ROWS, _: list[Place], __: random.Random) -> Damaged:
    """Hide the sheet itself."""
    return Damaged(Book(rows, state='state="hidden"', others=[("Empty", "", "")]).xlsx(), frozenset(), 1, CellKind.HIDDEN_SHEET)


def cut_short(rows: ROWS, _: list[Place], chance: random.Random) -> Damaged:
    """Cut the file short."""
    raw = Book(rows).xlsx()
    return Damaged(raw[:chance.randrange(40, len(raw) - 30)], frozenset(), 0, refused=True, any_error=True)


def flipped(rows: ROWS, _: list[Place], chance: random.Random) -> Damaged:
    """Change some bytes of the file."""
    raw = bytearray(Book(rows).xlsx())
    for _ in range(chance.randint(1, 6)):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return Damaged(bytes(raw), frozenset(), 0, any_error=True)


WORKBOOK = {
    "error values": _cells(_error, CellKind.ERROR, True), "formulas without result": _cells(_hollow, CellKind.HOLLOW, True),
    "results still to come": _cells(_nought, CellKind.HOLLOW, True, calculation='<calcPr fullCalcOnLoad="1"/>'),
    "struck through": _cells(_struck, CellKind.STRUCK), "written so that a reader loses it": _cells(_unread, CellKind.UNREAD, True),
    "the same, written otherwise": _cells(_same, None), "types and strings that are not there": _cells(_broken, None, True),
    "dates, booleans, typed errors": _cells(_other_value, None), "spoilt letters": _cells(_spoilt, CellKind.SPOILT),
    "merged": merged, "comments alone": commented, "hidden rows": hidden_rows, "hidden columns": hidden_columns,
    "a second sheet": other_sheet, "a hidden sheet": hidden_sheet, "cut short": cut_short, "changed bytes": flipped,
}


# --- delimited text -------------------------------------------------------------------------------


def as_csv(rows: ROWS) -> bytes:
    """The rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _texts(change: Callable[[str], str], kind: CellKind | None):
    def damage(rows: ROWS, places: list[Place], _: random.Random) -> Damaged:
        changed = [list(row) for row in rows]
        for row, column in places:
            changed[row][column] = change(rows[row][column])
        return Damaged(as_csv(changed), frozenset(places), len(places), kind)
    return damage


def mixed_encodings(rows: ROWS, places: list[Place], _: random.Random) -> Damaged:
    """Some cells in another encoding than the others."""
    changed = [list(row) for row in rows]
    for number, (row, column) in enumerate(places):
        changed[row][column] += " \u2019" if number else " \u00e9"
    raw = as_csv(changed).replace("\u00e9".encode(), "\u00e9".encode("cp1252"))
    return Damaged(raw, frozenset(places), len(places) - 1, CellKind.SPOILT if len(places) > 1 else None)


def _bytes_of(change: Callable[[bytes, random.Random], bytes]):
    return lambda rows, _, chance: Damaged(change(as_csv(rows), chance), frozenset(), 0, refused=True, any_error=True)


def _in_the_middle(what: bytes) -> Callable[[bytes, random.Random], bytes]:
    def change(raw: bytes, chance: random.Random) -> bytes:
        lines = raw.split(b"\r\n")
        bare = [number for number, line in enumerate(lines) if number and b'"' not in line and line.replace(b",", b"")]
        if not bare:                      # within quotation marks it may mean nothing
            return _cut_within(raw, chance)
        number = chance.choice(bare)
        place = chance.randrange(1, max(lines[number].rfind(b","), 2))
        return b"\r\n".join([*lines[:number], lines[number][:place] + what + lines[number][place:], *lines[number + 1:]])
    return change


def _cut_within(raw: bytes, chance: random.Random) -> bytes:
    """Cut before the last delimiter of a record."""
    return raw[:raw.rfind(b",", 0, chance.randrange(len(raw) // 2, len(raw)))]


TEXT = {
    "typed errors": _texts(lambda _: "#REF!", None), "spoilt letters": _texts(lambda text: f"{text} it\u00e2\u20ac\u2122s", CellKind.SPOILT),
    "lost letters": _texts(lambda text: f"{text}\ufffd", CellKind.SPOILT), "mixed encodings": mixed_encodings,
    "bytes of nothing": _bytes_of(_in_the_middle(b"\x00")), "cut short": _bytes_of(_cut_within),
    "a delimiter too many": _bytes_of(_in_the_middle(b",")), "a line broken in two": _bytes_of(_in_the_middle(b"\r\n")),
}
