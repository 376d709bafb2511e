"""Primary suppression: which counts are too small to be published on their own account.

The rules are thresholds of the policy in ``disclosure.toml``: a count of people, the count of those left over when it is taken from
its base, and the base itself. A percentage is a count. Rows that are nobody's answers (a panel that rated, those present at a visit)
are no cells of the survey: only the people behind them are protected, each row on its own, and by companions where a total would
give a withheld one away.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import OPEN, OVER_AUTHORITIES, OVER_SIDES, OVER_WAVES, PLACE, CellKind
from nbeval.frames import MISSING_COLUMNS, Contrast, Quantity

#: estimates that rest on a model: few degrees of freedom nearly give back the data
MODELS = (Quantity.ODDS_RATIO, Quantity.MARGINAL_EFFECT, Quantity.CHANGE_ADJUSTED)

#: how many authorities a model is without, since all of their people gave one answer: it tells of those whose figures are withheld
NEVER = (Quantity.AUTHORITIES_LEFT_OUT,)

#: how many took part; who did not take part is not known to anybody as a group
TAKING_PART = (Quantity.COUNT, Quantity.RESPONSE_RATE)


def small(count: np.ndarray | pd.Series, threshold: int, zero: bool) -> np.ndarray:
    """Where a count is under the threshold; a zero counts as small only where ``zero`` says so."""
    count = np.asarray(count, dtype=float)
    return (count < threshold) & (zero | (count > 0))


def small_share(numerator: np.ndarray | pd.Series, base: np.ndarray | pd.Series, policy: Disclosure) -> np.ndarray:
    """Where a share rests on too few people: in it, out of it, or altogether.

    With ``protect_complement`` a share of 0 % or 100 % is small too: it says something of
    everybody in the group (class disclosure). Thresholds of 10, zero included, for counts, bases
    and degrees of freedom: UK LLC output rules; ACRO defaults.
    """
    numerator, base = np.asarray(numerator, dtype=float), np.asarray(base, dtype=float)
    zero = policy.protect_complement
    inside = small(numerator, policy.threshold, zero)
    outside = small(base - numerator, policy.threshold, zero) & policy.protect_complement
    return inside | outside | small_base(base, policy)


def small_base(base: np.ndarray | pd.Series, policy: Disclosure) -> np.ndarray:
    """Where a base is too small for any percentage, mean or median to rest on."""
    return np.asarray(base, dtype=float) < max(policy.threshold, policy.threshold_percent_base)


def unsafe_rows(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where a row of results is too small on its own account, whatever else is shown.

    What is made over all authorities counts authorities, not people: it is shown or withheld with them.
    """
    people = results["quantity"].isin(TAKING_PART)
    share = small_share(results["numerator"].mask(people), results["n_valid"], policy)
    reference = small_share(results["numerator_reference"], results["n_reference"], policy)
    share &= ~results["n_valid"].eq(0).to_numpy()              # nobody answered: nothing is said of anybody
    reference &= ~results["n_reference"].eq(0).to_numpy()
    few_freedom = results["quantity"].isin(MODELS) & (results["df"] < policy.threshold)
    unsafe = (share | reference | few_freedom) & ~results["quantity"].isin([*OPEN, *OVER_AUTHORITIES, *OVER_SIDES])
    return unsafe | results["quantity"].isin(NEVER) | _nearly_all_pairs(results, policy)


def _nearly_all_pairs(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where the trend of those who answered every time stands beside levels and changes from the first wave to the last of a few people more:
    the one less the other tells of those few."""
    trend = results["quantity"].isin(OVER_WAVES) & results["n_valid"].notna()
    on = ["source", "cohort", "indicator", "authority", "group", "level", "wave", "reference"]
    pairs = results.loc[results["contrast"].eq(Contrast.PAIRS), [*on, "n_valid"]].drop_duplicates()
    beside = results.loc[trend, [*on, "n_valid"]].reset_index().merge(pairs, on=on, suffixes=("", "_pairs"), validate="many_to_many")
    few = small(beside["n_valid_pairs"] - beside["n_valid"], policy.threshold, zero=False) | small_base(beside["n_valid"], policy)
    return pd.Series(results.index.isin(beside.loc[few, "index"]), results.index)


def unsafe_reasons(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where the split of missing answers by reason has to go.

    It is shown for the whole cohort only, and only where every reason that occurs was given by
    the threshold number of people. How many gave no answer at all is a matter of two bases and
    stays: it says nothing about anybody that a reader could know them by.
    """
    reasons = results[list(MISSING_COLUMNS)]
    any_small = ((reasons > 0) & (reasons < policy.threshold)).any(axis=1)
    part = (results["authority"] != "") | (results["group"] != "")
    return any_small | part


def unsafe_cells(table: pd.DataFrame, policy: Disclosure) -> np.ndarray:
    """Where a cell (``cells.Cells.table``) is too small on its own account.

    An empty base is no secret: nobody answered, so nothing is said of anybody.
    """
    place = ["source", "wave", "block", *PLACE]
    bases = table.loc[table["kind"].eq(CellKind.BASE), [*place, "value"]].rename(columns={"value": "base"})
    cells = table.merge(bases, on=place, how="left", validate="many_to_one")
    value, base, kind = cells["value"].to_numpy(), cells["base"].to_numpy(), cells["kind"]
    rules = [
        (kind.eq(CellKind.SHARE), small_share(value, base, policy) & (base > 0)),
        (kind.isin([CellKind.BASE, CellKind.AT_LEAST]), small_base(value, policy) & (value > 0)),
        (kind.isin([CellKind.SUM, CellKind.SQUARES]), small_base(base, policy) & (base > 0)),
        (kind.isin([CellKind.PEOPLE, CellKind.MEMBERS, CellKind.ASKED]), small(value, policy.threshold, zero=False)),
    ]
    return np.select([which for which, _ in rules], [rule for _, rule in rules], default=False)


#: a table of parts and totals: one row per authority, one column per indicator
_TABLE = ["source", "wave", "group", "level"]
_CELL = [*_TABLE, "authority", "indicator"]


def of_no_answers(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where rows are of sources that are nobody's answers."""
    return results["source"].isin(policy.not_of_answers)


def panels_withheld(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where such rows rest on too few people, or would give away those that do.

    Of the parts of a total either none or two at least are withheld, along authorities and along indicators;
    a difference or a change is withheld with either of its sides.
    """
    rows = results[of_no_answers(results, policy) & results["n_valid"].notna()]
    if rows.empty:
        return pd.Series(False, index=results.index)
    now = rows[[*_CELL, "n_valid"]].rename(columns={"n_valid": "people"})
    then = rows.loc[rows["contrast"].eq(Contrast.WAVE) & rows["n_reference"].notna(), [*_CELL, "reference", "n_reference"]]
    then = then.assign(wave=then["reference"]).rename(columns={"n_reference": "people"})[[*_CELL, "people"]]
    cells = pd.concat([now, then]).groupby(_CELL, as_index=False)["people"].min()
    suppressed = pd.concat([_suppressed_of(table, policy) for _, table in cells.groupby(_TABLE)])
    gone = pd.MultiIndex.from_frame(suppressed[_CELL])
    own = pd.MultiIndex.from_frame(rows[_CELL]).isin(gone)
    before = rows[_CELL].assign(wave=rows["reference"].where(rows["contrast"].eq(Contrast.WAVE), rows["wave"]))
    both = own | pd.MultiIndex.from_frame(before).isin(gone)
    return pd.Series(results.index.isin(rows.index[both]), index=results.index)


def _suppressed_of(table: pd.DataFrame, policy: Disclosure) -> pd.DataFrame:
    """The cells of one table that are withheld: small ones, and companions along every line."""
    people = table.pivot(index="authority", columns="indicator", values="people")
    parts = people.drop(index="", errors="ignore")
    parts = parts.drop(columns="", errors="ignore") if len(parts.columns) > 1 else parts
    suppressed = np.array(parts.notna() & small_base(parts.to_numpy(), policy) & parts.gt(0))
    _companions(parts.to_numpy(dtype=float), suppressed)
    found = people.notna() & people.gt(0) & small_base(people.to_numpy(), policy)
    found.loc[parts.index, parts.columns] = suppressed
    # A total of parts of which one alone could be withheld has no companion: the total goes.
    lone = (suppressed.sum(axis=0) == 1) & (parts.notna().sum(axis=0).to_numpy() >= 1)
    if "" in people.index:
        found.loc["", parts.columns[lone]] = True
    long = found.stack()
    return long[long].index.to_frame(index=False).assign(**{name: table[name].iloc[0] for name in _TABLE})


def _companions(people: np.ndarray, suppressed: np.ndarray) -> None:
    """Withhold, line by line, the smallest that is shown where one alone is withheld, until no line has one alone."""
    moved = True
    while moved:
        moved = False
        for values, line in (*zip(people.T, suppressed.T, strict=True), *zip(people, suppressed, strict=True)):
            shown = ~np.isnan(values) & ~line
            if line.sum() == 1 and shown.any() and len(values) > 1:
                line[np.flatnonzero(shown)[np.argmin(values[shown])]] = True
                moved = True
