"""How uncertain the coefficients of a model are: by the model itself, or robust to unequal variances or clusters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nbeval.errors import ParameterError
from nbeval.estimate.model_fit import Fitted

VARIANCES = ("model", "hc0", "hc1", "hc3", "cr1", "cr1s")


def covariance(fitted: Fitted, variance: str = "model", *, clusters: NDArray | None = None) -> NDArray[np.float64]:
    """Variance matrix of the coefficients.

    Parameters
    ----------
    fitted : Fitted
        With estimates.
    variance : str
        ``model``; ``hc0``, ``hc1``, ``hc3`` against unequal variances; ``cr1``, ``cr1s`` against clusters.
    clusters : numpy.ndarray, optional
        One label per row of the prepared table, for ``cr1`` and ``cr1s``.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ParameterError
        ``variance`` is not known, or clusters are needed and not given.

    Notes
    -----
    hc1 is hc0 times n / (n - p), cr1 has G / (G - 1), cr1s that times (n - 1) / (n - p).
    Evidence: ``regression.R`` (sandwich::vcovHC, vcovCL).
    """
    if variance not in VARIANCES or (variance.startswith("cr") and clusters is None):
        raise ParameterError(
            f"a variance {variance!r} cannot be given here.", allowed=f"{', '.join(VARIANCES)}; cr1 and cr1s with clusters",
            do="choose one of these, and name the clusters where they are needed.",
        )
    if variance == "model":
        return fitted.dispersion * fitted.inverse
    X, n, p = fitted.design.matrix, fitted.n, fitted.p
    scores = X * fitted.residuals[:, None]
    factor = {"hc1": n / (n - p)}.get(variance, 1.0)
    if variance == "hc3":
        leverage = ((X @ fitted.inverse) * X).sum(axis=1) * fitted.weights
        scores = scores / (1 - leverage)[:, None]
    if variance.startswith("cr"):
        _, of = np.unique(np.asarray(clusters)[fitted.design.rows], return_inverse=True)
        count = of.max() + 1
        summed = np.zeros((count, p))
        np.add.at(summed, of, scores)
        scores = summed
        factor = count / (count - 1) if count > 1 else np.nan
        factor *= (n - 1) / (n - p) if variance == "cr1s" else 1.0
    bread = fitted.inverse
    return factor * bread @ (scores.T @ scores) @ bread
