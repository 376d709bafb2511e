"""Invented exports of the specimen's further sources, free to be broken."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import load_workbook


def change_csv(path: Path, row: int, column: str, text: str) -> None:
    """Write another text into one cell of a CSV export; row 1 is the first below the header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row][rows[0].index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def change_book(path: Path, sheet: str, row: int, column: str, text: object) -> None:
    """Write another entry into one cell of a workbook; row 1 is the header."""
    book = load_workbook(path)
    page = book[sheet]
    headers = [cell.value for cell in page[1]]
    page.cell(row, headers.index(column) + 1 if column in headers else 2).value = text
    book.save(path)


def cell_of(path: Path, sheet: str, row: int, column: str) -> object:
    """One cell of a workbook."""
    page = load_workbook(path)[sheet]
    return page.cell(row, [cell.value for cell in page[1]].index(column) + 1).value


def drop_sheet(path: Path, sheet: str) -> None:
    """Take a sheet out of a workbook."""
    book = load_workbook(path)
    del book[sheet]
    book.save(path)


def drop_row(path: Path, sheet: str, row: int) -> None:
    """Take a row out of a sheet."""
    book = load_workbook(path)
    book[sheet].delete_rows(row)
    book.save(path)


def correction(folder: Path, **entry: str) -> None:
    """Write a corrections file with one signed entry."""
    columns = ("source", "wave", "authority", "submission", "item", "expect", "replace", "reason", "signed_by", "date")
    signed = {"reason": "put right by telephone", "signed_by": "A. Tester", "date": "2022-06-01", **entry}
    with (folder / "corrections.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, [signed.get(column, "") for column in columns]])
