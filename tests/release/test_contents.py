"""What is in a file: the same, or not, and which part is not."""

from __future__ import annotations

import zipfile
import zlib

import pytest

from nbeval.release.contents import file_differences, parts, same_part


@pytest.mark.parametrize(("old", "new", "same"), [
    (b"a 61 b", b"a 61 b", True), (b"a 61 b", b"a 62 b", False), (b"a 61.5 b", b"a 61.50 b", False), (b"3 in 10", b"1 in 10", False),
    (b"x,0.30000000000000004,y", b"x,0.3,y", True), (b"x,0.30000000000000004,y", b"x,0.31,y", False),
    (b"x,1.2345678901e-05,y", b"x,1.2345678902e-05,y", True), (b"x,1.2345678901,y", b"x,1.2345679901,y", False),
    (b"x,1234567890,y", b"x,1234567891,y", False), (b"x,61,y", b"x,60.9999999999999,y", True), (b"id a1234567890", b"id a1234567891", False), (b"1 2.123456789", b"2.123456789 1", False), (b"a", None, False),
])
def test_only_digits_that_nobody_prints_may_differ(old, new, same):
    assert same_part(old, new, 1e-9, 1e-12) is same


def pdf(text: bytes, level: int) -> bytes:
    """A file as small as a PDF can be."""
    packed = zlib.compress(text, level)
    return (b"%PDF-1.7\n1 0 obj\n<< /Length " + str(len(packed)).encode() + b" /Filter /FlateDecode >>\nstream\n" + packed
            + b"\nendstream\nendobj\nxref\n0 1\n0000000009 00000 n\ntrailer\n<< /Root 1 0 R >>\nstartxref\n" + str(len(packed) + 90).encode() + b"\n%%EOF")


def test_a_pdf_is_its_objects_however_they_are_packed(tmp_path):
    one, other, third = (tmp_path / name for name in ("a.pdf", "b.pdf", "c.pdf"))
    text = b"3 in 10 young people " * 40
    one.write_bytes(pdf(text, 1))
    other.write_bytes(pdf(text, 9))
    third.write_bytes(pdf(text.replace(b"3 in", b"1 in", 1), 9))
    assert one.read_bytes() != other.read_bytes()
    assert list(file_differences(one, other, 1e-9, 1e-12)) == []
    assert list(file_differences(one, third, 1e-9, 1e-12)) == ["another content in object 1 0"]
    third.write_bytes(one.read_bytes() + b"\n2 0 obj\n(Jane Doe)\nendobj")
    assert list(file_differences(one, third, 1e-9, 1e-12)) == ["another content in trailer, object 2 0"]
    third.write_bytes(b"%PDF-1.7\n% Jane Doe\n" + one.read_bytes().removeprefix(b"%PDF-1.7\n"))
    assert list(file_differences(one, third, 1e-9, 1e-12)) == ["another content in trailer"]


def test_an_office_file_is_its_members_however_they_are_packed(tmp_path):
    files = []
    for number, (packing, text) in enumerate([(zipfile.ZIP_STORED, "a"), (zipfile.ZIP_DEFLATED, "a"), (zipfile.ZIP_DEFLATED, "b")]):
        files.append(tmp_path / f"{number}.docx")
        with zipfile.ZipFile(files[-1], "w", packing) as archive:
            archive.writestr("word/document.xml", text)
    assert list(file_differences(files[0], files[1], 1e-9, 1e-12)) == []
    assert list(file_differences(files[0], files[2], 1e-9, 1e-12)) == ["another content in word/document.xml"]


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pdf", "a.ipynb"])
def test_what_is_no_such_file_cannot_be_read(name, tmp_path):
    assert parts(name, b"Jane Doe") is None
    (tmp_path / name).write_bytes(b"Jane Doe")
    (tmp_path / f"good-{name}").write_bytes(b"{}")
    assert list(file_differences(tmp_path / name, tmp_path / f"good-{name}", 1e-9, 1e-12)) == ["cannot be read"]


def test_lines_that_differ_are_named_and_what_is_in_them_is_not_shown(tmp_path):
    (tmp_path / "old.html").write_text("one\ntwo\nthree\n")
    (tmp_path / "new.html").write_text("one\nJane Doe\nthree\n")
    assert list(file_differences(tmp_path / "old.html", tmp_path / "new.html", 1e-9, 1e-12)) == ["another content in line 2"]
