"""What was published before: it cannot be taken back, and it must not be set against what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import COUNTS, KEY, Cells, read_cells
from nbeval.frames import ANALYST, RESULTS


@dataclass(frozen=True, eq=False)
class Known:
    """The cells of a release beside what was published before.

    ``table`` is that of ``Cells`` with the cells that only earlier reports show added at its end;
    ``out`` marks the cells that are out with the value they have; ``changed`` those that are out
    with another value, so near that the two together would tell of a few people.
    """

    table: pd.DataFrame
    out: np.ndarray
    changed: np.ndarray


def beside_earlier(cells: Cells, earlier: Sequence[pd.DataFrame], policy: Disclosure, dictionary: Dictionary) -> Known:
    """Lay what was published before beside the cells of a release."""
    published = _published(earlier, dictionary)
    both = cells.table.merge(published, on=list(KEY), how="outer", validate="one_to_one")
    both = both.sort_values("cell", ignore_index=True, na_position="last")
    only_before = both["cell"].isna()
    value = both["value"].where(~only_before & both["value"].notna(), np.nan)
    difference = (value - both["before"]).abs().to_numpy()
    near = np.where(both["kind"].isin(COUNTS), policy.threshold, np.inf)
    changed = (difference > 1e-6) & (difference < near)
    out = both["before"].notna().to_numpy() & ~(difference > 1e-6)
    filled = value.where(value.notna() | ~out, both["before"])
    table = both.assign(value=filled, cell=np.arange(len(both)))
    return Known(table[[*KEY, "value", "cell"]], out, changed)


def _published(earlier: Sequence[pd.DataFrame], dictionary: Dictionary) -> pd.DataFrame:
    """One row per cell that an earlier report shows, with its value there (``before``); an analyst's own tables have no declared cells."""
    complete = [_complete(table) for table in earlier if len(table)]
    tables = [own for table in complete if len(own := table[table["source"].ne(ANALYST)].reset_index(drop=True))]
    empty = pd.DataFrame({name: pd.Series(dtype=str) for name in KEY} | {"before": pd.Series(dtype=float)})
    if not tables:
        return empty
    read = [read_cells(table, dictionary).table for table in tables]
    shown = pd.concat(read, ignore_index=True).dropna(subset=["value"])
    return shown.drop_duplicates(list(KEY), keep="last")[list(KEY) + ["value"]].rename(columns={"value": "before"})


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """A table of published results with every column of ``RESULTS``."""
    columns = {}
    for name, column in RESULTS.columns.items():
        kind = str(column.dtype)
        if kind == "float64":
            columns[name] = pd.to_numeric(table[name], errors="coerce").astype(float) if name in table else np.nan
        elif kind == "bool":
            given = table[name] if name in table else pd.Series(False, index=table.index)
            columns[name] = given.astype(str).str.lower().isin(["true", "1", "weighted"])
        else:
            columns[name] = table[name].fillna("").astype(str) if name in table else ""
    return pd.DataFrame(columns, index=table.index).reset_index(drop=True)
