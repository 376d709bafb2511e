"""Reading exports as text: formats, encodings, headers, and files that cannot be read."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from nbeval.cleaning.reading import read_table
from nbeval.errors import SourceError
from tests.cleaning.exports import write_csv

CANARY = "canary-in-a-cell"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_same_cells_come_out_of_every_encoding_and_delimiter(tmp_path, encoding, delimiter):
    path = write_csv(tmp_path / "a.csv", ["Caf\u00e9", "B"], [["\u00a35", "x, y; z"], ["\u00fc", "two\nlines"]],
                     encoding=encoding, delimiter=delimiter)
    table = read_table(path)
    assert list(table.columns) == ["Caf\u00e9", "B"]
    assert table.to_numpy().tolist() == [["\u00a35", "x, y; z"], ["\u00fc", "two\nlines"]]


def test_a_declared_encoding_is_followed(tmp_path):
    path = write_csv(tmp_path / "a.csv", ["A", "B"], [["\u0142", "x"]], encoding="cp1250")
    assert read_table(path, encoding="cp1250")["A"].tolist() == ["\u0142"]
    assert read_table(path)["A"].tolist() == ["\u00b3"]


def test_no_text_is_taken_for_a_number_or_for_missing(tmp_path):
    values = ["007", "None", "NA", "nan", "1e5", "TRUE", "2020-01-01", "1.0", "NULL"]
    path = write_csv(tmp_path / "a.csv", ["A", "B"], [[value, "x"] for value in values])
    assert read_table(path)["A"].tolist() == values


def test_one_column_is_read_whatever_stands_in_its_cells(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("A\nx\ny\n")
    assert read_table(path)["A"].tolist() == ["x", "y"]


@pytest.mark.parametrize("text", ["A,B\r1,2\r3,4\r", "A,B\r\n1,2\r\n3,4", "sep=;\nA;B\n1;2\n3;4\n"])
def test_line_ends_of_any_system_and_a_line_that_names_the_delimiter_are_read(tmp_path, text):
    (tmp_path / "a.csv").write_bytes(text.encode())
    assert read_table(tmp_path / "a.csv").to_dict("list") == {"A": ["1", "3"], "B": ["2", "4"]}


def test_empty_lines_and_empty_columns_without_header_are_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("A,,B,\n\n1,,2,\n,,,\n3,,4,\n\n")
    table = read_table(path)
    assert list(table.columns) == ["A", "B"] and table.to_numpy().tolist() == [["1", "2"], ["3", "4"]]


def test_two_header_rows_repeat_the_upper_one_over_its_empty_neighbours(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("ID,Films,,Age\n,One,Two,Response\n1,x,,20\n")
    assert list(read_table(path, header_rows=2).columns) == ["ID", "Films | One", "Films | Two", "Age | Response"]


def test_an_upper_header_is_not_carried_into_a_column_that_has_no_header_at_all(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("ID,Films,\n,One,\n1,x,stray\n")
    assert list(read_table(path, header_rows=2).columns) == ["ID", "Films | One", ""]


def test_three_header_rows_are_joined(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('Q1,Q2\nHow?,Why?\n"{""ImportId"":""QID1""}",z\n1,2\n')
    assert list(read_table(path, header_rows=3).columns) == ['Q1 | How? | {"ImportId":"QID1"}', "Q2 | Why? | z"]


def test_headers_lose_byte_order_marks_and_stray_spaces(tmp_path):
    path = write_csv(tmp_path / "a.csv", ["\ufeffA", " B\n  b\u00a0c "], [["1", "2"]], encoding="utf-8-sig")
    assert list(read_table(path).columns) == ["A", "B b c"]


def test_repeated_headers_are_numbered(tmp_path):
    path = write_csv(tmp_path / "a.csv", ["Other", "Other", "Other"], [["1", "2", "3"]])
    assert list(read_table(path).columns) == ["Other", "Other (2)", "Other (3)"]


def _book(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbook_cells_become_the_text_they_stand_for(tmp_path):
    from datetime import date, datetime

    path = _book(tmp_path / "a.xlsx", {"Data": [
        ["A", "B", "C", "D", "E"], [3, 0.5, datetime(2020, 4, 1, 10, 5), True, "007"], [3292879998, None, date(2020, 4, 1), False, "NA"],
    ]})
    assert read_table(path).to_numpy().tolist() == [
        ["3", "0.5", "2020-04-01 10:05:00", "TRUE", "007"], ["3292879998", "", "2020-04-01", "FALSE", "NA"],
    ]


def test_one_sheet_with_cells_is_taken_and_of_several_one_must_be_named(tmp_path):
    rows = [["A"], ["1"]]
    assert read_table(_book(tmp_path / "one.xlsx", {"Empty": [], "Data": rows}))["A"].tolist() == ["1"]
    path = _book(tmp_path / "two.xlsx", {"Key": [["B"], [CANARY]], "Data": rows})
    assert read_table(path, sheet="Data")["A"].tolist() == ["1"]
    with pytest.raises(SourceError, match="does not say which sheet") as caught:
        read_table(path)
    assert "2 sheets" in str(caught.value) and "Key, Data" in str(caught.value) and CANARY not in str(caught.value)
    with pytest.raises(SourceError, match="no sheet 'Answers'"):
        read_table(path, sheet="Answers")


def test_an_open_document_sheet_is_read(tmp_path):
    cells = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        ) + "</table:table-row>" for row in (["A", "B"], ["007", "x"])
    )
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as file:
        file.writestr("mimetype", mime)
        file.writestr("content.xml", content)
        file.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:'
                      f'xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
                      "</manifest:manifest>")
    assert read_table(tmp_path / "a.ods").to_dict("list") == {"A": ["007"], "B": ["x"]}


def test_spss_answers_are_labels_and_user_missing_ones_are_kept(tmp_path):
    path = tmp_path / "a.sav"
    table = pd.DataFrame({"sat": [1.0, 2.0, 99.0, None], "age": [17.0, 18.5, 20.0, None], "say": ["NA", "", "x", "007"]})
    pyreadstat.write_sav(table, path, variable_value_labels={"sat": {1: "Yes", 2: "No", 99: "Refused"}},
                         missing_ranges={"sat": [99]})
    assert read_table(path).to_dict("list") == {
        "sat": ["Yes", "No", "Refused", ""], "age": ["17", "18.5", "20", ""], "say": ["NA", "", "x", "007"],
    }


def _zipped() -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    for _ in range(200):
        book.active.append([CANARY, "x"])
    book.save(buffer)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
BAD = {
    "empty": ("a.csv", b"", "is empty"),
    "blank": ("a.csv", b" \n\n", "is empty"),
    "commas alone": ("a.csv", b",,\n,,\n", "has no cells"),
    "header alone": ("a.csv", b"A,B\n", "a header and no forms"),
    "longer record": ("a.csv", f"A,B\n1,2\n1,{CANARY},3\n".encode(), "1 record does not have the 2 cells"),
    "shorter records": ("a.csv", f"A,B\n1\n{CANARY}\n".encode(), "2 records do not have the 2 cells"),
    "quotation not closed": ("a.csv", f'A,B\n1,"{CANARY}\n'.encode(), "cannot be parted into cells after record 1"),
    "workbook named csv": ("a.csv", _zipped(), "not the kind of file its name says"),
    "old workbook named csv": ("a.csv", OLE, "not the kind of file its name says"),
    "web page named csv": ("a.csv", f"<html><body>{CANARY}</body></html>".encode(), "not the kind of file its name says"),
    "text named workbook": ("a.xlsx", f"A,B\n1,{CANARY}\n".encode(), "cannot be opened as a workbook"),
    "web page named workbook": ("a.xls", f"<html>{CANARY}</html>".encode(), "cannot be opened as a workbook"),
    "workbook cut short": ("a.xlsx", _zipped()[:-400], "cannot be opened as a workbook"),
    "locked workbook": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 64, "protected by a password"),
    "damaged spss": ("a.sav", b"$FL2" + b"\0" * 40, "cannot be opened as an SPSS file"),
    "text named spss": ("a.sav", CANARY.encode() * 20, "cannot be opened as an SPSS file"),
    "unknown ending": ("a.docx", CANARY.encode(), "of a kind that is not read"),
    "bytes that are no text": ("a.csv", b"A,B\n\x00\x01\x02\x00\x00\x00x\n", "cannot be read as text"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_read_is_refused_in_words_without_its_cells(tmp_path, case):
    name, raw, words = BAD[case]
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(SourceError, match=words) as caught:
        read_table(tmp_path / name, name=f"baseline/{name}")
    message = str(caught.value)
    assert message.splitlines()[0].startswith(f"SourceError: 'baseline/{name}'")
    assert CANARY not in message and str(tmp_path) not in message and "\n  do " in message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="'x.csv' cannot be read") as caught:
        read_table(tmp_path / "x.csv")
    assert "no such file" in str(caught.value) and str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "no-such-encoding"])
def test_bytes_that_do_not_fit_the_declared_encoding_are_refused(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(b"A,B\n\xff\xe9,2\n" + CANARY.encode())
    with pytest.raises(SourceError, match=f"bytes that are not {encoding}") as caught:
        read_table(tmp_path / "a.csv", encoding=encoding)
    assert CANARY not in str(caught.value)
