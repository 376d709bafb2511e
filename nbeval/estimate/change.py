"""Change: every indicator at a later wave against the first, for the cohort, its authorities and groups."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.estimate.levels import moments, share, unit_of
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.pairs import difference_rows, pair
from nbeval.estimate.plan import PLACE, Plan
from nbeval.estimate.power import smallest_change_mean, smallest_change_percent
from nbeval.estimate.rows import result_rows
from nbeval.frames import Contrast, Quantity

POWER = 0.80
_SAME_PLACE = [name for name in PLACE if name != "wave"]


def change(plan: Plan) -> pd.DataFrame:
    """Estimate the change of every indicator from the first wave to each later one.

    Returns
    -------
    one row per indicator x later wave x place (``frames.RESULTS``)
        ``change`` with its interval and test, and for means ``effect_size`` (Hedges g). For the
        whole cohort and for each authority also ``smallest_change``: the change that the two samples
        could have shown with 80 % power at the five per cent level, in the unit of the change.
    """
    blocks = []
    for wave in plan.later_waves:
        pairs = wave_pairs(plan, wave)
        blocks += [difference_rows(pairs, plan, Quantity.CHANGE), _detectable(pairs[pairs["group"].eq("")], plan)]
    return pd.concat(blocks, ignore_index=True) if blocks else result_rows(pd.DataFrame())


def wave_pairs(plan: Plan, wave: str) -> pd.DataFrame:
    """The tallies of a wave beside those of the first.

    Returns
    -------
    one row per indicator x place that was counted at either wave.
    """
    first = plan.tallies[plan.tallies["wave"].eq(plan.waves[0])]
    now = plan.tallies[plan.tallies["wave"].eq(wave)]
    only_then = first.merge(now[_SAME_PLACE], on=_SAME_PLACE, how="left", indicator="found", validate="one_to_one")
    only_then = only_then[only_then.pop("found").eq("left_only")]
    counted = [name for name in now if name not in PLACE]
    empty = only_then.assign(wave=wave, **dict.fromkeys(counted, 0.0))
    return pair(pd.concat([now, empty], ignore_index=True), first, _SAME_PLACE).assign(
        contrast=Contrast.WAVE.value, reference=plan.waves[0]
    )


def _detectable(pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the smallest change that the samples could have shown."""
    declared = {one.indicator: one for one in plan.indicators()}
    is_mean = pairs["indicator"].map(lambda name: declared[name].measure is Measure.MEAN)
    alpha = 1 - plan.dictionary.programme.conf_level
    n1, n0 = pairs["n_valid"].to_numpy(), pairs["n_reference"].to_numpy()
    then = share(pairs["numerator_reference"].to_numpy(), n0)
    _, sd = moments(pairs.assign(n_valid=n0, numerator=pairs["numerator_reference"], squares=pairs["squares_reference"]))
    found = [
        smallest_change_mean(s, a, b, power=POWER, alpha=alpha) if mean
        else _points(smallest_change_percent(p, a, b, power=POWER, alpha=alpha))
        for mean, s, p, a, b in zip(is_mean, sd, then, n1, n0, strict=True)
    ]
    table = pairs.drop(columns=["numerator", "numerator_reference"]).assign(
        estimate=[one.estimate for one in found], method=[one.method for one in found],
        warning=[one.warning for one in found],
        unit=[unit_of(declared[name]) for name in pairs["indicator"]],
    )
    return result_rows(table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.SMALLEST_CHANGE.value)


def _points(outcome: Outcome) -> Outcome:
    """A share as percentage points."""
    return replace(outcome, estimate=100 * outcome.estimate)
