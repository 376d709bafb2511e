"""Protection of one table of counts or estimates, by the rules and the search that protect the reports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import CellKind
from nbeval.disclosure.primary import small, small_base, small_share
from nbeval.disclosure.relations import Block, Coding, make_block
from nbeval.disclosure.secondary import choose_cells
from nbeval.errors import ParameterError

#: what a withheld number shows
SYMBOL = "[c]"
#: columns of a tidy table that are numbers of people or are worked out from them
NUMBERS = (
    "estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "p_adjusted", "n", "base", "n_reference",
    "n_missing", "n_effective", "numerator", "numerator_reference", "row_percent", "percent", "count",
)
#: columns that say how a number was made, and so withheld with it
_WORDS = ("verdict", "warning")
_OF_METHOD = ("conf_level", "unit", "method", "suppression", *_WORDS)


def protect(
    table: pd.DataFrame, threshold: int = 10, *, count: str | None = None, numbers: Sequence[str] = (), zeros: bool = True,
    interval: int = 5,
) -> pd.DataFrame:
    """Withhold the numbers of a table that rest on too few people, and what would give them back.

    Parameters
    ----------
    table : a tidy table
        From ``crosstab`` or ``levels`` (or another function of nbeval), or your own: one row per cell, with columns that name the cell
        and a column of counts. A percentage stands for a count: its share of ``n``.
    threshold : fewest people that a count, the rest of its base, or a base may show
    count : the column of counts; ``n`` or ``count`` unless it is said
    numbers : further columns that are worked out from the counts (columns of fractions are taken for such anyway)
    zeros : whether a zero is withheld too; it says something of everybody in the group
    interval : how many values a withheld count must keep open to whoever knows everything else in the table

    Returns
    -------
    pandas.DataFrame
        The same rows and columns with ``suppression``: ``"[c]"`` where numbers are withheld, else empty. Withheld numbers are NaN,
        percentages, intervals and tests with them. In ``.attrs["protection"]``: how many rows are withheld for their own sake, and how
        many so that the others cannot be worked out. The table given is not altered.

    Raises
    ------
    ParameterError
        The table has no column of counts, or two rows for one cell.
    DisclosureError
        Nothing that could still be withheld protects a cell; the message names the table, not the number.

    Notes
    -----
    Cells of a cross-tabulation add up to the margins, which are taken to be known. Further cells are withheld, as few and as small as
    possible, until no withheld count can be narrowed to fewer than ``interval`` + 1 values (Fischetti and Salazar-Gonzalez, JASA 95
    (2000), 916-928). ``protect`` sees one table: a change has no counts beside its bases, so protect the levels that it is between
    too; what several tables show together is protected by ``open_study(cohort).protect()``.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> table = pd.DataFrame({"answer": ["yes", "no", "yes", "no"], "area": ["a", "a", "b", "b"], "n": [3, 40, 60, 70]})
    >>> nbeval.protect(table, threshold=10)
      answer area   n suppression
    0    yes    a NaN         [c]
    1     no    a NaN         [c]
    2    yes    b NaN         [c]
    3     no    b NaN         [c]
    >>> nbeval.protect(table.assign(n=[30, 40, 60, 70])).suppression.tolist()
    ['', '', '', '']
    """
    policy = _policy(threshold, interval, zeros)
    table = table.copy()
    counts = _count_column(table, count)
    shown = [name for name in table if name in (*NUMBERS, *numbers, counts) or pd.api.types.is_float_dtype(table[name])]
    shown = [name for name in shown if name != "conf_level"]
    keys = [name for name in table if name not in (*shown, *_OF_METHOD)]
    if "base" in table or not {"estimate", "mean"} & set(table):
        must, gone, bases = _counted(table, counts, keys, policy, zeros)
    elif table.get("unit", pd.Series("", table.index)).eq("percent").all() and "n_reference" not in table:
        must, gone, bases = _percentages(table, counts, keys, policy)
    else:
        must = _few(table, counts, policy)
        gone, bases = must, must
    protected = _withheld(table, shown, counts, gone, bases)
    protected.attrs = {name: value for name, value in table.attrs.items() if name != "association" or not gone.any()}
    protected.attrs["protection"] = {"threshold": threshold, "rows": len(table), "too_few": int(must.sum()), "complementary": int((gone & ~must).sum())}
    return protected


def _counted(table: pd.DataFrame, count: str, keys: list[str], policy: Disclosure, zeros: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that are cells of a cross-classification: too small, to be withheld, and with a base to be withheld."""
    what = table[keys[0]].astype(str).to_numpy() if keys else np.array(["all"] * len(table))
    place = _joined(table, keys[1:])
    value = table[count].to_numpy(dtype=float)
    must = small(value, policy.threshold, zeros)
    chosen = _solve(what, place, value, None, policy, zeros)
    across = np.array([chosen.get(("", CellKind.SHARE, name), False) for name in what])
    bases = np.array([chosen.get((name, CellKind.BASE, ""), False) for name in place])
    gone = must | np.array([chosen.get((where, CellKind.SHARE, name), False) for where, name in zip(place, what, strict=True)])
    if "row_percent" in table:
        table.loc[across, "row_percent"] = np.nan
    return must, gone | bases, bases


def _percentages(table: pd.DataFrame, count: str, keys: list[str], policy: Disclosure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that are percentages of a base: the same, the count being the share of the base."""
    places = [name for name in keys if name != "level"]
    what = table["level"].astype(str).to_numpy() if "level" in table else np.array(["yes"] * len(table))
    place = _joined(table, places)
    base = table[count].to_numpy(dtype=float)
    value = np.round(np.nan_to_num(table["estimate"].to_numpy(dtype=float)) * base / 100)
    must = (small_share(value, base, policy) | small_base(base, policy)) & (base > 0)
    chosen = _solve(what, place, value, base, policy, zeros=policy.protect_complement)
    bases = (small_base(base, policy) & (base > 0)) | np.array([chosen.get((name, CellKind.BASE, ""), False) for name in place])
    gone = must | bases | np.array([chosen.get((where, CellKind.SHARE, name), False) for where, name in zip(place, what, strict=True)])
    return must, gone, bases


def _solve(
    what: np.ndarray, place: np.ndarray, value: np.ndarray, base: np.ndarray | None, policy: Disclosure, zeros: bool,
) -> dict[tuple[str, str, str], bool]:
    """Which cells and margins of a table have to be withheld, by place, kind and name."""
    block = _block(what, place, value, base)
    cells = block.cells
    size = cells["value"].to_numpy(dtype=float)
    if not len(cells):
        return {}
    margin = cells["authority"].eq("").to_numpy()
    share = cells["kind"].eq(CellKind.SHARE).to_numpy()
    must = np.where(share, small(size, policy.threshold, zeros), small_base(size, policy) & (size > 0))
    if base is not None:
        bases = cells.merge(cells.loc[~share, ["authority", "value"]].rename(columns={"value": "whole"}), on="authority", how="left", validate="many_to_one")
        must |= share & small_share(size, bases["whole"], policy)
    must &= ~(share & margin & (size == 0))                     # that nobody at all gave an answer is no secret
    weights = np.where(share, 1.0, 10.0) * np.where(margin, 20.0, 1.0) * (1 + 0.1 * size / max(size.max(), 1.0))
    chosen = choose_cells(block, must, np.zeros(len(cells), dtype=bool), weights, policy)
    names = zip(cells["authority"].str.removeprefix("="), cells["kind"], cells["what"], strict=True)
    return dict(zip(names, chosen.withheld, strict=True))


def _block(what: np.ndarray, place: np.ndarray, value: np.ndarray, base: np.ndarray | None) -> Block:
    """The table as a block: places with their bases and shares, and for a table of counts its margins."""
    rows = pd.DataFrame({"authority": [f"={name}" for name in place], "what": what, "value": value})
    if rows.duplicated(["authority", "what"]).any():
        raise ParameterError(
            "a table has two rows for one cell.", found=f"{int(rows.duplicated(['authority', 'what']).sum())} rows too many",
            allowed="one row per combination of the columns that name a cell", where="the table",
            do="keep the columns that tell the rows apart, or sum the counts first.")
    shares = rows.assign(kind=CellKind.SHARE)
    if base is None:
        wholes = shares.groupby("authority", sort=False)["value"].sum().reset_index()
        across = shares.groupby("what", sort=False)["value"].sum().reset_index().assign(authority="", kind=CellKind.SHARE)
        total = pd.DataFrame({"authority": [""], "value": [value.sum()], "kind": [CellKind.BASE], "what": [""]})
        parts = [shares, wholes.assign(kind=CellKind.BASE, what=""), *([across, total] if rows["authority"].nunique() > 1 else [])]
    else:
        parts = [shares, rows.assign(value=base, kind=CellKind.BASE, what="").drop_duplicates("authority")]
    cells = pd.concat(parts, ignore_index=True).assign(group="", level="", part="", other="")
    names = list(dict.fromkeys(what))
    rest = [] if base is None or _whole(shares, parts[1]) else ["rest"]
    sets = {name: np.arange(len(names) + len(rest)) == number for number, name in enumerate(names)}
    categories = len(names) + len(rest)
    coding = Coding(sets, np.full(categories, np.nan), np.arange(categories), False)
    return make_block(("table", "", ""), cells, coding, {}, tuple(dict.fromkeys(rows["authority"])))


def _whole(shares: pd.DataFrame, bases: pd.DataFrame) -> bool:
    """Whether the shares of every place add up to its base."""
    sums = shares.groupby("authority")["value"].sum()
    return bool(np.allclose(sums.reindex(bases["authority"]).to_numpy(), bases["value"].to_numpy(), atol=1.5))


def _withheld(table: pd.DataFrame, shown: list[str], count: str, gone: np.ndarray, bases: np.ndarray) -> pd.DataFrame:
    """The table without the numbers that are withheld; a base that may be shown is kept."""
    of_base = "base" if "base" in table else count if "estimate" in table else ""
    for name in shown:
        table[name] = table[name].astype(float).mask(bases if name == of_base else gone) if gone.any() else table[name]
    for name in set(_WORDS) & set(table):
        table[name] = table[name].mask(gone, "")
    return table.assign(suppression=np.where(gone, SYMBOL, ""))


def _few(table: pd.DataFrame, count: str, policy: Disclosure) -> np.ndarray:
    """Where a mean, a change or a difference rests on too few people."""
    few = small_base(table[count], policy)
    return few | small_base(table["n_reference"], policy) if "n_reference" in table else few


def _count_column(table: pd.DataFrame, count: str | None) -> str:
    """The column of counts."""
    name = count or next((one for one in ("n", "count") if one in table), "")
    if name not in table or not pd.api.types.is_numeric_dtype(table[name]):
        raise ParameterError(
            f"the table has no column of counts '{name}'." if name else "the table has no column of counts.",
            found=", ".join(map(str, table.columns[:20])), allowed="a column of numbers of people", where="the table",
            do='name it with count="...", or count people before protecting: a percentage without its base cannot be protected.')
    return name


def _joined(table: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """The place of each row: the values of some columns as one text."""
    if not keys:
        return np.array(["all"] * len(table), dtype=object)
    return table[keys].astype(str).agg(" | ".join, axis=1).to_numpy(dtype=object)


def _policy(threshold: int, interval: int, zeros: bool) -> Disclosure:
    """The rules of a dictionary's ``disclosure.toml`` for one table."""
    if threshold < 1 or interval < 1:
        raise ParameterError("a threshold and an interval count people.", found=f"{threshold}, {interval}", allowed="1 or more",
                             where="protect", do="give whole numbers, such as threshold=10.")
    return Disclosure(
        threshold=threshold, threshold_internal=threshold, threshold_percent_base=threshold, protect_complement=zeros, rounding="half_up",
        protection_interval=interval, symbols={"withheld": SYMBOL}, symbol_meanings={"withheld": "withheld"},
        source="protect")
