"""Logistic and linear models of an outcome on statsmodels: fits, separation, marginal effects, sampled answers, CR2 errors.

Respondents who are alike in every variable are summed before anything is fitted: counts of yes and no, or a mean with
its weight, say the same to a model as the people themselves. What statsmodels does not refuse is checked first: levels
that nobody has, columns that others determine, answers that a model separates.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite, nan, sqrt

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
from nbeval.estimate.sampling import SurveyDesign, domain_means, total_covariance
from nbeval.frames import Method, Reason

LOGISTIC, LINEAR = "logistic", "linear"
INTERCEPT = "Intercept"
#: of a column's squared length that must remain after the columns before it have explained what they can
INDEPENDENT = 1e-10
#: beyond this log odds a fit is probably running away
RUNAWAY = 15.0
#: a variance of this size is rounding: each cluster is fitted exactly
ROUNDING = 1e-12
#: with fewer degrees of freedom than this Satterthwaite's approximation is itself poor
FEW_DF = 4
#: a direction of this size separates nothing
NOTHING = 1e-6
Floats = NDArray[np.float64]


# --- the columns of a model ----------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Predictors:
    """The variables of a model, coded once for many outcomes. Made by ``prepare``. ``patterns`` has one row per distinct combination of
    variables; ``pattern`` is the row of each respondent, -1 where a variable is missing."""

    terms: tuple[str, ...]
    patterns: pd.DataFrame
    pattern: NDArray[np.int64]

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Respondents without a missing variable."""
        return self.pattern >= 0


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a model for those who have the outcome: one row per pattern, with the answers summed. ``n``, ``total`` and
    ``squares`` are answers, their sum and the sum of their squares around the pattern's mean, by weight where there are weights; ``people``
    and ``yes`` count respondents and add up their answers without weights, ``numbers`` are the rows of ``Predictors.patterns``;
    ``aliased`` are columns left out because others determine them."""

    table: pd.DataFrame
    info: patsy.DesignInfo
    matrix: Floats
    columns: tuple[str, ...]
    aliased: tuple[str, ...]
    kept: NDArray[np.bool_]
    n: Floats
    total: Floats
    squares: Floats
    people: Floats
    yes: Floats
    numbers: NDArray[np.int64]

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

    @property
    def events(self) -> int:
        """Respondents with the rarer of two answers."""
        return int(min(self.yes.sum(), (self.people - self.yes).sum()))

    @property
    def events_per_variable(self) -> float:
        """Events for each coefficient besides the intercept; below about ten estimates are not to be relied on (Peduzzi 1996)."""
        return self.events / (len(self.columns) - 1) if len(self.columns) > 1 else nan

    def reaches(self, variable: str, level: str) -> bool:
        """Whether the model says what follows if everybody had ``level``. False where a column was left out because others determine it
        among the respondents, and they would not any more: the prediction would rest on which of them was left out."""
        if not self.aliased:
            return True
        whole = np.asarray(patsy.build_design_matrices([self.info], self.table)[0])
        link = np.linalg.lstsq(self.matrix, whole[:, ~self.kept], rcond=None)[0]
        switched = self.at(variable, level)
        return np.allclose(switched[:, self.kept] @ link, switched[:, ~self.kept], atol=1e-8)


def prepare(table: pd.DataFrame, terms: Sequence[str]) -> Predictors:
    """Code the variables of a model, once for many outcomes: categorical columns are factors, others numbers, "a:b" is an interaction."""
    names = list(dict.fromkeys(name for term in terms for name in term.split(":")))
    alone = {name for term in terms if ":" in term for name in term.split(":")} - set(terms)
    if unfit := sorted((set(names) - set(table.columns)) | alone):
        raise ParameterError("a model cannot be made of these terms.", found=", ".join(unfit), allowed=", ".join(map(str, table.columns)),
                             do="name columns of the table, and each variable of an interaction as a term of its own too.")
    chosen = table[names].reset_index(drop=True)
    factors = [name for name in names if isinstance(chosen[name].dtype, pd.CategoricalDtype)]
    chosen = chosen.assign(**{name: chosen[name].to_numpy(float, na_value=np.nan) for name in names if name not in factors})
    codes = chosen.assign(**{name: chosen[name].cat.codes for name in factors})
    complete = chosen.notna().all(axis=1).to_numpy()
    pattern = np.full(len(chosen), -1)
    pattern[complete] = codes[complete].groupby(names, sort=True).ngroup()
    _, first = np.unique(pattern[complete], return_index=True)
    return Predictors(tuple(terms), chosen.iloc[np.flatnonzero(complete)[first]].reset_index(drop=True), pattern)


def make_design(predictors: Predictors, answers: Floats, weights: Floats | None = None) -> Design:
    """Make the columns for the respondents who have the outcome and every variable, and a weight where there are weights. Without levels
    nobody has and without columns that those before them determine. Columns are named as R names them: variable, then level
    (``wavefinal``); the reference is the first level somebody has."""
    used = predictors.complete & np.isfinite(answers)
    used &= True if weights is None else np.nan_to_num(weights) > 0
    at, size = predictors.pattern[used], len(predictors.patterns)
    people, yes = (np.bincount(at, part, size) for part in (np.ones(len(at)), answers[used]))
    w = np.ones(len(at)) if weights is None else weights[used]
    sums = [people, yes] if weights is None else [np.bincount(at, part, size) for part in (w, w * answers[used])]
    here = people > 0
    centre = np.divide(sums[1], sums[0], out=np.zeros(size), where=here)
    sums.append(np.bincount(at, w * (answers[used] - centre[at]) ** 2, size))
    table = predictors.patterns[here]
    table = table.assign(**{name: table[name].cat.remove_unused_categories() for name in table if hasattr(table[name], "cat")})
    # a factor of one level has no column, and patsy refuses to contrast it
    flat = {name for name in table if hasattr(table[name], "cat") and len(table[name].cat.categories) < 2}
    terms = [term for term in predictors.terms if not flat & set(term.split(":"))]
    info, matrix = _columns(table, terms)
    kept = independent_columns(matrix, sums[0][here])
    names = np.array([name.replace("[T.", "").replace("]", "") for name in info.column_names], object)
    return Design(table, info, matrix[:, kept], tuple(names[kept]), tuple(names[~kept]), kept, *(part[here] for part in (*sums, people, yes)),
                  np.flatnonzero(here))


def _columns(table: pd.DataFrame, terms: Sequence[str]) -> tuple[patsy.DesignInfo, Floats]:
    """The columns of a model, whatever its variables are called."""
    described = [patsy.Term([]), *(patsy.Term([patsy.LookupFactor(name) for name in term.split(":")]) for term in terms)]
    info = patsy.incr_dbuilder(patsy.ModelDesc([], described), lambda: iter([table]))
    return info, np.asarray(patsy.build_design_matrices([info], table)[0]) if terms else np.ones((len(table), 1))


def independent_columns(matrix: Floats, n: Floats) -> NDArray[np.bool_]:
    """Which columns are not determined by those before them: pivots of X'X in the order of the columns."""
    square = matrix.T @ (matrix * n[:, None])
    length, keep = np.diag(square).copy(), np.ones(len(square), bool)
    for k in range(len(square)):
        keep[k] = length[k] > 0 and square[k, k] > INDEPENDENT * length[k]
        if keep[k]:
            below = square[k + 1 :, k] / square[k, k]
            square[k + 1 :, k + 1 :] -= np.outer(below, square[k, k + 1 :])
    return keep


# --- separation ----------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Separation:
    """Whether a logistic model separates the answers, so that the likelihood has no maximum, and which coefficients are infinite.
    ``reason`` is None where it does not. ``infinite`` maps columns to +1 or -1; under complete separation no coefficient has an estimate
    and no direction is singled out. ``rows`` are those whose answers the model would predict with certainty."""

    reason: Reason | None
    infinite: dict[str, int]
    rows: NDArray[np.bool_]


def find_separation(matrix: Floats, yes: Floats, n: Floats, columns: Sequence[str]) -> Separation:
    """Ask a linear programme whether some combination of columns splits the answers (Konis, DPhil thesis, Oxford 2007). ``matrix`` has one
    row per pattern and independent columns, the intercept among them; ``yes`` of ``n`` answered 1. The sum of the signed linear predictor
    is maximised over coefficients in a box, no respondent on the wrong side. Each distinct row and answer weighs once, so that rare ones
    are not lost beside frequent ones."""
    rows = np.unique(np.vstack([matrix[yes > 0], -matrix[yes < n]]), axis=0)
    given = sparse.csr_array(rows)
    found = optimize.linprog(-rows.sum(axis=0), A_ub=-given, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    if -found.fun < NOTHING:
        return Separation(None, {}, np.zeros(len(matrix), bool))
    split = optimize.linprog(np.zeros(matrix.shape[1]), A_ub=-given, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")
    if split.status == 0:
        return Separation(Reason.SEPARATED_COMPLETELY, {}, np.ones(len(matrix), bool))
    infinite = {name: int(np.sign(value)) for name, value in zip(columns, found.x, strict=True) if abs(value) > NOTHING}
    return Separation(Reason.SEPARATED, infinite, np.abs(matrix @ found.x) > NOTHING)


# --- fits ----------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Fitted:
    """A model with its estimates, or with the reason why there are none (``why``); ``inverse`` is that of X'WX."""

    kind: str
    design: Design
    coefficients: Floats
    means: Floats
    inverse: Floats
    why: str = ""
    separation: Separation | None = None

    @property
    def n(self) -> int:
        """Respondents in the model."""
        return int(self.design.people.sum())

    @property
    def p(self) -> int:
        """Coefficients."""
        return len(self.design.columns)


@dataclass(frozen=True, eq=False)
class Sampled:
    """The respondents of a model of ``p`` coefficients as they were sampled: one element per respondent in ``answers`` and in the weights
    of ``survey``."""

    predictors: Predictors
    answers: Floats
    survey: SurveyDesign
    p: int

    def covariance(self, fitted: Fitted) -> Floats:
        """Linearised covariance matrix of the coefficients (Binder, Int Stat Rev 1983;51:279-292), as R's ``svyglm``."""
        made, row = fitted.design, np.full(len(self.predictors.patterns) + 1, -1)
        row[made.numbers] = np.arange(len(made.numbers))
        at = row[self.predictors.pattern]
        at = np.where(np.isfinite(self.answers) & (np.nan_to_num(self.survey.weights) > 0), at, -1)
        inside, scores = at >= 0, np.zeros((len(at), fitted.p))
        left = self.survey.weights[inside] * (self.answers[inside] - fitted.means[at[inside]])
        scores[inside] = left[:, None] * made.matrix[at[inside]] @ fitted.inverse
        return total_covariance(self.survey, scores)

    @cached_property
    def df(self) -> float:
        """Degrees of freedom: clusters less strata of those in the model, less the coefficients besides the intercept."""
        answered = np.where(self.predictors.complete, self.answers, nan)
        return float(domain_means(self.survey, answered).df[0]) + 1 - self.p


def fit(predictors: Predictors, answers: Floats, *, kind: str, weights: Floats | None = None) -> Fitted:
    """Fit a model (``logistic`` of 0 and 1, or ``linear``) to the respondents who have the outcome, every variable, and a weight.

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
    return fit_design(make_design(predictors, answers, weights), kind=kind)


def fit_design(design: Design, *, kind: str) -> Fitted:
    """Fit a model whose columns are already made; ``why`` says where there is no estimate: too few, one answer only, separation."""
    n, p = int(design.people.sum()), len(design.columns)
    if n <= p:
        return _unfitted(kind, design, Reason.FEW_RESPONDENTS.format(n=n, p=p))
    if kind == LINEAR:
        found = sm.WLS(design.total / design.n, design.matrix, weights=design.n).fit(method="qr")
        return Fitted(kind, design, found.params, design.matrix @ found.params, np.asarray(found.normalized_cov_params))
    if design.yes.sum() in (0, n):
        return _unfitted(kind, design, Reason.SAME_ANSWER, Separation(Reason.SEPARATED_COMPLETELY, {}, np.ones(len(design.n), bool)))
    return _logistic(design)


def _logistic(design: Design) -> Fitted:
    """Newton's method; a fit that converges short of huge log odds proves that the answers are not separated."""
    X, n, yes = design.matrix, design.n, design.total
    b, converged = _newton(X, n, yes)
    if not converged or np.abs(X @ b).max() > RUNAWAY:
        separation = find_separation(X, yes, n, design.columns)
        if separation.reason:
            infinite = [design.columns.index(name) for name in separation.infinite]
            terms = sorted({term for term in design.info.term_names if term != INTERCEPT and design.columns_of(term)[infinite].any()})
            return _unfitted(LOGISTIC, design, separation.reason.format(terms=", ".join(terms) or "any coefficient"), separation)
        if not converged:
            return _unfitted(LOGISTIC, design, Reason.NOT_CONVERGED)
    means = expit(X @ b)
    return Fitted(LOGISTIC, design, b, means, np.linalg.inv(X.T @ (X * (n * means * (1 - means))[:, None])))


def _newton(X: Floats, n: Floats, yes: Floats) -> tuple[Floats, bool]:
    """Coefficients of a logistic model, and whether they converged; reweighted least squares where Newton's steps overshoot."""
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


def _unfitted(kind: str, design: Design, why: str, separation: Separation | None = None) -> Fitted:
    """A model without estimates."""
    p = len(design.columns)
    return Fitted(kind, design, np.full(p, nan), np.full(len(design.n), nan), np.full((p, p), nan), why, separation)


def without_separated(fitted: Fitted) -> Fitted:
    """Fit a quasi-separated model to the respondents whose answer it does not predict with certainty. Its coefficients are the limits of
    the whole model's finite ones, where the reference is the same. Albert and Anderson, Biometrika 1984;71:1-10."""
    design, rows = fitted.design, ~fitted.separation.rows
    terms = tuple(term for term in design.info.term_names if term != INTERCEPT)
    # made anew: levels may go, and the reference with them
    made = make_design(Predictors(terms, design.table[rows].reset_index(drop=True), np.arange(int(rows.sum()))), np.zeros(int(rows.sum())))
    kept = {name: getattr(design, name)[rows] for name in ("n", "total", "squares", "people", "yes", "numbers")}
    return fit_design(replace(made, **kept), kind=fitted.kind)


# --- coefficients and marginal effects -----------------------------------------------------------------

def covariance(fitted: Fitted, *, robust: bool = False) -> Floats:
    """Variance matrix of the coefficients: the model's own, or against unequal variances (HC1: the sandwich times n / (n - p))."""
    made, n, p = fitted.design, fitted.n, fitted.p
    squares = made.squares + made.n * (made.total / made.n - fitted.means) ** 2
    if not robust:
        return fitted.inverse * (squares.sum() / (n - p) if fitted.kind == LINEAR else 1.0)
    return fitted.inverse @ (made.matrix.T @ (made.matrix * squares[:, None]) * n / (n - p)) @ fitted.inverse


def coefficients(fitted: Fitted, *, conf_level: float = 0.95, sample: Sampled | None = None) -> dict[str, Outcome]:
    """Coefficients of a model by column; of a logistic one they are log odds. A linear model has t intervals, a logistic one normal ones;
    of a ``sample`` errors are linearised and intervals t. Columns left out because others determine them are there with the reason."""
    method = Method.LOGISTIC
    found = dict.fromkeys(fitted.design.aliased, not_estimable(method, Reason.DETERMINED))
    if fitted.why:
        return found | dict.fromkeys(fitted.design.columns, not_estimable(method, fitted.why))
    errors = np.sqrt(np.maximum(0.0, np.diag(covariance(fitted) if sample is None else sample.covariance(fitted))))
    df = sample.df if sample is not None else fitted.n - fitted.p if fitted.kind == LINEAR else nan
    return found | {
        name: _bounded(value, error, conf_level, method, df) if not error <= 0 else not_estimable(method, Reason.NO_VARIANCE)
        for name, value, error in zip(fitted.design.columns, fitted.coefficients, errors, strict=True)
    }


def _bounded(value: float, error: float, conf_level: float, method: str, df: float) -> Outcome:
    """An estimate with its interval and test, or why it has none."""
    if df < 1 or not isfinite(error):
        return Outcome(value, error, method=method, warning=Reason.NO_DF if df < 1 else Reason.LONELY_STRATUM)
    return wald(value, error, conf_level, method, df=df)


def odds_ratios(fitted: Fitted, *, conf_level: float = 0.95, sample: Sampled | None = None) -> dict[str, Outcome]:
    """Odds ratios of a logistic model with Wald intervals, the intercept left out; p values are those of the log odds."""
    found = coefficients(fitted, conf_level=conf_level, sample=sample)
    return {name: exponentiated(one, Method.WALD) for name, one in found.items() if name != INTERCEPT}


def exponentiated(log_odds: Outcome, method: str) -> Outcome:
    """Log odds as an odds ratio: estimate and limits, without a standard error."""
    if not isfinite(log_odds.estimate):
        return replace(log_odds, method=method)
    value, low, high = np.exp([log_odds.estimate, log_odds.conf_low, log_odds.conf_high]).tolist()
    return replace(log_odds, estimate=value, std_error=nan, conf_low=low, conf_high=high, method=method)


def standardised_difference(
    fitted: Fitted, variable: str, reference: str, level: str, *, robust: bool = False, conf_level: float = 0.95, sample: Sampled | None = None,
) -> Outcome:
    """Mean prediction with ``variable`` at ``level`` minus at ``reference``, everybody switched: an average marginal effect.

    With its delta-method error; covariates are held as observed, so their sampling is not in the interval. Switching one column of a
    factor while its others stay, as some programs do, is not a contrast with the reference. Where another variable separates the answers
    (all of a small authority say yes), the respondents concerned are predicted alike at both levels: they count with a change of zero,
    the limit of the likelihood; the warning says so. Of a ``sample`` the mean is weighted and the error linearised.
    """
    method = Method.STANDARDISED_DELTA_HC1 if robust else Method.STANDARDISED_DELTA
    df = nan if sample is None else sample.df
    if not all(fitted.design.reaches(variable, at) for at in (reference, level)):
        return not_estimable(method, Reason.NOT_TOLD_APART)
    rest = fitted
    while rest.why:
        own = set(np.array(rest.design.columns, object)[rest.design.columns_with(variable)])
        if not rest.separation or rest.separation.reason is not Reason.SEPARATED or own & set(rest.separation.infinite):
            return not_estimable(method, rest.why)
        rest = without_separated(rest)
    matrix = sample.covariance(rest) if sample is not None else covariance(rest, robust=robust)
    if rest is fitted:
        return _delta(fitted, variable, reference, level, matrix, conf_level, method, df=df)
    if not {reference, level} <= set(rest.design.levels(variable)):
        return not_estimable(method, Reason.NOT_COMPARED_AMONG_REST)
    if robust and sample is None:
        # the limit of the whole model keeps its own n and p
        matrix = matrix * (fitted.n / (fitted.n - fitted.p)) / (rest.n / (rest.n - rest.p))
    share = float(rest.design.n.sum() / fitted.design.n.sum())
    found = _delta(rest, variable, reference, level, matrix, conf_level, method, share, df=df)
    return replace(found, warning=Reason.PREDICTED_ALIKE) if isfinite(found.estimate) else found


def adjusted_difference(
    predictors: Predictors, answers: Floats, *, kind: str, variable: str, reference: str, level: str, conf_level: float = 0.95,
    survey: SurveyDesign | None = None,
) -> Outcome:
    """Standardised difference of an outcome between two levels (HC1; linearised where ``survey`` says how respondents were sampled),
    adjusted for the other variables of the model. Not estimable where a level has no respondents, or the levels themselves are separated."""
    made = make_design(predictors, answers, None if survey is None else survey.weights)
    sample = None if survey is None else Sampled(predictors, answers, survey, len(made.columns))
    return difference_in(made, kind=kind, variable=variable, reference=reference, level=level, conf_level=conf_level, sample=sample)


def difference_in(
    made: Design, *, kind: str, variable: str, reference: str, level: str, conf_level: float = 0.95, sample: Sampled | None = None,
) -> Outcome:
    """``adjusted_difference`` of a model whose columns are already made."""
    missing = {reference, level} - set(made.levels(variable))
    if missing:
        return not_estimable(Method.STANDARDISED_DELTA_HC1, Reason.NOBODY_AT.format(levels=" and ".join(sorted(missing))))
    others = [name for name in made.factors() if name != variable]
    fitted = fit_design(made, kind=kind) if kind == LINEAR else fit_but_uniform(made, others)
    return standardised_difference(fitted, variable, reference, level, robust=True, conf_level=conf_level, sample=sample)


def fit_but_uniform(made: Design, factors: Sequence[str]) -> Fitted:
    """Fit a logistic model; or, where everybody at some level of ``factors`` gave one answer, the model as separated there: what the linear
    programme would find, at a tenth of its time. ``without_separated`` then fits the rest."""
    uniform = _uniform(made, factors)
    if uniform.any() and not uniform.all() and int(made.people.sum()) > len(made.columns):
        return _unfitted(LOGISTIC, made, Reason.SEPARATED.format(terms="any coefficient"), Separation(Reason.SEPARATED, {}, uniform))
    return fit_design(made, kind=LOGISTIC)


def _uniform(design: Design, factors: Sequence[str]) -> NDArray[np.bool_]:
    """Patterns with a level, of one of ``factors``, in which everybody gave one answer."""
    found = np.zeros(len(design.n), bool)
    for name in factors:
        if name in design.info.term_names:
            codes = design.table[name].cat.codes.to_numpy()
            n, yes = np.bincount(codes, design.people), np.bincount(codes, design.yes)
            found |= ((yes == 0) | (yes == n))[codes]
    return found


def _delta(
    fitted: Fitted, variable: str, reference: str, level: str, matrix: Floats, conf_level: float, method: str, share: float = 1.0, *,
    df: float = nan,
) -> Outcome:
    """Difference of two mean predictions, times ``share``, with its delta-method error and test."""
    made, value, gradient = fitted.design, 0.0, np.zeros(fitted.p)
    weight = made.n / made.n.sum()
    for at, sign in ((level, share), (reference, -share)):
        columns = made.at(variable, at)[:, made.kept]
        eta = columns @ fitted.coefficients
        mean, slope = (expit(eta), expit(eta) * expit(-eta)) if fitted.kind == LOGISTIC else (eta, np.ones(len(eta)))
        value, gradient = value + sign * float(weight @ mean), gradient + sign * ((weight * slope) @ columns)
    if np.diag(matrix).max() < ROUNDING or np.isnan(df) and not np.isfinite(matrix).all():
        return not_estimable(method, Reason.FITTED_EXACTLY)
    error = float(np.sqrt(np.maximum(0.0, gradient @ matrix @ gradient)))
    return _bounded(value, error, conf_level, method, df) if error else Outcome(value, error, method=method, warning=Reason.NO_VARIANCE)


# --- few clusters --------------------------------------------------------------------------------------

def clustered_mean(values: ArrayLike, clusters: ArrayLike, second: ArrayLike | None = None, conf_level: float = 0.95) -> Outcome:
    """The mean of ``values``, or that of those marked ``second`` less that of the others, as a statement beyond the clusters sampled. With
    CR2 errors and a t interval and test on Satterthwaite degrees of freedom; below about four of them an interval says little."""
    y, codes = np.asarray(values, float), pd.factorize(np.asarray(clusters, object), use_na_sentinel=False)[0]
    used, marked = np.isfinite(y), np.ones(len(y), bool) if second is None else np.asarray(second, bool)
    y, codes, marked = y[used], codes[used], marked[used]
    if not marked.any() or second is not None and marked.all():
        return not_estimable(Method.CR2, Reason.NOBODY)
    matrix = np.ones((len(y), 1)) if second is None else np.column_stack([np.ones(len(y)), marked])
    found = sm.OLS(y, matrix).fit()
    covariances, df = cr2(matrix, found.resid, codes, np.eye(matrix.shape[1])[-1:])
    value, error = float(found.params[-1]), sqrt(covariances[-1, -1])
    if not error > ROUNDING:
        return Outcome(value, method=Method.CR2, warning=Reason.NO_VARIANCE if error == error else Reason.NO_INTERVAL.format(why=Reason.FEW_CLUSTERS))
    return wald(value, error, conf_level, Method.CR2, df=float(df[0]), warning=Reason.FEW_DF if df[0] < FEW_DF else "")


def cr2(matrix: Floats, residuals: Floats, clusters: ArrayLike, contrasts: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Bias-reduced clustered covariance of least-squares coefficients, and the degrees of freedom of each contrast; NaN below two
    clusters. Pustejovsky and Tipton, Journal of Business and Economic Statistics 2018;36:672-683, with independent answers as working
    model, as R's clubSandwich; statsmodels has it not. ``contrasts`` has one row per contrast. ``weights`` are those of least squares, such
    as a survey's: they are in the coefficients, and answers have equal working variances all the same."""
    codes, p = pd.factorize(np.asarray(clusters, object))[0], matrix.shape[1]
    if codes.max(initial=-1) < 1:
        return np.full((p, p), nan), np.full(len(contrasts), nan)
    if weights is not None:
        return _weighted_cr2(matrix, residuals, codes, contrasts, weights)
    bread = np.linalg.inv(matrix.T @ matrix)
    scores, reached, adjusted = [], [], []
    for code in range(codes.max() + 1):
        rows = codes == code
        basis, within = np.linalg.qr(matrix[rows])
        values, vectors = np.linalg.eigh(np.eye(len(within)) - within @ bread @ within.T)
        root = vectors * np.where(values > ROUNDING, np.maximum(values, 1e-300) ** -0.5, 0.0) @ vectors.T
        scores.append(bread @ within.T @ root @ basis.T @ residuals[rows])
        adjusted.append(root @ within @ bread @ contrasts.T)
        reached.append(within.T @ adjusted[-1])
    df = []
    for k in range(len(contrasts)):
        ahead = np.column_stack([part[:, k] for part in reached])
        spread = np.diag([part[:, k] @ part[:, k] for part in adjusted]) - ahead.T @ bread @ ahead
        df.append(np.trace(spread) ** 2 / (spread**2).sum())
    return np.transpose(scores) @ np.array(scores), np.array(df)


def _weighted_cr2(matrix: Floats, residuals: Floats, codes: NDArray[np.int64], contrasts: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """``cr2`` of weighted least squares. The adjustment of a cluster leaves alone what its columns, plain and weighted, do not span."""
    weighted = matrix * weights[:, None]
    bread = np.linalg.inv(matrix.T @ weighted)
    core = bread @ (weighted.T @ weighted) @ bread
    scores, ahead, reached, plain = [], [], [], []
    for code in range(codes.max() + 1):
        rows = codes == code
        basis = np.linalg.qr(np.column_stack([matrix[rows], weighted[rows]]))[0]
        x, wx = basis.T @ matrix[rows], basis.T @ weighted[rows]
        crossed = x @ bread @ wx.T
        values, vectors = np.linalg.eigh(np.eye(basis.shape[1]) - crossed - crossed.T + x @ core @ x.T)
        root = vectors * np.where(values > ROUNDING, np.maximum(values, 1e-300) ** -0.5, 0.0) @ vectors.T
        adjusted = root @ wx @ bread                                  # all of a cluster's weighted columns lie in the basis
        scores.append(adjusted.T @ (basis.T @ residuals[rows]))
        ahead.append(adjusted @ contrasts.T)
        reached.append(x.T @ ahead[-1])
        plain.append(wx.T @ ahead[-1])
    df = []
    for k in range(len(contrasts)):
        by_x, by_wx = (np.column_stack([part[:, k] for part in parts]) for parts in (reached, plain))
        crossed = by_x.T @ bread @ by_wx
        spread = np.diag([part[:, k] @ part[:, k] for part in ahead]) - crossed - crossed.T + by_x.T @ core @ by_x
        df.append(np.trace(spread) ** 2 / (spread**2).sum())
    return np.transpose(scores) @ np.array(scores), np.array(df)
