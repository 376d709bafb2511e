"""Tests of who answered: they stand only where the make-up they test may be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.frames import RESULTS, check
from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.cells import CellKind, read_cells

GROUP = "frequency"


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


def results(often: float, rarely: float) -> pd.DataFrame:
    """The make-up of both waves, and the test of the one against the other."""
    blank = {name: np.nan if str(column.dtype) == "float64" else "" for name, column in RESULTS.columns.items()}
    blank |= {"cohort": "first", "source": "survey", "weighted": False, "group": GROUP}
    rows = [
        blank | {"quantity": "percent", "wave": wave, "level": level, "estimate": 100 * count / (often + rarely), "numerator": count,
                 "n_valid": often + rarely}
        for wave in ("before", "after") for level, count in (("often", often), ("rarely", rarely))
    ]
    rows.append(blank | {"quantity": "composition_test", "wave": "after", "contrast": "wave", "reference": "before", "estimate": 0.2,
                         "p_value": 0.01, "statistic": 6.6, "n_valid": often + rarely, "n_reference": often + rarely})
    table = pd.DataFrame(rows)[list(RESULTS.columns)]
    return check(table.astype({name: float for name in table if isinstance(blank[name], float)}), RESULTS)


@pytest.mark.parametrize(("often", "hidden"), [(40.0, False), (4.0, True)])
def test_a_test_goes_with_any_level_that_is_withheld(declared, often, hidden):
    table = protect_release(results(often, 60.0), declared.cohorts[0], declared).table
    row = table[table["quantity"].eq("composition_test")].iloc[0]
    assert (row["suppression"] == "[c]") is hidden
    assert row[["estimate", "p_value", "statistic"]].isna().all() == hidden


def test_a_test_is_no_level_of_its_group(declared):
    cells = read_cells(results(40.0, 60.0), declared).table
    levels = cells.loc[cells["kind"].eq(CellKind.PEOPLE) & cells["group"].eq(GROUP), "level"]
    assert set(levels) == {"often", "rarely"}, "a level that nobody has would give an intruder less to go by"
