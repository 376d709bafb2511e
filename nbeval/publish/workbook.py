"""The tables of a report as an accessible workbook: cover, contents, notes, one table a sheet (gptables)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gptables
import pandas as pd

from nbeval.exhibit import Column, Exhibit
from nbeval.publish.document import Document
from nbeval.publish.numbers_in_text import number_in
from nbeval.publish.page import banner, subtitle
from nbeval.publish.words import words
from nbeval.publish.zips import fixed_zip

_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9]+")
# Text is data: neither a formula, a link nor a number is made of it.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook_bytes(document: Document) -> bytes:
    """The bytes of ``tables.xlsx``; the same on every run. A report without exhibits has the cover alone."""
    notes = _notes(document)
    sheets = {name: _sheet(shown.exhibit, name, notes) for name, shown in _names(document)}
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tables.xlsx"
        book = gptables.produce_workbook(
            str(target), sheets, cover=_cover(document), workbook_options=_OPTIONS,
            contentsheet_label=words(document.language)["contents"] if sheets else None,
            notes_table=_notes_table(notes), notesheet_label=words(document.language)["notes"],
        )
        book.set_properties({"title": document.title, "author": document.summary.get("owner", ""),
                             "comments": document.stamp})
        book.close()
        return fixed_zip(target.read_bytes())


def _names(document: Document) -> Iterator[tuple[str, object]]:
    """Each exhibit with the name of its sheet: its label, such as ``Table_3``."""
    taken: set[str] = set()
    for shown in document.exhibits:
        name = stem = _NOT_IN_NAME.sub("_", shown.exhibit.label).strip("_")[:28] or "Table"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem[:25]}_{number}"
        taken.add(name)
        yield name, shown


def _cover(document: Document) -> gptables.Cover:
    """The cover: what the workbook is, and what it was made from."""
    label = words(document.language)["cover"]
    lines = [_data(line) for line in (subtitle(document), banner(document)) if line]
    return gptables.Cover(title=_data(document.title), intro=lines or [_data(document.title)],
                          about=[_data(document.stamp or document.title)], cover_label=label)


def _notes(document: Document) -> dict[str, str]:
    """Every note once, with the reference it gets."""
    texts = dict.fromkeys(note for shown in document.exhibits for note in shown.exhibit.notes)
    return {text: f"note_{number}" for number, text in enumerate(texts, start=1)}


def _notes_table(notes: dict[str, str]) -> pd.DataFrame | None:
    """One row per note: its reference and its text; nothing where there are no notes."""
    if not notes:
        return None
    return pd.DataFrame({"Note reference": list(notes.values()), "Note text": [_data(text) for text in notes]})


def _sheet(exhibit: Exhibit, name: str, notes: dict[str, str]) -> gptables.GPTable:
    """One exhibit as one table."""
    references = "".join(f" $${notes[note]}$$" for note in exhibit.notes)
    texts = [exhibit.sentence, f"Base: {exhibit.base}" if exhibit.base else ""]
    if exhibit.figure:
        texts.append(exhibit.figure.alt)
    return gptables.GPTable(
        table=table_of(exhibit), table_name=f"data_{name.lower()}",
        title=_data(f"{exhibit.label}. {exhibit.title}") + references,
        subtitles=[_data(text) for text in texts if text],
        scope=_data(f"Unit: {exhibit.unit}") if exhibit.unit else None, source=_data(exhibit.source) or None,
        legend=[_data(f"{symbol} = {meaning}") for symbol, meaning in exhibit.legend],
        index_columns={1: 0}, instructions="This worksheet contains one table.",
    )


def table_of(exhibit: Exhibit) -> pd.DataFrame:
    """The table of an exhibit as a sheet shows it.

    Returns
    -------
    DataFrame
        one row per row of the exhibit that is not a heading; a heading becomes a first column, so that
        no cell is merged. Numbers are numbers, as rounded in print; symbols and words are text.
    """
    blocks = any(row.heading for row in exhibit.rows)
    names = _unique([*(["Part of the table"] if blocks else []), *(_column_name(column) for column in exhibit.columns)])
    rows, block = [], ""
    for row in exhibit.rows:
        if row.heading:
            block = row.cells[0].text
            continue
        cells = [number_in(cell.text) if column.numeric and number_in(cell.text) is not None else _data(cell.text)
                 for column, cell in zip(exhibit.columns, row.cells, strict=True)]
        rows.append([*([_data(block)] if blocks else []), *cells])
    return pd.DataFrame(rows, columns=names, dtype=object)


def _column_name(column: Column) -> str:
    """A column's name with its spanning header and its unit."""
    label = ": ".join(filter(None, (column.group, column.label))) or column.key
    return _data(f"{label} ({column.unit})" if column.unit else label)


def _unique(names: list[str]) -> list[str]:
    """The same names, told apart where two are alike."""
    return [name if names.index(name) == place else f"{name} ({names[:place].count(name) + 1})"
            for place, name in enumerate(names)]


def _data(text: str) -> str:
    """Text that gptables does not read as a note's reference or a link."""
    return text.replace("$$", "$ $").replace("](", "] (")
