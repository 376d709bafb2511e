"""The plan: what is counted for a cohort, worked out once and shared by every estimate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.comparability import Comparisons
from nbeval.dictionary.enums import Design, Match, Measure, MissingReason
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.estimate.outcome import result_rows
from nbeval.frames import MISSING_COLUMNS, Measured, Raking

_REASONS = [reason.value for reason in MissingReason]
#: respondents with one of these were not in the base of the question
OUTSIDE_BASE = (MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE)
#: rows that are counted at a time
PIECE = 1 << 17
_IN_BASE = [f"missing_{reason.value}" for reason in MissingReason if reason not in OUTSIDE_BASE]


def tally(values: pd.DataFrame, axes: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Count and sum the values within every combination of the axes, those that do not occur included. One row per combination: the axes,
    ``n_valid``, ``n_eligible`` (they were asked and the question applied to them), ``numerator`` and ``squares`` (sums of the values and
    of their squared distances from their mean: exactly 0 where all are the same) and ``missing_<reason>``. ``values`` has ``value`` and ``missing`` (``frames.VALUES``); the axes are category columns
    as long as it, and rows missing on one are left out."""
    shape = [len(axis.cat.categories) for axis in axes.values()]
    counts, total, squares = _count([axis.cat.codes.to_numpy() for axis in axes.values()], shape, values)
    places = np.unravel_index(np.arange(len(total)), shape)
    named = {name: pd.Categorical.from_codes(place, dtype=axis.dtype) for (name, axis), place in zip(axes.items(), places, strict=True)}
    missing = {f"missing_{reason}": counts[:, k + 1] for k, reason in enumerate(_REASONS)}
    eligible = counts[:, 0] + np.sum([missing[name] for name in _IN_BASE], axis=0)
    return pd.DataFrame(named | {"n_valid": counts[:, 0], "n_eligible": eligible, "numerator": total, "squares": squares} | missing)


def _count(codes: list[np.ndarray], shape: list[int], values: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts by reason (the first: a valid answer), sums and squares around the mean of every cell, over pieces of the rows that fit into a
    processor's own memory. Squares are taken from the middle of the cell's first answers: a constant has exactly no spread, and a far offset
    loses none."""
    why = values["missing"].cat.set_categories(_REASONS).cat.codes.to_numpy()
    value = values["value"].to_numpy(dtype=float)
    cells, width = int(np.prod(shape)), len(_REASONS) + 1
    counts, origin = np.zeros(cells * width), np.full(cells, np.nan)
    total, shifts, squares = np.zeros(cells), np.zeros(cells), np.zeros(cells)
    for start in range(0, len(values), PIECE):
        piece = slice(start, start + PIECE)
        parts, reasons, answers = [code[piece] for code in codes], why[piece], value[piece]
        inside = np.logical_and.reduce([part >= 0 for part in parts])
        if not inside.all():
            parts, reasons, answers = [part[inside] for part in parts], reasons[inside], answers[inside]
        cell = parts[0].astype(np.int64)
        for code, size in zip(parts[1:], shape[1:], strict=True):     # the last axis runs fastest
            cell *= size
            cell += code
        here = np.bincount(cell * width + (reasons + 1), minlength=cells * width)
        counts += here
        known = np.isfinite(answers)
        if not known.all():
            cell, answers = cell[known], answers[known]
        here = here.reshape(cells, width)[:, 0] > 0
        zero_or_one = bool(((answers == 0) | (answers == 1)).all()) and not np.nan_to_num(origin[here]).any()
        fresh = here & np.isnan(origin)
        if fresh.any():
            origin = np.where(fresh, 0.0 if zero_or_one else _middle(cell, answers, cells), origin)
        added = np.bincount(cell, weights=answers, minlength=cells)
        total += added
        shifted = answers if zero_or_one else answers - origin[cell]
        shifts += added if zero_or_one else np.bincount(cell, weights=shifted, minlength=cells)
        # the squares of 0 and 1 are the numbers themselves
        squares += added if zero_or_one else np.bincount(cell, weights=shifted * shifted, minlength=cells)
    counts = counts.reshape(cells, width)
    around = np.maximum(squares - shifts**2 / np.maximum(counts[:, 0], 1), 0.0)
    return counts, np.where((around == 0) & (counts[:, 0] > 0), np.nan_to_num(origin) * counts[:, 0] + shifts, total), around


def _middle(cell: np.ndarray, answers: np.ndarray, cells: int) -> np.ndarray:
    """The mean of every cell, from one of its answers: where all are the same, that answer; NaN where there is none."""
    one = np.full(cells, np.nan)
    one[cell] = answers
    return one + np.bincount(cell, weights=answers - one[cell], minlength=cells) / np.maximum(np.bincount(cell, minlength=cells), 1)


#: the columns that place a tally within a cohort; empty text stands for all
PLACE = ("indicator", "wave", "authority", "group", "level")


#: an indicator, a wave, an authority, a group and a level of it
Place = tuple[str, str, str, str, str]
#: a later wave and the earlier one that it is contrasted with
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Plan:
    """What there is to estimate. ``tallies`` has one row per indicator x wave x place, where a place is the whole cohort, one authority,
    or one level of a group. ``values`` can be summed; ``all_values`` holds ordered answers besides."""

    cohort: Cohort
    dictionary: Dictionary
    values: pd.DataFrame
    all_values: pd.DataFrame
    respondents: pd.DataFrame
    keyed: pd.DataFrame
    tallies: pd.DataFrame
    comparison: Measured | None = None      # what the comparison authorities' people answered; in nothing above
    raking: Raking | None = None

    @property
    def weighted(self) -> bool:
        """Whether respondents were sampled or weighted in a way that figures can take in."""
        return self.cohort.weighting is not None or any(name in self.respondents for name in ("survey_weight", "stratum", "cluster"))

    @property
    def main_weighted(self) -> bool:
        """Whether weighted figures are the cohort's main ones."""
        return self.weighted and self.cohort.main_figures == "weighted"

    @property
    def source(self) -> str:
        """The source that the values come from."""
        return str(self.respondents["source"].iloc[0]) if len(self.respondents) else ""

    @property
    def matched(self) -> bool:
        """Whether the same people can be found at both waves; if not, the waves are two samples."""
        return self.cohort.design is Design.MATCHED

    @property
    def waves(self) -> tuple[str, ...]:
        """The cohort's waves in the order of time."""
        return tuple(wave.id for wave in self.cohort.waves)

    @property
    def first_wave(self) -> str:
        """The first of the waves."""
        return self.waves[0] if self.waves else ""

    @property
    def later_waves(self) -> tuple[str, ...]:
        """Every wave but the first."""
        return self.waves[1:]

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of waves that are contrasted, later and earlier, where everybody was asked at all of them: of people, say."""
        return contrasted(self.waves, self.cohort)

    @cached_property
    def contrasts(self) -> dict[str, tuple[Pair, ...]]:
        """By indicator: the pairs of waves, later and earlier, that are contrasted, counting from the first wave that asked it."""
        return {name: contrasted(waves, self.cohort) for name, waves in self.asked.items()}

    @cached_property
    def every_pair(self) -> tuple[Pair, ...]:
        """Every pair of waves that is contrasted for some indicator, in the order of time."""
        found = {pair for pairs in self.contrasts.values() for pair in pairs}
        return tuple(sorted(found, key=lambda pair: tuple(map(self.waves.index, pair))))

    @cached_property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """By indicator: the waves at which somebody was asked it, and those at which nobody took part, in the order of time."""
        values = self.all_values
        indicators, waves = values["indicator"].cat.categories, values["wave"].cat.set_categories(self.waves).cat.codes.to_numpy()
        was_asked = (waves >= 0) & values["missing"].ne(MissingReason.NOT_ASKED).to_numpy(dtype=bool)
        cell = values["indicator"].cat.codes.to_numpy()[was_asked].astype(np.int64) * len(self.waves) + waves[was_asked]
        counts = np.bincount(cell, minlength=len(indicators) * len(self.waves)).reshape(len(indicators), len(self.waves))
        empty = ~np.isin(self.waves, self.respondents["wave"].astype(str).unique())
        return {name: tuple(wave for wave, was in zip(self.waves, row, strict=True) if was)
                for name, row in zip(indicators, (counts > 0) | empty, strict=True)}

    @cached_property
    def grouped(self) -> dict[str, tuple[str, ...]]:
        """By group: the waves at which somebody is in one of its levels, in the order of time."""
        people = self.respondents
        return {group: tuple(wave for wave in self.waves if people.loc[people["wave"].eq(wave), group].notna().any())
                for group in self.cohort.groups if group in people}

    @property
    def conf_level(self) -> float:
        """The level of every interval, as the programme declares it."""
        return self.dictionary.programme.conf_level

    @cached_property
    def declared(self) -> dict[str, Indicator]:
        """The indicators that occur, by name, in the dictionary's order."""
        present = set(self.tallies["indicator"])
        return {one.indicator: one for one in self.dictionary.indicators if one.indicator in present}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """What is measured by each indicator that occurs."""
        return {name: one.measure for name, one in self.declared.items()}

    @cached_property
    def wide(self) -> pd.DataFrame:
        """The values, ordered answers among them: one row per respondent, one column per indicator."""
        return self.all_values.pivot(index="respondent", columns="indicator", values="value")

    @property
    def units(self) -> dict[str, str]:
        """The unit of each indicator that occurs."""
        return {name: one.unit for name, one in self.declared.items()}

    @cached_property
    def _comparisons(self) -> Comparisons | None:
        """The versions of the files that the values come from; None where no source declares them."""
        declared = next((one for one in self.cohort.sources if one.id == self.source), None)
        return Comparisons(declared, self.cohort, self.dictionary) if declared else None

    def match(self, indicator: str, waves: Collection[str], authority: str = "", group: str = "") -> Match:
        """How well an indicator, and the group that it is broken down by, can be compared between any two of these waves."""
        known = self._comparisons
        items = known and (*known.items_of(indicator), *known.items_of_group(group))
        return known.match(items, waves, authority) if known else Match.SAME

    def is_made_of(self, indicator: str, other: str) -> bool:
        """Whether an indicator, and a group or another indicator, measure the same thing: are made of the same question, or one of a scale."""
        known = self._comparisons
        return known is not None and bool(known.questions(indicator) & known.questions(other))

    def covariate(self, name: str, waves: Collection[str]) -> Match:
        """How well a group or an indicator that a model holds alike can be compared between all files of these waves."""
        known = self._comparisons
        return known.match((*known.items_of(name), *known.items_of_group(name)), waves) if known else Match.SAME

    @cached_property
    def unasked(self) -> frozenset[Place]:
        """The places and waves at which an indicator was not asked of anybody: all who were there were not, or nobody was there and no
        version of the files has it."""
        table = self.tallies
        counted = table[["n_valid", "n_eligible", *MISSING_COLUMNS]].to_numpy()
        nobody_there = ~counted.any(axis=1) & table["group"].eq("").to_numpy()
        not_asked = table["missing_not_asked"].gt(0) & table[["n_valid", "n_eligible", "missing_not_applicable"]].eq(0).all(axis=1)
        found = set(table.loc[not_asked, list(PLACE)].itertuples(index=False, name=None))
        found |= {place for place in table.loc[nobody_there, list(PLACE)].itertuples(index=False, name=None) if not self._asks(*place[:3])}
        return frozenset(found | {(name, wave, "", "", "") for name, asked in self.asked.items() for wave in self.waves
                                  if wave not in asked or ((name, wave) in self._empty and not self._asks(name, wave))})

    @cached_property
    def _empty(self) -> set[tuple[str, str]]:
        """Indicators and waves at which nobody took part."""
        absent = set(self.waves) - set(self.respondents["wave"].astype(str).unique())
        return {(name, wave) for name in self.asked for wave in absent}

    def _asks(self, indicator: str, wave: str, authority: str = "") -> bool:
        """Whether the files of a wave have a column of an indicator."""
        known = self._comparisons
        return known is None or known.asks(known.items_of(indicator), wave, authority)

    def comparable(self, indicator: str, wave: str, reference: str, authority: str = "", group: str = "") -> Match:
        """How well an indicator, and the group that it is broken down by, can be compared between two waves: as the worst of their items,
        by the versions of the files of all authorities, or of one. What ``differs`` is shown at both waves and never tested."""
        return self.match(indicator, (reference, wave), authority, group)

    def rows(self, table: pd.DataFrame | list[dict[str, object]] = (), **same: object) -> pd.DataFrame:
        """Complete a table of estimates of this cohort to rows of results: see ``result_rows``."""
        return result_rows(pd.DataFrame(table), cohort=self.cohort.id, source=self.source, **same)

    def indicators(self, measure: Measure | None = None) -> list[Indicator]:
        """The indicators that occur, in the dictionary's order."""
        return [one for one in self.declared.values() if measure is None or one.measure is measure]


def contrasted(asked: tuple[str, ...], cohort: Cohort) -> tuple[Pair, ...]:
    """Give the pairs of waves to contrast, later and earlier, among those that asked something: as the cohort declares them, an earlier
    wave that had not asked it yet giving way to the first that did; or else each with the first and with the one before."""
    every, first = {wave.id: place for place, wave in enumerate(cohort.waves)}, asked[0] if asked else ""
    declared = [(later, first if first and every.get(earlier, 0) < every[first] else earlier) for later, earlier in cohort.contrasts]
    default = [pair for place, later in enumerate(asked) if place for pair in ((later, first), (later, asked[place - 1]))]
    same_people = {frozenset((wave.id, other)) for wave in cohort.waves for other in wave.overlaps}
    found = dict.fromkeys(declared if cohort.contrasts else default)
    return tuple((later, earlier) for later, earlier in found if later in asked and earlier in asked and later != earlier
                 and frozenset((later, earlier)) not in same_people)


def in_order(plan: Plan) -> list[Indicator]:
    """The indicators whose answers have an order: numbers, scores and ordered answers that occur."""
    present = set(plan.all_values["indicator"].cat.categories)
    return [
        one for one in plan.dictionary.indicators
        if one.indicator in present and one.measure in (Measure.MEAN, Measure.ORDERED)
    ]


def make_plan(measured: Measured, cohort: Cohort, dictionary: Dictionary) -> Plan:
    """Count everything a cohort's estimates rest on: the programme's people, and apart from them those of comparison authorities."""
    comparison = None
    if cohort.comparison_authorities:
        comparison = of_authorities(measured, cohort.comparison_authorities)
        measured, cohort = of_authorities(measured, cohort.programme_authorities), cohort.of_programme
    respondents = measured.respondents
    values = _without_ordered(measured.values, dictionary)
    whole = {
        "indicator": values["indicator"].cat.remove_unused_categories(),
        "wave": values["wave"].cat.set_categories([wave.id for wave in cohort.waves]),
    }
    parts = [_placed(tally(values, whole))]
    if cohort.authorities:
        parts.append(_placed(tally(values, whole | {"authority": values["authority"].cat.set_categories(cohort.authorities)})))
    for group in cohort.groups:
        if group in respondents:
            level = beside_values(values, respondents, group)
            counted = tally(values, whole | {"level": level})
            having = counted.loc[counted[["n_valid", *MISSING_COLUMNS]].gt(0).any(axis=1), "wave"]
            parts.append(_placed(counted[counted["wave"].isin(having)], group=group))       # waves that have the group
    tallies = pd.concat(parts, ignore_index=True)
    return Plan(cohort, dictionary, values, measured.values, respondents, measured.keyed, tallies, comparison, measured.raking)


def of_authorities(measured: Measured, authorities: Collection[str]) -> Measured:
    """What the people of some authorities answered."""
    here = measured.respondents["authority"].isin(authorities)
    people = measured.respondents[here].reset_index(drop=True)
    values, keyed = (table[table["respondent"].isin(people["respondent"])].reset_index(drop=True) for table in (measured.values, measured.keyed))
    raking = None if measured.raking is None else replace(
        measured.raking, levels=measured.raking.levels[here].reset_index(drop=True), before=measured.raking.before[here].reset_index(drop=True))
    return Measured(values, people, keyed, raking=raking)


def _without_ordered(values: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The values that can be summed: an ordered answer has no percentage and no mean."""
    ordered = [one.indicator for one in dictionary.indicators if one.measure is Measure.ORDERED]
    occurring = values["indicator"].cat.categories.intersection(ordered)
    if occurring.empty:
        return values
    kept = values[~values["indicator"].isin(occurring)].reset_index(drop=True)
    return kept.assign(indicator=kept["indicator"].cat.remove_unused_categories())


def beside_values(values: pd.DataFrame, respondents: pd.DataFrame, column: str) -> pd.Series:
    """A column of the respondents, row by row beside the values."""
    place = pd.Index(respondents["respondent"]).get_indexer(values["respondent"])
    return respondents[column].take(place).reset_index(drop=True)


def _placed(table: pd.DataFrame, *, group: str = "") -> pd.DataFrame:
    """A tally with all of PLACE as plain text, empty where it holds for all."""
    place = {name: table[name].astype(str) if name in table else "" for name in PLACE} | {"group": group}
    return table.assign(**place)[[*PLACE, *(name for name in table if name not in PLACE)]]


@dataclass(frozen=True, eq=False)
class Histogram:
    """The answers to one indicator along one axis. ``counts`` has the shape place x wave x answer; the places are the whole cohort
    (``group`` and ``by_authority`` empty), its authorities, or the levels of a group."""

    indicator: str
    answers: np.ndarray
    counts: np.ndarray
    places: tuple[str, ...]
    group: str = ""
    by_authority: bool = False

    def at(self, place: str) -> dict[str, str]:
        """The columns that name a place."""
        return {
            "indicator": self.indicator, "authority": place if self.by_authority else "",
            "group": self.group, "level": place if self.group else "",
        }


def histograms(plan: Plan) -> Iterator[Histogram]:
    """Count the answers of every indicator whose answers have an order: what rank methods are computed from. One per indicator and axis:
    the whole, the authorities, and each group."""
    wave = plan.all_values["wave"].cat.set_categories(plan.waves).cat.codes.to_numpy()
    axes = dict(_axes(plan))
    for one in in_order(plan):
        value = plan.all_values["value"].to_numpy()
        mine = plan.all_values["indicator"].eq(one.indicator).to_numpy() & np.isfinite(value) & (wave >= 0)
        answers, answer = np.unique(value[mine], return_inverse=True)
        for (group, by_authority), axis in axes.items():
            codes = axis.cat.codes.to_numpy()[mine]
            known, places = codes >= 0, tuple(map(str, axis.cat.categories))
            shape = (len(places), len(plan.waves), len(answers))
            counts = np.zeros(shape)
            np.add.at(counts, (codes[known], wave[mine][known], answer[known]), 1.0)
            yield Histogram(one.indicator, answers, counts, places, group, by_authority)


def _axes(plan: Plan) -> Iterator[tuple[tuple[str, bool], pd.Series]]:
    """The axes: group, whether it is the authorities, and the place of every value."""
    whole = pd.Categorical.from_codes(np.zeros(len(plan.all_values), dtype=int), categories=[""])
    yield ("", False), pd.Series(whole, index=plan.all_values.index)
    if plan.cohort.authorities:
        yield ("", True), plan.all_values["authority"].cat.set_categories(plan.cohort.authorities)
    for group in plan.cohort.groups:
        if group in plan.respondents:
            yield (group, False), beside_values(plan.all_values, plan.respondents, group)
