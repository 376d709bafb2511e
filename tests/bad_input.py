"""Everything that can be wrong with what somebody brings: how to make it so, and what must be said of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook

from tests.conftest import ROOT

COHORT = "first"
CSV, XLSX = f"{COHORT}/before/south.csv", f"{COHORT}/after/south.xlsx"
DICTIONARY = "dictionary"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
#: no exports are written for it; a name that nobody gave
SECRET = "Zsofia-Quagmire"


@dataclass(frozen=True)
class Bad:
    """One thing that is wrong: how to bring it about, the command that meets it, and the words that are due."""

    words: tuple[str, ...]
    error: str
    command: tuple[str, ...] = ("render", COHORT, "baseline")
    spoil: Callable[[Path], None] = field(default=lambda place: None)
    code: int = 2


def rows_of(file: Path) -> list[list[str]]:
    """The rows of a CSV export."""
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def change_rows(change: Callable[[list[list[str]]], None]) -> Callable[[Path], None]:
    """Change the rows of the CSV export."""
    def spoil(place: Path) -> None:
        rows = rows_of(place / CSV)
        change(rows)
        with (place / CSV).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return spoil


def set_cell(header: str, text: str, *, every: int = 0) -> Callable[[Path], None]:
    """Put a text into one cell of a column, or into every so-manieth."""
    def change(rows: list[list[str]]) -> None:
        place = rows[0].index(header)
        complete = [row for row in rows[1:] if row[1] == "Complete" and row[place]]
        for row in complete[::every] if every else complete[:1]:
            row[place] = text
    return change_rows(change)


def rename(header: str, to: str) -> Callable[[Path], None]:
    """Give a column another header."""
    def change(rows: list[list[str]]) -> None:
        rows[0][rows[0].index(header)] = to
    return change_rows(change)


def write(file: str, content: bytes) -> Callable[[Path], None]:
    """Replace a file."""
    return lambda place: (place / file).write_bytes(content) and None


def cut(file: str) -> Callable[[Path], None]:
    """Leave the first half of a file."""
    return lambda place: (place / file).write_bytes((place / file).read_bytes()[: (place / file).stat().st_size // 2]) and None


def remove(file: str) -> Callable[[Path], None]:
    """Remove a file."""
    return lambda place: (place / file).unlink()


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Change a text in a file of the dictionary."""
    def spoil(place: Path) -> None:
        path = place / DICTIONARY / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return spoil


def rename_parameter(place: Path) -> None:
    """Give the programme a notebook of its own, in whose parameters a name is mistyped."""
    text = (ROOT / "notebooks" / "baseline_report.ipynb").read_text(encoding="utf-8")
    assert 'kind = ' in text
    (place / DICTIONARY / "notebooks").mkdir()
    (place / DICTIONARY / "notebooks" / "baseline_report.ipynb").write_text(text.replace("kind = ", "kid = "), encoding="utf-8")


def protect_by_password(place: Path) -> None:
    """Put the workbook into the container in which office programmes encrypt."""
    name = "EncryptedPackage".encode("utf-16-le")
    (place / XLSX).write_bytes(OLE + bytes(504) + name + bytes(2048))


def lose_a_member(place: Path) -> None:
    """Leave out the sheet itself from the workbook's archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(place / XLSX) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            if "sheet1" not in name:
                new.writestr(name, old.read(name))
    (place / XLSX).write_bytes(content.getvalue())


def add_a_sheet(place: Path) -> None:
    """Add a second sheet with answers."""
    book = load_workbook(place / XLSX)
    book.create_sheet("More").append([SECRET])
    book.save(place / XLSX)


def correct(expect: str) -> Callable[[Path], None]:
    """Declare a correction of the first form."""
    def spoil(place: Path) -> None:
        number = rows_of(place / CSV)[1][0]
        (place / COHORT / "corrections.csv").write_text(
            "source,wave,authority,submission,item,expect,replace,reason,signed_by,date\n"
            f"survey,before,south,{number},enjoy,{expect},5,Typed wrongly,A. Clerk,2022-06-01\n", encoding="utf-8")
    return spoil


#: of one authority's export: the reports are made without it, and the exit code says so
LEFT_OUT = "LeftOutError"

BAD = {
    "an unknown cohort": Bad(("there is no cohort 'frist'", "did you mean 'first'?"), "ParameterError", ("render", "frist")),
    "an unknown kind": Bad(("there is no kind of report 'finale'", "did you mean 'final'?"), "ParameterError",
                           ("render", COHORT, "finale")),
    "an unknown authority": Bad(("cannot be made for authority 'suoth'", "did you mean 'south'?"), "ParameterError",
                                ("render", COHORT, "authority_final", "--authority", "suoth")),
    "an authority for a report on all": Bad(("cannot be made for authority 'south'", "leave the authority out"),
                                            "ParameterError", ("render", COHORT, "final", "--authority", "south")),
    "an unknown format": Bad(("there is no format 'pfd'", "did you mean 'pdf'?"), "ParameterError",
                             ("render", COHORT, "--formats", "pfd")),
    "a data folder that is not there": Bad(("there is no data folder", "--data"), "NoDataError",
                                           ("check", COHORT, "--data", "nowhere"), code=1),
    "a dictionary that is not there": Bad(("nowhere",), "DictionaryError", ("check", COHORT, "--dictionary", "nowhere")),
    "a broken entry of the dictionary": Bad(
        ("unknown item 'enjoi'", "did you mean 'enjoy'?"), "DictionaryError",
        spoil=replace("scales/reader.toml", 'item = "enjoy"', 'item = "enjoi"')),
    "a file of the dictionary that is cut short": Bad(
        ("programme.toml",), "DictionaryError", spoil=replace("programme.toml", '"The Tiny Trust"', '"The Tiny')),
    "a wave that no cohort has": Bad(("unknown wave", "aftr"), "DictionaryError", spoil=replace(
        f"cohorts/{COHORT}.toml", 'wave = "after"\npattern', 'wave = "aftr"\npattern')),
    "a key that stands twice": Bad(("authorities.csv", "is already"), "DictionaryError", spoil=replace(
        "authorities.csv", "south,South", "north,Another Library,Upland,true,confirmed,T1\nsouth,South")),
    "a parameter that the notebook does not have": Bad(
        ("has no parameter 'kind'", "did you mean 'kid'?"), "ParameterError", spoil=rename_parameter),
    "a notebook that is not there": Bad(("baseline_reprot.ipynb",), "SourceError", spoil=replace(
        "programme.toml", "baseline_report", "baseline_reprot")),
    "a missing file": Bad(("1 of 6 declared files", "authority 'south' wave 'before'"), "SourceError", spoil=remove(CSV)),
    "an empty file": Bad(("is empty", "0 bytes"), LEFT_OUT, code=1, spoil=write(CSV, b"")),
    "a header and no forms": Bad(("has a header and no forms",), LEFT_OUT, code=1, spoil=change_rows(lambda rows: rows.__delitem__(slice(1, None)))),
    "a web page instead of an export": Bad(
        ("not the kind of file its name says", "a web page"), LEFT_OUT, code=1,
        spoil=write(CSV, f"<!DOCTYPE html><p>Please log in, {SECRET}</p>".encode())),
    "bytes that are no text": Bad((CSV,), LEFT_OUT, code=1, spoil=write(CSV, bytes(range(256)) * 40)),
    "a workbook with a password": Bad(("protected by a password", "save a copy without one"), LEFT_OUT, code=1,
                                      spoil=protect_by_password),
    "a workbook that is cut short": Bad(("cannot be opened as a workbook", "cut short"), LEFT_OUT, code=1, spoil=cut(XLSX)),
    "a workbook without its sheet": Bad((XLSX,), LEFT_OUT, code=1, spoil=lose_a_member),
    "a workbook with two sheets": Bad(("does not say which sheet",), LEFT_OUT, code=1, spoil=add_a_sheet),
    "a header the dictionary does not know": Bad(
        ("columns.csv",), LEFT_OUT, code=1, spoil=rename("Do you have a library card?", "Your library card?")),
    "an export without its header": Bad(
        ("text withheld", "header_rows"), LEFT_OUT, code=1, spoil=change_rows(lambda rows: rows.__delitem__(0))),
    "a column that holds two headers": Bad(("columns.csv",), LEFT_OUT, code=1, spoil=rename(
        "Browser", "How often do you read?")),
    "a label the dictionary does not know": Bad(
        ("item 'often'", "1 answer (text withheld)", "response_sets.csv"), LEFT_OUT, code=1,
        spoil=set_cell("How often do you read?", f"as often as {SECRET} lets me")),
    "a value out of range": Bad(("item 'enjoy'", "lowest 0, highest 10"), LEFT_OUT, code=1,
                                spoil=set_cell("How much do you enjoy reading?", "4711")),
    "a time that is none": Bad(("time",), "", ("check", COHORT), set_cell("Finished", f"when {SECRET} came"), code=0),
    "a correction that no longer fits": Bad(("1 of 1 entry does not match", "values are not shown"), "CorrectionError", spoil=correct("4711")),
    "a corrections file without its columns": Bad(
        ("corrections.csv",), "CorrectionError", spoil=write(f"{COHORT}/corrections.csv", b"form,answer\n1,2\n")),
}
