"""Whether a change would stand whatever the missing answers were: bounds held to every filling, Rubin's rules to published output."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Design, Measure, MissingReason
from nbeval.dictionary.models import MissingAnswers
from nbeval.estimate.means import paired_t, welch
from nbeval.estimate.missing_answers import completed, filled, imputed_change, missing_bounds, rubin
from nbeval.estimate.plan import make_plan
from nbeval.estimate.proportions import newcombe
from nbeval.frames import Measured, Quantity, Reason
from tests.estimate.test_assembly import people_of, values_of
from tests.estimate.test_matched import measured_twice
from tests.guards import some

LOWEST, HIGHEST = Quantity.CHANGE_MISSING_BOUND_LOWEST.value, Quantity.CHANGE_MISSING_BOUND_HIGHEST.value
HOW = MissingAnswers(imputations=20, auxiliary=("authority", "frequency", "enjoy_mean"), seed=3, source="T1")


@pytest.fixture(scope="module")
def declared(root):
    """The miniature programme, one of whose means is a headline too."""
    found = dictionary.load(root / "tests" / "programmes" / "tiny")
    headline = {"enjoy_low", "card_yes", "reader_mean"}
    return type(found)(**{**vars_of(found), "indicators": tuple(
        one.model_copy(update={"headline": one.indicator in headline}) for one in found.indicators)})


def vars_of(found) -> dict[str, object]:
    """The parts of a dictionary."""
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


@pytest.fixture(scope="module")
def cohort(declared):
    return declared.cohorts[0].model_copy(update={"missing_answers": HOW})


def plan_of(cohort, declared, people: pd.DataFrame, values: pd.DataFrame | None = None):
    """The plan of invented answers."""
    keyed = pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})
    return make_plan(Measured(values_of(people, declared) if values is None else values, people, keyed), cohort, declared)


@pytest.fixture(scope="module")
def plan(cohort, declared):
    return plan_of(cohort, declared, people_of(cohort, declared, 400))


def answers(plan, indicator: str, wave: str) -> tuple[np.ndarray, int]:
    """The valid answers of a wave, and how many were asked and gave none."""
    mine = plan.values[plan.values["indicator"].eq(indicator) & plan.values["wave"].eq(wave)]
    outside = mine["missing"].isin(["not_asked", "not_applicable"])
    return mine["value"].dropna().to_numpy(float), int((mine["missing"].notna() & ~outside).sum())


def row(results: pd.DataFrame, indicator: str, quantity: str) -> pd.Series:
    """The one row of an indicator."""
    found = results[results["indicator"].eq(indicator) & results["quantity"].eq(quantity)]
    assert len(found) == 1, (indicator, quantity, len(found))
    return found.iloc[0]


# --- bounds ------------------------------------------------------------------------------------------

def test_only_headline_changes_of_the_whole_cohort_are_bounded(plan):
    found = missing_bounds(plan)
    assert set(found["indicator"]) == {"enjoy_low", "card_yes", "reader_mean"} and len(found) == 6
    assert found["authority"].eq("").all() and found["group"].eq("").all()


@pytest.mark.parametrize("quantity", [LOWEST, HIGHEST])
def test_a_percentage_is_bounded_by_everybody_having_said_yes_or_no(plan, quantity):
    first, last = plan.waves
    (now, lost1), (then, lost0) = answers(plan, "card_yes", last), answers(plan, "card_yes", first)
    assert lost1 and lost0
    up = quantity == HIGHEST
    x1, x0, n1, n0 = now.sum() + lost1 * up, then.sum() + lost0 * (not up), len(now) + lost1, len(then) + lost0
    found, wanted = row(missing_bounds(plan), "card_yes", quantity), newcombe(x1, n1, x0, n0)
    assert found["estimate"] == pytest.approx(100 * (x1 / n1 - x0 / n0))
    assert (found["conf_low"], found["conf_high"]) == pytest.approx((100 * float(wanted.conf_low), 100 * float(wanted.conf_high)))
    assert (found["n_valid"], found["n_reference"]) == (n1, n0)


@pytest.mark.parametrize("quantity", [LOWEST, HIGHEST])
def test_a_mean_is_bounded_by_the_ends_of_its_scale(plan, declared, quantity):
    first, last = plan.waves
    low, high = declared.scale("reader").lowest, declared.scale("reader").highest
    sides = []
    for wave, end in ((last, high if quantity == HIGHEST else low), (first, low if quantity == HIGHEST else high)):
        known, lost = answers(plan, "reader_mean", wave)
        sides.append(np.concatenate([known, np.full(lost, end)]))
    wanted = welch(*(value for side in sides for value in (side.mean(), side.std(ddof=1), len(side))))
    found = row(missing_bounds(plan), "reader_mean", quantity)
    assert (found["estimate"], found["conf_low"], found["p_value"]) == pytest.approx(
        (float(wanted.estimate), float(wanted.conf_low), float(wanted.p_value)))


def test_no_filling_of_the_gaps_lies_outside_the_bounds():
    now, then = [1.0, 0.0, 1.0, np.nan, np.nan], [0.0, 1.0, np.nan]
    changes = [np.mean([1, 0, 1, *a]) - np.mean([0, 1, b]) for *a, b in product((0, 1), repeat=3)]
    counts = [pd.DataFrame([{"indicator": "i", "wave": "w", "authority": "", "group": "", "level": "", "n_valid": float(np.isfinite(side).sum()),
                             "n_eligible": float(len(side)), "numerator": np.nansum(side), "squares": np.nansum((side - np.nanmean(side)) ** 2)}]) for side in (now, then)]
    ends = [float((one["numerator"] / one["n_valid"]).iloc[0]) for side, end in zip(counts * 2, (0.0, 1.0, 1.0, 0.0), strict=True)
            for one in (filled(side, [end]),)]
    assert (ends[0] - ends[1], ends[2] - ends[3]) == pytest.approx((min(changes), max(changes)))


def test_who_was_not_asked_has_no_missing_answer(cohort, declared):
    people = people_of(cohort, declared, 300)
    values = values_of(people, declared)
    lost = values["missing"].notna()
    for reason in (MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE):
        other = values.assign(missing=values["missing"].where(~lost, reason.value))
        found = missing_bounds(plan_of(cohort, declared, people, other))
        low, high = (row(found, "card_yes", quantity)["estimate"] for quantity in (LOWEST, HIGHEST))
        assert low == pytest.approx(high)


def test_pairs_are_bounded_pair_by_pair(cohort, declared):
    matched = cohort.model_copy(update={"design": Design.MATCHED})
    given = measured_twice(matched, declared)
    plan = make_plan(given, matched, declared)
    both = given.values.merge(given.respondents[["respondent", "person"]], on="respondent", validate="many_to_one")
    wide = both[both["indicator"].eq("reader_mean")].pivot(index="person", columns="wave", values=["value", "respondent"])
    kept = wide[wide["respondent"].notna().all(axis=1)]
    then, now = (kept["value"][wave].to_numpy(float) for wave in plan.waves)
    assert np.isnan(then).any() and np.isnan(now).any()
    low, high = declared.scale("reader").lowest, declared.scale("reader").highest
    for quantity, (a, b) in ((LOWEST, (low, high)), (HIGHEST, (high, low))):
        wanted = paired_t(np.where(np.isnan(now), a, now), np.where(np.isnan(then), b, then))
        found = row(missing_bounds(plan), "reader_mean", quantity)
        assert (found["estimate"], found["conf_low"], found["n_valid"]) == pytest.approx((wanted.estimate, wanted.conf_low, len(now)))


def test_a_scale_without_ends_has_no_bounds_and_says_so(plan, monkeypatch):
    monkeypatch.setattr("nbeval.estimate.missing_answers.ends_of", lambda one, plan: (np.nan, np.nan) if one.measure is Measure.MEAN else (0.0, 1.0))
    found = row(missing_bounds(plan), "reader_mean", LOWEST)
    assert np.isnan(found["estimate"]) and found["warning"] == Reason.NO_ENDS.not_estimable


@pytest.fixture(scope="module")
def weighted_plan(cohort, declared):
    """The same where weighted figures are the main ones."""
    people = people_of(cohort, declared, 400)
    given = np.where(people["authority"].eq("north"), 3.0, 1.0)
    people = people.assign(weight=given, survey_weight=given)
    return plan_of(cohort.model_copy(update={"main_figures": "weighted"}), declared, people)


@pytest.mark.parametrize(("quantity", "up"), [(LOWEST, False), (HIGHEST, True)])
def test_bounds_are_weighted_where_weighted_figures_are_the_main_ones(weighted_plan, quantity, up):
    plan = weighted_plan
    mine = plan.values[plan.values["indicator"].eq("card_yes")].merge(plan.respondents[["respondent", "weight"]], on="respondent", validate="one_to_one")
    levels = [np.average(part["value"].fillna(float(end)), weights=part["weight"])
              for wave, end in ((plan.waves[1], up), (plan.waves[0], not up)) for part in (mine[mine["wave"].eq(wave)],)]
    found = row(missing_bounds(plan), "card_yes", quantity)
    assert found["estimate"] == pytest.approx(100 * (levels[0] - levels[1])) and bool(found["weighted"])
    assert found["conf_low"] < found["estimate"] < found["conf_high"] and found["n_valid"] + found["n_reference"] == len(mine)


def test_imputed_changes_are_weighted_where_weighted_figures_are_the_main_ones(weighted_plan):
    bounds, found = missing_bounds(weighted_plan), imputed_change(weighted_plan)
    assert len(found) == 3 and found["weighted"].all()
    for name in some(found["indicator"].tolist()):
        low, value, high = row(bounds, name, LOWEST), row(found, name, Quantity.CHANGE_IMPUTED.value), row(bounds, name, HIGHEST)
        assert low["estimate"] < value["estimate"] < high["estimate"] and value["std_error"] > 0


# --- Rubin's rules -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("between", "within", "total", "df"), [
    (0.056930, 0.954041, 1.022356, 25.549), (0.000811, 0.064496, 0.065469, 27.721), (0.922032, 3.269089, 4.375528, 15.753),
])
def test_rubins_rules_give_what_sas_prints(between, within, total, df):
    # SAS/STAT, The MI Procedure, Getting Started: oxygen, run time and pulse of 31 men, five imputations
    around = np.array([-2.0, -1, 0, 1, 2]) * np.sqrt(between / 2.5)
    found = rubin(47.0 + around, np.full(5, within), 30)
    assert found.std_error**2 == pytest.approx(total, abs=2e-6) and found.df == pytest.approx(df, abs=0.02)


def test_rubins_rules_give_the_interval_that_sas_prints():
    # the same table: mean oxygen 47.094040, standard error 1.011116, 45.0139 to 49.1742
    around = np.array([-2.0, -1, 0, 1, 2]) * np.sqrt(0.056930 / 2.5)
    found = rubin(47.094040 + around, np.full(5, 0.954041), 30)
    assert (found.std_error, found.conf_low, found.conf_high) == pytest.approx((1.011116, 45.0139, 49.1742), abs=5e-5)


def test_five_imputations_that_add_a_tenth_have_484_degrees_of_freedom():
    # SAS/STAT, The MI Procedure, Details: m = 5 and r = 10 % where the complete data have any number
    around = np.array([-2.0, -1, 0, 1, 2]) * np.sqrt(0.1 / 1.2 / 2.5)
    assert rubin(around, np.ones(5), 1e12).df == pytest.approx(484, rel=1e-6)


def test_without_a_gap_the_degrees_of_freedom_are_almost_those_of_complete_data():
    found = rubin(np.zeros(20), np.ones(20), 100)
    assert (found.estimate, found.std_error) == (0, 1) and found.df == pytest.approx(101 / 103 * 100)


# --- what is drawn -----------------------------------------------------------------------------------

def cells(n: int, missing: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Answers of two kinds of people, a fifth and four fifths of whom say yes; the second kind leaves gaps."""
    draw = np.random.default_rng(seed)
    kind = np.repeat([0.0, 1.0], n // 2)
    yes = (draw.random(n) < np.where(kind == 1, 0.8, 0.2)).astype(float)
    return np.where((kind == 1) & (draw.random(n) < missing), np.nan, yes), kind[:, None]


def test_gaps_are_filled_as_alike_people_answered():
    known, kind = cells(2000, 0.5)
    table = completed(known, kind, np.random.default_rng(2), 400, Measure.PERCENT)
    gap = np.isnan(known)
    assert table[:, gap].mean() == pytest.approx(known[(kind[:, 0] == 1) & ~gap].mean(), abs=0.01)
    assert (table[:, ~gap] == known[~gap]).all() and set(np.unique(table)) == {0.0, 1.0}


def test_means_are_filled_from_the_line_and_keep_the_spread_around_it():
    draw = np.random.default_rng(4)
    x = draw.normal(size=3000)
    y = 2 + 3 * x + draw.normal(size=3000)
    known = np.where(x > 0.5, np.nan, y)
    table = completed(known, x[:, None], draw, 50, Measure.MEAN)
    gap = np.isnan(known)
    assert table[:, gap].mean() == pytest.approx((2 + 3 * x[gap]).mean(), abs=0.15)
    assert (table[:, gap] - 2 - 3 * x[gap]).std() == pytest.approx(1, abs=0.1)


def test_answers_that_a_group_gives_all_alike_leave_room_for_another():
    kind = np.repeat([0.0, 1.0], 30)
    known = np.where(np.arange(60) % 5 == 0, np.nan, kind)
    table = completed(known, kind[:, None], np.random.default_rng(5), 500, Measure.PERCENT)
    gap = np.isnan(known) & (kind == 1)
    assert 0.8 < table[:, gap].mean() < 1


def test_a_level_that_nobody_with_an_answer_has_moves_nothing():
    known, kind = cells(400, 0.3)
    alone = np.isnan(known).astype(float)
    tables = [completed(known, predictors, np.random.default_rng(6), 20, Measure.PERCENT) for predictors in (kind, np.column_stack([kind, alone]))]
    assert np.allclose(tables[0].mean(axis=1), tables[1].mean(axis=1), atol=0.05) and np.isfinite(tables[1]).all()


# --- the rows ----------------------------------------------------------------------------------------

def test_nothing_is_imputed_where_no_cohort_asks_for_it(plan, declared, cohort):
    people = people_of(cohort, declared, 100)
    assert imputed_change(plan_of(declared.cohorts[0], declared, people)).empty
    assert len(imputed_change(plan)) == 3


def test_the_same_seed_and_other_orders_of_people_give_the_same_numbers(cohort, declared):
    people = people_of(cohort, declared, 300)
    values = values_of(people, declared)
    turned = people.sample(frac=1, random_state=3)
    renamed = dict(zip(turned["respondent"], range(len(turned)), strict=True))
    again = plan_of(cohort, declared, turned.assign(respondent=turned["respondent"].map(renamed)).reset_index(drop=True),
                    values.assign(respondent=values["respondent"].map(renamed)).sample(frac=1, random_state=4).reset_index(drop=True))
    first, other = (imputed_change(one).sort_values("indicator", ignore_index=True) for one in (plan_of(cohort, declared, people, values), again))
    assert first["estimate"].notna().all() and len(first) == 3
    pd.testing.assert_frame_equal(first, other, rtol=1e-8)
    seed = cohort.model_copy(update={"missing_answers": HOW.model_copy(update={"seed": 4})})
    assert not np.allclose(first["estimate"], imputed_change(plan_of(seed, declared, people, values)).sort_values("indicator")["estimate"])


def test_without_a_gap_the_imputed_change_is_the_change(cohort, declared):
    people = people_of(cohort, declared, 200)
    values = values_of(people, declared)
    whole = values.assign(value=values["value"].fillna(1.0), missing=values["missing"].where(values["value"].notna()).astype(values["missing"].dtype))
    plan = plan_of(cohort, declared, people, whole.assign(missing=pd.Categorical([None] * len(whole), categories=values["missing"].cat.categories)))
    found = row(imputed_change(plan), "card_yes", Quantity.CHANGE_IMPUTED.value)
    (now, _), (then, _) = (answers(plan, "card_yes", wave) for wave in reversed(plan.waves))
    assert found["estimate"] == pytest.approx(100 * (now.mean() - then.mean()))
    assert found["std_error"] == pytest.approx(100 * np.sqrt(now.var(ddof=1) / len(now) + then.var(ddof=1) / len(then)))


def test_pairs_are_imputed_from_the_other_wave_too(cohort, declared):
    matched = cohort.model_copy(update={"design": Design.MATCHED})
    found = imputed_change(make_plan(measured_twice(matched, declared), matched, declared))
    assert len(found) == 3 and found["estimate"].notna().all() and found["n_valid"].eq(found["n_reference"]).all()


@pytest.mark.parametrize("n", [0, 3])
def test_too_few_answers_are_not_drawn_from(cohort, declared, n):
    people = people_of(cohort, declared, 60)
    values = values_of(people, declared)
    value = values["value"].where(values.groupby("indicator", observed=True).cumcount() < n)
    found = imputed_change(plan_of(cohort, declared, people, values.assign(value=value, missing=values["missing"].where(value.isna()).fillna("not_answered").where(value.isna()))))
    assert found["estimate"].isna().all() and some(found["warning"].tolist())[0].startswith("not estimable")
