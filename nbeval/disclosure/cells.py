"""What rows of results show: counts of people, and sums of their answers; and what was published of them before.

A percentage with its base is a count, a mean with its base is a sum, a change shows both of its waves, a difference both of its
sides. Every such number is a *cell*; several rows may show one cell, and one row is *part* of what several cells show. A row may be
shown only where all its cells may.

In a matched design those who answered at both waves are a part of those who answered at each (``Part.BOTH``). The one less the other
tells of those who came or went, who may be few: then the figures of everybody are withheld, and what is said of the pairs stays. A pair
is counted where it was at the earlier wave. At a later one some may have moved: the pairs of the whole cohort are still a part of it,
but those of an authority need not be of its people, and no equation rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design, Measure
from nbeval.dictionary.models import Disclosure
from nbeval.frames import ANALYST, RESULTS, ROLE, Contrast, Quantity


class CellKind(StrEnum):
    """What a cell is a number of."""

    PEOPLE = "people"
    BASE = "base"
    SHARE = "share"
    SUM = "sum"
    SQUARES = "squares"
    ASKED = "asked"              # those asked a routed question: who gave certain answers before
    AT_LEAST = "at_least"        # those who answered it: a lower bound of those asked
    MEMBERS = "members"          # those who gave the grouping question an answer


class Part(StrEnum):
    """Which of the people of a place, where people are linked."""

    ALL = ""
    BOTH = "both"                # the pairs with the other wave
    ONCE = "once"                # those who are in no pair
    JOINED = "joined"            # those of an authority who are in no pair of it, at a later wave
    COMPARISON = "comparison"    # of the comparison authorities together: no part of any other place
    MODEL = "model"              # those who also answered what the change to the other wave is adjusted for
    FACTORS = "factors"          # those who also answered the factors of a model of an outcome
    LOST = "lost"                # those of the first wave who did not answer at the other
    KEPT = "kept"


class Place(NamedTuple):
    """People: of an authority (empty: the cohort), of a level of a group (empty: all), of a part of them with another wave."""

    authority: str
    group: str
    level: str
    part: str = Part.ALL
    other: str = ""


class Route(NamedTuple):
    """How a routed question is asked: of those who gave some codes in the parent block; ``asked`` and ``at_least`` name its cells there."""

    parent: str
    codes: tuple[str, ...]
    asked: str
    at_least: str


PLACE = Place._fields
#: kinds that count people
COUNTS = (CellKind.PEOPLE, CellKind.BASE, CellKind.SHARE, CellKind.ASKED, CellKind.MEMBERS)
KEY = ("source", "wave", "block", *PLACE, "kind", "what")
#: estimates made over all authorities at once: each of them is a part
OVER_AUTHORITIES = (
    Quantity.HETEROGENEITY, Quantity.CHANGE_POOLED, Quantity.PREDICTION, Quantity.CHANGE_SHRUNKEN, Quantity.CHANGE_LEFT_OUT, Quantity.ICC,
    Quantity.LOWEST, Quantity.HIGHEST)
#: those of them that say no more than the changes of the authorities do: they go with what they rest on, and are no reason to keep it
SECOND_LOOKS = (Quantity.PREDICTION, Quantity.CHANGE_SHRUNKEN, Quantity.CHANGE_LEFT_OUT, Quantity.ICC)
#: changes over all who were asked, whether they answered or not: they tell how many did not
OF_ALL_ASKED = (Quantity.CHANGE_MISSING_BOUND_LOWEST, Quantity.CHANGE_MISSING_BOUND_HIGHEST, Quantity.CHANGE_IMPUTED)
#: estimates made over all authorities of a cohort and those that it is compared with
OVER_SIDES = (Quantity.DIFFERENCE_IN_DIFFERENCES, Quantity.DID_OF_AUTHORITIES, Quantity.EVENT_STUDY)
#: what became of the answers of linked people between two waves
MOVES = (Quantity.MOVED_UP, Quantity.MOVED_DOWN, Quantity.STAYED)
#: estimates of the change of those who answered what it is adjusted for too, and how many events their model has
OF_MODEL = (Quantity.CHANGE_ADJUSTED, Quantity.CHANGE_SAME_PEOPLE, Quantity.EVENTS_PER_VARIABLE)
#: estimates of those who answered all factors of an outcome too
OF_FACTORS = (Quantity.ODDS_RATIO, Quantity.MARGINAL_EFFECT, Quantity.EVENTS_PER_VARIABLE)
#: estimates made over all waves from the one compared with on
OVER_WAVES = (Quantity.TREND, Quantity.TREND_DEPARTURE)
#: published facts about other people: nobody's answers are in them
OPEN = (Quantity.BENCHMARK, Quantity.POPULATION_SHARE)
#: shares of those at an end of a scale
ENDS = (Quantity.FLOOR, Quantity.CEILING)
#: rows whose own counts are of the people a level rests on, most direct first
_DIRECT = (Quantity.PERCENT, Quantity.MEAN, Quantity.SD, Quantity.CHANGE, Quantity.DIFFERENCE)
#: rows that show a base but no count of answers
_BASE_ONLY = (Quantity.ITEM_NONRESPONSE, Quantity.ALPHA, Quantity.ITEM_REST, Quantity.EFFECTIVE_N, Quantity.DESIGN_EFFECT)
#: the block of the people themselves, whatever they answered
EVERYBODY = "people"


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a release and the rows that show them.

    ``table`` has one row per cell: ``KEY``, ``value`` (missing where it is withheld), ``off``, by how much the true value may be another
    (a sum behind a rounded mean), and its number ``cell``.
    ``parts`` has one row per row of results x cell: ``row``, ``cell`` and ``field``, which is
    ``estimate`` or the column of a base.
    """

    table: pd.DataFrame
    parts: pd.DataFrame


def read_cells(results: pd.DataFrame, dictionary: Dictionary, *, rounded: bool = False) -> Cells:
    """Read the cells that rows of results (``frames.RESULTS``) show, disclosed or not; ``rounded`` to the digits that leave, or exact."""
    table = results.reset_index(drop=True).assign(other="")
    table = table.assign(part=np.where(table["group"].eq(ROLE), Part.COMPARISON, Part.ALL).astype(object))
    table = table[~table["source"].isin(dictionary.disclosure.not_of_answers)]
    order = _orders_of_waves(dictionary)
    sides = _among_linked(sides_of(table), order)
    answers = _answers(sides, dictionary, 0.5 * 10.0 ** -dictionary.disclosure.digits.decimals if rounded else 0.0)
    found = [
        answers, _of_models(sides, dictionary), _people(table, sides, dictionary), _known(_counted(_people_linked(table, sides, order))),
        _asked(table, dictionary), _at_least(answers, dictionary), _moves(sides, order, dictionary)]
    return _numbered(pd.concat([part for part in found if len(part)] or found, ignore_index=True), table, order, dictionary)


def places_of(cells: pd.DataFrame) -> list[Place]:
    """The place of each cell."""
    return [Place(*values) for values in cells[list(PLACE)].itertuples(index=False, name=None)]


def came_or_went(cells: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Those of each place who are not among its pairs: the people of the place less the pairs. No row of results shows them and no cell is
    theirs; they follow where both are shown. One row per cell of pairs that has one of everybody: ``KEY``, ``value``, and the numbers
    ``both`` and ``everybody`` of the two cells."""
    on = ["source", "wave", "block", "authority", "group", "level", "kind", "what"]
    both = cells[cells["part"].eq(Part.BOTH)].rename(columns={"cell": "both", "value": "paired"})
    place = {wave: number for waves in _orders_of_waves(dictionary).values() for wave, number in waves.items()}
    still = both["wave"].map(place) < both["other"].map(place)          # pairs are counted where they were at the earlier wave
    both = both.assign(part=np.where(still | both["authority"].eq(""), Part.ONCE, Part.JOINED).astype(object))[both["group"].eq("") | still]
    everybody = cells.loc[cells["part"].eq(Part.ALL), [*on, "value", "cell"]].rename(columns={"cell": "everybody"})
    found = both.merge(everybody, on=on, validate="many_to_one")
    found = found.assign(value=found["value"] - found["paired"])
    return found.loc[~found["value"].lt(0), [*KEY, "value", "both", "everybody"]]


def not_in_models(cells: pd.DataFrame) -> pd.DataFrame:
    """Those who answered and are not in a model, or in one model and not in another: no row of results shows them, and they follow where
    both counts are shown. One row per such pair of cells: ``KEY``, ``value``, and the numbers ``both`` (of the model) and ``everybody``."""
    on = ["source", "wave", "block", "authority", "group", "level", "kind", "what"]
    models = cells[cells["part"].isin([Part.MODEL, Part.FACTORS])]
    inside = models.rename(columns={"cell": "both", "value": "modelled"})
    around = cells.loc[cells["part"].isin([Part.ALL, Part.MODEL, Part.FACTORS]), [*on, "value", "cell", "part", "other"]].rename(
        columns={"cell": "everybody", "part": "of", "other": "with"})
    found = inside.merge(around, on=on, validate="many_to_many")
    found = found[found["both"].ne(found["everybody"])].assign(
        value=lambda one: one["value"] - one["modelled"], other=lambda one: one["other"] + " " + one["of"] + " " + one["with"])
    return found.loc[found["value"].gt(0) | found["value"].isna(), [*KEY, "value", "both", "everybody"]]


def _numbered(shown: pd.DataFrame, table: pd.DataFrame, order: Mapping[str, Mapping[str, int]], dictionary: Dictionary) -> Cells:
    """Each cell once, and the rows that show it."""
    key = list(KEY)
    best = shown.sort_values(["known", "rank", "value"], ascending=[False, True, False], kind="stable")
    cells = best.drop_duplicates(key)[[*key, "value", "off"]].sort_values(key, ignore_index=True)
    cells = cells.assign(cell=np.arange(len(cells)))
    parts = shown[[*key, "row", "field"]].merge(cells[[*key, "cell"]], on=key, validate="many_to_one")
    over = [_over_authorities(table, cells, order, dictionary), _over_sides(table, cells, dictionary), _over_waves(table, cells, order, dictionary),
            _over_levels(table, cells), _over_all_asked(table, cells, dictionary)]
    parts = pd.concat([parts, *over], ignore_index=True)
    parts = parts[["row", "cell", "field"]].astype({"row": int, "cell": int})
    return Cells(cells, parts.drop_duplicates(ignore_index=True))


# --- blocks and shares: the names under which cells are found again ----------------------------------

def blocks_of(dictionary: Dictionary, indicators: Sequence[str]) -> dict[str, str]:
    """The block of each indicator: that of its item or scale, or its own where the dictionary does not know it."""
    declared = {one.indicator: item_block(one.item) if one.item else scale_block(one.scale) for one in reversed(dictionary.indicators)}
    return {name: declared.get(name, f"indicator {name}") for name in indicators}


#: before the name of a block, in that of what became of its answers
_MOVED = "moves of "


def moves_block(block: str) -> str:
    """The name of the block of what became of the answers of linked people to a block."""
    return f"{_MOVED}{block}"


def moved_block(name: str) -> str:
    """The block whose answers a block of moves is of; empty where it is none."""
    return name.removeprefix(_MOVED) if name.startswith(_MOVED) else ""


def item_block(item: str) -> str:
    """The name of the block of an item."""
    return f"item {item}"


def scale_block(scale: str) -> str:
    """The name of the block of a scale."""
    return f"scale {scale}"


def share_name(indicator: str, quantity: str) -> str:
    """The name of the share that an indicator counts; of those at an end of its scale, where the quantity is one of ``ENDS``."""
    return f"{indicator} {quantity}" if quantity in ENDS else indicator


def routes_of(dictionary: Dictionary) -> dict[str, Route]:
    """The blocks of routed questions, and how each is asked."""
    routes: dict[str, Route] = {}
    for instrument in dictionary.instruments:
        for route in instrument.routing:
            block, codes = item_block(route.item), tuple(str(code) for code in sorted(route.asked_if_codes))
            asked = "; ".join(codes)
            routes[block] = Route(item_block(route.asked_if_item), codes, asked, f"{asked} > {block}")
    return routes


def _routed_indicators(dictionary: Dictionary) -> dict[str, Route]:
    """The indicators of routed questions, with how each is asked."""
    routes, blocks = routes_of(dictionary), blocks_of(dictionary, [one.indicator for one in dictionary.indicators])
    return {name: routes[block] for name, block in blocks.items() if block in routes}


# --- cells of answers and of people ---------------------------------------------------------------

def sides_of(table: pd.DataFrame) -> pd.DataFrame:
    """One row per row of results and side of its comparison, with the people and the count it shows; ``other`` is what it is compared
    with."""
    names = [
        "source", "cohort", "indicator", "quantity", "wave", *PLACE, "contrast", "reference", "weighted", "estimate", "n_eligible"]
    now = table[names].assign(
        row=table.index, field="n_valid", base=table["n_valid"], count=table["numerator"], other=table["reference"])
    level = (table["estimate"] * table["n_valid"] / 100).round()
    fill = now["count"].isna() & table["quantity"].eq(Quantity.PERCENT) & table["contrast"].eq("")
    now = now.assign(count=now["count"].mask(fill, level))
    then = now[table["contrast"].isin([Contrast.WAVE, Contrast.LEVEL, Contrast.REST, Contrast.STAYED])]
    if then.empty:
        return now
    then = then.assign(field="n_reference", base=table["n_reference"], count=table["numerator_reference"])
    wave, level, rest = (then["contrast"].eq(one) for one in (Contrast.WAVE, Contrast.LEVEL, Contrast.REST))
    then = then.assign(
        wave=then["wave"].mask(wave, then["reference"]), other=then["other"].mask(wave, then["wave"]),
        level=then["level"].mask(level, then["reference"]), authority=then["authority"].mask(rest, ""),
        base=then["base"] + now["base"].where(rest, 0.0), count=then["count"] + now["count"].where(rest, 0.0),
        n_eligible=np.nan,
    )
    return pd.concat([now, then], ignore_index=True)


def _answers(sides: pd.DataFrame, dictionary: Dictionary, off: float) -> pd.DataFrame:
    """The bases, shares, sums and squares that the sides of answers show; means and deviations are true to ``off``."""
    part = sides[sides["indicator"].ne("") & ~sides["quantity"].isin([*OVER_AUTHORITIES, *OVER_SIDES, *MOVES, *OPEN])]
    means = {one.indicator for one in dictionary.indicators if one.measure is Measure.MEAN}
    end = part["quantity"].isin(ENDS)
    own = (part["quantity"].isin(_DIRECT) | end) & ~part["weighted"]
    rank = part["quantity"].map({one: place for place, one in enumerate(_DIRECT)}).astype(float).fillna(len(_DIRECT))
    part = part.assign(
        block=part["indicator"].map(blocks_of(dictionary, part["indicator"].unique())).astype(object),
        rank=rank + 10 * part["weighted"] + 20 * part["contrast"].ne(""),
        base=part["base"].where(own), count=part["count"].where(own), mean=part["indicator"].isin(means) & ~end,
    )
    bases = part.assign(kind=CellKind.BASE, what="", value=part["base"])
    counted = part[~part["quantity"].isin(_BASE_ONLY)]
    shares, means = counted[~counted["mean"]], counted[counted["mean"]]
    names = [share_name(*pair) for pair in zip(shares["indicator"], shares["quantity"], strict=True)]
    shares = shares.assign(kind=CellKind.SHARE, what=names, value=shares["count"], field="estimate")
    level = means["quantity"].eq(Quantity.MEAN) & means["contrast"].isin(["", Contrast.PAIRS]) & ~means["weighted"]
    sums = means.assign(kind=CellKind.SUM, what="", value=(means["estimate"] * means["base"]).where(level), field="estimate", off=off * means["base"])
    return pd.concat([_known(bases), _known(shares), _known(sums), _known(_squares(means, off))], ignore_index=True)


def _of_models(sides: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The bases and shares of the people of models: a part of those who answered, at each wave. A row that shows them shows those of
    everybody too, of whom they are a part."""
    waves = sides["contrast"].eq(Contrast.WAVE)
    part = np.select([sides["quantity"].isin(OF_MODEL) & waves, sides["quantity"].isin(OF_FACTORS) & ~waves], [Part.MODEL, Part.FACTORS], "")
    mine = sides.assign(part=part.astype(object), other=sides["other"].where(waves, ""))
    mine = mine[(part != "") & mine["indicator"].ne("") & mine["group"].ne(ROLE)]
    mine = mine[mine["field"].eq("n_valid") | mine["part"].eq(Part.MODEL)].assign(group="", level="")
    means = {one.indicator for one in dictionary.indicators if one.measure is Measure.MEAN}
    mine = mine.assign(block=mine["indicator"].map(blocks_of(dictionary, mine["indicator"].unique())).astype(object), rank=1)
    shares, sums = mine[~mine["indicator"].isin(means)], mine[mine["indicator"].isin(means)]
    return pd.concat([
        _known(mine.assign(kind=CellKind.BASE, what="", value=mine["base"])),
        _known(shares.assign(kind=CellKind.SHARE, what=shares["indicator"], value=shares["count"], field="estimate")),
        _known(sums.assign(kind=CellKind.SUM, what="", value=np.nan, field="estimate"))], ignore_index=True)


def _squares(means: pd.DataFrame, off: float) -> pd.DataFrame:
    """The sum of squares that a standard deviation shows together with the mean of the same people."""
    plain = means[means["contrast"].eq("") & ~means["weighted"]]
    spread = plain[plain["quantity"].eq(Quantity.SD)]
    on = ["source", "indicator", "wave", *PLACE]
    mean = plain.loc[plain["quantity"].eq(Quantity.MEAN), [*on, "estimate"]].rename(columns={"estimate": "centre"})
    both = spread.merge(mean, on=on, how="left", validate="many_to_one")
    value = (both["base"] - 1) * both["estimate"] ** 2 + both["base"] * both["centre"] ** 2
    near = off * ((both["base"] - 1) * (2 * both["estimate"].abs() + off) + both["base"] * (2 * both["centre"].abs() + off))
    return both.assign(kind=CellKind.SQUARES, what="", value=value, field="estimate", off=near)


def _people(table: pd.DataFrame, sides: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """How many people there are in each place: forms, members of a group level, and who gave the group."""
    answered = sides[sides["indicator"].ne("") & ~sides["quantity"].isin(OPEN) & sides["wave"].ne("")]
    known = answered.assign(value=np.nan, field="estimate", rank=90)
    direct = table["quantity"].isin([Quantity.PERCENT, Quantity.MEAN]) & table["contrast"].eq("")
    levels = table[direct & table["indicator"].ne("") & ~table["indicator"].isin(_routed_indicators(dictionary))]
    levels = levels.assign(row=levels.index, value=levels["n_eligible"], field="n_eligible", rank=5)
    forms = sides[sides["indicator"].eq("") & sides["quantity"].isin([Quantity.COUNT, Quantity.RESPONSE_RATE])]
    forms = forms.assign(value=forms["base"], field="estimate", rank=1)
    shares = sides[sides["indicator"].eq("") & sides["group"].ne("")
                   & ~sides["quantity"].isin([*OPEN, Quantity.COMPOSITION_TEST, Quantity.ATTRITION])]
    members = shares.assign(value=shares["count"], field="estimate", rank=1)
    parts = [_counted(part) for part in (known, levels, forms, members)]
    parts.append(shares.assign(value=shares["base"], kind=CellKind.MEMBERS, what=shares["group"], group="", level="", rank=1, block=EVERYBODY))
    return _known(pd.concat(parts, ignore_index=True))


def _counted(part: pd.DataFrame) -> pd.DataFrame:
    """Rows whose values are numbers of people, whatever they answered."""
    return part.assign(kind=CellKind.PEOPLE, what="", block=EVERYBODY)


#: at which of two waves a share of linked people is, in a block of moves
NOW, THEN = "now", "then"


def _moves(sides: pd.DataFrame, order: Mapping[str, Mapping[str, int]], dictionary: Dictionary) -> pd.DataFrame:
    """Who moved up, moved down and stayed among linked people, and beside them how many gave an answer at each of the two waves: the
    inside of a table and its margins."""
    mine = sides[sides["part"].eq(Part.BOTH) & sides["field"].eq("n_valid") & ~sides["weighted"] & sides["indicator"].ne("")]
    place = {wave: number for waves in order.values() for wave, number in waves.items()}
    moved = mine[mine["quantity"].isin(MOVES) & mine["wave"].map(place).gt(mine["other"].map(place))]
    if moved.empty:
        return moved.assign(value=np.nan, kind="", what="", block="", rank=0).pipe(_known)
    blocks = blocks_of(dictionary, mine["indicator"].unique())
    percent = {one.indicator for one in dictionary.indicators if one.measure is Measure.PERCENT}
    moved, mine = (part.assign(block=[moves_block(blocks[name]) for name in part["indicator"]], rank=1) for part in (moved, mine))
    levels = mine[mine["indicator"].isin(percent) & mine["quantity"].isin([Quantity.CHANGE, Quantity.PERCENT])]
    levels = levels[levels["block"].isin(moved["block"])].assign(kind=CellKind.SHARE, field="estimate", value=levels["count"])
    now = levels.assign(what=levels["indicator"] + f" {NOW}")
    # the same people at the other wave: the later of the two names the table
    then = levels.assign(what=levels["indicator"] + f" {THEN}", wave=levels["other"], other=levels["wave"])
    tables = moved[["wave", "other", "block"]].drop_duplicates()
    return pd.concat([
        _known(moved.assign(kind=CellKind.BASE, what="", value=moved["base"])),
        _known(moved.assign(kind=CellKind.SHARE, what=moved["indicator"] + " " + moved["quantity"], value=moved["count"], field="estimate")),
        *(_known(part.merge(tables, on=["wave", "other", "block"], validate="many_to_one")) for part in (now, then))], ignore_index=True)


def _asked(table: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """How many were asked a routed question: a count of those who gave certain answers before."""
    routes = _routed_indicators(dictionary)
    part = table[table["indicator"].isin(list(routes)) & table["contrast"].eq("") & ~table["quantity"].isin([*OPEN, *OVER_AUTHORITIES])]
    part = part[~part["missing_not_asked"].gt(0)]        # who was not asked may have given those answers too
    return _known(part.assign(
        row=part.index, field="n_eligible", rank=2, kind=CellKind.ASKED, value=part["n_eligible"],
        block=[routes[name].parent for name in part["indicator"]], what=[routes[name].asked for name in part["indicator"]]))


def _at_least(answers: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Those who answered a routed question, as a lower bound of those who were asked it."""
    routes = routes_of(dictionary)
    bases = answers[answers["kind"].eq(CellKind.BASE) & answers["block"].isin(list(routes))]
    return bases.assign(
        kind=CellKind.AT_LEAST.value, what=[routes[block].at_least for block in bases["block"]],
        block=[routes[block].parent for block in bases["block"]])


def _known(part: pd.DataFrame) -> pd.DataFrame:
    """The columns of a shown cell."""
    text = {name: part[name].astype(str) for name in KEY}
    off = part["off"].fillna(0.0) if "off" in part else 0.0
    return part.assign(known=part["value"].notna(), off=off, **text)[[*KEY, "value", "off", "known", "rank", "row", "field"]].astype(
        {"value": float, "off": float, "rank": float, "row": int})


def _over_authorities(
    table: pd.DataFrame, cells: pd.DataFrame, order: Mapping[str, Mapping[str, int]], dictionary: Dictionary,
) -> pd.DataFrame:
    """Parts of the rows that are made over every authority: the cells of each, at each wave they use."""
    rows = table[table["quantity"].isin(OVER_AUTHORITIES)]
    linked = rows["cohort"].isin(list(order)) & rows["contrast"].eq(Contrast.WAVE)
    rows = rows.assign(row=rows.index, block=rows["indicator"].map(blocks_of(dictionary, rows["indicator"].unique())).astype(object),
                       part=np.where(linked, Part.BOTH, Part.ALL).astype(object))
    both = pd.concat([rows, rows[rows["contrast"].eq(Contrast.WAVE)].assign(wave=rows["reference"])])
    of = cells[cells["authority"].ne("") & cells["group"].eq("") & cells["part"].isin([Part.ALL, Part.BOTH])
               & cells["kind"].isin([CellKind.BASE, CellKind.SHARE, CellKind.SUM])]
    on = ["source", "wave", "block", "part"]
    found = both[[*on, "row", "indicator"]].merge(of[[*on, "cell", "kind", "what"]], on=on, validate="many_to_many")
    found = found[found["kind"].ne(CellKind.SHARE) | found["what"].eq(found["indicator"])]
    return found[["row", "cell"]].assign(field="estimate")


def _over_sides(table: pd.DataFrame, cells: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Parts of differences in differences: all cells of their indicator, of the whole cohort, its authorities and the comparison
    authorities, at every wave: all waves are in one model."""
    rows = table[table["quantity"].isin(OVER_SIDES)]
    rows = rows.assign(row=rows.index, block=rows["indicator"].map(blocks_of(dictionary, rows["indicator"].unique())).astype(object))
    of = cells[cells["group"].isin(["", ROLE]) & cells["part"].isin([Part.ALL, Part.BOTH, Part.COMPARISON])
               & cells["kind"].isin([CellKind.BASE, CellKind.SHARE, CellKind.SUM])]
    on = ["source", "block"]
    found = rows[[*on, "row", "indicator"]].merge(of[[*on, "cell", "kind", "what"]], on=on, validate="many_to_many")
    found = found[found["kind"].ne(CellKind.SHARE) | found["what"].eq(found["indicator"])]
    return found[["row", "cell"]].assign(field="estimate")


def _over_waves(table: pd.DataFrame, cells: pd.DataFrame, order: Mapping[str, Mapping[str, int]], dictionary: Dictionary) -> pd.DataFrame:
    """Parts of the rows that are made over every wave: the cells of their place at each, those between the two that they name included; of
    linked people the cells of the pairs."""
    rows = table[table["quantity"].isin(OVER_WAVES)]
    rows = rows.assign(row=rows.index, block=rows["indicator"].map(blocks_of(dictionary, rows["indicator"].unique())).astype(object),
                       part=np.where(rows["cohort"].isin(list(order)), Part.BOTH, Part.ALL).astype(object))
    of = cells[cells["kind"].isin([CellKind.BASE, CellKind.SHARE, CellKind.SUM])]
    on = ["source", "block", "authority", "group", "level", "part"]
    found = rows[[*on, "row", "indicator"]].merge(of[[*on, "cell", "kind", "what"]], on=on, validate="many_to_many")
    found = found[found["kind"].ne(CellKind.SHARE) | found["what"].eq(found["indicator"])]
    return found[["row", "cell"]].assign(field="estimate")


def _over_levels(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Parts of the tests of who answered: the members of every level of a group, and all of them, at each wave they use."""
    rows = table[table["quantity"].eq(Quantity.COMPOSITION_TEST)]
    rows = rows.assign(row=rows.index, of=rows["group"])
    both = pd.concat([rows, rows[rows["contrast"].eq(Contrast.WAVE)].assign(wave=rows["reference"])])
    of = cells[cells["block"].eq(EVERYBODY) & cells["authority"].eq("") & cells["part"].eq(Part.ALL)
               & cells["kind"].isin([CellKind.PEOPLE, CellKind.MEMBERS])]
    of = of.assign(of=of["group"].where(of["kind"].eq(CellKind.PEOPLE), of["what"]))
    on = ["source", "wave", "of"]
    found = both[[*on, "row"]].merge(of.loc[of["of"].ne(""), [*on, "cell"]], on=on, validate="many_to_many")
    return found[["row", "cell"]].assign(field="estimate")


def _over_all_asked(table: pd.DataFrame, cells: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Parts of the changes over all who were asked a routed question: the number asked, at each wave they use."""
    routes = _routed_indicators(dictionary)
    rows = table[table["quantity"].isin(OF_ALL_ASKED) & table["indicator"].isin(list(routes))]
    rows = rows.assign(row=rows.index, block=[routes[name].parent for name in rows["indicator"]], what=[routes[name].asked for name in rows["indicator"]])
    sides = pd.concat([rows.assign(field="n_valid"), rows.assign(wave=rows["reference"], field="n_reference")])
    sides = pd.concat([sides, sides.assign(field="estimate")]).astype({"block": object, "what": object})
    of = cells[cells["kind"].eq(CellKind.ASKED) & cells["authority"].eq("") & cells["group"].eq("") & cells["part"].eq(Part.ALL)]
    on = ["source", "wave", "block", "what"]
    return sides[[*on, "row", "field"]].merge(of[[*on, "cell"]], on=on, validate="many_to_one")[["row", "cell", "field"]]


# --- matched designs: who answered at both waves, and who came or went ------------------------------

def _orders_of_waves(dictionary: Dictionary) -> dict[str, dict[str, int]]:
    """The waves of every cohort in which people are linked, with their place in time."""
    return {one.id: {wave.id: place for place, wave in enumerate(one.waves)} for one in dictionary.cohorts if one.design is Design.MATCHED}


def _among_linked(sides: pd.DataFrame, order: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """The sides with what is counted among linked people moved to their part of the place.

    A base of pairs is in both columns of bases, and so occurs twice.
    """
    linked = sides["cohort"].isin(list(order))
    pairs, stayed = linked & sides["contrast"].isin([Contrast.WAVE, Contrast.PAIRS]), linked & sides["contrast"].eq(Contrast.STAYED)
    if not (pairs | stayed).any():
        return sides.assign(other="")
    aside = sides["group"].eq(ROLE)                      # of the comparison authorities nothing but the pairs is counted
    part = np.select([aside, pairs, stayed & sides["field"].eq("n_valid"), stayed], [Part.COMPARISON, Part.BOTH, Part.LOST, Part.KEPT], Part.ALL)
    moved = sides.assign(part=part.astype(object), other=sides["other"].where(pairs | stayed, ""))
    again = moved[pairs].assign(field=moved["field"].map({"n_valid": "n_reference", "n_reference": "n_valid"}))
    return pd.concat([moved, again], ignore_index=True)


#: the other wave of those who missed any of several
_ANY = "any later wave"


def _people_linked(table: pd.DataFrame, sides: pd.DataFrame, order: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """How many people were linked, lost and kept: one row per row of results and place that it counts people of."""
    pairs = sides[sides["part"].eq(Part.BOTH)]
    pairs = pairs.assign(value=pairs["row"].map(table["n_eligible"]), field="n_eligible")
    rows = table[table["quantity"].eq(Quantity.ATTRITION) & table["cohort"].isin(list(order))]
    first = {cohort: min(waves, key=waves.get, default="") for cohort, waves in order.items()}
    other = rows["wave"].where(rows["contrast"].eq(""), _ANY)
    rows = rows.assign(row=rows.index, field="estimate", other=other, wave=rows["cohort"].map(first))
    lost = rows.assign(part=Part.LOST, value=rows["numerator"])
    kept = rows.assign(part=Part.KEPT, value=rows["n_valid"] - rows["numerator"])
    forms = rows.assign(other="", value=rows["n_eligible"], field="n_eligible")
    return pd.concat([pairs, lost, kept, forms], ignore_index=True).assign(rank=1)


# --- what was published before: it cannot be taken back, and must not be set against what is new ------

@dataclass(frozen=True, eq=False)
class Known:
    """The cells of a release beside what was published before.

    ``table`` is that of ``Cells`` with the cells that only earlier reports show added at its end; ``out`` marks the cells that are out
    with the value they have; ``changed`` those that are out with another value, so near that the two together would tell of a few people.
    """

    table: pd.DataFrame
    out: np.ndarray
    changed: np.ndarray


def beside_earlier(cells: Cells, earlier: Sequence[pd.DataFrame], policy: Disclosure, dictionary: Dictionary) -> Known:
    """Lay what was published before beside the cells of a release."""
    both = cells.table.merge(published_cells(earlier, dictionary), on=list(KEY), how="outer", validate="one_to_one")
    both = both.sort_values("cell", ignore_index=True, na_position="last")
    value = both["value"].where(both["cell"].notna())
    difference = (value - both["before"]).abs().to_numpy()
    same = 1e-6 + both[["off", "off_before"]].sum(axis=1).to_numpy()
    near = np.where(both["kind"].isin(COUNTS), policy.threshold, np.inf)
    changed = (difference > same) & (difference < near)
    out = both["before"].notna().to_numpy() & ~(difference > same)
    only_before = value.isna() & out
    table = both.assign(
        value=value.where(~only_before, both["before"]), off=both["off"].where(~only_before, both["off_before"]).fillna(0.0),
        cell=np.arange(len(both)))
    return Known(table[[*KEY, "value", "off", "cell"]], out, changed)


def published_cells(earlier: Sequence[pd.DataFrame], dictionary: Dictionary) -> pd.DataFrame:
    """One row per cell that an earlier report shows, with its value there (``before``, true to ``off_before``); an analyst's own tables
    have no declared cells."""
    complete = [_complete(table) for table in earlier if len(table)]
    tables = [own for table in complete if len(own := table[table["source"].ne(ANALYST)].reset_index(drop=True))]
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype=str) for name in KEY} | dict.fromkeys(("before", "off_before"), pd.Series(dtype=float)))
    shown = pd.concat([read_cells(table, dictionary, rounded=True).table for table in tables], ignore_index=True).dropna(subset=["value"])
    return shown.drop_duplicates(list(KEY), keep="last")[[*KEY, "value", "off"]].rename(columns={"value": "before", "off": "off_before"})


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """A table of published results with every column of ``RESULTS``."""
    columns = {}
    for name, column in RESULTS.columns.items():
        kind = str(column.dtype)
        if kind == "float64":
            columns[name] = pd.to_numeric(table[name], errors="coerce").astype(float) if name in table else np.nan
        elif kind == "bool":
            given = table[name] if name in table else pd.Series(False, index=table.index)
            columns[name] = given.astype(str).str.lower().isin(["true", "1", "weighted"])
        else:
            columns[name] = table[name].fillna("").astype(str) if name in table else ""
    return pd.DataFrame(columns, index=table.index).reset_index(drop=True)
