"""Whether the same people, or the same authorities, moved up more than down: Wilcoxon's signed ranks."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

EXACT_UP_TO = 500
METHODS = ("wilcoxon_exact", "pratt_exact", "wilcoxon_asymptotic", "pratt_asymptotic", "sign_exact")


def signed_rank(final: ArrayLike, baseline: ArrayLike, *, method: str = "wilcoxon_exact") -> Outcome:
    """Test whether changes are as often and as far up as down.

    Parameters
    ----------
    final, baseline : array_like
        Scores in the same order; pairs with a missing side are left out.
    method : str
        ``wilcoxon_...`` leaves out pairs that did not move before ranking, ``pratt_...`` after it;
        ``..._exact`` counts every pattern of signs, given the ties; ``sign_exact`` looks at directions only.

    Returns
    -------
    Outcome
        p; the statistic is z, positive for a rise (of ``sign_exact`` the number of rises). Or why there is none.

    Notes
    -----
    Written here because ``scipy.stats.wilcoxon`` counts exactly up to 13 pairs only, and above that falls back
    to an approximation where ties or zeros exist. Changes are rounded to 10 decimals, so that 0.3 - 0.2 ties with
    0.2 - 0.1. Evidence: R ``coin::wilcoxsign_test``, ``binom.test``.
    """
    change = paired_changes(final, baseline)
    if change.size == 0:
        return not_estimable(method, "no complete pair")
    if not change.any():
        return not_estimable(method, "nobody moved")
    if method == "sign_exact":
        rises, moved = int((change > 0).sum()), int((change != 0).sum())
        return Outcome(statistic=float(rises), p_value=float(stats.binomtest(rises, moved).pvalue), method=method)
    ranks = signed_ranks(change, zeros="pratt" if method.startswith("pratt") else "wilcoxon")
    excess = ranks.sum() / 2
    z = float(2 * excess / sqrt((ranks**2).sum()))
    if method.endswith("asymptotic"):
        return Outcome(statistic=z, p_value=float(2 * stats.norm.sf(abs(z))), method=method)
    if ranks.size > EXACT_UP_TO:
        return not_estimable(method, f"an exact count is made up to {EXACT_UP_TO} pairs that moved")
    return Outcome(statistic=z, p_value=_exact(np.abs(ranks), abs(excess)), method=method)


def rank_biserial(final: ArrayLike, baseline: ArrayLike) -> Outcome:
    """Give the ranks of rises less those of falls, as a share of all ranks; pairs that did not move left out.

    Parameters
    ----------
    final, baseline : array_like
        Scores in the same order; pairs with a missing side are left out.

    Returns
    -------
    Outcome
        From -1 (all moved down) to 1 (all moved up), without interval; or why there is none.
    """
    change = paired_changes(final, baseline)
    if not change.any():
        return not_estimable("matched pairs", "nobody moved" if change.size else "no complete pair")
    ranks = signed_ranks(change)
    return Outcome(float(ranks.sum() / np.abs(ranks).sum()), method="matched pairs")


def paired_changes(final: ArrayLike, baseline: ArrayLike) -> np.ndarray:
    """Give final minus baseline of the complete pairs, rounded to 10 decimals.

    Parameters
    ----------
    final, baseline : array_like
        Scores in the same order.

    Returns
    -------
    numpy.ndarray
        One change per complete pair.
    """
    change = np.asarray(final, float) - np.asarray(baseline, float)
    return change[~np.isnan(change)].round(10)


def signed_ranks(change: np.ndarray, *, zeros: str = "wilcoxon") -> np.ndarray:
    """Give the ranks of the sizes of changes with the signs of the changes; zeros are left out.

    Parameters
    ----------
    change : numpy.ndarray
        Changes without missing ones.
    zeros : str
        ``wilcoxon``: left out before ranking; ``pratt``: after it.

    Returns
    -------
    numpy.ndarray
        One signed rank per change that is not zero.
    """
    ranked = change if zeros == "pratt" else change[change != 0]
    ranks = stats.rankdata(np.abs(ranked)) * np.sign(ranked)
    return ranks[ranked != 0]


def _exact(ranks: np.ndarray, distance: float) -> float:
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
