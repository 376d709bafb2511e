"""An intruder of the tests' own: reads a disclosed table and the dictionary, and nothing of nbeval.disclosure.

It knows that authorities add up to the cohort, that levels of a group are part of the total, which
codes each indicator counts, and that people are not negative. Changes show both of their waves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from nbeval.dictionary.codes import matcher

PLACE = ["authority", "group", "level"]


def derived(table: pd.DataFrame, dictionary, authorities) -> pd.DataFrame:
    """One row per withheld percentage: the lowest and highest count the intruder can give it."""
    level = table[table["quantity"].isin(["percent", "mean"]) & table["contrast"].eq("") & table["indicator"].ne("")]
    change = table[table["quantity"].eq("change") & table["indicator"].ne("")]
    earlier = change.assign(wave=change["reference"], numerator=change["numerator_reference"], n_valid=change["n_reference"])
    both = pd.concat([level, change.assign(estimate=np.nan), earlier.assign(estimate=np.nan)])
    item = {one.indicator: one.item for one in dictionary.indicators}
    found = []
    for (wave, name), part in both.groupby(["wave", both["indicator"].map(item)]):
        found.append(_of_item(part, name, dictionary, authorities).assign(wave=wave))
    return pd.concat(found, ignore_index=True)


def _of_item(part: pd.DataFrame, name: str, dictionary, authorities) -> pd.DataFrame:
    """The intervals of one item at one wave."""
    top = next(one.highest for one in dictionary.instruments[0].items if one.item == name)
    codes = np.arange(int(top) + 1)
    places = list(dict.fromkeys(part[PLACE].itertuples(index=False, name=None)))
    groups = sorted({place[1] for place in places if place[1]})
    at = {place: k for k, place in enumerate([*places, *(("", group, None) for group in groups)])}
    declared = {one.indicator: one for one in dictionary.indicators}
    rows, right = [], []

    def row(entries):
        line = np.zeros(len(at) * len(codes))
        for place, weights in entries:
            line[at[place] * len(codes):(at[place] + 1) * len(codes)] += weights
        return line

    for one in part.itertuples():
        place = (one.authority, one.group, one.level)
        if one.n_valid == one.n_valid:
            rows.append(row([(place, np.ones(len(codes)))])), right.append(one.n_valid)
            if one.quantity == "mean" and one.estimate == one.estimate:
                rows.append(row([(place, codes)])), right.append(one.estimate * one.n_valid)
        if one.numerator == one.numerator and declared[one.indicator].measure == "percent":
            rows.append(row([(place, matcher(declared[one.indicator].codes).contains(codes))])), right.append(one.numerator)
    for code in range(len(codes)):
        only = (np.arange(len(codes)) == code).astype(float)
        whole = [(("", "", ""), -only)]
        if {place[0] for place in places} >= set(authorities):
            rows.append(row(whole + [((one, "", ""), only) for one in authorities])), right.append(0)
        for group in groups:
            rows.append(row(whole + [(place, only) for place in at if place[1] == group])), right.append(0)
    matrix, right = csr_matrix(np.array(rows)), np.array(right)
    hidden = part[part["suppression"].eq("[c]") & part["quantity"].eq("percent")]
    found = []
    for one in hidden.itertuples():
        sought = row([((one.authority, one.group, one.level), matcher(declared[one.indicator].codes).contains(codes))])
        ends = [linprog(sign * sought, A_eq=matrix, b_eq=right, method="highs") for sign in (1, -1)]
        assert all(end.status in (0, 3) for end in ends), "what is shown contradicts itself"
        low, high = (-np.inf if end.status == 3 else end.fun for end in ends)
        found.append(dict(indicator=one.indicator, authority=one.authority, group=one.group, level=one.level,
                          low=np.ceil(low - 1e-6), high=np.floor(-high + 1e-6)))
    return pd.DataFrame(found)
