"""Survey estimates of means, shares, totals and differences, for all or for groups, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.survey_design import SurveyDesign, degrees_of_freedom, linearised
from nbeval.estimate.survey_intervals import INTERVALS, NO_DF, NO_VARIANCE, share_outcome, t_outcome
from nbeval.estimate.wald import wald


@dataclass(frozen=True)
class SurveyEstimate:
    """An estimate with the number of respondents and what the design cost.

    ``design_effect`` compares with simple random sampling with replacement, so that it does not
    rest on what the weights add up to; ``effective_n`` of a share is
    p(1-p) over its variance, n itself where the share is 0 or 1.
    """

    outcome: Outcome
    n: int
    effective_n: float = nan
    design_effect: float = nan


def survey_mean(design: SurveyDesign, values: ArrayLike, *, rows: ArrayLike | None = None, conf_level: float = 0.95) -> SurveyEstimate:
    """Mean of those of ``rows`` who have a value, with a t interval.

    Parameters
    ----------
    design : SurveyDesign
    values : array-like
        One per respondent, missing where there is no valid answer.
    rows : array-like of bool, optional
        The domain; respondents outside count as zero in the variance, they are not cut away.
    conf_level : float

    Returns
    -------
    SurveyEstimate

    Notes
    -----
    Degrees of freedom are clusters minus strata of the domain. Evidence: ``survey.R`` (svymean of a
    subset, degf, deff).
    """
    return _one(survey_by(design, values, _everybody(values), rows=rows, conf_level=conf_level), "survey_mean")


def survey_share(
    design: SurveyDesign, values: ArrayLike, *, rows: ArrayLike | None = None, interval: str = "korn_graubard", conf_level: float = 0.95,
) -> SurveyEstimate:
    """Share of ones among those of ``rows`` who have a value, with an interval that stays between 0 and 1.

    Parameters
    ----------
    design, rows, conf_level
        As in ``survey_mean``.
    values : array-like
        0 or 1, missing where there is no valid answer.
    interval : str
        ``korn_graubard``, which has width at shares of 0 and 1 too, or ``logit``, which has none there.

    Returns
    -------
    SurveyEstimate

    Notes
    -----
    Korn and Graubard, Survey Methodology 1998;24:193-201. Evidence: ``survey.R`` (svyciprop and formula).
    """
    return _one(survey_by(design, values, _everybody(values), rows=rows, interval=interval, conf_level=conf_level), interval)


def survey_by(
    design: SurveyDesign, values: ArrayLike, groups: ArrayLike, *, rows: ArrayLike | None = None, interval: str = "t",
    conf_level: float = 0.95, df_of_group: bool = True,
) -> dict[str, SurveyEstimate]:
    """Means or shares of every group at once: one call of the library for all of them.

    Parameters
    ----------
    design, values, rows, conf_level
        As in ``survey_mean``.
    groups : array-like
        Label of each respondent's group, missing where it is not known.
    interval : str
        ``t`` for means; ``korn_graubard`` or ``logit`` for shares.
    df_of_group : bool
        Degrees of freedom of each group alone; of all groups together, as R's svyby takes them, otherwise.

    Returns
    -------
    dict of str to SurveyEstimate
        Only groups with a valid answer.

    Raises
    ------
    ParameterError
        ``interval`` is not known.
    """
    if interval not in ("t", *INTERVALS):
        raise ParameterError(
            f"a survey estimate has no interval {interval!r}.", allowed=f"t, {', '.join(INTERVALS)}", do="choose one of these.",
        )
    kept, labels = _domain(design, values, rows, groups)
    result = linearised(design, values, kept, labels)
    found = {}
    for row in result.estimates if result else ():
        label = row.by_level[0]
        mine = kept & (labels == label)
        effect = _effect(design, values, mine, row)
        df = degrees_of_freedom(design, mine if df_of_group else kept)
        found[label] = _estimate(row, effect, df, interval, conf_level, _caution(design))
    return found


def survey_difference(
    design: SurveyDesign, values: ArrayLike, groups: ArrayLike, *, reference: str, level: str,
    rows: ArrayLike | None = None, conf_level: float = 0.95,
) -> Outcome:
    """Difference of the means or shares of two groups, ``level`` minus ``reference``, with t interval and test.

    Parameters
    ----------
    design, values, rows, conf_level
        As in ``survey_mean``.
    groups : array-like
        Labels, the two levels among them.
    reference, level : str

    Returns
    -------
    Outcome

    Notes
    -----
    Groups that share clusters are correlated, and the error takes that in. Evidence: ``survey.R``
    (svyby with covmat, svycontrast, t with degf).
    """
    method = "survey_difference"
    kept, labels = _domain(design, values, rows, groups)
    kept &= (labels == reference) | (labels == level)
    result = linearised(design, values, kept, labels)
    order = [row.by_level[0] for row in result.estimates] if result else []
    if {reference, level} - set(order):
        return not_estimable(method, "one of the two groups has no valid answer")
    sign = np.array([1.0 if label == level else -1.0 for label in order])
    value = float(sign @ [row.est for row in result.estimates])
    error, df = sqrt(max(0.0, float(sign @ np.asarray(result.covariance) @ sign))), degrees_of_freedom(design, kept)
    if not error > 0 or df < 1:
        return Outcome(value, method=method, warning=NO_VARIANCE if df >= 1 else NO_DF)
    return wald(value, error, conf_level, method, df=df, warning=_caution(design))


def survey_total(design: SurveyDesign, values: ArrayLike, *, rows: ArrayLike | None = None, conf_level: float = 0.95) -> Outcome:
    """Weighted total with a t interval.

    Parameters
    ----------
    design, values, rows, conf_level
        As in ``survey_mean``.

    Returns
    -------
    Outcome

    Notes
    -----
    Evidence: ``survey.R`` (svytotal).
    """
    kept, labels = _domain(design, values, rows, _everybody(values))
    result = linearised(design, values, kept, labels, of="total")
    if not result:
        return not_estimable("survey_total", "no valid answer")
    return t_outcome(
        result.estimates[0].est, result.estimates[0].se, degrees_of_freedom(design, kept), conf_level, "survey_total", _caution(design),
    )


def _everybody(values: ArrayLike) -> NDArray[Any]:
    """One group for all."""
    return np.full(len(np.asarray(values)), "all", object)


def _domain(design: SurveyDesign, values: ArrayLike, rows: ArrayLike | None, groups: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Who counts, and in which group, among respondents with a weight."""
    labels = pd.Series(np.asarray(groups, object)[design.used])
    kept = np.isfinite(np.asarray(values, float)[design.used]) & labels.notna().to_numpy()
    if rows is not None:
        kept &= np.asarray(rows, bool)[design.used]
    return kept, labels.where(kept, "").astype(str).to_numpy(object)


def _one(found: dict[str, SurveyEstimate], method: str) -> SurveyEstimate:
    """The estimate of the one group there is."""
    return next(iter(found.values()), SurveyEstimate(not_estimable(method, "no valid answer"), 0))


def _caution(design: SurveyDesign) -> str:
    """What to mind about the variance."""
    return "a stratum with one respondent is centred at the mean of all" if design.lone_strata else ""


def _effect(design: SurveyDesign, values: ArrayLike, rows: NDArray[np.bool_], row: Any) -> float:
    """Variance of a mean over that of a simple random sample of the same size, drawn with replacement."""
    w, y = design.table["weight"].to_numpy()[rows], np.asarray(values, float)[design.used][rows]
    spread = float(w @ (y - row.est) ** 2)
    return row.se**2 * (row.n - 1) * float(w.sum()) / spread if spread > 0 and row.n > 1 else nan


def _estimate(row: Any, effect: float, df: int, interval: str, level: float, caution: str) -> SurveyEstimate:
    """One group's estimate with the interval asked for."""
    if interval == "t":
        outcome = t_outcome(row.est, row.se, df, level, "survey_mean", caution)
        return SurveyEstimate(outcome, row.n, row.n / effect if effect > 0 else nan, effect)
    outcome, effective = share_outcome(row.est, row.se, row.n, df, interval, level, caution)
    return SurveyEstimate(outcome, row.n, effective, effect)
