"""Ranks: whether people tend to answer higher, without taking the answers for measured amounts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import special

from nbeval.estimate.histograms import Histogram, histograms
from nbeval.estimate.levels import NOBODY
from nbeval.estimate.mann_whitney import EXACT_UP_TO, mann_whitney
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.frames import Contrast, Quantity

#: with fewer answers than this in either sample the rank test is exact
EXACT_UNDER = 10
NO_OVERLAP = "no interval: the answers do not overlap, or are all the same, or one sample has a single answer"


def superiority(plan: Plan) -> pd.DataFrame:
    """Compare the answers of waves and of group levels by their ranks.

    Returns
    -------
    one row per indicator whose answers have an order x later wave x place (contrast ``wave``; not in a matched design), and
    one row per such indicator x wave x group level but the first (contrast ``level``)
        The probability that somebody of this sample answers higher than somebody of the other, ties counted
        half, with DeLong's interval on the logit scale and the Mann-Whitney test: asymptotic without
        correction, or exact given the ties where a sample has fewer than ten answers.

    Notes
    -----
    The same numbers as ``probability_of_superiority`` and ``mann_whitney``, from counts of each answer.
    """
    blocks = [block for one in histograms(plan) for block in (*_changes(one, plan), *_levels(one, plan))]
    if not blocks:
        return result_rows(pd.DataFrame())
    return result_rows(
        pd.concat(blocks, ignore_index=True), cohort=plan.cohort.id, source=plan.source,
        quantity=Quantity.SUPERIORITY.value, unit="probability",
    )


def _changes(one: Histogram, plan: Plan) -> Iterator[pd.DataFrame]:
    """Every later wave against the first."""
    for wave in range(1, 1 if plan.matched else len(plan.waves)):
        places = [one.at(place) | {"wave": plan.waves[wave]} for place in one.places]
        found = compare_counts(one.counts[:, wave], one.counts[:, 0], one.answers, plan.dictionary.programme.conf_level)
        yield pd.DataFrame(places).assign(contrast=Contrast.WAVE.value, reference=plan.waves[0], **found)


def _levels(one: Histogram, plan: Plan) -> Iterator[pd.DataFrame]:
    """Every level of a group against the group's first."""
    if not one.group:
        return
    first = plan.dictionary.groups[one.group][0].level
    others = [k for k, place in enumerate(one.places) if place != first]
    if first not in one.places or not others:
        return
    for wave, name in enumerate(plan.waves):
        then = np.broadcast_to(one.counts[one.places.index(first), wave], one.counts[others, wave].shape)
        found = compare_counts(one.counts[others, wave], then, one.answers, plan.dictionary.programme.conf_level)
        places = [one.at(one.places[k]) | {"wave": name} for k in others]
        yield pd.DataFrame(places).assign(contrast=Contrast.LEVEL.value, reference=first, **found)


def compare_counts(now: np.ndarray, then: np.ndarray, answers: np.ndarray, conf_level: float) -> dict[str, np.ndarray]:
    """Compare samples that are given as counts of each answer, many pairs at once.

    Parameters
    ----------
    now, then : numpy.ndarray
        One row per pair, one column per answer.
    answers : numpy.ndarray
        The answers, rising.
    conf_level : float

    Returns
    -------
    dict of str to numpy.ndarray
        Columns of rows of results, one element per pair.
    """
    n1, n0 = now.sum(axis=1), then.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (np.cumsum(then, axis=1) - then / 2) / n0[:, None]
        below = 1 - (np.cumsum(now, axis=1) - now / 2) / n1[:, None]
        share = (now * above).sum(axis=1) / n1
        variance = _spread(now, above, n1) + _spread(then, below, n0)
        several = (n1 > 1) & (n0 > 1) & (variance >= 1e-20)
        error = np.sqrt(np.where(several, variance, np.nan))
        step = -special.ndtri((1 - conf_level) / 2) * error / (share * (1 - share))
        low, high = (special.expit(special.logit(share) + side * step) for side in (-1, 1))
    z, p, method = _tests(now, then, answers)
    some = (n1 > 0) & (n0 > 0)
    return {
        "estimate": np.where(some, share, np.nan), "std_error": error, "conf_low": low, "conf_high": high,
        "conf_level": np.full(len(n1), conf_level), "statistic": z, "p_value": p, "n_valid": n1, "n_reference": n0,
        "method": method, "warning": np.select([~some, ~several], [NOBODY, NO_OVERLAP], ""),
    }


def _spread(counts: np.ndarray, placements: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The variance of a mean placement."""
    centre = (counts * placements).sum(axis=1) / n
    return (counts * (placements - centre[:, None]) ** 2).sum(axis=1) / (n - 1) / n


def _tests(now: np.ndarray, then: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """z, p and the name of the rank test of every pair, by rule."""
    both = now + then
    n1, n0, total = now.sum(axis=1), then.sum(axis=1), both.sum(axis=1)
    ranks = np.cumsum(both, axis=1) - both + (both + 1) / 2
    centre = (total + 1) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (both * (ranks - centre[:, None]) ** 2).sum(axis=1) / (total - 1)
        z = ((now * ranks).sum(axis=1) - n1 * centre) / np.sqrt(n1 * n0 * variance / total)
    z = np.where((variance > 0) & (n1 > 0) & (n0 > 0), z, np.nan)
    p = 2 * special.ndtr(-np.abs(z))
    method = np.full(len(z), "DeLong logit interval; Mann-Whitney asymptotic", dtype=object)
    small = np.isfinite(z) & (np.minimum(n1, n0) < EXACT_UNDER) & (total <= EXACT_UP_TO)
    for row in np.flatnonzero(small):
        first, second = (np.repeat(answers, counts[row].astype(int)) for counts in (now, then))
        p[row] = mann_whitney(first, second, method="exact").p_value
        method[row] = "DeLong logit interval; Mann-Whitney exact"
    return z, p, method
