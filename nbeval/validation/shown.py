"""The tables of the study as exhibits, so that the page of the study is made like that of a report."""

from __future__ import annotations

import pandas as pd

from nbeval.exhibit import Cell, Column, Exhibit, Row
from nbeval.report.displays import Shown

SOURCE = "simulated samples; the seed stands in the notebook"


def shown(table: pd.DataFrame, number: int, title: str, *, unit: str, base: str) -> Shown:
    """A table as a numbered exhibit.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per row of the exhibit; the columns' names are printed.
    number : int
    title, unit, base : str

    Returns
    -------
    Shown
    """
    names = [str(name) for name in table.columns]
    columns = tuple(Column(key=name, label=name, header=place == 0, numeric=name.startswith("n ")) for place, name in enumerate(names))
    rows = tuple(Row(tuple(Cell(str(value)) for value in values)) for values in table.itertuples(index=False))
    return Shown(Exhibit(
        id=f"study_{number}", label=f"Table {number}", title=title, columns=columns, rows=rows, unit=unit, base=base, source=SOURCE,
    ))
