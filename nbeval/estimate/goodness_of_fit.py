"""Whether a sample has the make-up of a population whose counts are known."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

METHOD = "chi_squared_goodness_of_fit"


def goodness_of_fit(counts: ArrayLike, population: ArrayLike) -> Outcome:
    """Test the counts of a sample against the shares of a population.

    Parameters
    ----------
    counts, population : array_like
        One number per level; levels that neither has are dropped.

    Returns
    -------
    Outcome
        The estimate is Cohen's w, how far the two lie apart; chi-squared with its df and p. ``warning`` says
        where expected counts are small. Or why there are none.

    Notes
    -----
    Cohen, Statistical Power Analysis (1988), ch. 7. The population is taken as exact. Evidence: the statistic
    of a fair die and Mendel's peas (textbook cases in the tests); R ``chisq.test(p = )`` is the same formula.
    """
    counts, population = np.asarray(counts, float), np.asarray(population, float)
    given = (counts > 0) | (population > 0)
    counts, population = counts[given], population[given]
    if counts.size < 2 or counts.sum() == 0:
        return not_estimable(METHOD, "fewer than two levels, or nobody gave theirs")
    if (population <= 0).any():
        return not_estimable(METHOD, "a level of the sample has no population")
    expected = population / population.sum() * counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    sparse = float((expected < 5).mean())
    warning = f"{sparse:.0%} of the expected counts are under 5" if sparse > 0.2 else ""
    return Outcome(
        sqrt(statistic / counts.sum()), statistic=statistic, df=counts.size - 1.0,
        p_value=float(stats.chi2.sf(statistic, counts.size - 1)), method=METHOD, warning=warning,
    )
