"""Which rows of a survey's file are used, and at which wave: filters, and files that hold several waves; every other row is counted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from nbeval.cleaning.files import ExportFile
from nbeval.dictionary.codes import matcher, normalise
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import Column
from nbeval.errors import DictionaryError, UnknownCodeError, UnknownHeaderError

#: why a row is no form of the wave that is read
OTHER_WAVE, FILTERED, TOTALS = "other wave", "filtered", "row of totals"
#: what the last row of a table begins with, where it sums up the others
_TOTALS = ("total", "totals", "grand total", "sum", "average", "mean")
#: how many rows of a file there are, by wave and reason; the reason is empty where the row is used
RowCounts = Counter[tuple[str, str]]


def used_rows(file: ExportFile, table: pd.DataFrame, columns: dict[int, Column]) -> tuple[pd.Series, RowCounts]:
    """The wave of every row that is used, by its place in the table; and the rows that are not, by wave and reason.

    ``columns`` are the columns of the table that are known, by place.
    """
    totals = _totals(table, columns)
    chosen = _chosen(file, table) & ~totals
    place = next((place for place, column in columns.items() if column.role is Role.WAVE), None)
    waves = pd.Series(file.wave, table.index) if place is None else _waves(file, table.iloc[:, place], chosen)
    here = chosen & (True if place is None else (waves == file.wave) if file.wave else (waves != ""))
    reasons = np.select([totals, ~chosen, ~here], [TOTALS, FILTERED, OTHER_WAVE], default="")
    left = Counter(zip([file.wave] * len(table) if file.wave else waves, reasons))
    return waves[here], Counter({key: count for key, count in left.items() if key[1]})


def _chosen(file: ExportFile, table: pd.DataFrame) -> pd.Series:
    """Which rows the file's filter keeps; all of them where there is none."""
    kept = pd.Series(True, table.index)
    places = {normalise(header): place for place, header in enumerate(table.columns)}
    lacking = [header for header in file.keep_if if normalise(header) not in places]
    if lacking:
        raise UnknownHeaderError(
            f"'{file.name}' does not have {'the column' if len(lacking) == 1 else 'columns'} that `keep_if` names.",
            found="lacking: " + ", ".join(f"'{header}'" for header in lacking), allowed="headers of the file",
            where=f"files of source '{file.source}' in the cohort's file", do="write the header as the export has it.",
        )
    for header, values in file.keep_if.items():
        kept &= _is_one_of(table.iloc[:, places[normalise(header)]], values)
    return kept


def _totals(table: pd.DataFrame, columns: dict[int, Column]) -> pd.Series:
    """Whether a row sums up the others: the last one, if it says so where a form has its number, or in its first column."""
    place = next((place for place, column in columns.items() if column.role is Role.SUBMISSION), 0)
    last = table.index == (table.index[-1] if len(table) else -1)
    return pd.Series(last, table.index) & table.iloc[:, place].map(normalise).isin(_TOTALS)


def _is_one_of(cells: pd.Series, values: tuple[str, ...]) -> pd.Series:
    """Which cells hold one of the values, however it is spelled, or a number within one of the ranges."""
    named = cells.map(normalise).isin([normalise(value) for value in values])
    numbers = pd.to_numeric(cells.str.strip(), errors="coerce")
    return named | matcher(tuple(value for value in values if _is_range(value))).contains(numbers)


def _is_range(value: str) -> bool:
    """Whether a value is a number or a range of numbers."""
    try:
        return bool(matcher((value,)))
    except DictionaryError:
        return False


def _waves(file: ExportFile, cells: pd.Series, chosen: pd.Series) -> pd.Series:
    """The wave of every row, as the file's own column says; empty where it is none of the cohort's, or the row is not kept."""
    found = cells.map({text: file.waves.get(normalise(text)) for text in cells.unique()})
    strange = found.isna() & chosen
    if strange.any():
        raise UnknownCodeError(
            f"'{file.name}': {int(strange.sum())} of {len(cells)} rows are of no wave that is declared.",
            found=f"{cells[strange].nunique()} different entries in the column of role wave (text withheld)",
            allowed=", ".join(f"'{wave}'" for wave in dict.fromkeys(filter(None, file.waves.values()))) + ", by id, label or spelling",
            where=f"files of source '{file.source}' in the cohort's file",
            do="declare how the column spells each wave under `waves`, and under `other_waves` what is none of the cohort's.",
            rows=pd.DataFrame({"file": file.name, "row": cells.index[strange]}),
        )
    return found.fillna("").astype(str)
