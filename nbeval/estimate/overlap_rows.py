"""What the change would be worth if some of the same people had answered at both waves."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Overlap
from nbeval.estimate.change import wave_pairs
from nbeval.estimate.levels import moments, share, unit_of
from nbeval.estimate.overlap import OverlapBounds, overlap_bounds, share_correlations
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import outcome_columns, result_rows
from nbeval.frames import Contrast, Quantity


def overlap(plan: Plan) -> pd.DataFrame:
    """Bound the interval of every change of the cohort over the possible overlap of its waves.

    Returns
    -------
    one row per indicator x later wave for ``overlap_widest`` and one for ``overlap_bound``
        The widest and the narrowest interval that the declared range of overlap and correlation allows.
        Where a cohort declares none: nobody up to everybody who can be in both (people stay in
        their authority), and no correlation up to the highest that the two shares allow.
    """
    rows = [row for wave in plan.later_waves for row in _at_wave(plan, wave)]
    return result_rows(
        pd.DataFrame(rows), cohort=plan.cohort.id, source=plan.source, contrast=Contrast.WAVE.value,
        reference=plan.waves[0] if plan.waves else "",
    )


def _at_wave(plan: Plan, wave: str) -> list[dict[str, object]]:
    """The rows of one later wave."""
    pairs = wave_pairs(plan, wave)
    pairs = pairs[pairs["group"].eq("")]
    parts = pairs[pairs["authority"].ne("")] if plan.cohort.authorities else pairs
    most = parts.assign(most=np.minimum(parts["n_valid"], parts["n_reference"])).groupby("indicator")["most"].sum()
    whole = pairs[pairs["authority"].eq("")].set_index("indicator")
    declared = plan.cohort.overlap or Overlap(source="")
    rows = []
    for one in plan.indicators():
        row = whole.loc[one.indicator]
        percent = one.measure is Measure.PERCENT
        found = _bounds(row, int(most[one.indicator] * declared.largest_share), declared, percent, plan.dictionary.programme.conf_level)
        place = {"indicator": one.indicator, "wave": wave, "n_valid": row["n_valid"], "n_reference": row["n_reference"], "unit": unit_of(one)}
        words = f"{declared.largest_share:.0%} of those who can be in both waves"
        rows += [
            place | outcome_columns(outcome, factor=100 if percent else 1) | {"quantity": quantity.value, "method": f"{which}; up to {words}"}
            for quantity, outcome, which in (
                (Quantity.OVERLAP_WIDEST, found.widest, "widest interval over the overlap"),
                (Quantity.OVERLAP_BOUND, found.narrowest, "narrowest interval over the overlap"),
            )
        ]
    return rows


def _bounds(row: pd.Series, most: int, declared: Overlap, percent: bool, conf_level: float) -> OverlapBounds:
    """The bounds of one change."""
    n1, n0 = int(row["n_valid"]), int(row["n_reference"])
    (now, error1), (then, error0) = (_level(row, suffix, percent) for suffix in ("", "_reference"))
    correlations = (declared.lowest_correlation, declared.highest_correlation)
    if percent and 0 < now < 1 and 0 < then < 1:
        lowest, highest = share_correlations(then, now)
        correlations = (max(correlations[0], lowest), min(correlations[1], highest))
    return overlap_bounds(
        now - then, error_baseline=error0, error_final=error1, n_baseline=n0, n_final=n1,
        largest_overlap=min(most, n0, n1), correlations=correlations, conf_level=conf_level,
    )


def _level(row: pd.Series, suffix: str, percent: bool) -> tuple[float, float]:
    """The share or mean of one side, and its standard error."""
    names = {"n_valid": "n_valid" if not suffix else "n_reference", "numerator": f"numerator{suffix}", "squares": f"squares{suffix}"}
    side = pd.DataFrame({name: [row[column]] for name, column in names.items()})
    n = float(side["n_valid"].iloc[0])
    if percent:
        value = float(share(side["numerator"].to_numpy(), side["n_valid"].to_numpy())[0])
        return value, sqrt(value * (1 - value) / n) if n else np.nan
    mean, sd = moments(side)
    return float(mean[0]), float(sd[0]) / sqrt(n) if n else np.nan
