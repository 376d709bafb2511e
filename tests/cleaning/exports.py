"""Invented exports of the tiny programme, written form by form."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl

from nbeval.dictionary import Dictionary

AUTHORITIES = ("north", "south", "east")

BEFORE = {
    "submission": "Response ID", "status": "Status", "started": "Started", "finished": "Finished", "test": "Test",
    "email": "E-mail address", "ip": "IP address", "enjoy": "How much do you enjoy reading?",
    "often": "How often do you read?", "card": "Do you have a library card?",
    "novels": "What do you read? - Novels", "comics": "What do you read? - Comics",
    "comment": "Anything else, in your words?",
}
AFTER = {
    "submission": ("UserID", ""), "status": ("State", ""), "started": ("Start", ""), "finished": ("End", ""),
    "test": ("Preview", ""), "email": ("Contact", "E-mail"), "enjoy": ("Q1", "How much do you enjoy reading nowadays?"),
    "often": ("Q2", "How often do you read?"), "card": ("Q3", "Have you got a library card?"),
    "reads": ("Q4", "What do you read?"), "comment": ("Q5", "Anything else?"),
}
A_FORM = {
    "status": "Complete", "started": "2020-04-01 10:00", "finished": "2020-04-01 10:10", "test": "No",
    "email": "reader@example.org", "ip": "192.0.2.7", "enjoy": "7", "often": "Sometimes", "card": "Yes",
    "novels": "Yes", "comics": "No", "reads": "Novels", "comment": "",
}


def form(submission: str = "1", **answers: str) -> dict[str, str]:
    """A complete form of 2020, with some answers changed."""
    return {**A_FORM, "submission": submission, **answers}


def later(submission: str = "1", **answers: str) -> dict[str, str]:
    """A complete form of 2022, with some answers changed."""
    return form(submission, **{"started": "2022-04-01 10:00", "finished": "2022-04-01 10:10", "often": "Often or always",
                               **answers})


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], *, delimiter: str = ",",
              encoding: str = "utf-8") -> Path:
    """Write delimited text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def write_before(path: Path, forms: Sequence[Mapping[str, str]], columns: Mapping[str, str] = BEFORE, **options) -> Path:
    """Write an export of 2020."""
    return write_csv(path, list(columns.values()), [[one.get(name, "") for name in columns] for one in forms], **options)


def write_after(path: Path, forms: Sequence[Mapping[str, str]], columns: Mapping[str, tuple] = AFTER) -> Path:
    """Write an export of 2022: a workbook with two header rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    for row in zip(*columns.values()):
        book.active.append(list(row))
    for one in forms:
        book.active.append([one.get(name, "") for name in columns])
    book.save(path)
    return path


def write_cohort(data: Path, before: Mapping[str, list] | None = None, after: Mapping[str, list] | None = None) -> Path:
    """Write every file the cohort declares, with one plain form each unless told otherwise."""
    for authority in AUTHORITIES:
        write_before(data / "before" / f"{authority}.csv", (before or {}).get(authority, [form()]))
        path = data / "after" / f"{authority}.xlsx"
        if authority in (after or {}):
            write_after(path, after[authority])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_plain_workbook())
    return data


@cache
def _plain_workbook() -> bytes:
    """One plain form of 2022, written once."""
    with TemporaryDirectory() as folder:
        return write_after(Path(folder) / "plain.xlsx", [later()]).read_bytes()


def with_rules(dictionary: Dictionary, **rules) -> Dictionary:
    """The dictionary with other rules of its one instrument."""
    loaded = dictionary.instruments[0]
    return replace(dictionary, instruments=(replace(loaded, record=loaded.record.model_copy(update=rules)),))


def with_columns(dictionary: Dictionary, change) -> Dictionary:
    """The dictionary with every column passed through ``change``; None leaves it out."""
    loaded = dictionary.instruments[0]
    columns = tuple(filter(None, (change(column) for column in loaded.columns)))
    return replace(dictionary, instruments=(replace(loaded, columns=columns),))
