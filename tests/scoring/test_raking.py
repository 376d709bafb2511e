"""Weights, held to R's survey package (weights.R)."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.sampling import effective_n
from nbeval.scoring.weights import KnownMargin, rake, trim, trim_to_median
from tests.estimate.reference import all_accounted_for, by_respondent, case, expected_rows, inputs, meets

#: calibrate(raking) and rake() give the same weights
RAKED = {"rake", "calibrate_raking", "rake_trim", "rake_trim_rake", "poststratify"}
OFFERED = {*RAKED, "trim_strict"}
REFUSED = {
    "*|rake_default": "stopped early on purpose",
    "*|trim": "trimming is repeated until no weight is outside its limits",
    "*|poststratify_partial": "a level of the population without respondents is refused: its people would not be represented",
    "*|calibrate_linear": "raking is the declared rule; linear calibration may give negative weights",
    "*|calibrate_logit": "raking is the declared rule, trimmed by a declared rule",
    "mean|svymean": "tested with the survey estimates, where the weights are taken as given",
    "deff|deff=TRUE": "tested with the survey estimates, where the weights are taken as given",
    "deff|deff=replace": "tested with the survey estimates, where the weights are taken as given",
}


def _text(value) -> str:
    return "" if pd.isna(value) else str(value)


def sample_of(case_id: str) -> pd.DataFrame:
    """Rows of the file of a case: one wave, where it has one."""
    about = case("weight_cases", case_id)
    table, wave = inputs(about["file"]), about["wave"]
    return table if pd.isna(wave) else table.query("wave == @wave").reset_index(drop=True)


def margins_of(case_id: str) -> list[KnownMargin]:
    about, table = case("weight_cases", case_id), sample_of(case_id)
    names = _text(about["margins"]).split("|") if _text(about["margins"]) else []
    population = inputs(about["population"]) if names else None
    if names and not pd.isna(about["wave"]):
        population = population[population.wave == about["wave"]]
    found = []
    for name in names:
        parts = [table[part].astype("string") for part in name.split("+")]
        levels = parts[0] if len(parts) == 1 else parts[0].str.cat(parts[1:], sep="|")
        rows = population[population.variable == name]
        found.append(KnownMargin(name, levels, dict(zip(rows.level.astype(str), rows["count"]))))
    return found


@cache
def weights_of(case_id: str) -> np.ndarray:
    about = case("weight_cases", case_id)
    start, margins, method = sample_of(case_id)[about["start"]].to_numpy(float), margins_of(case_id), about["method"]
    if method.startswith("trim"):
        return trim(start, upper=limit(case_id, start), lower=-np.inf if pd.isna(about["lower"]) else about["lower"])
    raked = rake(start, margins)
    if "trim" in method:
        raked = trim_to_median(raked, upper_times=float(about["upper"]))
    return rake(raked, margins) if method == "rake_trim_rake" else raked


def limit(case_id: str, weights: np.ndarray) -> float:
    about = case("weight_cases", case_id)
    return float(about["upper"]) * (np.nanmedian(weights) if about["upper_of"] == "median" else 1)


def _outcome(row) -> Outcome:
    weights = weights_of(row.case)
    known = weights[np.isfinite(weights)]
    about = case("weight_cases", row.case)
    if row.quantity == "upper_limit":
        start = sample_of(row.case)[about["start"]].to_numpy(float)
        return Outcome(limit(row.case, start if about["method"].startswith("trim") else rake(start, margins_of(row.case))))
    if row.quantity.startswith("kish"):
        n = effective_n(weights)
        return Outcome(n if row.quantity == "kish_effective_n" else np.isfinite(weights).sum() / n)
    return Outcome(float({"n": len(known), "sum_of_weights": known.sum(), "smallest_weight": known.min(), "largest_weight": known.max()}[row.quantity]))


@pytest.mark.parametrize("row", expected_rows("weights", methods=sorted(OFFERED), where=lambda row: not row.not_estimable))
def test_weights_agree_with_r(row):
    meets(row, _outcome(row))


#: one row of each case that R has weights for
WEIGHED = expected_rows("weights", methods=sorted(OFFERED), quantities=["n"], where=lambda row: not row.not_estimable)
EMPTY_CELLS = expected_rows("weights", methods=["poststratify"], where=lambda row: row.not_estimable)


@pytest.mark.parametrize("row", WEIGHED)
def test_the_weight_of_every_respondent_is_that_of_r(row):
    rows = by_respondent("weights_by_respondent").query("case_id == @row.case")
    table, weights = sample_of(row.case), weights_of(row.case)
    kept = np.isfinite(weights)
    ours = dict(zip(table[case("weight_cases", row.case)["unit"]].astype(str)[kept], weights[kept]))
    assert set(ours) == set(rows.respondent) and ours
    assert [ours[r] for r in rows.respondent] == pytest.approx(rows.weight.tolist(), rel=row.relative, abs=row.absolute)


def test_every_method_of_the_reference_is_offered_or_refused(shared):
    all_accounted_for("weights", [f"*|{method}" for method in OFFERED], REFUSED)


@pytest.mark.parametrize("row", EMPTY_CELLS)
def test_a_cell_of_the_population_without_respondents_is_refused_by_the_name_of_its_margin(row):
    margins = re.escape(case("weight_cases", row.case)["margins"])
    with pytest.raises(ParameterError, match=rf"margin '{margins}'.*\n.*\d+ levels of the population without"):
        weights_of(row.case)


def _margin(name: str, levels: list, **population: float) -> KnownMargin:
    return KnownMargin(name, pd.Series(levels, dtype="string"), population)


def test_margins_that_contradict_one_another_are_an_error_that_names_one():
    # both answers go together in the sample, so no weights can make one common and the other rare
    one = _margin("one", ["a", "a", "b", "b"], a=90, b=10)
    two = _margin("two", ["c", "c", "d", "d"], c=10, d=90)
    with pytest.raises(ParameterError, match="raking does not settle: the margin 'one'"):
        rake(np.ones(4), [one, two])


def test_margins_of_different_totals_are_refused():
    with pytest.raises(ParameterError, match="one: 100, two: 90"):
        rake(np.ones(4), [_margin("one", ["a", "a", "b", "b"], a=50, b=50), _margin("two", ["c", "d", "c", "d"], c=45, d=45)])


def test_a_level_without_a_population_is_refused():
    with pytest.raises(ParameterError, match="1 levels of respondents without a population"):
        rake(np.ones(3), [_margin("one", ["a", "a", "b"], a=50)])


def test_respondents_without_a_level_have_no_weight_and_the_others_stand_for_all():
    weights = rake(np.ones(4), [_margin("one", ["a", "a", "b", pd.NA], a=60, b=40)])
    assert weights[:3].tolist() == [30, 30, 40] and np.isnan(weights[3])


def test_trimming_keeps_the_total_and_the_missing():
    weights = trim([1.0, 1.0, 1.0, 9.0, np.nan], upper=3.0)
    assert np.nansum(weights) == pytest.approx(12.0) and np.isnan(weights[4]) and np.nanmax(weights) <= 3.0


def test_limits_that_cannot_be_met_are_an_error():
    with pytest.raises(ParameterError, match="widen the limits"):
        trim([1.0, 2.0, 9.0], upper=2.0)
