"""``protect``: results in, disclosed results out; the one place where disclosed results are made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.attack import attack, refuse_leaks
from nbeval.disclosure.cells import AT_LEAST, BASE, PEOPLE, PLACE, ROUTE, Cells, read_cells
from nbeval.disclosure.earlier import Known, beside_earlier
from nbeval.disclosure.importance import cell_weights
from nbeval.disclosure.panels import panels_withheld
from nbeval.disclosure.primary import small_base, unsafe_cells, unsafe_reasons, unsafe_rows
from nbeval.disclosure.release import blocks
from nbeval.disclosure.secondary import choose_cells
from nbeval.disclosure.withhold import withhold
from nbeval.frames import RESULTS, Contrast, DisclosedResults, check

#: how the withheld cells of a block were chosen
EXACT, HEURISTIC = "exact", "heuristic"


def protect(
    results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> DisclosedResults:
    """Withhold from results what would give somebody away, over the whole release at once.

    Parameters
    ----------
    results : one row per estimate (``frames.RESULTS``)
        All rows of all reports of the cohort: what one report withholds, another must not show.
    cohort, dictionary : the declarations; ``dictionary.disclosure`` is the policy
    earlier : tables of results that were published before

    Returns
    -------
    DisclosedResults
        ``table``: one row per estimate, in the order given; a withheld row has its symbol in
        ``suppression`` and none of the numbers made from the answers. ``audit``: one row per
        withheld cell (see ``attack``), with ``solved``: whether the cells of its block are the
        fewest and least important that are enough (``exact``), or were found by the ``heuristic``.

    Raises
    ------
    DisclosureError
        A withheld number can be derived too closely, and nothing still to be withheld prevents it.

    Notes
    -----
    The guarantee: from everything shown, with all relations between places, answers and reports,
    no withheld count can be narrowed to fewer than ``protection_interval`` + 1 whole numbers; the
    true one is among them, and the symbol does not say whether it was withheld for its own sake.
    A number that is shown is shown in full: its numerator and base may both be published, so
    rounding (``percent_decimals``) is a matter of print, not of protection.
    """
    check(results, RESULTS)
    table = results.reset_index(drop=True)
    cells = read_cells(table, dictionary)
    known = beside_earlier(cells, earlier, dictionary.disclosure, dictionary)
    hidden, solved = withheld_over_release(cells, known, table, cohort, dictionary)
    disclosed = disclose(table, cells, hidden, dictionary.disclosure)
    audit = attack(disclosed, cohort, dictionary, earlier=earlier)
    refuse_leaks(audit)
    audit = audit.assign(solved=[solved.get(name, "") for name in zip(audit["source"], audit["wave"], audit["block"], strict=True)])
    disclosed.index = results.index
    return DisclosedResults(table=disclosed, policy=dictionary.disclosure, audit=audit)


def withheld_over_release(
    cells: Cells, known: Known, results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary,
) -> tuple[np.ndarray, dict[tuple[str, str, str], str]]:
    """Which cells have to be withheld: too small, or needed so that others cannot be worked out; and how that was found.

    Notes
    -----
    Blocks are solved one after another, those that others rest on first: the people before their answers, a
    question before those routed from it. What is optimal is optimal for its block, given the blocks before it.
    """
    policy = dictionary.disclosure
    hidden = unsafe_cells(known.table, policy) | known.changed
    out = known.out | known.changed
    solved: dict[tuple[str, str, str], str] = {}
    weights = np.append(cell_weights(cells, results, dictionary), np.ones(len(known.table) - len(cells.table)))
    for block in blocks(known.table, cohort, dictionary, hidden=hidden):
        inside = block.cells["cell"].to_numpy()
        chosen = choose_cells(block, hidden[inside], out[inside], weights[inside], policy)
        hidden[inside] |= chosen.withheld
        hidden |= _follow(known.table, block.cells[chosen.withheld])
        solved[block.name] = EXACT if chosen.exact else HEURISTIC
    return hidden, solved


def disclose(results: pd.DataFrame, cells: Cells, hidden: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """Take the hidden cells out of every row that shows them.

    Returns
    -------
    DataFrame
        one row per estimate, as in ``results``.
    """
    gone = cells.parts[hidden[cells.parts["cell"]]]
    by_field = {name: _rows(gone.loc[gone["field"].eq(name), "row"], results) for name in (
        "estimate", "n_valid", "n_reference", "n_eligible")}
    bases, references = by_field["n_valid"], by_field["n_reference"]
    already = results["suppression"].eq(policy.symbols["withheld"])
    panels = panels_withheld(results, policy)
    lone = already | panels | unsafe_rows(results, policy)
    rest = results["contrast"].eq(Contrast.REST) & (bases | references)
    people = _rows(gone.loc[(cells.table["kind"].to_numpy()[gone["cell"]] == PEOPLE), "row"], results)
    bases = bases | rest | people | panels | (lone & small_base(results["n_valid"], policy))
    references = references | rest | people | panels | (lone & small_base(results["n_reference"], policy))
    eligible = by_field["n_eligible"] | people
    return withhold(
        results, policy, rows=by_field["estimate"] | bases | references | lone, bases=bases, references=references,
        eligible=eligible, reasons=unsafe_reasons(results, policy) | eligible,
    )


def _rows(numbers: pd.Series, results: pd.DataFrame) -> pd.Series:
    """A mask of the rows with these numbers."""
    return pd.Series(np.isin(np.arange(len(results)), numbers.to_numpy()), index=results.index)


def _follow(table: pd.DataFrame, gone: pd.DataFrame) -> np.ndarray:
    """Cells of other blocks that have to go with some: all of a place that is too small, answers to a routed question."""
    here = ["source", "wave", *PLACE]
    follow = np.zeros(len(table), dtype=bool)
    places = gone.loc[gone["kind"].eq(PEOPLE), here]
    if len(places):
        follow |= pd.MultiIndex.from_frame(table[here]).isin(pd.MultiIndex.from_frame(places))
    routed = gone[gone["kind"].eq(AT_LEAST)]
    if len(routed):
        bases = routed.assign(block=routed["what"].str.partition(ROUTE)[2])[[*here, "block"]]
        follow |= pd.MultiIndex.from_frame(table[[*here, "block"]]).isin(pd.MultiIndex.from_frame(bases)) & table["kind"].eq(BASE).to_numpy()
    return follow
