"""Logistic and linear models of an outcome on statsmodels: fits, separation, marginal effects, and CR2 errors where clusters are few."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
import patsy
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, sparse
from scipy.special import expit
from statsmodels.tools.sm_exceptions import ModelWarning

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome, not_estimable, wald


NOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Separation:
    """Whether answers are separated, and which coefficients have no finite estimate.

    ``kind`` is empty, ``complete`` or ``quasi-complete``. ``infinite`` maps columns to +1 or -1; under complete separation no
    coefficient has an estimate and no direction is singled out. ``settled`` marks the rows whose answers the model would
    predict with certainty.
    """

    kind: str
    infinite: dict[str, int]
    settled: NDArray[np.bool_]

    def __bool__(self) -> bool:
        return bool(self.kind)


def find_separation(matrix: NDArray[np.float64], yes: NDArray[np.float64], n: NDArray[np.float64], columns: Sequence[str]) -> Separation:
    """Ask a linear programme whether some combination of columns splits the answers (Konis, DPhil thesis, Oxford 2007).

    ``matrix`` has one row per pattern and independent columns, the intercept among them; ``yes`` of ``n`` answered 1. The sum of the
    signed linear predictor is maximised over coefficients in a box, no respondent on the wrong side. Each distinct row and answer
    weighs once, so that rare ones are not lost beside frequent ones.
    """
    rows = np.unique(np.vstack([matrix[yes > 0], -matrix[yes < n]]), axis=0)
    given = sparse.csr_array(rows)
    found = optimize.linprog(-rows.sum(axis=0), A_ub=-given, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    if -found.fun < NOTHING:
        return Separation("", {}, np.zeros(len(matrix), bool))
    split = optimize.linprog(np.zeros(matrix.shape[1]), A_ub=-given, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")
    if split.status == 0:
        return Separation("complete", {}, np.ones(len(matrix), bool))
    infinite = {name: int(np.sign(value)) for name, value in zip(columns, found.x, strict=True) if abs(value) > NOTHING}
    return Separation("quasi-complete", infinite, np.abs(matrix @ found.x) > NOTHING)


LOGISTIC, LINEAR = "logistic", "linear"
#: variances of the coefficients: the model's own, against unequal variances, against clusters without and with (n-1)/(n-p)
VARIANCES = ("model", "hc1", "cr1", "cr1s")
INTERCEPT = "Intercept"
SETTLED = "in a group that all gave one answer the model predicts no change; it counts with a change of zero"
#: of a column's squared length that must remain after the columns before it have explained what they can
INDEPENDENT = 1e-10
#: beyond this log odds a fit is probably running away
RUNAWAY = 15.0
#: a variance of this size is rounding: each cluster is fitted exactly
ROUNDING = 1e-12
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Predictors:
    """The variables of a model, coded once for many outcomes. Made by ``prepare``.

    ``patterns`` has one row per distinct combination of variables (and cluster); ``pattern`` is the row of each
    respondent, -1 where a variable is missing.
    """

    terms: tuple[str, ...]
    patterns: pd.DataFrame
    pattern: NDArray[np.int64]
    clusters: NDArray[np.int64] | None

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Respondents without a missing variable."""
        return self.pattern >= 0


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a model for those who have the outcome: one row per pattern, with the answers summed.

    ``n``, ``total`` and ``squares`` are answers, their sum and the sum of their squares; ``aliased`` are columns left out
    because others determine them.
    """

    table: pd.DataFrame
    info: patsy.DesignInfo
    matrix: Floats
    columns: tuple[str, ...]
    aliased: tuple[str, ...]
    kept: NDArray[np.bool_]
    n: Floats
    total: Floats
    squares: Floats
    clusters: NDArray[np.int64] | None

    def levels(self, variable: str) -> tuple[str, ...]:
        """Levels of a factor that somebody has, the reference first."""
        return tuple(map(str, self.table[variable].cat.categories))

    def factors(self) -> list[str]:
        """The variables that have levels."""
        return [name for name in self.table if isinstance(self.table[name].dtype, pd.CategoricalDtype)]

    def columns_of(self, term: str) -> NDArray[np.bool_]:
        """Which columns belong to ``term`` ("wave", or "wave:disability")."""
        found = np.zeros(len(self.kept), bool)
        found[self.info.term_name_slices[term]] = True
        return found[self.kept]

    def columns_with(self, variable: str) -> NDArray[np.bool_]:
        """Which columns change with ``variable``, in its own term or in an interaction."""
        found = [self.columns_of(term) for term in self.info.term_names if variable in term.split(":")]
        return np.any([np.zeros(len(self.columns), bool), *found], axis=0)

    def at(self, variable: str, level: str) -> Floats:
        """All columns, those left out among them, with ``variable`` set to ``level`` for everybody."""
        column = self.table[variable]
        table = self.table.assign(**{variable: pd.Categorical([level] * len(column), categories=column.cat.categories)})
        return np.asarray(patsy.build_design_matrices([self.info], table)[0])

    def reaches(self, variable: str, level: str) -> bool:
        """Whether the model says what follows if everybody had ``level``.

        False where a column was left out because others determine it among the respondents, and they would not any more:
        the prediction would rest on which of them was left out.
        """
        if not self.aliased:
            return True
        whole = np.asarray(patsy.build_design_matrices([self.info], self.table)[0])
        link = np.linalg.lstsq(self.matrix, whole[:, ~self.kept], rcond=None)[0]
        switched = self.at(variable, level)
        return np.allclose(switched[:, self.kept] @ link, switched[:, ~self.kept], atol=1e-8)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model with its estimates, or with the reason why there are none (``why``).

    ``weights`` are those of the patterns in X'WX, whose inverse is ``inverse``.
    """

    kind: str
    design: Design
    coefficients: Floats
    means: Floats
    weights: Floats
    inverse: Floats
    why: str = ""
    separation: Separation | None = None

    @property
    def n(self) -> int:
        """Respondents in the model."""
        return int(self.design.n.sum())

    @property
    def p(self) -> int:
        """Coefficients."""
        return len(self.design.columns)

    @property
    def events(self) -> int:
        """Respondents with the rarer of two answers."""
        return int(min(self.design.total.sum(), (self.design.n - self.design.total).sum()))

    @property
    def events_per_variable(self) -> float:
        """Events for each coefficient besides the intercept; below about ten estimates are not to be relied on (Peduzzi 1996)."""
        return self.events / (self.p - 1) if self.p > 1 else nan


def prepare(table: pd.DataFrame, terms: Sequence[str], *, clusters: Sequence[object] | None = None) -> Predictors:
    """Code the variables of a model, once for many outcomes.

    A categorical column of ``table`` (one row per respondent) is a factor with its categories in declared order, any other a number;
    the term "a:b" is the interaction of two that are terms of their own too. ``clusters``: one label per respondent.
    """
    names = list(dict.fromkeys(name for term in terms for name in term.split(":")))
    unknown = sorted(set(names) - set(table.columns))
    alone = sorted({name for term in terms if ":" in term for name in term.split(":")} - set(terms))
    if unknown or alone:
        raise ParameterError(
            "a model cannot be made of these terms.", found=", ".join(unknown or alone), allowed=", ".join(map(str, table.columns)),
            do="name columns of the table, and each variable of an interaction as a term of its own too.",
        )
    chosen = table[names].reset_index(drop=True)
    factors = [name for name in names if isinstance(chosen[name].dtype, pd.CategoricalDtype)]
    chosen = chosen.assign(**{name: chosen[name].to_numpy(float, na_value=np.nan) for name in names if name not in factors})
    codes = chosen.assign(**{name: chosen[name].cat.codes for name in factors})
    groups = None if clusters is None else pd.factorize(np.asarray(clusters, object))[0]
    codes = codes if groups is None else codes.assign(**{"\0cluster": groups})
    complete = chosen.notna().all(axis=1).to_numpy()
    pattern = np.full(len(chosen), -1)
    pattern[complete] = codes[complete].groupby(list(codes), sort=True).ngroup()
    _, first = np.unique(pattern[complete], return_index=True)
    rows = np.flatnonzero(complete)[first]
    return Predictors(tuple(terms), chosen.iloc[rows].reset_index(drop=True), pattern, None if groups is None else groups[rows])


def make_design(predictors: Predictors, answers: Floats, *, among: NDArray[np.bool_] | None = None) -> Design:
    """Make the columns for the respondents who have the outcome and every variable; ``among`` keeps some patterns only.

    Without levels nobody has and without columns that those before them determine. Columns are named as R names them: variable, then
    level (``wavefinal``); the reference is the first level somebody has.
    """
    used = predictors.complete & np.isfinite(answers)
    at, size = predictors.pattern[used], len(predictors.patterns)
    sums = [np.bincount(at, part, size) for part in (np.ones(len(at)), answers[used], answers[used] ** 2)]
    here = (sums[0] > 0) & (True if among is None else among)
    table = predictors.patterns[here]
    table = table.assign(**{name: table[name].cat.remove_unused_categories() for name in table if hasattr(table[name], "cat")})
    # a factor of one level has no column, and patsy refuses to contrast it
    flat = {name for name in table if hasattr(table[name], "cat") and len(table[name].cat.categories) < 2}
    terms = [term for term in predictors.terms if not flat & set(term.split(":"))]
    info, matrix = _columns(table, terms)
    kept = _independent(matrix, sums[0][here])
    names = [name.replace("[T.", "").replace("]", "") for name in info.column_names]
    return Design(
        table, info, matrix[:, kept], tuple(np.array(names, object)[kept]), tuple(np.array(names, object)[~kept]), kept,
        *(part[here] for part in sums), None if predictors.clusters is None else predictors.clusters[here],
    )


def fit(predictors: Predictors, answers: Floats, *, kind: str) -> Fitted:
    """Fit a model (``logistic`` of 0 and 1, or ``linear``) to the respondents who have the outcome and every variable.

    ``answers``: one per row of the prepared table, missing where there is no valid answer. ``why`` says where there is no estimate: too
    few respondents, one answer only, separation.

    >>> people = pd.DataFrame({"wave": pd.Categorical(["first", "first", "last", "last"] * 5)})
    >>> fitted = fit(prepare(people, ["wave"]), np.array([0.0, 1, 1, 1] * 4 + [0, 1, 0, 1]), kind="logistic")
    >>> fitted.design.columns
    ('Intercept', 'wavelast')
    """
    known = answers[np.isfinite(answers)]
    if kind not in (LOGISTIC, LINEAR) or kind == LOGISTIC and not np.isin(known, (0.0, 1.0)).all():
        raise ParameterError(
            f"a model of kind {kind!r} cannot be fitted to these answers.", found=f"{len(np.unique(known))} different values",
            allowed=f"{LOGISTIC} with 0 and 1, {LINEAR} with numbers", do="code the outcome as an indicator, or ask for a linear model.",
        )
    return fit_design(make_design(predictors, answers), kind=kind)


def fit_design(design: Design, *, kind: str) -> Fitted:
    """Fit a model whose columns are already made: see ``fit``."""
    n, p = int(design.n.sum()), len(design.columns)
    if n <= p:
        return _unfitted(kind, design, f"{n} respondents are too few for {p} coefficients")
    if kind == LINEAR:
        found = sm.WLS(design.total / design.n, design.matrix, weights=design.n).fit(method="qr")
        return Fitted(kind, design, found.params, design.matrix @ found.params, design.n, np.asarray(found.normalized_cov_params))
    if design.total.sum() in (0, n):
        return _unfitted(kind, design, "everybody gave the same answer", Separation("complete", {}, np.ones(len(design.n), bool)))
    return _logistic(design)


def without_settled(fitted: Fitted) -> Fitted:
    """Fit a quasi-separated model to the respondents whose answer it does not predict with certainty.

    Its coefficients are the limits of the whole model's finite ones, where the reference is the same. Albert and Anderson,
    Biometrika 1984;71:1-10.
    """
    return fit_design(_part(fitted.design, ~fitted.separation.settled), kind=fitted.kind)


def covariance(fitted: Fitted, variance: str = "model") -> Floats:
    """Variance matrix of the coefficients, by one of ``VARIANCES``.

    hc1 is the sandwich times n / (n - p), cr1 that of clusters times G / (G - 1), cr1s besides times (n - 1) / (n - p).
    """
    made, n, p = fitted.design, fitted.n, fitted.p
    if variance not in VARIANCES or variance.startswith("cr") and made.clusters is None:
        raise ParameterError(
            f"a variance {variance!r} cannot be given here.", allowed=f"{', '.join(VARIANCES)}; cr1 and cr1s with clusters",
            do="choose one of these, and name the clusters where they are needed.",
        )
    squares = made.squares - 2 * fitted.means * made.total + made.n * fitted.means**2
    if variance == "model":
        return fitted.inverse * (squares.sum() / (n - p) if fitted.kind == LINEAR else 1.0)
    if variance == "hc1":
        meat = made.matrix.T @ (made.matrix * squares[:, None]) * n / (n - p)
    else:
        codes = pd.factorize(made.clusters)[0]
        scores = np.zeros((codes.max() + 1, p))
        np.add.at(scores, codes, made.matrix * (made.total - made.n * fitted.means)[:, None])
        count = len(scores)
        factor = (count / (count - 1) if count > 1 else nan) * ((n - 1) / (n - p) if variance == "cr1s" else 1.0)
        meat = scores.T @ scores * factor
    return fitted.inverse @ meat @ fitted.inverse


def coefficients(fitted: Fitted, *, variance: str = "model", conf_level: float = 0.95) -> dict[str, Outcome]:
    """Coefficients of a model by column; of a logistic one they are log odds.

    A linear model with the variance ``model`` has t intervals, every other normal ones. Columns left out because others determine them,
    and separated ones, are there with the reason.
    """
    method = f"{fitted.kind}_{variance}"
    found = dict.fromkeys(fitted.design.aliased, not_estimable(method, "other columns determine it: nobody has this combination"))
    if fitted.why:
        return found | dict.fromkeys(fitted.design.columns, not_estimable(method, fitted.why)) | _finite(fitted, variance, conf_level)
    errors = np.sqrt(np.maximum(0.0, np.diag(covariance(fitted, variance))))
    df = fitted.n - fitted.p if fitted.kind == LINEAR and variance == "model" else nan
    return found | {
        name: wald(value, error, conf_level, method, df=df) if error > 0 else not_estimable(method, "no variance")
        for name, value, error in zip(fitted.design.columns, fitted.coefficients, errors, strict=True)
    }


def odds_ratios(fitted: Fitted, *, conf_level: float = 0.95) -> dict[str, Outcome]:
    """Odds ratios of a logistic model with Wald intervals, the intercept left out; p values are those of the log odds."""
    found = coefficients(fitted, conf_level=conf_level)
    return {name: exponentiated(one, "wald") for name, one in found.items() if name != INTERCEPT}


def exponentiated(log_odds: Outcome, method: str) -> Outcome:
    """Log odds as an odds ratio: estimate and limits, without a standard error."""
    if not isfinite(log_odds.estimate):
        return log_odds
    value, low, high = np.exp([log_odds.estimate, log_odds.conf_low, log_odds.conf_high]).tolist()
    return replace(log_odds, estimate=value, std_error=nan, conf_low=low, conf_high=high, method=method)


def standardised_difference(
    fitted: Fitted, variable: str, reference: str, level: str, *, variance: str = "model", conf_level: float = 0.95,
) -> Outcome:
    """Mean prediction with ``variable`` at ``level`` minus at ``reference``, everybody switched: an average marginal effect.

    With its delta-method error; covariates are held as observed, so their sampling is not in the interval. Switching one column of a
    factor while its others stay, as some programs do, is not a contrast with the reference. Where another variable separates the answers
    (all of a small authority say yes), the respondents concerned are predicted alike at both levels: they count with a change of zero,
    the limit of the likelihood; the warning says so.
    """
    method = f"standardised_delta_{variance}"
    if not all(fitted.design.reaches(variable, at) for at in (reference, level)):
        return not_estimable(method, "other variables determine the levels: they cannot be told apart")
    if not fitted.why:
        return _delta(fitted, variable, reference, level, covariance(fitted, variance), conf_level, method)
    rest = fitted
    while rest.why:
        mine = set(np.array(rest.design.columns, object)[rest.design.columns_with(variable)])
        if not rest.separation or rest.separation.kind == "complete" or mine & set(rest.separation.infinite):
            return not_estimable(method, rest.why)
        rest = without_settled(rest)
    if not {reference, level} <= set(rest.design.levels(variable)):
        return not_estimable(method, "the levels cannot be compared among the rest")
    matrix = covariance(rest, variance)
    if variance == "hc1":
        # the limit of the whole model keeps its own n and p
        matrix = matrix * (fitted.n / (fitted.n - fitted.p)) / (rest.n / (rest.n - rest.p))
    found = _delta(rest, variable, reference, level, matrix, conf_level, method, rest.n / fitted.n)
    return replace(found, warning=SETTLED) if isfinite(found.estimate) else found


def adjusted_change(
    predictors: Predictors, answers: Floats, *, kind: str, variable: str, reference: str, level: str,
    variance: str = "hc1", conf_level: float = 0.95,
) -> Outcome:
    """Standardised difference of an outcome between two levels, adjusted for the other variables of the model.

    Not estimable where a level has no respondents, or the levels themselves are separated.
    """
    method = f"standardised_delta_{variance}"
    made = make_design(predictors, answers)
    missing = {reference, level} - set(made.levels(variable))
    if missing:
        return not_estimable(method, f"nobody with an answer in {' and '.join(sorted(missing))}")
    settled = _uniform(made, variable)
    if kind == LOGISTIC and settled.any() and not settled.all() and int(made.n.sum()) > len(made.columns):
        # what the linear programme would find, at a tenth of its time
        fitted = _unfitted(kind, made, "quasi-complete separation", Separation("quasi-complete", {}, settled))
    else:
        fitted = fit_design(made, kind=kind)
    return standardised_difference(fitted, variable, reference, level, variance=variance, conf_level=conf_level)


def _columns(table: pd.DataFrame, terms: Sequence[str]) -> tuple[patsy.DesignInfo, Floats]:
    """The columns of a model, whatever its variables are called."""
    described = [patsy.Term([]), *(patsy.Term([patsy.LookupFactor(name) for name in term.split(":")]) for term in terms)]
    info = patsy.incr_dbuilder(patsy.ModelDesc([], described), lambda: iter([table]))
    matrix = np.asarray(patsy.build_design_matrices([info], table)[0]) if terms else np.ones((len(table), 1))
    return info, matrix


def _independent(matrix: Floats, n: Floats) -> NDArray[np.bool_]:
    """Which columns are not determined by those before them: pivots of X'X in the order of the columns."""
    square = matrix.T @ (matrix * n[:, None])
    length, keep = np.diag(square).copy(), np.ones(len(square), bool)
    for k in range(len(square)):
        keep[k] = length[k] > 0 and square[k, k] > INDEPENDENT * length[k]
        if keep[k]:
            below = square[k + 1 :, k] / square[k, k]
            square[k + 1 :, k + 1 :] -= np.outer(below, square[k, k + 1 :])
    return keep


def _part(design: Design, rows: NDArray[np.bool_]) -> Design:
    """The design of some of its patterns, made anew: levels may go, and the reference with them."""
    terms = tuple(term for term in design.info.term_names if term != INTERCEPT)
    clusters = None if design.clusters is None else design.clusters[rows]
    among = Predictors(terms, design.table[rows].reset_index(drop=True), np.arange(int(rows.sum())), clusters)
    made = make_design(among, np.zeros(int(rows.sum())))
    sums = [part[rows] for part in (design.n, design.total, design.squares)]
    return replace(made, n=sums[0], total=sums[1], squares=sums[2])


def _unfitted(kind: str, design: Design, why: str, separation: Separation | None = None) -> Fitted:
    """A model without estimates."""
    p, nothing = len(design.columns), np.full(len(design.n), nan)
    return Fitted(kind, design, np.full(p, nan), nothing, nothing, np.full((p, p), nan), why, separation)


def _logistic(design: Design) -> Fitted:
    """Newton's method; a fit that converges short of huge log odds proves that the answers are not separated."""
    X, n, yes = design.matrix, design.n, design.total
    b, converged = _newton(X, n, yes)
    if not converged or np.abs(X @ b).max() > RUNAWAY:
        separation = find_separation(X, yes, n, design.columns)
        if separation or not converged:
            infinite = [design.columns.index(name) for name in separation.infinite]
            terms = sorted({term for term in design.info.term_names if term != INTERCEPT and design.columns_of(term)[infinite].any()})
            which = ", ".join(terms) or "any coefficient"
            why = f"{separation.kind} separation: no finite estimate of {which}" if separation else "the fit did not converge"
            return _unfitted(LOGISTIC, design, why, separation or None)
    means = expit(X @ b)
    weights = n * means * (1 - means)
    return Fitted(LOGISTIC, design, b, means, weights, np.linalg.inv(X.T @ (X * weights[:, None])))


def _newton(X: Floats, n: Floats, yes: Floats) -> tuple[Floats, bool]:
    """Coefficients of a logistic model, and whether they settled; reweighted least squares where Newton's steps overshoot."""
    model = sm.GLM(np.column_stack([yes, n - yes]), X, sm.families.Binomial())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=ModelWarning)
        warnings.simplefilter("ignore", category=RuntimeWarning)
        try:
            found = model.fit(method="newton", tol=1e-12, maxiter=40, disp=0)
            if found.mle_retvals["converged"] and np.isfinite(found.params).all():
                return found.params, True
            found = model.fit(maxiter=100, tol=1e-10, tol_criterion="params")
        except (np.linalg.LinAlgError, ValueError):
            return np.full(X.shape[1], nan), False
    return found.params, bool(found.converged) and bool(np.isfinite(found.params).all())


def _finite(fitted: Fitted, variance: str, conf_level: float) -> dict[str, Outcome]:
    """The finite coefficients of a quasi-separated model: those whose column keeps its meaning among the rest."""
    if not fitted.separation or fitted.separation.kind == "complete":
        return {}
    rest = without_settled(fitted)
    if rest.why:
        return {}
    moved = {name for name in fitted.design.factors() if rest.design.levels(name)[0] != fitted.design.levels(name)[0]}
    changed = np.any([np.zeros(rest.p, bool), *(rest.design.columns_with(name) for name in moved)], axis=0)
    estimates = coefficients(rest, variance=variance, conf_level=conf_level)
    return {
        name: replace(estimates[name], warning=f"beside {fitted.why}")
        for name, other in zip(rest.design.columns, changed, strict=True)
        if name not in fitted.separation.infinite and not other and not (name == INTERCEPT and moved)
    }


def _delta(
    fitted: Fitted, variable: str, reference: str, level: str, matrix: Floats, conf_level: float, method: str, share: float = 1.0,
) -> Outcome:
    """Difference of two mean predictions, times ``share``, with its delta-method error and test."""
    made, value, gradient = fitted.design, 0.0, np.zeros(fitted.p)
    weight = made.n / made.n.sum()
    for at, sign in ((level, share), (reference, -share)):
        columns = made.at(variable, at)[:, made.kept]
        eta = columns @ fitted.coefficients
        mean, slope = (expit(eta), expit(eta) * expit(-eta)) if fitted.kind == LOGISTIC else (eta, np.ones(len(eta)))
        value, gradient = value + sign * float(weight @ mean), gradient + sign * ((weight * slope) @ columns)
    if not np.isfinite(matrix).all() or np.diag(matrix).max() < ROUNDING:
        return not_estimable(method, "the variance is zero by construction: each cluster is fitted exactly")
    error = sqrt(max(0.0, float(gradient @ matrix @ gradient)))
    if error == 0:
        return Outcome(value, error, method=method, warning="no variance: an interval without width would not be certainty")
    return wald(value, error, conf_level, method)


def _uniform(design: Design, besides: str) -> NDArray[np.bool_]:
    """Patterns with a level, of a factor other than ``besides``, in which everybody gave one answer."""
    found = np.zeros(len(design.n), bool)
    for name in design.factors():
        if name != besides and name in design.info.term_names:
            codes = design.table[name].cat.codes.to_numpy()
            n, yes = np.bincount(codes, design.n), np.bincount(codes, design.total)
            found |= ((yes == 0) | (yes == n))[codes]
    return found


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
