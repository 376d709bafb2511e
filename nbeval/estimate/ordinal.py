"""Ordered answers modelled by proportional odds, and whether the odds are proportional."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, nan

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from nbeval.estimate.design_matrix import Design, Predictors, design
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.wald import wald

METHOD = "proportional_odds"
STEPS = 100


@dataclass(frozen=True, eq=False)
class FittedOrdinal:
    """A cumulative logit model: logit P(answer <= k) = threshold k - x beta.

    A positive coefficient raises the answer. ``estimates`` holds thresholds, then coefficients; ``free``
    are the columns whose coefficient differs from threshold to threshold (none in proportional odds).
    """

    design: Design
    answers: NDArray[np.int64]             # 0, 1, ... among the answers somebody gave
    labels: tuple[str, ...]
    names: tuple[str, ...]
    estimates: NDArray[np.float64]
    covariance: NDArray[np.float64]
    log_likelihood: float
    why: str = ""


def fit_ordinal(predictors: Predictors, answers: NDArray[np.float64], labels: tuple[str, ...]) -> FittedOrdinal:
    """Fit proportional odds to the respondents who have the outcome and every variable.

    Parameters
    ----------
    predictors : Predictors
        From ``design_matrix.prepare``.
    answers : numpy.ndarray
        Position of each answer among ``labels``, missing where there is none.
    labels : tuple of str
        The answers in order. An answer nobody gave is left out.

    Returns
    -------
    FittedOrdinal
        With ``why`` where there is no estimate.

    Notes
    -----
    Evidence: ``regression.R`` (ordinal::clm, Newton to a gradient of 1e-10).
    """
    columns = design(predictors, np.isfinite(answers))
    used = answers[columns.rows].astype(int)
    given, coded = np.unique(used, return_inverse=True)
    return _fit(columns, coded, tuple(labels[code] for code in given), np.zeros(len(columns.columns), bool))


def ordinal_coefficients(fitted: FittedOrdinal, *, conf_level: float = 0.95) -> dict[str, Outcome]:
    """Thresholds ("lower|upper") and coefficients with Wald intervals, as log odds.

    Parameters
    ----------
    fitted : FittedOrdinal
    conf_level : float

    Returns
    -------
    dict of str to Outcome
    """
    if fitted.why:
        return {name: not_estimable(METHOD, fitted.why) for name in fitted.names}
    errors = np.sqrt(np.diag(fitted.covariance))
    return {name: wald(value, error, conf_level, METHOD) for name, value, error in zip(fitted.names, fitted.estimates, errors)}


def ordinal_odds_ratios(fitted: FittedOrdinal, *, conf_level: float = 0.95) -> dict[str, Outcome]:
    """Odds ratios of a higher answer, one per coefficient.

    Parameters
    ----------
    fitted : FittedOrdinal
    conf_level : float

    Returns
    -------
    dict of str to Outcome
        ``statistic`` and ``p_value`` are those of the log odds.
    """
    coefficients = ordinal_coefficients(fitted, conf_level=conf_level)
    thresholds = len(fitted.labels) - 1
    return {
        name: log_odds if not isfinite(log_odds.estimate) else Outcome(
            exp(log_odds.estimate), nan, exp(log_odds.conf_low), exp(log_odds.conf_high), conf_level,
            log_odds.statistic, nan, log_odds.p_value, METHOD)
        for name, log_odds in list(coefficients.items())[thresholds:]
    }


def proportionality(fitted: FittedOrdinal, term: str) -> Outcome:
    """Likelihood ratio test of proportional odds for one term, against a coefficient of its own at each threshold.

    Parameters
    ----------
    fitted : FittedOrdinal
        Proportional in every term.
    term : str

    Returns
    -------
    Outcome
        A small ``p_value`` says that the odds are not proportional. Not estimable where some level has
        nobody with some answer: the freed coefficients would be infinite.

    Notes
    -----
    Evidence: ``regression.R`` (ordinal::clm with nominal effects, as ordinal::nominal_test).
    """
    method, mine = "likelihood_ratio", fitted.design.columns_of(term)
    if fitted.why or not mine.any():
        return not_estimable(method, fitted.why or "other terms determine it")
    if len(fitted.labels) < 3:
        return not_estimable(method, "with two answers there is one threshold only")
    if _empty_cell(fitted, term):
        return not_estimable(method, "some group has nobody with some answer: estimates of the freed model are infinite")
    freed = _fit(fitted.design, fitted.answers, fitted.labels, mine)
    if freed.why:
        return not_estimable(method, freed.why)
    ratio, df = 2 * (freed.log_likelihood - fitted.log_likelihood), len(freed.names) - len(fitted.names)
    return Outcome(statistic=ratio, df=df, p_value=float(stats.chi2.sf(ratio, df)), method=method)


def _empty_cell(fitted: FittedOrdinal, term: str) -> bool:
    """Whether some combination of the factors of a term has nobody with some answer."""
    predictors = fitted.design.predictors
    factors = [predictors.codes[name][fitted.design.rows] for name in term.split(":") if name in predictors.codes]
    if not factors:
        return False
    _, cell = np.unique(np.column_stack(factors), axis=0, return_inverse=True)
    counts = np.zeros((cell.max() + 1, len(fitted.labels)), int)
    np.add.at(counts, (cell, fitted.answers), 1)
    return bool((counts == 0).any())


def _fit(columns: Design, answers: NDArray[np.int64], labels: tuple[str, ...], free: NDArray[np.bool_]) -> FittedOrdinal:
    """Newton's method with halved steps; the columns marked ``free`` have a coefficient per threshold."""
    thresholds = len(labels) - 1
    cuts = [f"{low}|{high}" for low, high in zip(labels, labels[1:])]
    shared = [name for name, freed in zip(columns.columns[1:], free[1:]) if not freed]
    freed_names = [f"{cut}.{name}" for name, freed in zip(columns.columns, free) if freed for cut in cuts]
    names = (*cuts, *shared, *freed_names)
    if thresholds < 1 or len(answers) <= len(names):
        few = f"{len(answers)} respondents are too few for {len(names)} coefficients"
        why = "everybody gave the same answer" if thresholds < 1 else few
        return _unfitted(columns, answers, labels, names, why)
    rows = _Rows(columns.matrix, answers, thresholds, free)
    b = np.zeros(len(names))
    b[:thresholds] = stats.logistic.ppf(np.cumsum(np.bincount(answers))[:-1] / len(answers))
    now, gradient, information = rows.at(b)
    for _ in range(STEPS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            break
        share = 1.0
        while not (new := rows.likelihood(b + share * step)) >= now - 1e-10 * abs(now) and share > 1e-8:
            share /= 2
        b = b + share * step
        now, gradient, information = rows.at(b)
        if np.abs(step).max() < 1e-9 and isfinite(new):
            return FittedOrdinal(columns, answers, labels, names, b, np.linalg.inv(information), now)
        if np.abs(b).max() > 50:
            break
    return _unfitted(columns, answers, labels, names, "no finite estimates: some group gave only the lowest or the highest answers")


def _unfitted(
    columns: Design, answers: NDArray[np.int64], labels: tuple[str, ...], names: tuple[str, ...], why: str,
) -> FittedOrdinal:
    """A model without estimates."""
    p = len(names)
    return FittedOrdinal(columns, answers, labels, names, np.full(p, nan), np.full((p, p), nan), nan, why)


class _Rows:
    """Upper and lower linear predictors of every answer, and the likelihood they give."""

    def __init__(self, matrix: NDArray[np.float64], answers: NDArray[np.int64], thresholds: int, free: NDArray[np.bool_]) -> None:
        self.top, self.bottom = answers == thresholds, answers == 0
        self.upper = self._side(matrix, answers, thresholds, free)
        self.lower = self._side(matrix, answers - 1, thresholds, free)

    @staticmethod
    def _side(matrix: NDArray[np.float64], at: NDArray[np.int64], thresholds: int, free: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Columns of the linear predictor of threshold ``at``; zero where there is no such threshold."""
        cut = (at[:, None] == np.arange(thresholds)).astype(float)
        shared = -matrix[:, 1:][:, ~free[1:]] * cut.any(axis=1)[:, None]
        freed = [-matrix[:, [column]] * cut for column in np.flatnonzero(free)]
        return np.hstack([cut, shared, *freed])

    def _ends(self, b: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Cumulative chances above and below each answer."""
        return np.where(self.top, 1.0, expit(self.upper @ b)), np.where(self.bottom, 0.0, expit(self.lower @ b))

    def likelihood(self, b: NDArray[np.float64]) -> float:
        """Log-likelihood; minus infinity where thresholds cross."""
        high, low = self._ends(b)
        chance = high - low
        return float(np.log(chance).sum()) if (chance > 0).all() else -np.inf

    def at(self, b: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Log-likelihood, gradient and observed information."""
        high, low = self._ends(b)
        chance = high - low
        slope_high, slope_low = high * (1 - high) / chance, low * (1 - low) / chance
        each = self.upper * slope_high[:, None] - self.lower * slope_low[:, None]
        bend = (self.upper.T @ (self.upper * (slope_high * (1 - 2 * high))[:, None])
                - self.lower.T @ (self.lower * (slope_low * (1 - 2 * low))[:, None]))
        return float(np.log(chance).sum()), each.sum(axis=0), each.T @ each - bend
