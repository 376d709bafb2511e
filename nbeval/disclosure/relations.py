"""The relations between the cells of a release: blocks of cells over one cross-classification of people by place and answer.

A block is one item or scale at one wave (or the people themselves at one wave). Its unknowns are the cells of the
cross-classification: the numbers of people in a place (the cohort, an authority, a group level) who gave an answer of one category,
a single answer where answers matter one by one (a mean), else a class of answers that no indicator tells apart. Places add up:
authorities to the cohort, levels to the total, together with the people who gave no answer to the grouping question. Everything
that can be known of a block is a set of linear equations and bounds over these unknowns (Fischetti and Salazar-Gonzalez, "Models and
algorithms for optimizing cell suppression in tabular data with linear constraints", JASA 95 (2000)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import ItemKind, Measure, Quantity, ScaleRule
from nbeval.dictionary.models import Cohort
from nbeval.disclosure.cells import (
    COUNTS, ENDS, EVERYBODY, NOW, THEN, CellKind, Part, Place, item_block, moved_block, places_of, routes_of, scale_block,
    share_name,
)

#: an item or scale with more possible answers than this is held by classes of answers
MOST_ANSWERS = 45


@dataclass(frozen=True, eq=False)
class Coding:
    """The categories of a block and the sets of them that cells count.

    ``sets`` maps the name of a share to a mask over the categories; ``codes`` has the answer of each
    category (missing where a category is a class); ``classes`` numbers the class of each category.
    """

    sets: dict[str, np.ndarray]
    codes: np.ndarray
    classes: np.ndarray
    exact: bool


def make_coding(block: str, shares: Sequence[str], asked: Mapping[str, tuple[str, ...]], sums: bool, dictionary: Dictionary) -> Coding:
    """Lay out the categories of a block by the shares that its cells show and the codes that lead to routed questions.

    ``sums`` says whether a sum of answers is shown, so that answers matter one by one.
    """
    if moved := moved_block(block):
        return _of_moves(moved, shares, dictionary)
    points, exact = _points(block, dictionary)
    if points is None:
        return _unknown(shares)
    masks = _masks(points, shares, dictionary)
    sets = {name: masks[name] for name in shares}
    sets |= {name: matcher(codes).contains(points) for name, codes in asked.items()}
    if not sets and not sums:
        return Coding({}, np.full(1, np.nan), np.zeros(1, dtype=int), False)
    signature = np.array(list(sets.values()), dtype=int).reshape(len(sets), len(points)).T
    _, first, classes = np.unique(signature, axis=0, return_index=True, return_inverse=True)
    classes = classes.reshape(-1)
    if sums:
        keep = np.arange(len(points)) if exact else _ends(points, classes)
    else:
        keep = np.sort(first)
    codes = points[keep] if sums else np.full(len(keep), np.nan)
    return Coding({name: mask[keep] for name, mask in sets.items()}, codes, classes[keep], exact)


def _of_moves(block: str, shares: Sequence[str], dictionary: Dictionary) -> Coding:
    """The categories of what became of answers: pairs of an earlier and a later one, by the shares that tell them apart."""
    points, _ = _points(block, dictionary)
    if points is None:
        return _unknown(shares)
    now, then = (part.ravel() for part in np.meshgrid(points, points))
    declared, sets = {one.indicator: one for one in dictionary.indicators}, {}
    for name in shares:
        indicator, _, what = name.rpartition(" ")
        codes = matcher(declared[indicator].codes)
        percent = declared[indicator].measure is Measure.PERCENT
        later, earlier = (codes.contains(part).astype(float) if percent else part for part in (now, then))
        sets[name] = {NOW: later == 1, THEN: earlier == 1, Quantity.MOVED_UP.value: later > earlier,
                      Quantity.MOVED_DOWN.value: later < earlier, Quantity.STAYED.value: later == earlier}[what]
    _, first, classes = np.unique(np.array(list(sets.values()), dtype=int), axis=1, return_index=True, return_inverse=True)
    keep = np.sort(first)
    return Coding({name: mask[keep] for name, mask in sets.items()}, np.full(len(keep), np.nan), classes.reshape(-1)[keep], False)


def _points(block: str, dictionary: Dictionary) -> tuple[np.ndarray | None, bool]:
    """Every answer that can be given, or enough points to tell the codings of it apart; and whether it is every one."""
    for scale in dictionary.scales:
        if scale_block(scale.id) == block:
            if scale.conversion:
                return np.array(sorted({one.score for one in scale.conversion})), True
            return _between(scale.lowest, scale.highest, scale.rule in (ScaleRule.SUM, ScaleRule.COUNT))
    for instrument in dictionary.instruments:
        for item in instrument.items:
            if item_block(item.item) != block:
                continue
            if item.kind is ItemKind.OPTION:
                return np.array([0.0, 1.0]), True
            if item.lowest is not None and item.highest is not None:     # its labels may be those of the ends alone
                return _between(item.lowest, item.highest, True)
            codes = {float(one.code) for one in instrument.responses
                     if one.response_set == item.response_set and item.response_set and one.missing is None}
            if codes:
                return np.array(sorted(codes)), True
    return None, False


def _between(lowest: float, highest: float, whole: bool) -> tuple[np.ndarray, bool]:
    """The whole numbers of a range; halves too where a score need not be whole."""
    step = 1.0 if whole else 0.5
    points = np.arange(lowest, highest + step / 2, step)
    return points, whole and len(points) <= MOST_ANSWERS


def _ends(points: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The lowest and highest point of every class: a sum within it lies between them."""
    ends = set()
    for one in np.unique(classes):
        inside = np.flatnonzero(classes == one)
        ends |= {int(inside[0]), int(inside[-1])}
    return np.array(sorted(ends))


def _masks(points: np.ndarray, shares: Sequence[str], dictionary: Dictionary) -> dict[str, np.ndarray]:
    """The points that each share counts: the codes of an indicator, or an end of the points."""
    ends = dict(zip(ENDS, (points == points.min(), points == points.max()), strict=True))
    masks = {}
    for one in dictionary.indicators:
        masks |= {name: mask for end, mask in ends.items() if (name := share_name(one.indicator, end)) in shares}
        if one.indicator in shares:
            masks[one.indicator] = matcher(one.codes).contains(points)
    return masks


def _unknown(names: Sequence[str]) -> Coding:
    """Categories for indicators the dictionary does not know: each may overlap with each other one."""
    count = max(len(names), 1)
    cells = np.array(np.meshgrid(*[[0, 1]] * count)).reshape(count, -1).astype(bool)
    return Coding(
        {name: cells[place] for place, name in enumerate(names)},
        np.full(cells.shape[1], np.nan), np.arange(cells.shape[1]), False,
    )


@dataclass(frozen=True, eq=False)
class Block:
    """One block: unknowns, how they add up, and the cells over them.

    A cell of kind ``AT_LEAST`` is a lower bound of its expression; every other one is its value.

    ``cells`` has one row per cell, in the order of the rows of ``matrix``; ``equalities`` sum to
    zero; ``caps`` bounds the people of a place (``cap_rows`` @ x <= ``caps``).
    """

    name: tuple[str, str, str]           # source, wave, block
    cells: pd.DataFrame
    matrix: sparse.csr_matrix
    equalities: sparse.csr_matrix
    cap_rows: sparse.csr_matrix
    caps: np.ndarray
    places: list[Place]
    coding: Coding

    @cached_property
    def kinds(self) -> np.ndarray:
        """The kind of each cell."""
        return self.cells["kind"].to_numpy(dtype=object)

    @cached_property
    def values(self) -> np.ndarray:
        """The value of each cell; missing where it is not known."""
        return self.cells["value"].to_numpy()

    @cached_property
    def off(self) -> np.ndarray:
        """By how much the value of each cell may be off."""
        return self.cells["off"].to_numpy() if "off" in self.cells else np.zeros(len(self.cells))

    @cached_property
    def cell_places(self) -> list[Place]:
        """The place of each cell."""
        return places_of(self.cells)

    @property
    def categories(self) -> int:
        """Number of categories in each place."""
        return len(self.coding.codes)

    def over(self, place: int, weights: np.ndarray) -> np.ndarray:
        """An expression over the categories of one place, as a row over all unknowns."""
        row = np.zeros(self.matrix.shape[1])
        row[place * self.categories:(place + 1) * self.categories] = weights
        return row


def by_classes(block: Block) -> Block:
    """The block over classes of answers instead of single answers, with its sums left out.

    Whoever knows less can derive less, so what has to be withheld here has to be withheld there.
    """
    _, first = np.unique(block.coding.classes, return_index=True)
    categories, count = block.categories, block.matrix.shape[1] // block.categories
    columns = (np.arange(count)[:, None] * categories + first).ravel()
    rows = (np.arange(block.equalities.shape[0] // categories)[:, None] * categories + first).ravel()
    sums = block.cells["kind"].isin([CellKind.SUM, CellKind.SQUARES])
    coding = Coding(
        {name: mask[first] for name, mask in block.coding.sets.items()}, np.full(len(first), np.nan),
        block.coding.classes[first], False)
    return replace(
        block, cells=block.cells.assign(value=block.cells["value"].mask(sums)), matrix=block.matrix[:, columns],
        equalities=block.equalities[rows][:, columns], cap_rows=block.cap_rows[:, columns], coding=coding)


def make_block(
    name: tuple[str, str, str], cells: pd.DataFrame, coding: Coding, people: dict[Place, float],
    authorities: tuple[str, ...], waves: Sequence[str] = (),
) -> Block:
    """Build the block of some cells; ``waves`` are those of the cohort, in the order of time."""
    def is_earlier(other: str) -> bool:
        return other in waves and list(waves).index(name[1]) < list(waves).index(other)

    cells = cells.reset_index(drop=True)
    places = list(dict.fromkeys(places_of(cells)))
    position = {place: number for number, place in enumerate(places)}
    sums = _additions(position, cells, authorities, is_earlier)
    leftover = [(parent, children) for parent, children, slack in sums if slack]
    count = len(places) + len(leftover)
    return Block(
        name, cells, _cell_rows(cells, position, coding, count),
        _equalities(sums, position, len(places), len(coding.codes), count),
        *_caps(places, leftover, people, len(coding.codes), count),
        places, coding,
    )


def _additions(
    position: Mapping[Place, int], cells: pd.DataFrame, authorities: tuple[str, ...], is_earlier: Callable[[str], bool],
) -> list[tuple[Place, list[Place], bool]]:
    """Which places add up to which, and whether somebody is left over: (parent, children, left over)."""
    values: dict[Place, dict[tuple[str, str], float]] = {place: {} for place in position}
    for place, kind, what, value in _columns(cells):
        if value == value:
            values[place][kind, what] = value
    found = []
    for parent in position:
        if parent.authority == "":
            children = [place for place in position if place.authority != "" and place[1:] == parent[1:]]
            if children:
                everywhere = {place.authority for place in children} >= set(authorities)
                found.append((parent, children, not (everywhere and _adds_up(parent, children, values))))
        if parent.group == "" and parent.part == Part.ALL:
            grouped = [place for place in position if place.authority == parent.authority and place.group != "" and place.part == Part.ALL]
            for name in sorted({place.group for place in grouped}):
                found.append((parent, [place for place in grouped if place.group == name], True))
    found += _additions_of_linked(position, is_earlier)
    return [(parent, children, left) for parent, children, left in found if _fits(parent, children, values)]


def _additions_of_linked(position: Mapping[Place, int], is_earlier: Callable[[str], bool]) -> Iterator[tuple[Place, list[Place], bool]]:
    """Places that are made of linked people and others, likewise. Pairs are a part of the places where they were at the earlier wave."""
    def there(*places: Place) -> list[Place]:
        return [place for place in places if place in position]

    paired = sorted({(place.group, place.other) for place in position if place.part == Part.BOTH})
    followed = sorted({(place.group, place.other) for place in position if place.part in (Part.LOST, Part.KEPT)})
    for place in position:
        if place.part == Part.ALL:
            for model in [one for one in position if one.part in (Part.MODEL, Part.FACTORS) and one[:3] == place[:3]]:
                yield place, [model], True
            for group, other in followed:
                if group == place.group:
                    yield place, there(*(place._replace(part=part, other=other) for part in (Part.LOST, Part.KEPT))), True
            for pairs in [one for one in position if one == place._replace(part=Part.BOTH, other=one.other)]:
                if place.authority == place.group == "" or is_earlier(pairs.other):
                    yield place, [pairs], True
        elif place.part == Part.BOTH and place.group == "":
            for group in [group for group, other in paired if group and other == place.other]:
                yield place, [one for one in position if (one.authority, one.group, one.part, one.other) ==
                              (place.authority, group, Part.BOTH, place.other)], True


def _adds_up(parent: Place, children: list[Place], values: Mapping[Place, Mapping[tuple[str, str], float]]) -> bool:
    """Whether the children are the whole of the parent, as far as their counts show; sums may be rounded."""
    full = [kind for kind in values[parent] if kind[0] in COUNTS and all(kind in values[child] for child in children)]
    return all(abs(sum(values[child][kind] for child in children) - values[parent][kind]) < 1e-6 for kind in full)


def _fits(parent: Place, children: list[Place], values: Mapping[Place, Mapping[tuple[str, str], float]]) -> bool:
    """Whether the children can be parts of the parent: levels that overlap are not."""
    return all(
        sum(values[child].get((kind, what), 0.0) for child in children) <= whole + 1e-6
        for (kind, what), whole in values[parent].items() if kind in COUNTS and kind != CellKind.MEMBERS
    )


def _cell_rows(cells: pd.DataFrame, position: dict[Place, int], coding: Coding, count: int) -> sparse.csr_matrix:
    """One row per cell over the unknowns."""
    categories = len(coding.codes)
    ones = np.ones(categories)
    by_kind = {CellKind.BASE: ones, CellKind.PEOPLE: ones, CellKind.SUM: coding.codes, CellKind.SQUARES: coding.codes ** 2}
    matrix = np.zeros((len(cells), count * categories))
    for number, (place, kind, what, _) in enumerate(_columns(cells)):
        if kind == CellKind.MEMBERS:
            inside = [one for one in position if one == place._replace(group=what, level=one.level)]
            matrix[number, [position[one] * categories for one in inside]] = 1.0
            continue
        start = position[place] * categories
        counted = kind in (CellKind.SHARE, CellKind.ASKED, CellKind.AT_LEAST)
        matrix[number, start:start + categories] = coding.sets[what] if counted else by_kind[kind]
    return sparse.csr_matrix(matrix)


def _columns(cells: pd.DataFrame) -> Iterator[tuple]:
    """Place, kind, what and value of each cell."""
    return zip(places_of(cells), *(cells[name].to_numpy(dtype=object) for name in ("kind", "what", "value")), strict=True)


def _equalities(sums, position: dict[Place, int], first_leftover: int, categories: int, count: int) -> sparse.csr_matrix:
    """Rows that say: the children, and those left over, are the parent; for every category."""
    rows, columns, values = [], [], []
    leftover = first_leftover
    for number, (parent, children, left) in enumerate(sums):
        rows += [number] * (1 + len(children) + left)
        columns += [position[parent], *(position[child] for child in children), *([leftover] if left else [])]
        values += [-1.0, *[1.0] * (len(children) + left)]
        leftover += left
    by_place = sparse.csr_matrix((values, (rows, columns)), shape=(len(sums), count))
    return sparse.kron(by_place, sparse.identity(categories), format="csr")


def _caps(places, leftover, people: dict[Place, float], categories: int, count: int):
    """Rows and bounds that say: no more people answer in a place than there are."""
    caps = [people.get(place, np.nan) for place in places]
    for parent, children in leftover:
        caps.append(people.get(parent, np.nan) - sum(people.get(child, np.nan) for child in children))
    bounded = [number for number, cap in enumerate(caps) if cap >= 0]
    rows = np.repeat(np.arange(len(bounded)), categories)
    columns = np.concatenate([np.arange(number * categories, (number + 1) * categories) for number in bounded] or [np.empty(0, int)])
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(bounded), count * categories))
    return matrix, np.array([caps[number] for number in bounded])


_ONE = Coding({}, np.full(1, np.nan), np.zeros(1, dtype=int), False)


def blocks(
    table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, suppressed: np.ndarray | None = None,
) -> Iterator[Block]:
    """The blocks of a release: at each wave the people first, then questions before those routed from them; at last what became of answers
    between two waves, whose margins are in the others."""
    depth, moves, waves = _depths(dictionary), [], tuple(wave.id for wave in cohort.waves)
    for (source, wave), at_wave in table.groupby(["source", "wave"], sort=True):
        parts = dict(list(at_wave.groupby("block", sort=True)))
        everybody = parts.get(EVERYBODY)
        people: dict[Place, float] | None = None
        for name in sorted(parts, key=lambda one: (one != EVERYBODY, depth.get(one, 0), one)):
            cells = parts[name]
            if name == EVERYBODY:
                yield make_block((source, wave, name), cells, _ONE, {}, cohort.authorities, waves)
                continue
            if people is None:                           # the block of the people comes first
                people = _numbers_of_people(everybody, suppressed)
            if moved_block(name):
                moves.append(((source, wave, name), cells, people))
                continue
            coding = _coding_of(name, cells, dictionary)
            if not coding.exact:
                cells = cells[cells["kind"].ne(CellKind.SQUARES)]
            yield make_block((source, wave, name), _agreeing(cells, coding), coding, people, cohort.authorities, waves)
    for name, cells, people in moves:
        yield make_block(name, cells, _coding_of(name[-1], cells, dictionary), people, cohort.authorities, waves)


def _coding_of(name: str, cells: pd.DataFrame, dictionary: Dictionary) -> Coding:
    """The categories of the cells of a block."""
    shares = sorted(set(cells.loc[cells["kind"].eq(CellKind.SHARE), "what"]))
    named = set(cells.loc[cells["kind"].isin([CellKind.ASKED, CellKind.AT_LEAST]), "what"])
    of_block = (route for route in routes_of(dictionary).values() if route.parent == name)
    routes = sorted(of_block, key=lambda route: (route.asked, route.at_least))
    asked = {route.asked: route.codes for route in routes if {route.asked, route.at_least} & named}
    asked |= {route.at_least: route.codes for route in routes if route.at_least in named}
    return make_coding(name, shares, asked, bool(cells["kind"].isin([CellKind.SUM, CellKind.SQUARES]).any()), dictionary)


def _agreeing(cells: pd.DataFrame, coding: Coding) -> pd.DataFrame:
    """The cells without the counts of those asked, where they contradict the answers.

    An answer to a routed question is kept where the earlier question was left blank: more were then asked than gave the
    answer that leads there.
    """
    routes = cells["kind"].isin([CellKind.ASKED, CellKind.AT_LEAST])
    known = _known_sets(cells, coding) if routes.any() else {}
    for place, kind, what, value in _columns(cells[routes]):
        codes = coding.sets[what]
        for answers, count in known.get(place, ()):
            too_many = value > count + 0.5 and (answers >= codes).all()
            too_few = kind == CellKind.ASKED and value < count - 0.5 and (answers <= codes).all()
            if too_many or too_few:
                return cells[~routes]
    return cells


def _known_sets(cells: pd.DataFrame, coding: Coding) -> dict[Place, list[tuple[np.ndarray, float]]]:
    """By place: sets of answers and how many gave one of them, as far as bases and shares say."""
    everything = np.ones(len(coding.codes), dtype=bool)
    bases = {place: value for place, kind, _, value in _columns(cells) if kind == CellKind.BASE}
    found = {place: [(everything, base)] for place, base in bases.items()}
    for place, kind, what, share in _columns(cells):
        if kind == CellKind.SHARE:
            mask, base = coding.sets[what], bases.get(place, np.nan)
            found.setdefault(place, []).extend([(mask, share), (~mask, base - share)])
    return found


def _numbers_of_people(cells: pd.DataFrame | None, suppressed: np.ndarray | None) -> dict[Place, float]:
    """How many people each place is known to have; who left a question out at one wave is no pair of it, whoever else is."""
    if cells is None:
        return {}
    shown = True if suppressed is None else ~suppressed[cells["cell"]]
    known = cells[cells["kind"].eq(CellKind.PEOPLE) & cells["value"].notna() & shown]
    return dict(zip(places_of(known), known["value"], strict=True))


def _depths(dictionary: Dictionary) -> dict[str, int]:
    """How many questions lead to each routed one."""
    routes, depths = routes_of(dictionary), {}
    for block in routes:
        depth, at = 0, block
        while at in routes and depth <= len(routes):
            depth, at = depth + 1, routes[at].parent
        depths[block] = depth
    return depths
