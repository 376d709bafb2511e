"""The workbook of a report of the invented cohort, as the guidance on accessible spreadsheets wants it."""

from __future__ import annotations

from io import BytesIO

import nbformat
import openpyxl
import pytest

from nbeval.publish.document import read_document
from nbeval.publish.formats.xlsx import LONGEST, workbook_bytes
from tests.conftest import ROOT
from tests.guards import some


@pytest.fixture(scope="module")
def document():
    return read_document(nbformat.read(ROOT / "reports/specimen/authority_final/ambermouth/report.ipynb", as_version=4))


@pytest.fixture(scope="module")
def book(document):
    return openpyxl.load_workbook(BytesIO(workbook_bytes(document)))


@pytest.fixture(scope="module")
def sheets(book, document):
    """Each exhibit with its sheet, its table's header and body."""
    found = []
    for shown, sheet in zip(document.exhibits, book.worksheets[3:], strict=True):
        (table,) = sheet.tables.values()
        head, *body = sheet[table.ref]
        found.append((shown.exhibit, sheet, head, body))
    return found


def test_the_book_opens_with_its_cover_contents_and_notes_and_leads_to_every_sheet(book, document):
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    assert book["Cover"]["A1"].value == document.title
    links = [cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink]
    assert [link.split("!")[0].strip("'#") for link in links if "Notes" not in link] == book.sheetnames[3:]


def test_each_sheet_has_one_table_with_a_name_no_merged_cell_and_no_empty_one(sheets):
    for _, sheet, head, body in some(sheets):
        assert not sheet.merged_cells.ranges
        heads = [cell.value for cell in head]
        assert all(heads) and len(set(heads)) == len(heads)
        assert not [cell.coordinate for row in body for cell in row if cell.value in (None, "")], sheet.title


def test_each_sheet_says_that_the_data_are_invented_and_explains_its_symbols_and_notes(book, sheets, document):
    notes = [cell.value for cell in book["Notes"]["B"]]
    for exhibit, sheet, head, _ in some(sheets):
        above = "\n".join(str(cell.value) for (cell,) in sheet["A1":f"A{head[0].row - 1}"] if cell.value)
        assert document.banner in above
        assert exhibit.sentence in above
        assert all(f"{symbol} = {meaning}" in above for symbol, meaning in exhibit.legend)
        assert above.count("[note ") == len(exhibit.notes)
        assert set(exhibit.notes) <= set(notes)


def test_numbers_look_as_they_are_printed(sheets):
    seen = set()
    for exhibit, _, head, body in sheets:
        printed = [row for row in exhibit.rows if not row.heading]
        for row, cells in zip(printed, body, strict=True):
            for column, cell, shown in zip(exhibit.columns, row.cells, cells[len(head) - len(exhibit.columns):], strict=True):
                if column.numeric and shown.data_type == "n":
                    assert shown.alignment.horizontal == "right"
                    seen.add(shown.number_format)
                    if shown.number_format == "General":        # as others published them: some with decimals, some without
                        assert shown.value == float(cell.text.strip("% "))
                        continue
                    assert _formatted(shown.value, shown.number_format) == cell.text.strip("% "), shown.coordinate
    assert {"#,##0", "+#,##0;\u2212#,##0;#,##0", "#,##0.0"} <= seen


def _formatted(value, number_format):
    """A number as a spreadsheet shows it."""
    positive, *others = number_format.split(";")
    shown = f"{abs(value):,.{len(number_format.split(';')[0].partition('.')[2])}f}"
    if not others:
        return shown if value >= 0 else f"-{shown}"
    return shown if value == 0 else f"{'+' if value > 0 else others[0][0]}{shown}"


def test_columns_can_be_read_and_a_sheet_prints_on_the_breadth_of_a_page(sheets):
    for _, sheet, head, body in some(sheets):
        assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${head[0].row}:${head[0].row}"
        for cell in head:
            width = sheet.column_dimensions[cell.column_letter].width or sheet.column_dimensions["A"].width
            assert width <= LONGEST + 1
            assert cell.alignment.wrap_text
        assert all(sheet.row_dimensions[row[0].row].height >= 15 for row in body)
