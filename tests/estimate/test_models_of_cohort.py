"""Adjusted changes beside the plain change of the same people, models of an outcome within authorities, and both of weighted samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.discrete.conditional_models import ConditionalLogit

from nbeval import dictionary
from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Study
from nbeval.estimate.comparisons import compare_percentages
from nbeval.estimate.glm import adjusted_difference, prepare
from nbeval.estimate.plan import make_plan
from nbeval.estimate.pooling import pooled_change
from nbeval.estimate.regression import EVENTS_FLOOR, EVENTS_NEEDED, adjusted_change, drivers
from nbeval.estimate.sampling import survey_design
from nbeval.estimate.weighted import refuse_ranks, weighted
from nbeval.estimate.ranks import superiority
from nbeval.frames import Measured, Method, Quantity, Reason
from tests.conftest import TINY
from tests.estimate.test_assembly import measured, people_of
from tests.guards import some

MODELS = (Quantity.CHANGE_ADJUSTED.value, Quantity.CHANGE_SAME_PEOPLE.value, Quantity.EVENTS_PER_VARIABLE.value)


@pytest.fixture(scope="module")
def declared():
    return dictionary.load(TINY)


@pytest.fixture(scope="module")
def cohort(declared):
    return declared.cohorts[0]


@pytest.fixture(scope="module")
def given(declared, cohort):
    """Six hundred people, one in ten of whom did not say how often they read."""
    people = people_of(cohort, declared, 600)
    people["frequency"] = people["frequency"].mask(np.random.default_rng(1).random(600) < 0.1)
    return measured(people, declared)


def percent_of(declared) -> str:
    return next(one.indicator for one in declared.indicators if one.measure is Measure.PERCENT and one.item == "enjoy")


def of(table: pd.DataFrame, quantity: str, **at) -> pd.DataFrame:
    found = table[table["quantity"].eq(quantity)]
    for name, value in at.items():
        found = found[found[name].eq(value)]
    return found


def answers_of(given: Measured, name: str) -> np.ndarray:
    rows = given.values[given.values["indicator"].eq(name)].set_index("respondent")["value"]
    return rows.reindex(given.respondents["respondent"]).to_numpy(float)


class TestSamePeople:
    def test_the_plain_change_beside_the_adjusted_one_is_that_of_the_people_in_the_model(self, declared, cohort, given):
        table, name = adjusted_change(make_plan(given, cohort, declared)), percent_of(declared)
        people, y = given.respondents, answers_of(given, percent_of(declared))
        inside = people["frequency"].notna().to_numpy() & np.isfinite(y)
        now, then = (y[inside & people["wave"].eq(wave.id).to_numpy()] for wave in reversed(cohort.waves))
        row = of(table, "change_same_people", indicator=name).iloc[0]
        assert (row["numerator"], row["n_valid"], row["numerator_reference"], row["n_reference"]) == (now.sum(), len(now), then.sum(), len(then))
        counts = pd.DataFrame([{"numerator": now.sum(), "n_valid": float(len(now)), "numerator_reference": then.sum(), "n_reference": float(len(then))}])
        peer = compare_percentages(counts, 0.95).iloc[0]
        assert (row["estimate"], row["conf_low"], row["conf_high"]) == pytest.approx((peer["estimate"], peer["conf_low"], peer["conf_high"]))
        assert np.isnan(row["p_value"]) and not row["weighted"]
        adjusted = of(table, "change_adjusted", indicator=name).iloc[0]
        assert (adjusted["n_valid"], adjusted["n_reference"]) == (row["n_valid"], row["n_reference"])
        assert len(inside) > inside.sum() and row["estimate"] != pytest.approx(100 * (np.nanmean(y[people["wave"].eq(cohort.waves[1].id)]) - np.nanmean(
            y[people["wave"].eq(cohort.waves[0].id)])))

    def test_every_adjusted_change_has_the_plain_one_of_the_same_people(self, declared, cohort, given):
        table = adjusted_change(make_plan(given, cohort, declared))
        names = {quantity: set(of(table, quantity)["indicator"]) for quantity in MODELS}
        assert set(some(names["change_adjusted"])) == names["change_same_people"]
        percent = {one.indicator for one in declared.indicators if one.measure is Measure.PERCENT}
        assert names["events_per_variable"] == names["change_adjusted"] & percent

    @pytest.mark.parametrize("events, warning", [
        (4 * (EVENTS_NEEDED - 1), Reason.FEW_EVENTS), (4 * EVENTS_NEEDED, ""), (4 * EVENTS_FLOOR - 1, Reason.TOO_FEW_EVENTS.not_estimable)])
    def test_few_events_are_warned_of_and_fewer_refused(self, declared, cohort, given, events, warning):
        """Four coefficients: the wave, two authorities, one level."""
        name, values = percent_of(declared), given.values.copy()
        people = given.respondents
        inside = people.loc[people["frequency"].notna(), "respondent"]
        mine = values["indicator"].eq(name) & values["value"].notna()
        values.loc[mine, "value"] = 0.0
        spread = values.index[mine & values["respondent"].isin(inside)]
        values.loc[spread[np.linspace(0, len(spread) - 1, events).astype(int)], "value"] = 1.0
        table = adjusted_change(make_plan(replace(given, values=values), cohort, declared))
        ratio, row = (of(table, quantity, indicator=name).iloc[0] for quantity in ("events_per_variable", "change_adjusted"))
        assert ratio["estimate"] == events / 4 and row["warning"] == warning
        assert np.isnan(row["estimate"]) == warning.startswith("not estimable")
        assert np.isfinite(of(table, "change_same_people", indicator=name)["estimate"].item())


class TestCovariates:
    @pytest.mark.parametrize("comparable, left", [(Match.DIFFERS, True), (None, True), (Match.CLOSE, False)])
    def test_a_covariate_that_differs_between_the_waves_leaves_the_model_and_the_row_says_so(self, declared, cohort, given, comparable, left):
        first = declared.instruments[0]
        rows = [one.model_copy(update={"comparable": comparable or one.comparable}) if one.item == "often" else one
                for one in first.comparability if comparable or one.item != "often"]
        other = replace(declared, instruments=(replace(first, comparability=tuple(rows)), *declared.instruments[1:]))
        name = percent_of(declared)
        row = of(adjusted_change(make_plan(given, cohort, other)), "change_adjusted", indicator=name).iloc[0]
        label = declared.groups["frequency"][0].label
        assert (row["warning"] == Reason.COVARIATE_DIFFERS.format(names=label)) is left
        assert ("frequency" in row["method"]) is not left and "authority" in row["method"]
        held = ["wave", "authority", *([] if left else ["frequency"])]
        waves = [wave.id for wave in cohort.waves]
        peer = adjusted_difference(prepare(given.respondents, held), answers_of(given, name), kind="logistic", variable="wave",
                                   reference=waves[0], level=waves[1])
        assert row["estimate"] == pytest.approx(100 * peer.estimate)

    def test_a_covariate_that_nobody_has_at_one_wave_leaves_the_model_and_the_row_says_so(self, declared, cohort, given):
        people = given.respondents.copy()
        people["frequency"] = people["frequency"].mask(people["wave"].eq(cohort.waves[0].id))
        row = of(adjusted_change(make_plan(replace(given, respondents=people), cohort, declared)), "change_adjusted").iloc[0]
        assert row["warning"].startswith("not adjusted for") and np.isfinite(row["estimate"])

    def test_an_option_is_not_adjusted_for_another_option_of_its_question(self, declared, cohort, given):
        options = [one.item for one in declared.instruments[0].items if one.part_of]
        groups = {"frequency": tuple(one.model_copy(update={"item": some(options, 2)[-1]}) for one in declared.groups["frequency"])}
        table = adjusted_change(make_plan(given, cohort, replace(declared, groups=groups)))
        of_options = {one.indicator for one in declared.indicators if one.item in options}
        said = of(table, "change_adjusted").set_index("indicator")["warning"].eq(Reason.OWN_GROUP)
        assert set(said.index[said]) == set(some(of_options))


def within(given: Measured, declared, cohort, factors=("other",)) -> tuple[pd.DataFrame, str]:
    name = percent_of(declared)
    asked = cohort.model_copy(update={"drivers": (Study(outcome=name, factors=factors, source="T1"),)})
    return drivers(make_plan(given, asked, declared)), name


@pytest.fixture
def confounded(given, declared):
    """An outcome and a factor that have nothing to do with one another within authorities, and much between them."""
    draw, people = np.random.default_rng(8), given.respondents.copy()
    share = people["authority"].astype(str).map({"north": 0.15, "south": 0.5, "east": 0.85}).to_numpy()
    people["other"] = pd.Categorical(np.where(draw.random(len(people)) < share, "y", "x"), ["x", "y"])
    values, name = given.values.copy(), percent_of(declared)
    mine = values["indicator"].eq(name) & values["value"].notna()
    chance = pd.Series(share, people["respondent"]).reindex(values.loc[mine, "respondent"]).to_numpy()
    values.loc[mine, "value"] = (draw.random(mine.sum()) < chance).astype(float)
    return replace(given, respondents=people, values=values)


class TestDrivers:
    def test_what_goes_together_between_authorities_alone_is_no_driver(self, confounded, declared, cohort):
        table, name = within(confounded, declared, cohort)
        for wave in some(cohort.waves, 2):
            y, people = answers_of(confounded, name), confounded.respondents
            here = people["wave"].eq(wave.id).to_numpy() & np.isfinite(y)
            x = people["other"].eq("y").to_numpy(float)[here]
            places = pd.get_dummies(people["authority"].astype(str)[here], drop_first=True).to_numpy(float)
            row = of(table, "odds_ratio", wave=wave.id, group="other").iloc[0]
            peer = sm.Logit(y[here], sm.add_constant(np.column_stack([x, places]))).fit(disp=0, tol=1e-12)
            assert np.log(row["estimate"]) == pytest.approx(peer.params[1], abs=1e-7)
            assert np.log([row["conf_low"], row["conf_high"]]) == pytest.approx(peer.conf_int()[1], abs=1e-6)
            apart = ConditionalLogit(y[here], x[:, None], groups=people["authority"].astype(str).to_numpy()[here]).fit(disp=0)
            assert np.log(row["estimate"]) == pytest.approx(apart.params[0], rel=0.05, abs=0.02), "as conditional on the authorities' totals"
            crude = sm.Logit(y[here], sm.add_constant(x)).fit(disp=0).params[1]
            assert row["conf_low"] < 1 < row["conf_high"] and np.exp(crude) > 2 * row["estimate"]
            assert row["n_valid"] == here.sum() and row["numerator"] == y[here].sum()

    def test_an_authority_where_all_have_the_outcome_is_counted_and_not_in_the_fit(self, confounded, declared, cohort):
        name, values, people = percent_of(declared), confounded.values.copy(), confounded.respondents
        east = people.loc[people["authority"].eq("east"), "respondent"]
        mine = values["indicator"].eq(name) & values["value"].notna() & values["respondent"].isin(east)
        whole = replace(confounded, values=values.assign(value=values["value"].mask(mine, 1.0)))
        rest = replace(confounded, values=values.assign(value=values["value"].mask(mine)))
        (all_of_them, _), (others, _) = (within(one, declared, cohort) for one in (whole, rest))
        assert of(all_of_them, "authorities_left_out")["estimate"].tolist() == [1.0] * len(cohort.waves)
        for wave in cohort.waves:
            here, there = (of(table, "odds_ratio", wave=wave.id).iloc[0] for table in (all_of_them, others))
            assert here[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(there[["estimate", "conf_low", "conf_high"]].tolist(), rel=1e-8)
            assert here["n_valid"] > there["n_valid"], "the base in print is everybody with every answer, and not that of the fit"
            effect, part = (of(table, "marginal_effect", wave=wave.id)["estimate"].item() for table in (all_of_them, others))
            assert effect == pytest.approx(part * there["n_valid"] / here["n_valid"])
            assert here["warning"] == there["warning"] == of(all_of_them, "marginal_effect", wave=wave.id)["warning"].item()

    def test_a_factor_that_measures_the_outcome_leaves_the_model_and_its_rows_say_so(self, confounded, declared, cohort):
        same = next(one.indicator for one in declared.indicators if one.item == "enjoy" and one.measure is Measure.PERCENT
                    and one.indicator != percent_of(declared))
        table, _ = within(confounded, declared, cohort, ("other", same))
        alone, _ = within(confounded, declared, cohort)
        left = of(table, "odds_ratio", group=same)
        assert some(list(left["warning"])) == [Reason.FACTOR_OF_OUTCOME.not_estimable] * len(left) and left["estimate"].isna().all()
        assert of(table, "odds_ratio", group="other")["estimate"].tolist() == of(alone, "odds_ratio", group="other")["estimate"].tolist()

    def test_a_factor_that_nobody_was_asked_leaves_the_model(self, confounded, declared, cohort):
        people = confounded.respondents.assign(asked=pd.Categorical([None] * len(confounded.respondents), ["no", "yes"]))
        table, _ = within(replace(confounded, respondents=people), declared, cohort, ("other", "asked"))
        assert set(of(table, "odds_ratio", group="asked")["warning"]) == {Reason.FACTOR_NOT_ASKED.not_estimable}
        assert of(table, "odds_ratio", group="other")["estimate"].notna().all()


@pytest.fixture(scope="module")
def heavy(given, cohort):
    """The same people with weights of one and two, strata and clusters; weighted figures are the main ones."""
    draw, people = np.random.default_rng(3), given.respondents
    people = people.assign(weight=draw.integers(1, 3, len(people)).astype(float), stratum=draw.choice(["p", "q"], len(people)))
    people["cluster"] = people["stratum"] + draw.integers(0, 25, len(people)).astype(str)
    return replace(given, respondents=people), cohort.model_copy(update={"main_figures": "weighted"})


def doubled(given: Measured) -> Measured:
    """Whoever has a weight of two, twice; without weights."""
    again = given.respondents[given.respondents["weight"].eq(2)]
    shift = int(given.respondents["respondent"].max()) + 1
    more = given.values[given.values["respondent"].isin(again["respondent"])]
    people = pd.concat([given.respondents, again.assign(respondent=again["respondent"] + shift)], ignore_index=True)
    values = pd.concat([given.values, more.assign(respondent=more["respondent"] + shift)], ignore_index=True)
    return Measured(values, people.drop(columns=["stratum", "cluster"]).assign(weight=1.0), given.keyed)


class TestWeighted:
    def test_weighted_models_give_the_estimates_of_people_who_are_there_as_often_as_they_weigh(self, heavy, declared):
        given, weighted_cohort = heavy
        plan = make_plan(given, weighted_cohort, declared)
        plain = make_plan(doubled(given), weighted_cohort.model_copy(update={"main_figures": "unweighted"}), declared)
        asked = {"drivers": (Study(outcome=percent_of(declared), factors=("frequency",), source="T1"),)}
        mine, peer = (pd.concat([adjusted_change(one), drivers(replace(one, cohort=one.cohort.model_copy(update=asked)))]) for one in (plan, plain))
        for quantity in ("change_adjusted", "odds_ratio", "marginal_effect"):
            here, there = (of(table, quantity).set_index(["indicator", "wave", "level"]) for table in (mine, peer))
            known = here.index[here["estimate"].notna()]
            assert some(list(known)) and here.loc[known, "weighted"].all() and not there["weighted"].any()
            assert here.loc[known, "estimate"].to_numpy() == pytest.approx(there.loc[known, "estimate"].to_numpy(), rel=1e-6)
            assert (here.loc[known, "df"] > 0).all() and here.loc[known, "method"].str.startswith(Method.WEIGHTED).all()
            assert (here.loc[known, "n_valid"] < there.loc[known, "n_valid"]).all(), "n counts people"

    def test_the_plain_change_of_the_same_people_is_weighted_too_and_stands_beside_the_one_that_is_not(self, heavy, declared):
        given, weighted_cohort = heavy
        table, name = adjusted_change(make_plan(given, weighted_cohort, declared)), percent_of(declared)
        rows = of(table, "change_same_people", indicator=name).set_index("weighted")
        peer = of(adjusted_change(make_plan(doubled(given), weighted_cohort.model_copy(update={"main_figures": "unweighted"}), declared)),
                  "change_same_people", indicator=name).iloc[0]
        assert rows.loc[True, "estimate"] == pytest.approx(peer["estimate"]) != pytest.approx(rows.loc[False, "estimate"])
        assert rows.loc[True, "n_valid"] == rows.loc[False, "n_valid"] and not of(table, "events_per_variable")["weighted"].any()

    def test_of_equal_weights_in_one_stratum_the_error_is_that_against_unequal_variances(self, given, declared, cohort):
        people, y = given.respondents, answers_of(given, percent_of(declared))
        waves, terms = [wave.id for wave in cohort.waves], ["wave", "authority", "frequency"]
        made = prepare(people, terms)
        used = made.complete & np.isfinite(y)
        change = dict(kind="logistic", variable="wave", reference=waves[0], level=waves[1])
        robust = adjusted_difference(made, y, **change)
        sampled = adjusted_difference(made, y, **change, survey=survey_design(np.where(used, 3.0, np.nan)))
        n, p = used.sum(), 5
        assert sampled.estimate == pytest.approx(robust.estimate, rel=1e-9)
        assert sampled.std_error**2 * (n - 1) / n == pytest.approx(robust.std_error**2 * (n - p) / n, rel=1e-8)
        assert sampled.df == n - 1 + 1 - p

    def test_the_mean_over_authorities_is_of_their_weighted_changes(self, heavy, declared):
        given, weighted_cohort = heavy
        plan = make_plan(given, weighted_cohort, declared)
        pooled, changes = pooled_change(plan), weighted(plan)
        name = percent_of(declared)
        mean = of(pooled, "change_pooled", indicator=name).iloc[0]
        each = of(changes, "change", indicator=name)
        each = each[each["authority"].ne("") & each["weighted"]]
        assert mean["weighted"] and mean["n_valid"] == len(each) == 3
        assert each["estimate"].min() <= mean["estimate"] <= each["estimate"].max()
        fixed = np.average(each["estimate"], weights=1 / each["std_error"] ** 2)
        spread = of(pooled, "heterogeneity", indicator=name).iloc[0]
        assert spread["statistic"] == pytest.approx((((each["estimate"] - fixed) / each["std_error"]) ** 2).sum())

    def test_ranks_are_not_tested_with_weights_and_say_so(self, heavy, declared, cohort):
        given, weighted_cohort = heavy
        plan = make_plan(given, weighted_cohort, declared)
        refused = refuse_ranks(superiority(plan), plan)
        assert len(refused) and refused["estimate"].isna().all() and refused["p_value"].isna().all()
        assert set(refused["warning"]) == {Reason.RANKS_UNWEIGHTED.not_estimable}
        plain = make_plan(given, cohort, declared)
        assert refuse_ranks(superiority(plain), plain)["estimate"].notna().any()
