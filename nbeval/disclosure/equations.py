"""Numbers of rows that are equations for a withheld count: whoever knows the counts beside them tries a few hundred and keeps what fits.

A p-value, a statistic, an end of an interval, an effect size, a ratio is a function of the counts of its row. It may be shown where all of
them are; where one is withheld it gives that one back, whatever its digits. What is a function of more than the counts (how answers of
single people go together) may be shown with few digits. An adjusted p-value is a function of all tests of its family.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import PLACE, Cells, Part
from nbeval.disclosure.digits import ROUNDED, release_digits
from nbeval.frames import AGAINST_REST, Contrast, Reason, result_key

#: every number of a row that is made from the answers, and so goes with the estimate
FROM_ANSWERS = (
    "estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "p_adjusted",
    "numerator", "numerator_reference", "n_effective",
)
#: words that say what a test and an interval allow
_WORDS = ("verdict", "size")
#: how near an adjusted p-value must be to one that the tests shown give: both are rounded
_NEAR = 0.02
#: what tests that are adjusted together have in common
_FAMILY = ("family", "source", "quantity", "contrast", "wave", "group", "weighted", "place", "about", "against")


def equations(table: pd.DataFrame, cells: Cells, withheld: np.ndarray, dictionary: Dictionary, *, released: bool) -> dict[int, str]:
    """The rows of a disclosed table whose numbers are equations for what it withholds, with the names of those numbers.

    ``released``: adjusted p-values and digits are looked at as well, which a table has as it should only when it leaves.
    """
    found: dict[int, list[str]] = {}
    for row, name in (*_left_behind(table, withheld), *_of_withheld_counts(table, cells, withheld), *_counted_over_others(table),
                      *(_adjusted_over_others(table, dictionary) if released else ()), *(_too_many_digits(table, dictionary) if released else ())):
        found.setdefault(row, []).append(name)
    return {row: ", ".join(dict.fromkeys(names)) for row, names in found.items()}


def of_rows(table: pd.DataFrame, found: dict[int, str], policy: Disclosure) -> pd.DataFrame:
    """Rows and the numbers that give them away as rows of an audit (``attack.AUDIT``)."""
    of = table.iloc[list(found)].assign(part=Part.ALL, other="")
    return of[["source", "wave", *PLACE]].assign(
        block=of["indicator"], kind="row", what=of["quantity"], width=0.0, required=float(policy.protection_interval), ok=False,
        meets=[f"{names} of {result_key(one)}" for one, names in zip(of.to_dict("records"), found.values(), strict=True)])


def _left_behind(table: pd.DataFrame, withheld: np.ndarray) -> Iterator[tuple[int, str]]:
    """Numbers and words that a withheld row still has."""
    rows = np.flatnonzero(withheld)
    for name in FROM_ANSWERS:
        yield from ((int(row), name) for row in rows[table[name].notna().to_numpy()[rows]])
    for name in _WORDS:
        yield from ((int(row), name) for row in rows[table[name].ne("").to_numpy()[rows]])


def _of_withheld_counts(table: pd.DataFrame, cells: Cells, withheld: np.ndarray) -> Iterator[tuple[int, str]]:
    """Numbers of rows that rest on a count which other rows withhold and none shows."""
    unknown = cells.table["value"].isna().to_numpy()
    parts = cells.parts[cells.parts["field"].ne("n_eligible")]
    gone = np.isin(parts["cell"], parts["cell"][withheld[parts["row"]]]) & unknown[parts["cell"]]
    anew = table["warning"].eq(Reason.AMONG_SHOWN.value).to_numpy()
    for row in sorted(set(parts["row"][gone])):
        if not withheld[row] and not anew[row]:
            yield from ((int(row), name) for name in FROM_ANSWERS if pd.notna(table[name].iat[row]))


def _counted_over_others(table: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Figures over the authorities that are shown which are over more of them than are shown."""
    anew = table["warning"].eq(Reason.AMONG_SHOWN.value)
    if not anew.any():
        return
    place = ["source", "indicator", "wave", "reference"]
    shown = table["contrast"].eq(Contrast.WAVE) & ~table["weighted"] & table["group"].eq("") & table["authority"].ne("")
    number = table[shown & table["quantity"].eq("change") & table["estimate"].notna()].groupby(place).size()
    for row in np.flatnonzero(anew):
        if table["n_valid"].iat[row] != number.get(tuple(table[one].iat[row] for one in place), 0):
            yield int(row), "estimate"


def _adjusted_over_others(table: pd.DataFrame, dictionary: Dictionary) -> Iterator[tuple[int, str]]:
    """Adjusted p-values of indicators that the p-values shown do not give, neither by Benjamini and Hochberg nor by Holm."""
    declared = table["indicator"].isin({one.indicator for one in dictionary.indicators})
    tests = table[declared & table["family"].ne("") & table["p_adjusted"].notna()]
    rest = tests["family"].eq(AGAINST_REST)
    tests = tests.assign(
        row=tests.index, place=tests["authority"].mask(rest, ""), about=tests["indicator"].where(rest, ""),
        against=tests["reference"].where(tests["contrast"].eq(Contrast.WAVE), ""))
    position = {index: number for number, index in enumerate(table.index)}
    for _, family in tests.groupby(list(_FAMILY), sort=False):
        p, q = family["p_value"].fillna(1.0).to_numpy(), family["p_adjusted"].to_numpy()
        order = np.argsort(p)
        holm = np.empty(len(p))
        holm[order] = np.minimum(np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))), 1.0)
        fits = np.array([np.abs(q - one) <= _NEAR * np.maximum(one, q) for one in (false_discovery_control(p), holm)])
        yield from ((position[row], "p_adjusted") for row in family["row"][~fits.any(axis=0)])


def _too_many_digits(table: pd.DataFrame, dictionary: Dictionary) -> Iterator[tuple[int, str]]:
    """Numbers with more digits than may leave."""
    leaves = release_digits(table, dictionary)
    for name in ROUNDED:
        other = table[name].notna() & ~np.isclose(table[name], leaves[name], rtol=1e-12, atol=0)
        yield from ((int(row), name) for row in np.flatnonzero(other))
