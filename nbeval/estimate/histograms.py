"""Histograms: how many gave each answer of a scale, everywhere at once; what rank methods are computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.dictionary.records import Measure
from nbeval.estimate.plan import Plan, spread


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
    """Count the answers of every indicator that is a number, along every axis.

    Parameters
    ----------
    plan : Plan

    Yields
    ------
    Histogram
        One per indicator and axis: the whole, the authorities, and each group.
    """
    wave = plan.values["wave"].cat.set_categories(plan.waves).cat.codes.to_numpy()
    axes = dict(_axes(plan))
    for one in plan.indicators(Measure.MEAN):
        value = plan.values["value"].to_numpy()
        mine = plan.values["indicator"].eq(one.indicator).to_numpy() & np.isfinite(value) & (wave >= 0)
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
    whole = pd.Categorical.from_codes(np.zeros(len(plan.values), dtype=int), categories=[""])
    yield ("", False), pd.Series(whole, index=plan.values.index)
    if plan.cohort.authorities:
        yield ("", True), plan.values["authority"].cat.set_categories(plan.cohort.authorities)
    for group in plan.cohort.groups:
        if group in plan.respondents:
            yield (group, False), spread(plan.values, plan.respondents, group)
