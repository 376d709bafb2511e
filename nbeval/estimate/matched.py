"""Matched change: how the same people's answers changed, where a cohort can link them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.change import POWER
from nbeval.estimate.levels import unit_of
from nbeval.estimate.linked import Linked, link, places
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.paired_means import paired_t, standardised_change
from nbeval.estimate.paired_proportions import mcnemar, newcombe_paired
from nbeval.estimate.plan import Plan
from nbeval.estimate.power import smallest_change_paired
from nbeval.estimate.rows import outcome_columns, result_rows
from nbeval.estimate.signed_rank import EXACT_UP_TO, paired_changes, rank_biserial, signed_rank
from nbeval.frames import Contrast, Quantity

#: with fewer people than this who changed their answer McNemar's test is exact
FEW_DISCORDANT = 25


def matched_change(plan: Plan) -> pd.DataFrame:
    """Estimate the change of every indicator among the people who answered at both waves.

    Returns
    -------
    one row per indicator x later wave x place (``change``; ``n_valid`` counts the pairs)
        Percentages: Newcombe's interval for pairs, and McNemar's test, exact where fewer than 25 people changed
        their answer. Means: the paired t interval and test; and one row more each for ``effect_size`` (standardised by
        the spread of the first wave) and ``rank_biserial`` (Wilcoxon's signed ranks, exact up to 500 who moved).
        For the whole cohort ``smallest_change``: the change that so many pairs could have shown.
    """
    rows = [
        row for wave in plan.later_waves for linked in [link(plan, wave)]
        for one in plan.indicators() for row in _of_indicator(one, linked, plan)
    ]
    return result_rows(
        pd.DataFrame(rows), cohort=plan.cohort.id, source=plan.source, contrast=Contrast.WAVE.value,
        reference=plan.waves[0] if plan.waves else "",
    )


def _of_indicator(one: Indicator, linked: Linked, plan: Plan) -> Iterator[dict[str, object]]:
    """The rows of one indicator in every place."""
    level = plan.dictionary.programme.conf_level
    now, then = (table[one.indicator].to_numpy(float) for table in (linked.later, linked.then))
    both = np.isfinite(now) & np.isfinite(then)
    for place, inside in places(linked.pairs, plan):
        later, first = now[both & inside], then[both & inside]
        at = place | {"indicator": one.indicator, "wave": linked.wave, "n_valid": float(len(later)), "n_reference": float(len(later)),
                      "n_eligible": float(inside.sum())}
        yield from _percentages(at, later, first, level) if one.measure is Measure.PERCENT else _means(at, later, first, level, one.unit)
        if not any(place.values()):
            yield at | _detectable(one, later - first, 1 - level)


def _percentages(at: dict, now: np.ndarray, then: np.ndarray, level: float) -> Iterator[dict[str, object]]:
    """The change of a percentage."""
    both, lost, won = (int(part.sum()) for part in ((now == 1) & (then == 1), (now == 0) & (then == 1), (now == 1) & (then == 0)))
    found = newcombe_paired(both, lost, won, len(now) - both - lost - won, level)
    test = mcnemar(lost, won, method="mcnemar_exact" if lost + won < FEW_DISCORDANT else "mcnemar_asymptotic")
    yield at | outcome_columns(found, factor=100) | {
        "quantity": Quantity.CHANGE.value, "unit": "percentage points", "statistic": test.statistic, "df": test.df, "p_value": test.p_value,
        "numerator": now.sum(), "numerator_reference": then.sum(), "method": f"Newcombe interval for pairs; {test.method}",
        "warning": found.warning or test.warning.removeprefix("not estimable: "),
    }


def _means(at: dict, now: np.ndarray, then: np.ndarray, level: float, unit: str) -> Iterator[dict[str, object]]:
    """The change of a mean, in its unit, in standard deviations and by ranks."""
    yield at | outcome_columns(paired_t(now, then, level)) | {
        "quantity": Quantity.CHANGE.value, "unit": unit, "method": "paired t interval and test"}
    yield at | outcome_columns(standardised_change(now, then, level, method="metafor_smcr")) | {
        "quantity": Quantity.EFFECT_SIZE.value, "unit": "standard deviations", "method": "change over the first wave's standard deviation (SMCR)"}
    moved = int((paired_changes(now, then) != 0).sum())
    rule = "wilcoxon_exact" if moved <= EXACT_UP_TO else "wilcoxon_asymptotic"
    size, test = rank_biserial(now, then), signed_rank(now, then, method=rule)
    yield at | outcome_columns(size) | {
        "quantity": Quantity.RANK_BISERIAL.value, "unit": "correlation", "statistic": test.statistic, "p_value": test.p_value,
        "method": f"matched-pairs rank-biserial; {rule}"}


def _detectable(one: Indicator, changes: np.ndarray, alpha: float) -> dict[str, object]:
    """The smallest change that the pairs could have shown."""
    spread = float(changes.std(ddof=1)) if len(changes) > 1 else np.nan
    found: Outcome = smallest_change_paired(spread, len(changes), power=POWER, alpha=alpha)
    factor = 100 if one.measure is Measure.PERCENT else 1
    return outcome_columns(found, factor=factor) | {
        "quantity": Quantity.SMALLEST_CHANGE.value, "unit": unit_of(one), "method": f"{found.method}, pairs"}
