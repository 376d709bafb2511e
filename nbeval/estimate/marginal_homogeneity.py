"""The same people at two waves, several answers: whether the answers as a whole shifted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable

NOBODY_MOVED = "nobody moved"


def marginal_homogeneity(table: ArrayLike, *, method: str = "stuart_maxwell") -> Outcome:
    """Test whether each answer is as frequent at final as at baseline.

    Parameters
    ----------
    table : array_like
        Counts of pairs: rows are answers at baseline, columns the same answers at final.
    method : str
        ``stuart_maxwell`` or ``bhapkar``.

    Returns
    -------
    Outcome
        Statistic, df and p, or why there are none.

    Notes
    -----
    Stuart, Biometrika 1955;42:412-416; Bhapkar, J Am Stat Assoc 1966;61:228-235. Where categories exchange nobody
    the df are the rank of the covariance; written here because ``statsmodels.SquareTable`` then has a singular
    matrix or the wrong df. Evidence: R ``coin::mh_test``, and Stuart's published table.
    """
    counts = _used(table)
    if _moved(counts) == 0:
        return not_estimable(method, NOBODY_MOVED)
    shift = counts.sum(axis=1) - counts.sum(axis=0)
    covariance = -(counts + counts.T)
    np.fill_diagonal(covariance, counts.sum(axis=1) + counts.sum(axis=0) - 2 * np.diag(counts))
    df = int(np.linalg.matrix_rank(covariance))
    squared = float(shift @ np.linalg.pinv(covariance) @ shift)
    total = counts.sum()
    if method == "bhapkar":
        if squared >= total * (1 - 1e-12):
            return not_estimable(method, "everybody moved the same way")
        squared /= 1 - squared / total
    return Outcome(statistic=squared, df=float(df), p_value=float(stats.chi2.sf(squared, df)), method=method)


def symmetry(table: ArrayLike) -> Outcome:
    """Test by Bowker's test whether as many people moved from each answer to each other one as back.

    Parameters
    ----------
    table : array_like
        Counts of pairs: rows are answers at baseline, columns the same answers at final.

    Returns
    -------
    Outcome
        Statistic, df and p; pairs of answers between which nobody moved carry no df. Or why there are none.

    Notes
    -----
    Bowker, J Am Stat Assoc 1948;43:572-574. Evidence: R ``mcnemar.test``.
    """
    counts = _used(table)
    if _moved(counts) == 0:
        return not_estimable("bowker", NOBODY_MOVED)
    upper = np.triu_indices_from(counts, 1)
    there, back = counts[upper], counts.T[upper]
    moved = there + back > 0
    squared = float(((there - back)[moved] ** 2 / (there + back)[moved]).sum())
    df = int(moved.sum())
    return Outcome(statistic=squared, df=float(df), p_value=float(stats.chi2.sf(squared, df)), method="bowker")


def _used(table: ArrayLike) -> np.ndarray:
    """The table without answers that nobody gave at either wave."""
    counts = np.asarray(table, float)
    used = counts.sum(axis=0) + counts.sum(axis=1) > 0
    return counts[used][:, used]


def _moved(counts: np.ndarray) -> float:
    """How many people changed their answer."""
    return counts.sum() - np.trace(counts)
