"""The tables of a report as an accessible workbook: cover, contents, notes, one table a sheet (gptables)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil

import gptables
import pandas as pd
from openpyxl.utils.cell import range_boundaries
from xlsxwriter.worksheet import Worksheet

from nbeval.exhibit import Exhibit
from nbeval.folders import private_folder
from nbeval.publish.document import Document, Shown
from nbeval.publish.formats import Format, fixed_zip
from nbeval.publish.page import column_name
from nbeval.words import Words, words_of

_NUMBER = re.compile(r"[-+\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+\u2212]?\d+(?:\.\d+)?")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9]+")
# Text is data: neither a formula, a link nor a number is made of it.
SIGNS = "+-\u2212"
A4 = 9                          # the number of the paper
LINE = 16                       # points that a line takes
BOLD = 1.3                      # how much broader a header is
NARROWEST, LONGEST = 12, 44     # characters of a column
BROAD = (16, 100)               # the columns of contents and notes; a cover has the second alone
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook_bytes(document: Document) -> bytes:
    """The bytes of ``tables.xlsx``; the same on every run. A report without exhibits has the cover alone."""
    notes, named = _notes(document), _named(document.exhibits)
    sheets = {name: _sheet(shown.exhibit, name, notes, document) for name, shown in named.items()}
    wording, noted = words_of(document.language), _notes_table(notes, document)
    with private_folder("tables") as folder:
        target = folder / "tables.xlsx"
        book = gptables.produce_workbook(
            str(target), sheets, cover=_cover(document), workbook_options=_OPTIONS,
            contentsheet_label=wording["contents"] if sheets else None,
            notes_table=noted, notesheet_label=wording["notes"], auto_width=False,
        )
        tables = {wording["notes"]: noted, **{name: sheet.table for name, sheet in sheets.items()}}
        for sheet in book.worksheets():
            table = tables.get(sheet.get_name())
            _lay_out(sheet, table, _widths(table) if sheet.get_name() in sheets else BROAD if sheet.tables else BROAD[1:])
        book.set_properties({"title": document.title, "author": document.summary.get("owner", ""),
                             "comments": document.stamp})
        book.close()
        return fixed_zip(target.read_bytes())


def _lay_out(sheet: Worksheet, table: pd.DataFrame | None, widths: Sequence[int]) -> None:
    """The widths of columns and heights of rows, and one page's width in print, with the table's header on every page.

    Nothing is frozen: the lines over a table would fill the window of a reader who enlarges it.
    """
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    first = range_boundaries(sheet.tables[0]["range"])[1] - 1 if sheet.tables else 0
    if sheet.tables:
        sheet.repeat_rows(first)
    if table is not None:       # not every program works the heights out
        head = [BOLD * len(str(name)) for name in table]
        for place, row in enumerate([head, *([len(str(value)) for value in row] for row in table.to_numpy())], start=first):
            sheet.set_row(place, LINE * max(ceil(length / width) for length, width in zip(row, widths, strict=True)))


def _widths(table: pd.DataFrame) -> list[int]:
    """The width of each column in characters: its cells on one line where they are not long, its header wrapped."""
    return [min(LONGEST, max(NARROWEST, *(len(word) + 2 for word in str(name).split()), *(len(str(value)) + 2 for value in column)))
            for name, column in table.items()]


def _named(exhibits: Sequence[Shown]) -> dict[str, Shown]:
    """Each exhibit by the name of its sheet: its label, such as ``Table_3``."""
    labels = [_NOT_IN_NAME.sub("_", shown.exhibit.label).strip("_")[:28] or "Table" for shown in exhibits]
    return dict(zip(_unique(labels, "{}_{}"), exhibits, strict=True))


def _cover(document: Document) -> gptables.Cover:
    """The cover: what the workbook is, and what it was made from."""
    label = words_of(document.language)["cover"]
    lines = [_data(line) for line in (document.subtitle, document.banner) if line]
    return gptables.Cover(title=_data(document.title), intro=lines or [_data(document.title)],
                          about=[_data(document.stamp or document.title)], cover_label=label)


def _notes(document: Document) -> dict[str, str]:
    """Every note once, with the reference it gets."""
    texts = dict.fromkeys(note for shown in document.exhibits for note in shown.exhibit.notes)
    return {text: f"note_{number}" for number, text in enumerate(texts, start=1)}


def _notes_table(notes: dict[str, str], document: Document) -> pd.DataFrame | None:
    """One row per note: its reference and its text; nothing where there are no notes."""
    if not notes:
        return None
    wording = words_of(document.language)
    return pd.DataFrame({wording["note_reference"]: list(notes.values()), wording["note_text"]: [_data(text) for text in notes]})


def _sheet(exhibit: Exhibit, name: str, notes: dict[str, str], document: Document) -> gptables.GPTable:
    """One exhibit as one table."""
    references = "".join(f" $${notes[note]}$$" for note in exhibit.notes)
    wording = words_of(document.language)
    texts = [exhibit.sentence, wording["base_below"].format(text=exhibit.base) if exhibit.base else ""]
    if exhibit.figure:
        texts.append(exhibit.figure.alt)
    texts.append(document.banner)
    table = table_of(exhibit, wording)
    return gptables.GPTable(
        table=table, table_name=f"data_{name.lower()}",
        title=_data(f"{exhibit.label}. {exhibit.title}") + references,
        subtitles=[_data(text) for text in texts if text],
        scope=_data(wording["unit_below"].format(text=exhibit.unit)) if exhibit.unit else None, source=_data(exhibit.source) or None,
        legend=[_data(f"{symbol} = {meaning}") for symbol, meaning in exhibit.legend],
        additional_formatting=_formats(exhibit, table), index_columns={1: 0}, instructions=wording["sheet_holds"],
    )


def _formats(exhibit: Exhibit, table: pd.DataFrame) -> list[dict[str, object]]:
    """Numbers to the right, with the decimals, thousands and signs they have in print."""
    made = []
    for name, place in zip(reversed(table.columns), reversed(range(len(exhibit.columns))), strict=False):
        if exhibit.columns[place].numeric:
            texts = [row.cells[place].text for row in exhibit.rows if not row.heading]
            made.append({"column": {"columns": [name], "format": {"align": "right", **_printed_as(texts)}}})
    return made


def _printed_as(texts: list[str]) -> dict[str, str]:
    """The format in which a column's numbers look as they are printed; nothing where they have no format in common."""
    printed = [text.strip("% ") for text in texts if number_in(text) is not None]
    decimals = {len(text.partition(".")[2]) for text in printed}
    if len(decimals) != 1:
        return {}
    plain = f"#,##0.{'0' * decimals.pop()}".rstrip(".")
    signed = any(text[0] in SIGNS for text in printed)
    return {"num_format": f"+{plain};\u2212{plain};{plain}" if signed else plain}


def table_of(exhibit: Exhibit, wording: Words) -> pd.DataFrame:
    """The table of an exhibit as a sheet shows it: one row per row that is not a heading.

    A heading becomes a first column, so that no cell is merged. Numbers are numbers, as rounded in print; symbols and words are text.
    """
    blocks = any(row.heading for row in exhibit.rows)
    heads = [_data(column_name(column, grouped=True)) for column in exhibit.columns]
    names = _unique([wording["table_part"], *heads] if blocks else heads)
    rows, block = [], wording["overall"]
    for row in exhibit.rows:
        if row.heading:
            block = row.cells[0].text
            continue
        cells = [number_in(cell.text) if column.numeric and number_in(cell.text) is not None else _data(cell.text)
                 for column, cell in zip(exhibit.columns, row.cells, strict=True)]
        rows.append([*([_data(block)] if blocks else []), *cells])
    return pd.DataFrame(rows, columns=names, dtype=object)


def _unique(names: list[str], numbered: str = "{} ({})") -> list[str]:
    """The same names, numbered where two are alike."""
    return [name if names.index(name) == place else numbered.format(name, names[:place].count(name) + 1)
            for place, name in enumerate(names)]


def _data(text: str) -> str:
    """Text that gptables does not read as a note's reference or a link."""
    return text.replace("$$", "$ $").replace("](", "] (")


def number_in(text: str) -> float | int | None:
    """The number that a cell's text is; None where it is anything else, such as a symbol or an interval."""
    plain = text.strip().removesuffix("%").strip()
    if not _NUMBER.fullmatch(plain):
        return None
    plain = plain.replace(",", "").replace("\u2212", "-")
    return float(plain) if "." in plain else int(plain)


FORMAT = Format("tables.xlsx", workbook_bytes)
