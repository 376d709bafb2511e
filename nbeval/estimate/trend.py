"""Trends: whether a percentage or a mean goes one way over three waves and more, and whether a straight line is enough to say so.

Written here because statsmodels' test of ordinal association has variances with N - 1 (it is (N - 1)/N times R's ``prop.trend.test``) and no
test of departure; a line through waves needs no more than their counts, means and deviations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.multivariate import test_mvmean as hotelling

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.levels import unit_of
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.matched import at_every_wave
from nbeval.estimate.means import moments, paired_t
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity, Reason

#: with two waves the trend is the change between them
FEWEST_WAVES = 3
#: residuals smaller than this share of the squares of the answers are rounding: the answers are on one line
ON_A_LINE = 1e-20


class Trend(NamedTuple):
    """A slope per step of the score with its test, and the test of what a straight line leaves over (its estimate is the statistic)."""

    slope: Outcome
    departure: Outcome


def trend_of_shares(hits: ArrayLike, n: ArrayLike, scores: ArrayLike) -> Trend:
    """Test whether a share goes one way with the score: Cochran and Armitage (Biometrics 1954;10:417-451; 1955;11:375-386), as R's
    ``prop.trend.test``; the estimate is the slope of the share, and has no interval. Departure: Pearson's chi-squared of all waves less that
    of the trend. Waves without answers are left out."""
    x, n, scores = _with_answers(n, hits, n, scores)
    if len(n) < 2 or not 0 < x.sum() < n.sum():
        why = Reason.NOBODY_AT_ONE_WAVE if len(n) < 2 else Reason.SAME_ANSWER
        return Trend(not_estimable(Method.COCHRAN_ARMITAGE, why), not_estimable(Method.DEPARTURE_OF_SHARES, why))
    share, around = x.sum() / n.sum(), scores - np.average(scores, weights=n)
    spread, along = float(n @ around**2), float((x - n * share) @ around)
    chi = along**2 / (share * (1 - share) * spread)
    slope = Outcome(along / spread, statistic=chi, df=1.0, p_value=float(stats.chi2.sf(chi, 1)), method=Method.COCHRAN_ARMITAGE)
    every = float(((x - n * share) ** 2 / n).sum() / (share * (1 - share)))
    return Trend(slope, _departure(Method.DEPARTURE_OF_SHARES, max(0.0, every - chi), len(n) - 2))


def trend_of_means(
    means: ArrayLike, deviations: ArrayLike, n: ArrayLike, scores: ArrayLike, *, conf_level: float = 0.95,
) -> Trend:
    """Fit a line through the answers of all waves by least squares: its slope with t interval and test, as R's ``lm``. Departure: the F test
    against a mean for each wave, whose second degrees of freedom are the answers less the waves. Waves without answers are left out."""
    means, deviations, n, scores = _with_answers(n, means, deviations, n, scores)
    if len(n) < 2 or n.sum() < 3:
        why = Reason.NOBODY_AT_ONE_WAVE if len(n) < 2 else Reason.TOO_FEW
        return Trend(not_estimable(Method.LINEAR_TREND, why), not_estimable(Method.DEPARTURE_OF_MEANS, why))
    around, centre = scores - np.average(scores, weights=n), np.average(means, weights=n)
    spread = float(n @ around**2)
    slope = float((n * around) @ (means - centre)) / spread
    within, off = float(((n - 1) * np.where(n > 1, deviations, 0.0) ** 2).sum()), float(n @ (means - centre - slope * around) ** 2)
    df, every = float(n.sum()) - 2, within + float(n @ means**2)
    if within + off < ON_A_LINE * max(1.0, every):
        line = Outcome(slope if abs(slope) >= 1e-12 else 0.0, method=Method.LINEAR_TREND, warning=Reason.ON_ONE_LINE)
    else:
        line = wald(slope, float(np.sqrt((within + off) / df / spread)), conf_level, Method.LINEAR_TREND, df=df)
    rest = float(n.sum()) - len(n)
    if not within > ON_A_LINE * max(1.0, every) or rest < 1 or len(n) < 3:
        return Trend(line, not_estimable(Method.DEPARTURE_OF_MEANS, Reason.NO_SPREAD if len(n) > 2 else Reason.TWO_WAVES))
    ratio = off / (len(n) - 2) / (within / rest)
    p = float(stats.f.sf(ratio, len(n) - 2, rest))
    return Trend(line, Outcome(ratio, statistic=ratio, df=float(len(n) - 2), p_value=p, method=Method.DEPARTURE_OF_MEANS))


def trend_of_persons(
    answers: ArrayLike, scores: ArrayLike, *, clusters: ArrayLike | None = None, conf_level: float = 0.95,
) -> Trend:
    """Fit a line through the answers of each person (one row per person, one column per wave, none missing): the mean of their slopes with
    its t interval and test. With every person at every wave that is the slope of least squares with errors clustered by person (CR2), and
    for two waves the paired t; persons as their own summaries: Matthews et al., BMJ 1990;300:230-235. Departure: Hotelling's T squared of
    what the lines leave over, as F. Where people were sampled in ``clusters`` the mean has CR2 errors by these, and there is no departure."""
    y, x = np.asarray(answers, float), np.asarray(scores, float)
    around = x - x.mean()
    if len(y) < 2:
        why = Reason.TOO_FEW_COMPLETE if len(y) else Reason.NO_COMPLETE
        return Trend(not_estimable(Method.LINE_OF_PERSONS, why), not_estimable(Method.DEPARTURE_OF_PERSONS, why))
    slopes = y @ around / float(around @ around)
    if clusters is None:
        line = replace(paired_t(slopes, np.zeros(len(slopes)), conf_level), method=Method.LINE_OF_PERSONS)
    else:
        line = clustered_mean(slopes, clusters, conf_level=conf_level)
        line = replace(line, method=Method.join(Method.LINE_OF_PERSONS, line.method))
    left = np.linalg.qr(np.column_stack([np.ones(len(x)), x]), mode="complete")[0][:, 2:]
    n, over = len(y), left.shape[1]
    if not over or n <= over or clusters is not None:
        why = Reason.TWO_WAVES if not over else Reason.SAMPLED_IN_CLUSTERS if clusters is not None else Reason.TOO_FEW
        return Trend(line, not_estimable(Method.DEPARTURE_OF_PERSONS, why))
    rest = y @ left
    if np.linalg.matrix_rank(rest - rest.mean(axis=0), tol=1e-9 * max(1.0, np.abs(y).max())) < over:
        return Trend(line, not_estimable(Method.DEPARTURE_OF_PERSONS, Reason.NO_SPREAD))
    if over == 1:       # statsmodels wants two columns or more; of one it is the square of t
        found = paired_t(rest[:, 0], np.zeros(n))
        ratio, p = found.statistic**2, found.p_value
    else:
        found = hotelling(rest)
        ratio, p = float(found.statistic), float(found.pvalue)
    return Trend(line, Outcome(ratio, statistic=ratio, df=float(over), p_value=p, method=Method.DEPARTURE_OF_PERSONS))


def _departure(method: str, chi: float, df: int) -> Outcome:
    """What a trend leaves over, tested; with two waves there is nothing."""
    if df < 1:
        return not_estimable(method, Reason.TWO_WAVES)
    return Outcome(chi, statistic=chi, df=float(df), p_value=float(stats.chi2.sf(chi, df)), method=method)


def _with_answers(n: ArrayLike, *columns: ArrayLike) -> Iterator[np.ndarray]:
    """The columns of those waves that have answers."""
    some = np.asarray(n, float) > 0
    return (np.asarray(column, float)[some] for column in columns)


# --- of a cohort --------------------------------------------------------------------------------------

def trend(plan: Plan) -> pd.DataFrame:
    """Test the trend of every indicator over the waves that asked it, where three of them or more have answers, for the cohort and each
    authority. One row for ``trend`` (slope per wave; the score is the wave's place in time) and one for ``trend_departure``; ``wave`` and
    ``reference`` are the last and the first wave with answers, ``n_valid`` and ``n_reference`` their bases. Where versions differ between
    any two of the waves nothing is tested. In a matched design, whose waves are not independent, it is of the people who answered at every
    wave, for the whole cohort."""
    places = plan.tallies[plan.tallies["group"].eq("") & plan.tallies["n_valid"].gt(0)]
    if len(plan.waves) < FEWEST_WAVES:
        return plan.rows()
    places = places[places["authority"].eq("")] if plan.matched else places
    order = {wave: place for place, wave in enumerate(plan.waves)}
    rows = []
    for (name, authority), counted in places.groupby(["indicator", "authority"], sort=False):
        if len(counted) >= FEWEST_WAVES:
            rows += _rows_of(plan.declared[name], authority, counted.sort_values("wave", key=lambda wave: wave.map(order)), order, plan)
    return plan.rows(rows, contrast=Contrast.WAVE.value)


def _rows_of(one: Indicator, authority: str, counted: pd.DataFrame, order: dict[str, int], plan: Plan) -> list[dict[str, object]]:
    """The trend of one indicator in one place, and what it leaves over."""
    first, last = counted.iloc[0], counted.iloc[-1]
    n, total = (counted[name].to_numpy(float) for name in ("n_valid", "numerator"))
    scores, percent = [order[wave] for wave in counted["wave"]], one.measure is Measure.PERCENT
    bases = {"n_valid": last["n_valid"], "n_reference": first["n_valid"]}
    if plan.match(one.indicator, tuple(counted["wave"]), authority) is Match.DIFFERS:
        found = Trend(*[not_estimable(Method.NONE, Reason.NOT_COMPARABLE)] * 2)
    elif plan.matched:
        answers, clusters = at_every_wave(plan, one.indicator, list(counted["wave"]))
        found, bases = trend_of_persons(answers, scores, clusters=clusters, conf_level=plan.conf_level), dict.fromkeys(bases, float(len(answers)))
    elif percent:
        found = trend_of_shares(total, n, scores)
    else:
        found = trend_of_means(*moments(n, total, counted["squares"]), n, scores, conf_level=plan.conf_level)
    at = {"indicator": one.indicator, "authority": authority, "wave": last["wave"], "reference": first["wave"], **bases}
    by_counts = percent and not plan.matched
    return [at | outcome_columns(found.slope, factor=100 if percent else 1) | {"quantity": Quantity.TREND.value, "unit": unit_of(one)},
            at | outcome_columns(found.departure) | {"quantity": Quantity.TREND_DEPARTURE.value, "unit": "chi-squared" if by_counts else "F"}]
