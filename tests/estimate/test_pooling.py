"""Pooled changes of authorities, held to metafor (meta.R)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nbeval import dictionary
from nbeval.disclosure.cells import read_cells
from nbeval.estimate.assembly import estimate
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.pooling import pool, risk_difference
from nbeval.frames import Quantity
from tests.estimate.reference import all_accounted_for, case, inputs, meets, offered_rows
from tests.estimate.test_assembly import measured, people_of
from tests.guards import some

PLAIN = {"mean_change": "mean", "i_squared": "i_squared", "tau_squared": "tau_squared", "q": "q", "prediction_interval": "prediction"}
OF_EACH = {"change": None, "shrunken_change": "shrunken", "mean_change_without": "left_out", "risk_difference": None}
#: the rules by which an authority has its variance
RULES = ("half_added_variance", "as_given")
OFFERED = {
    "meta": ["i_squared|reml", "i_squared|reml_q_profile", "tau_squared|reml", "tau_squared|reml_q_profile", "q|cochran", "k|count", "risk_difference*|unadjusted"],
    "meta2": [f"{name}|{method}_{rule}" for rule in RULES for name, method in (
        ("mean_change", "reml_adhoc"), ("mean_change_without[[]*", "reml_adhoc"), ("prediction_interval", "reml_adhoc"), ("shrunken_change[[]*", "reml_blup"),
        ("tau_squared", "reml_tau2"), ("tau_squared", "reml_q_profile"), ("i_squared", "reml_i2"), ("i_squared", "reml_q_profile"), ("q", "cochran"))]
    + [f"{name}|{rule}" for rule in RULES for name in ("change[[]*", "k")],
}
NOT_REPORTED = "REML with the interval of Hartung, Knapp, Sidik and Jonkman and its floor is the one that is reported"
STEP = "a step on the way to the interval"
OTHER_RULE = "an authority without variance gets that of its table with 1/2 added; its change and the other authorities stay as they are"
REFUSED = {
    "meta": {
        "*|*half_added*": "adds a half to each cell, which moves the change", "*|fixed*": NOT_REPORTED, "*|dersimonian_laird*": NOT_REPORTED,
        "*|paule_mandel*": NOT_REPORTED, "mean_change|reml_normal": NOT_REPORTED, "mean_change|reml_hksj": "without the floor: in meta2 it has it",
        "prediction_interval|*": "with k - 2 degrees of freedom: metafor's is met in meta2", "left_out|variance zero": "the number used is on the row",
        "h_squared|reml*": "I squared says the same", "hksj_scale|reml*": STEP,
    },
    "meta2": {
        **{f"*|*{rule}": OTHER_RULE for rule in ("unadjusted", "half_added", "pooled_share_where_zero", "pooled_share")},
        **{f"*|{method}_*_{rule}": NOT_REPORTED for method in ("dersimonian_laird", "paule_mandel") for rule in RULES},
        **{f"mean_change|reml_{method}_{rule}": NOT_REPORTED for method in ("normal", "hksj") for rule in RULES},
        **{f"prediction_interval|reml_higgins_{rule}": "the interval with k - 1 degrees of freedom is the one given" for rule in RULES},
        **{f"{name}|{method}_{rule}": STEP for rule in RULES for name, method in (("hksj_scale", "reml_q"), ("tau_squared_without[[]*", "reml_tau2"))},
        "left_out_*|*": "the number used is on the row", "same_as|*": "says where R did not repeat its values",
    },
}


def _effects(table: str, case_id: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    if case(f"{table}_cases", case_id)["source"].endswith("effects"):
        given = inputs(f"{table}_effects").query("case_id == @case_id")
        return given.effect.to_numpy(), given.variance.to_numpy(), list(given.authority)
    given = inputs(f"{table}_counts").query("case_id == @case_id and n_final > 0 and n_baseline > 0")
    return *risk_difference(given.x_final, given.n_final, given.x_baseline, given.n_baseline), list(given.authority)


def _part(row) -> Outcome:
    effects, variances, names = _effects(row.table, row.case)
    level = case(f"{row.table}_cases", row.case).get("conf_level", 0.95)
    pooled, (name, _, of) = pool(effects, variances, conf_level=level), row.quantity.rstrip("]").partition("[")
    if name == "k":
        return Outcome(pooled.k)
    if name in ("change", "risk_difference"):
        return Outcome(effects[names.index(of)], math.sqrt(variances[names.index(of)]))
    return getattr(pooled, OF_EACH[name])[names.index(of)] if of else getattr(pooled, PLAIN[name])


def _as_r_had_it(row) -> bool:
    """Whether R used the same authorities: in the first set those of 0 or 100 % at both waves are left out."""
    if row.table == "meta2" or case("meta_cases", row.case)["source"].endswith("effects"):
        return True
    given = inputs("meta_counts").query("case_id == @row.case")
    alike = [(given[f"x_{wave}"] == 0) | (given[f"x_{wave}"] == given[f"n_{wave}"]) for wave in ("final", "baseline")]
    return not (alike[0] & alike[1]).any()


def _on_the_edge(row) -> bool:
    return row.table == "meta2" and row.quantity == "i_squared" and 0 < row.estimate < 1e-8


EDGE = "R's iteration stops a hair above 0, where the likelihood falls from 0 on: tau squared is met"
ROWS = [row for table in OFFERED for row in offered_rows(table, OFFERED[table], where=lambda row: _as_r_had_it(row) and not _on_the_edge(row))]


@pytest.mark.parametrize("row", ROWS)
def test_pooling_agrees_with_metafor(row):
    meets(row, _part(row))


@pytest.mark.parametrize("table", OFFERED)
def test_every_method_of_the_reference_is_offered_or_refused(shared, table):
    all_accounted_for(table, OFFERED[table], REFUSED[table], not_by_us={EDGE: _on_the_edge})


def test_no_pooled_interval_is_narrower_than_that_of_a_common_change(shared):
    for case_id in some(inputs("meta2_cases")["case_id"], 5):
        effects, variances, _ = _effects("meta2", case_id)
        pooled, used = pool(effects, variances), variances[np.isfinite(variances) & (variances > 0)]
        assert pooled.k < 2 or pooled.mean.std_error >= math.sqrt(1 / (1 / used).sum()) * (1 - 1e-12)


def test_no_authority_says_why_there_is_no_mean():
    pooled = pool([0.1, math.nan], [0.0, 1.0])
    assert math.isnan(pooled.mean.estimate) and "no authority" in pooled.mean.warning
    assert pooled.k == 0


def test_equal_changes_give_that_change_with_an_interval():
    pooled = pool([0.1] * 5, [0.02] * 5)
    assert pooled.mean.estimate == pytest.approx(0.1) and pooled.mean.std_error == pytest.approx(math.sqrt(0.02 / 5))
    assert pooled.mean.conf_low < 0.1 < pooled.mean.conf_high and {one.estimate for one in pooled.shrunken} == {pooled.mean.estimate}


def test_a_small_authority_moves_further_towards_the_middle_than_a_large_one():
    changes, variances = np.array([0.4, 0.4, -0.1, 0.0, 0.1]), np.array([0.04, 0.002, 0.003, 0.003, 0.003])
    pooled = pool(changes, variances)
    small, large = (one.estimate for one in pooled.shrunken[:2])
    assert pooled.tau_squared.estimate > 0 and pooled.mean.estimate < small < large < 0.4


def test_pooling_does_not_depend_on_the_order_of_authorities():
    y, v = [0.3, -0.1, 0.2, 0.9], [0.02, 0.05, 0.03, 0.04]
    one, other = pool(y, v), pool(y[::-1], v[::-1])
    assert one.mean.estimate == pytest.approx(other.mean.estimate, rel=1e-12)
    assert one.i_squared.conf_high == pytest.approx(other.i_squared.conf_high, rel=1e-9)


def test_every_authority_has_its_rows_and_they_rest_on_all_authorities(declared):
    cohort = declared.cohorts[0]
    results = estimate(measured(people_of(cohort, declared, 300), declared), cohort, declared)
    of_each = results[results["quantity"].isin([Quantity.CHANGE_SHRUNKEN, Quantity.CHANGE_LEFT_OUT])]
    assert set(of_each["authority"]) == set(cohort.authorities) and len(of_each) > len(cohort.authorities)
    cells = read_cells(results, declared)
    for quantity in (Quantity.CHANGE_SHRUNKEN, Quantity.CHANGE_LEFT_OUT, Quantity.PREDICTION, Quantity.ICC):
        row = some(results.index[results["quantity"].eq(quantity)])[0]
        shown = cells.table.set_index("cell").loc[cells.parts.loc[cells.parts["row"].eq(row), "cell"]]
        assert set(shown["authority"]) >= set(cohort.authorities), quantity


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")
