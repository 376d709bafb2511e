"""Files that would exhaust memory or time: each ends with one error that says what is too large, within a gigabyte and seconds.

All are read by one process of their own, whose peak of memory and time are measured.
"""

from __future__ import annotations

import csv
import json
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nbeval.cleaning.reading import read_table
from nbeval.dictionary.files import toml_of
from nbeval.errors import NbevalError
from tests.cleaning.damaged import Book, plain

GIGABYTE, SECONDS = 1 << 30, 60
ROWS = [["Number", "Enjoy"], ["1", "7"], ["2", "8"]]


def one_far_cell(row: int, column: int, text: str) -> Callable[[Path], None]:
    """A workbook with a cell far away from its table."""
    cell = plain(row, column, text) or f'<c r="A{row + 1}"/>'
    return lambda path: path.write_bytes(Book(ROWS, cells={(2, 0): plain(2, 0, "2"), (2, 1): f'{plain(2, 1, "8")}</row><row r="{row + 1}">{cell}'}).xlsx()) and None


def with_part(name: str, content: bytes, times: int) -> Callable[[Path], None]:
    """A workbook with one part that repeats a content."""
    def make(path: Path) -> None:
        book = Book(ROWS)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for part, xml in book._parts().items():
                if part != name:
                    file.writestr(part, xml)
            with file.open(name, "w", force_zip64=True) as unpacked:
                for _ in range(times):
                    unpacked.write(content)
    return make


def many_sheets(path: Path) -> None:
    """A workbook with a hundred thousand sheets."""
    Path(path).write_bytes(Book(ROWS, others=[(f"S{number}", "", "") for number in range(100_000)]).xlsx())


def no_sheets(path: Path) -> None:
    """A workbook without sheets."""
    book = Book(ROWS)
    with zipfile.ZipFile(path, "w") as file:
        for part, xml in book._parts().items():
            file.writestr(part, xml.split("<sheets>")[0] + "<sheets/></workbook>" if part == "xl/workbook.xml" else xml)


def written(*pieces: tuple[bytes, int]) -> Callable[[Path], None]:
    """A file of some pieces, each repeated."""
    def make(path: Path) -> None:
        with path.open("wb") as file:
            for piece, times in pieces:
                for _ in range(max(times // 1000, 1)):
                    file.write(piece * min(times, 1000))
    return make


def many_filled(path: Path) -> None:
    """A workbook of more cells than are read, packed to very little."""
    row = b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>"
    book = Book(ROWS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for part, xml in book._parts().items():
            if part != "xl/worksheets/sheet1.xml":
                file.writestr(part, xml)
        with file.open("xl/worksheets/sheet1.xml", "w") as unpacked:
            unpacked.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            for _ in range(6_000):
                unpacked.write(row)
            unpacked.write(b"</sheetData></worksheet>")


#: a file, what makes it, and what is said of it; empty where it may be read
FILES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a cell in the last corner": ("a.xlsx", one_far_cell(1_048_575, 16_383, "x"), "far away"),
    "a blank in the last row": ("a.xlsx", one_far_cell(1_048_575, 0, ""), ""),
    "a part of 400 MB out of 1": ("a.xlsx", with_part("xl/media/image1.bin", bytes(1 << 20), 400), "too large when it is unpacked"),
    "shared strings of 100 MB out of little": ("a.xlsx", with_part("xl/sharedStrings.xml", b"<si><t>" + b"x" * 1000 + b"</t></si>", 100_000), "workbook"),
    "styles of 300 MB": ("a.xlsx", with_part("xl/styles.xml", b"<xf fontId='0'/>" * 1000, 20_000), "too large when it is unpacked"),
    "more cells than are read": ("a.xlsx", many_filled, "more than 5,000,000 cells"),
    "a hundred thousand sheets": ("a.xlsx", many_sheets, "parts"),
    "no sheets": ("a.xlsx", no_sheets, "has no sheets"),
    "one line of 200 MB": ("a.csv", written((b"ab,cd;ef,", 22_000_000)), "more than 150 MB"),
    "one line of 50 MB": ("a.csv", written((b"ab,cd;ef,", 5_500_000)), "a record of more than 10 million characters"),
    "one cell of 50 MB": ("a.csv", written((b'A,B\n1,"', 1), (b"words ", 8_000_000), (b'"\n', 1)), "a record of more than 10 million characters"),
    "a quotation mark that is never closed, over 100 MB": ("a.csv", written((b'A,B\n1,"x\n', 1), (b"1,2\n", 25_000_000)), "a record of more than 10 million characters"),
    "twelve million cells": ("a.csv", written((b"1,2,3,4\n", 3_000_000)), "more than 8,000,000 cells"),
    "two million cells": ("a.csv", written((b"1,22,words,44\n", 500_000)), ""),
    "ten thousand columns": ("a.csv", written((b"1,", 10_000), (b"1\n", 1), (b"1,", 10_000), (b"1\n", 1)), "10,001 columns"),
    "bytes of nothing": ("a.csv", written((b"\x00", 50_000_000)), "cannot be read as text"),
}


def own_peak() -> int:
    """The peak of this process's own memory, in bytes. Where the system tells it, not counting that of the process which began this one."""
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.is_file() else None
    return (int(told[1]) if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def measure(folder: Path) -> None:
    """Read every file in a folder, one after another; what was said, the seconds and the peak of memory, as one line of JSON each."""
    for place in sorted(folder.iterdir()):
        begun, said = time.process_time(), ""
        try:
            read_table(next(place.iterdir()))
        except NbevalError as error:
            said = str(error)
        peak = own_peak()
        print(json.dumps([place.name, said, time.process_time() - begun, peak]))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What was said of every file, by its name."""
    folder = tmp_path_factory.mktemp("bounds")
    for number, (name, make, _) in enumerate(FILES.values()):
        (folder / f"{number:02}").mkdir()
        make(folder / f"{number:02}" / name)
    done = subprocess.run([sys.executable, "-m", "tests.cleaning.test_bounds", str(folder)], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2])
    lines = dict(zip(FILES, map(json.loads, done.stdout.splitlines()), strict=True))
    for one in folder.rglob("a.*"):
        one.unlink()
    return lines


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_too_large_is_refused_within_a_gigabyte(measured, name):
    (file, _, words), (_, said, seconds, peak) = FILES[name], measured[name]
    assert (words in said and file in said and "\n  do " in said) if words else not said, said
    assert peak < GIGABYTE, f"{peak / 1e6:,.0f} MB"
    assert seconds < SECONDS, f"{seconds:.0f} s"


TOML = {
    "a key of 20,000 parts": ".".join(["a"] * 20_000) + " = 1", "a heading of 20,000 quoted parts": "[" + ".".join(['"a b"'] * 20_000) + "]",
    "20,000 dotted keys": "\n".join(f"a.b.c{number} = 1" for number in range(20_000)), "a word of a million letters": f'a = "{"x" * 1_000_000}"',
    "a seed of 5,000 digits": "seed = " + "9" * 5_000, "lists in lists": "a = " + "[" * 100_000, "tables in tables": "a = " + "{a=" * 5_000 + "1" + "}" * 5_000,
}


@pytest.mark.parametrize("name", TOML)
def test_a_toml_file_of_any_shape_is_read_or_refused_in_seconds(name):
    begun = time.process_time()
    try:
        toml_of(TOML[name])
    except ValueError as fault:
        assert str(fault)
    assert time.process_time() - begun < 10


def test_a_cell_as_long_as_any_is_read(tmp_path):
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["A", "B"], ["1", "x" * 1_000_000]])
    assert read_table(tmp_path / "a.csv")["B"].str.len().tolist() == [1_000_000]


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
