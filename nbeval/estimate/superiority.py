"""The probability of superiority: how often somebody of one sample answers higher than somebody of another."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit, logit

from nbeval.estimate.outcome import Outcome, not_estimable

METHODS = ("delong", "delong_logit", "brunner_munzel")


def probability_of_superiority(
    compared: ArrayLike, reference: ArrayLike, conf_level: float = 0.95, *, method: str = "delong_logit"
) -> Outcome:
    """Give the probability that a randomly taken answer of the first sample is higher, ties counted half.

    Parameters
    ----------
    compared, reference : array_like
        Valid ordered answers as numbers.
    conf_level : float
        The level of the interval.
    method : str
        ``delong``: a normal interval, cut at 0 and 1; ``delong_logit``: the same on the logit scale, which never
        leaves 0 to 1; ``brunner_munzel``: a t interval with a test that does not take the spreads as equal.

    Returns
    -------
    Outcome
        One half where neither is higher. No interval where a sample has one answer or the placements have no
        variance (no overlap, or everybody equal): that is not certainty, and ``warning`` says so.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845; Brunner and Munzel, Biom J 2000;42:17-25.
    Evidence: R ``pROC::roc``, and the formula of Brunner and Munzel.
    """
    first, second = np.asarray(compared, float), np.asarray(reference, float)
    if first.size == 0 or second.size == 0:
        return not_estimable(method, "one of the two samples has no valid answer")
    above, below = _placements(first, second), 1 - _placements(second, first)
    share = float(above.mean())
    if first.size == 1 or second.size == 1:
        return _without_interval(share, method, "one of the two samples has a single answer")
    part1, part0 = above.var(ddof=1) / first.size, below.var(ddof=1) / second.size
    if part1 + part0 < 1e-20:
        return _without_interval(share, method, "the answers do not overlap, or are all the same")
    std_error = sqrt(part1 + part0)
    if method == "brunner_munzel":
        df = (part1 + part0) ** 2 / (part1**2 / (first.size - 1) + part0**2 / (second.size - 1))
        return _by_t(share, std_error, df, conf_level)
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    if method == "delong":
        return Outcome(share, std_error, max(0.0, share - half), min(1.0, share + half), conf_level, method=method)
    low, high = (float(expit(logit(share) + side * half / (share * (1 - share)))) for side in (-1, 1))
    return Outcome(share, std_error, low, high, conf_level, method=method)


def _placements(answers: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each answer the share of the others that are lower, equal ones counted half."""
    others = np.sort(others)
    return (np.searchsorted(others, answers, "left") + np.searchsorted(others, answers, "right")) / (2 * others.size)


def _without_interval(share: float, method: str, why: str) -> Outcome:
    """The share alone; Brunner and Munzel's test has no answer at all."""
    if method == "brunner_munzel":
        return not_estimable(method, why)
    return Outcome(share, method=method, warning=f"no interval: {why}")


def _by_t(share: float, std_error: float, df: float, conf_level: float) -> Outcome:
    """Brunner and Munzel's interval and test."""
    half, t = stats.t.isf((1 - conf_level) / 2, df) * std_error, (share - 0.5) / std_error
    return Outcome(
        share, std_error, float(share - half), float(share + half), conf_level, float(t), float(df),
        float(2 * stats.t.sf(abs(t), df)), "brunner_munzel",
    )
