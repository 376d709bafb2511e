"""How much the changes of authorities differ beyond chance: the variance between them, tau squared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats


@dataclass(frozen=True, eq=False)
class Effects:
    """The usable changes and their variances, with what their weights give."""

    y: NDArray[np.float64]
    v: NDArray[np.float64]

    @property
    def k(self) -> int:
        return len(self.y)

    def weights(self, tau_squared: float) -> NDArray[np.float64]:
        return 1 / (self.v + tau_squared)

    def q(self, tau_squared: float) -> float:
        w = self.weights(tau_squared)
        return float(np.sum(w * (self.y - np.average(self.y, weights=w)) ** 2))

    def trace(self, tau_squared: float) -> float:
        """Trace of P = W - W 1 (1'W 1)^-1 1'W."""
        w = self.weights(tau_squared)
        return float(w.sum() - (w**2).sum() / w.sum())

    def trace_squared(self, tau_squared: float) -> float:
        """Trace of P P."""
        w = self.weights(tau_squared)
        return float((w**2).sum() - 2 * (w**3).sum() / w.sum() + ((w**2).sum() / w.sum()) ** 2)

    @property
    def typical_variance(self) -> float:
        return (self.k - 1) / self.trace(0.0)


def _dersimonian_laird(e: Effects) -> float:
    """Moment estimate from Cochran's Q, cut at 0."""
    return max(0.0, (e.q(0.0) - (e.k - 1)) / e.trace(0.0))


def _paule_mandel(e: Effects) -> float:
    """The value at which the generalised Q equals its expectation, k - 1."""
    return _root(lambda tau: e.q(tau) - (e.k - 1), e)


def _reml(e: Effects) -> float:
    """The zero of the restricted likelihood's score, or 0 where that falls from the start."""
    def score(tau: float) -> float:
        w = e.weights(tau)
        return float(np.sum(w**2 * (e.y - np.average(e.y, weights=w)) ** 2)) - e.trace(tau)
    return _root(score, e)


TAU: dict[str, Callable[[Effects], float]] = {
    "dersimonian_laird": _dersimonian_laird, "reml": _reml, "paule_mandel": _paule_mandel,
}


def _root(falling: Callable[[float], float], e: Effects) -> float:
    """Where a function that is positive at small values and negative at large ones is 0; 0 where it starts below."""
    if falling(0.0) <= 0:
        return 0.0
    high = max(float(np.var(e.y)), float(e.v.max()))
    while falling(high) > 0:
        high *= 2
    return float(optimize.brentq(falling, 0.0, high, xtol=1e-15, rtol=1e-14, maxiter=500))


def tau_error(e: Effects, tau: float, method: str) -> float:
    """Standard error of tau squared, as metafor gives it for each method.

    Parameters
    ----------
    e : Effects
    tau : float
        The estimate of tau squared.
    method : str
        A method of the pooling; ``fixed`` has none.

    Returns
    -------
    float

    Notes
    -----
    Evidence: ``meta.R`` (metafor::rma, se.tau2).
    """
    if method == "fixed":
        return nan
    if method == "reml":
        return sqrt(2 / e.trace_squared(tau))
    if method == "paule_mandel":
        return e.k / (e.k - 1) * sqrt(2 * (e.k - 1)) / float(e.weights(tau).sum())
    trace = e.trace(0.0)
    return sqrt(2 * (e.k - 1) + 4 * tau * trace + 2 * tau**2 * e.trace_squared(0.0)) / trace


def q_profile(e: Effects, level: float) -> tuple[float, float]:
    """Values of tau squared that the generalised Q does not refuse.

    Parameters
    ----------
    e : Effects
        At least three changes.
    level : float
        Of the interval.

    Returns
    -------
    tuple of float
        Both 0 where every positive value is refused.

    Notes
    -----
    Viechtbauer, Statistics in Medicine 2007;26:37-52. Evidence: ``meta.R`` (metafor::confint).
    """
    tails = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], e.k - 1)
    low, high = (_root(lambda tau, at=at: e.q(tau) - at, e) for at in tails)
    return low, high
