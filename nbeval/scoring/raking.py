"""Raking: weights that give a sample the margins of its population, and trimming of the largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nbeval.errors import ParameterError

#: share of the total that no margin may be off by when raking stops
EPSILON = 1e-12
ROUNDS = 5000
TRIMS = 1000
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class KnownMargin:
    """A known margin: the level of every respondent (missing where unknown) and the population of each level.

    A margin of two variables crossed has one level for each combination.
    """

    name: str
    levels: pd.Series
    population: Mapping[str, float]


def rake(start: ArrayLike, margins: Sequence[KnownMargin], *, leave_out_empty: bool = False) -> Floats:
    """Adjust positive weights until they meet every margin; one margin alone is post-stratification.

    One weight per respondent, missing for those without a level of some margin. Iterative proportional fitting to 1e-12 of the total,
    as R's ``survey::rake`` and ``postStratify``; own code because weightipy cannot start from design weights.
    ``leave_out_empty`` leaves levels of the
    population without respondents out (their people are then not represented) instead of refusing them.
    """
    start = np.asarray(start, float)
    used = np.isfinite(start) & np.all([margin.levels.notna().to_numpy() for margin in margins], axis=0)
    coded = [_coded(margin, used, leave_out_empty) for margin in margins]
    totals = {margin.name: float(sum(margin.population.values())) for margin in margins}
    if not leave_out_empty and max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
        raise ParameterError(
            "the margins add up to different populations.", found=", ".join(f"{name}: {total:g}" for name, total in totals.items()),
            allowed="one total", do="correct the cohort's margins so that they describe one population.",
        )
    weights = start[used].copy()
    for _ in range(ROUNDS):
        gaps = []
        for codes, target in coded:
            reached = np.bincount(codes, weights, len(target))
            gaps.append(float(np.abs(reached - target).max()))
            weights *= (target / reached)[codes]
        if max(gaps) <= EPSILON * weights.sum() or len(coded) == 1:
            found = np.full(len(start), np.nan)
            found[used] = weights
            return found
    raise ParameterError(
        f"raking does not settle: the margin {margins[int(np.argmax(gaps))].name!r} is still off by {max(gaps):.3g} after {ROUNDS} rounds.",
        allowed=f"{EPSILON:g} of the total", do="rake to fewer margins, or merge levels that few respondents have.",
    )


def trim(weights: ArrayLike, *, upper: float = inf, lower: float = -inf, strict: bool = False) -> Floats:
    """Cut weights at limits and spread what was cut equally over the weights that were inside, as R's ``survey::trimWeights``.

    The total stays. ``strict`` repeats until none is outside; once only may push weights over a limit again.
    """
    found = np.asarray(weights, float).copy()
    used = np.isfinite(found)
    for _ in range(TRIMS):
        outside = used & ((found < lower) | (found > upper))
        if not outside.any():
            return found
        inside = used & ~outside
        if not inside.any():
            break
        cut = np.clip(found, lower, upper)
        spread = float((found - cut)[outside].sum()) / int(inside.sum())
        found = np.where(inside, found + spread, cut)
        if not strict:
            return found
    raise ParameterError(
        "weights cannot be trimmed to these limits.", found=f"{int(used.sum())} weights with a mean of {float(found[used].mean()):g}",
        allowed="limits with the mean well between them", do="widen the limits of the trimming, or trim once.",
    )


def trim_to_median(weights: ArrayLike, *, upper_times: float | None = None, lower_times: float | None = None) -> Floats:
    """Trim weights at multiples of their median until none is outside; None is no limit."""
    found = np.asarray(weights, float)
    if upper_times is None and lower_times is None:
        return found
    median = float(np.nanmedian(found))
    upper, lower = inf if upper_times is None else upper_times * median, -inf if lower_times is None else lower_times * median
    return trim(found, upper=upper, lower=lower, strict=True)


def _coded(margin: KnownMargin, used: NDArray[np.bool_], leave_out_empty: bool) -> tuple[NDArray[np.int64], Floats]:
    """Level of each used respondent as a number, and the population of each."""
    levels = margin.levels[used].astype(str)
    given = set(levels)
    empty = [level for level, count in margin.population.items() if count > 0 and level not in given]
    unknown = [level for level in sorted(given) if not margin.population.get(level, 0) > 0]
    if unknown or (empty and not leave_out_empty):
        raise ParameterError(
            f"the margin {margin.name!r} cannot be raked to.",
            found=f"{len(empty)} levels of the population without respondents, "
                  f"{len(unknown)} levels of respondents without a population",
            allowed="the same levels on both sides",
            do="merge levels in the cohort's margins, or rake to fewer margins.",
        )
    names = [level for level in margin.population if level in given]
    return pd.Categorical(levels, names).codes.astype(np.int64), np.array([float(margin.population[name]) for name in names])
