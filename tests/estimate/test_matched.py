"""The matched design: people are linked, and only then do paired methods apply."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Design, Measure
from nbeval.estimate.assembly import estimate
from nbeval.estimate.matched import link, matched_change
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.means import paired_t, standardised_change
from nbeval.estimate.plan import make_plan
from nbeval.estimate.proportions import mcnemar, newcombe_paired
from nbeval.estimate.ranks import signed_rank
from nbeval.frames import RESULT_KEY, RESULTS, Method, Measured, Quantity, Reason, check
from tests.estimate.reference import case, expected_rows, inputs, meets
from tests.estimate.test_assembly import people_of, values_of

PERSONS, LOST = 160, 30


@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="module")
def cohort(declared):
    return declared.cohorts[0].model_copy(update={"design": Design.MATCHED})


def measured_twice(cohort, declared) -> Measured:
    """Everybody once at the first wave, all but some again at the last, and some newcomers."""
    waves = [wave.id for wave in cohort.waves]
    people = people_of(cohort, declared, 2 * PERSONS)
    names = [f"p{k:03d}" for k in range(PERSONS)]
    again = [f"p{k:03d}" for k in range(LOST, PERSONS)] + [f"new{k}" for k in range(LOST)]
    people = people.assign(person=[*names, *again], wave=pd.Categorical([waves[0]] * PERSONS + [waves[1]] * PERSONS, categories=waves))
    keyed = pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})
    return Measured(values_of(people, declared), people, keyed)


@pytest.fixture(scope="module")
def given(cohort, declared):
    return measured_twice(cohort, declared)


@pytest.fixture(scope="module")
def results(given, cohort, declared):
    return estimate(given, cohort, declared)


def sides(given: Measured, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Complete pairs of one indicator, later and first, put together by hand."""
    rows = given.values[given.values["indicator"].eq(name)].merge(given.respondents[["respondent", "person"]], on="respondent", validate="one_to_one")
    wide = rows.pivot(index="person", columns="wave", values="value").dropna()
    return wide.iloc[:, 1].to_numpy(), wide.iloc[:, 0].to_numpy()


def whole(results: pd.DataFrame, quantity: Quantity, indicator: str) -> pd.Series:
    row = results.query("quantity == @quantity.value and indicator == @indicator and authority == '' and group == '' and contrast == 'wave'")
    assert len(row) == 1
    return row.iloc[0]


def test_every_row_keeps_the_contract_and_keys_are_unique(results):
    check(results, RESULTS)
    assert not results.duplicated(list(RESULT_KEY)).any()


def test_a_percentage_changes_by_newcombe_for_pairs_and_mcnemar(results, given, declared):
    studied = [one for one in declared.indicators if one.measure is Measure.PERCENT]
    assert studied
    for one in studied:
        now, then = sides(given, one.indicator)
        counts = [int(((then == a) & (now == b)).sum()) for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))]
        row, found = whole(results, Quantity.CHANGE, one.indicator), newcombe_paired(*counts)
        assert (row["estimate"], row["conf_low"], row["conf_high"]) == pytest.approx(
            (100 * found.estimate, 100 * found.conf_low, 100 * found.conf_high))
        test = mcnemar(counts[1], counts[2], exact=counts[1] + counts[2] < 25)
        assert row["p_value"] == pytest.approx(test.p_value) and test.method in row["method"]
        assert row["n_valid"] == len(now) == row["n_reference"] and row["numerator"] == now.sum()


def test_both_rules_of_mcnemar_occur_in_one_table(results):
    methods = results.loc[results["quantity"].eq("change") & results["method"].str.contains("mcnemar"), "method"]
    assert methods.str.contains("exact").any() and methods.str.contains("asymptotic").any()


def test_a_mean_changes_by_paired_t_with_a_named_standardiser_and_signed_ranks(results, given, declared):
    studied = [one for one in declared.indicators if one.measure is Measure.MEAN]
    assert studied
    for one in studied:
        now, then = sides(given, one.indicator)
        row, found = whole(results, Quantity.CHANGE, one.indicator), paired_t(now, then)
        assert (row["estimate"], row["conf_low"], row["p_value"]) == pytest.approx((found.estimate, found.conf_low, found.p_value))
        size = whole(results, Quantity.EFFECT_SIZE, one.indicator)
        assert size["estimate"] == pytest.approx(standardised_change(now, then).estimate) and "first wave's standard deviation" in size["method"]
        ranks = whole(results, Quantity.RANK_BISERIAL, one.indicator)
        assert ranks["p_value"] == pytest.approx(signed_rank(now, then).p_value) and "wilcoxon_exact" in ranks["method"]


def test_methods_for_two_samples_are_not_used_on_the_same_people(results):
    across = results[results["contrast"].eq("wave")]
    assert set(across["quantity"]) == {
        "change", "change_pooled", "effect_size", "rank_biserial", "smallest_change", "moved_up", "moved_down", "stayed",
        "change_missing_bound_lowest", "change_missing_bound_highest"}


def test_those_who_were_lost_are_counted_everywhere(results):
    rows = results[results["quantity"].eq("attrition")]
    row = rows[rows["authority"].eq("") & rows["group"].eq("")].iloc[0]
    assert (row["numerator"], row["n_valid"], row["n_eligible"]) == (LOST, PERSONS, PERSONS)
    assert rows.loc[rows["authority"].ne(""), "numerator"].sum() == LOST


def test_those_who_were_lost_are_compared_with_those_who_stayed(results, given, declared):
    first = given.respondents.head(PERSONS)
    studied = [one for one in declared.indicators if one.measure is not Measure.ORDERED]
    assert studied
    for one in studied:
        value = given.values[given.values["indicator"].eq(one.indicator)].set_index("respondent")["value"].reindex(first["respondent"]).to_numpy()
        gap = np.nanmean(value[:LOST]) - np.nanmean(value[LOST:])
        row = results.query("contrast == 'stayed' and quantity == 'difference' and indicator == @one.indicator").iloc[0]
        assert row["estimate"] == pytest.approx((100 if one.measure is Measure.PERCENT else 1) * gap)


def test_a_person_with_two_forms_at_one_wave_is_linked_to_none(given, cohort, declared):
    twice = given.respondents.assign(person=given.respondents["person"].replace({"p040": "p041"}))
    plan = make_plan(Measured(given.values, twice, given.keyed), cohort, declared)
    linked = link(plan, plan.waves[1])
    assert not {"p040", "p041"} & set(linked.pairs["person"]) and len(linked.pairs) == PERSONS - LOST - 2


def test_swapped_waves_mirror_the_change(given, cohort, declared):
    waves = [wave.id for wave in cohort.waves]
    other = {waves[0]: waves[1], waves[1]: waves[0]}
    turn = lambda table: table.assign(wave=pd.Categorical(table["wave"].astype(str).map(other), categories=waves))
    there = matched_change(make_plan(given, cohort, declared)).query("quantity == 'change' and authority == '' and group == ''")
    back = matched_change(make_plan(Measured(turn(given.values), turn(given.respondents), given.keyed), cohort, declared))
    back = back.query("quantity == 'change' and authority == '' and group == ''")
    np.testing.assert_allclose(there["estimate"], -back["estimate"], atol=1e-12)
    np.testing.assert_allclose(there["conf_low"], -back["conf_high"], atol=1e-9)


def test_without_persons_nothing_is_linked_and_the_rows_say_so(given, cohort, declared):
    nameless = given.respondents.assign(person="")
    results = estimate(Measured(given.values, nameless, given.keyed), cohort, declared)
    changes = results[results["quantity"].eq("change")]
    assert len(changes) and changes["estimate"].isna().all() and changes["warning"].str.startswith("not estimable").all()


@pytest.mark.parametrize("row", expected_rows("clustered", methods=["cr2_satterthwaite"], quantities=["change"]))
def test_changes_of_pairs_in_clusters_are_rs(row):
    about = case("clustered_cases", row.case)
    pairs = inputs("clustered_pairs").query("dataset == @about['dataset']")
    changes = pairs[f"{about['outcome']}_final"] - pairs[f"{about['outcome']}_baseline"]
    meets(row, clustered_mean(changes, pairs[about["cluster"]], conf_level=float(about["conf_level"])))


def test_where_people_were_sampled_in_clusters_the_change_has_their_errors(given, cohort, declared):
    names = given.respondents["person"].str[-1]
    sampled = given.respondents.assign(cluster=names)
    rows = matched_change(make_plan(Measured(given.values, sampled, given.keyed), cohort, declared))
    studied = [one for one in declared.indicators if one.measure is not Measure.ORDERED]
    assert studied
    for one in studied:
        row = whole(rows, Quantity.CHANGE, one.indicator)
        merged = given.values[given.values["indicator"].eq(one.indicator)].merge(sampled[["respondent", "person"]], on="respondent", validate="one_to_one")
        wide = merged.pivot(index="person", columns="wave", values="value").dropna()
        found = clustered_mean(wide.iloc[:, 1] - wide.iloc[:, 0], wide.index.str[-1])
        factor = 100 if one.measure is Measure.PERCENT else 1
        assert (row["std_error"], row["df"], row["method"]) == (pytest.approx(factor * found.std_error), pytest.approx(found.df), Method.CR2)


@pytest.mark.parametrize("step", [1 / 3, 0.1, 7 / 3])
def test_everybody_changing_by_a_fraction_has_no_test(step):
    first = np.arange(30) % 7 / 3
    found = paired_t(first + step, first)
    assert Reason.SAME_CHANGE in found.warning and np.isnan(found.p_value) and found.estimate == pytest.approx(step)
    assert np.isnan(standardised_change(first + step, first).estimate)


def test_a_wave_that_varies_by_rounding_alone_has_no_spread_to_measure_by():
    first, last = np.where(np.arange(20) % 2, 7 / 3, 7 / 3 + 1e-15), np.arange(20) % 4 * 1.0
    found = standardised_change(last, first)
    assert np.isnan(found.estimate) and Reason.WAVE_WITHOUT_SPREAD in found.warning


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_standardised_change_is_there_at_any_effect(scale):
    first = np.arange(20) % 5 * 1.0
    found = standardised_change(first + scale * (1 + np.arange(20) % 2), first)
    assert np.isfinite([found.estimate, found.std_error, found.conf_low, found.conf_high]).all()


def test_transitions_add_up_and_their_balance_is_the_change(results, declared):
    rows = results[results["quantity"].isin(["moved_up", "moved_down", "stayed"])]
    wide = rows.pivot(index=["indicator", "authority", "group", "level", "n_valid"], columns="quantity", values="numerator").reset_index()
    assert len(wide) and (wide[["moved_up", "moved_down", "stayed"]].sum(axis=1) == wide["n_valid"]).all()
    percent = [one.indicator for one in declared.indicators if one.measure is Measure.PERCENT]
    assert percent
    for name in percent:
        row, moved = whole(results, Quantity.CHANGE, name), wide[wide["indicator"].eq(name) & wide[["authority", "group"]].eq("").all(axis=1)].iloc[0]
        assert moved["moved_up"] - moved["moved_down"] == row["numerator"] - row["numerator_reference"]
