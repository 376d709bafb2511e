"""Tables of counts: whether categories go together, whether a sample is made up like its population, whether raters agree."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from statsmodels.stats.inter_rater import cohens_kappa

from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.frames import Method, Reason


def independence(table: ArrayLike) -> Outcome:
    """Test whether the columns of a table are spread alike over its rows: chi-squared without correction. Empty rows and columns are left
    out; ``warning`` says where expected counts are small."""
    method, counts = Method.CHI_SQUARED, answered(table)
    if min(counts.shape) < 2:
        return not_estimable(method, Reason.TABLE_TOO_SMALL)
    found = stats.chi2_contingency(counts, correction=False)
    return Outcome(
        statistic=float(found.statistic), df=float(found.dof), p_value=float(found.pvalue), method=method,
        warning=_sparse(found.expected_freq),
    )


def cramers_v(table: ArrayLike, conf_level: float = 0.95) -> Outcome:
    """Give Cramer's V, from 0 to 1 and not corrected for bias, with the interval of the noncentral chi-squared. The interval is written
    here because no library has it under a public name; without any association there is none."""
    counts = answered(table)
    if min(counts.shape) < 2:
        return not_estimable(Method.CRAMERS_V, Reason.TABLE_TOO_SMALL)
    test = independence(counts)
    scale = counts.sum() * (min(counts.shape) - 1)
    value = sqrt(test.statistic / scale)
    if test.statistic < 1e-9:
        return Outcome(value, method=Method.CRAMERS_V, warning=Reason.NO_ASSOCIATION)
    half = (1 - conf_level) / 2
    low, high = (sqrt(_noncentrality(test.statistic, test.df, share) / scale) for share in (1 - half, half))
    return Outcome(value, conf_low=low, conf_high=min(1.0, high), conf_level=conf_level, method=Method.CRAMERS_V)


def _noncentrality(statistic: float, df: float, share: float) -> float:
    """The noncentrality under which a share of tables has a smaller chi-squared; 0 where none is so small."""
    if stats.chi2.cdf(statistic, df) <= share:
        return 0.0
    far = 4 * statistic + 100
    return optimize.brentq(lambda ncp: stats.ncx2.cdf(statistic, df, ncp) - share, 1e-12, far, xtol=1e-12, rtol=1e-14)


def answered(table: ArrayLike) -> np.ndarray:
    """Give the table without its empty rows and columns."""
    counts = np.asarray(table, float)
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]


def goodness_of_fit(counts: ArrayLike, population: ArrayLike) -> Outcome:
    """Test the counts of a sample against the shares of a population, which are taken as exact: chi-squared. The estimate is Cohen's w
    (Statistical Power Analysis, 1988, ch. 7). Levels that neither has are left out; ``warning`` says where expected counts are small."""
    counts, population = np.asarray(counts, float), np.asarray(population, float)
    given = (counts > 0) | (population > 0)
    counts, population = counts[given], population[given]
    if counts.size < 2 or counts.sum() == 0:
        return not_estimable(Method.POPULATION_FIT, Reason.TOO_FEW_LEVELS)
    if (population <= 0).any():
        return not_estimable(Method.POPULATION_FIT, Reason.LEVEL_WITHOUT_POPULATION)
    expected = population / population.sum() * counts.sum()
    found = stats.chisquare(counts, expected)
    return Outcome(
        sqrt(found.statistic / counts.sum()), statistic=float(found.statistic), df=counts.size - 1.0, p_value=float(found.pvalue),
        method=Method.POPULATION_FIT, warning=_sparse(expected),
    )


def kappa(table: ArrayLike, conf_level: float = 0.95, *, weights: str = "unweighted") -> Outcome:
    """Give Cohen's kappa with its interval (not cut at 1), and the test that it is zero. ``table`` counts subjects: rows are the first
    rater's levels, columns the second's, in declared order; levels that nobody used stay in, since they set ``weights`` (``unweighted``,
    ``linear``, ``quadratic``). The test has a standard error of its own (Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323-327); perfect
    agreement has no interval."""
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


def _sparse(expected: np.ndarray) -> str:
    """What to mind where more than a fifth of the expected counts are under 5 (Cochran 1954), or nothing."""
    share = float((expected < 5).mean())
    return Reason.SPARSE.format(share=f"{share:.0%}") if share > 0.2 else ""
