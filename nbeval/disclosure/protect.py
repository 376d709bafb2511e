"""Results in, disclosed results out, over the whole release at once; the one place where disclosed results are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design, SourceKind
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.attack import AUDIT, attack_release, keep_back_weighted, refuse_leaks
from nbeval.disclosure.cells import (
    KEY, NOW, PLACE, SECOND_LOOKS, THEN, CellKind, Cells, Known, beside_earlier, came_or_went, moved_block, not_in_models, read_cells,
    routes_of,
)
from nbeval.disclosure.equations import FROM_ANSWERS
from nbeval.disclosure.primary import panels_withheld, small_base, unsafe_cells, unsafe_reasons, unsafe_rows
from nbeval.disclosure.relations import blocks
from nbeval.disclosure.secondary import Unprotected, choose_cells
from nbeval.disclosure.weighted import TESTS, WeightedFigures
from nbeval.disclosure.widening import Choice, Name, Widening
from nbeval.errors import DictionaryError, DisclosureError
from nbeval.frames import MISSING_COLUMNS, RESULTS, Contrast, DisclosedResults, check


def protect_release(
    results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> DisclosedResults:
    """Withhold from results what would give somebody away, over the whole release at once.

    ``results`` are all rows of all reports of the cohort, for what one report withholds another must not show; ``earlier`` are the tables
    published before. A withheld row has its symbol in ``suppression`` and none of the numbers made from the answers. ``audit`` is that of
    the attack, with ``solved``: whether the cells of a block are the fewest and least important that are enough (``exact``), or came from
    the ``heuristic``.

    The guarantee: from everything shown, with all relations between places, answers and reports, no withheld count can be narrowed to fewer
    than ``protection_interval`` + 1 whole numbers; the true one is among them, and the symbol does not say whether it was withheld for its
    own sake. The numerator and base of a number that is shown may both be published; what rests on more than they say leaves with few
    digits (``digits.release_digits``), once all are judged.
    """
    check(results, RESULTS)
    table = results.reset_index(drop=True)
    cells = read_cells(table, dictionary)
    known = beside_earlier(cells, earlier, dictionary.disclosure, dictionary)
    widening = Widening(known, dictionary)
    while True:
        suppressed, solved = withheld_over_release(cells, known, table, cohort, dictionary, widening)
        disclosed = _with_coarse(disclose(table, cells, suppressed, dictionary.disclosure), table, cohort, dictionary, earlier)
        audit = attack_release(disclosed, cohort, dictionary, earlier=earlier)
        if audit["ok"].all() or not widening.widen_leaks(audit[~audit["ok"]]):
            break
    refuse_leaks(audit)
    audit = audit.assign(solved=[str(solved.get(name, "")) for name in zip(audit["source"], audit["wave"], audit["block"], strict=True)])
    disclosed.index = results.index
    return DisclosedResults(table=disclosed, policy=dictionary.disclosure, audit=audit)


def _with_coarse(
    disclosed: pd.DataFrame, exact: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, earlier: Sequence[pd.DataFrame],
) -> pd.DataFrame:
    """A protected table without the tests of weighted figures, or the figures, that would narrow a withheld count too far."""
    figures, policy = WeightedFigures(exact, dictionary), dictionary.disclosure
    keep_back_weighted(disclosed, figures, cohort, dictionary, earlier=earlier)
    coarse, gone = figures.kept_back(disclosed)
    nothing = pd.Series(False, index=disclosed.index)
    found = disclosed.assign(**{name: disclosed[name].mask(coarse) for name in TESTS})
    again = withhold(found, policy, rows=gone, bases=nothing, references=nothing, eligible=nothing, reasons=nothing)
    return again.assign(suppression=again["suppression"].where(gone, disclosed["suppression"]))


def withheld_over_release(
    cells: Cells, known: Known, results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, widening: Widening,
) -> tuple[np.ndarray, dict[Name, Choice]]:
    """Which cells have to be withheld: too small, or needed so that others cannot be worked out; and how that was found.

    Blocks are solved one after another, those that others rest on first: the people before their answers, a
    question before those routed from it. What is optimal is optimal for its block, given the blocks before it. A block that
    cannot be protected so loses more, as ``widening`` says; the search then begins again.
    """
    while True:
        try:
            return _withheld(cells, known, results, cohort, dictionary, widening)
        except Unprotected as fault:
            if not widening.widen(fault.block):
                raise


def _withheld(
    cells: Cells, known: Known, results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, widening: Widening,
) -> tuple[np.ndarray, dict[Name, Choice]]:
    """Go through the blocks once."""
    policy = dictionary.disclosure
    suppressed = unsafe_cells(known.table, policy) | known.changed | widening.cells
    suppressed[_of_lone_people(cells, results, policy)] = True
    suppressed[_of_dominated(cells, results, policy)] = True
    out = known.out | known.changed
    once = came_or_went(known.table, dictionary).reset_index(drop=True)
    few = once[unsafe_cells(once, policy)]
    few = few[~suppressed[few["both"]] & ~suppressed[few["everybody"]]]
    # figures of everybody give way to those of the pairs, unless they are out already
    suppressed[np.where(out[few["everybody"]], few["both"], few["everybody"])] = True
    apart = not_in_models(known.table).reset_index(drop=True)
    few = apart[unsafe_cells(apart, policy)]
    few = few[~suppressed[few["both"]] & ~suppressed[few["everybody"]]]
    # figures of the people in a model give way to those of everybody
    suppressed[np.where(out[few["both"]] & ~out[few["everybody"]], few["everybody"], few["both"])] = True
    solved: dict[Name, Choice] = {}
    routes = {route.at_least: block for block, route in routes_of(dictionary).items()}
    weights = np.append(cell_weights(cells, results, dictionary), np.ones(len(known.table) - len(cells.table)))
    suppressed |= _follow(known.table, known.table[widening.cells], routes)
    margins = _margins(known.table)
    for block in blocks(known.table, cohort, dictionary, suppressed=suppressed):
        inside = block.cells["cell"].to_numpy()
        copies = margins["copy"].isin(inside).to_numpy()
        suppressed[margins["copy"][copies]] |= suppressed[margins["cell"][copies]]
        fixed = np.isin(inside, margins["copy"]) & ~suppressed[inside]
        chosen = choose_cells(block, suppressed[inside], out[inside] | fixed, weights[inside], policy)
        suppressed[inside] |= chosen.withheld
        suppressed |= _follow(known.table, block.cells[chosen.withheld], routes)
        solved[block.name] = widening.choice(block.name, Choice.EXACT if chosen.exact else Choice.HEURISTIC)
    return suppressed, solved


def _of_lone_people(cells: Cells, results: pd.DataFrame, policy: Disclosure) -> np.ndarray:
    """The counts of people behind shares of people that are withheld on their own account: they would give the share back."""
    lone = (unsafe_rows(results, policy) & results["indicator"].eq("") & results["contrast"].eq("")).to_numpy()
    people = cells.table["kind"].to_numpy()[cells.parts["cell"]] == CellKind.PEOPLE
    return cells.parts.loc[people & cells.parts["field"].eq("estimate") & lone[cells.parts["row"]], "cell"].to_numpy()


def _of_dominated(cells: Cells, results: pd.DataFrame, policy: Disclosure) -> np.ndarray:
    """The sums and shares behind levels that came marked with their number still there, because few contributors make most of them."""
    marked = results["suppression"].eq(policy.symbols["withheld"]) & results["estimate"].notna() & results["contrast"].eq("") & ~results["weighted"]
    kind = cells.table["kind"].to_numpy()[cells.parts["cell"]]
    of = marked.to_numpy()[cells.parts["row"]] & cells.parts["field"].eq("estimate").to_numpy()
    return cells.parts.loc[of & np.isin(kind, [CellKind.SHARE, CellKind.SUM, CellKind.SQUARES]), "cell"].to_numpy()


def _margins(table: pd.DataFrame) -> pd.DataFrame:
    """The cells of blocks of moves that are cells of other blocks too, by number: ``copy`` and ``cell``. They are withheld with these, and
    for these alone: the inside of a table gives way to its margins."""
    copies = table[table["block"].map(moved_block).astype(bool)].rename(columns={"cell": "copy"})
    lead, _, end = (copies["what"].str.rpartition(" ")[number] for number in (0, 1, 2)) if len(copies) else (copies["what"],) * 3
    then = end.eq(THEN)
    of = copies.assign(
        block=copies["block"].map(moved_block), what=lead.where(end.isin([NOW, THEN]), copies["what"]),
        wave=copies["wave"].mask(then, copies["other"]), other=copies["other"].mask(then, copies["wave"]))
    return of[[*KEY, "copy"]].merge(table[[*KEY, "cell"]], on=list(KEY), validate="many_to_one")[["copy", "cell"]].astype(int)


def disclose(results: pd.DataFrame, cells: Cells, suppressed: np.ndarray, policy: Disclosure) -> pd.DataFrame:
    """Take the suppressed cells out of every row that shows them."""
    gone = cells.parts[suppressed[cells.parts["cell"]]]
    by_field = {name: _rows(gone.loc[gone["field"].eq(name), "row"], results) for name in (
        "estimate", "n_valid", "n_reference", "n_eligible")}
    bases, references = by_field["n_valid"], by_field["n_reference"]
    already = results["suppression"].eq(policy.symbols["withheld"])
    panels = panels_withheld(results, policy)
    lone = already | panels | unsafe_rows(results, policy)
    rest = results["contrast"].eq(Contrast.REST) & (bases | references)
    people = _rows(gone.loc[(cells.table["kind"].to_numpy()[gone["cell"]] == CellKind.PEOPLE), "row"], results)
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


def _follow(table: pd.DataFrame, gone: pd.DataFrame, routes: Mapping[str, str]) -> np.ndarray:
    """Cells of other blocks that have to go with some: all of a place that is too small, answers to a routed question."""
    here = ["source", "wave", *PLACE]
    follow = np.zeros(len(table), dtype=bool)
    places = gone.loc[gone["kind"].eq(CellKind.PEOPLE), here]
    if len(places):
        follow |= pd.MultiIndex.from_frame(table[here]).isin(pd.MultiIndex.from_frame(places))
    routed = gone[gone["kind"].eq(CellKind.AT_LEAST)]
    if len(routed):
        bases = pd.MultiIndex.from_frame(routed.assign(block=routed["what"].map(routes))[[*here, "block"]])
        follow |= pd.MultiIndex.from_frame(table[[*here, "block"]]).isin(bases) & table["kind"].eq(CellKind.BASE).to_numpy()
    return follow


def withhold(
    results: pd.DataFrame,
    policy: Disclosure,
    *,
    rows: pd.Series,
    bases: pd.Series,
    references: pd.Series,
    eligible: pd.Series,
    reasons: pd.Series,
) -> pd.DataFrame:
    """Take out of ``results`` what the five masks name, and mark the rows that lost their estimate.

    ``rows`` lose the estimate and all that is computed from the answers; ``bases``, ``references``, ``eligible`` and ``reasons`` lose
    ``n_valid``, ``n_reference``, ``n_eligible`` and the missing reasons.
    """
    table = results.copy()
    not_available = table["estimate"].isna() & ~rows
    table.loc[rows, list(FROM_ANSWERS)] = np.nan
    table.loc[rows, ["verdict", "size", "warning"]] = ""
    table.loc[bases, "n_valid"] = np.nan
    table.loc[references, "n_reference"] = np.nan
    table.loc[eligible, "n_eligible"] = np.nan
    table.loc[reasons, list(MISSING_COLUMNS)] = np.nan
    table["suppression"] = np.select(
        [rows, not_available], [policy.symbols["withheld"], policy.symbols["not_available"]], default="",
    )
    return table


#: what each part of a row is worth: the estimate, its base, the number asked
_FIELDS = {"estimate": 1.0, "n_valid": 0.5, "n_reference": 0.5, "n_eligible": 0.25}


def cell_weights(cells: Cells, results: pd.DataFrame, dictionary: Dictionary) -> np.ndarray:
    """The loss that withholding each cell would be.

    It is the importance of all rows that show the cell; of two that are equally important the smaller count is a little cheaper.
    """
    importance = row_importance(results, dictionary)
    kind = cells.table["kind"].to_numpy()[cells.parts["cell"]]
    field = cells.parts["field"].map(_FIELDS).to_numpy()
    worth = np.where(kind == CellKind.AT_LEAST, 1.0, np.where(kind == CellKind.BASE, 0.5 * field, field))
    total = np.bincount(
        cells.parts["cell"], weights=worth * importance[cells.parts["row"]], minlength=len(cells.table))
    size = np.nan_to_num(cells.table["value"].to_numpy())
    return total + 0.1 * (1 + size / max(size.max(initial=1.0), 1.0))


def row_importance(results: pd.DataFrame, dictionary: Dictionary) -> np.ndarray:
    """How important each row is: every priority that holds for it counts twice the next one; a second look at others counts nothing."""
    policy: Disclosure = dictionary.disclosure
    headline = [one.indicator for one in dictionary.indicators if one.headline]
    holds = {
        "cohort": results["authority"].eq("") & results["group"].eq(""),
        "authority": results["authority"].ne("") & results["group"].eq(""),
        "group": results["group"].ne(""),
        "change": results["contrast"].isin([Contrast.WAVE, Contrast.PAIRS]),
        "headline": results["indicator"].isin(headline),
    }
    unknown = sorted(set(policy.priority) - set(holds))
    if unknown:
        raise DictionaryError(
            "the disclosure policy names a priority that is not known.", found=", ".join(unknown),
            allowed=", ".join(holds), where="disclosure.toml, priority", do="use the words allowed.",
        )
    weight = np.ones(len(results))
    second = results["quantity"].isin(SECOND_LOOKS)
    for place, name in enumerate(reversed(policy.priority)):
        weight = weight + holds[name].to_numpy() * 2.0 ** place
    # where people are linked, what is said of the pairs stays, and figures of everybody give way
    linked = results["cohort"].isin([one.id for one in dictionary.cohorts if one.design is Design.MATCHED]) & holds["change"]
    weight = np.where(linked, 2.0 ** (1 + len(policy.priority)) * weight, weight)
    return np.where(results["group"].isin(policy.protected_groups), 0.5 * weight, weight) * ~second


def already_public(results: pd.DataFrame, cohort: Cohort, policy: Disclosure) -> DisclosedResults:
    """Pass results that were made from printed figures alone.

    Raises ``DisclosureError`` where a row is of a source that is not printed, or of another cohort.
    """
    check(results, RESULTS)
    printed = [source.id for source in cohort.sources if source.kind is SourceKind.PUBLISHED]
    foreign = ~results["source"].isin(printed) | results["cohort"].ne(cohort.id)
    if cohort.made_from is not SourceKind.PUBLISHED or foreign.any():
        raise DisclosureError(
            "results that were not made from printed figures must be protected before they leave.",
            found=f"{int(foreign.sum())} of {len(results)} rows", allowed="results of sources of kind 'published'",
            do="pass them through nbeval.disclosure.protect.protect_release.",
        )
    audit = pd.DataFrame(columns=list(AUDIT)).astype({"ok": bool, "width": float, "required": float})
    return DisclosedResults(table=results, policy=policy, audit=audit)


def with_choices(audit: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the audit of an attack with how the withheld cells of each block had been chosen, as ``protect`` noted it."""
    block = ["source", "wave", "block"]
    chosen = before[[*block, "solved"]].drop_duplicates(block)
    return audit.merge(chosen, on=block, how="left", validate="many_to_one").fillna({"solved": ""})


def reopen_disclosed(table: pd.DataFrame, audit: pd.DataFrame, policy: Disclosure) -> DisclosedResults:
    """Take up disclosed results that ``protect`` made earlier from the same content."""
    return DisclosedResults(table=check(table, RESULTS), policy=policy, audit=audit)
