"""The plan: what is counted for a cohort, worked out once and shared by every estimate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design, Measure
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.estimate.rows import result_rows
from nbeval.estimate.tally import tally
from nbeval.frames import Measured

#: the columns that place a tally within a cohort; empty text stands for all
PLACE = ("indicator", "wave", "authority", "group", "level")


@dataclass(frozen=True, eq=False)
class Plan:
    """What there is to estimate.

    ``tallies`` has one row per indicator x wave x place, where a place is the whole cohort, one
    authority, or one level of a group. ``values`` can be summed; ``all_values`` holds ordered
    answers besides.
    """

    cohort: Cohort
    dictionary: Dictionary
    values: pd.DataFrame
    all_values: pd.DataFrame
    respondents: pd.DataFrame
    keyed: pd.DataFrame
    tallies: pd.DataFrame

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
        """The wave that others are compared with."""
        return self.waves[0] if self.waves else ""

    @property
    def later_waves(self) -> tuple[str, ...]:
        """Every wave that can be compared with the first."""
        return self.waves[1:]

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

    @property
    def units(self) -> dict[str, str]:
        """The unit of each indicator that occurs."""
        return {name: one.unit for name, one in self.declared.items()}

    def rows(self, table: pd.DataFrame | list[dict[str, object]] = (), **same: object) -> pd.DataFrame:
        """Complete a table of estimates of this cohort to rows of results: see ``result_rows``."""
        return result_rows(pd.DataFrame(table), cohort=self.cohort.id, source=self.source, **same)

    def indicators(self, measure: Measure | None = None) -> list[Indicator]:
        """The indicators that occur, in the dictionary's order."""
        return [one for one in self.declared.values() if measure is None or one.measure is measure]


def in_order(plan: Plan) -> list[Indicator]:
    """The indicators whose answers have an order: numbers, scores and ordered answers that occur."""
    present = set(plan.all_values["indicator"].cat.categories)
    return [
        one for one in plan.dictionary.indicators
        if one.indicator in present and one.measure in (Measure.MEAN, Measure.ORDERED)
    ]


def make_plan(measured: Measured, cohort: Cohort, dictionary: Dictionary) -> Plan:
    """Count everything a cohort's estimates rest on."""
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
            level = spread(values, respondents, group)
            parts.append(_placed(tally(values, whole | {"level": level}), group=group))
    return Plan(cohort, dictionary, values, measured.values, respondents, measured.keyed, pd.concat(parts, ignore_index=True))


def _without_ordered(values: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The values that can be summed: an ordered answer has no percentage and no mean."""
    ordered = [one.indicator for one in dictionary.indicators if one.measure is Measure.ORDERED]
    occurring = values["indicator"].cat.categories.intersection(ordered)
    if occurring.empty:
        return values
    kept = values[~values["indicator"].isin(occurring)].reset_index(drop=True)
    return kept.assign(indicator=kept["indicator"].cat.remove_unused_categories())


def spread(values: pd.DataFrame, respondents: pd.DataFrame, column: str) -> pd.Series:
    """A column of the respondents, row by row beside the values."""
    place = pd.Index(respondents["respondent"]).get_indexer(values["respondent"])
    return respondents[column].take(place).reset_index(drop=True)


def _placed(table: pd.DataFrame, *, group: str = "") -> pd.DataFrame:
    """A tally with all of PLACE as plain text, empty where it holds for all."""
    place = {name: table[name].astype(str) if name in table else "" for name in PLACE} | {"group": group}
    return table.assign(**place)[[*PLACE, *(name for name in table if name not in PLACE)]]


@dataclass(frozen=True, eq=False)
class Histogram:
    """The answers to one indicator along one axis.

    ``counts`` has the shape place x wave x answer; the places are the whole cohort (``group`` and
    ``by_authority`` empty), its authorities, or the levels of a group.
    """

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
    """Count the answers of every indicator whose answers have an order: what rank methods are computed from.

    One per indicator and axis: the whole, the authorities, and each group.
    """
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
            yield (group, False), spread(plan.all_values, plan.respondents, group)
