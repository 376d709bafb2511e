"""The p-value of a test that is stated with its statistic and degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

from scipy import stats

from nbeval.dictionary.printed_number import PrintedNumber


@dataclass(frozen=True)
class StatedTest:
    """A test as stated: ``df1`` for t, chi2 and r; ``df1`` and ``df2`` for F; none for z."""

    test: str
    statistic: PrintedNumber
    df1: float = nan
    df2: float = nan
    tails: int = 2


@dataclass(frozen=True)
class PRange:
    """p at the statistic as printed, and over all statistics that print as it."""

    printed: float
    smallest: float
    largest: float


def p_of(stated: StatedTest) -> PRange:
    """Compute the p-value of a stated test over what its statistic may have been before rounding.

    Parameters
    ----------
    stated : StatedTest
        With ``tails`` 1 or 2; F and chi-squared have one.

    Returns
    -------
    PRange
        NaN where the degrees of freedom do not suffice.

    Notes
    -----
    Nuijten and others, The prevalence of statistical reporting errors in psychology, Behav Res Methods
    2016;48:1205-1226 (statcheck). For r the degrees of freedom are the number of pairs less 2. Evidence:
    the cases of the tests of the R package statcheck.
    """
    size = abs(stated.statistic.value)
    low, high = sorted(abs(float(end)) for end in stated.statistic.limits)
    nearest = 0.0 if stated.statistic.units == 0 else low
    return PRange(_p(stated, size), _p(stated, high), _p(stated, nearest))


def _p(stated: StatedTest, size: float) -> float:
    """The p-value of one statistic, without its sign."""
    tails = stated.tails
    match stated.test:
        case "t":
            return float(tails * stats.t.sf(size, stated.df1))
        case "r":
            size = min(size, 1.0)
            t = inf if size == 1 else size * sqrt(stated.df1 / (1 - size**2))
            return float(tails * stats.t.sf(t, stated.df1))
        case "z":
            return float(tails * stats.norm.sf(size))
        case "chi2":
            return float(stats.chi2.sf(size, stated.df1))
        case "F":
            return float(stats.f.sf(size, stated.df1, stated.df2))
    return nan
