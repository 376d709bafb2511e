"""How large a file of data may be. Every reader counts what is there, never believes what a file says of itself, and stops with one error."""

from __future__ import annotations

from pathlib import Path

from nbeval import bounded
from nbeval.errors import SourceError

#: bytes of a file as it lies there, and of a workbook when it is unpacked
MOST_BYTES, MOST_UNPACKED = 150_000_000, 500_000_000
#: unpacked bytes from which a workbook must look like one: tables are packed to a tenth, never to a hundredth
SUSPECT_BYTES, PACKED_TO = 100_000_000, 60
#: cells and columns of one table, sheets and parts of one file
MOST_CELLS, MOST_COLUMNS, MOST_SHEETS, MOST_PARTS = 8_000_000, 4_000, 1_000, 20_000
#: the last column of a sheet, by the programme that made the format
LAST_COLUMN = 16_384
#: a reader of workbooks lays out every place between the first and the last cell, filled or not
SUSPECT_PLACES, SPARSE, MOST_PLACES = 2_000_000, 20, 5_000_000
#: characters of one cell and of one record
LONGEST_RECORD = 10_000_000

_LESS = "split the file, for instance by authority or wave, or leave out what is not needed."


def too_large(name: str, found: str, allowed: str, do: str = _LESS) -> SourceError:
    """The error about a file that holds more than is read."""
    return SourceError(f"'{name}' is too large to be read.", found=found, allowed=allowed, where=name, do=do)


def read_bytes(path: Path, name: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file that is not too large; a file that changes while it is read is not read beyond that either."""
    try:
        return bounded.read_bytes(path, most)
    except ValueError:
        raise too_large(name, f"more than {most / 1e6:,.0f} MB", f"{most / 1e6:,.0f} MB") from None


def refuse_many_cells(count: int, name: str, most: int = MOST_CELLS) -> None:
    """Stop where a table has more cells than are read."""
    if count > most:
        raise too_large(name, f"more than {most:,} cells", f"{MOST_CELLS:,} cells, {MOST_PLACES:,} of a workbook")


def refuse_wide(columns: int, name: str) -> None:
    """Stop where a table has more columns than are read."""
    if columns > MOST_COLUMNS:
        raise too_large(name, f"{columns:,} columns", f"{MOST_COLUMNS:,} columns",
                        "look whether the line breaks of the file were lost, and export it again.")
