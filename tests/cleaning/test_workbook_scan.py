"""Workbooks are looked through before they are opened: what would exhaust the memory, and cells that would be read as no answer."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from nbeval.cleaning import limits, scan_xlsx, workbook_scan
from nbeval.cleaning.noticed import CellKind, noticed_in
from nbeval.cleaning.reading import read_table, sheet_names
from nbeval.errors import SourceError
from tests.cleaning.damaged import Book

CANARY = "canary-in-a-cell"


def book(path, cells):
    """A workbook with these cells on one sheet."""
    made = openpyxl.Workbook()
    made.active.title = "Answers"
    for place, value in cells.items():
        made.active[place] = value
    made.save(path)
    return path


def with_sheet(path, change):
    """The workbook at a path with the XML of its one sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            raw = old.read(part)
            new.writestr(part, change(raw) if part == "xl/worksheets/sheet1.xml" else raw)
    path.write_bytes(out.getvalue())
    return path


def refused(path, **options):
    """The message with which a workbook is refused."""
    with pytest.raises(SourceError) as error:
        read_table(path, **options)
    assert CANARY not in str(error.value)
    return str(error.value)


TABLE = {"A1": "A", "B1": "B", "A2": CANARY, "B2": 1}


def test_a_cell_in_the_last_corner_is_refused_before_it_can_end_the_process(tmp_path):
    message = refused(book(tmp_path / "a.xlsx", {**TABLE, "XFD1048576": "x"}))
    assert "5 cells over 1,048,576 rows and 16,384 columns" in message and "sheet 'Answers'" in message
    with pytest.raises(SourceError, match="far away"):
        sheet_names(tmp_path / "a.xlsx")


@pytest.mark.parametrize("change", [
    lambda raw: raw.replace(b' r="XFD1048576"', b" r='XFD1048576'"), lambda raw: raw.replace(b' r="XFD1048576"', b' r = "XFD1048576"'),
    lambda raw: raw.replace(b' r="XFD1048576"', b'\nr="XFD1048576"'),
])
def test_a_far_cell_is_seen_however_its_reference_is_written(tmp_path, change):
    path = with_sheet(book(tmp_path / "a.xlsx", {**TABLE, "XFD1048576": "x"}), change)
    assert "far away" in refused(path)


def test_cells_without_references_cannot_hide_a_far_row(tmp_path):
    row = b'<row r="1048576">' + b"<c><v>1</v></c>" * 16384 + b"</row></sheetData>"
    path = with_sheet(book(tmp_path / "a.xlsx", TABLE), lambda raw: raw.replace(b"</sheetData>", row))
    assert "far away" in refused(path)


def test_a_far_column_alone_or_a_wrong_dimension_is_no_reason_to_refuse(tmp_path):
    path = with_sheet(book(tmp_path / "a.xlsx", {**TABLE, "XFD1": "Last"}), lambda raw: raw.replace(b'ref="A1:XFD2"', b'ref="A1:XFD1048576"'))
    assert list(read_table(path).columns) == ["A", "B", "Last"]


def test_a_file_that_unpacks_to_far_more_than_a_workbook_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SUSPECT_BYTES", 5_000_000)
    path = book(tmp_path / "a.xlsx", TABLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as more:
        more.writestr("xl/media/image1.bin", bytes(6_000_000))
    assert "too large when it is unpacked" in refused(path)


def test_a_file_that_lies_about_its_sizes_is_damaged(tmp_path):
    path = book(tmp_path / "a.xlsx", TABLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as more:
        more.writestr("xl/media/image1.bin", bytes(6_000_000))
    raw = path.read_bytes()
    assert raw.count((6_000_000).to_bytes(4, "little")) == 2
    path.write_bytes(raw.replace((6_000_000).to_bytes(4, "little"), (60_000).to_bytes(4, "little")))
    assert "damaged" in refused(path)


def test_error_values_are_refused_with_their_places(tmp_path):
    message = refused(book(tmp_path / "a.xlsx", {**TABLE, "B3": "#N/A", "A3": "x", "A4": "#DIV/0!"}))
    assert "2 error values such as #N/A (B3, A4)" in message and "sheet 'Answers'" in message


def test_formulas_that_were_never_worked_out_are_refused_with_their_places(tmp_path):
    path = with_sheet(book(tmp_path / "a.xlsx", {**TABLE, "B3": "=1+1", "A3": "x"}), lambda raw: raw.replace(b"<v></v>", b"").replace(b"<v/>", b"").replace(b"<v />", b""))
    assert "1 formula that was never worked out (B3)" in refused(path)


def test_formulas_with_results_are_read_as_what_they_show(tmp_path):
    def worked_out(raw):
        return raw.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>")
    path = with_sheet(book(tmp_path / "a.xlsx", {"A1": "A", "A2": "=1+1"}), worked_out)
    assert read_table(path)["A"].tolist() == ["2"]


def test_cells_of_a_sheet_that_is_not_read_stop_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "Answers"
    made.active.append(["A"])
    made.active.append(["x"])
    made.create_sheet("Sums")["A1"] = "#REF!"
    made.save(path)
    assert read_table(path, sheet="Answers")["A"].tolist() == ["x"]
    assert "error value" in refused(path, sheet="Sums")


def test_pieces_of_a_large_sheet_join_without_losing_a_cell(tmp_path, monkeypatch):
    cells = {f"{column}{row}": f"{column}{row}" for row in range(1, 60) for column in "ABCD"} | {"B40": "#N/A"}
    path = book(tmp_path / "a.xlsx", cells)
    whole = workbook_scan.scan_workbook(path.read_bytes(), "a.xlsx")
    for size in (7, 64, 333):
        monkeypatch.setattr(scan_xlsx, "_CHUNK", size)
        assert workbook_scan.scan_workbook(path.read_bytes(), "a.xlsx") == whole
    sheet = whole.sheets["Answers"]
    assert (sheet.cells, sheet.rows, sheet.columns, sheet.filled.total(), str(sheet.unusual[CellKind.ERROR])) == (236, 59, 4, 235, "B40")


# --- what a cell is -------------------------------------------------------------------------------

OLD = Path(__file__).with_name("old_workbook.xls")      # written by a programme of that time's format: three sheets of invented answers
ROWS = [["Number", "Enjoy", "Often"], *([str(number), "7", "Sometimes"] for number in range(1, 9))]


def said(table):
    """How many cells of each kind were noticed."""
    return {one.kind: one.count for one in noticed_in(table)}


def test_cells_of_an_old_workbook_are_what_they_are_there(tmp_path):
    table = read_table(OLD, sheet="Unusual")
    assert table["Often"].tolist() == ["Sometimes"] * 8
    assert said(table) == {CellKind.HIDDEN_ROW: 1, CellKind.HIDDEN_COLUMN: 1, CellKind.STRUCK: 1, CellKind.OTHER_SHEET: 52}
    assert "2 error values such as #N/A (B3, B7)" in refused(OLD, sheet="Errors")
    assert "2 cells that are merged with others (C6, C7)" in refused(OLD, sheet="Merged")
    (tmp_path / "cut.xls").write_bytes(OLD.read_bytes()[:3000])
    assert "cut short or damaged" in refused(tmp_path / "cut.xls")
    (tmp_path / "a.xlsx").write_bytes(OLD.read_bytes())
    assert len(read_table(tmp_path / "a.xlsx", sheet="Unusual")) == 8


def test_merged_cells_are_refused_where_they_hide_answers_and_not_in_headings(tmp_path):
    title = [["Plan of an invented place", "", ""], *ROWS[:3], ["A heading over the whole row", "", ""], *ROWS[3:]]
    (tmp_path / "a.xlsx").write_bytes(Book(title, merged=["A1:C1", "A5:C5"]).xlsx())
    assert len(read_table(tmp_path / "a.xlsx", skip_lines=1)) == 9
    hidden = [*title[:7], [title[7][0], "", title[7][2]], *title[8:]]
    (tmp_path / "a.xlsx").write_bytes(Book(hidden, merged=["A1:C1", "B7:B8"]).xlsx())
    message = refused(tmp_path / "a.xlsx", skip_lines=1)
    assert "1 cell that is merged with another one (B8)" in message and "unmerge" in message and "sheet 'Answers'" in message


def test_the_row_of_totals_of_a_table_is_left_out_and_counted(tmp_path):
    table = '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ref="A1:C10" totalsRowCount="1"/>'
    related = '<Relationship Id="rId7" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/table" Target="../tables/table1.xml"/>'
    book = Book([*ROWS, ["Total", "7", ""]], parts={"xl/tables/table1.xml": table}, relations=related)
    (tmp_path / "a.xlsx").write_bytes(book.xlsx())
    table = read_table(tmp_path / "a.xlsx")
    assert table["Number"].tolist() == [str(number) for number in range(1, 9)] and said(table) == {CellKind.TOTALS: 1}


def test_macros_and_links_are_said_and_neither_run_nor_followed(tmp_path):
    book = Book(ROWS, parts={"xl/vbaProject.bin": "x"})
    (tmp_path / "a.xlsx").write_bytes(book.xlsx())
    table = read_table(tmp_path / "a.xlsx")
    assert said(table) == {CellKind.MACROS: 1} and "no macro was run" in str(noticed_in(table)[0])


ODS = ('<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>'
       '<style:style style:name="gone"><style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="S">'
       "{columns}<table:table-row>{head}</table:table-row>{rows}</table:table></office:spreadsheet></office:body></office:document-content>")


def ods(path, rows, columns=""):
    """An open document with two columns, and these rows as they are written."""
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = ('<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
                f'manifest:media-type="{mime}"/></manifest:manifest>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", mime)
        file.writestr("content.xml", ODS.format(columns=columns, head=text.format("A") + text.format("B"), rows=rows.replace("[", text.partition("{")[0]).replace("]", text.partition("}")[2])))
        file.writestr("META-INF/manifest.xml", manifest)
    return path


def test_cells_of_an_open_document_are_what_they_are_there(tmp_path):
    row = "<table:table-row>{}</table:table-row>"
    plain = row.format("[x][y]")
    read = read_table(ods(tmp_path / "a.ods", plain + row.format("[x]" + '<table:table-cell table:style-name="gone" office:value-type="string"><text:p>y</text:p></table:table-cell>')
                          + '<table:table-row table:visibility="collapse">[x][y]</table:table-row>' + row.format('[x]<table:table-cell><office:annotation><text:p>said</text:p></office:annotation></table:table-cell>')))
    assert read["A"].tolist() == ["x"] * 4 and read["B"].tolist() == ["y", "y", "y", ""]
    assert said(read) == {CellKind.STRUCK: 1, CellKind.HIDDEN_ROW: 1, CellKind.COMMENT: 1}
    error = '<table:table-cell table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p></table:table-cell>'
    assert "1 error value such as #N/A (B3)" in refused(ods(tmp_path / "b.ods", plain + row.format("[x]" + error)))
    assert "1 formula that was never worked out (B3)" in refused(ods(tmp_path / "c.ods", plain + row.format('[x]<table:table-cell table:formula="of:=1"/>')))
    spanned = row.format('[x]<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>y</text:p></table:table-cell>') + row.format("[x]<table:covered-table-cell/>")
    assert "1 cell that is merged with another one (B4)" in refused(ods(tmp_path / "d.ods", plain + spanned))
    far = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    assert "too large" in refused(ods(tmp_path / "e.ods", plain + far))
