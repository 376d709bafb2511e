"""Logistic and linear models fitted by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from nbeval.errors import ParameterError
from nbeval.estimate.design_matrix import Design, Predictors, design
from nbeval.estimate.separation import Separation, find_separation

LOGISTIC, LINEAR = "logistic", "linear"
STEPS = 40
#: beyond this log odds a fit is probably running away
RUNAWAY = 30.0


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model with its estimates, or with the reason why there are none (``why``).

    ``weights`` are the working weights, so that X'WX is the information; ``residuals`` are answer minus
    mean, so that X * residuals are the scores (of a linear model: times the variance).
    """

    kind: str
    design: Design
    answers: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    means: NDArray[np.float64]
    weights: NDArray[np.float64]
    inverse: NDArray[np.float64]           # of X'WX
    log_likelihood: float
    why: str = ""
    separation: Separation | None = None

    @property
    def n(self) -> int:
        return len(self.answers)

    @property
    def p(self) -> int:
        return len(self.coefficients)

    @property
    def residuals(self) -> NDArray[np.float64]:
        return self.answers - self.means

    @property
    def residual_df(self) -> int:
        return self.n - self.p

    @property
    def dispersion(self) -> float:
        """Residual variance of a linear model; 1 of a logistic one."""
        return 1.0 if self.kind == LOGISTIC else float(self.residuals @ self.residuals) / self.residual_df


def fit(predictors: Predictors, answers: NDArray[np.float64], *, kind: str) -> Fitted:
    """Fit a model to the respondents who have the outcome and every variable.

    Parameters
    ----------
    predictors : Predictors
        From ``design_matrix.prepare``; made once, used for every outcome.
    answers : numpy.ndarray
        One per row of the prepared table, missing where there is no valid answer; 0 or 1 in a logistic model.
    kind : str
        ``logistic`` or ``linear``.

    Returns
    -------
    Fitted
        With ``why`` where there is no estimate: too few respondents, one answer only, separation.

    Raises
    ------
    ParameterError
        ``kind`` is not known, or answers of a logistic model are not 0 or 1.

    Notes
    -----
    Evidence: ``regression.R`` (glm, lm), and statsmodels in the tests.
    """
    _refuse(answers, kind)
    columns = design(predictors, np.isfinite(answers))
    return fit_design(columns, answers[columns.rows], kind=kind)


def fit_design(columns: Design, answers: NDArray[np.float64], *, kind: str) -> Fitted:
    """Fit a model whose columns are already made.

    Parameters
    ----------
    columns : Design
    answers : numpy.ndarray
        One per row of the design, none missing.
    kind : str
        ``logistic`` or ``linear``.

    Returns
    -------
    Fitted
    """
    n, p = columns.matrix.shape
    if n <= p:
        return _unfitted(kind, columns, answers, f"{n} respondents are too few for {p} coefficients")
    return _logistic(columns, answers) if kind == LOGISTIC else _linear(columns, answers)


def fit_unsettled(fitted: Fitted) -> Fitted:
    """Fit a quasi-separated model to the respondents whose answer it does not foretell with certainty.

    Parameters
    ----------
    fitted : Fitted
        Without estimates, because of quasi-complete separation.

    Returns
    -------
    Fitted
        Its coefficients are the limits of the whole model's finite ones, where the reference is the same.

    Notes
    -----
    Albert and Anderson, Biometrika 1984;71:1-10.
    """
    rows = np.zeros(len(fitted.design.predictors.complete), bool)
    rows[fitted.design.rows[~fitted.separation.settled]] = True
    columns = design(fitted.design.predictors, rows)
    return fit_design(columns, fitted.answers[~fitted.separation.settled], kind=fitted.kind)


def _refuse(answers: NDArray[np.float64], kind: str) -> None:
    """Stop at a kind of model or at answers that cannot be."""
    if kind not in (LOGISTIC, LINEAR):
        raise ParameterError(f"there is no model of kind {kind!r}.", allowed=f"{LOGISTIC}, {LINEAR}", do="choose one of these.")
    known = answers[np.isfinite(answers)]
    if kind == LOGISTIC and not np.isin(known, (0.0, 1.0)).all():
        raise ParameterError(
            "a logistic model needs an outcome of two answers.", found=f"{len(np.unique(known))} different values",
            allowed="0 and 1", do="code the outcome as an indicator, or ask for a linear model.",
        )


def _unfitted(kind: str, columns: Design, answers: NDArray[np.float64], why: str, separation: Separation | None = None) -> Fitted:
    """A model without estimates."""
    p = columns.matrix.shape[1]
    nothing = np.full(len(answers), np.nan)
    return Fitted(kind, columns, answers, np.full(p, np.nan), nothing, nothing, np.full((p, p), np.nan), np.nan, why, separation)


def _logistic(columns: Design, y: NDArray[np.float64]) -> Fitted:
    """Newton's method; a fit that converges proves that the answers are not separated."""
    if y.min() == y.max():
        return _unfitted(LOGISTIC, columns, y, "everybody gave the same answer",
                         Separation("complete", {}, np.ones(len(y), bool)))
    X, b, separation = columns.matrix, np.zeros(columns.matrix.shape[1]), None
    for _ in range(STEPS):
        means = expit(X @ b)
        try:
            step = np.linalg.solve(X.T @ (X * (means * (1 - means))[:, None]), X.T @ (y - means))
        except np.linalg.LinAlgError:
            break
        b = _uphill(X, y, b, step)
        if np.abs(step).max() < 1e-9 * (1 + np.abs(b).max()):
            return _finished(LOGISTIC, columns, y, b)
        if separation is None and np.abs(X @ b).max() > RUNAWAY:
            separation = find_separation(X, y, columns.columns)
            if separation:
                break
    separation = separation or find_separation(X, y, columns.columns)
    why = f"{separation.kind} separation: no finite estimate of {_terms(columns, separation)}" if separation else "the fit did not converge"
    return _unfitted(LOGISTIC, columns, y, why, separation)


def _uphill(
    X: NDArray[np.float64], y: NDArray[np.float64], b: NDArray[np.float64], step: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The whole step, or as much of it as does not lower the likelihood."""
    now = _log_likelihood(y, X @ b)
    while _log_likelihood(y, X @ (b + step)) < now - 1e-9 * abs(now) and np.abs(step).max() > 1e-12:
        step = step / 2
    return b + step


def _log_likelihood(y: NDArray[np.float64], eta: NDArray[np.float64]) -> float:
    """Of answers 0 and 1 at these log odds."""
    return float((y * eta - np.logaddexp(0, eta)).sum())


def _terms(columns: Design, separation: Separation) -> str:
    """Names of the separated terms; a level is not named, for it would say what all of a group answered."""
    terms = {of for name, of in zip(columns.columns, columns.term_of) if name in separation.infinite}
    return ", ".join(sorted(terms)) or "any coefficient"


def _linear(columns: Design, y: NDArray[np.float64]) -> Fitted:
    """Least squares."""
    return _finished(LINEAR, columns, y, np.linalg.lstsq(columns.matrix, y, rcond=None)[0])


def _finished(kind: str, columns: Design, y: NDArray[np.float64], b: NDArray[np.float64]) -> Fitted:
    """A model at its estimates."""
    X, eta = columns.matrix, columns.matrix @ b
    means = expit(eta) if kind == LOGISTIC else eta
    weights = means * (1 - means) if kind == LOGISTIC else np.ones(len(y))
    inverse = np.linalg.inv(X.T @ (X * weights[:, None]))
    if kind == LOGISTIC:
        likelihood = _log_likelihood(y, eta)
    else:
        squares = float(((y - means) ** 2).sum())
        likelihood = -len(y) / 2 * (log(2 * pi * squares / len(y)) + 1) if squares > 0 else np.inf
    return Fitted(kind, columns, y, b, means, weights, inverse, likelihood)
