"""Controlled rounding of one table by itself: its counts, every sum of them, and the percentages that follow."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pandas as pd
from scipy import sparse

from nbeval.disclosure.rounding import controlled, cross_classification, least_base, lots
from nbeval.errors import ParameterError

#: the answer of those who are in a base and in no row
_REST = "\N{EN DASH}"
#: columns of percentages that follow from the counts, and what each is a percentage of: its place or its answer
_PERCENT = {"estimate": "place", "percent": "place", "row_percent": "answer"}


def rounded_table(
    table: pd.DataFrame, keys: Sequence[str], counts: str, shown: Sequence[str], *, base: int, interval: int, threshold: int, key: str,
    symbol: str,
) -> pd.DataFrame:
    """A tidy table with its counts rounded so that they add up over each of its keys, percentages worked out from them, and every other
    number left out. A percentage is left out, with ``symbol``, where the true number behind its rounded base could be under ``threshold``.
    """
    _refuse(table, base, interval)
    percent = "estimate" in table and "base" not in table
    answer = "level" if percent and "level" in table else "" if percent else next(iter(keys), "")
    places = [name for name in keys if name != answer]
    people = table[counts].to_numpy(float)
    value = np.round(table["estimate"].to_numpy(float) * people / 100) if percent else people
    wholes = people if percent else table["base"].to_numpy(float) if "base" in table else None
    if not np.allclose(value, np.round(value), equal_nan=True):
        raise ParameterError("only counts of people can be rounded.", found=f"numbers in '{counts}' that are not whole", where="the table",
                             do='round nothing that is weighted; name the column of counts with count="...".')
    what = table[answer].astype(str) if answer else pd.Series("yes", table.index)
    place = table[places].astype(str).agg(" | ".join, axis=1) if places else pd.Series("", table.index)
    cells = pd.DataFrame({"what": what, "place": place, "n": value}).reset_index(drop=True)
    cells[places] = table[places].astype(str).to_numpy()
    if cells.duplicated(["what", "place"]).any():
        raise ParameterError(
            "a table has two rows for one cell.", found=f"{int(cells.duplicated(['what', 'place']).sum())} rows too many",
            allowed="one row per combination of the columns that name a cell", where="the table",
            do="keep the columns that tell the rows apart, or sum the counts first.")
    cells = cells if wholes is None else _with_rest(cells, wholes, places)
    found, within = _rounded(cells, ["what", *places], base, key)
    cells = cells.assign(n=found)
    rows = cells.iloc[:len(table)]
    of = {"place": cells.groupby("place")["n"].sum()[rows["place"]].to_numpy(), "answer": rows.groupby("what")["n"].transform("sum").to_numpy()}
    return _filled(table, rows["n"].to_numpy(), of, counts, shown, percent=percent, least=threshold + within * base - 1, symbol=symbol).pipe(
        _noted, base=base, within=within)


def _refuse(table: pd.DataFrame, base: int, interval: int) -> None:
    """Refuse a base that gives too little away to rounding, and tables that it does not protect."""
    if base < least_base(interval):
        raise ParameterError(
            "the base of rounding is too small.", found=str(base), allowed=f"{least_base(interval)} or more with interval={interval}",
            where="protect", do=f"give a larger rounding_base: rounded twice, a count is known to lie between two multiples, and these leave "
                                f"{base - 1} values, not {interval + 1}; or a smaller interval.")
    unit = table.get("unit", pd.Series("percent", table.index))
    if "mean" in table or "n_reference" in table or ("estimate" in table and not unit.eq("percent").all()):
        raise ParameterError(
            "rounding protects counts of people, and not a table of means, differences or models.", found=", ".join(map(str, table.columns[:20])),
            allowed="counts, and percentages with their base", where="protect", do='protect this table with method="suppression".')


def _with_rest(cells: pd.DataFrame, wholes: np.ndarray, places: Sequence[str]) -> pd.DataFrame:
    """The cells with those who are in the base of a place and in no row, if anybody is."""
    sums = cells.assign(whole=wholes).groupby("place", sort=False).agg(n=("n", "sum"), whole=("whole", "first"), **{
        name: (name, "first") for name in places})
    left = np.round(sums["whole"] - sums["n"]).clip(lower=0)
    if not left.gt(0).any():
        return cells
    return pd.concat([cells, sums[[*places]].assign(n=left, what=_REST).reset_index()], ignore_index=True)


def _rounded(cells: pd.DataFrame, keys: Sequence[str], base: int, key: str) -> tuple[np.ndarray, int]:
    """The rounded cells, and how many bases they and their sums are less than away from the true ones."""
    count = cells["n"].fillna(0).to_numpy(float)
    matrix, names = cross_classification(cells[list(keys)])
    secret = key.encode() if key else sha256(repr(cells.to_numpy().tolist()).encode()).digest()
    found = controlled(matrix @ count, matrix, sparse.csr_matrix((0, len(cells))), base, lots(secret, names))
    return np.where(cells["n"].isna(), np.nan, found.values[:len(cells)]), int(found.within.max(initial=1))


def _filled(
    table: pd.DataFrame, found: np.ndarray, of: dict[str, np.ndarray], counts: str, shown: Sequence[str], *, percent: bool, least: int,
    symbol: str,
) -> pd.DataFrame:
    """The table with the numbers that may be shown."""
    few = of["place"] < least
    filled = {name: np.full(len(table), np.nan) for name in shown}
    filled |= {counts: of["place"] if percent else found} | ({"base": of["place"]} if "base" in table else {})
    with np.errstate(divide="ignore", invalid="ignore"):
        filled |= {name: np.where(of[whole] < least, np.nan, 100 * found / of[whole]) for name, whole in _PERCENT.items() if name in table}
    has_percent = any(name in table for name in _PERCENT)
    words = {name: "" for name in ("verdict", "size", "warning", "method") if name in table}
    return table.assign(**filled, **words, suppression=np.where(few & has_percent, symbol, ""))


def _noted(table: pd.DataFrame, *, base: int, within: int) -> pd.DataFrame:
    """The table with what was done to it."""
    of_names = {name: value for name, value in table.attrs.items() if name in ("labels", "codes")}      # the others are numbers
    table.attrs = of_names | {"protection": {
        "method": "rounding", "rounding_base": base, "less_than": within * base, "rows": len(table),
        "percentages_left_out": int(table["suppression"].ne("").sum())}}
    return table
