"""``results.csv``: every number of a report, one row per key, and the comparison of two by key with a tolerance."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

from nbeval.errors import SourceError
from nbeval.frames import RESULT_KEY

FILE = "results.csv"
Table = dict[str, dict[str, str]]


@dataclass(frozen=True)
class RowsCompared:
    """How two tables of results differ: keys only in one of them, and cells that differ."""

    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    different: tuple[tuple[str, str, str, str], ...]        # key, column, old, new
    common: int


def read_results(text: str) -> Table:
    """Read results as rows by key.

    Parameters
    ----------
    text : str
        The content of a ``results.csv``. The key is ``frames.RESULT_KEY``, after ``exhibit`` where
        there is such a column.

    Returns
    -------
    dict
        Rows by key, parts of the key joined by ``|``.

    Raises
    ------
    SourceError
        A key stands twice, or a row has more or fewer cells than the header.
    """
    reader = csv.DictReader(io.StringIO(text), restkey="", restval=None)
    names = reader.fieldnames or []
    key = [name for name in ("exhibit", *RESULT_KEY) if name in names]
    table: Table = {}
    for number, row in enumerate(reader, start=2):
        if "" in row or None in row.values():
            raise SourceError(f"line {number} of {FILE} does not have the {len(names)} cells of its header.",
                              do="render the report again; the file was altered or cut short.")
        name = "|".join(row[part] for part in key)
        if name in table:
            raise SourceError(f"line {number} of {FILE} repeats the key of another line.", found=name,
                              do="render the report again; every result has one line.")
        table[name] = row
    return table


def compare_results(old: Table, new: Table, rel: float, abs_: float) -> RowsCompared:
    """Compare two tables of results by key; numbers with a tolerance, all else as text."""
    common = [key for key in old if key in new]
    different = tuple(
        (key, column, old[key].get(column) or "", new[key].get(column) or "")
        for key in common for column in dict.fromkeys((*old[key], *new[key]))
        if not same_value(old[key].get(column), new[key].get(column), rel, abs_)
    )
    return RowsCompared(tuple(key for key in old if key not in new), tuple(key for key in new if key not in old),
                        different, len(common))


def same_value(old: str | float | None, new: str | float | None, rel: float, abs_: float) -> bool:
    """Whether two values are the same: equal, or numbers that are close. A blank is only like a blank."""
    if old == new:
        return True
    one, other = _number(old), _number(new)
    if one is None or other is None:
        return False
    return math.isclose(one, other, rel_tol=rel, abs_tol=abs_)


def _number(value: str | float | None) -> float | None:
    """The number that a value is, if it is one."""
    try:
        number = float(value) if value is not None and not isinstance(value, bool) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
