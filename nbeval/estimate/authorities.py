"""Authorities: how far they differ, and what their changes say together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.estimate.comparisons import wave_pairs
from nbeval.estimate.levels import share, unit_of
from nbeval.estimate.means import moments
from nbeval.estimate.plan import Plan
from nbeval.estimate.pooling import Pooled, pool, risk_difference
from nbeval.estimate.rows import outcome_columns
from nbeval.frames import Contrast, Method, Quantity, Reason

#: with fewer answers than this Cochran's Q finds differences too readily: 8.5 % of the time at 20 answers (simulation study)
ENOUGH_FOR_Q = 60
FEW_FOR_Q = f"some authorities have fewer than {ENOUGH_FOR_Q} answers: the test finds differences more often than it says"


def authority_range(plan: Plan) -> pd.DataFrame:
    """Give the lowest and the highest level among the authorities, without naming them.

    One row per indicator x wave for ``lowest`` and one for ``highest``, with the base of the authority it belongs to, which disclosure
    control needs; ``n_reference`` is the number of authorities compared.
    """
    rows = plan.tallies[plan.tallies["authority"].ne("") & plan.tallies["n_valid"].gt(0)]
    is_percent = rows["indicator"].map(plan.measures).eq(Measure.PERCENT)
    level = share(rows["numerator"].to_numpy(), rows["n_valid"].to_numpy()) * np.where(is_percent, 100, 1)
    placed = rows.assign(estimate=level, unit=rows["indicator"].map(plan.units), authority="")
    placed = placed.sort_values(["indicator", "wave", "estimate", "n_valid"])
    within = placed.groupby(["indicator", "wave"], observed=True)
    placed["n_reference"] = within["estimate"].transform("size").astype(float)
    several = placed[placed["n_reference"] > 1]
    ends = several.groupby(["indicator", "wave"], observed=True)
    return pd.concat([
        plan.rows(ends.head(1), method=Method.RANGE, quantity=Quantity.LOWEST.value),
        plan.rows(ends.tail(1), method=Method.RANGE, quantity=Quantity.HIGHEST.value),
    ], ignore_index=True)


def pooled_change(plan: Plan) -> pd.DataFrame:
    """Put the authorities' changes together: random-effects mean and heterogeneity.

    One row per indicator x later wave for ``change_pooled`` (REML with the interval of Hartung, Knapp, Sidik and Jonkman, labelled as
    the inference to other authorities), and one for ``heterogeneity`` (I squared in percent, with Cochran's Q, its df and p).
    """
    if len(plan.cohort.authorities) < 2:
        return plan.rows()
    declared = plan.declared
    found = []
    for wave in plan.later_waves:
        pairs = wave_pairs(plan, wave)
        pairs = pairs[pairs["authority"].ne("") & pairs["n_valid"].gt(0) & pairs["n_reference"].gt(0)]
        for name, rows in pairs.groupby("indicator", observed=True, sort=False):
            is_percent = declared[name].measure is Measure.PERCENT
            pooled = pool(*_effects(rows, is_percent=is_percent), conf_level=plan.conf_level)
            few = bool((rows[["n_valid", "n_reference"]] < ENOUGH_FOR_Q).any(axis=None))
            found.append((name, wave, unit_of(declared[name]), pooled, few))
    same = {"contrast": Contrast.WAVE.value, "reference": plan.first_wave}
    return pd.concat([
        plan.rows(_means(found), **same, quantity=Quantity.CHANGE_POOLED.value),
        plan.rows(_heterogeneity(found), **same, quantity=Quantity.HETEROGENEITY.value, unit="percent"),
    ], ignore_index=True)


def _effects(rows: pd.DataFrame, *, is_percent: bool) -> tuple[np.ndarray, np.ndarray]:
    """Each authority's change and its variance, in the unit of the change."""
    columns = ("n_valid", "numerator", "squares", "n_reference", "numerator_reference", "squares_reference")
    n1, x1, squares1, n0, x0, squares0 = (rows[name].to_numpy(float) for name in columns)
    if is_percent:
        effects, variances = risk_difference(x1, n1, x0, n0)
        return 100 * effects, 100**2 * variances
    (now, now_sd), (then, then_sd) = moments(n1, x1, squares1), moments(n0, x0, squares0)
    return now - then, now_sd**2 / n1 + then_sd**2 / n0


def _means(found: list[tuple[str, str, str, Pooled, bool]]) -> pd.DataFrame:
    """The random-effects means."""
    return pd.DataFrame([
        {"indicator": name, "wave": wave, "unit": unit, "n_valid": float(pooled.k), **outcome_columns(pooled.mean),
         "warning": pooled.mean.warning or Reason.OTHER_AUTHORITIES}
        for name, wave, unit, pooled, _ in found
    ])


def _heterogeneity(found: list[tuple[str, str, str, Pooled, bool]]) -> pd.DataFrame:
    """I squared, with Cochran's test on the row."""
    return pd.DataFrame([
        {"indicator": name, "wave": wave, "n_valid": float(pooled.k), **outcome_columns(pooled.i_squared),
         "statistic": pooled.q.estimate, "df": pooled.q.df, "p_value": pooled.q.p_value,
         "method": Method.join(Method.I_SQUARED, Method.COCHRAN), "warning": pooled.i_squared.warning or (FEW_FOR_Q if few else "")}
        for name, wave, _, pooled, few in found
    ])
