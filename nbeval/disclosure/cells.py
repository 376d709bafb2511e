"""What rows of results show: counts of people, and sums of their answers.

A percentage with its base is a count, a mean with its base is a sum, a change shows both of its waves, a difference both of its
sides. Every such number is a *cell*; several rows may show one cell, and one row is *part* of what several cells show. A row may be
shown only where all its cells may.

In a matched design those who answered at both waves are a part of those who answered at each. The one less the other tells of those
who came or went, who may be few. Both parts get places of their own, within the place whose parts they are: the group of ``BOTH``,
``ONCE`` and ``JOINED`` is named for the other wave, that of ``LOST`` and ``KEPT`` for the wave until which somebody was followed. A
pair is counted where it was at the first wave. At a later one some may have moved: the pairs of the whole cohort are still a part of
it, but those of an authority need not be of its people. Who ``JOINED`` an authority is then protected as a small count, and no
equation rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design, Measure
from nbeval.frames import Contrast, Quantity

PLACE = ("authority", "group", "level")
#: what a cell is a number of
PEOPLE, BASE, SHARE, SUM, SQUARES, ASKED, AT_LEAST, MEMBERS = (
    "people", "base", "share", "sum", "squares", "asked", "at_least", "members")
#: kinds that count people
COUNTS = (PEOPLE, BASE, SHARE, ASKED, MEMBERS)
KEY = ("source", "wave", "block", *PLACE, "kind", "what")
#: estimates made over all authorities at once: each of them is a part
OVER_AUTHORITIES = (Quantity.HETEROGENEITY, Quantity.CHANGE_POOLED, Quantity.LOWEST, Quantity.HIGHEST)
#: published facts about other people: nobody's answers are in them
OPEN = (Quantity.BENCHMARK, Quantity.POPULATION_SHARE)
#: rows whose own counts are of the people a level rests on, most direct first
_DIRECT = (Quantity.PERCENT, Quantity.MEAN, Quantity.SD, Quantity.CHANGE, Quantity.DIFFERENCE)
#: rows that show a base but no count of answers
_BASE_ONLY = (Quantity.ITEM_NONRESPONSE, Quantity.ALPHA, Quantity.ITEM_REST, Quantity.EFFECTIVE_N, Quantity.DESIGN_EFFECT)
#: between the codes that lead to a routed question and the question
ROUTE = " > "
#: the block of the people themselves, whatever they answered
EVERYBODY = "people"
#: between a group and the other wave, and between a level and the part of its people; no id has a space in it
WITH, UNTIL = " with ", " until "
BOTH, ONCE, JOINED, LOST, KEPT = " both", " once", " joined", " lost", " kept"

Place = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a release and the rows that show them.

    ``table`` has one row per cell: ``KEY``, ``value`` (missing where it is withheld) and its number ``cell``.
    ``parts`` has one row per row of results x cell: ``row``, ``cell`` and ``field``, which is
    ``estimate`` or the column of a base.
    """

    table: pd.DataFrame
    parts: pd.DataFrame


def read_cells(results: pd.DataFrame, dictionary: Dictionary) -> Cells:
    """Read the cells that rows of results show."""
    table = results.reset_index(drop=True)
    table = table[~table["source"].isin(dictionary.disclosure.not_of_answers)]
    first = first_waves(dictionary)
    sides = among_linked(_sides(table), first)
    answers = _answers(sides, dictionary)
    found = [
        answers, _people(table, sides, dictionary), _known(_counted(people_linked(table, sides, first))),
        _asked(table, dictionary), _at_least(answers, dictionary)]
    return _numbered(pd.concat([part for part in found if len(part)] or found, ignore_index=True), table, set(first.values()), dictionary)


def _numbered(shown: pd.DataFrame, table: pd.DataFrame, first: set[str], dictionary: Dictionary) -> Cells:
    """Each cell once, and the rows that show it."""
    key = list(KEY)
    first = shown.sort_values(["known", "rank", "value"], ascending=[False, True, False], kind="stable")
    cells = first.drop_duplicates(key)
    cells = cells[[*key, "value"]].sort_values(key, ignore_index=True)
    cells = cells.assign(cell=np.arange(len(cells)))
    parts = shown[[*key, "row", "field"]].merge(cells[[*key, "cell"]], on=key, validate="many_to_one")
    once = answered_once(cells, first)
    once = once.assign(cell=len(cells) + np.arange(len(once)))
    follow = parts.merge(once[["both", "cell"]], left_on="cell", right_on="both", suffixes=("_of_both", ""), validate="many_to_one")
    cells = pd.concat([cells, once[[*key, "value", "cell"]]], ignore_index=True) if len(once) else cells
    parts = pd.concat([parts, follow, _over_authorities(table, cells, dictionary), _over_levels(table, cells)], ignore_index=True)
    parts = parts[["row", "cell", "field"]]
    parts = parts.astype({"row": int, "cell": int})
    return Cells(cells, parts.drop_duplicates(ignore_index=True))


def block_of(indicator: str, dictionary: Dictionary) -> str:
    """The name of the block an indicator belongs to: its item or scale, or itself where it is unknown."""
    for one in dictionary.indicators:
        if one.indicator == indicator:
            return f"item {one.item}" if one.item else f"scale {one.scale}"
    return f"indicator {indicator}"


def _sides(table: pd.DataFrame) -> pd.DataFrame:
    """One row per row of results and side of its comparison, with the people and the count it shows."""
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
    wave, other, rest = (then["contrast"].eq(one) for one in (Contrast.WAVE, Contrast.LEVEL, Contrast.REST))
    then = then.assign(
        wave=then["wave"].mask(wave, then["reference"]), other=then["other"].mask(wave, then["wave"]), level=then["level"].mask(other, then["reference"]),
        authority=then["authority"].mask(rest, ""),
        base=then["base"] + now["base"].where(rest, 0.0), count=then["count"] + now["count"].where(rest, 0.0),
        n_eligible=np.nan,
    )
    return pd.concat([now, then], ignore_index=True)


def _answers(sides: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The bases, shares, sums and squares that the sides of answers show."""
    skip = [*OVER_AUTHORITIES, *OPEN]
    part = sides[sides["indicator"].ne("") & ~sides["quantity"].isin(skip)]
    declared = {one.indicator: one for one in dictionary.indicators}
    names = part["indicator"].unique()
    part = part.assign(
        block=part["indicator"].map({name: block_of(name, dictionary) for name in names}),
        mean=part["indicator"].isin([n for n in names if n in declared and declared[n].measure is Measure.MEAN]),
        rank=part["quantity"].map({one: place for place, one in enumerate(_DIRECT)}).astype(float).fillna(len(_DIRECT)),
    )
    own = part["quantity"].isin([*_DIRECT, Quantity.FLOOR, Quantity.CEILING]) & ~part["weighted"]
    part = part.assign(
        rank=part["rank"] + 10 * part["weighted"] + 20 * part["contrast"].ne(""),
        base=part["base"].where(own), count=part["count"].where(own),
    )
    bases = part.assign(kind=BASE, what="", value=part["base"])
    counted = part[~part["quantity"].isin(_BASE_ONLY)]
    end = counted["quantity"].isin([Quantity.FLOOR, Quantity.CEILING])
    shares = counted[~counted["mean"] | end]
    suffix = np.where(shares["quantity"].isin([Quantity.FLOOR, Quantity.CEILING]), " " + shares["quantity"], "")
    shares = shares.assign(kind=SHARE, what=shares["indicator"] + suffix, value=shares["count"], field="estimate")
    means = counted[counted["mean"] & ~end]
    level = means["quantity"].eq(Quantity.MEAN) & means["contrast"].eq("") & ~means["weighted"]
    sums = means.assign(kind=SUM, what="", value=(means["estimate"] * means["base"]).where(level), field="estimate")
    return pd.concat([_known(bases), _known(shares), _known(sums), _known(_squares(means))], ignore_index=True)


def _squares(means: pd.DataFrame) -> pd.DataFrame:
    """The sum of squares that a standard deviation shows together with the mean of the same people."""
    plain = means[means["contrast"].eq("") & ~means["weighted"]]
    spread = plain[plain["quantity"].eq(Quantity.SD)]
    on = ["source", "indicator", "wave", *PLACE]
    mean = plain.loc[plain["quantity"].eq(Quantity.MEAN), [*on, "estimate"]].rename(columns={"estimate": "centre"})
    both = spread.merge(mean, on=on, how="left", validate="many_to_one")
    value = (both["base"] - 1) * both["estimate"] ** 2 + both["base"] * both["centre"] ** 2
    return both.assign(kind=SQUARES, what="", value=value, field="estimate")


def _people(table: pd.DataFrame, sides: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """How many people there are in each place: forms, members of a group level, and who gave the group."""
    answered = sides[sides["indicator"].ne("") & ~sides["quantity"].isin(OPEN) & sides["wave"].ne("")]
    known = answered.assign(value=np.nan, field="estimate", rank=90)
    direct = table["quantity"].isin([Quantity.PERCENT, Quantity.MEAN]) & table["contrast"].eq("")
    levels = table[direct & table["indicator"].ne("") & ~table["indicator"].isin(_routed_indicators(dictionary))]
    levels = levels.assign(row=levels.index, value=levels["n_eligible"], field="n_eligible", rank=5)
    forms = sides[sides["indicator"].eq("") & sides["quantity"].isin([Quantity.COUNT, Quantity.RESPONSE_RATE])]
    forms = forms.assign(value=forms["base"], field="estimate", rank=1)
    shares = sides[sides["indicator"].eq("") & sides["group"].ne("") & ~sides["quantity"].isin([*OPEN, Quantity.COMPOSITION_TEST, Quantity.ATTRITION])]
    members = shares.assign(value=shares["count"], field="estimate", rank=1)
    parts = [_counted(part) for part in (known, levels, forms, members)]
    parts.append(shares.assign(value=shares["base"], kind=MEMBERS, what=shares["group"], group="", level="", rank=1, block=EVERYBODY))
    return _known(pd.concat(parts, ignore_index=True))


def _counted(part: pd.DataFrame) -> pd.DataFrame:
    """Rows whose values are numbers of people, whatever they answered."""
    return part.assign(kind=PEOPLE, what="", block=EVERYBODY)


def _asked(table: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """How many were asked a routed question: a count of those who gave certain answers before."""
    blocks = _routed_indicators(dictionary)
    part = table[table["indicator"].isin(list(blocks)) & table["contrast"].eq("") & ~table["quantity"].isin(OPEN)]
    part = part[~part["quantity"].isin(OVER_AUTHORITIES)]
    part = part[~part["missing_not_asked"].gt(0)]        # who was not asked may have given those answers too
    return _known(part.assign(
        row=part.index, field="n_eligible", rank=2, kind=ASKED, value=part["n_eligible"],
        block=part["indicator"].map({name: to[0] for name, to in blocks.items()}).astype(object),
        what=part["indicator"].map({name: to[1] for name, to in blocks.items()}).astype(object),
    ))


def _at_least(answers: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Those who answered a routed question, as a lower bound of those who were asked it."""
    routes = routed(dictionary)
    bases = answers[answers["kind"].eq(BASE) & answers["block"].isin(list(routes))]
    to = {block: (parent, codes + ROUTE + block) for block, (parent, codes) in routes.items()}
    return bases.assign(
        kind=AT_LEAST, what=bases["block"].map({block: pair[1] for block, pair in to.items()}).astype(object),
        block=bases["block"].map({block: pair[0] for block, pair in to.items()}).astype(object),
    )


def routed(dictionary: Dictionary) -> dict[str, tuple[str, str]]:
    """The blocks of routed questions: the block they are asked from, and the codes that lead to them."""
    routes: dict[str, tuple[str, str]] = {}
    for instrument in dictionary.instruments:
        for route in instrument.routing:
            codes = "; ".join(str(code) for code in sorted(route.asked_if_codes))
            routes[f"item {route.item}"] = (f"item {route.asked_if_item}", codes)
    return routes


def _routed_indicators(dictionary: Dictionary) -> dict[str, tuple[str, str]]:
    """The indicators of routed questions, with the block and the codes that lead to each."""
    routes = routed(dictionary)
    blocks = {one.indicator: block_of(one.indicator, dictionary) for one in dictionary.indicators}
    return {name: routes[block] for name, block in blocks.items() if block in routes}


def _known(part: pd.DataFrame) -> pd.DataFrame:
    """The columns of a shown cell."""
    text = {name: part[name].astype(str) for name in KEY}
    return part.assign(known=part["value"].notna(), **text)[[*KEY, "value", "known", "rank", "row", "field"]].astype(
        {"value": float, "rank": float, "row": int})


def _over_authorities(table: pd.DataFrame, cells: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Parts of the rows that stand on every authority: the cells of each, at each wave they use."""
    rows = table[table["quantity"].isin(OVER_AUTHORITIES)]
    rows = rows.assign(row=rows.index, block=rows["indicator"].map(
        {name: block_of(name, dictionary) for name in rows["indicator"].unique()}))
    both = pd.concat([rows, rows[rows["contrast"].eq(Contrast.WAVE)].assign(wave=rows["reference"])])
    of = cells[cells["authority"].ne("") & cells["group"].eq("") & cells["kind"].isin([BASE, SHARE, SUM])]
    on = ["source", "wave", "block"]
    found = both[[*on, "row", "indicator"]].merge(of[[*on, "cell", "kind", "what"]], on=on, validate="many_to_many")
    found = found[found["kind"].ne(SHARE) | found["what"].eq(found["indicator"])]
    return found[["row", "cell"]].assign(field="estimate")


def _over_levels(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Parts of the tests of who answered: the members of every level of a group, and all of them, at each wave they use."""
    rows = table[table["quantity"].eq(Quantity.COMPOSITION_TEST)]
    rows = rows.assign(row=rows.index, of=rows["group"])
    both = pd.concat([rows, rows[rows["contrast"].eq(Contrast.WAVE)].assign(wave=rows["reference"])])
    of = cells[cells["block"].eq(EVERYBODY) & cells["authority"].eq("") & cells["kind"].isin([PEOPLE, MEMBERS])]
    of = of.assign(of=of["group"].where(of["kind"].eq(PEOPLE), of["what"]))
    on = ["source", "wave", "of"]
    found = both[[*on, "row"]].merge(of.loc[of["of"].ne(""), [*on, "cell"]], on=on, validate="many_to_many")
    return found[["row", "cell"]].assign(field="estimate")


# --- matched designs: who answered at both waves, and who came or went ------------------------------

def first_waves(dictionary: Dictionary) -> dict[str, str]:
    """The first wave of every cohort in which people are linked."""
    return {one.id: one.waves[0].id for one in dictionary.cohorts if one.design is Design.MATCHED}


def among_linked(sides: pd.DataFrame, first: Mapping[str, str]) -> pd.DataFrame:
    """Move what is counted among linked people to their part of the place."""
    linked = sides["cohort"].isin(list(first))
    pairs, stayed = (linked & sides["contrast"].eq(one) for one in (Contrast.WAVE, Contrast.STAYED))
    if not (pairs | stayed).any():
        return sides
    between = np.select([pairs, stayed], [WITH, UNTIL], default="")
    part = np.select([pairs, stayed & sides["field"].eq("n_valid"), stayed], [BOTH, LOST, KEPT], default="")
    moved = sides.assign(
        group=sides["group"] + between + sides["other"].where(pairs | stayed, ""), level=sides["level"] + part)
    again = moved[pairs].assign(field=moved["field"].map({"n_valid": "n_reference", "n_reference": "n_valid"}))
    return pd.concat([moved, again], ignore_index=True)


def people_linked(table: pd.DataFrame, sides: pd.DataFrame, first: Mapping[str, str]) -> pd.DataFrame:
    """How many people were linked, lost and kept."""
    pairs = sides[sides["group"].str.contains(WITH, regex=False)]
    pairs = pairs.assign(value=pairs["row"].map(table["n_eligible"]), field="n_eligible")
    rows = table[table["quantity"].eq(Quantity.ATTRITION) & table["cohort"].isin(list(first))]
    rows = rows.assign(row=rows.index, field="estimate", group=rows["group"] + UNTIL + rows["wave"], wave=rows["cohort"].map(dict(first)))
    lost = rows.assign(level=rows["level"] + LOST, value=rows["numerator"])
    kept = rows.assign(level=rows["level"] + KEPT, value=rows["n_valid"] - rows["numerator"])
    return pd.concat([pairs, lost, kept], ignore_index=True).assign(rank=1)


def answered_once(cells: pd.DataFrame, first: set[str]) -> pd.DataFrame:
    """The people of each place who are not among its pairs, as cells."""
    both = cells[cells["level"].str.endswith(BOTH)]
    group = both["group"].str.split(WITH, regex=False).str[0]
    still = both["wave"].isin(first)
    both = both.assign(
        of_group=group, of_level=both["level"].str.removesuffix(BOTH),
        half=np.where(still | both["authority"].eq(""), ONCE, JOINED))[group.eq("") | still]
    on = ["source", "wave", "block", "authority", "kind", "what"]
    whole = cells[[*on, "group", "level", "value"]].rename(columns={"group": "of_group", "level": "of_level", "value": "whole"})
    found = both.merge(whole, on=[*on, "of_group", "of_level"], validate="one_to_one")
    found = found.assign(level=found["of_level"] + found["half"], value=found["whole"] - found["value"], both=found["cell"])
    return found.loc[~found["value"].lt(0), [*on, "group", "level", "value", "both"]]


def parts_of_linked(position: Mapping[Place, int]) -> Iterator[tuple[Place, list[Place], bool]]:
    """Which places are made of linked people and others: (the place, its parts, whether somebody is left over)."""
    groups = sorted({place[1] for place in position})
    for authority, group, level in position:
        for name in groups:
            inside, between, _ = name.partition(WITH if WITH in name else UNTIL)
            if between == WITH and inside == group and (authority, name, level + ONCE) in position:
                yield (authority, group, level), [(authority, name, level + BOTH), (authority, name, level + ONCE)], False
            if between == UNTIL and inside == group:
                yield (authority, group, level), [
                    place for part in (LOST, KEPT) if (place := (authority, name, level + part)) in position], True
            if inside and name == inside + group and level == BOTH:
                yield (authority, group, level), [
                    place for place in position if place[:2] == (authority, name) and place[2].endswith(BOTH)], True


def came_or_went(levels: pd.Series) -> pd.Series:
    """Which places are of those who are not among the pairs."""
    return levels.str.endswith((ONCE, JOINED))


def other_halves(place: Place) -> list[Place]:
    """The places of those who are not among the pairs, of a place of pairs."""
    authority, group, level = place
    return [(authority, group, level.removesuffix(BOTH) + half) for half in (ONCE, JOINED)] if level.endswith(BOTH) else []


def is_linked(group: str) -> bool:
    """Whether a group is one of linked people."""
    return WITH in group or UNTIL in group
