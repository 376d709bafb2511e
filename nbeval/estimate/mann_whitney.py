"""Whether ordered answers of one sample tend to be higher than those of another: the rank-sum test."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import comb

from nbeval.estimate.outcome import Outcome, not_estimable

EXACT_UP_TO = 200       # both samples together; beyond it the count takes long and the approximation is close
METHODS = ("asymptotic", "asymptotic_corrected", "exact")


def mann_whitney(compared: ArrayLike, reference: ArrayLike, *, method: str = "asymptotic") -> Outcome:
    """Test whether answers of the first sample tend to be higher or lower than those of the second.

    Parameters
    ----------
    compared, reference : array_like
        Valid ordered answers as numbers.
    method : str
        ``asymptotic`` (without continuity correction), ``asymptotic_corrected``, or ``exact``: given the
        ties, by counting every division of the answers into two samples of these sizes.

    Returns
    -------
    Outcome
        p; the statistic of the asymptotic tests is z, positive where the first is higher. Or why there is none.

    Notes
    -----
    The exact p counts all divisions whose rank sum lies at least as far from its mean as the one seen. Written
    here because ``scipy.stats.mannwhitneyu(method="exact")`` ignores ties, and its permutation test doubles the
    smaller tail. Evidence: R ``wilcox.test``, ``coin::wilcox_test(distribution = "exact")``.
    """
    first, second = np.asarray(compared, float), np.asarray(reference, float)
    pooled = np.concatenate([first, second])
    if first.size == 0 or second.size == 0:
        return not_estimable(method, "one of the two samples has no valid answer")
    if np.ptp(pooled) == 0:
        return not_estimable(method, "everybody gave the same answer")
    ranks = stats.rankdata(pooled)
    excess = ranks[: first.size].sum() - first.size * (pooled.size + 1) / 2
    if method == "exact":
        if pooled.size > EXACT_UP_TO:
            return not_estimable(method, f"an exact count is made up to {EXACT_UP_TO} answers")
        return Outcome(p_value=_exact(ranks, first.size, abs(excess)), method=method)
    spread = sqrt(first.size * second.size * ranks.var(ddof=1) / pooled.size)
    if method == "asymptotic_corrected":
        excess = np.sign(excess) * (abs(excess) - 0.5)
    z = excess / spread
    return Outcome(statistic=float(z), p_value=float(2 * stats.norm.sf(abs(z))), method=method)


def _exact(ranks: np.ndarray, n: int, distance: float) -> float:
    """The share of all ways to draw ``n`` of the ranks whose sum is at least ``distance`` from its mean."""
    doubled, ties = np.unique(np.rint(2 * ranks).astype(int), return_counts=True)
    sums = np.zeros((n + 1, int(np.sort(np.rint(2 * ranks))[-n:].sum()) + 1))
    sums[0, 0] = 1.0
    for score, tied in zip(doubled, ties, strict=True):
        before = sums.copy()
        for taken in range(1, min(tied, n) + 1):
            shift = taken * score
            if shift < sums.shape[1]:
                sums[taken:, shift:] += comb(tied, taken) * before[: n + 1 - taken, : sums.shape[1] - shift]
    ways = sums[n]
    far = np.abs(np.arange(ways.size) / 2 - n * (ranks.size + 1) / 2) >= distance - 1e-9
    return float(min(1.0, ways[far].sum() / ways.sum()))
