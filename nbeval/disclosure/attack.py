"""The attack: an intruder who has everything the release shows tries to work out what it withholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.cells import AT_LEAST, BASE, KEY, MEMBERS, PEOPLE, PLACE, SHARE, SUM, Cells, read_cells
from nbeval.disclosure.earlier import beside_earlier
from nbeval.disclosure.intervals import TOLERANCE, Intruder, Sought, width
from nbeval.disclosure.primary import unsafe_cells
from nbeval.disclosure.relations import Block
from nbeval.disclosure.release import blocks
from nbeval.disclosure.same_people import came_or_went
from nbeval.disclosure.seeking import small_groups, withheld_cells
from nbeval.errors import DisclosureError, FrameError
from nbeval.frames import Contrast, Quantity, result_key

AUDIT = ("source", "wave", "block", *PLACE, "kind", "what", "width", "required", "ok", "meets")
_SHOWN_AT_MOST = 6
#: rows that follow from their cells
_DERIVABLE = (Quantity.PERCENT, Quantity.MEAN, Quantity.CHANGE, Quantity.DIFFERENCE, Quantity.COUNT, Quantity.RESPONSE_RATE)


def attack(
    table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Find how closely each withheld cell of a release can be derived from what is shown.

    Parameters
    ----------
    table : one row per estimate, disclosed
        Nothing but what it shows is used: the true values are not needed.
    cohort, dictionary : the declarations; the intruder knows them too
    earlier : tables that were published before

    Returns
    -------
    DataFrame
        one row per withheld cell, and per small group that no row prints and that could be derived:
        where it stands, ``width`` (of the intruder's interval, or a width it has at least),
        ``required``, ``ok``, and in ``meets`` the rows that give it away. No value is in it.
    """
    withheld = table["suppression"].eq(dictionary.disclosure.symbols["withheld"]).to_numpy()
    cells = read_cells(table, dictionary)
    known = beside_earlier(cells, earlier, dictionary.disclosure, dictionary)
    sought = np.zeros(len(known.table), dtype=bool)
    sought[cells.parts["cell"][withheld[cells.parts["row"]]]] = True
    audits = [_rebuilt(table, cells, withheld, dictionary.disclosure), _few_who_came_or_went(known.table, dictionary.disclosure)]
    for block in blocks(known.table, cohort, dictionary):
        inside = block.cells["cell"].to_numpy()
        audits.append(_audit(block, sought[inside], known.out[inside] & sought[inside], dictionary.disclosure))
    audit = pd.concat([one for one in audits if len(one)] or [pd.DataFrame(columns=list(AUDIT))], ignore_index=True)
    return audit.astype({"ok": bool, "width": float, "required": float})[list(AUDIT)]


def refuse_leaks(audit: pd.DataFrame) -> None:
    """Raise ``DisclosureError`` if anything withheld can be derived too closely."""
    leaks = audit[~audit["ok"]]
    if leaks.empty:
        return
    lines = [
        f"{', '.join(part for part in leak[:8] if part)}\n  from {leak.meets}"
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
    counts = np.where(answers, np.isin(kind, [SHARE, SUM]), np.isin(kind, [PEOPLE, MEMBERS]))
    parts = cells.parts[counts].assign(shown=lambda one: cells.table["value"].notna().to_numpy()[one["cell"]])
    whole = parts.groupby("row")["shown"].all()
    rows = [row for row in whole.index[whole] if withheld[row] and direct.iat[row]]
    of = table.iloc[rows]
    seen = parts[parts["cell"].isin(parts.loc[parts["row"].isin(rows), "cell"]) & ~withheld[parts["row"]]]
    meets = "; ".join(sorted({result_key(one) for one in table.iloc[seen["row"]].to_dict("records")})[:_SHOWN_AT_MOST])
    return of[["source", "wave", *PLACE]].assign(
        block=of["indicator"], kind="row", what=of["quantity"], width=0.0, required=float(policy.protection_interval),
        ok=False, meets=meets)


def _few_who_came_or_went(table: pd.DataFrame, policy: Disclosure) -> pd.DataFrame:
    """The few who answered at one wave only, where counts of everybody stand beside counts of pairs."""
    few = table[unsafe_cells(table, policy) & table["value"].notna() & came_or_went(table["level"])]
    return few[[*KEY]].assign(
        width=0.0, required=float(policy.protection_interval), ok=False,
        meets="counts of all who answered; counts of those who answered at both waves")


def _audit(block: Block, sought: np.ndarray, before: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """The audit of one block; without what was published before, where that is no longer true of any table."""
    try:
        return _audit_known(block, sought, policy)
    except FrameError:
        if not before.any():
            raise
        cells = block.cells.assign(value=block.cells["value"].mask(before))
        return _audit_known(replace(block, cells=cells), sought, policy)


def _audit_known(block: Block, sought: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """The audit of one block, by all that is known of it."""
    sought = sought & np.isnan(block.values) & ~_of_nobody(block)
    cells, owners = withheld_cells(block, sought, policy)
    rows, values = small_groups(block, policy)
    rows = rows[~(values < 1)]
    number = len(owners)
    wanted = Sought(
        np.vstack([cells.rows, rows]),
        np.concatenate([cells.needed, np.full(len(rows), float(policy.protection_interval))]),
        np.concatenate([cells.whole, np.ones(len(rows), dtype=bool)]),
    )
    if not len(wanted.needed):
        return pd.DataFrame(columns=list(AUDIT))
    intruder = Intruder(block, ~np.isnan(block.values))
    low, high = intruder.intervals(wanted)
    found = np.array([width(*ends) for ends in zip(low, high, wanted.whole, strict=True)])
    ok = found >= wanted.needed - TOLERANCE
    ok[number:] |= (low[number:] > policy.threshold - 1 + TOLERANCE) | (high[number:] < 1 - TOLERANCE)
    places = [*(block.cell_places[owner] for owner in owners), *_places(block, rows)]
    audit = pd.DataFrame(places, columns=list(PLACE)).assign(
        source=block.name[0], wave=block.name[1], block=block.name[2],
        kind=[*block.kinds[owners], *["answers not printed"] * len(rows)],
        what=[*block.cells["what"].iloc[owners], *[""] * len(rows)],
        width=found, required=wanted.needed, ok=ok,
        meets=["" if fine else _meets(block, intruder, row) for fine, row in zip(ok, wanted.rows, strict=True)],
    )
    return audit[(np.arange(len(audit)) < number) | ~ok]


def _of_nobody(block: Block) -> np.ndarray:
    """Which cells stand on a base that is known to be empty."""
    bases = zip(block.cell_places, block.kinds, block.values, strict=True)
    empty = {place for place, kind, value in bases if kind == BASE and value == 0}
    return np.array([place in empty for place in block.cell_places], dtype=bool)


def _places(block: Block, rows: np.ndarray) -> list[tuple[str, str, str]]:
    """The place that each expression over one place belongs to."""
    return [block.places[int(np.flatnonzero(row)[0]) // block.atoms] for row in rows]


def _meets(block: Block, intruder: Intruder, row: np.ndarray) -> str:
    """The shown cells without which an expression could not be derived so closely."""
    cells = block.cells[(intruder.leverage(row) > 0) & (block.kinds != AT_LEAST)]
    names = [" ".join(part for part in cell if part) or "whole cohort" for cell in cells[[*PLACE, "kind", "what"]].itertuples(index=False)]
    more = f" and {len(names) - _SHOWN_AT_MOST} more" if len(names) > _SHOWN_AT_MOST else ""
    return "; ".join(names[:_SHOWN_AT_MOST]) + more
