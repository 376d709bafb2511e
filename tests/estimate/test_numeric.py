"""Means and variances where floating point is weak, held to exact fractions (reference script numeric.R), through the public functions, the
tally that the pipeline rests on, and a whole cohort."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.dictionary.enums import Design, Measure
from nbeval.estimate import surveys
from nbeval.estimate.assembly import estimate
from nbeval.estimate.means import moments, paired_t, squares_without, standardised_change
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import tally
from nbeval.estimate.reliability import alpha, item_rest
from nbeval.estimate.sampling import domain_differences, domain_means, survey_design
from nbeval.frames import Measured, Quantity
from tests.estimate.reference import NUMBERS, Expected, all_accounted_for, available, declaring, expected, expected_rows, inputs, near
from tests.estimate.test_assembly import measured, people_of, values_of

THIRDS = 7 / 3
BY_ROUNDING = "as stored, the changes differ by the rounding of the answers alone, which is not spread"
NOT_MET = "shows what the one-pass formula and R do"
OFFERED = ["n*|count", "n|pairs", "mean*|as_stored*", "mean*|as_written*", "variance*|as_stored", "variance*|as_written", "sd*|as_stored", "sd*|as_written",
           "no_spread*|as_stored", "no_spread*|as_written", "difference|as_stored*", "difference|as_written*", "change|as_stored", "change|as_written",
           "variance_of_changes|as_stored", "variance_of_changes|as_written"]
REFUSED = {"range*|as_stored": "the least and the largest answer are in no result", "range_of_differences|*": "stands in the note of its case",
           "*|r_var": NOT_MET, "*|r_t_test": NOT_MET, "*|sum_of_squares": NOT_MET}


@cache
def of_kind(kind: str) -> frozenset[str]:
    """The cases of one kind."""
    return frozenset(declaring("numeric_cases", kind=kind))


@cache
def far_off() -> frozenset[str]:
    """The cases with a fraction beside an offset: no double is that decimal."""
    given = inputs("numeric_values")
    return frozenset(given.loc[given["offset"].ne(0) & given["denominator"].ne(1), "case_id"])


@cache
def alike_as_written() -> frozenset[str]:
    """The cases of pairs that all changed alike, as the answers are written."""
    return frozenset(row.case for row in expected("numeric") if (row.quantity, row.method, row.estimate) == ("no_spread", "as_written", 1)) & of_kind("pairs")


def fractions_far_off(row: Expected) -> bool:
    """Whether a decimal is asked that no double can be."""
    return row.method.startswith("as_written") and row.case in far_off()


def by_rounding(row: Expected) -> bool:
    """Whether changes differ as stored that are all the same as written."""
    return row.method == "as_stored" and row.quantity in ("no_spread", "variance_of_changes") and row.case in alike_as_written()


NOT_BY_US = {"with a fraction beside an offset the doubles are not the decimals": fractions_far_off, BY_ROUNDING: by_rounding}


def wanted(quantities: str, kind: str) -> list:
    """The rows of cases of one kind with these quantities, at any wave, that are not refused."""
    names = set(quantities.split())
    return expected_rows("numeric", where=lambda row: row.quantity.split("[")[0] in names and row.case in of_kind(kind)
                         and not any(no(row) for no in NOT_BY_US.values()))


@cache
def answers(case_id: str, group: str = "") -> np.ndarray:
    """The answers of a case, at one wave where it has waves."""
    table = inputs("numeric_values").query("case_id == @case_id")
    table = table[table["group"].fillna("").eq(group)]
    return (table["offset"] + table["numerator"] / table["denominator"]).repeat(table["times"]).to_numpy(float)


def side(row: Expected) -> np.ndarray:
    """The answers that a row speaks of."""
    return answers(row.case, row.quantity.partition("[")[2].rstrip("]"))


def agrees(row: Expected, found: dict | pd.Series) -> None:
    """Assert that the numbers given are near those of the row, and no other is given."""
    given = {name: float(found.get(name, math.nan)) for name in NUMBERS}
    reference = {name: getattr(row, name) for name in NUMBERS}
    if row.method.endswith("_t"):
        given |= {name: math.nan for name in ("statistic", "p_value")}
    if math.isnan(row.conf_low):
        given |= dict.fromkeys(("conf_level", "df"), math.nan)
    off = {name: (given[name], value) for name, value in reference.items()
           if not (math.isnan(given[name]) if math.isnan(value) else near(given[name], value, row))}
    assert not off, f"{row.id}: (ours, exact) {off}"


def counted(values: np.ndarray) -> tuple[float, float, float]:
    """Number, mean and standard deviation through the tally of the pipeline."""
    place = pd.Series(pd.Categorical(["all"] * len(values)))
    cell = tally(pd.DataFrame({"value": values, "missing": pd.Categorical([None] * len(values))}), {"place": place}).iloc[0]
    return cell["n_valid"], *(float(part) for part in moments(cell["n_valid"], cell["numerator"], cell["squares"]))


# --- R's exact fractions --------------------------------------------------------------------------------

def test_every_reference_value_is_offered_or_refused_with_a_reason(shared):
    assert available()
    all_accounted_for("numeric", OFFERED, REFUSED, not_by_us=NOT_BY_US)


@pytest.mark.parametrize("row", [*wanted("n mean variance sd no_spread", "one"), *wanted("n mean variance sd no_spread", "two")])
def test_moments_of_answers_are_exact_where_they_are_the_same_and_far_off(row):
    values, what = side(row), row.quantity.split("[")[0]
    n, mean, sd = counted(values)
    if what == "mean" and row.method.endswith("_t"):
        agrees(row, surveys.levels(pd.DataFrame({"y": values}), "y").iloc[0])
        return
    shown = surveys.levels(pd.DataFrame({"y": values}), "y").iloc[0]
    without = math.isnan(shown["std_error"])
    found = {"n": n, "mean": mean, "variance": sd**2, "sd": sd, "no_spread": float(without)}[what]
    agrees(row, {"estimate": found})
    assert without == math.isnan(shown["conf_low"]) and without == bool(shown["warning"]), "an interval without spread, or no reason for none"


@pytest.mark.parametrize("row", wanted("difference", "two"))
def test_a_change_has_no_test_where_neither_wave_has_spread(row):
    sides = {wave: answers(row.case, wave) for wave in ("baseline", "final")}
    table = pd.concat([pd.DataFrame({"wave": wave, "y": values}) for wave, values in sides.items()])
    found = surveys.change(table, "y").iloc[0]
    agrees(row, found)
    grouped = surveys.compare_groups(table, "y", "wave").iloc[0]
    agrees(row, grouped)
    assert math.isnan(row.conf_low) == bool(found["warning"]) == bool(grouped["warning"])


@pytest.mark.parametrize("row", wanted("n change variance_of_changes no_spread", "pairs"))
def test_pairs_that_all_changed_alike_have_no_test(row):
    then, now = answers(row.case, "baseline"), answers(row.case, "final")
    people = np.arange(len(then))
    table = pd.concat([pd.DataFrame({"wave": wave, "id": people, "y": values}) for wave, values in (("baseline", then), ("final", now))])
    found, size = paired_t(now, then), standardised_change(now, then)
    shown = surveys.change(table, "y", design="matched", person="id").iloc[0]
    variance = 0.0 if math.isnan(found.std_error) else found.std_error**2 * len(then)
    agrees(row, {"estimate": {"n": shown["n"], "change": shown["estimate"], "variance_of_changes": variance,
                              "no_spread": float(math.isnan(found.p_value))}[row.quantity]})
    assert math.isnan(found.p_value) == math.isnan(shown["p_value"]) == bool(found.warning) == math.isnan(size.estimate)


# --- other estimators -----------------------------------------------------------------------------------

@pytest.mark.parametrize("same", [THIRDS, 0.1, 1e8 + 1 / 3, -1 / 3])
def test_weighted_answers_that_are_the_same_have_no_error(same):
    draw = np.random.default_rng(3)
    second, design = np.arange(100) % 2 == 0, survey_design(draw.uniform(0.3, 3, 100), clusters=draw.integers(0, 12, 100))
    level, gap = domain_means(design, np.full(100, same)), domain_differences(design, np.full(100, same), second)
    assert (level.estimate[0], level.std_error[0], gap.estimate[0], gap.std_error[0]) == (same, 0, 0, 0)
    found = surveys.levels(pd.DataFrame({"y": np.full(100, same), "w": design.weights}), "y", weights="w").iloc[0]
    assert math.isnan(found["conf_low"]) and found["warning"]


def test_the_rest_without_spread_has_none_and_with_spread_that_of_its_own_answers():
    draw = np.random.default_rng(4)
    part, rest = draw.integers(0, 11, 400).astype(float), np.full(70, THIRDS)
    for others, spread in ((rest, 0.0), (rest := draw.random(70), rest.std(ddof=1))):
        whole = np.concatenate([part, others])
        given = [(len(one), one.sum(), ((one - one.mean()) ** 2).sum()) for one in (whole, part)]
        left = squares_without(given[0][2], given[0][0], given[0][1], given[1])
        assert moments(70, others.sum(), left)[1] == pytest.approx(spread, rel=1e-9, abs=1e-12)


def test_items_whose_sum_is_the_same_but_for_rounding_have_no_alpha():
    items = pd.DataFrame([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.3, 0.1], [0.3, 0.1, 0.2]] * 5, columns=list("abc"))
    assert np.ptp(items.to_numpy().sum(axis=1)) > 0, "the sums are to differ by rounding"
    found = alpha(items)
    assert math.isnan(found.estimate) and found.warning
    flat = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": THIRDS, "c": 0.1})
    assert math.isnan(item_rest(flat)["a"].estimate) and item_rest(flat)["a"].warning


# --- a cohort -------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def declared(root):
    return dictionary.load(root / "tests" / "programmes" / "tiny")


def of_everybody(declared, design: Design, score: float) -> pd.DataFrame:
    """The results of a cohort in which everybody has this score at both waves, and every mean is of it."""
    cohort = declared.cohorts[0].model_copy(update={"design": design})
    people = people_of(cohort, declared, 160)
    waves = [wave.id for wave in cohort.waves]
    if design is Design.MATCHED:
        names = [f"p{k:03d}" for k in range(80)]
        people = people.assign(person=names * 2, wave=pd.Categorical(np.repeat(waves, 80), categories=waves))
    given = measured(people, declared)
    means = [one.indicator for one in declared.indicators if one.measure is Measure.MEAN]
    same = given.values["indicator"].isin(means)
    values = given.values.assign(value=given.values["value"].mask(same, score), missing=given.values["missing"].mask(same))
    results = estimate(Measured(values, people, given.keyed), cohort, declared)
    return results[results["indicator"].isin(means)]


@pytest.mark.parametrize("design", [Design.REPEATED_CROSS_SECTIONS, Design.MATCHED])
@pytest.mark.parametrize("score", [THIRDS, 0.1, 1e6 + 1 / 3])
def test_a_score_that_everybody_has_at_both_waves_is_tested_nowhere_and_says_why(declared, design, score):
    results = of_everybody(declared, design, score)
    spoken = [Quantity.MEAN, Quantity.CHANGE, Quantity.EFFECT_SIZE, Quantity.DIFFERENCE, Quantity.CHANGE_POOLED, Quantity.CHANGE_ADJUSTED]
    rows = results[results["quantity"].isin([quantity.value for quantity in spoken])]
    assert {Quantity.MEAN.value, Quantity.CHANGE.value, Quantity.DIFFERENCE.value} <= set(rows["quantity"])
    assert rows[["p_value", "p_adjusted", "conf_low", "conf_high"]].isna().all(axis=None), rows.dropna(subset="p_value")[["quantity", "authority", "p_value"]]
    assert rows["warning"].ne("").all()
    assert rows.loc[rows["quantity"].eq(Quantity.CHANGE.value), "estimate"].dropna().eq(0).all()
    assert not rows["verdict"].isin(["rose", "fell", "may have risen", "may have fallen", "higher", "lower"]).any()
