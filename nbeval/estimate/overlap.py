"""How the interval of a change depends on people who answered at both waves, when nobody knows how many did.

The survey is anonymous, so the waves are taken as two samples. Where some people are in both, their two answers are
correlated and the true standard error differs; these are its bounds. No library has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Overlap
from nbeval.errors import ParameterError
from nbeval.estimate.comparisons import wave_pairs
from nbeval.estimate.levels import unit_of
from nbeval.estimate.means import moments
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns, wald
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity, Reason


@dataclass(frozen=True)
class OverlapBounds:
    """The change at the widest and at the narrowest that overlap can make its interval."""

    widest: Outcome
    narrowest: Outcome


def overlap(plan: Plan) -> pd.DataFrame:
    """Bound the interval of every change of the cohort over the possible overlap of its waves.

    One row per indicator x pair of waves for ``overlap_widest`` and one for ``overlap_bound``: the widest and the narrowest interval that
    the declared range of overlap and correlation allows. Where a cohort declares none: nobody up to everybody who can be in both (people
    stay in their authority), and no correlation up to the highest that the two shares allow.
    """
    rows = [row for wave, reference in plan.every_pair for row in _between(plan, wave, reference)]
    return plan.rows(rows, contrast=Contrast.WAVE.value)


def _between(plan: Plan, wave: str, reference: str) -> list[dict[str, object]]:
    """The rows of one pair of waves."""
    pairs = wave_pairs(plan, wave, reference)
    pairs = pairs[pairs["group"].eq("")]
    parts = pairs[pairs["authority"].ne("")] if plan.cohort.authorities else pairs
    most = parts.assign(most=np.minimum(parts["n_valid"], parts["n_reference"])).groupby("indicator")["most"].sum()
    whole, declared = pairs[pairs["authority"].eq("")].set_index("indicator"), plan.cohort.overlap or Overlap(source="")
    reach, rows = f"up to {declared.largest_share:.0%} of those who can be in both waves", []
    for one in (one for one in plan.indicators() if one.indicator in whole.index):
        row, percent = whole.loc[one.indicator], one.measure is Measure.PERCENT
        found = _bounds(row, int(most[one.indicator] * declared.largest_share), declared, percent, plan.conf_level)
        place = {"indicator": one.indicator, "wave": wave, "reference": reference, "unit": unit_of(one), **row[["n_valid", "n_reference"]]}
        rows += [
            place | outcome_columns(outcome, factor=100 if percent else 1) | {"quantity": quantity.value, "method": Method.join(which, reach)}
            for quantity, outcome, which in ((Quantity.OVERLAP_WIDEST, found.widest, Method.OVERLAP_WIDEST),
                                             (Quantity.OVERLAP_BOUND, found.narrowest, Method.OVERLAP_NARROWEST))
        ]
    return rows


def _bounds(row: pd.Series, most: int, declared: Overlap, percent: bool, conf_level: float) -> OverlapBounds:
    """The bounds of one change."""
    n1, n0 = int(row["n_valid"]), int(row["n_reference"])
    now, error1 = _level(row["n_valid"], row["numerator"], row["squares"], percent)
    then, error0 = _level(row["n_reference"], row["numerator_reference"], row["squares_reference"], percent)
    correlations = (declared.lowest_correlation, declared.highest_correlation)
    if percent and 0 < now < 1 and 0 < then < 1:
        lowest, highest = share_correlations(then, now)
        correlations = (max(correlations[0], lowest), min(correlations[1], highest))
    return overlap_bounds(
        now - then, error_baseline=error0, error_final=error1, n_baseline=n0, n_final=n1,
        largest_overlap=min(most, n0, n1), correlations=correlations, conf_level=conf_level,
    )


def _level(n: float, total: float, squares: float, percent: bool) -> tuple[float, float]:
    """The share or mean of one wave, and its standard error."""
    mean, sd = (float(value) for value in moments(n, total, squares))
    return mean, (sqrt(mean * (1 - mean) / n) if percent else sd / sqrt(n)) if n else np.nan


def overlap_bounds(
    difference: float, *, error_baseline: float, error_final: float, n_baseline: int, n_final: int, largest_overlap: int,
    correlations: tuple[float, float] = (0.0, 1.0), conf_level: float = 0.95,
) -> OverlapBounds:
    """Bound the normal interval of a change (of means or shares) over the possible overlap and correlation.

    With m people in both and correlation r the variance is v1 + v2 - 2 m r s1 s2 / (n1 n2), s the standard deviation of a wave: Kish,
    Survey Sampling (1965), section 12.4. It is linear in m r, so the bounds are at no overlap or at the largest.
    """
    _refuse(largest_overlap, n_baseline, n_final, correlations)
    if min(n_baseline, n_final) < 1 or not (error_baseline >= 0 and error_final >= 0 and error_baseline + error_final > 0):
        return OverlapBounds(*[not_estimable(Method.OVERLAP_WIDEST, Reason.NO_ERROR)] * 2)
    errors = (overlap_error(error_baseline, error_final, n_baseline, n_final, largest_overlap, r) for r in
              (min(correlations[0], 0.0), max(correlations[1], 0.0)))
    return OverlapBounds(*(
        wald(difference, error, conf_level, Method.OVERLAP_WIDEST, tested=False, warning="" if error > 0 else Reason.FULL_AGREEMENT)
        for error in errors
    ))


def overlap_error(error_baseline: float, error_final: float, n_baseline: int, n_final: int, overlap: int, correlation: float) -> float:
    """Give the standard error of a change when ``overlap`` people are in both waves, their answers correlated."""
    shared = overlap * correlation * error_baseline * error_final / sqrt(n_baseline * n_final)
    return sqrt(max(0.0, error_baseline**2 + error_final**2 - 2 * shared))


def share_correlations(share_baseline: float, share_final: float) -> tuple[float, float]:
    """Give the lowest and the highest phi that two yes-or-no answers with these shares can have: Fréchet's bounds."""
    p, q = share_baseline, share_final
    if not (0 < p < 1 and 0 < q < 1):
        raise ParameterError("shares of 0 or 1 have no correlation.", allowed="strictly between 0 and 1",
                             do="give the correlations that are thought possible.")
    scale = sqrt(p * (1 - p) * q * (1 - q))
    return (max(0.0, p + q - 1) - p * q) / scale, (min(p, q) - p * q) / scale


def _refuse(most: int, n_baseline: int, n_final: int, correlations: tuple[float, float]) -> None:
    """Stop at an overlap or correlations that cannot be."""
    if not -1 <= correlations[0] <= correlations[1] <= 1:
        raise ParameterError("correlations must be a lower and an upper value from -1 to 1.",
                             found=f"{correlations[0]:g} and {correlations[1]:g}", do="put them in order.")
    if not 0 <= most <= min(n_baseline, n_final):
        raise ParameterError("more people in both waves than in one of them.", allowed="at most the smaller number of answers",
                             do="lower the largest overlap.")
