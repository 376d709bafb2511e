"""Matched designs: those who answered at both waves are a part of those who answered at each, and so are all others.

Counts of linked people stand beside counts of everybody. The one less the other tells of those who came or went, who
may be few. Both parts get places of their own, within the place whose parts they are: the group of ``BOTH``, ``ONCE`` and
``JOINED`` is named for the other wave, that of ``LOST`` and ``KEPT`` for the wave until which somebody was followed.

A pair is counted where it was at the first wave. At a later one some may have moved: the pairs of the whole cohort are
still a part of it, but those of an authority need not be of its people. Who ``JOINED`` an authority is then protected as
a small count, and no equation rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design
from nbeval.frames import Contrast, Quantity

#: between a group and the other wave, and between a level and the part of its people; no id has a space in it
WITH, UNTIL = " with ", " until "
BOTH, ONCE, JOINED, LOST, KEPT = " both", " once", " joined", " lost", " kept"

Place = tuple[str, str, str]


def first_waves(dictionary: Dictionary) -> dict[str, str]:
    """The first wave of every cohort in which people are linked."""
    return {one.id: one.waves[0].id for one in dictionary.cohorts if one.design is Design.MATCHED}


def among_linked(sides: pd.DataFrame, first: Mapping[str, str]) -> pd.DataFrame:
    """Move what is counted among linked people to their part of the place.

    Parameters
    ----------
    sides : one row per row of results and side, with ``cohort`` and ``other``, the wave compared with
    first : the first wave of each cohort in which people are linked

    Returns
    -------
    DataFrame
        one row per row of results and side; a base of both waves stands in both columns of bases, and so occurs twice.
    """
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
    """How many people were linked, lost and kept.

    Returns
    -------
    DataFrame
        one row per row of results and place that it counts people of: ``value`` beside the columns of ``table``.
    """
    pairs = sides[sides["group"].str.contains(WITH, regex=False)]
    pairs = pairs.assign(value=pairs["row"].map(table["n_eligible"]), field="n_eligible")
    rows = table[table["quantity"].eq(Quantity.ATTRITION) & table["cohort"].isin(list(first))]
    rows = rows.assign(row=rows.index, field="estimate", group=rows["group"] + UNTIL + rows["wave"], wave=rows["cohort"].map(dict(first)))
    lost = rows.assign(level=rows["level"] + LOST, value=rows["numerator"])
    kept = rows.assign(level=rows["level"] + KEPT, value=rows["n_valid"] - rows["numerator"])
    return pd.concat([pairs, lost, kept], ignore_index=True).assign(rank=1)


def answered_once(cells: pd.DataFrame, first: set[str]) -> pd.DataFrame:
    """The people of each place who are not among its pairs, as cells.

    Returns
    -------
    DataFrame
        one row per cell, like ``cells``, and ``both``: the number of the cell of the pairs.
    """
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
