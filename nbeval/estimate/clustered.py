"""Models of respondents in few clusters: CR2 errors with Satterthwaite degrees of freedom, for fits of statsmodels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def cr2(fit: Any, clusters: Sequence[object], contrasts: ArrayLike | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bias-reduced clustered covariance of the coefficients, and the degrees of freedom of each contrast; NaN below two clusters.

    For unweighted OLS and Logit fits; ``contrasts`` has one row per contrast, such as the gradient of a delta method (default: each
    coefficient). Pustejovsky and Tipton, Journal of Business and Economic Statistics 2018;36:672-683, with independent answers as
    working model, as clubSandwich; no library has it for logistic models. In a logistic model the slope of the mean takes the place of
    the columns. With fewer than about four degrees of freedom an interval says little.

    >>> import statsmodels.api as sm
    >>> fit = sm.OLS([1.0, 2, 2, 3, 4, 6], np.ones(6)).fit()
    >>> matrix, df = cr2(fit, ["a", "a", "b", "b", "c", "c"])
    >>> round(float(matrix[0, 0] ** 0.5), 3), round(float(df[0]), 3)
    (1.041, 2.0)
    """
    X, y, mean = np.asarray(fit.model.exog, float), np.asarray(fit.model.endog, float), np.asarray(fit.predict(), float)
    contrasts = np.eye(X.shape[1]) if contrasts is None else np.atleast_2d(np.asarray(contrasts, float))
    codes = pd.factorize(np.asarray(clusters, object))[0]
    if codes.max(initial=-1) < 1:
        return np.full((X.shape[1], X.shape[1]), np.nan), np.full(len(contrasts), np.nan)
    logistic = hasattr(fit, "prsquared")
    v = mean * (1 - mean) if logistic else np.ones(len(y))
    slope = v[:, None] * X if logistic else X
    bread = np.linalg.inv(slope.T @ (slope / v[:, None]))
    parts = []
    for code in range(codes.max() + 1):
        rows = codes == code
        root_v = np.sqrt(v[rows])
        left = root_v[:, None] * (np.diag(v[rows]) - slope[rows] @ bread @ slope[rows].T) * root_v
        values, vectors = np.linalg.eigh(left)
        root = np.where(values > 1e-12 * values.max(), np.maximum(values, 1e-300) ** -0.5, 0.0)
        within = root_v[:, None] * slope[rows] / v[rows][:, None]
        parts.append((rows, root_v[:, None] * ((vectors * root) @ (vectors.T @ within)) @ bread))
    scores = np.stack([part.T @ (y - mean)[rows] for rows, part in parts])
    df = []
    for contrast in contrasts:
        ahead = np.column_stack([slope[rows].T @ (part @ contrast) for rows, part in parts])
        spread = np.diag([((part @ contrast) ** 2 * v[rows]).sum() for rows, part in parts]) - ahead.T @ bread @ ahead
        df.append(np.trace(spread) ** 2 / (spread**2).sum())
    return scores.T @ scores, np.array(df)
