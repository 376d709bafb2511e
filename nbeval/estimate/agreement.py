"""Whether two raters or coders agree beyond chance: Cohen's kappa, weighted where ratings are ordered."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.frames import Reason

WEIGHTS = ("unweighted", "linear", "quadratic")


def kappa(table: ArrayLike, conf_level: float = 0.95, *, weights: str = "unweighted") -> Outcome:
    """Give Cohen's kappa with its interval (not cut at 1), and the test that it is zero.

    ``table`` counts subjects: rows are the first rater's levels, columns the second's, in declared order; levels that nobody used stay
    in, since they set ``weights`` (``unweighted``, ``linear``, ``quadratic``). The test has a standard error of its own (Fleiss, Cohen and
    Everitt, Psychol Bull 1969;72:323-327); perfect agreement has no interval.
    """
    counts = np.asarray(table, float)
    n = counts.sum()
    if n == 0:
        return not_estimable(weights, Reason.NOT_RATED)
    used = (counts.sum(axis=0) > 0) | (counts.sum(axis=1) > 0)
    if used.sum() < 2:
        return not_estimable(weights, Reason.ONE_LEVEL)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cohens_kappa(counts, wt=None if weights == "unweighted" else weights)
    value, error = float(found.kappa), float(found.std_kappa)
    tested = {"statistic": float(found.z_value), "p_value": float(found.pvalue_two_sided)} if found.std_kappa0 > 1e-10 else {}
    if not error >= 1e-7:
        return Outcome(value, method=weights, warning=Reason.NO_VARIANCE_OF_RATINGS, **tested)
    low, high = stats.norm.interval(conf_level, value, error)
    return Outcome(value, error, float(low), float(high), conf_level, method=weights, **tested)
