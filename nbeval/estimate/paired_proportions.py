"""The same people at two waves, yes or no: the net change and whether it is beyond chance.

The four counts are pairs: yes at both waves, yes at baseline only, yes at final only, yes at neither.
"""

from __future__ import annotations

from math import sqrt

from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.single_proportions import wilson


def newcombe_paired(
    both: int, baseline_only: int, final_only: int, neither: int, conf_level: float = 0.95
) -> Outcome:
    """Give the difference of two paired proportions, final minus baseline, with Newcombe's interval.

    Parameters
    ----------
    both, baseline_only, final_only, neither : int
        Counts of pairs.
    conf_level : float
        The level of the interval.

    Returns
    -------
    Outcome
        The difference of shares, or why there is none.

    Notes
    -----
    Method 10 of Newcombe, Stat Med 1998;17:2635-2650: two Wilson intervals, squared and added with the
    correlation of the answers. Evidence: his printed example, and Fagerland, Lydersen and Laake 2014.
    """
    method = "newcombe_paired_method_10"
    n = both + baseline_only + final_only + neither
    if n == 0:
        return not_estimable(method, "no complete pair")
    before, after = wilson(both + baseline_only, n, conf_level), wilson(both + final_only, n, conf_level)
    p0, p1 = float(before.estimate), float(after.estimate)
    below0, above0 = p0 - float(before.conf_low), float(before.conf_high) - p0
    below1, above1 = p1 - float(after.conf_low), float(after.conf_high) - p1
    phi = paired_phi(both, baseline_only, final_only, neither)
    low = p1 - p0 - sqrt(below1**2 - 2 * phi * below1 * above0 + above0**2)
    high = p1 - p0 + sqrt(above1**2 - 2 * phi * above1 * below0 + below0**2)
    return Outcome((final_only - baseline_only) / n, conf_low=low, conf_high=high, conf_level=conf_level, method=method)


def paired_phi(both: int, baseline_only: int, final_only: int, neither: int) -> float:
    """Give the correlation of the two answers with Newcombe's continuity correction.

    Parameters
    ----------
    both, baseline_only, final_only, neither : int
        Counts of pairs.

    Returns
    -------
    float
        From -1 to 1; 0 where one of the waves has only one answer.
    """
    n = both + baseline_only + final_only + neither
    margins = (both + baseline_only) * (final_only + neither) * (both + final_only) * (baseline_only + neither)
    if margins == 0:
        return 0.0
    excess = both * neither - baseline_only * final_only
    corrected = max(excess - n / 2, 0.0) if excess > 0 else excess
    return corrected / sqrt(margins)


def mcnemar(baseline_only: int, final_only: int, *, method: str = "mcnemar_exact") -> Outcome:
    """Test whether as many people moved to yes as moved away from it.

    Parameters
    ----------
    baseline_only, final_only : int
        Counts of the pairs that changed their answer; the others carry no information.
    method : str
        ``mcnemar_exact``, ``mcnemar_mid_p`` or ``mcnemar_asymptotic``.

    Returns
    -------
    Outcome
        p, and for the asymptotic test chi-squared with 1 df and no continuity correction.

    Notes
    -----
    Evidence: R ``binom.test``, ``coin::midpvalue``, ``mcnemar.test(correct = FALSE)``.
    """
    moved = baseline_only + final_only
    if moved == 0:
        return not_estimable(method, "nobody changed their answer")
    if method == "mcnemar_asymptotic":
        squared = (final_only - baseline_only) ** 2 / moved
        return Outcome(statistic=squared, df=1.0, p_value=float(stats.chi2.sf(squared, 1)), method=method)
    exact = float(stats.binomtest(final_only, moved, 0.5).pvalue)
    if method == "mcnemar_exact":
        return Outcome(p_value=exact, method=method)
    seen = float(stats.binom.pmf(final_only, moved, 0.5))
    mid = 1 - seen / 2 if baseline_only == final_only else exact - seen
    return Outcome(p_value=mid, method="mcnemar_mid_p")
