"""The exhibit: one structured object from which every format of a table or figure is made.

An exhibit holds text and numbers that may be published, and nothing else. It travels inside the
executed notebook as JSON, under the MIME types below, so that HTML, PDF, Word and workbook are
made from the same object and cannot differ.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

EXHIBIT_MIME = "application/vnd.nbeval.exhibit+json"
TEXT_MIME = "application/vnd.nbeval.text+json"
REPORT_MIME = "application/vnd.nbeval.report+json"
STAGE_MIME = "application/vnd.nbeval.stage+json"     # counts of a stage of a study: they reach no reader's format
SCHEMA = 1
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")


def anchor(exhibit: str) -> str:
    """The id that an exhibit has on its page, and that links lead to."""
    return "exhibit-" + _NOT_IN_ID.sub("-", exhibit)


@dataclass(frozen=True)
class Column:
    """One column: ``key`` is unique in the table, ``unit`` may be empty, ``header`` marks row headers."""

    key: str
    label: str
    unit: str = ""
    header: bool = False
    numeric: bool = False
    group: str = ""                     # label of a spanning header above several columns


@dataclass(frozen=True)
class Cell:
    """One cell: ``text`` as printed; ``value`` the number behind it (None where text or withheld)."""

    text: str
    value: float | None = None
    result: str = ""                    # key of the row of results it comes from, see frames.result_key
    field: str = ""                     # which column of that row: estimate, conf_low, n_valid, ...
    symbol: str = ""                    # [c], [x], [z], [low] where one is shown
    links: tuple[tuple[str, str], ...] = ()     # parts of the text, each with where it leads: an id of the page, or an address
    anchor: str = ""                    # the id of the cell, for others to lead to
    of: object = dataclasses.field(default=None, compare=False, repr=False)     # the row of results itself; it does not travel

    def to_json(self) -> dict[str, Any]:
        """The cell as plain JSON, without the row of results."""
        return {one.name: getattr(self, one.name) for one in dataclasses.fields(self) if one.name != "of"}


@dataclass(frozen=True)
class Row:
    """One row of cells, in the order of the columns. ``heading`` rows start a block and have one cell."""

    cells: tuple[Cell, ...]
    heading: bool = False


@dataclass(frozen=True)
class Figure:
    """The picture of an exhibit: a self-contained SVG, and the words that stand for it."""

    svg: str
    alt: str                            # what it shows, in a sentence or two, from the disclosed numbers
    description: str                    # the long description
    width_mm: float
    height_mm: float
    slim: str = ""                      # the same drawn for a telephone; empty where the one picture is for all


@dataclass(frozen=True)
class Exhibit:
    """A numbered table or figure. A figure always brings its table: the data behind it."""

    id: str
    label: str                          # "Table 3" or "Figure 2"
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str
    base: str                           # who the figures are of, with the smallest and largest n
    source: str
    legend: tuple[tuple[str, str], ...] = ()    # symbols that occur, and their meanings
    notes: tuple[str, ...] = ()
    figure: Figure | None = None
    invented: bool = False
    sentence: str = ""
    section: str = ""                   # of the notebook
    source_id: str = ""                 # where its results are from, by id

    def to_json(self) -> dict[str, Any]:
        """The exhibit as plain JSON, with the version of this structure."""
        rows = [{"cells": [cell.to_json() for cell in row.cells], "heading": row.heading} for row in self.rows]
        return {"schema": SCHEMA, **asdict(replace(self, rows=())), "rows": rows}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Exhibit:
        """The exhibit from its JSON; the inverse of :meth:`to_json`."""
        given = {key: value for key, value in data.items() if key != "schema"}
        given["columns"] = tuple(Column(**column) for column in given["columns"])
        given["rows"] = tuple(
            Row(cells=tuple(_cell(cell) for cell in row["cells"]), heading=row["heading"])
            for row in given["rows"]
        )
        given["legend"] = tuple((symbol, meaning) for symbol, meaning in given["legend"])
        given["notes"] = tuple(given["notes"])
        given["figure"] = Figure(**given["figure"]) if given["figure"] else None
        return cls(**given)


def _cell(data: dict[str, Any]) -> Cell:
    """A cell from its JSON."""
    return Cell(**{**data, "links": tuple((text, target) for text, target in data.get("links", ()))})
