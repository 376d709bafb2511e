"""The smallest change that two samples could have shown: what stands beside every "no clear change"."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy import optimize, stats

from nbeval.estimate.outcome import Outcome, not_estimable

TOO_FEW = "too few answers"
NO_ROOM = "no share between 0 and 100 % would be far enough away"


def smallest_rise(p0: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest rise of a proportion that a test would have shown.

    Parameters
    ----------
    p0 : float
        The share at baseline, 0 to 1.
    n1, n0 : float
        Answers at final and at baseline.
    power, alpha : float
        The chance of showing it, and the level of the two-sided test.

    Returns
    -------
    Outcome
        Final minus baseline, above 0; or why there is none.

    Notes
    -----
    The z test with pooled variance under no change, the far tail ignored. Evidence: R ``power.prop.test``.
    """
    return _smallest_towards(1.0, p0, n1, n0, power, alpha)


def smallest_fall(p0: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest fall of a proportion that a test would have shown.

    Parameters
    ----------
    p0 : float
        The share at baseline, 0 to 1.
    n1, n0 : float
        Answers at final and at baseline.
    power, alpha : float
        The chance of showing it, and the level of the two-sided test.

    Returns
    -------
    Outcome
        Final minus baseline, below 0; or why there is none.

    Notes
    -----
    As ``smallest_rise``.
    """
    return _smallest_towards(0.0, p0, n1, n0, power, alpha)


def smallest_change_percent(p0: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest change of a proportion, up or down, that a test would have shown.

    Parameters
    ----------
    p0 : float
        The share at baseline, 0 to 1.
    n1, n0 : float
        Answers at final and at baseline.
    power, alpha : float
        The chance of showing it, and the level of the two-sided test.

    Returns
    -------
    Outcome
        The larger of the smallest rise and the smallest fall, without sign; where there is room for one of them
        only, that one, and ``warning`` says which.
    """
    rise = smallest_rise(p0, n1, n0, power=power, alpha=alpha)
    fall = smallest_fall(p0, n1, n0, power=power, alpha=alpha)
    sizes = {"rise": rise.estimate, "fall": -fall.estimate}
    found = {name: size for name, size in sizes.items() if not np.isnan(size)}
    if not found:
        return rise
    warning = "" if len(found) == 2 else f"a {next(iter(found))}; there is no room for the opposite"
    return Outcome(max(found.values()), method=rise.method, warning=warning)


def smallest_change_mean(sd: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest difference of two means that a t test would have shown.

    Parameters
    ----------
    sd : float
        The standard deviation, taken as equal in both samples.
    n1, n0 : float
        Answers of the two samples.
    power, alpha : float
        The chance of showing it, and the level of the two-sided test.

    Returns
    -------
    Outcome
        The difference, without sign; or why there is none.

    Notes
    -----
    The noncentral t, the far tail ignored; ``statsmodels`` counts both tails and stops short of the power in
    very small samples. Evidence: R ``power.t.test``.
    """
    if not (n1 >= 1 and n0 >= 1 and n1 + n0 >= 3):
        return not_estimable("noncentral_t", TOO_FEW)
    return _smallest_mean(sd, sqrt(1 / n1 + 1 / n0), n1 + n0 - 2, power, alpha)


def smallest_change_paired(sd: float, n: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest mean change of pairs that a paired t test would have shown.

    Parameters
    ----------
    sd : float
        The standard deviation of the changes.
    n : float
        Complete pairs.
    power, alpha : float
        The chance of showing it, and the level of the two-sided test.

    Returns
    -------
    Outcome
        The change, without sign; or why there is none.

    Notes
    -----
    Evidence: R ``power.t.test(type = "paired")``.
    """
    if not n >= 2:
        return not_estimable("noncentral_t", TOO_FEW)
    return _smallest_mean(sd, 1 / sqrt(n), n - 1, power, alpha)


def _smallest_mean(sd: float, scale: float, df: float, power: float, alpha: float) -> Outcome:
    """The noncentrality that reaches the power, in the unit of the standard deviation."""
    if not sd > 0:
        return not_estimable("noncentral_t", "no spread to measure by")
    bar = stats.t.isf(alpha / 2, df)
    ncp = optimize.brentq(lambda ncp: stats.nct.sf(bar, df, ncp) - power, 0, _far(bar, df, power), xtol=1e-13, rtol=1e-13)
    return Outcome(float(ncp * scale * sd), df=float(df), method="noncentral_t")


def _far(bar: float, df: float, power: float) -> float:
    """A noncentrality beyond the one that reaches the power."""
    reach = 2.0 * bar + 10
    while stats.nct.sf(bar, df, reach) < power:
        reach *= 2
    return reach


def _smallest_towards(end: float, p0: float, n1: float, n0: float, power: float, alpha: float) -> Outcome:
    """The share nearest to that of baseline, on the way to 0 or 1, that reaches the power."""
    if not (n1 >= 1 and n0 >= 1 and 0 <= p0 <= 1):
        return not_estimable("normal_pooled", TOO_FEW)
    z = stats.norm.isf(alpha / 2)

    def missing(p1: float) -> float:
        """How far the power falls short (below 0) where the final share is ``p1``."""
        pooled = (n0 * p0 + n1 * p1) / (n0 + n1)
        under_none = sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
        under_change = sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1)
        return stats.norm.cdf((abs(p1 - p0) - z * under_none) / under_change) - power

    way = 1 if end > p0 else -1
    if p0 == end or missing(end - way * 1e-12) < 0:
        return not_estimable("normal_pooled", NO_ROOM)
    p1 = optimize.brentq(missing, p0 + way * 1e-9, end - way * 1e-12, xtol=1e-14, rtol=1e-14)
    return Outcome(float(p1 - p0), method="normal_pooled")
