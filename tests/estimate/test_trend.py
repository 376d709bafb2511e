"""Three waves and more against R: each with the first and with the one before among those that asked, and the trend over them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.enums import Design, Match, MissingReason
from nbeval.dictionary.models import SourceFiles, Wave
from nbeval.estimate.comparisons import change
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.plan import contrasted, make_plan
from nbeval.estimate.trend import trend, trend_of_means, trend_of_shares
from nbeval.frames import Measured, Reason
from tests.conftest import TINY
from tests.estimate.reference import all_accounted_for, available, case, expected_rows, inputs, meets
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

    def test_none_of_linked_people(self, measured):
        programme = load(TINY)
        assert trend(make_plan(measured, self.cohort(programme, "2020", "2020", "2020", design=Design.MATCHED), programme)).empty
