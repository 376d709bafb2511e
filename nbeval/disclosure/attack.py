"""The attack: somebody who has everything that a release shows tries to work out what it withholds.

Its targets are every withheld cell, and small groups that nobody printed but that follow from what is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.cells import (
    COUNTS, EVERYBODY, KEY, PLACE, CellKind, Cells, Known, Part, Place, beside_earlier, came_or_went, not_in_models,
    read_cells,
)
from nbeval.disclosure.equations import equations, of_rows
from nbeval.disclosure.intervals import TOLERANCE, Attacker, Targets, width
from nbeval.disclosure.primary import unsafe_cells
from nbeval.disclosure.relations import Block, blocks
from nbeval.disclosure.weighted import WeightedFigures, Window
from nbeval.errors import DisclosureError, FrameError
from nbeval.frames import Contrast, Quantity, result_key

#: with more classes of answers than this, single classes and pairs of shares are looked for only
MOST_CLASSES = 6


def withheld_cells(block: Block, withheld: np.ndarray, policy: Disclosure) -> tuple[Targets, np.ndarray]:
    """The withheld cells of a block as targets, and the cell that each belongs to.

    A count must stay open over ``protection_interval``; a sum of answers over the difference that
    one person's answer can make, a sum of squares likewise. Where the base is withheld as well,
    those left over from a share are looked for too.
    """
    kinds = block.kinds
    cells = np.flatnonzero(withheld & (kinds != CellKind.AT_LEAST))
    span = np.ptp(block.coding.codes) if block.categories > 1 and np.isfinite(block.coding.codes).all() else 1.0
    wide = {CellKind.SUM: span, CellKind.SQUARES: span ** 2}
    needed = [wide.get(kinds[cell], policy.protection_interval) for cell in cells]
    rows = [block.matrix[cells].toarray()]
    left, owners = _left_over(block, cells, withheld)
    rows.append(left)
    needed += [policy.protection_interval] * len(owners)
    owners = np.concatenate([cells, np.array(owners, dtype=int)])
    return Targets(np.vstack(rows), np.array(needed, dtype=float), np.isin(kinds[owners], COUNTS)), owners


def small_groups(block: Block, policy: Disclosure) -> tuple[np.ndarray, np.ndarray]:
    """Groups that no row prints but that follow from rows: sets of answers within a place.

    One expression over the unknowns per place and set, and its value as far as the cells of the table give it.
    """
    combos = _implied_sets(block)
    if not combos:
        return np.empty((0, block.matrix.shape[1])), np.empty(0)
    at = {(*place, kind, what): value for place, kind, what, value in zip(
        block.cell_places, block.kinds, block.cells["what"], block.values, strict=True)}
    rows, found = [], []
    for number, place in enumerate(block.places):
        for mask, weights in combos:
            value = sum(
                weight * at.get((*place, *cell), np.nan) for cell, weight in weights.items() if abs(weight) > 1e-9)
            if not value >= policy.threshold:
                rows.append(block.over(number, mask.astype(float)))
                found.append(value)
    width = block.matrix.shape[1]
    return np.array(rows).reshape(len(rows), width), np.array(found)


def _left_over(block: Block, cells: np.ndarray, withheld: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Base less share, for withheld shares whose base is withheld too; and the cells they belong to."""
    kinds, places = block.kinds, block.cell_places
    base = {places[number]: number for number in np.flatnonzero((kinds == CellKind.BASE) & withheld)}
    owners = [int(cell) for cell in cells if kinds[cell] == CellKind.SHARE and places[cell] in base]
    wholes = [base[places[owner]] for owner in owners]
    return (block.matrix[wholes] - block.matrix[owners]).toarray(), owners


def _implied_sets(block: Block) -> list[tuple[np.ndarray, dict[tuple[str, str], float]]]:
    """Sets of answers whose count follows from the shares and the base of a place, with the weights that give it."""
    sets = block.coding.sets
    shown = {name for kind, name in zip(block.kinds, block.cells["what"], strict=True) if kind == CellKind.SHARE}
    names = sorted(name for name in sets if name in shown)
    if not names:
        return []
    labels = [(CellKind.BASE, ""), *((CellKind.SHARE, name) for name in names)]
    given = np.array([np.ones(block.categories), *(sets[name].astype(float) for name in names)])
    printed = {mask.tobytes() for mask in given.astype(bool)} | {(~mask).tobytes() for mask in given.astype(bool)}
    found = []
    for mask in _unions(block):
        if mask.tobytes() in printed:
            continue
        weights = np.linalg.lstsq(given.T, mask.astype(float), rcond=None)[0]
        if np.allclose(given.T @ weights, mask, atol=1e-8):
            found.append((mask, dict(zip(labels, weights, strict=True))))
    return found


def _unions(block: Block) -> list[np.ndarray]:
    """The unions of classes of answers; single classes only where there are many."""
    classes = np.unique(block.coding.classes)
    most = len(classes) - 1 if len(classes) <= MOST_CLASSES else 1
    return [
        np.isin(block.coding.classes, chosen) for size in range(1, most + 1) for chosen in combinations(classes, size)
    ]


AUDIT = ("source", "wave", "block", *PLACE, "kind", "what", "width", "required", "ok", "meets")
_SHOWN_AT_MOST = 6
#: rows that follow from their cells
_DERIVABLE = (Quantity.PERCENT, Quantity.MEAN, Quantity.CHANGE, Quantity.CHANGE_SAME_PEOPLE, Quantity.DIFFERENCE, Quantity.COUNT, Quantity.RESPONSE_RATE)


def attack_release(
    table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (), released: bool = False,
) -> pd.DataFrame:
    """Find how closely each withheld cell of a release can be derived from what is shown.

    Nothing but what ``table`` and the ``earlier`` tables show is used, and what the declarations say; ``released`` says that tests were
    judged over what is shown and numbers rounded to the digits that leave, which is then asked of them too. One row per withheld cell, and
    per small group that no row prints and that could be derived: where it is, ``width`` of the interval (or a width it has at least),
    ``required``, ``ok``, and in ``meets`` the rows that give it away; no value.
    """
    policy = dictionary.disclosure
    withheld = table["suppression"].eq(policy.symbols["withheld"]).to_numpy()
    cells = read_cells(table, dictionary, rounded=True)
    known = beside_earlier(cells, earlier, policy, dictionary)
    targets = _targets(cells, known, withheld)
    figures = WeightedFigures(table, dictionary, of_attacker=True)
    audits = [_rebuilt(table, cells, withheld, policy), of_rows(table, equations(table, cells, withheld, dictionary, released=released), policy),
              _few_apart(known.table, dictionary)]
    for block in blocks(known.table, cohort, dictionary):
        inside = block.cells["cell"].to_numpy()
        wanted, before = targets[inside], known.out[inside] & targets[inside]
        found = _audit(block, wanted, before, policy)
        if len(found) and found["ok"].all() and (windows := figures.windows(block)):
            found = _beside_windows(block, wanted, windows, policy, found)
        audits.append(found)
    audit = pd.concat([one for one in audits if len(one)] or [pd.DataFrame(columns=list(AUDIT))], ignore_index=True)
    return audit.astype({"ok": bool, "width": float, "required": float})[list(AUDIT)]


def keep_back_weighted(
    table: pd.DataFrame, figures: WeightedFigures, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> None:
    """Keep back, in ``figures``, the weighted figures that would narrow the withheld counts of a protected ``table`` too far."""
    if not figures.blocks:
        return
    policy = dictionary.disclosure
    cells = read_cells(table, dictionary, rounded=True)
    known = beside_earlier(cells, earlier, policy, dictionary)
    targets = _targets(cells, known, table["suppression"].eq(policy.symbols["withheld"]).to_numpy())
    names = pd.MultiIndex.from_frame(known.table[["source", "wave", "block"]])
    weighted = names.isin(figures.blocks) | known.table["block"].eq(EVERYBODY)
    for block in blocks(known.table[weighted], cohort, dictionary):
        wanted = targets[block.cells["cell"].to_numpy()]
        while wanted.any() and (windows := figures.windows(block)):
            if _beside_windows(block, wanted, windows, policy, None)["ok"].all() or not figures.keep_back(block):
                break


def _targets(cells: Cells, known: Known, withheld: np.ndarray) -> np.ndarray:
    """The cells that a withheld row shows."""
    targets = np.zeros(len(known.table), dtype=bool)
    targets[cells.parts["cell"][withheld[cells.parts["row"]]]] = True
    return targets


def _beside_windows(
    block: Block, targets: np.ndarray, windows: Sequence[Window], policy: Disclosure, otherwise: pd.DataFrame | None,
) -> pd.DataFrame:
    """The audit of one block beside what weighted figures say of it; ``otherwise`` where no counts of people are so: the windows are not
    those of places alone."""
    try:
        return _audit_known(block, targets, policy, windows)
    except FrameError:
        if otherwise is None:
            return _audit_known(block, targets, policy)
        return otherwise


def refuse_leaks(audit: pd.DataFrame) -> None:
    """Raise ``DisclosureError`` if anything withheld can be derived too closely."""
    leaks = audit[~audit["ok"]]
    if leaks.empty:
        return
    lines = [
        f"{', '.join(part for part in leak[:10] if part)}\n  from {leak.meets}"
        for leak in leaks.head(_SHOWN_AT_MOST).itertuples(index=False)
    ]
    raise DisclosureError(
        f"{len(leaks)} withheld numbers can be worked out from what is shown; nothing was published.",
        found="\n".join(lines), allowed="an interval as wide as protection_interval for each of them",
        where="disclosure.toml", do="leave out the exhibits that show these rows together.", rows=leaks,
    )


def _rebuilt(table: pd.DataFrame, cells: Cells, withheld: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """The withheld rows of which other rows show every cell."""
    direct = table["quantity"].isin(_DERIVABLE) & ~table["weighted"] & ~table["contrast"].eq(Contrast.COMPARATOR)
    kind = cells.table["kind"].to_numpy()[cells.parts["cell"]]
    answers = table["indicator"].ne("").to_numpy()[cells.parts["row"]]
    counts = np.where(answers, np.isin(kind, [CellKind.SHARE, CellKind.SUM]), np.isin(kind, [CellKind.PEOPLE, CellKind.MEMBERS]))
    parts = cells.parts[counts].assign(shown=lambda one: cells.table["value"].notna().to_numpy()[one["cell"]])
    whole = parts.groupby("row")["shown"].all()
    rows = [row for row in whole.index[whole] if withheld[row] and direct.iat[row]]
    of = table.iloc[rows].assign(part=Part.ALL, other="")
    seen = parts[parts["cell"].isin(parts.loc[parts["row"].isin(rows), "cell"]) & ~withheld[parts["row"]]]
    meets = "; ".join(sorted({result_key(one) for one in table.iloc[seen["row"]].to_dict("records")})[:_SHOWN_AT_MOST])
    return of[["source", "wave", *PLACE]].assign(
        block=of["indicator"], kind="row", what=of["quantity"], width=0.0, required=float(policy.protection_interval),
        ok=False, meets=meets)


def _few_apart(table: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The few who answered at one wave only, or are in no model, where counts of everybody stand beside counts of pairs or of a model."""
    policy, found = dictionary.disclosure, []
    for once, meets in ((came_or_went(table, dictionary), "counts of all who answered; counts of those who answered at both waves"),
                        (not_in_models(table), "counts of all who answered; counts of those in a model")):
        once = once.reset_index(drop=True)
        few = once[unsafe_cells(once, policy) & once["value"].notna()]
        found.append(few[[*KEY]].assign(width=0.0, required=float(policy.protection_interval), ok=False, meets=meets))
    return pd.concat(found, ignore_index=True)


def _audit(block: Block, targets: np.ndarray, before: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """The audit of one block; without what was published before, where that is no longer true of any table."""
    try:
        return _audit_known(block, targets, policy)
    except FrameError:
        if not before.any():
            raise
        cells = block.cells.assign(value=block.cells["value"].mask(before))
        return _audit_known(replace(block, cells=cells), targets, policy)


def _audit_known(block: Block, targets: np.ndarray, policy: Disclosure, windows: Sequence[Window] = ()) -> pd.DataFrame:
    """The audit of one block, by all that is known of it, and by ``windows`` of weighted figures."""
    targets = targets & np.isnan(block.values) & ~_of_nobody(block)
    cells, owners = withheld_cells(block, targets, policy)
    rows, values = small_groups(block, policy)
    rows = rows[~(values < 1)]
    number = len(owners)
    everything = cells.and_counts(rows, policy.protection_interval)
    if not len(everything.needed):
        return pd.DataFrame(columns=list(AUDIT))
    attacker = Attacker(block, ~np.isnan(block.values), np.vstack([one.rows(block) for one in windows]) if windows else None)
    low, high = attacker.intervals(everything)
    found = np.array([width(*ends) for ends in zip(low, high, everything.whole, strict=True)])
    ok = found >= everything.needed - TOLERANCE
    ok[number:] |= (low[number:] > policy.threshold - 1 + TOLERANCE) | (high[number:] < 1 - TOLERANCE)
    places = [*(block.cell_places[owner] for owner in owners), *_places(block, rows)]
    audit = pd.DataFrame(places, columns=list(PLACE)).assign(
        source=block.name[0], wave=block.name[1], block=block.name[2],
        kind=[*block.kinds[owners], *["answers not printed"] * len(rows)],
        what=[*block.cells["what"].iloc[owners], *[""] * len(rows)],
        width=found, required=everything.needed, ok=ok,
        meets=["" if fine else _meets(block, attacker, row, windows) for fine, row in zip(ok, everything.rows, strict=True)],
    )
    return audit[(np.arange(len(audit)) < number) | ~ok]


def _of_nobody(block: Block) -> np.ndarray:
    """Which cells rest on a base that is known to be empty."""
    bases = zip(block.cell_places, block.kinds, block.values, strict=True)
    empty = {place for place, kind, value in bases if kind == CellKind.BASE and value == 0}
    return np.array([place in empty for place in block.cell_places], dtype=bool)


def _places(block: Block, rows: np.ndarray) -> list[Place]:
    """The place that each expression over one place belongs to."""
    return [block.places[int(np.flatnonzero(row)[0]) // block.categories] for row in rows]


def _meets(block: Block, attacker: Attacker, row: np.ndarray, windows: Sequence[Window]) -> str:
    """The shown cells without which an expression could not be derived so closely, and weighted figures beside them."""
    cells = block.cells[(attacker.leverage(row) > 0) & (block.kinds != CellKind.AT_LEAST)]
    names = [f"weighted {one}" for one in dict.fromkeys(window.indicator for window in windows)]
    names += [" ".join(part for part in cell if part) or "whole cohort" for cell in cells[[*PLACE, "kind", "what"]].itertuples(index=False)]
    more = f" and {len(names) - _SHOWN_AT_MOST} more" if len(names) > _SHOWN_AT_MOST else ""
    return "; ".join(names[:_SHOWN_AT_MOST]) + more
