"""Workbooks are looked through before they are opened: what would exhaust the memory, and cells that would be read as no answer."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from nbeval.cleaning import workbook_scan
from nbeval.cleaning.reading import read_table, sheet_names
from nbeval.errors import SourceError

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
    monkeypatch.setattr(workbook_scan, "SUSPECT_BYTES", 5_000_000)
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
        monkeypatch.setattr(workbook_scan, "_CHUNK", size)
        assert workbook_scan.scan_workbook(path.read_bytes(), "a.xlsx") == whole
    assert (whole["Answers"].cells, whole["Answers"].rows, whole["Answers"].columns, whole["Answers"].errors) == (236, 59, 4, ["B40"])
