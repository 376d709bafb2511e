"""The smallest change that two samples could have shown: what is said beside every "no clear change".

Written here because statsmodels counts the far tail too, in which a change would be shown the wrong way round, works
in arcsine units, and stops short of the power in very small samples.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy import optimize, special, stats

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.frames import Method, Reason


def smallest_change_percent(p0: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest change of a proportion ``p0`` (0 to 1), up or down, that a two-sided test would have shown, without sign. It is
    the larger of the smallest rise and the smallest fall; where there is room for one of them only, that one, and ``warning`` says which.
    ``n1`` and ``n0`` are answers at final and at baseline."""
    found = {name: smallest_towards(end, p0, n1, n0, power=power, alpha=alpha) for name, end in (("rise", 1.0), ("fall", 0.0))}
    sizes = {name: abs(one.estimate) for name, one in found.items() if not np.isnan(one.estimate)}
    if not sizes:
        return found["rise"]
    warning = "" if len(sizes) == 2 else Reason.RISE_ONLY if "rise" in sizes else Reason.FALL_ONLY
    return Outcome(max(sizes.values()), method=found["rise"].method, warning=warning)


def smallest_towards(end: float, p0: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest change of a proportion towards ``end`` (1: a rise, 0: a fall) that a test would have shown, with its sign. The z
    test with pooled variance under no change, the far tail ignored, as R's ``power.prop.test``."""
    if not (n1 >= 1 and n0 >= 1 and 0 <= p0 <= 1):
        return not_estimable(Method.POWER_NORMAL, Reason.TOO_FEW)
    z = float(stats.norm.isf(alpha / 2))

    def missing(p1: float) -> float:
        """How far the power falls short (below 0) where the final share is ``p1``."""
        pooled = (n0 * p0 + n1 * p1) / (n0 + n1)
        under_none = sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
        under_change = sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1)
        return float(special.ndtr((abs(p1 - p0) - z * under_none) / under_change)) - power

    way = 1 if end > p0 else -1
    if p0 == end or missing(end - way * 1e-12) < 0:
        return not_estimable(Method.POWER_NORMAL, Reason.NO_ROOM)
    p1 = optimize.brentq(missing, p0 + way * 1e-9, end - way * 1e-12, xtol=1e-14, rtol=1e-14)
    return Outcome(float(p1 - p0), method=Method.POWER_NORMAL)


def smallest_change_mean(sd: float, n1: float, n0: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest difference of two means, without sign, that a t test would have shown; both spread by ``sd``. The noncentral t,
    the far tail ignored, as R's ``power.t.test``."""
    if not (n1 >= 1 and n0 >= 1 and n1 + n0 >= 3):
        return not_estimable(Method.POWER_T, Reason.TOO_FEW)
    return _smallest_mean(sd, sqrt(1 / n1 + 1 / n0), n1 + n0 - 2, power, alpha)


def smallest_change_paired(sd: float, n: float, *, power: float = 0.8, alpha: float = 0.05) -> Outcome:
    """Give the smallest mean change of ``n`` pairs that a paired t test would have shown; ``sd`` is that of the changes."""
    if not n >= 2:
        return not_estimable(Method.POWER_T, Reason.TOO_FEW)
    return _smallest_mean(sd, 1 / sqrt(n), n - 1, power, alpha)


def _smallest_mean(sd: float, scale: float, df: float, power: float, alpha: float) -> Outcome:
    """The noncentrality that reaches the power, in the unit of the standard deviation."""
    if not sd > 0:
        return not_estimable(Method.POWER_T, Reason.NO_SPREAD)
    bar = stats.t.isf(alpha / 2, df)
    far = 2.0 * bar + 10
    while stats.nct.sf(bar, df, far) < power:
        far *= 2
    ncp = optimize.brentq(lambda ncp: stats.nct.sf(bar, df, ncp) - power, 0, far, xtol=1e-13, rtol=1e-13)
    return Outcome(float(ncp * scale * sd), df=float(df), method=Method.POWER_T)
