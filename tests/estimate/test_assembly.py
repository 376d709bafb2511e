"""Values in, results out: identities that always hold, and the edges where numbers end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Measure, MissingReason
from nbeval.dictionary.models import Study, Weighting
from nbeval.estimate.assembly import estimate
from nbeval.estimate.glm import adjusted_difference, prepare
from nbeval.estimate.plan import tally
from nbeval.frames import MISSING_COLUMNS, RESULT_KEY, RESULTS, Measured, Method, Quantity, Reason, check
from nbeval.report.results import Results

PEOPLE = 60
REASONS = [reason.value for reason in MissingReason]


@pytest.fixture(scope="module")
def declared(root):
    """The dictionary of the miniature programme."""
    return dictionary.load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="module")
def cohort(declared):
    """Its cohort: three authorities, two waves."""
    return declared.cohorts[0]


def people_of(cohort, declared, n: int = PEOPLE) -> pd.DataFrame:
    """Respondents spread over waves and authorities, with a level of every group."""
    draw = np.random.default_rng(5)
    waves, places = [wave.id for wave in cohort.waves], list(cohort.authorities)
    table = pd.DataFrame({
        "respondent": np.arange(n), "source": pd.Categorical(["survey"] * n),
        "wave": pd.Categorical(draw.choice(waves, n), categories=waves),
        "authority": pd.Categorical(draw.choice(places, n), categories=places), "person": "", "weight": 1.0,
    })
    for group, levels in declared.groups.items():
        names = [level.level for level in levels]
        table[group] = pd.Categorical(draw.choice(names, n), categories=names)
    return table


def values_of(people: pd.DataFrame, declared, *, value=None, missing=None) -> pd.DataFrame:
    """Values of every indicator: drawn, or all the same, or all missing for one reason."""
    draw = np.random.default_rng(6)
    blocks = []
    for one in declared.indicators:
        drawn = draw.integers(0, 2 if one.measure is Measure.PERCENT else 11, len(people)).astype(float)
        lost = draw.random(len(people)) < 0.2
        given = np.where(lost, np.nan, drawn) if value is None else np.full(len(people), value)
        given = np.full(len(people), np.nan) if missing else given
        why = [missing or "not_answered" if np.isnan(number) else None for number in given]
        blocks.append(people[["respondent", "wave", "authority"]].assign(indicator=one.indicator, value=given, missing=why))
    table = pd.concat(blocks, ignore_index=True)
    return table.assign(indicator=table["indicator"].astype("category"),
                        missing=pd.Categorical(table["missing"], categories=REASONS))


def measured(people: pd.DataFrame, declared, **how) -> Measured:
    """What measure would hand over."""
    keyed = pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})
    return Measured(values_of(people, declared, **how), people, keyed)


def rows(results: pd.DataFrame, quantity: Quantity) -> pd.DataFrame:
    """The rows of one quantity."""
    return results[results["quantity"].eq(quantity.value)]


def test_every_row_keeps_the_contract_and_keys_are_unique(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    check(results, RESULTS)
    assert not results.duplicated(list(RESULT_KEY)).any()


def test_the_base_is_the_valid_answers_and_every_reason_within_it(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    levels = rows(results, Quantity.PERCENT).query("indicator != ''")
    in_base = [name for name in MISSING_COLUMNS if name not in ("missing_not_asked", "missing_not_applicable")]
    assert (levels["n_valid"] + levels[in_base].sum(axis=1)).equals(levels["n_eligible"])


def test_those_not_asked_are_counted_and_not_in_the_base(declared, cohort):
    people = people_of(cohort, declared)
    results = estimate(measured(people, declared, missing="not_asked"), cohort, declared)
    whole = rows(results, Quantity.PERCENT).query("indicator != '' and authority == '' and group == ''")
    assert (whole["n_eligible"] == 0).all()
    assert whole.groupby("indicator")["missing_not_asked"].sum().eq(len(people)).all()


def test_authorities_and_levels_add_up_to_the_whole(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    levels = rows(results, Quantity.PERCENT).query("indicator != '' and group == ''")
    counts = levels.assign(whole=levels["authority"].eq("")).groupby(["indicator", "wave", "whole"])["numerator"].sum().unstack()
    assert counts[True].equals(counts[False].rename(True))


def test_the_order_of_the_rows_does_not_matter(declared, cohort):
    given = measured(people_of(cohort, declared), declared)
    turned = Measured(given.values.sample(frac=1, random_state=1).reset_index(drop=True),
                      given.respondents.sample(frac=1, random_state=2).reset_index(drop=True), given.keyed)
    pd.testing.assert_frame_equal(estimate(given, cohort, declared), estimate(turned, cohort, declared), rtol=1e-9)


def test_change_and_its_reverse_are_mirror_images(declared, cohort):
    people = people_of(cohort, declared)
    waves = list(people["wave"].cat.categories)
    swapped = people.assign(wave=people["wave"].cat.rename_categories(dict(zip(waves, reversed(waves), strict=True))))
    swapped = swapped.assign(wave=swapped["wave"].cat.reorder_categories(waves))
    there = rows(estimate(measured(people, declared), cohort, declared), Quantity.CHANGE).query("authority == '' and group == ''")
    values = values_of(people, declared).merge(swapped[["respondent", "wave"]], on="respondent", validate="many_to_one", suffixes=("_old", ""))
    back = estimate(Measured(values.drop(columns="wave_old"), swapped, measured(people, declared).keyed), cohort, declared)
    back = rows(back, Quantity.CHANGE).query("authority == '' and group == ''")
    np.testing.assert_allclose(there["estimate"], -back["estimate"], atol=1e-12)
    np.testing.assert_allclose(there["conf_low"], -back["conf_high"], atol=1e-9)


def test_nobody_answered_keeps_every_row_and_says_so(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared, missing="not_answered"), cohort, declared)
    levels = results[results["quantity"].isin(["percent", "mean"]) & results["indicator"].ne("")]
    assert len(levels) and levels["estimate"].isna().all()
    assert levels["warning"].str.startswith("not estimable").all()


def test_answers_without_spread_give_no_interval_that_claims_certainty(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared, value=1.0), cohort, declared)
    width = results["conf_high"] - results["conf_low"]
    assert not (width <= 1e-12).any()
    means = rows(results, Quantity.MEAN)
    assert (means["estimate"].dropna() == 1.0).all() and means["conf_low"].isna().all()


def test_one_respondent_gives_no_numbers_for_change(declared, cohort):
    results = estimate(measured(people_of(cohort, declared, n=1), declared, value=1.0), cohort, declared)
    assert rows(results, Quantity.CHANGE)["estimate"].isna().all()


def test_nobody_at_the_last_wave_gives_no_change(declared, cohort):
    people = people_of(cohort, declared)
    first = people[people["wave"].eq(people["wave"].cat.categories[0])]
    results = estimate(measured(first, declared), cohort, declared)
    changes = rows(results, Quantity.CHANGE)
    assert len(changes) and changes["estimate"].isna().all()
    assert changes["warning"].str.startswith("not estimable").all() and set(changes["verdict"]) == {"cannot tell"}
    assert rows(results, Quantity.PERCENT)["estimate"].notna().any()


def test_an_empty_cohort_gives_zero_counts_and_no_other_number(declared, cohort):
    people = people_of(cohort, declared).iloc[:0]
    results = estimate(measured(people, declared), cohort, declared)
    check(results, RESULTS)
    published = results["quantity"].isin(["benchmark", "population_share"])
    assert (results.loc[~published, "estimate"].dropna() == 0).all()


def test_words_are_never_by_the_sign_alone(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    changes = rows(results, Quantity.CHANGE)
    chance = changes[changes["p_adjusted"].fillna(changes["p_value"]) > 0.05]
    assert len(chance) and set(chance["verdict"]) == {"no clear change"}


def test_a_tally_counts_what_a_group_by_counts(declared, cohort):
    people = people_of(cohort, declared)
    values = values_of(people, declared)
    counted = tally(values, {name: values[name] for name in ("indicator", "wave", "authority")})
    plain = values.groupby(["indicator", "wave", "authority"], observed=True)["value"].agg(["count", "sum"])
    laid = counted.set_index(["indicator", "wave", "authority"]).loc[plain.index]
    np.testing.assert_array_equal(laid["n_valid"], plain["count"])
    np.testing.assert_allclose(laid["numerator"], plain["sum"])


def test_a_group_of_one_keeps_its_rows_and_claims_no_spread(declared, cohort):
    people = people_of(cohort, declared)
    group, levels = next(iter(declared.groups.items()))
    names = [level.level for level in levels]
    alone = people.assign(**{group: pd.Categorical([names[1]] + [names[0]] * (len(people) - 1), categories=names)})
    results = estimate(measured(alone, declared, value=1.0), cohort, declared)
    mine = results[results["level"].eq(names[1]) & results["indicator"].ne("")]
    assert len(mine) and not ((mine["conf_high"] - mine["conf_low"]) <= 1e-12).any()
    assert (mine.loc[mine["quantity"].eq("mean"), "conf_low"]).isna().all()


def test_a_zero_cell_has_an_interval_and_an_exact_test(declared, cohort):
    people = people_of(cohort, declared)
    given = measured(people, declared)
    first = given.values["wave"].eq(cohort.waves[0].id)
    name = next(one.indicator for one in declared.indicators if one.measure is Measure.PERCENT)
    answered = given.values["indicator"].eq(name) & given.values["value"].notna()
    place = people["respondent"].lt(40).to_numpy()[given.values["respondent"]]
    values = given.values.assign(value=given.values["value"].mask(answered, (~first & place & (given.values["respondent"] % 9 == 0)).astype(float)))
    row = rows(estimate(Measured(values, people, given.keyed), cohort, declared), Quantity.CHANGE)
    row = row[row["indicator"].eq(name) & row["authority"].eq("") & row["group"].eq("")].iloc[0]
    assert row["numerator_reference"] == 0 and row["conf_low"] < row["estimate"] < row["conf_high"]
    assert "boschloo" in row["method"] and 0 < row["p_value"] <= 1


def test_what_has_no_number_says_why(declared, cohort):
    for how in ({}, {"missing": "not_answered"}, {"value": 1.0}):
        results = estimate(measured(people_of(cohort, declared), declared, **how), cohort, declared)
        silent = results[results["estimate"].isna() & results["warning"].eq("")]
        assert silent.empty, silent[["quantity", "indicator", "authority", "level"]].drop_duplicates().head().to_string()
        read = Results.of(results).by_key.values()
        reasons, methods = {row.reason for row in read} - {""}, {one.name for row in read for one in row.methods}
        assert reasons and methods and all(isinstance(one, Reason) for one in reasons), reasons
        # how far the overlap of the waves may reach is declared by the cohort
        assert all(isinstance(one, Method) or one.startswith("up to ") for one in methods), methods


def test_non_response_and_the_valid_answers_share_out_those_who_were_asked(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    gaps = rows(results, Quantity.ITEM_NONRESPONSE)
    np.testing.assert_allclose(gaps["estimate"], 100 * (1 - gaps["n_valid"] / gaps["n_eligible"]))
    reasons = [name for name in MISSING_COLUMNS if name not in ("missing_not_asked", "missing_not_applicable")]
    np.testing.assert_allclose(gaps["n_eligible"] - gaps["n_valid"], gaps[reasons].sum(axis=1))


def test_weights_of_one_change_no_percentage_and_stand_beside_it(declared, cohort):
    weighted = cohort.model_copy(update={"weighting": Weighting(margins=("authority",))})
    results = rows(estimate(measured(people_of(cohort, declared), declared), weighted, declared), Quantity.PERCENT)
    whole = results[results["indicator"].ne("") & results["group"].eq("")].set_index(["indicator", "wave", "authority"])
    plain, with_weights = whole[~whole["weighted"]], whole[whole["weighted"]]
    assert len(plain) == len(with_weights)
    np.testing.assert_allclose(with_weights["estimate"], plain.loc[with_weights.index, "estimate"])


def test_heterogeneity_over_few_answers_says_that_its_test_is_eager(declared, cohort):
    found = rows(estimate(measured(people_of(cohort, declared), declared), cohort, declared), Quantity.HETEROGENEITY)
    given = found[found["estimate"].notna()]
    assert len(given) and given["warning"].str.contains("fewer than 60 answers").all()


def test_factors_that_separate_an_outcome_have_neither_odds_ratio_nor_effect(declared, cohort):
    """Not even the effect of the factor that does not: the rows say why."""
    people = people_of(cohort, declared, 600)
    people["other"] = pd.Categorical(np.random.default_rng(7).choice(["x", "y"], len(people)))
    outcome = next(one.indicator for one in declared.indicators if one.measure is Measure.PERCENT)
    given = measured(people, declared)
    level = people.loc[people["frequency"].eq(people["frequency"].cat.categories[0]), "respondent"]
    given.values.loc[given.values["indicator"].eq(outcome) & given.values["respondent"].isin(level) & given.values["value"].notna(), "value"] = 1.0
    asked = cohort.model_copy(update={"drivers": (Study(outcome=outcome, factors=("frequency", "other"), source="T1"),)})
    found = estimate(given, asked, declared)
    found = found[found["quantity"].isin([Quantity.ODDS_RATIO.value, Quantity.MARGINAL_EFFECT.value]) & found["group"].isin(["frequency", "other"])
                  & found["indicator"].eq(outcome)]
    assert {"frequency", "other"} == set(found["group"]) and found["estimate"].isna().all()
    assert found["warning"].str.contains("separation").all()


def test_no_indicator_is_adjusted_for_the_group_that_its_own_item_makes(declared, cohort):
    people = people_of(cohort, declared, 400)
    one = next(one for one in declared.indicators if one.measure is Measure.PERCENT and one.item)
    group = cohort.adjust_for[0]
    made = one.model_copy(update={"item": declared.groups[group][0].item})
    own = replace(declared, indicators=tuple(made if each is one else each for each in declared.indicators))
    given = measured(people, declared)
    before, after = (rows(estimate(given, cohort, each), Quantity.CHANGE_ADJUSTED).set_index("indicator") for each in (declared, own))
    assert after.loc[one.indicator, "warning"] == Reason.OWN_GROUP and group not in after.loc[one.indicator, "method"]
    assert "authority" in after.loc[one.indicator, "method"]
    said, said_before = (set(table.index[table["warning"].eq(Reason.OWN_GROUP)]) for table in (after, before))
    assert said == said_before | {one.indicator} and len(said) < len(after), "a scale that holds the item says so too, and no other"
    answers = given.values[given.values["indicator"].eq(one.indicator)].set_index("respondent")["value"].reindex(people["respondent"]).to_numpy(float)
    first, last = (wave.id for wave in cohort.waves)
    plain = adjusted_difference(prepare(people, ["wave", "authority"]), answers, kind="logistic", variable="wave", reference=first, level=last)
    assert after.loc[one.indicator, "estimate"] == pytest.approx(100 * plain.estimate)
    assert before.loc[one.indicator, "estimate"] != pytest.approx(100 * plain.estimate)
    alone = cohort.model_copy(update={"authorities": cohort.authorities[:1]})
    here = people.assign(authority=pd.Categorical([cohort.authorities[0]] * len(people), categories=cohort.authorities[:1]))
    nothing = rows(estimate(measured(here, declared), alone, own), Quantity.CHANGE_ADJUSTED).set_index("indicator").loc[one.indicator]
    assert np.isnan(nothing["estimate"]) and "not adjusted" in nothing["warning"]


def test_an_ordered_answer_is_compared_by_ranks_and_odds_and_never_summed(declared, cohort):
    results = estimate(measured(people_of(cohort, declared), declared), cohort, declared)
    ordered = [one.indicator for one in declared.indicators if one.measure is Measure.ORDERED]
    found = set(results.loc[results["indicator"].isin(ordered), "quantity"])
    assert ordered and {"superiority", "odds_ratio", "proportionality"} <= found
    assert not found & {"percent", "mean", "sd", "change", "effect_size"}


def test_ranks_of_an_ordered_answer_are_those_of_its_codes(declared, cohort):
    people = people_of(cohort, declared)
    results = estimate(measured(people, declared), cohort, declared)
    ordered = next(one.indicator for one in declared.indicators if one.measure is Measure.ORDERED)
    values = values_of(people, declared)
    mine = values[values["indicator"].eq(ordered)].dropna(subset=["value"])
    first, last = (mine.loc[mine["wave"].eq(wave.id), "value"].to_numpy() for wave in cohort.waves)
    share = (np.sum(last[:, None] > first) + np.sum(last[:, None] == first) / 2) / (len(last) * len(first))
    row = rows(results, Quantity.SUPERIORITY).query("indicator == @ordered and authority == '' and group == ''")
    assert row["estimate"].item() == pytest.approx(share, rel=1e-12)
