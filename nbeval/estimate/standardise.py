"""The adjusted change: what the difference between waves would be if both had the same composition.

A model of the outcome gives every respondent two predictions, one for each wave; the mean difference is
the adjusted change. Covariates are held as observed, so their sampling is not in the interval.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from nbeval.estimate.coefficient_variance import covariance
from nbeval.estimate.design_matrix import Predictors
from nbeval.estimate.model_fit import LOGISTIC, Fitted, fit, fit_unsettled
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.wald import wald

SETTLED = "in a group that all gave one answer the model foretells no change; it counts with a change of zero"
#: a variance of this size is rounding: each cluster is fitted exactly
NO_VARIANCE = 1e-12


def adjusted_change(
    predictors: Predictors, answers: NDArray[np.float64], *, kind: str, variable: str, reference: str, level: str,
    variance: str = "hc1", clusters: NDArray | None = None, conf_level: float = 0.95,
) -> Outcome:
    """Standardised difference of an outcome between two levels, adjusted for the other variables of the model.

    Parameters
    ----------
    predictors : Predictors
        From ``design_matrix.prepare`` with ``variable`` among its terms; made once for many outcomes.
    answers : numpy.ndarray
        One per row of the prepared table, missing where there is no valid answer.
    kind : str
        ``logistic`` (answers 0 or 1; the difference is one of shares) or ``linear``.
    variable, reference, level : str
        The factor that is switched and its two levels: the difference is ``level`` minus ``reference``.
    variance : str
        Of the coefficients: see ``coefficient_variance.covariance``.
    clusters : numpy.ndarray, optional
        For ``cr1`` and ``cr1s``.
    conf_level : float

    Returns
    -------
    Outcome
        Not estimable where a level has no respondents, or the levels themselves are separated.

    Notes
    -----
    Evidence: ``regression.R`` (standardised_difference, delta method with analytic gradients).
    """
    method = f"standardised_delta_{variance}"
    fitted = fit(predictors, answers, kind=kind)
    missing = {reference, level} - set(fitted.design.levels(variable))
    if missing:
        return not_estimable(method, f"nobody with an answer in {' and '.join(sorted(missing))}")
    return standardised_difference(fitted, variable, reference, level, variance=variance, clusters=clusters, conf_level=conf_level)


def standardised_levels(
    fitted: Fitted, variable: str, *, variance: str = "model", clusters: NDArray | None = None, conf_level: float = 0.95,
) -> dict[str, Outcome]:
    """Mean prediction over the used respondents with ``variable`` at each of its levels.

    Parameters
    ----------
    fitted : Fitted
    variable : str
        A factor of the model.
    variance, clusters, conf_level
        As in ``adjusted_change``.

    Returns
    -------
    dict of str to Outcome
        One per level, in declared order.
    """
    method = f"standardised_delta_{variance}"
    if fitted.why:
        return {level: not_estimable(method, fitted.why) for level in fitted.design.levels(variable)}
    matrix = covariance(fitted, variance, clusters=clusters)
    found = {}
    for level in fitted.design.levels(variable):
        value, gradient = _prediction(fitted, fitted.design.at(variable, level))
        found[level] = delta_outcome(value, gradient, matrix, conf_level, method, tested=False)
    return found


def standardised_difference(
    fitted: Fitted, variable: str, reference: str, level: str, *, variance: str = "model",
    clusters: NDArray | None = None, conf_level: float = 0.95,
) -> Outcome:
    """Mean prediction with ``variable`` at ``level`` minus at ``reference``.

    Parameters
    ----------
    fitted : Fitted
    variable, reference, level, variance, clusters, conf_level
        As in ``adjusted_change``.

    Returns
    -------
    Outcome

    Notes
    -----
    Where another variable separates the answers (all of a small authority say yes), the respondents
    concerned are foretold the same at both levels: they count with a change of zero, which is the limit of
    the likelihood, and the warning says so without naming them.
    """
    method = f"standardised_delta_{variance}"
    if not all(fitted.design.reaches(variable, at) for at in (reference, level)):
        return not_estimable(method, "other variables determine the levels: they cannot be told apart")
    if fitted.why:
        if not fitted.separation or variable_is_separated(fitted, variable):
            return not_estimable(method, fitted.why)
        return _of_the_unsettled(fitted, variable, reference, level, variance, clusters, conf_level)
    value, gradient = _difference(fitted, variable, reference, level)
    return delta_outcome(value, gradient, covariance(fitted, variance, clusters=clusters), conf_level, method)


def variable_is_separated(fitted: Fitted, variable: str) -> bool:
    """Whether the estimate of ``variable`` itself is infinite.

    Parameters
    ----------
    fitted : Fitted
        Without estimates, because of separation.
    variable : str

    Returns
    -------
    bool
    """
    columns = zip(fitted.design.columns, fitted.design.columns_with(variable))
    mine = {name for name, belongs in columns if belongs}
    return fitted.separation.kind == "complete" or bool(mine & set(fitted.separation.infinite))


def delta_outcome(
    value: float, gradient: NDArray[np.float64], matrix: NDArray[np.float64], conf_level: float, method: str, *, tested: bool = True,
) -> Outcome:
    """An estimate with its delta-method error, normal interval and, where asked, test against 0.

    Parameters
    ----------
    value : float
    gradient : numpy.ndarray
        Of the estimate in the coefficients.
    matrix : numpy.ndarray
        Variance of the coefficients.
    conf_level : float
    method : str
    tested : bool
        Whether 0 is a value worth testing against.

    Returns
    -------
    Outcome
        Not estimable where the variance is zero by construction.
    """
    if not np.isfinite(matrix).all() or np.diag(matrix).max() < NO_VARIANCE:
        return not_estimable(method, "the variance is zero by construction: each cluster is fitted exactly")
    error = sqrt(max(0.0, float(gradient @ matrix @ gradient)))
    if error == 0:
        return Outcome(value, error, method=method, warning="no variance: an interval without width would not be certainty")
    return wald(value, error, conf_level, method, tested=tested)


def _prediction(fitted: Fitted, matrix: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Mean prediction for these columns and its gradient in the coefficients."""
    eta = matrix @ fitted.coefficients
    if fitted.kind != LOGISTIC:
        return float(eta.mean()), matrix.mean(axis=0)
    chances = expit(eta)
    return float(chances.mean()), (chances * (1 - chances)) @ matrix / len(matrix)


def _difference(fitted: Fitted, variable: str, reference: str, level: str) -> tuple[float, NDArray[np.float64]]:
    """Difference of two mean predictions and its gradient."""
    high, high_gradient = _prediction(fitted, fitted.design.at(variable, level))
    low, low_gradient = _prediction(fitted, fitted.design.at(variable, reference))
    return high - low, high_gradient - low_gradient


def _of_the_unsettled(
    fitted: Fitted, variable: str, reference: str, level: str, variance: str, clusters: NDArray | None, conf_level: float,
) -> Outcome:
    """The adjusted change where some respondents are foretold with certainty at both levels alike."""
    method = f"standardised_delta_{variance}"
    rest = fit_unsettled(fitted)
    if rest.why or not {reference, level} <= set(rest.design.levels(variable)):
        return not_estimable(method, rest.why or "the levels cannot be compared among the rest")
    value, gradient = _difference(rest, variable, reference, level)
    matrix, share = covariance(rest, variance, clusters=clusters), rest.n / fitted.n
    if variance == "hc1":
        # the limit of the whole model keeps its own n and p
        matrix = matrix * (fitted.n / (fitted.n - fitted.p)) / (rest.n / (rest.n - rest.p))
    outcome = delta_outcome(share * value, share * gradient, matrix, conf_level, method)
    if not isfinite(outcome.estimate):
        return outcome
    return replace(outcome, warning=SETTLED)
