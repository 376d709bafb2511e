"""Reliability of scales, held to psych and lavaan (reliability.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.estimate import reliability
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.pooling import icc
from tests.estimate.reference import all_accounted_for, case, cases, declaring, expected, inputs, meets, offered_rows
from tests.guards import some

FLOOR, CEILING = "score at the lowest possible (items 1 to 5)", "score at the highest possible"
OFFERED = ["alpha|complete_cases", "item_rest*|complete_cases", "n|*", "n_left_out|*", f"*|{FLOOR}", f"*|{CEILING}", "*|all items answered alike"]
REFUSED = {
    "alpha|complete_cases_duhachek": "Feldt's interval is the one that is reported",
    "alpha|pairwise": "the number of respondents differs from pair to pair",
    "alpha_standardised|*": "alpha of the items as they are is the declared measure",
    "alpha_without*|*": "no report chooses items by what leaving them out would do",
    "mean_inter_item_correlation|*": "DataFrame.corr() where an analyst wants it",
    "*|lavaan_ml": "omega is not a quantity of the reports; alpha with its interval is the declared measure",
    "*|psych_minres": "the same, with a tolerance of 1e-3 only",
}


def _items(case_id: str) -> pd.DataFrame:
    about = case("reliability_cases", case_id)
    if about["source"] == "survey":
        wave = about["wave"]
        return inputs("survey").query("wave == @wave")[about["items"].split("|")]
    return inputs("scales").query("case_id == @case_id").pivot(index="respondent", columns="item", values="value")


def _outcome(row) -> Outcome:
    items = _items(row.case)
    name = row.quantity.partition("[")[2].rstrip("]")
    if row.quantity in ("n", "n_left_out"):
        complete = int(items.notna().all(axis=1).sum())
        return Outcome(complete if row.quantity == "n" else len(items) - complete)
    if row.quantity == "alpha":
        return reliability.alpha(items)
    if name:
        return getattr(reliability, row.quantity.partition("[")[0])(items)[name]
    if row.quantity in ("floor_share", "ceiling_share"):
        return reliability.floor_and_ceiling(items, lowest=1, highest=5)[row.quantity == "ceiling_share"]
    if row.quantity == "straight_lining_share":
        return reliability.straight_lining(items)
    return getattr(reliability, row.quantity)(items)


@pytest.mark.parametrize("row", offered_rows("reliability", OFFERED))
def test_reliability_agrees_with_psych(row):
    meets(row, _outcome(row))


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("reliability", OFFERED, REFUSED)


def test_an_item_that_runs_against_its_scale_is_named(shared):
    consistent = [row.case for row in expected("reliability") if row.quantity == "alpha" and 0.7 < row.estimate < 0.95]
    items = _items(some(case_id for case_id in consistent if _items(case_id).shape[1] > 3)[0]).dropna()
    assert all(one.estimate > 0 for one in some(reliability.item_rest(items).values(), 2))
    last = items.columns[-1]
    turned = reliability.item_rest(items.assign(**{last: items[last].max() + items[last].min() - items[last]}))
    assert [name for name, one in turned.items() if one.estimate < 0] == [last]


def test_one_item_is_no_scale():
    items = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    assert "fewer than two items" in reliability.alpha(items).warning
    assert "fewer than two items" in reliability.item_rest(items)["a"].warning


def test_nobody_complete_is_not_a_share_of_zero():
    items = pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]})
    floor, ceiling = reliability.floor_and_ceiling(items, lowest=1, highest=5)
    assert "no complete respondent" in floor.warning and "no complete respondent" in ceiling.warning
    assert "no complete respondent" in reliability.straight_lining(items).warning


def test_turning_every_item_changes_nothing(shared):
    for name in some(declaring("reliability_cases", source="survey")):
        items = _items(name)
        assert reliability.alpha(6 - items).estimate == pytest.approx(reliability.alpha(items).estimate, rel=1e-12)


def test_the_range_of_the_scale_is_declared_and_not_observed():
    items = pd.DataFrame({"a": [2, 3], "b": [2, 4]})
    floor, ceiling = reliability.floor_and_ceiling(items, lowest=1, highest=5)
    assert floor.estimate == 0 and ceiling.estimate == 0


# --- the second set: alpha of complete cases, how alike groups are ---------------------------------------

SECOND = ["alpha|complete_cases", "n|complete cases", "icc_1|anova_k0"]
REFUSED_SECOND = {
    "n_any|*": "counted by the cleaning of a cohort", "items|*": "declared", "groups|*": "the number of authorities with answers, counted by the caller",
    "raters|*": "declared", "n|subjects": "counted by the agreement of raters", "n|values": "counted by the caller", "n_left_out|*": "counted by the caller",
    "alpha|pairwise*": "the number of respondents differs from pair to pair", "*pair_n|*": "belongs to alpha of pairs",
    "alpha_standardised|*": "alpha of the items as they are is the declared measure",
    "omega_total|*": "omega is not a quantity of the reports; alpha with its interval is the declared measure",
    "icc_1|lme4_reml": "the analysis of variance is the one that is reported", "icc_1|multilevel": "takes the mean size of groups",
    "icc_2|anova": "the reliability of the mean of an authority is in no report",
    "icc_2|spearman_brown_mean_size": "the reliability of the mean of an authority is in no report",
    "icc*|psych": "ratings are ordered levels: agreement is by weighted kappa",
    "groups_differ|*": "authorities are compared each with the others", "design_effect|*": "reported where people were sampled in clusters",
    "mean_square_*|*": "a step of the ICC", "size|*": "a step of the ICC",
}


def _second(row) -> Outcome:
    if row.case in cases("scale2_cases"):
        items = inputs("scales2").query("case_id == @row.case").pivot(index="respondent", columns="item", values="value")
        level = case("scale2_cases", row.case)["conf_level"]
        return Outcome(int(items.notna().all(axis=1).sum())) if row.quantity == "n" else reliability.alpha(items, conf_level=level)
    values = inputs("icc_groups").query("case_id == @row.case").dropna(subset="value").groupby("group")["value"]
    return icc(values.size(), values.sum(), values.agg(lambda one: float(((one - one.mean()) ** 2).sum())),
               conf_level=case("icc_group_cases", row.case)["conf_level"])


def test_every_value_of_the_second_set_is_offered_or_refused(shared):
    all_accounted_for("reliability2", SECOND, REFUSED_SECOND)


@pytest.mark.parametrize("row", offered_rows("reliability2", SECOND))
def test_alpha_and_icc_are_those_of_r(row):
    meets(row, _second(row))
