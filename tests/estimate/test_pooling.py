"""Pooled changes of authorities, held to metafor (meta.R)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nbeval.estimate.outcome import Outcome
from nbeval.estimate.pooling import pool, risk_difference
from tests.estimate.reference import all_accounted_for, case, inputs, meets, offered_rows

BODIES = {"mean_change": "mean", "i_squared": "i_squared", "q": "q"}
OFFERED = [
    "mean_change|reml_hksj", "i_squared|reml", "i_squared|reml_q_profile", "q|cochran", "k|count", "risk_difference*|unadjusted",
]
NOT_REPORTED = "REML with the interval of Hartung, Knapp, Sidik and Jonkman is the one that is reported"
REFUSED = {
    "*|*half_added*": "adds an arbitrary half to each cell", "*|fixed*": NOT_REPORTED, "*|dersimonian_laird*": NOT_REPORTED,
    "*|paule_mandel*": NOT_REPORTED, "mean_change|reml_normal": NOT_REPORTED, "prediction_interval|*": "no report says what a further authority would do",
    "tau_squared|reml*": "I squared says the same", "left_out|variance zero": "the number of authorities used is on the row", "h_squared|reml*": "I squared says the same",
    "hksj_scale|reml*": "a step on the way to the interval",
}


def _effects(case_id: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    if case("meta_cases", case_id)["source"] == "meta_effects":
        table = inputs("meta_effects").query("case_id == @case_id")
        return table.effect.to_numpy(), table.variance.to_numpy(), list(table.authority)
    table = inputs("meta_counts").query("case_id == @case_id")
    return *risk_difference(table.x_final, table.n_final, table.x_baseline, table.n_baseline), list(table.authority)


def _part(row) -> Outcome:
    effects, variances, names = _effects(row.case)
    if row.quantity.startswith("risk_difference["):
        at = names.index(row.quantity[len("risk_difference["):-1])
        return Outcome(effects[at], math.sqrt(variances[at]))
    pooled = pool(effects, variances)
    return Outcome(pooled.k) if row.quantity == "k" else getattr(pooled, BODIES[row.quantity])


@pytest.mark.parametrize("row", offered_rows("meta", OFFERED))
def test_pooling_agrees_with_metafor(row):
    meets(row, _part(row))


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("meta", OFFERED, REFUSED)


def test_no_authority_says_why_there_is_no_mean():
    pooled = pool([0.1, math.nan], [0.0, 1.0])
    assert math.isnan(pooled.mean.estimate) and "no authority" in pooled.mean.warning
    assert pooled.k == 0


def test_equal_changes_are_not_certainty():
    pooled = pool([0.1] * 5, [0.02] * 5)
    assert math.isnan(pooled.mean.conf_low) and "all changes are equal" in pooled.mean.warning


def test_pooling_does_not_depend_on_the_order_of_authorities():
    y, v = [0.3, -0.1, 0.2, 0.9], [0.02, 0.05, 0.03, 0.04]
    one, other = pool(y, v), pool(y[::-1], v[::-1])
    assert one.mean.estimate == pytest.approx(other.mean.estimate, rel=1e-12)
    assert one.i_squared.conf_high == pytest.approx(other.i_squared.conf_high, rel=1e-9)
