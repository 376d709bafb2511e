"""Ranks: whether answers tend to be higher, without taking them for measured amounts.

The compared sample comes first. Exact tests are counted here because scipy's ignore ties (``mannwhitneyu``) or fall back
to an approximation without a warning (``wilcoxon``); both count every outcome at least as far from the middle as the one seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from nbeval.estimate.levels import NOBODY
from nbeval.estimate.means import paired_changes
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.plan import Histogram, Plan, histograms
from nbeval.frames import Contrast, Method, Quantity, Reason

MOST_ANSWERS = 200      # of both samples for an exact rank-sum test; beyond it the approximation is close
MOST_PAIRS = 500        # that moved, for an exact signed-rank test
#: with fewer answers than this in either sample the rank test is exact
EXACT_UNDER = 10


def exact_rank_sum(compared: ArrayLike, reference: ArrayLike) -> float:
    """The exact two-sided p of the Mann-Whitney test, given the ties: whether answers of one sample tend to be higher than the other's."""
    first, second = np.asarray(compared, float), np.asarray(reference, float)
    ranks, n = stats.rankdata(np.concatenate([first, second])), first.size
    distance = abs(ranks[:n].sum() - n * (ranks.size + 1) / 2)
    doubled, ties = np.unique(np.rint(2 * ranks).astype(int), return_counts=True)
    sums = np.zeros((n + 1, int(np.sort(np.rint(2 * ranks))[-n:].sum()) + 1))
    sums[0, 0] = 1.0
    for score, tied in zip(doubled, ties, strict=True):
        before = sums.copy()
        for taken in range(1, min(tied, n) + 1):
            shift = taken * score
            if shift < sums.shape[1]:
                sums[taken:, shift:] += special.comb(tied, taken) * before[: n + 1 - taken, : sums.shape[1] - shift]
    ways = sums[n]
    far = np.abs(np.arange(ways.size) / 2 - n * (ranks.size + 1) / 2) >= distance - 1e-9
    return float(min(1.0, ways[far].sum() / ways.sum()))


def signed_rank(final: ArrayLike, baseline: ArrayLike) -> Outcome:
    """Test whether the same people, or authorities, moved up as often and as far as down: Wilcoxon's signed ranks. Exact given the ties up
    to 500 that moved, asymptotic beyond; the statistic is z, positive for a rise. Those who did not move are left out before ranking."""
    ranks, why = signed_ranks(final, baseline)
    exact = ranks.size <= MOST_PAIRS
    method = Method.WILCOXON_EXACT if exact else Method.WILCOXON
    if why:
        return not_estimable(method, why)
    z = float(ranks.sum() / sqrt((ranks**2).sum()))
    p = _exact_signs(np.abs(ranks), abs(ranks.sum() / 2)) if exact else float(2 * stats.norm.sf(abs(z)))
    return Outcome(statistic=z, p_value=p, method=method)


def rank_biserial(final: ArrayLike, baseline: ArrayLike) -> Outcome:
    """Give the ranks of rises less those of falls, as a share of all ranks: from -1 (all fell) to 1, without interval."""
    ranks, why = signed_ranks(final, baseline)
    if why:
        return not_estimable("matched pairs", why)
    return Outcome(float(ranks.sum() / np.abs(ranks).sum()), method="matched pairs")


def signed_ranks(final: ArrayLike, baseline: ArrayLike) -> tuple[np.ndarray, str]:
    """Give the ranks of the sizes of changes with the signs of the changes, and why there are none. Pairs with a missing side, and those
    who did not move, are left out."""
    change = paired_changes(final, baseline)
    moved = change[change != 0]
    why = "" if moved.size else Reason.NOBODY_MOVED if change.size else Reason.NO_PAIR
    return stats.rankdata(np.abs(moved)) * np.sign(moved), why


def _exact_signs(ranks: np.ndarray, distance: float) -> float:
    """The share of all patterns of signs whose sum of positive ranks is at least ``distance`` from its mean."""
    doubled = np.rint(2 * ranks).astype(int)
    chance = np.zeros(doubled.sum() + 1)
    chance[0] = 1.0
    for score in doubled:
        risen = np.zeros_like(chance)
        risen[score:] = chance[: chance.size - score]
        chance = (chance + risen) / 2
    far = np.abs(np.arange(chance.size) / 2 - ranks.sum() / 2) >= distance - 1e-9
    return float(min(1.0, chance[far].sum()))


def compare_counts(now: np.ndarray, then: np.ndarray, answers: np.ndarray, conf_level: float = 0.95) -> dict[str, np.ndarray]:
    """Compare samples given as counts, one row per pair and one column per answer (``answers``, rising): columns of rows of results. The
    probability that somebody of ``now`` answers higher than somebody of ``then``, ties counted half, with DeLong's interval on the logit
    scale (Biometrics 1988;44:837-845), and the Mann-Whitney test: exact where a sample has fewer than ten answers."""
    n1, n0 = now.sum(axis=1), then.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (np.cumsum(then, axis=1) - then / 2) / n0[:, None]
        below = 1 - (np.cumsum(now, axis=1) - now / 2) / n1[:, None]
        share = (now * above).sum(axis=1) / n1
        variance = _variance(now, above, n1) + _variance(then, below, n0)
        several = (n1 > 1) & (n0 > 1) & (variance >= 1e-20)
        error = np.sqrt(np.where(several, variance, np.nan))
        low, high = (special.expit(limit) for limit in stats.norm.interval(conf_level, special.logit(share), error / (share * (1 - share))))
    z, p, method = _rank_tests(now, then, answers)
    some = (n1 > 0) & (n0 > 0)
    return {
        "estimate": np.where(some, share, np.nan), "std_error": error, "conf_low": low, "conf_high": high,
        "conf_level": np.full(len(n1), conf_level), "statistic": z, "p_value": p, "n_valid": n1, "n_reference": n0,
        "method": method, "warning": np.select([~some, ~several], [NOBODY, Reason.NO_OVERLAP], ""),
    }


def _variance(counts: np.ndarray, placements: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The variance of a mean placement."""
    centre = (counts * placements).sum(axis=1) / n
    return (counts * (placements - centre[:, None]) ** 2).sum(axis=1) / (n - 1) / n


def _rank_tests(now: np.ndarray, then: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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
    method = np.full(len(z), Method.join(Method.DELONG, Method.MANN_WHITNEY), dtype=object)
    small = np.isfinite(z) & (np.minimum(n1, n0) < EXACT_UNDER) & (total <= MOST_ANSWERS)
    for row in np.flatnonzero(small):
        first, second = (np.repeat(answers, counts[row].astype(int)) for counts in (now, then))
        p[row] = exact_rank_sum(first, second)
        method[row] = Method.join(Method.DELONG, Method.MANN_WHITNEY_EXACT)
    return z, p, method


def superiority(plan: Plan) -> pd.DataFrame:
    """Compare the answers of waves and of group levels by their ranks, as ``compare_counts`` does. One row per indicator whose answers
    have an order x pair of waves x place (contrast ``wave``; not in a matched design), and one per such indicator x wave x group level but
    the first (contrast ``level``)."""
    blocks = [block for one in histograms(plan) for block in (*_changes(one, plan), *_differences(one, plan))]
    return plan.rows(pd.concat(blocks, ignore_index=True) if blocks else (), quantity=Quantity.SUPERIORITY.value, unit="probability")


def _changes(one: Histogram, plan: Plan) -> Iterator[pd.DataFrame]:
    """Every pair of waves, where both have the group."""
    pairs = () if plan.matched else plan.contrasts.get(one.indicator, ())
    for wave, reference in (pair for pair in pairs if not one.group or set(pair) <= set(plan.grouped[one.group])):
        now, then = (one.counts[:, plan.waves.index(name)] for name in (wave, reference))
        found = compare_counts(now, then, one.answers, plan.conf_level)
        yield pd.DataFrame(map(one.at, one.places)).assign(wave=wave, contrast=Contrast.WAVE.value, reference=reference, **found)


def _differences(one: Histogram, plan: Plan) -> Iterator[pd.DataFrame]:
    """Every level of a group against the group's first."""
    first = plan.dictionary.groups[one.group][0].level if one.group else ""
    others = [place for place in one.places if place != first]
    if not one.group or first not in one.places or not others:
        return
    for wave, name in ((plan.waves.index(name), name) for name in plan.grouped[one.group]):
        now = one.counts[[one.places.index(place) for place in others], wave]
        found = compare_counts(now, np.broadcast_to(one.counts[one.places.index(first), wave], now.shape), one.answers, plan.conf_level)
        yield pd.DataFrame(map(one.at, others)).assign(wave=name, contrast=Contrast.LEVEL.value, reference=first, **found)
