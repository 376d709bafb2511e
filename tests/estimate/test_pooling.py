"""Pooled changes of authorities, held to metafor (meta.R)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.estimate.reference import case, expected, expected_rows, inputs, meets

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.pooling import METHODS, pool, risk_difference

BODIES = {
    "mean_change": "mean", "tau_squared": "tau_squared", "i_squared": "i_squared", "h_squared": "h_squared",
    "hksj_scale": "hksj_scale", "prediction_interval": "prediction",
}
ENDS = ("", "_normal", "_hksj", "_q_profile", "_higgins")
PLAIN = {f"{method}{end}" for method in METHODS[1:] for end in ENDS} | {"fixed_normal", "cochran", "count", "variance zero", "unadjusted"}
HALVED = {f"{method}_half_added{end}" for method in METHODS[1:] for end in ENDS}
OFFERED = PLAIN | HALVED | {"fixed_half_added_normal", "cochran_half_added", "count_half_added", "half_added"}


def _effects(case_id: str, half: bool) -> tuple[np.ndarray, np.ndarray, list[str]]:
    if case("meta_cases", case_id)["source"] == "meta_effects":
        table = inputs("meta_effects").query("case_id == @case_id")
        return table.effect.to_numpy(), table.variance.to_numpy(), list(table.authority)
    table = inputs("meta_counts").query("case_id == @case_id")
    pairs = [risk_difference(r.x_final, r.n_final, r.x_baseline, r.n_baseline, half=half) for r in table.itertuples()]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs]), list(table.authority)


def _part(row) -> Outcome:
    half = "half_added" in row.method
    method = row.method.replace("_half_added", "")
    effects, variances, names = _effects(row.case, half)
    if row.quantity.startswith("risk_difference["):
        at = names.index(row.quantity[len("risk_difference["):-1])
        return Outcome(effects[at], math.sqrt(variances[at]))
    family = next((m for m in METHODS if method.startswith(m)), "fixed")
    inference = "normal" if method.endswith("_normal") or family == "fixed" else "hksj"
    pooled = pool(effects, variances, method=family, inference=inference)
    if row.quantity in ("k", "left_out"):
        return Outcome(getattr(pooled, row.quantity))
    if row.quantity == "q":
        return pooled.q
    return pooled.prediction_higgins if method.endswith("_higgins") else getattr(pooled, BODIES[row.quantity])


@pytest.mark.parametrize("row", expected_rows("meta"))
def test_pooling_agrees_with_metafor(row):
    meets(row, _part(row))


def test_every_method_of_the_reference_is_offered(shared):
    assert {row.method for row in expected("meta")} <= OFFERED


@pytest.mark.parametrize("method", METHODS)
def test_no_authority_says_why_there_is_no_mean(method):
    pooled = pool([0.1, math.nan], [0.0, 1.0], method=method)
    assert math.isnan(pooled.mean.estimate) and "no authority" in pooled.mean.warning
    assert pooled.left_out == 2 and pooled.k == 0


def test_equal_changes_are_not_certainty():
    pooled = pool([0.1] * 5, [0.02] * 5)
    assert math.isnan(pooled.mean.conf_low) and "all changes are equal" in pooled.mean.warning


def test_pooling_does_not_depend_on_the_order_of_authorities():
    y, v = [0.3, -0.1, 0.2, 0.9], [0.02, 0.05, 0.03, 0.04]
    one, other = pool(y, v), pool(y[::-1], v[::-1])
    assert one.mean.estimate == pytest.approx(other.mean.estimate, rel=1e-12)
    assert one.tau_squared.conf_high == pytest.approx(other.tau_squared.conf_high, rel=1e-9)


@pytest.mark.parametrize("wrong", [{"method": "bayes"}, {"inference": "wald"}])
def test_an_unknown_method_is_refused_with_the_known_ones(wrong):
    with pytest.raises(ParameterError, match="choose one of these"):
        pool([0.1, 0.2], [0.1, 0.1], **wrong)
