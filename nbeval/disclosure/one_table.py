"""Protection of one table by itself, by the rules and the search that protect the reports: an analyst's, of counts or of estimates.

``protect`` is the public function on any tidy table; a report asks ``withheld_counts`` and ``withheld_numbers`` of the tables that an
analyst brings, and takes the sums over all other groups to be known to its reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Protection
from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import CellKind
from nbeval.disclosure.primary import small, small_base, small_share
from nbeval.disclosure.relations import Block, Coding, make_block
from nbeval.disclosure.rounded_table import rounded_table
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
_WORDS = ("verdict", "size", "warning")
_OF_METHOD = ("conf_level", "unit", "method", "suppression", *_WORDS)


def protect(
    table: pd.DataFrame, threshold: int = 10, *, count: str | None = None, numbers: Sequence[str] = (), zeros: bool = True,
    interval: int = 5, method: Literal["suppression", "rounding"] = "suppression", rounding_base: int = 10, key: str = "",
) -> pd.DataFrame:
    """Withhold the numbers of a table that rest on too few people, and what would give them back; or round all of its counts.

    Parameters
    ----------
    table : a tidy table
        From ``crosstab`` or ``levels`` (or another function of nbeval), or your own: one row per cell, with columns that name the cell
        and a column of counts. A percentage stands for a count: its share of ``n``.
    threshold : fewest people that a count, the rest of its base, or a base may show
    count : the column of counts; ``n`` or ``count`` unless it is said
    numbers : further columns that are worked out from the counts (columns of fractions are taken for such anyway)
    zeros : whether a zero is withheld too; it says something of everybody in the group
    interval : how many values a withheld or rounded count must keep open to whoever knows everything else in the table
    method : ``suppression``, or ``rounding`` of every count so that the table still adds up (controlled rounding)
    rounding_base : counts become multiples of it; ``interval`` + 2 or more
    key : words that no reader of the table knows; the same key rounds the same count of the same cell alike, in this table and a later one.
        Without it the lots are drawn from the table itself: give one where the table has few counts, or will be published again

    Returns
    -------
    pandas.DataFrame
        The same rows and columns with ``suppression``: ``"[c]"`` where numbers are withheld, else empty. Withheld numbers are NaN,
        percentages, intervals and tests with them. In ``.attrs["protection"]``: how many rows are withheld for their own sake, and how
        many so that the others cannot be worked out. The table given is not altered.

        Of a table that is rounded, percentages are those of the rounded counts (``"[c]"`` where the base could be under the threshold),
        and intervals and tests are NaN: made from true counts they would give these back. ``.attrs["protection"]`` has ``less_than``: how
        far a number may be from the true one.

    Raises
    ------
    ParameterError
        The table has no column of counts, or two rows for one cell; or it is to be rounded and holds means, differences or models, or
        the base is too small for the interval.
    DisclosureError
        Nothing that could still be withheld protects a cell; the message names the table, not the number.

    Notes
    -----
    Cells of a cross-tabulation add up to the margins, which are taken to be known: with three keys or more, the sums over each of
    them in turn. Further cells are withheld, as few and as small as possible, until no withheld count can be narrowed to fewer than ``interval`` + 1 values (Fischetti and Salazar-Gonzalez, JASA 95
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
    >>> rounded = nbeval.protect(table, method="rounding", rounding_base=10, key="words of your own")
    >>> bool((rounded.n % 10 == 0).all()), bool(((rounded.n - table.n).abs() < 10).all())
    (True, True)
    """
    policy = _policy(threshold, interval, zeros)
    table = table.copy()
    counts = _count_column(table, count)
    shown = [name for name in table if name in (*NUMBERS, *numbers, counts) or pd.api.types.is_float_dtype(table[name])]
    shown = [name for name in shown if name != "conf_level"]
    keys = [name for name in table if name not in (*shown, *_OF_METHOD)]
    if method == "rounding":
        return rounded_table(
            table, keys, counts, shown, base=rounding_base, interval=interval, threshold=threshold, key=key, symbol=SYMBOL)
    if method != "suppression":
        raise ParameterError("the method is not known.", found=str(method), allowed="suppression, rounding", where="protect",
                             do="choose one of them.")
    people = table[counts].to_numpy(dtype=float)
    if "base" in table or not {"estimate", "mean"} & set(table):
        found = _cells(table, keys, people, policy, zeros=zeros, first=keys if len(keys) > 2 else keys[:1])
        if "row_percent" in table:
            table.loc[found.answers, "row_percent"] = np.nan
    elif table.get("unit", pd.Series("", table.index)).eq("percent").all() and "n_reference" not in table:
        found = _percentages(table, keys, people, policy)
    else:
        few = small_base(people, policy)
        few = few | small_base(table["n_reference"], policy) if "n_reference" in table else few
        found = Withheld(few, few, few, few)
    protected = _without(table, shown, counts, found)
    protected.attrs = {name: value for name, value in table.attrs.items() if name != "association" or not found.rows.any()}
    protected.attrs["protection"] = {
        "threshold": threshold, "rows": len(table), "too_few": int(found.must.sum()),
        "complementary": int((found.rows & ~found.must).sum())}
    return protected


class Withheld(NamedTuple):
    """Of every row of a table: whether it is too small by itself, and whether its number, its base and the total of its answer are
    withheld."""

    must: np.ndarray
    rows: np.ndarray
    bases: np.ndarray
    answers: np.ndarray


# --- what a report asks of an analyst's table --------------------------------------------------------

#: what stands for those who are in the base and in no row
_REST = "\N{EN DASH}"


def withheld_counts(table: pd.DataFrame, keys: Sequence[str], count: str, policy: Disclosure) -> np.ndarray:
    """Which rows of a cross-classification have to be withheld: counts under the threshold, zeros, and what would give them back.

    In a release by rounding all of them: a count of one table more would be a second look at the same people."""
    if policy.method is Protection.ROUNDING:
        return np.ones(len(table), dtype=bool)
    return _cells(table, keys, table[count].to_numpy(float), policy, zeros=True, first=keys).rows


def withheld_numbers(
    table: pd.DataFrame, keys: Sequence[str], base: str, policy: Disclosure, *, percentages: Sequence[str] = (), answer: str = "",
) -> pd.DataFrame:
    """Which numbers of a table of groups have to be withheld, as a frame of the same rows.

    ``base`` is the column of people, ``percentages`` are of it, ``answer`` the key whose percentages add up to 100 in a group. What comes
    out has the columns ``base``, each percentage, and ``numbers`` for all else that rests on the base. A count in the base, the rest of the
    base and the base itself have to reach the threshold; further numbers are withheld so that none can be worked out from the sums over the
    other groups. Where a release is rounded, all of them are.
    """
    if policy.method is Protection.ROUNDING:
        return pd.DataFrame(True, index=table.index, columns=[base, "numbers", *percentages])
    people = table[base].to_numpy(float)
    places = [name for name in keys if name != answer]
    place = _numbered(table, places)
    once = ~pd.Series(place).duplicated().to_numpy()
    few = np.zeros(len(once), dtype=bool)
    few[place[once]] = _cells(table[once], places, people[once], policy, zeros=False, first=places).rows
    few = few[place] | (small_base(people, policy) & (people > 0))
    found = pd.DataFrame({base: few, "numbers": few}, index=table.index)
    for name in percentages:
        what = table[answer].astype(str).to_numpy() if answer else np.full(len(table), "yes")
        gone, bases = _shares_of_bases(what, place, people, table[name].to_numpy(float), policy, parted=bool(answer))
        found[name] = gone | few
        found[base] |= bases
        found["numbers"] |= bases
    for name in percentages:
        found[name] |= found[base]
    return found


def _shares_of_bases(
    what: np.ndarray, place: np.ndarray, people: np.ndarray, percent: np.ndarray, policy: Disclosure, *, parted: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Where a percentage and where its base has to be withheld: the counts behind it, with those in no row, as a cross-classification."""
    cells = pd.DataFrame({"what": what, "place": place, "n": np.round(percent * people / 100), "base": people})
    used = cells[(cells["base"] > 0) & cells["n"].notna()]
    sums = used.groupby("place", sort=False).agg(n=("n", "sum"), base=("base", "first"))
    left = sums.assign(n=sums["base"] - sums["n"], what=_REST).reset_index()
    left = left[left["n"].gt(1.5) | (not parted)]
    together = pd.concat([used, left.assign(n=left["n"].clip(lower=0))[["what", "place", "n", "base"]]], ignore_index=True)
    found = _cells(together, ["what", "place"], together["n"].to_numpy(float), policy, zeros=policy.protect_complement, first=["what"])
    marks = pd.DataFrame({"rows": found.rows[:len(used)], "bases": found.bases[:len(used)]}, index=used.index)
    marks = marks.reindex(cells.index, fill_value=False)
    return marks["rows"].to_numpy(bool), marks["bases"].to_numpy(bool)


# --- the search --------------------------------------------------------------------------------------

def _cells(table: pd.DataFrame, keys: Sequence[str], count: np.ndarray, policy: Disclosure, *, zeros: bool, first: Sequence[str]) -> Withheld:
    """Rows that are cells of a cross-classification; the sums over each key of ``first`` in turn are taken to be known."""
    must = small(count, policy.threshold, zeros)
    if not keys and len(table) == 1:                            # one number has nothing beside it
        return Withheld(must, must, must, must)
    rows, bases, answers = must.copy(), np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    for key in first or [""]:
        what = table[key].astype(str).to_numpy() if keys else np.full(len(table), "all")
        place = _numbered(table, [name for name in keys if name != key])
        found = _search(what, place, count, None, policy, zeros)
        rows, bases, answers = rows | found.rows | found.bases, bases | found.bases, answers | found.answers
    return Withheld(must, rows, bases, answers)


def _percentages(table: pd.DataFrame, keys: Sequence[str], base: np.ndarray, policy: Disclosure) -> Withheld:
    """Rows that are percentages of a base, the count being the share of it."""
    what = table["level"].astype(str).to_numpy() if "level" in table else np.full(len(table), "yes")
    value = np.round(np.nan_to_num(table["estimate"].to_numpy(dtype=float)) * base / 100)
    must = (small_share(value, base, policy) | small_base(base, policy)) & (base > 0)
    found = _search(what, _numbered(table, [name for name in keys if name != "level"]), value, base, policy, zeros=policy.protect_complement)
    bases = (small_base(base, policy) & (base > 0)) | found.bases
    return Withheld(must, must | bases | found.rows, bases, found.answers)


def _search(what: np.ndarray, place: np.ndarray, value: np.ndarray, base: np.ndarray | None, policy: Disclosure, zeros: bool) -> Withheld:
    """Which cells and margins of a table have to be withheld: of each row its cell, the base of its place, and the total of its answer."""
    nothing = np.zeros(len(value), dtype=bool)
    if not len(value):
        return Withheld(nothing, nothing, nothing, nothing)
    block = _block(what, place, value, base)
    cells = block.cells
    size, margin = cells["value"].to_numpy(dtype=float), cells["authority"].eq("").to_numpy()
    share = cells["kind"].eq(CellKind.SHARE).to_numpy()
    must = np.where(share, small(size, policy.threshold, zeros), small_base(size, policy) & (size > 0))
    if base is not None:
        must[:len(base)] |= small_share(size[:len(base)], base, policy)
    must &= ~(share & margin & (size == 0))                     # that nobody at all gave an answer is no secret
    weights = np.where(share, 1.0, 10.0) * np.where(margin, 20.0, 1.0) * (1 + 0.1 * size / max(size.max(), 1.0))
    gone = choose_cells(block, must, np.zeros(len(cells), dtype=bool), weights, policy).withheld
    rows, places = len(value), place.max() + 1
    totals = gone[rows + places:-1] if (share & margin).any() else np.zeros(len(set(what)), dtype=bool)
    return Withheld(must[:rows], gone[:rows], gone[rows + place], totals[pd.factorize(what)[0]])


def _block(what: np.ndarray, place: np.ndarray, value: np.ndarray, base: np.ndarray | None) -> Block:
    """The table as a block: its cells, the base of every place, and for a table of counts the total of every answer and of all."""
    rows = pd.DataFrame({"authority": place.astype(str), "what": what, "value": value, "kind": CellKind.SHARE.value})
    if rows.duplicated(["authority", "what"]).any():
        raise ParameterError(
            "a table has two rows for one cell.", found=f"{int(rows.duplicated(['authority', 'what']).sum())} rows too many",
            allowed="one row per combination of the columns that name a cell", where="the table",
            do="keep the columns that tell the rows apart, or sum the counts first.")
    wholes = rows.groupby("authority", sort=False)["value"].sum().reset_index() if base is None else \
        rows.assign(value=base).drop_duplicates("authority")[["authority", "value"]]
    parts = [rows, wholes.assign(kind=CellKind.BASE.value, what="")]
    if base is None and len(wholes) > 1:
        across = rows.groupby("what", sort=False)["value"].sum().reset_index()
        total = pd.DataFrame({"what": [""], "value": [value.sum()]})
        parts += [across.assign(authority="", kind=CellKind.SHARE.value), total.assign(authority="", kind=CellKind.BASE.value)]
    cells = pd.concat(parts, ignore_index=True).assign(group="", level="", part="", other="")
    names = list(dict.fromkeys(what))
    categories = len(names) + (base is not None and not _whole(rows, wholes))       # the rest of the base is an answer too
    sets = {name: np.arange(categories) == number for number, name in enumerate(names)}
    coding = Coding(sets, np.full(categories, np.nan), np.arange(categories), False)
    return make_block(("table", "", ""), cells, coding, {}, tuple(dict.fromkeys(rows["authority"])))


def _whole(shares: pd.DataFrame, bases: pd.DataFrame) -> bool:
    """Whether the shares of every place add up to its base."""
    sums = shares.groupby("authority")["value"].sum()
    return bool(np.allclose(sums.reindex(bases["authority"]).to_numpy(), bases["value"].to_numpy(), atol=1.5))


def _without(table: pd.DataFrame, shown: list[str], count: str, found: Withheld) -> pd.DataFrame:
    """The table without the numbers that are withheld; a base that may be shown is kept."""
    of_base = "base" if "base" in table else count if "estimate" in table else ""
    for name in shown:
        table[name] = table[name].astype(float).mask(found.bases if name == of_base else found.rows) if found.rows.any() else table[name]
    for name in set(_WORDS) & set(table):
        table[name] = table[name].mask(found.rows, "")
    return table.assign(suppression=np.where(found.rows, SYMBOL, ""))


def _count_column(table: pd.DataFrame, count: str | None) -> str:
    """The column of counts."""
    name = count or next((one for one in ("n", "count") if one in table), "")
    if name not in table or not pd.api.types.is_numeric_dtype(table[name]):
        raise ParameterError(
            f"the table has no column of counts '{name}'." if name else "the table has no column of counts.",
            found=", ".join(map(str, table.columns[:20])), allowed="a column of numbers of people", where="the table",
            do='name it with count="...", or count people before protecting: a percentage without its base cannot be protected.')
    return name


def _numbered(table: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """The number of the place of each row, in the order in which places come: the values of some columns together."""
    if not keys:
        return np.zeros(len(table), dtype=int)
    return table[list(keys)].astype(str).groupby(list(keys), sort=False).ngroup().to_numpy()


def _policy(threshold: int, interval: int, zeros: bool) -> Disclosure:
    """The rules of a dictionary's ``disclosure.toml`` for one table."""
    if threshold < 1 or interval < 1:
        raise ParameterError("a threshold and an interval count people.", found=f"{threshold}, {interval}", allowed="1 or more",
                             where="protect", do="give whole numbers, such as threshold=10.")
    return Disclosure(
        threshold=threshold, threshold_internal=threshold, threshold_percent_base=threshold, protect_complement=zeros, rounding="half_up",
        protection_interval=interval, symbols={"withheld": SYMBOL}, symbol_meanings={"withheld": "withheld"},
        source="protect")
