"""What goes with an outcome: coefficients, odds ratios, marginal effects, tests of terms, collinearity."""

from __future__ import annotations

from dataclasses import replace
from math import exp, isfinite, nan

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nbeval.estimate.coefficient_variance import covariance
from nbeval.estimate.design_matrix import Design
from nbeval.estimate.model_fit import LINEAR, LOGISTIC, Fitted, fit_design, fit_unsettled
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.standardise import delta_outcome, standardised_difference
from nbeval.estimate.wald import wald

INTERCEPT = "(Intercept)"


def coefficients(
    fitted: Fitted, *, variance: str = "model", clusters: NDArray | None = None, conf_level: float = 0.95,
) -> dict[str, Outcome]:
    """Coefficients of a model.

    Parameters
    ----------
    fitted : Fitted
    variance : str
        See ``coefficient_variance.covariance``. A linear model with ``model`` has t intervals, every other normal ones.
    clusters : numpy.ndarray, optional
        For ``cr1`` and ``cr1s``.
    conf_level : float

    Returns
    -------
    dict of str to Outcome
        Per column; the columns left out because others determine them are there too, with the reason.

    Notes
    -----
    Evidence: ``regression.R`` (glm, lm, sandwich).
    """
    left_out = not_estimable(f"{fitted.kind}_{variance}", "other columns determine it: nobody has this combination")
    return _estimates(fitted, variance, clusters, conf_level) | dict.fromkeys(fitted.design.aliased, left_out)


def _estimates(fitted: Fitted, variance: str, clusters: NDArray | None, conf_level: float) -> dict[str, Outcome]:
    """Coefficients of the columns of the design."""
    method = f"{fitted.kind}_{variance}"
    found = {name: not_estimable(method, fitted.why) for name in fitted.design.columns}
    if fitted.why:
        return found | _finite(fitted, variance, clusters, conf_level)
    errors = np.sqrt(np.maximum(0.0, np.diag(covariance(fitted, variance, clusters=clusters))))
    df = fitted.residual_df if fitted.kind == LINEAR and variance == "model" else nan
    for name, value, error in zip(fitted.design.columns, fitted.coefficients, errors):
        found[name] = wald(value, error, conf_level, method, df=df) if error > 0 else not_estimable(method, "no variance")
    return found


def _finite(fitted: Fitted, variance: str, clusters: NDArray | None, conf_level: float) -> dict[str, Outcome]:
    """The finite coefficients of a quasi-separated model: those whose column keeps its meaning among the unsettled."""
    if not fitted.separation or fitted.separation.kind == "complete":
        return {}
    rest = fit_unsettled(fitted)
    if rest.why:
        return {}
    moved = {name for name in fitted.design.predictors.codes if rest.design.levels(name)[0] != fitted.design.levels(name)[0]}
    estimates = _estimates(rest, variance, clusters, conf_level)
    return {
        name: replace(estimates[name], warning=f"beside {fitted.why}")
        for name, term in zip(rest.design.columns, rest.design.term_of)
        if name not in fitted.separation.infinite and not moved & set(term.split(":")) and not (name == INTERCEPT and moved)
    }


def odds_ratios(
    fitted: Fitted, *, variance: str = "model", clusters: NDArray | None = None, conf_level: float = 0.95,
) -> dict[str, Outcome]:
    """Odds ratios of a logistic model with Wald intervals, the intercept left out.

    Parameters
    ----------
    fitted : Fitted
        Of kind ``logistic``.
    variance, clusters, conf_level
        As in ``coefficients``.

    Returns
    -------
    dict of str to Outcome
        ``statistic`` and ``p_value`` are those of the log odds. A separated level has the reason and no number.

    Notes
    -----
    Evidence: ``regression.R``.
    """
    found = {}
    for name, log_odds in coefficients(fitted, variance=variance, clusters=clusters, conf_level=conf_level).items():
        if name == INTERCEPT:
            continue
        found[name] = log_odds if not isfinite(log_odds.estimate) else Outcome(
            exp(log_odds.estimate), nan, exp(log_odds.conf_low), exp(log_odds.conf_high), conf_level,
            log_odds.statistic, nan, log_odds.p_value, "wald", log_odds.warning,
        )
    return found


def average_marginal_effects(
    fitted: Fitted, variable: str, *, variance: str = "model", conf_level: float = 0.95,
) -> dict[str, Outcome]:
    """Average marginal effects of one variable, with delta-method errors.

    Parameters
    ----------
    fitted : Fitted
        Without interactions of ``variable``.
    variable : str
        A factor: each level against the reference, everybody switched. A number: the mean derivative.
    variance, conf_level
        As in ``coefficients``.

    Returns
    -------
    dict of str to Outcome
        Per column of the variable. In shares (0 to 1) of a logistic model.

    Notes
    -----
    A factor is switched as a whole: switching one of its columns while the others stay as they are, as some
    programs do, is not a contrast with the reference. Evidence: ``regression.R``.
    """
    if variable in fitted.design.predictors.codes:
        reference, *levels = fitted.design.levels(variable)
        options = {"variance": variance, "conf_level": conf_level}
        return {f"{variable}{level}": standardised_difference(fitted, variable, reference, level, **options) for level in levels}
    method = f"standardised_delta_{variance}"
    if fitted.why:
        return {variable: not_estimable(method, fitted.why)}
    at = fitted.design.columns.index(variable)
    slope = fitted.coefficients[at]
    if fitted.kind == LINEAR:
        value, gradient = slope, np.zeros(fitted.p)
        gradient[at] = 1.0
    else:
        w = fitted.weights
        value = float(w.mean() * slope)
        gradient = (w * (1 - 2 * fitted.means)) @ fitted.design.matrix / fitted.n * slope
        gradient[at] += w.mean()
    return {variable: delta_outcome(value, gradient, covariance(fitted, variance), conf_level, method)}


def term_tests(fitted: Fitted) -> dict[str, Outcome]:
    """Test of each term that stands in no interaction, against the model without it.

    Parameters
    ----------
    fitted : Fitted

    Returns
    -------
    dict of str to Outcome
        Likelihood ratio of a logistic model, F of a linear one (``df`` is the numerator's).

    Notes
    -----
    Evidence: ``regression.R`` (drop1).
    """
    method = "likelihood_ratio" if fitted.kind == LOGISTIC else "f"
    terms = [":".join(term) for term in fitted.design.predictors.terms]
    inside = {part for term in terms if ":" in term for part in term.split(":")}
    tests = {}
    for term in terms:
        if term in inside:
            continue
        mine = fitted.design.columns_of(term)
        possible = not fitted.why and mine.any()
        without = fit_design(_without(fitted.design, mine), fitted.answers, kind=fitted.kind) if possible else None
        if without is None or without.why:
            why = without.why if without is not None else fitted.why or "other terms determine it"
            tests[term] = not_estimable(method, why)
            continue
        tests[term] = _compare(fitted, without, int(mine.sum()), method)
    return tests


def _without(design: Design, columns: NDArray[np.bool_]) -> Design:
    """The design without some columns."""
    keep = ~columns
    names = tuple(np.array(design.columns)[keep])
    terms = tuple(np.array(design.term_of)[keep])
    return Design(design.predictors, design.rows, design.present, design.matrix[:, keep], names, terms, design.aliased)


def _compare(larger: Fitted, smaller: Fitted, df: int, method: str) -> Outcome:
    """Likelihood ratio or F of two nested models."""
    if method == "f":
        gain = (smaller.residuals @ smaller.residuals - larger.residuals @ larger.residuals) / df
        ratio = float(gain / larger.dispersion)
        return Outcome(statistic=ratio, df=df, p_value=float(stats.f.sf(ratio, df, larger.residual_df)), method=method)
    ratio = 2 * (larger.log_likelihood - smaller.log_likelihood)
    return Outcome(statistic=ratio, df=df, p_value=float(stats.chi2.sf(ratio, df)), method=method)
