"""Weights: how many people each respondent represents, so that the sample has the population's margins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Cohort
from nbeval.errors import ParameterError
from nbeval.scoring.raking import KnownMargin, rake, trim_to_median

#: the margin that is not a group: the eligible population of each authority
AUTHORITY = "authority"
#: between the parts of a level of two variables crossed
CROSSED = " x "


def weigh(respondents: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Give every respondent a weight: ``weight`` beside the columns of ``respondents``, one row per respondent.

    It is 1 for everybody where the cohort declares no weighting; else how many of the wave's population the respondent represents,
    missing where a margin variable is missing. Each wave is raked by itself: nothing learned at one wave is used at another. A margin
    declared per authority is crossed with it. Authorities that nobody answered in are left out of the population, and the margins of all
    are scaled to the rest.
    """
    if cohort.weighting is None:
        return respondents.assign(weight=1.0)
    weight = np.full(len(respondents), np.nan)
    for wave in cohort.waves:
        here = respondents["wave"].eq(wave.id).to_numpy()
        if here.any():
            weight[here] = _at_wave(respondents[here], wave.id, cohort)
    return respondents.assign(weight=weight)


def _at_wave(people: pd.DataFrame, wave: str, cohort: Cohort) -> np.ndarray:
    """Weights of one wave: raked, then trimmed as declared."""
    weighting = cohort.weighting
    answering = set(people["authority"].astype(str))
    margins = [_margin(name, people, wave, cohort, answering) for name in weighting.margins]
    raked = rake(np.ones(len(people)), _one_population(margins, cohort, answering))
    return trim_to_median(raked, upper_times=weighting.trim_upper, lower_times=weighting.trim_lower)


def _margin(name: str, people: pd.DataFrame, wave: str, cohort: Cohort, answering: set[str]) -> KnownMargin:
    """One declared margin: the level of every respondent and the population of each level."""
    if name == AUTHORITY:
        counts = {one.authority: float(one.count) for one in cohort.eligible if one.wave == wave and one.authority in answering}
        return KnownMargin(name, people["authority"].astype(str), _declared(counts, name, wave, cohort))
    rows = [one for one in cohort.margins if one.wave == wave and one.group == name]
    levels = people[name].astype("string")
    if any(one.authority for one in rows):
        crossed = {f"{one.authority}{CROSSED}{one.level}": float(one.count) for one in rows if one.authority in answering}
        return KnownMargin(name, people["authority"].astype("string") + CROSSED + levels, _declared(crossed, name, wave, cohort))
    return KnownMargin(name, levels, _declared({one.level: float(one.count) for one in rows}, name, wave, cohort))


def _declared(counts: dict[str, float], name: str, wave: str, cohort: Cohort) -> dict[str, float]:
    """The counts of a margin, which must be there."""
    if not counts:
        raise ParameterError(
            f"cohort '{cohort.id}' cannot be weighted at wave '{wave}': there are no counts for the margin '{name}'.",
            allowed="[[eligible]] for authorities, [[margins]] for groups, at every wave",
            where=f"cohorts/{cohort.id}.toml, [weighting]", do="declare the counts, or weight to fewer margins.",
        )
    return counts


def _one_population(margins: list[KnownMargin], cohort: Cohort, answering: set[str]) -> list[KnownMargin]:
    """Margins of the authorities that answered: those that hold for all authorities are scaled to them."""
    if answering >= set(cohort.authorities):
        return margins
    totals = [sum(one.population.values()) for one in margins]
    return [
        KnownMargin(one.name, one.levels, {level: count * min(totals) / total for level, count in one.population.items()})
        for one, total in zip(margins, totals, strict=True)
    ]
