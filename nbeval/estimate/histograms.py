"""Histograms: how many gave each answer of a scale, everywhere at once; what rank methods are computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.estimate.plan import Plan, in_order, spread


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
    """Count the answers of every indicator whose answers have an order, along every axis.

    Parameters
    ----------
    plan : Plan

    Yields
    ------
    Histogram
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
