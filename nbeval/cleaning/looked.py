"""A sheet as it was read beside what its cells are: what would be read as no answer is refused, what is read all the same is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nbeval.cleaning import limits
from nbeval.cleaning.noticed import CellKind, Noticed, Places, letters, refuse_cells
from nbeval.cleaning.workbook_scan import BookScan, SheetScan

_LISTED = 12


@dataclass(frozen=True)
class Looked:
    """One sheet: its rows that hold anything by their number, from its first column on, and which of them are above the data."""

    book: BookScan
    sheet: str
    rows: dict[int, list[str]]
    left: int
    above: tuple[int, ...]

    @property
    def scan(self) -> SheetScan:
        """What the cells of the sheet are."""
        return self.book.sheets[self.sheet]

    @cached_property
    def data(self) -> dict[int, list[str]]:
        """The rows below the header."""
        return {number: row for number, row in self.rows.items() if number not in self.above}

    @cached_property
    def used(self) -> set[int]:
        """The columns that hold anything."""
        return {self.left + place for row in self.rows.values() for place, cell in enumerate(row) if cell}

    def totals(self) -> set[int]:
        """The rows of totals that belong to a table of the sheet and are nobody's."""
        return self.scan.totals & self.data.keys()

    def refuse(self, name: str, texts: list[list[str]]) -> None:
        """Stop where cells would be read as no answer although there is something in them, or behind them."""
        refuse_cells({CellKind.MERGED: self._merged(name), CellKind.UNREAD: self._unread(texts)}, name, self.sheet)

    def _unread(self, texts: list[list[str]]) -> Places:
        """Cells of which the reader made nothing, or more than there is: by column, as counted from the file and as read."""
        read = Counter(self.left + place for row in texts for place, cell in enumerate(row) if cell)
        places = Places()
        for column in sorted(read.keys() | self.scan.filled.keys()):
            for _ in range(abs(read[column] - self.scan.filled[column])):
                places.add(None, column)
        return places

    def _merged(self, name: str) -> Places:
        """The cells of the data that are merged into another one: of rows that hold something else, and of columns that are used.

        A heading that goes over a whole row, or a title above the header, hides nothing.
        """
        found, visits = set(), 0
        for top, bottom, left, right in self.scan.merged:
            rows = range(top, bottom + 1) if bottom - top < len(self.rows) else [one for one in self.rows if top <= one <= bottom]
            visits += len(rows)
            if visits > limits.MOST_CELLS:
                raise limits.too_large(name, "ranges of merged cells that overlap", f"{limits.MOST_CELLS:,} merged rows")
            for number in rows:
                row = self.data.get(number)
                if row and any(cell for place, cell in enumerate(row) if not left <= self.left + place <= right):
                    found.update((number, column) for column in self.used if left <= column <= right and (number, column) != (top, left))
        places = Places()
        for number, column in sorted(found):
            places.add(number, column)
        return places

    def noticed(self, name: str) -> Iterator[Noticed]:
        """What is read, or left out, and has to be said."""
        scan = self.scan
        hidden = sorted(scan.hidden_rows & self.data.keys())
        kind = CellKind.FILTERED_ROW if scan.filtered else CellKind.HIDDEN_ROW
        columns = sorted({column for column in self.used if any(first <= column <= last for first, last in scan.hidden_columns)})
        others = sum(found.holds for sheet, found in self.book.sheets.items() if sheet != self.sheet)
        bare = Places()
        for row, column in scan.comments:
            if not self._holds(row, column) and self.above[-1:] < (row,):
                bare.add(row, column)
        struck = scan.unusual.get(CellKind.STRUCK, Places())
        sheet = f"sheet '{self.sheet}'"
        for kind, count, where in (
            (kind, len(hidden), f"{sheet}, {_listed('row', [str(row + 1) for row in hidden])}"),
            (CellKind.HIDDEN_COLUMN, len(columns), f"{sheet}, {_listed('column', [letters(column) for column in columns])}"),
            (CellKind.HIDDEN_SHEET, int(scan.hidden), sheet), (CellKind.OTHER_SHEET, others, ""),
            (CellKind.COMMENT, len(bare), f"{sheet}, {bare}"), (CellKind.STRUCK, len(struck), f"{sheet}, {struck}"),
            (CellKind.TOTALS, len(self.totals()), f"{sheet}, {_listed('row', [str(row + 1) for row in sorted(self.totals())])}"),
            (CellKind.MACROS, int(self.book.macros), ""), (CellKind.LINKS, self.book.links, ""),
        ):
            if count:
                yield Noticed(kind, count, name, where)

    def _holds(self, row: int, column: int) -> bool:
        """Whether a cell was read with anything in it."""
        cells = self.rows.get(row, [])
        return self.left <= column < self.left + len(cells) and cells[column - self.left] != ""


def _listed(what: str, names: list[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{what}{'s' if len(names) > 1 else ''} {', '.join(names[:_LISTED])}{more}"
