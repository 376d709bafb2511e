"""Authorities beside one another: the range of their levels, and what their changes say together.

The random-effects mean is written here because statsmodels has no REML, keeps negative variances between authorities and has no Q-profile
interval. The authorities of a cohort are the programme, not a sample of authorities; the mean is therefore the inference to other
authorities, and a report labels it so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from nbeval.dictionary.enums import Measure
from nbeval.estimate.comparisons import wave_pairs
from nbeval.estimate.levels import share, unit_of
from nbeval.estimate.means import moments
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity, Reason

#: with fewer answers than this Cochran's Q finds differences too readily: 8.5 % of the time at 20 answers (simulation study)
ENOUGH_FOR_Q = 60


def authority_range(plan: Plan) -> pd.DataFrame:
    """Give the lowest and the highest level among the authorities, without naming them. One row per indicator x wave for ``lowest`` and
    one for ``highest``, with the base of the authority it belongs to, which disclosure control needs; ``n_reference`` is the number of
    authorities compared."""
    rows = plan.tallies[plan.tallies["authority"].ne("") & plan.tallies["n_valid"].gt(0)]
    factor = rows["indicator"].map(plan.measures).eq(Measure.PERCENT).map({True: 100, False: 1})
    level = factor * share(rows["numerator"].to_numpy(), rows["n_valid"].to_numpy())
    placed = rows.assign(estimate=level, unit=rows["indicator"].map(plan.units), authority="")
    placed = placed.sort_values(["indicator", "wave", "estimate", "n_valid"])
    several = placed.assign(n_reference=placed.groupby(["indicator", "wave"], observed=True)["estimate"].transform("size").astype(float))
    ends = several[several["n_reference"] > 1].groupby(["indicator", "wave"], observed=True)
    return pd.concat([
        plan.rows(ends.head(1), method=Method.RANGE, quantity=Quantity.LOWEST.value),
        plan.rows(ends.tail(1), method=Method.RANGE, quantity=Quantity.HIGHEST.value),
    ], ignore_index=True)


def pooled_change(plan: Plan) -> pd.DataFrame:
    """Put the authorities' changes together: random-effects mean and heterogeneity. One row per indicator x pair of waves for
    ``change_pooled`` (REML with the interval of Hartung, Knapp, Sidik and Jonkman, labelled as the inference to other authorities), and
    one for ``heterogeneity`` (I squared in percent, with Cochran's Q, its df and p)."""
    if len(plan.cohort.authorities) < 2:
        return plan.rows()
    rows = []
    for wave, reference in plan.every_pair:
        pairs = wave_pairs(plan, wave, reference)
        pairs = pairs[pairs["authority"].ne("") & pairs["n_valid"].gt(0) & pairs["n_reference"].gt(0)]
        for name, found in pairs.groupby("indicator", observed=True, sort=False):
            rows += [{"indicator": name, "wave": wave, "reference": reference} | row for row in _pooled_rows(found, plan.declared[name].measure, unit_of(plan.declared[name]), plan)]
    return plan.rows(rows, contrast=Contrast.WAVE.value)


def _pooled_rows(pairs: pd.DataFrame, measure: Measure, unit: str, plan: Plan) -> list[dict[str, object]]:
    """The random-effects mean of one indicator, and I squared with Cochran's test on its row."""
    pooled = pool(*_effects(pairs, is_percent=measure is Measure.PERCENT), conf_level=plan.conf_level)
    few = Reason.FEW_ANSWERS_FOR_Q if (pairs[["n_valid", "n_reference"]] < ENOUGH_FOR_Q).any(axis=None) else ""
    return [
        {"n_valid": float(pooled.k)} | outcome_columns(pooled.mean) | {
            "quantity": Quantity.CHANGE_POOLED.value, "unit": unit, "warning": pooled.mean.warning or Reason.OTHER_AUTHORITIES},
        {"n_valid": float(pooled.k)} | outcome_columns(pooled.i_squared) | {
            "quantity": Quantity.HETEROGENEITY.value, "unit": "percent", "statistic": pooled.q.estimate, "df": pooled.q.df,
            "p_value": pooled.q.p_value, "method": Method.join(Method.I_SQUARED, Method.COCHRAN), "warning": pooled.i_squared.warning or few},
    ]


def _effects(rows: pd.DataFrame, *, is_percent: bool) -> tuple[np.ndarray, np.ndarray]:
    """Each authority's change and its variance, in the unit of the change."""
    columns = ("n_valid", "numerator", "squares", "n_reference", "numerator_reference", "squares_reference")
    n1, x1, squares1, n0, x0, squares0 = (rows[name].to_numpy(float) for name in columns)
    if is_percent:
        effects, variances = risk_difference(x1, n1, x0, n0)
        return 100 * effects, 100**2 * variances
    (now, now_sd), (then, then_sd) = moments(n1, x1, squares1), moments(n0, x0, squares0)
    return now - then, now_sd**2 / n1 + then_sd**2 / n0


@dataclass(frozen=True)
class Pooled:
    """What the changes of ``k`` authorities say together; ``i_squared`` is in percent."""

    k: int
    mean: Outcome
    q: Outcome
    i_squared: Outcome


@dataclass(frozen=True, eq=False)
class _Effects:
    """The usable changes and their variances."""

    y: NDArray[np.float64]
    v: NDArray[np.float64]

    @property
    def k(self) -> int:
        return len(self.y)

    def weighted(self, tau_squared: float) -> tuple[NDArray[np.float64], float, float, float]:
        """Weights, mean, the generalised Q, and the trace of P = W - W 1 (1'W 1)^-1 1'W."""
        w = 1 / (self.v + tau_squared)
        mean = float(np.average(self.y, weights=w))
        return w, mean, float(np.sum(w * (self.y - mean) ** 2)), float(w.sum() - (w**2).sum() / w.sum())


def pool(effects: ArrayLike, variances: ArrayLike, *, conf_level: float = 0.95) -> Pooled:
    """Put the changes of authorities together: REML with the interval of Hartung, Knapp, Sidik and Jonkman (t, k - 1 df). Authorities
    without a positive, finite variance are left out. A part that cannot be estimated says why: with one authority there is no spread and
    no mean, and where all changes are equal the interval would have no width."""
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    usable = np.isfinite(y) & np.isfinite(v) & (v > 0)
    e = _Effects(y[usable], v[usable])
    if e.k < 2:
        empty = not_estimable(Method.REML_HKSJ, Reason.ONE_AUTHORITY if e.k else Reason.NO_AUTHORITY)
        q = Outcome(0.0, df=0.0, method=Method.COCHRAN, warning=Reason.NOTHING_TO_COMPARE) if e.k else empty
        return Pooled(e.k, empty, q, empty)
    tau, q = _reml(e), e.weighted(0.0)[2]
    cochran = Outcome(q, df=e.k - 1, p_value=float(stats.chi2.sf(q, e.k - 1)), method=Method.COCHRAN)
    return Pooled(e.k, _mean(e, tau, conf_level), cochran, _i_squared(e, tau, conf_level))


def risk_difference(x_final: ArrayLike, n_final: ArrayLike, x_baseline: ArrayLike, n_baseline: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Give differences of two shares, final minus baseline, and their variances p(1-p)/n + p(1-p)/n, for ``pool``."""
    n1, n0 = np.asarray(n_final, float), np.asarray(n_baseline, float)
    p1, p0 = np.asarray(x_final, float) / n1, np.asarray(x_baseline, float) / n0
    return p1 - p0, p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0


def _reml(e: _Effects) -> float:
    """The variance between authorities: the zero of the restricted likelihood's score, or 0 where that falls from the start."""
    def score(tau: float) -> float:
        w, mean, _, trace = e.weighted(tau)
        return float(np.sum(w**2 * (e.y - mean) ** 2)) - trace
    return _root(score, e)


def _root(falling: Callable[[float], float], e: _Effects) -> float:
    """Where a function that is positive at small values and negative at large ones is 0; 0 where it starts below."""
    if falling(0.0) <= 0:
        return 0.0
    high = max(float(np.var(e.y)), float(e.v.max()))
    while falling(high) > 0:
        high *= 2
    return float(optimize.brentq(falling, 0.0, high, xtol=1e-15, rtol=1e-14, maxiter=500))


def _mean(e: _Effects, tau: float, level: float) -> Outcome:
    """The weighted mean with its interval."""
    w, mean, q, _ = e.weighted(tau)
    error = sqrt(q / (e.k - 1) / float(w.sum()))
    return wald(mean, error, level, Method.REML_HKSJ, df=e.k - 1) if error >= 1e-12 else not_estimable(Method.REML_HKSJ, Reason.EQUAL_CHANGES)


def _i_squared(e: _Effects, tau: float, level: float) -> Outcome:
    """I squared, with a Q-profile interval from three authorities on (Viechtbauer, Stat Med 2007;26:37-52)."""
    low, high = nan, nan
    if e.k > 2:
        tails = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], e.k - 1)
        low, high = (_root(lambda value, at=at: e.weighted(value)[2] - at, e) for at in tails)
    typical = (e.k - 1) / e.weighted(0.0)[3]
    value, low, high = (100 * variance / (variance + typical) for variance in (tau, low, high))
    warning = Reason.LESS_THAN_CHANCE if high == 0 else "" if isfinite(high) else Reason.TWO_AUTHORITIES
    return Outcome(value, nan, low, high, level if isfinite(high) else nan, method=Method.REML, warning=warning)
