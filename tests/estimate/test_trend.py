"""Three waves and more against R: each with the first and with the one before among those that asked, and the trend over them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from nbeval.dictionary import load
from nbeval.dictionary.enums import Design, Match, MissingReason
from nbeval.dictionary.models import SourceFiles, Wave
from nbeval.estimate.comparisons import change
from nbeval.estimate.glm import cr2
from nbeval.estimate.means import paired_t
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.plan import contrasted, make_plan
from nbeval.estimate.trend import trend, trend_of_means, trend_of_persons, trend_of_shares
from nbeval.frames import Measured, Method, Reason
from tests.conftest import TINY
from tests.estimate.reference import all_accounted_for, available, case, expected_rows, inputs, meets, near
from tests.guards import some

OFFERED = [
    "difference_from_*|newcombe", "difference_from_*|welch", "difference_from_*|chi_squared_uncorrected",
    "trend|cochran_armitage", "trend|linear", "departure_from_trend|chi_squared_minus_cochran_armitage", "departure_from_trend|f",
]
NOT_REPORTED = "no report shows it"
REFUSED = {
    "n[[]*|*": "held with the levels", "n_waves|*": "the waves with answers: those of the trend", "proportion[[]*|*": "held with the levels",
    "mean[[]*|*": "held with the levels", "sd[[]*|*": "held with the levels", "smallest_expected_*|*": "held with the tables",
    "p_adjusted_*|*": "our families are of several questions, not of one question's waves", "waves_differ|*": NOT_REPORTED,
    "trend|linear_by_linear": "stands there to be told apart", "trend|linear_hc3": NOT_REPORTED, "trend|logistic*": NOT_REPORTED,
    "trend_odds_ratio|*": NOT_REPORTED, "departure_from_trend|logistic_likelihood_ratio": NOT_REPORTED,
    "departure_from_trend_df_denominator|*": "the answers less the waves", "difference_from_*|fisher": "the rule names Boschloo's test",
}


def is_share(case_id: str) -> bool:
    return case("wave_cases", case_id)["kind"] == "proportion"


def _scores(case_id: str) -> pd.DataFrame:
    """The waves of a case, in order."""
    return inputs("wave_scores")[inputs("wave_scores")["case_id"].eq(case_id)]


@cache
def answers(case_id: str) -> dict[str, np.ndarray]:
    """The valid answers of a case at every wave that asked, in their order: 0 and 1, or numbers."""
    asked = _scores(case_id).query("asked == 1")["wave"].astype(str)
    counts, values = (inputs(name)[inputs(name)["case_id"].eq(case_id)] for name in ("wave_counts", "wave_values"))
    if is_share(case_id):
        known = {str(row.wave): np.repeat([1.0, 0.0], [int(row.x), int(row.n - row.x)]) for row in counts.itertuples()}
        return {wave: known.get(wave, np.zeros(0)) for wave in asked}
    return {wave: values.loc[values["wave"].astype(str).eq(wave), "value"].dropna().to_numpy(float) for wave in asked}


@cache
def plan_of(case_id: str):
    """A plan of the tiny programme with the waves of a case; of what a wave did not ask nobody there was asked."""
    programme, indicator = load(TINY), "card_yes" if is_share(case_id) else "enjoy_mean"
    waves = _scores(case_id)["wave"].astype(str).tolist()
    given, blocks = answers(case_id), []
    for wave in waves:
        here = given.get(wave, np.full(7, np.nan))
        asked = wave in given
        here = here if len(here) else np.full(3, np.nan)
        why = np.where(np.isnan(here), MissingReason.NOT_ANSWERED.value if asked else MissingReason.NOT_ASKED.value, None)
        blocks.append(pd.DataFrame({"wave": wave, "value": here, "missing": why}))
    table = pd.concat(blocks, ignore_index=True)
    table = table.assign(respondent=np.arange(len(table)), authority=pd.Categorical([""] * len(table)), wave=pd.Categorical(table["wave"], categories=waves),
                         indicator=pd.Categorical([indicator] * len(table)),
                         missing=pd.Categorical(table["missing"], categories=[one.value for one in MissingReason]))
    people = table[["respondent", "wave", "authority"]].assign(source=pd.Categorical(["survey"] * len(table)), person="", weight=1.0)
    cohort = programme.cohorts[0].model_copy(update={
        "waves": tuple(Wave(id=wave, label=wave) for wave in waves), "authorities": (), "groups": (), "sources": (), "eligible": ()})
    level = float(case("wave_cases", case_id)["conf_level"])
    declared = replace(programme, programme=programme.programme.model_copy(update={"conf_level": level}))
    keyed = pd.DataFrame({"respondent": [], "wave": [], "scale": [], "item": [], "code": []})
    return make_plan(Measured(table[["respondent", "wave", "authority", "indicator", "value", "missing"]], people, keyed), cohort, declared)


@cache
def changes(case_id: str) -> pd.DataFrame:
    table = change(plan_of(case_id))
    return table[table["quantity"].eq("change")].set_index(["wave", "reference"])


def of_pair(row) -> Outcome:
    """Our row for the wave that a row names, against the first or the one before of those that asked; as shares."""
    against, wave = re.fullmatch(r"difference_from_(first|previous)\[(.+)\]", row.quantity).groups()
    asked = list(answers(row.case))
    found = changes(row.case).loc[(wave, asked[0] if against == "first" else asked[asked.index(wave) - 1])]
    factor = 0.01 if is_share(row.case) else 1.0
    kept = {"newcombe": ("estimate", "conf_low", "conf_high", "conf_level"), "chi_squared_uncorrected": ("statistic", "df", "p_value")}
    names = kept.get(row.method, ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value"))
    scaled = ("estimate", "std_error", "conf_low", "conf_high")
    numbers = {name: float(found[name]) * (factor if name in scaled else 1) for name in names}
    if math.isnan(numbers.get("conf_low", math.nan)):
        numbers.pop("conf_level", None)
    return Outcome(**numbers, method=row.method, warning=found["warning"])


def trend_of(case_id: str):
    scores = _scores(case_id).query("asked == 1").set_index("wave")["score"]
    given = answers(case_id)
    n = [len(values) for values in given.values()]
    if is_share(case_id):
        return trend_of_shares([values.sum() for values in given.values()], n, scores.to_numpy())
    with np.errstate(all="ignore"):
        means, deviations = zip(*((values.mean() if len(values) else np.nan, values.std(ddof=1) if len(values) > 1 else np.nan)
                                  for values in given.values()), strict=True)
    level = float(case("wave_cases", case_id)["conf_level"])
    return trend_of_means(means, deviations, n, scores.to_numpy(), conf_level=level)


def _boschloo(row) -> bool:
    """A change that our rule tests by Boschloo's exact test, because fewer than five are expected somewhere."""
    if not row.quantity.startswith("difference_from") or row.method != "chi_squared_uncorrected":
        return False
    against, wave = re.fullmatch(r"difference_from_(first|previous)\[(.+)\]", row.quantity).groups()
    asked = list(answers(row.case))
    now, then = (answers(row.case)[one] for one in (wave, asked[0] if against == "first" else asked[asked.index(wave) - 1]))
    hits, n = np.array([now.sum(), then.sum()]), np.array([len(now), len(then)])
    return bool((np.minimum(hits.sum(), n.sum() - hits.sum()) * n / n.sum()).min() < 5)


def _line_of_shares(row) -> bool:
    """The straight line through answers of 0 and 1: the test of Cochran and Armitage is the one that is reported."""
    return row.method == "linear" and is_share(row.case)


@pytest.mark.parametrize("row", expected_rows("waves", methods=["newcombe", "welch"]))
def test_a_wave_against_the_first_and_the_one_before_are_those_of_r(row):
    meets(row, of_pair(row))


@pytest.mark.parametrize("row", expected_rows("waves", methods=["chi_squared_uncorrected"], where=lambda row: row.quantity.startswith("diff") and not _boschloo(row)))
def test_chi_squared_between_waves_is_that_of_r(row):
    meets(row, of_pair(row))


@pytest.mark.parametrize("row", expected_rows(
    "waves", quantities=["trend"], methods=["cochran_armitage", "linear"], where=lambda row: not _line_of_shares(row)))
def test_the_trend_is_that_of_r(row):
    meets(row, trend_of(row.case).slope)


@pytest.mark.parametrize("row", expected_rows(
    "waves", quantities=["departure_from_trend"], methods=["chi_squared_minus_cochran_armitage", "f"]))
def test_what_the_trend_leaves_over_is_that_of_r(row):
    meets(row, replace(trend_of(row.case).departure, estimate=math.nan))


@pytest.mark.skipif(not available(), reason="the reference is not beside this checkout")
def test_every_row_of_the_reference_is_held_or_refused():
    all_accounted_for("waves", OFFERED, REFUSED, not_by_us={
        "the rule names Boschloo's test where fewer than five are expected": _boschloo,
        "the test of Cochran and Armitage is the one that is reported": _line_of_shares})


class TestPlan:
    @pytest.fixture
    def cohort(self):
        waves = tuple(Wave(id=name, label=name) for name in ("w1", "w2", "w3", "w4"))
        return load(TINY).cohorts[0].model_copy(update={"waves": waves})

    def test_each_wave_is_contrasted_with_the_first_and_the_one_before(self, cohort):
        assert contrasted(("w1", "w2", "w3"), cohort) == (("w2", "w1"), ("w3", "w1"), ("w3", "w2"))

    def test_what_was_asked_later_counts_from_the_first_wave_that_asked_it(self, cohort):
        assert contrasted(("w2", "w4"), cohort) == (("w4", "w2"),)
        assert contrasted(("w3",), cohort) == contrasted((), cohort) == ()

    def test_declared_pairs_take_the_place_of_these(self, cohort):
        declared = cohort.model_copy(update={"contrasts": (("w4", "w1"), ("w4", "w3"))})
        assert contrasted(("w1", "w2", "w3", "w4"), declared) == (("w4", "w1"), ("w4", "w3"))
        assert contrasted(("w2", "w3", "w4"), declared) == (("w4", "w2"), ("w4", "w3"))
        assert contrasted(("w1", "w4"), declared) == (("w4", "w1"),)

    def test_waves_that_may_hold_the_same_people_are_not_contrasted(self, cohort):
        waves = (*cohort.waves[:1], cohort.waves[1].model_copy(update={"overlaps": ("w1",)}))
        assert contrasted(("w1", "w2"), cohort.model_copy(update={"waves": waves})) == ()


class TestOfACohort:
    """Counts by hand: 10, 20 and 30 of 50 at three waves; chi-squared of Cochran and Armitage by hand."""

    @pytest.fixture
    def measured(self):
        waves = ["w1", "w2", "w3"]
        table = pd.DataFrame({"wave": np.repeat(waves, 50), "value": np.concatenate([np.repeat([1.0, 0.0], [x, 50 - x]) for x in (10, 20, 30)])})
        table = table.assign(respondent=np.arange(150), authority=pd.Categorical(["north"] * 150), wave=pd.Categorical(table["wave"], categories=waves),
                             indicator=pd.Categorical(["card_yes"] * 150), missing=pd.Categorical([None] * 150, categories=[one.value for one in MissingReason]))
        people = table[["respondent", "wave", "authority"]].assign(source=pd.Categorical(["survey"] * 150), person="", weight=1.0)
        return Measured(table[["respondent", "wave", "authority", "indicator", "value", "missing"]], people, pd.DataFrame())

    def cohort(self, programme, *versions: str, **more):
        source = programme.cohorts[0].sources[0].model_copy(update={"files": tuple(
            SourceFiles(wave=f"w{place}", pattern=f"{place}.csv", version=version) for place, version in enumerate(versions, 1))})
        return programme.cohorts[0].model_copy(update={
            "waves": tuple(Wave(id=name, label=name) for name in ("w1", "w2", "w3")), "sources": (source,), "groups": (), "eligible": (),
            "authorities": ("north",), **more})

    def test_a_rise_over_three_waves(self, measured):
        programme = load(TINY)
        found = trend(make_plan(measured, self.cohort(programme, "2020", "2020", "2020"), programme))
        assert sorted(found["authority"].unique()) == ["", "north"] and set(found["quantity"]) == {"trend", "trend_departure"}
        whole = found[found["authority"].eq("")].set_index("quantity")
        slope = whole.loc["trend"]
        assert slope["estimate"] == pytest.approx(20.0) and (slope["wave"], slope["reference"]) == ("w3", "w1")
        # along = -10 (-1) + 10 (1) = 20, its variance 0.4 x 0.6 x 100 = 24: 400 / 24
        assert slope["statistic"] == pytest.approx(400 / 24) and slope["df"] == 1
        assert whole.loc["trend_departure", "statistic"] == pytest.approx(0.0, abs=1e-12)

    def test_no_trend_over_waves_of_which_two_differ(self, measured):
        programme = load(TINY)
        instrument = programme.instruments[0]
        differs = tuple(one.model_copy(update={"comparable": Match.DIFFERS}) if one.item == "card" else one for one in instrument.comparability)
        declared = replace(programme, instruments=(replace(instrument, comparability=differs),))
        found = trend(make_plan(measured, self.cohort(programme, "2020", "2022", "2020"), declared))
        assert some(found["warning"]) and set(found["warning"]) == {Reason.NOT_COMPARABLE.not_estimable}
        assert found[["estimate", "statistic", "p_value"]].isna().all(axis=None)

    def test_of_linked_people_it_is_that_of_persons_and_never_of_samples(self, measured):
        programme = load(TINY)
        matched = self.cohort(programme, "2020", "2020", "2020", design=Design.MATCHED)
        nobody = trend(make_plan(measured, matched, programme))
        assert some(nobody["warning"]) and set(nobody["warning"]) == {Reason.NO_COMPLETE.not_estimable} and set(nobody["authority"]) == {""}
        people = measured.respondents.assign(person=[f"p{k % 50}" for k in range(150)])
        found = trend(make_plan(replace(measured, respondents=people), matched, programme)).set_index("quantity")
        # of 50 people 10 said yes throughout, 10 from the second wave on, 10 at the last alone, 20 never: slopes of 0, 1/2, 1/2 and 0
        slopes = np.repeat([0.0, 0.5], [30, 20])
        textbook = stats.ttest_1samp(slopes, 0)
        slope = found.loc["trend"]
        assert (slope["estimate"], slope["statistic"], slope["p_value"]) == pytest.approx((20, textbook.statistic, textbook.pvalue))
        assert slope["method"] == Method.LINE_OF_PERSONS and (slope["n_valid"], slope["n_reference"]) == (50, 50)
        # who turns at the second wave bends down, who turns at the last bends up: as many of each
        assert found.loc["trend_departure", "statistic"] == pytest.approx(0, abs=1e-20)


class TestOfPersons:
    """The line of each person: held to the paired t, to least squares with CR2 errors by person (both held to R), and to GEE."""

    @pytest.fixture
    def answers(self):
        draw = np.random.default_rng(11)
        return draw.normal(5, 2, (40, 1)) + draw.normal(0, 1, (40, 4)) + np.array([0, 0.2, 0.5, 0.4])

    @pytest.mark.parametrize("row", expected_rows("clustered", methods=["cr2_satterthwaite"], quantities=["change"], where=lambda row: (
        not row.degenerate and np.isfinite(row.std_error) and not isinstance(case("clustered_cases", row.case)["weight"], str))))
    def test_two_waves_are_the_change_of_pairs_as_r_has_it(self, row):
        about = case("clustered_cases", row.case)
        table = inputs("clustered_pairs")[inputs("clustered_pairs")["dataset"].eq(about["dataset"])]
        names = [f"{about['outcome']}_{wave}" for wave in ("baseline", "final")]
        table = table.dropna(subset=names)
        found = trend_of_persons(table[names].to_numpy(float), (0, 1), clusters=table[about["cluster"]], conf_level=about["conf_level"]).slope
        for name in ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value"):
            assert near(getattr(found, name), getattr(row, name), row), name

    def test_with_three_waves_alike_apart_it_is_half_the_change_from_first_to_last(self, answers):
        three = answers[:, :3]
        found, change = trend_of_persons(three, (0, 1, 2)).slope, paired_t(three[:, 2], three[:, 0])
        assert (2 * found.estimate, 2 * found.conf_low) == pytest.approx((change.estimate, change.conf_low))
        assert (found.statistic, found.df, found.p_value) == pytest.approx((change.statistic, change.df, change.p_value))

    def test_it_is_least_squares_with_errors_clustered_by_person(self, answers):
        scores = np.array([0.0, 1, 3, 4])
        matrix = np.column_stack([np.ones(160), np.tile(scores, 40)])
        persons = np.repeat(np.arange(40), 4)
        fit = sm.OLS(answers.ravel(), matrix).fit()
        covariance, df = cr2(matrix, fit.resid, persons, np.eye(2)[1:])
        found = trend_of_persons(answers, scores).slope
        assert (found.estimate, found.std_error, found.df) == pytest.approx((fit.params[1], np.sqrt(covariance[1, 1]), df[0]))
        gee = sm.GEE(answers.ravel(), matrix, persons, cov_struct=sm.cov_struct.Exchangeable()).fit()
        assert (gee.params[1], gee.bse[1] * np.sqrt(40 / 39)) == pytest.approx((found.estimate, found.std_error), rel=1e-6)

    def test_what_a_line_leaves_over_is_tested_as_one_contrast_of_three_waves(self, answers):
        bend = answers[:, 0] - 2 * answers[:, 1] + answers[:, 2]
        found, textbook = trend_of_persons(answers[:, :3], (0, 1, 2)).departure, stats.ttest_1samp(bend, 0)
        assert (found.statistic, found.p_value, found.df) == pytest.approx((textbook.statistic**2, textbook.pvalue, 1))

    @pytest.mark.parametrize(("values", "why"), [
        (np.empty((0, 3)), Reason.NO_COMPLETE), (np.ones((1, 3)), Reason.TOO_FEW_COMPLETE), (np.tile([1.0, 2, 3], (5, 1)), Reason.SAME_CHANGE)])
    def test_what_cannot_be_tested_says_why(self, values, why):
        found = trend_of_persons(values, (0, 1, 2))
        assert why in found.slope.warning and np.isnan(found.slope.p_value) and np.isnan(found.departure.p_value)
