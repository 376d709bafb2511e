"""Authorities beside one another: the range of their levels, and what their changes say together.

The random-effects mean is written here because statsmodels has no REML, keeps negative variances between authorities and has no Q-profile
interval. The authorities of a cohort are the programme, not a sample of authorities; the mean is therefore the inference to other
authorities, and a report labels it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
from nbeval.estimate.sampling import SurveyDesign, domain_differences
from nbeval.estimate.weighted import sampled
from nbeval.frames import Contrast, Method, Quantity, Reason

#: what is worked out over the authorities that are shown where not all of them are, and how many are enough
_OVER_SHOWN = (Quantity.PREDICTION.value, Quantity.CHANGE_SHRUNKEN.value, Quantity.CHANGE_LEFT_OUT.value)
ENOUGH_TO_COMPARE = 3
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
    """Put the authorities' changes together. One row per indicator x pair of waves for ``change_pooled`` (random-effects mean, labelled as
    the inference to other authorities; ``n_valid`` is the number of authorities used), ``prediction`` (the interval for the change in
    another authority) and ``heterogeneity`` (I squared in percent, with Cochran's Q, its df and p). One row per authority for
    ``change_shrunken``, its change drawn towards the mean, and ``change_left_out``, the mean without it. Where weighted figures are the main
    ones the changes are the weighted ones, with linearised errors."""
    if len(plan.cohort.authorities) < 2:
        return plan.rows()
    rows, design = [], sampled(plan) if plan.main_weighted else None
    for wave, reference in plan.every_pair:
        pairs = wave_pairs(plan, wave, reference)
        pairs = pairs[pairs["authority"].ne("") & pairs["n_valid"].gt(0) & pairs["n_reference"].gt(0)]
        for name, found in pairs.groupby("indicator", observed=True, sort=False):
            effects = _effects(found, is_percent=plan.measures[name] is Measure.PERCENT)
            if design is not None:
                effects = _weighted_effects(found, *effects, design, plan)
            rows += [{"indicator": name, "wave": wave, "reference": reference} | row for row in _pooled_rows(found, effects, unit_of(plan.declared[name]), plan)]
    if design is not None:
        rows = [row | {"method": Method.join(Method.WEIGHTED, str(row["method"]))} for row in rows]
    return plan.rows(rows, contrast=Contrast.WAVE.value, weighted=design is not None)


def _pooled_rows(pairs: pd.DataFrame, effects: tuple[np.ndarray, np.ndarray], unit: str, plan: Plan) -> list[dict[str, object]]:
    """The random-effects mean of one indicator with what goes with it, and what it makes of each authority."""
    pooled = pool(*effects, conf_level=plan.conf_level)
    spread = pooled.i_squared
    if spread.conf_low == spread.conf_high:         # every positive value is refused, as the warning says: an interval without width is not certainty
        spread = replace(spread, conf_low=nan, conf_high=nan, conf_level=nan)
    few = Reason.FEW_ANSWERS_FOR_Q if (pairs[["n_valid", "n_reference"]] < ENOUGH_FOR_Q).any(axis=None) else ""
    counted = {"n_valid": float(pooled.k), "n_eligible": float(len(pairs)), "unit": unit}
    each = [
        counted | outcome_columns(found) | {"authority": authority, "quantity": quantity.value}
        for quantity, outcomes in ((Quantity.CHANGE_SHRUNKEN, pooled.shrunken), (Quantity.CHANGE_LEFT_OUT, pooled.left_out))
        for authority, found in zip(pairs["authority"].astype(str), outcomes, strict=True)]
    return [
        counted | outcome_columns(pooled.mean) | {
            "quantity": Quantity.CHANGE_POOLED.value, "warning": pooled.mean.warning or Reason.OTHER_AUTHORITIES},
        counted | outcome_columns(pooled.prediction) | {"quantity": Quantity.PREDICTION.value},
        counted | outcome_columns(spread) | {
            "quantity": Quantity.HETEROGENEITY.value, "unit": "percent", "statistic": pooled.q.estimate, "df": pooled.q.df,
            "p_value": pooled.q.p_value, "method": Method.join(Method.I_SQUARED, Method.COCHRAN), "warning": spread.warning or few},
        *each,
    ]


def pool_released(disclosed: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Work out anew, over the authorities whose changes a release shows, what was withheld because some authority's is: the changes drawn
    towards the mean, the means without one, the interval for another authority. One row per row of ``disclosed``; what is made of numbers
    that are shown tells no more than they do, and ``warning`` says over whom it is."""
    place = ["source", "indicator", "wave", "reference"]
    plain = disclosed["contrast"].eq(Contrast.WAVE.value) & ~disclosed["weighted"] & disclosed["group"].eq("")
    looks = plain & disclosed["quantity"].isin(_OVER_SHOWN) & disclosed["estimate"].isna() & disclosed["suppression"].ne("")
    shown = disclosed[plain & disclosed["quantity"].eq(Quantity.CHANGE.value) & disclosed["authority"].ne("") & disclosed["estimate"].notna()]
    changes, table = dict(list(shown.groupby(place))), disclosed.copy()
    for key, rows in disclosed[looks].groupby(place):
        of = changes.get(key)
        if of is None or len(of) < ENOUGH_TO_COMPARE:
            continue
        percent = of["numerator"].notna().all()
        effects = risk_difference(of["numerator"], of["n_valid"], of["numerator_reference"], of["n_reference"]) if percent else None
        pooled = pool(100 * effects[0], 100**2 * effects[1], conf_level=conf_level) if percent \
            else pool(of["estimate"], of["std_error"]**2, conf_level=conf_level)
        found = {(Quantity.PREDICTION.value, ""): pooled.prediction}
        for quantity, outcomes in ((Quantity.CHANGE_SHRUNKEN.value, pooled.shrunken), (Quantity.CHANGE_LEFT_OUT.value, pooled.left_out)):
            found |= {(quantity, authority): one for authority, one in zip(of["authority"], outcomes, strict=True)}
        for at, row in rows.iterrows():
            outcome = found.get((row["quantity"], row["authority"]))
            if outcome is not None and isfinite(outcome.estimate):
                columns = outcome_columns(outcome) | {"n_valid": float(pooled.k), "warning": Reason.AMONG_SHOWN.value, "suppression": ""}
                table.loc[at, list(columns)] = list(columns.values())
    return table


def correlation_within(plan: Plan) -> pd.DataFrame:
    """Say how alike answers of one authority are. One row per indicator x wave (``icc``): the part of the variance that lies between
    authorities. ``n_valid`` is the number of authorities with an answer."""
    rows = plan.tallies[plan.tallies["authority"].ne("") & plan.tallies["group"].eq("") & plan.tallies["n_valid"].gt(0)]
    if len(plan.cohort.authorities) < 2:
        return plan.rows()
    found = [
        {"indicator": name, "wave": wave, "n_valid": float(len(of)), **outcome_columns(
            icc(of["n_valid"], of["numerator"], of["squares"], conf_level=plan.conf_level))}
        for (name, wave), of in rows.groupby(["indicator", "wave"], observed=True, sort=False)]
    return plan.rows(found, quantity=Quantity.ICC.value, unit="ratio")


def icc(n: ArrayLike, total: ArrayLike, squares: ArrayLike, *, conf_level: float = 0.95) -> Outcome:
    """Give the intraclass correlation ICC(1) of groups from their counts, sums and sums of squares around their means, by one-way analysis of variance with the
    mean size k0 of unequal groups, and the interval by F (Searle; exact for equal sizes only). It may be negative. 1 without an interval
    where answers are alike within every group; written here because statsmodels has none."""
    n, total, squares = (np.asarray(value, float) for value in (n, total, squares))
    n, total, squares = (value[n > 0] for value in (n, total, squares)) if n.size else (n, total, squares)
    groups, people = n.size, n.sum()
    if groups < 2 or people <= groups:
        return not_estimable(Method.ICC, Reason.ONE_AUTHORITY if groups < 2 else Reason.ONE_ANSWER)
    means, spreads = moments(n, total, squares)
    grand = total.sum() / people
    between = float((n * (means - grand) ** 2).sum()) / (groups - 1)
    within = float(np.nansum((n - 1) * np.nan_to_num(spreads) ** 2)) / (people - groups)
    size = (people - (n**2).sum() / people) / (groups - 1)
    slight = 1e-20 * max(1.0, people * grand**2) + (64 * np.finfo(float).eps * abs(grand)) ** 2
    if within <= slight:
        return not_estimable(Method.ICC, Reason.ALL_THE_SAME) if between <= slight else Outcome(1.0, method=Method.ICC, warning=Reason.ALIKE_WITHIN)
    if between <= slight:
        return Outcome(-1 / (size - 1), method=Method.ICC, warning=Reason.EQUAL_MEANS)
    ratio, tail = between / within, (1 - conf_level) / 2
    low, high = ratio / stats.f.ppf([1 - tail, tail], groups - 1, people - groups)
    value, low, high = ((f - 1) / (f - 1 + size) for f in (ratio, low, high))
    return Outcome(value, nan, low, high, conf_level, method=Method.ICC)


def _effects(rows: pd.DataFrame, *, is_percent: bool) -> tuple[np.ndarray, np.ndarray]:
    """Each authority's change and its variance, in the unit of the change."""
    columns = ("n_valid", "numerator", "squares", "n_reference", "numerator_reference", "squares_reference")
    n1, x1, squares1, n0, x0, squares0 = (rows[name].to_numpy(float) for name in columns)
    if is_percent:
        effects, variances = risk_difference(x1, n1, x0, n0)
        return 100 * effects, 100**2 * variances
    (now, now_sd), (then, then_sd) = moments(n1, x1, squares1), moments(n0, x0, squares0)
    return now - then, now_sd**2 / n1 + then_sd**2 / n0


def _weighted_effects(
    pairs: pd.DataFrame, _: np.ndarray, variances: np.ndarray, design: SurveyDesign, plan: Plan,
) -> tuple[np.ndarray, np.ndarray]:
    """Each authority's weighted change and its linearised variance; where that is zero the one without weights, so that it stays in."""
    first = pairs.iloc[0]
    values = plan.values[plan.values["indicator"].eq(first["indicator"]) & plan.values["wave"].isin([first["wave"], first["reference"]])]
    names = pd.Index(pairs["authority"].astype(str))
    found = domain_differences(
        design, values["value"], values["wave"].eq(first["wave"]), names.get_indexer(values["authority"].astype(str)), domains=len(names),
        respondent=pd.Index(plan.respondents["respondent"]).get_indexer(values["respondent"]))
    factor = 100 if plan.measures[first["indicator"]] is Measure.PERCENT else 1
    variance = (factor * found.std_error) ** 2
    return factor * found.estimate, np.where(variance == 0, variances, variance)


@dataclass(frozen=True)
class Pooled:
    """What the changes of ``k`` authorities say together; ``i_squared`` is in percent. ``shrunken`` and ``left_out`` have an outcome for
    every change that was given."""

    k: int
    mean: Outcome
    q: Outcome
    i_squared: Outcome
    tau_squared: Outcome
    prediction: Outcome
    shrunken: tuple[Outcome, ...]
    left_out: tuple[Outcome, ...]


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
        whole = float(w.sum())
        mean = float(w @ self.y) / whole
        return w, mean, float(w @ (self.y - mean) ** 2), whole - float(w @ w) / whole

    def error_of_tau(self, tau_squared: float) -> float:
        """The standard error of tau squared by REML: sqrt(2 / tr(PP))."""
        w = 1 / (self.v + tau_squared)
        whole = w.sum()
        return sqrt(2 / float((w**2).sum() - 2 * (w**3).sum() / whole + ((w**2).sum() / whole) ** 2))


def pool(effects: ArrayLike, variances: ArrayLike, *, conf_level: float = 0.95) -> Pooled:
    """Put the changes of authorities together: REML with the interval of Hartung, Knapp, Sidik and Jonkman (t, k - 1 df), whose variance
    factor has the floor 1 (metafor's "adhoc"), so that no interval is narrower for changes that happen to be alike. Authorities without a
    positive, finite variance are left out. A part that cannot be estimated says why.

    ``prediction`` is the interval for the true change in another authority (t, k - 1 df). ``shrunken`` are the changes drawn towards the
    mean by v / (v + tau squared), the more the less is known of an authority (empirical Bayes; the error of the mean is in its interval,
    that of tau squared is not). ``left_out`` is the mean without each authority, everything estimated again."""
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    usable = np.isfinite(y) & np.isfinite(v) & (v > 0)
    e = _Effects(y[usable], v[usable])
    if e.k < 2:
        empty = not_estimable(Method.REML_HKSJ, Reason.ONE_AUTHORITY if e.k else Reason.NO_AUTHORITY)
        q = Outcome(0.0, df=0.0, method=Method.COCHRAN, warning=Reason.NOTHING_TO_COMPARE) if e.k else empty
        return Pooled(e.k, empty, q, empty, empty, empty, (empty,) * y.size, (empty,) * y.size)
    tau, q = _reml(e), e.weighted(0.0)[2]
    cochran = Outcome(q, df=e.k - 1, p_value=float(stats.chi2.sf(q, e.k - 1)), method=Method.COCHRAN)
    mean = _mean(e, tau, conf_level)
    within = wald(mean.estimate, sqrt(mean.std_error**2 + tau), conf_level, Method.PREDICTION, df=e.k - 1, tested=False)
    low, high = _profile(e, conf_level)
    warning = Reason.LESS_THAN_CHANCE if high == 0 else "" if isfinite(high) else Reason.TWO_AUTHORITIES
    level = conf_level if isfinite(high) else nan
    typical = (e.k - 1) / e.weighted(0.0)[3]
    value = [100 * variance / (variance + typical) for variance in (tau, low, high)]
    return Pooled(
        e.k, mean, cochran, Outcome(value[0], nan, *value[1:], level, method=Method.REML, warning=warning),
        Outcome(tau, e.error_of_tau(tau), low, high, level, method=Method.REML, warning=warning), replace(within, std_error=nan),
        tuple(_each(usable, _shrunken(e, tau, conf_level), Method.SHRUNKEN)), tuple(_each(usable, _left_out(e, conf_level), Method.REML_HKSJ)))


def _each(usable: NDArray[np.bool_], outcomes: Iterator[Outcome], method: Method) -> Iterator[Outcome]:
    """The outcomes of the authorities that are used, and why the others have none."""
    return (next(outcomes) if used else not_estimable(method, Reason.NO_VARIANCE) for used in usable)


def _shrunken(e: _Effects, tau: float, level: float) -> Iterator[Outcome]:
    """Each change drawn towards the mean."""
    w, mean, _, _ = e.weighted(tau)
    for y, v in zip(e.y, e.v, strict=True):
        drawn = v / (v + tau)
        error = sqrt(drawn * tau + drawn**2 / float(w.sum()))
        yield wald(drawn * mean + (1 - drawn) * y, error, level, Method.SHRUNKEN, tested=False)


def _left_out(e: _Effects, level: float) -> Iterator[Outcome]:
    """The mean without each authority."""
    for at in range(e.k):
        rest = _Effects(np.delete(e.y, at), np.delete(e.v, at))
        yield _mean(rest, _reml(rest), level) if rest.k > 1 else not_estimable(Method.REML_HKSJ, Reason.ONE_LEFT)


def risk_difference(x_final: ArrayLike, n_final: ArrayLike, x_baseline: ArrayLike, n_baseline: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Give differences of two shares, final minus baseline, and their variances p(1-p)/n + p(1-p)/n, for ``pool``. Where that is zero (0 %
    or 100 % at both waves) the variance is that of the table with 1/2 added to each cell, so that the authority stays in; the difference
    is as it is."""
    x1, n1, x0, n0 = (np.asarray(value, float) for value in (x_final, n_final, x_baseline, n_baseline))

    def variance(x1: np.ndarray, n1: np.ndarray, x0: np.ndarray, n0: np.ndarray) -> np.ndarray:
        p1, p0 = x1 / n1, x0 / n0
        return p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0

    plain = variance(x1, n1, x0, n0)
    return x1 / n1 - x0 / n0, np.where(plain > 0, plain, variance(x1 + 0.5, n1 + 1, x0 + 0.5, n0 + 1))


def _reml(e: _Effects) -> float:
    """The variance between authorities: the zero of the restricted likelihood's score, or 0 where that falls from the start."""
    def score(tau: float) -> float:
        w, mean, _, trace = e.weighted(tau)
        return float(w**2 @ (e.y - mean) ** 2) - trace
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
    """The weighted mean with its interval; the factor of its variance has the floor 1."""
    w, mean, q, _ = e.weighted(tau)
    return wald(mean, sqrt(max(1.0, q / (e.k - 1)) / float(w.sum())), level, Method.REML_HKSJ, df=e.k - 1)


def _profile(e: _Effects, level: float) -> tuple[float, float]:
    """The Q-profile interval of tau squared from three authorities on (Viechtbauer, Stat Med 2007;26:37-52)."""
    if e.k < 3:
        return nan, nan
    low, high = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], e.k - 1)
    return tuple(_root(lambda value, at=at: e.weighted(value)[2] - at, e) for at in (low, high))
