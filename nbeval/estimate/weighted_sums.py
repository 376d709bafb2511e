"""Weighted sums by stratum, and the linearised variance of a weighted mean that they give.

The same numbers as the survey library gives one estimate at a time (``survey_estimates``), for all
indicators, waves and authorities at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nbeval.errors import ParameterError
from nbeval.estimate.plan import Plan, spread

Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WeightedSums:
    """Sums over the answers of each indicator x wave x stratum; the strata are the authorities.

    ``drawn`` and ``population`` are of each wave x stratum: respondents with a weight, and people
    (infinite where no correction for a finite population is declared).
    """

    n: Sums
    w: Sums
    wy: Sums
    wyy: Sums
    ww: Sums
    wwy: Sums
    wwyy: Sums
    drawn: Sums
    population: Sums
    indicators: tuple[str, ...]
    strata: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class WeightedMeans:
    """Weighted means with their linearised errors, arrays of one shape."""

    estimate: Sums
    std_error: Sums
    n: Sums
    df: Sums
    design_effect: Sums


def weighted_sums(plan: Plan) -> WeightedSums:
    """Sum up weights and answers within every stratum.

    Parameters
    ----------
    plan : Plan
        Its respondents have a weight, missing for those who are left out.

    Returns
    -------
    WeightedSums
        Arrays of indicator x wave x stratum.

    Raises
    ------
    ParameterError
        The finite population correction is declared, and a stratum has more respondents than people.
    """
    strata = plan.cohort.authorities or ("",)
    names = tuple(plan.values["indicator"].cat.remove_unused_categories().cat.categories)
    shape = (len(names), len(plan.waves), len(strata))
    where = [
        pd.Categorical(plan.values["indicator"], categories=names).codes.astype(np.int64),
        plan.values["wave"].cat.set_categories(plan.waves).cat.codes.to_numpy().astype(np.int64),
        _stratum(plan.values["authority"], strata),
    ]
    weight, value = spread(plan.values, plan.respondents, "weight").to_numpy(float), plan.values["value"].to_numpy(float)
    used = np.isfinite(weight) & np.isfinite(value) & np.logical_and.reduce([codes >= 0 for codes in where])
    cell = np.ravel_multi_index([codes[used] for codes in where], shape)
    w, y = weight[used], value[used]

    def total(part: Sums | None = None) -> Sums:
        """The sum of something within every cell."""
        return np.bincount(cell, weights=part, minlength=int(np.prod(shape))).reshape(shape).astype(float)

    drawn = _drawn(plan, strata)
    return WeightedSums(
        total(), total(w), total(w * y), total(w * y * y), total(w * w), total(w * w * y), total(w * w * y * y),
        drawn, _population(plan, strata, drawn), names, strata,
    )


def weighted_means(sums: WeightedSums, *, over_strata: bool) -> WeightedMeans:
    """Means of each indicator and wave: of all strata together, or of each by itself.

    Parameters
    ----------
    sums : WeightedSums
    over_strata : bool
        The last axis is gone where it is true.

    Returns
    -------
    WeightedMeans
        Missing where nobody answered; no error where a stratum by itself has one respondent.

    Notes
    -----
    Taylor linearisation of a ratio in a stratified sample, respondents outside the domain as zeros; a stratum
    with one respondent is centred at the mean of all. Lumley, Complex Surveys (2010), ch. 2. Evidence: equal to
    ``survey_by``, which is held to R's svyby.
    """
    axis = -1
    both = (lambda part: part.sum(axis=axis, keepdims=True)) if over_strata else (lambda part: part)
    with np.errstate(divide="ignore", invalid="ignore"):
        total, n = both(sums.w), both(sums.n)
        mean = both(sums.wy) / total
        shift = (sums.wy - mean * sums.w) / total
        square = (sums.wwyy - 2 * mean * sums.wwy + mean**2 * sums.ww) / total**2
        several = sums.drawn / (sums.drawn - 1) * (square - shift**2 / sums.drawn)
        part = np.where(sums.drawn > 1, several, square) * (1 - sums.drawn / sums.population)
        part = np.where(sums.n > 0, part, 0.0)
        error = np.sqrt(np.maximum(both(part), 0.0))
        around = both(sums.wyy) - 2 * mean * both(sums.wy) + mean**2 * total
        effect = np.where((around > 0) & (n > 1), error**2 * (n - 1) * total / around, np.nan)
    df = n - both((sums.n > 0).astype(float))
    known = n > 0
    arrays = [np.where(known, part, np.nan) for part in (mean, error)] + [n, df, effect]
    return WeightedMeans(*(array[..., 0] if over_strata else array for array in arrays))


def _stratum(authority: pd.Series, strata: tuple[str, ...]) -> NDArray[np.int64]:
    """The stratum of every row."""
    if strata == ("",):
        return np.zeros(len(authority), np.int64)
    return pd.Categorical(authority, categories=strata).codes.astype(np.int64)


def _drawn(plan: Plan, strata: tuple[str, ...]) -> Sums:
    """Respondents with a weight in every wave x stratum."""
    people = plan.respondents[plan.respondents["weight"].notna()]
    waves = pd.Categorical(people["wave"], categories=plan.waves).codes.astype(np.int64)
    places = _stratum(people["authority"], strata)
    inside = (waves >= 0) & (places >= 0)
    counts = np.zeros((len(plan.waves), len(strata)))
    np.add.at(counts, (waves[inside], places[inside]), 1.0)
    return counts


def _population(plan: Plan, strata: tuple[str, ...], drawn: Sums) -> Sums:
    """People in every wave x stratum, where the correction for a finite population is declared."""
    if plan.cohort.weighting is None or not plan.cohort.weighting.finite_population:
        return np.full(drawn.shape, np.inf)
    known = {(one.wave, one.authority): float(one.count) for one in plan.cohort.eligible}
    sizes = np.array([[known.get((wave, stratum), np.inf) for stratum in strata] for wave in plan.waves]).reshape(drawn.shape)
    if (drawn > sizes).any():
        raise ParameterError(
            f"cohort '{plan.cohort.id}' has more respondents than people in some authorities.",
            found=f"{int((drawn > sizes).sum())} authorities and waves", where="[[eligible]] and [weighting] of the cohort's file",
            do="correct the eligible population, or leave the finite population correction out.",
        )
    return sizes
