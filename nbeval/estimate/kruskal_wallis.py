"""Whether ordered answers differ between several groups: the Kruskal-Wallis test and its effect size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.estimate.outcome import Outcome, not_estimable


def kruskal_wallis(groups: Sequence[ArrayLike]) -> Outcome:
    """Test whether ordered answers tend to be higher in some groups than in others.

    Parameters
    ----------
    groups : sequence of array_like
        Valid answers as numbers, one array per group; groups without an answer are left out.

    Returns
    -------
    Outcome
        The statistic corrected for ties, df and p; the estimate is epsilon squared, the share of the spread of
        ranks that lies between groups. Or why there is none.

    Notes
    -----
    Evidence: R ``kruskal.test``, ``effectsize::rank_epsilon_squared``.
    """
    method = "kruskal_wallis"
    answered = [np.asarray(group, float) for group in groups if np.size(group)]
    if len(answered) < 2:
        return not_estimable(method, "fewer than two groups have an answer")
    pooled = np.concatenate(answered)
    if np.ptp(pooled) == 0:
        return not_estimable(method, "everybody gave the same answer")
    result = stats.kruskal(*answered)
    return Outcome(
        float(result.statistic / (pooled.size - 1)), statistic=float(result.statistic), df=float(len(answered) - 1),
        p_value=float(result.pvalue), method=method,
    )
