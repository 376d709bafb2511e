"""What unequal weights cost: how many equally weighted respondents would tell as much."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbeval.estimate.outcome import Outcome, not_estimable


def effective_n(weights: ArrayLike) -> Outcome:
    """Kish's effective number of respondents: the size of an equally weighted sample as precise as this one.

    Parameters
    ----------
    weights : array-like
        Missing ones do not count.

    Returns
    -------
    Outcome

    Notes
    -----
    (sum w)^2 / sum w^2. Kish, Survey Sampling (1965), section 11.7.
    """
    w = _known(weights)
    return Outcome(float(w.sum() ** 2 / (w**2).sum()), method="kish") if w.any() else not_estimable("kish", "no weights")


def design_effect(weights: ArrayLike) -> Outcome:
    """Kish's design effect of weighting: respondents over effective respondents.

    Parameters
    ----------
    weights : array-like
        Missing ones do not count.

    Returns
    -------
    Outcome
    """
    n = effective_n(weights)
    return Outcome(len(_known(weights)) / n.estimate, method="kish") if isfinite(n.estimate) else n


def _known(weights: ArrayLike) -> NDArray[np.float64]:
    """The weights that are not missing."""
    w = np.asarray(weights, float)
    return w[np.isfinite(w)]
