"""What was noticed about the cells of a file while it was read: cells that are no plain answers, each kind counted with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from nbeval.errors import SourceError

#: the name under which a table carries what was noticed
NOTICED = "noticed"
_LISTED = 12


class CellKind(StrEnum):
    """What a cell is, where it is no plain value."""

    ERROR = "error"
    HOLLOW = "hollow"
    MERGED = "merged"
    UNREAD = "unread"
    HIDDEN_ROW = "hidden row"
    FILTERED_ROW = "filtered row"
    HIDDEN_COLUMN = "hidden column"
    HIDDEN_SHEET = "hidden sheet"
    OTHER_SHEET = "other sheet"
    COMMENT = "comment"
    STRUCK = "struck"
    TOTALS = "totals"
    SPOILT = "spoilt"
    DECLARED_MISSING = "declared missing"
    MACROS = "macros"
    LINKS = "links"


class Words(NamedTuple):
    """How a kind is said: one, many, what was done, and what to do."""

    one: str
    many: str
    done: str = ""
    do: str = ""
    warns: bool = True


#: what would be read as no answer
REFUSED: Mapping[CellKind, Words] = {
    CellKind.ERROR: Words("error value such as #N/A", "error values such as #N/A"),
    CellKind.HOLLOW: Words("formula that was never worked out", "formulas that were never worked out"),
    CellKind.MERGED: Words("cell that is merged with another one", "cells that are merged with others"),
    CellKind.UNREAD: Words("cell that is written in no known way", "cells that are written in no known way"),
}
_LOOK = "look whether they belong to the export; if not, delete them."
#: what is read, or left out, and said
SAID: Mapping[CellKind, Words] = {
    CellKind.HIDDEN_ROW: Words("hidden row was", "hidden rows were", "read like any other", _LOOK),
    CellKind.FILTERED_ROW: Words("row that a filter hides was", "rows that a filter hides were", "read like any other", _LOOK),
    CellKind.HIDDEN_COLUMN: Words("hidden column was", "hidden columns were", "read like any other", _LOOK),
    CellKind.HIDDEN_SHEET: Words("hidden sheet was", "hidden sheets were", "read like any other", "look whether it is the one that is meant."),
    CellKind.OTHER_SHEET: Words("cell of other sheets was", "cells of other sheets were", "not read",
                                "look whether they are answers.", warns=False),
    CellKind.COMMENT: Words("cell with nothing but a comment was", "cells with nothing but a comment were", "read as empty",
                            "if the comment is the answer, write it into the cell."),
    CellKind.STRUCK: Words("cell that is struck through was", "cells that are struck through were", "read like any other",
                           "empty them if they were withdrawn."),
    CellKind.TOTALS: Words("row of totals was", "rows of totals were", "left out", "", warns=False),
    CellKind.SPOILT: Words("cell with spoilt characters was", "cells with spoilt characters were", "read as it stands",
                           "export the file again as UTF-8 and do not save it with a spreadsheet in between; or put the letters right."),
    CellKind.DECLARED_MISSING: Words("value that the file declares as missing, without a label, was", "values that the file declares as missing, "
                                     "without a label, were", "read as no answer", "give them labels in the file, and declare those."),
    CellKind.MACROS: Words("file with macros was", "files with macros were", "read; no macro was run", "", warns=False),
    CellKind.LINKS: Words("link to another file was", "links to other files were", "not followed",
                          "see that the values that were stored are those that are meant.", warns=False),
}


def letters(place: int) -> str:
    """The letters a spreadsheet shows above a column, counted from 0."""
    first, last = divmod(place, 26)
    return (letters(first - 1) if first else "") + chr(ord("A") + last)


@dataclass
class Places:
    """Where cells of one kind are: how many in each column, and the first of them."""

    by_column: Counter[int] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)

    def add(self, row: int | None, column: int) -> None:
        """Count one cell, its row and column counted from 0; the row may not be known."""
        self.by_column[column] += 1
        place = f"column {letters(column)}" if row is None else f"{letters(column)}{row + 1}"
        if len(self.first) < _LISTED and place not in self.first:
            self.first.append(place)

    def __len__(self) -> int:
        return self.by_column.total()

    def __str__(self) -> str:
        more = len(self) - len(self.first)
        columns = ", ".join(f"{letters(column)} {count:,}" for column, count in sorted(self.by_column.items())[:_LISTED])
        return ", ".join(self.first) + (f" and {more:,} more; by column {columns}" if more else "")


@dataclass(frozen=True)
class Noticed:
    """Cells (or rows, columns, sheets) of one kind in one file."""

    kind: CellKind
    count: int
    file: str
    where: str = ""

    @property
    def warns(self) -> bool:
        """Whether somebody should look."""
        return SAID[self.kind].warns

    @property
    def do(self) -> str:
        """What to do about it."""
        return SAID[self.kind].do

    def __str__(self) -> str:
        words = SAID[self.kind]
        where = f" ({self.where})" if self.where else ""
        return f"{self.file}: {self.count:,} {words.one if self.count == 1 else words.many} {words.done}{where}."


def noticed_in(table: pd.DataFrame) -> tuple[Noticed, ...]:
    """What was noticed while a table was read."""
    return table.attrs.get(NOTICED, ())


def refuse_cells(found: Mapping[CellKind, Places], name: str, sheet: str) -> None:
    """Stop where cells would be read as no answer although there is something in them, or behind them."""
    kinds = {kind: places for kind, places in found.items() if kind in REFUSED and len(places)}
    if kinds:
        said = (f"{len(places):,} {REFUSED[kind].one if len(places) == 1 else REFUSED[kind].many} ({places})" for kind, places in kinds.items())
        raise SourceError(
            f"'{name}' has cells that would be read as empty.", found="; ".join(said),
            allowed="text, numbers and dates, or formulas with their results, each in a cell of its own", where=f"{name}, sheet '{sheet}'",
            do="open the workbook, put these cells right (unmerge those that are merged, and fill in each), or empty them where there is no "
               "answer, and save it; a programme that works out formulas stores their results on saving.",
        )
