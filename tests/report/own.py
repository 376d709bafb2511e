"""A report of the invented programme with disclosure control of an analyst's own tables, and answers of people to make them from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.disclosure.one_table import withheld_counts, withheld_numbers
from nbeval.report import Report
from nbeval.report.aggregates import Protection
from tests.report.invented import dictionary, disclosed

#: people by place and group: three cells hold 0 to 3
CELLS = {("north", "white"): 60, ("north", "asian"): 3, ("north", "black"): 20, ("south", "white"): 70, ("south", "asian"): 25, ("south", "black"): 2,
         ("west", "white"): 50, ("west", "asian"): 30}


def opened(kind: str = "end", authority: str = "", levels: object = None) -> Report:
    """A report of a kind."""
    programme = dictionary()
    declared = next(one for one in programme.programme.reports if one.id == kind)
    return Report(disclosed(), programme, programme.cohort("c"), declared, authority, protection=Protection(withheld_counts, withheld_numbers), levels=levels)


def answers() -> pd.DataFrame:
    """One row per person: place, ethnic group, whether lonely, a score."""
    people = pd.DataFrame([place for place, count in CELLS.items() for _ in range(count)], columns=["authority", "ethnicity"])
    draw = np.random.default_rng(7)
    return people.assign(lonely=draw.integers(0, 2, len(people)), score=draw.integers(1, 11, len(people)), age=draw.integers(16, 26, len(people)))
