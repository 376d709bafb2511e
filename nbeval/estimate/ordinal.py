"""Ordered answers modelled by proportional odds, and whether the odds are proportional.

statsmodels' OrderedModel stops 1.8 per cent short of the estimates by default, is ten times slower and has no test of
proportionality; this is Newton's method on the answers of respondents who are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from nbeval.dictionary.models import Indicator
from nbeval.estimate.glm import Design, Predictors, exponentiated, make_design, prepare
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import Plan, in_order
from nbeval.frames import Contrast, Method, Quantity, Reason

STEPS = 100
#: a score with more values than a scale from 0 to 10 is a number, not an ordered answer
MOST_ANSWERS = 11
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FittedOrdinal:
    """A cumulative logit model: logit P(answer <= k) = threshold k - x beta. A positive coefficient raises the answer. ``estimates`` holds
    thresholds, then coefficients; ``counts`` are respondents by pattern of the design and answer."""

    design: Design
    counts: Floats
    labels: tuple[str, ...]
    names: tuple[str, ...]
    estimates: Floats
    covariance: Floats
    log_likelihood: float
    why: str = ""


def fit_ordinal(predictors: Predictors, answers: Floats, labels: tuple[str, ...]) -> FittedOrdinal:
    """Fit proportional odds to the respondents who have the outcome and every variable, as R's ``ordinal::clm``. ``answers`` are positions
    among ``labels`` (in order), missing where there are none; an answer nobody gave is left out. ``why`` says where there is no
    estimate."""
    design = make_design(predictors, answers)
    used = predictors.complete & np.isfinite(answers)
    counts = np.zeros((len(predictors.patterns), len(labels)))
    np.add.at(counts, (predictors.pattern[used], answers[used].astype(int)), 1.0)
    given = counts.sum(axis=0) > 0
    counts = counts[counts.sum(axis=1) > 0][:, given]
    return _fit(design, counts, tuple(np.array(labels, object)[given]), np.zeros(len(design.columns), bool))


def ordinal_coefficients(fitted: FittedOrdinal, *, conf_level: float = 0.95) -> dict[str, Outcome]:
    """Thresholds ("lower|upper") and coefficients with Wald intervals, as log odds."""
    if fitted.why:
        return {name: not_estimable(Method.PROPORTIONAL_ODDS, fitted.why) for name in fitted.names}
    errors = np.sqrt(np.diag(fitted.covariance))
    return {name: wald(value, error, conf_level, Method.PROPORTIONAL_ODDS) for name, value, error in zip(fitted.names, fitted.estimates, errors, strict=True)}


def ordinal_odds_ratios(fitted: FittedOrdinal, *, conf_level: float = 0.95) -> dict[str, Outcome]:
    """Odds ratios of a higher answer, one per coefficient; statistic and p value are those of the log odds."""
    found = list(ordinal_coefficients(fitted, conf_level=conf_level).items())[len(fitted.labels) - 1 :]
    return {name: exponentiated(one, Method.PROPORTIONAL_ODDS) for name, one in found}


def proportionality(fitted: FittedOrdinal, term: str) -> Outcome:
    """Likelihood ratio test of proportional odds for one term, against a coefficient of its own at each threshold. As ``ordinal::clm``
    with nominal effects. Not estimable where some level has nobody with some answer: the freed coefficients would be infinite."""
    method = Method.PROPORTIONAL_ODDS_TEST
    mine = fitted.design.columns_of(term) if term in fitted.design.info.term_names else np.zeros(0, bool)
    if fitted.why or not mine.any():
        return not_estimable(method, fitted.why or Reason.DETERMINED)
    if len(fitted.labels) < 3:
        return not_estimable(method, Reason.ONE_THRESHOLD)
    factors = [name for name in term.split(":") if name in fitted.design.factors()]
    if factors:
        codes = [fitted.design.table[name].cat.codes.to_numpy() for name in factors]
        if (pd.DataFrame(fitted.counts).groupby(codes).sum() == 0).any(axis=None):
            return not_estimable(method, Reason.EMPTY_CELL)
    freed = _fit(fitted.design, fitted.counts, fitted.labels, mine)
    if freed.why:
        return not_estimable(method, freed.why)
    ratio, df = 2 * (freed.log_likelihood - fitted.log_likelihood), len(freed.names) - len(fitted.names)
    return Outcome(statistic=ratio, df=df, p_value=float(stats.chi2.sf(ratio, df)), method=method)


def _fit(design: Design, counts: Floats, labels: tuple[str, ...], free: NDArray[np.bool_]) -> FittedOrdinal:
    """Newton's method with halved steps; the columns marked ``free`` have a coefficient per threshold."""
    thresholds, n = len(labels) - 1, int(counts.sum())
    cuts = [f"{low}|{high}" for low, high in zip(labels, labels[1:], strict=False)]
    shared = [name for name, freed in zip(design.columns[1:], free[1:], strict=True) if not freed]
    names = (*cuts, *shared, *(f"{cut}.{name}" for name, freed in zip(design.columns, free, strict=True) if freed for cut in cuts))

    def unfitted(why: str) -> FittedOrdinal:
        p = len(names)
        return FittedOrdinal(design, counts, labels, names, np.full(p, nan), np.full((p, p), nan), nan, why)

    if thresholds < 1 or n <= len(names):
        return unfitted(Reason.SAME_ANSWER if thresholds < 1 else Reason.FEW_RESPONDENTS.format(n=n, p=len(names)))
    rows = _Cells(design.matrix, counts, free)
    b = np.zeros(len(names))
    b[:thresholds] = stats.logistic.ppf(np.cumsum(counts.sum(axis=0))[:-1] / n)
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
            return FittedOrdinal(design, counts, labels, names, b, np.linalg.inv(information), now)
        if np.abs(b).max() > 50:
            break
    return unfitted(Reason.INFINITE)


class _Cells:
    """Linear predictors of the thresholds above and below every answer of every pattern, and the likelihood they give."""

    def __init__(self, matrix: Floats, counts: Floats, free: NDArray[np.bool_]) -> None:
        pattern, answer = np.nonzero(counts)
        self.n, self.top, self.bottom = counts[pattern, answer], answer == counts.shape[1] - 1, answer == 0
        self.upper, self.lower = (self._side(matrix[pattern], at, counts.shape[1] - 1, free) for at in (answer, answer - 1))

    @staticmethod
    def _side(matrix: Floats, at: NDArray[np.int64], thresholds: int, free: NDArray[np.bool_]) -> Floats:
        """Columns of the linear predictor of threshold ``at``; zero where there is no such threshold."""
        cut = (at[:, None] == np.arange(thresholds)).astype(float)
        shared = -matrix[:, 1:][:, ~free[1:]] * cut.any(axis=1)[:, None]
        return np.hstack([cut, shared, *(-matrix[:, [column]] * cut for column in np.flatnonzero(free))])

    def _ends(self, b: Floats) -> tuple[Floats, Floats]:
        """Cumulative chances above and below each answer."""
        return np.where(self.top, 1.0, expit(self.upper @ b)), np.where(self.bottom, 0.0, expit(self.lower @ b))

    def likelihood(self, b: Floats) -> float:
        """Log-likelihood; minus infinity where thresholds cross."""
        high, low = self._ends(b)
        return float(self.n @ np.log(high - low)) if (high > low).all() else -np.inf

    def at(self, b: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient and observed information."""
        high, low = self._ends(b)
        chance = high - low
        slope_high, slope_low = high * (1 - high) / chance, low * (1 - low) / chance
        each = self.upper * slope_high[:, None] - self.lower * slope_low[:, None]
        bend = (self.upper.T @ (self.upper * (self.n * slope_high * (1 - 2 * high))[:, None])
                - self.lower.T @ (self.lower * (self.n * slope_low * (1 - 2 * low))[:, None]))
        return float(self.n @ np.log(chance)), self.n @ each, each.T @ (each * self.n[:, None]) - bend


# --- of a cohort --------------------------------------------------------------------------------------

def ordered_change(plan: Plan) -> pd.DataFrame:
    """Model the change of every indicator whose answers have an order by proportional odds, for the whole cohort. One row per indicator x
    pair of waves for ``odds_ratio`` (of a higher answer at the later one; Wald interval), and one for ``proportionality``: the
    likelihood ratio test of the model, whose estimate is the statistic. Where the test refuses the model the odds ratio says so in
    ``warning``."""
    rows = [row for one in in_order(plan) for pair in plan.contrasts.get(one.indicator, ()) for row in _model(one, *pair, plan)]
    return plan.rows(rows, contrast=Contrast.WAVE.value)


def _model(one: Indicator, wave: str, first: str, plan: Plan) -> list[dict[str, object]]:
    """The two rows of one indicator and pair of waves."""
    given = plan.all_values[plan.all_values["indicator"].eq(one.indicator) & plan.all_values["wave"].isin([first, wave])]
    given = given.dropna(subset=["value"])
    now = given["wave"].eq(wave)
    place = {"indicator": one.indicator, "wave": wave, "reference": first, "n_valid": float(now.sum()), "n_reference": float((~now).sum())}
    ratio, test = _fitted(given, first, wave, plan.conf_level)
    refused = Reason.NOT_PROPORTIONAL if test.p_value <= 1 - plan.conf_level else ""
    caution = Reason.PROPORTIONALITY_NOT_TESTED if np.isnan(test.p_value) else refused
    return [
        place | outcome_columns(ratio) | {
            "quantity": Quantity.ODDS_RATIO.value, "unit": "ratio", "warning": ratio.warning or caution},
        place | outcome_columns(test) | {
            "quantity": Quantity.PROPORTIONALITY.value, "estimate": test.statistic, "unit": "chi-squared"},
    ]


def _fitted(given: pd.DataFrame, first: str, wave: str, conf_level: float) -> tuple[Outcome, Outcome]:
    """The odds ratio of the wave, and the test of the model."""
    answers, coded = np.unique(given["value"].to_numpy(), return_inverse=True)
    if len(answers) > MOST_ANSWERS:
        return _nothing(Reason.NOT_ORDERED)
    waves = pd.DataFrame({"wave": pd.Categorical(given["wave"].astype(str), categories=[first, wave])})
    if not waves["wave"].value_counts().gt(0).all():
        return _nothing(Reason.NOBODY_AT_ONE_WAVE)
    model = fit_ordinal(prepare(waves, ["wave"]), coded.astype(float), tuple(f"{answer:g}" for answer in answers))
    return ordinal_odds_ratios(model, conf_level=conf_level)[f"wave{wave}"], proportionality(model, "wave")


def _nothing(why: Reason) -> tuple[Outcome, Outcome]:
    """No odds ratio and no test, for one reason."""
    return not_estimable(Method.PROPORTIONAL_ODDS, why), not_estimable(Method.PROPORTIONAL_ODDS_TEST, why)
