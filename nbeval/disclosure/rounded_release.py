"""A release by rounding: every count of people to a multiple of the base, over all relations of the release at once.

Percentages, differences and changes of percentages are those of the rounded counts; what else is made of counts alone (intervals, tests)
is worked out from the rounded ones where that can be done, and left out where it cannot: made from true counts it would give them back.
Rounding does not protect a mean or a model. Means are shown where suppression would show them, their readers taken to know the exact base
and sum, and left out of a block in which that tells too much of a rounded count; models, weighted figures and what is pooled of counts are
left out. The exact number of people that could have answered is no count of answers, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.attack import AUDIT, refuse_leaks
from nbeval.disclosure.cells import (
    COUNTS, ENDS, EVERYBODY, KEY, OPEN, PLACE, CellKind, Cells, Part, blocks_of, places_of, published_cells, read_cells, routes_of, share_name,
    sides_of,
)
from nbeval.disclosure.protect import FROM_ANSWERS, protect_release
from nbeval.disclosure.relations import Block, blocks
from nbeval.disclosure.rounding import controlled, lots
from nbeval.disclosure.widening import Choice
from nbeval.frames import MISSING_COLUMNS, RESULTS, ROLE, Contrast, DisclosedResults, Quantity, check

#: what is worked out from counts of one place
LEVELS = (Quantity.PERCENT, *ENDS, Quantity.ITEM_NONRESPONSE, Quantity.RESPONSE_RATE, Quantity.COUNT)
#: what is worked out from counts of two
COMPARED = (Quantity.CHANGE, Quantity.DIFFERENCE)
_CONTRASTS = (Contrast.WAVE, Contrast.LEVEL, Contrast.REST)
_TOLERANCE = 1e-6


def protect_by_rounding(
    results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, key: bytes, earlier: Sequence[pd.DataFrame] = (),
) -> DisclosedResults:
    """Round the counts of results, over the whole release at once; ``key`` is known to nobody who reads them.

    What was published of a count is kept while it is less than a base away. A row of counts has no interval and no test: they are worked
    out from what stands in it (``estimate.rounded``).
    """
    check(results, RESULTS)
    policy, table = dictionary.disclosure, results.reset_index(drop=True)
    cells = read_cells(table, dictionary)
    rounding = _round_cells(cells, cohort, dictionary, key, earlier)
    counted, exact = _counted(table, dictionary), _exact(table, dictionary)
    suppressed = protect_release(table, cohort, dictionary).table
    exact &= suppressed["suppression"].eq("") & suppressed["estimate"].notna()
    exact &= ~_moved_since(suppressed, earlier, exact, policy)
    while True:
        disclosed = _disclosed(table, suppressed, counted, exact, rounding, dictionary)
        audit = _audit(rounding.of(cells), _known_exactly(cells, exact), cohort, dictionary)
        leaks = audit[~audit["ok"]]
        of = table["indicator"].map(blocks_of(dictionary, table["indicator"].unique()))
        more = exact & ~_open(table, policy) & of.isin(leaks["block"])
        if not more.any():
            break
        exact &= ~more
    refuse_leaks(audit)
    disclosed.index = results.index
    return DisclosedResults(table=disclosed, policy=policy, audit=audit.assign(solved=str(Choice.ROUNDED)))


def attack_rounded(table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Find how closely the counts of a rounded release can be derived from what is shown (``attack.AUDIT``): one row per rounded count that
    no mean shows.

    The reader knows that no count is a base away from the number shown, how places add up, and the exact base behind each mean, which its
    degrees of freedom give away.
    """
    cells = read_cells(table, dictionary)
    plain = table["quantity"].eq(Quantity.MEAN) & table["contrast"].eq("") & ~table["weighted"]
    means = plain & table["estimate"].notna() & table["df"].notna()
    bases = cells.table.loc[cells.table["kind"].eq(CellKind.BASE), "cell"]
    shown = cells.parts[means.to_numpy()[cells.parts["row"]] & cells.parts["cell"].isin(bases).to_numpy()].drop_duplicates("cell")
    known = pd.Series((table["df"] + 1).to_numpy()[shown["row"]], index=shown["cell"].to_numpy())
    rounded = cells.table.assign(within=1, value=cells.table["value"].where(cells.table["kind"].isin(COUNTS)))
    return _audit(rounded, known, cohort, dictionary)


# --- the counts --------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class _Rounding:
    """The rounded value of each cell (missing where it is no count), and how many bases it is less than away from the true one."""

    values: np.ndarray
    within: np.ndarray
    at: dict[tuple, int]

    def of(self, cells: Cells) -> pd.DataFrame:
        """The table of cells with rounded values."""
        return cells.table.assign(value=self.values, within=self.within)

    def look_up(self, rows: pd.DataFrame, kind: CellKind, what: Sequence[str] | str = "") -> np.ndarray:
        """The rounded value of a cell of each row; missing where there is none."""
        keys = rows.assign(kind=kind.value, what=what)[list(KEY)].astype(str).itertuples(index=False, name=None)
        return np.array([self.values[self.at[one]] if one in self.at else np.nan for one in keys], dtype=float)


def _round_cells(cells: Cells, cohort: Cohort, dictionary: Dictionary, key: bytes, earlier: Sequence[pd.DataFrame]) -> _Rounding:
    """Round every count of the release: people first, then answers, of which there are no more; a question before those routed from it."""
    table, base = cells.table, int(dictionary.disclosure.rounding_base or 1)
    names = [tuple(one) for one in table[list(KEY)].astype(str).itertuples(index=False, name=None)]
    drawn = lots(key, ["|".join(name) for name in names])
    before = table.merge(published_cells(earlier, dictionary), on=list(KEY), how="left", validate="one_to_one")["before"]
    before = before.where(before.mod(base).eq(0)).to_numpy(float)
    counted = table["kind"].isin(COUNTS).to_numpy() & table["value"].notna().to_numpy()
    found = _Rounding(np.full(len(table), np.nan), np.ones(len(table), dtype=int), {name: number for number, name in enumerate(names)})
    everything = list(blocks(table, cohort, dictionary))
    asked = {block: (route.parent, route.asked) for block, route in routes_of(dictionary).items()}
    for block in sorted(everything, key=lambda one: one.name[2] != EVERYBODY):
        inside = block.cells["cell"].to_numpy()
        rounded = controlled(
            np.where(counted[inside], block.values, np.nan), block.matrix, block.equalities, base, drawn[inside], before=before[inside],
            most=_most(block, found, asked))
        found.values[inside], found.within[inside] = rounded.values, rounded.within
    left = np.flatnonzero(counted & np.isnan(found.values))               # counts that no relation holds
    alone = controlled(table["value"].to_numpy()[left], sparse.identity(len(left), format="csr"), sparse.csr_matrix((0, len(left))), base,
                       drawn[left], before=before[left])
    found.values[left] = alone.values
    return found


def _most(block: Block, found: _Rounding, asked: dict[str, tuple[str, str]]) -> np.ndarray:
    """What no base of a block may be above: the people of its place, and those asked; without a bound where it is not known."""
    bases = (block.kinds == CellKind.BASE) & (block.name[2] != EVERYBODY)
    people = found.look_up(block.cells.assign(block=EVERYBODY), CellKind.PEOPLE)
    if block.name[2] in asked:
        parent, what = asked[block.name[2]]
        people = np.fmin(people, found.look_up(block.cells.assign(block=parent), CellKind.ASKED, what))
    return np.where(bases & ~np.isnan(people), people, np.inf)


# --- the rows ----------------------------------------------------------------------------------------

def _counted(table: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """The rows that are worked out from counts alone, and so from rounded ones."""
    means = [one.indicator for one in dictionary.indicators if one.measure is Measure.MEAN]
    ends = table["quantity"].isin(ENDS)
    level = table["quantity"].isin(LEVELS) & table["contrast"].eq("")
    compared = table["quantity"].isin(COMPARED) & table["contrast"].isin(_CONTRASTS) & table["indicator"].ne("")
    ours = ~table["source"].isin(dictionary.disclosure.not_of_answers) & ~table["weighted"]
    nonresponse = table["quantity"].eq(Quantity.ITEM_NONRESPONSE)
    return (level | compared) & ours & (~table["indicator"].isin(means) | ends | nonresponse)


def _exact(table: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """The rows that rounding leaves as they are, where they may be shown: means, and what is nobody's answers."""
    means = [one.indicator for one in dictionary.indicators if one.measure is Measure.MEAN]
    of_scores = table["indicator"].isin(means) & ~table["weighted"] & ~_counted(table, dictionary)
    return of_scores | _open(table, dictionary.disclosure)


def _open(table: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """The rows that count nobody's answers."""
    return table["quantity"].isin(OPEN) | table["source"].isin(policy.not_of_answers)


def _moved_since(table: pd.DataFrame, earlier: Sequence[pd.DataFrame], exact: pd.Series, policy: Disclosure) -> pd.Series:
    """The exact rows that were published with another estimate, unless so many people more or fewer stand behind them that the two together
    tell of no few."""
    moved = pd.Series(False, index=table.index)
    on = [name for name in RESULTS.unique if name in table]
    for before in earlier:
        if not len(before) or not set(on) <= set(before):
            continue
        was = before[[*on, "estimate", "n_valid"]].assign(**{name: before[name].fillna("").astype(str) for name in on if name != "weighted"})
        was["weighted"] = before["weighted"].astype(str).str.lower().isin(["true", "1", "weighted"])
        both = table[on].astype({name: str for name in on if name != "weighted"}).merge(
            was.drop_duplicates(on), on=on, how="left", validate="many_to_one")
        then, people = (pd.to_numeric(both[name], errors="coerce").to_numpy(float) for name in ("estimate", "n_valid"))
        differs = np.abs(then - table["estimate"].to_numpy()) > 0.5 * 10.0 ** -policy.digits.decimals + _TOLERANCE
        far = np.abs(people - table["n_valid"].to_numpy()) >= policy.threshold + (policy.rounding_base or 0)
        moved |= differs & ~far
    return moved & exact & ~_open(table, policy)


def _disclosed(
    table: pd.DataFrame, suppressed: pd.DataFrame, counted: pd.Series, exact: pd.Series, rounding: _Rounding, dictionary: Dictionary,
) -> pd.DataFrame:
    """The rows as they may be shown: counts rounded and what follows from them, exact ones as suppression left them, others without a number."""
    policy = dictionary.disclosure
    found, of, people = suppressed.copy(), _rounded_rows(table, rounding, dictionary), ~_open(table, policy)
    for name in ("n_valid", "n_reference", "n_eligible"):
        found[name] = found[name].mask(people, of[name])
    found.loc[people, list(MISSING_COLUMNS)] = np.nan
    taking_part = counted & table["quantity"].isin([Quantity.COUNT, Quantity.RESPONSE_RATE])
    found["n_eligible"] = found["n_eligible"].mask(taking_part, table["n_eligible"])
    gone = people & ~exact
    found.loc[gone, list(FROM_ANSWERS)] = np.nan
    found.loc[gone, ["verdict", "size"]] = ""
    given = table["estimate"].notna()
    estimate, enough = _estimates(table, found, of, policy, rounding)
    shown = gone & counted & given & enough & estimate.notna()
    found["estimate"] = found["estimate"].mask(shown, estimate)
    counts = shown & ~table["quantity"].isin([Quantity.COUNT, Quantity.ITEM_NONRESPONSE])
    for name in ("numerator", "numerator_reference"):
        found[name] = found[name].mask(counts, of[name])
    found["warning"] = found["warning"].mask(gone & given, "").where(given | ~gone, table["warning"])
    symbols = policy.symbols
    found["suppression"] = found["suppression"].mask(gone, np.select([shown, given], ["", symbols["withheld"]], symbols["not_available"]))
    return found


def _rounded_rows(table: pd.DataFrame, rounding: _Rounding, dictionary: Dictionary) -> pd.DataFrame:
    """The rounded counts of every row: its base, the count in it, how many were eligible, and those that it is compared with."""
    routes, declared = routes_of(dictionary), blocks_of(dictionary, table["indicator"].unique())
    found = pd.DataFrame(np.nan, index=table.index, columns=["n_valid", "numerator", "n_reference", "numerator_reference", "n_eligible"])
    part = np.where(table["group"].eq(ROLE), Part.COMPARISON, Part.ALL).astype(object)
    sides = sides_of(table.assign(part=part, other=""))
    sides = sides.assign(other="", block=[declared[name] if name else EVERYBODY for name in sides["indicator"]])
    answers = sides["indicator"].ne("").to_numpy()
    what = [share_name(*pair) for pair in zip(sides["indicator"], sides["quantity"], strict=True)]
    whole = sides.assign(group="", level="")
    grouped = rounding.look_up(whole, CellKind.MEMBERS, sides["group"])
    people = rounding.look_up(sides.assign(block=EVERYBODY), CellKind.PEOPLE)
    base = np.where(answers, rounding.look_up(sides, CellKind.BASE), np.where(sides["group"].ne(""), grouped, people))
    count = np.where(answers, rounding.look_up(sides, CellKind.SHARE, what), people)
    now = sides["field"].eq("n_valid").to_numpy()
    found.loc[sides["row"][now], ["n_valid", "numerator"]] = np.column_stack([base[now], count[now]])
    found.loc[sides["row"][~now], ["n_reference", "numerator_reference"]] = np.column_stack([base[~now], count[~now]])
    rest = table["contrast"].eq(Contrast.REST)
    for mine, other in (("n_valid", "n_reference"), ("numerator", "numerator_reference")):
        found[other] = found[other].mask(rest, found[other] - found[mine])
    blocks_now = sides.loc[now, "block"].to_numpy()
    asked = rounding.look_up(
        sides[now].assign(block=[routes[one].parent if one in routes else "" for one in blocks_now]), CellKind.ASKED,
        [routes[one].asked if one in routes else "" for one in blocks_now])
    routed = np.isin(blocks_now, list(routes))
    found.loc[sides["row"][now], "n_eligible"] = np.where(routed, asked, people[now])
    # a count that a row has only as a share of its base
    filled = table["quantity"].isin(LEVELS) & table["indicator"].ne("") & table["estimate"].notna()
    given = table[list(found.columns)].notna()
    return found.where(given.assign(numerator=given["numerator"] | filled))


def _estimates(
    table: pd.DataFrame, found: pd.DataFrame, of: pd.DataFrame, policy: Disclosure, rounding: _Rounding,
) -> tuple[pd.Series, pd.Series]:
    """What follows from the rounded counts, and whether the true bases are at the threshold for certain."""
    n, x, n0, x0 = (of[name] for name in ("n_valid", "numerator", "n_reference", "numerator_reference"))
    rate, count, missing = (table["quantity"].eq(one) for one in (Quantity.RESPONSE_RATE, Quantity.COUNT, Quantity.ITEM_NONRESPONSE))
    base = n.mask(rate, found["n_eligible"]).mask(missing, found["n_eligible"])
    x = x.mask(rate, n).mask(missing, found["n_eligible"] - n)
    compared = table["contrast"].ne("")
    level = (100 * x / base.where(base > 0)).mask(count, n)
    estimate = level.mask(compared, 100 * (x * n0 - x0 * n) / (n * n0).where(n * n0 > 0))
    least = policy.threshold_percent_base + int(rounding.within.max(initial=1)) * (policy.rounding_base or 1) - 1
    enough = base.ge(least).where(~rate, base.ge(policy.threshold_percent_base)) & (~compared | n0.ge(least))
    return estimate, enough | count


# --- the attack --------------------------------------------------------------------------------------

def _known_exactly(cells: Cells, exact: pd.Series) -> pd.Series:
    """The true value of every cell that the exact rows show, by its number."""
    seen = cells.parts.loc[exact.to_numpy()[cells.parts["row"]], "cell"].unique()
    of = cells.table.loc[cells.table["cell"].isin(seen)]
    of = of[of["kind"].isin([CellKind.BASE, CellKind.SUM, CellKind.SHARE]) & of["value"].notna()]
    return pd.Series(of["value"].to_numpy(), index=of["cell"].to_numpy())


def _audit(rounded: pd.DataFrame, known: pd.Series, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """How closely each rounded count can be derived, block by block."""
    policy = dictionary.disclosure
    within, table = rounded["within"].to_numpy(), rounded.drop(columns="within")
    audits = [_audit_block(block, within, known, policy) for block in blocks(table, cohort, dictionary)]
    audit = pd.concat([one for one in audits if len(one)] or [pd.DataFrame(columns=list(AUDIT))], ignore_index=True)
    return audit.astype({"ok": bool, "width": float, "required": float})[list(AUDIT)]


def _audit_block(block: Block, within: np.ndarray, known: pd.Series, policy: Disclosure) -> pd.DataFrame:
    """The audit of one block.

    Where nothing is known exactly and the rounded counts are sums of people, as many more of any kind as a count may be away fit them too:
    no interval is narrower. Elsewhere the intervals are programmes of their own.
    """
    base, numbers = int(policy.rounding_base or 1), block.cells["cell"].to_numpy()
    counts = np.flatnonzero(np.isin(block.kinds, COUNTS) & ~np.isnan(block.values))
    if not len(counts):
        return pd.DataFrame(columns=list(AUDIT))
    away = within[numbers[counts]] * base - 1.0
    low, high = block.values[counts] - away, block.values[counts] + away
    inside = np.isin(numbers, known.index)
    found, rest = np.column_stack([np.maximum(low, 0), high]), np.full((len(counts), 2), [0.0, np.inf])
    if inside.any() or not _is_table(block, counts):
        found, rest = _intervals(block, counts, low, high, np.flatnonzero(inside), known.reindex(numbers[inside]).to_numpy())
    wide, beside = (np.floor(ends[:, 1] + _TOLERANCE) - np.ceil(ends[:, 0] - _TOLERANCE) for ends in (found, rest))
    # a base that the threshold allows may follow from the exact bases beside it
    ok = (wide >= policy.protection_interval) | ((block.kinds[counts] == CellKind.BASE) & (found[:, 0] >= policy.threshold - _TOLERANCE))
    ok &= beside >= policy.protection_interval
    places = pd.DataFrame(places_of(block.cells.iloc[counts]), columns=list(PLACE))
    audit = places.assign(
        source=block.name[0], wave=block.name[1], block=block.name[2], kind=block.kinds[counts], what=block.cells["what"].to_numpy()[counts],
        width=wide, required=float(policy.protection_interval), ok=ok, meets=np.where(ok, "", "means of the same answers, shown exactly"))
    return audit[~inside[counts]]


def _is_table(block: Block, counts: np.ndarray) -> bool:
    """Whether the rounded counts are themselves a table of people."""
    equal = sparse.vstack([block.matrix[counts], block.equalities], format="csr")
    right = np.concatenate([block.values[counts], np.zeros(block.equalities.shape[0])])
    return linprog(np.zeros(equal.shape[1]), A_eq=equal, b_eq=right, bounds=(0, None), method="highs").status == 0


def _intervals(
    block: Block, counts: np.ndarray, low: np.ndarray, high: np.ndarray, exact: np.ndarray, values: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest value of each count that fit everything known, and of those left over when it is taken from its base."""
    rows, places = block.matrix[counts], block.cell_places
    bases = {places[number]: number for number in np.flatnonzero(block.kinds == CellKind.BASE)}
    shares = [at for at, number in enumerate(counts) if block.kinds[number] == CellKind.SHARE and places[number] in bases]
    over = block.matrix[[bases[places[counts[at]]] for at in shares]] - block.matrix[counts[shares]]
    targets = sparse.vstack([rows, over], format="csr")
    system = {"A_ub": sparse.vstack([rows, -rows], format="csr"), "b_ub": np.concatenate([high, -low]) + _TOLERANCE,
              "A_eq": sparse.vstack([block.matrix[exact], block.equalities], format="csr"),
              "b_eq": np.concatenate([values, np.zeros(block.equalities.shape[0])]), "bounds": (0, None), "method": "highs"}
    found = np.full((targets.shape[0], 2), [np.inf, -np.inf])
    for number, sign in product(range(targets.shape[0]), (1.0, -1.0)):
        end = linprog(sign * targets[[number]].toarray().ravel(), **system)
        if end.x is None:                                   # what is shown would fit no people at all: nothing may be said of its width
            return np.zeros((len(counts), 2)), np.zeros((len(counts), 2))
        at = targets @ end.x
        found = np.column_stack([np.fmin(found[:, 0], at), np.fmax(found[:, 1], at)])
    rest = np.full((len(counts), 2), [0.0, np.inf])
    rest[shares] = found[len(counts):]
    return found[:len(counts)], rest
