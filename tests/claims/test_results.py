"""Printed figures as rows of results: levels, changes and comparisons with all that rounding allows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nbeval import pipeline
from nbeval.dictionary import load
from nbeval.dictionary.enums import SourceKind, Symbol
from nbeval.disclosure.protect import already_public
from nbeval.errors import DisclosureError
from nbeval.estimate.proportions import wilson
from nbeval.frames import RESULTS, Decision, check
from tests.conftest import results_of
from tests.guards import some


@pytest.fixture(scope="module")
def declared(root):
    """The dictionary of the project."""
    return load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(declared):
    """The cohort that is made from printed figures."""
    return next(one for one in declared.cohorts if one.made_from is SourceKind.PUBLISHED)


@pytest.fixture(scope="module")
def results(cohort, declared):
    """Its results, by the route of every cohort."""
    return results_of(cohort, declared, declared.folder)


def pick(table: pd.DataFrame, **equal: str) -> pd.Series:
    """The one row with these keys."""
    chosen = table[np.logical_and.reduce([table[name].eq(value) for name, value in equal.items()])]
    assert len(chosen) == 1, equal
    return chosen.iloc[0]


def test_printed_figures_become_results(results):
    check(results, RESULTS)
    assert results["source"].nunique() == 1
    assert not results["weighted"].any()


def test_a_level_says_how_precise_it_is(results):
    here = {"indicator": "finances_coping", "wave": "survey_2017_19", "contrast": ""}
    level = pick(results, quantity="percent", **here)
    assert (level["estimate"], level["n_valid"]) == (56, 1804)
    assert np.isnan(level["numerator"])
    assert pick(results, quantity="count_lowest", **here)["estimate"] == 1002
    assert pick(results, quantity="count_highest", **here)["estimate"] == 1019
    assert level["conf_low"] == pytest.approx(100 * wilson(1002, 1804).conf_low)
    assert level["conf_high"] == pytest.approx(100 * wilson(1019, 1804).conf_high)


def test_a_figure_without_a_base_has_no_interval_and_says_why(results):
    level = pick(results, indicator="finances_struggling", wave="survey_2021_24", quantity="percent", contrast="")
    assert np.isnan(level["conf_low"]) and np.isnan(level["n_valid"])
    assert level["warning"] == "no interval: the number who answered is not published"


@pytest.mark.parametrize(("indicator", "wave", "decision", "p"), [
    ("finances_coping", "survey_2020_21", Decision.YES, (0.00127, 0.0460)),
    ("support_no_one", "survey_2020_21", Decision.OPEN, (0.00485, 0.943)),
    ("anxious_high", "belongings_2020", Decision.NO, (0.258, 0.970)),
])
def test_changes_between_printed_figures_are_decided_or_not(results, indicator, wave, decision, p):
    here = {"indicator": indicator, "wave": wave, "contrast": "wave", "reference": "survey_2017_19"}
    change = pick(results, quantity="change", **here)
    assert change["verdict"] == decision.value
    assert change["p_value"] == pick(results, quantity="p_largest", **here)["estimate"] == pytest.approx(p[1], rel=2e-3)
    assert pick(results, quantity="p_smallest", **here)["estimate"] == pytest.approx(p[0], rel=2e-3)


def test_surveys_that_may_hold_the_same_people_are_not_tested(results):
    change = pick(results, indicator="life_sat_low", wave="survey_2017_19", quantity="change")
    assert change["estimate"] == 3
    assert change["verdict"] == "" and np.isnan(change["p_value"])
    assert change["warning"] == "not tested: the two may hold the same people"


def test_each_figure_stands_beside_the_comparator_of_its_own_year(results, declared):
    beside = results[results["quantity"].eq("difference") & results["indicator"].eq("finances_struggling")].set_index("wave")
    years = {one.benchmark: one.year for one in declared.benchmarks}
    assert years[beside.loc["pilot_2017_18", "reference"]] == "2014-15"
    assert years[beside.loc["survey_2017_19", "reference"]] == "2017-18"
    assert beside.loc["survey_2017_19", "estimate"] == 11
    assert beside.loc["survey_2017_19", "verdict"] == Decision.YES.value


def test_definitions_that_differ_are_never_tested(results):
    row = pick(results, indicator="internet_yes", quantity="difference")
    assert row["verdict"] == "" and row["warning"].startswith("not tested")


def test_what_is_public_passes_and_nothing_else_does(results, cohort, declared):
    passed = pipeline.protect(results, cohort, declared)
    assert passed.table is results
    assert passed.audit.empty
    surveyed = next(one for one in declared.cohorts if one.made_from is SourceKind.SURVEY and one.invented)
    with pytest.raises(DisclosureError, match="must be protected"):
        already_public(results, surveyed, declared.disclosure)
    with pytest.raises(DisclosureError, match="1 of"):
        already_public(results.assign(source=["survey", *results["source"].iloc[1:]]), cohort, declared.disclosure)


def test_benchmarks_take_what_they_leave_empty_from_their_figure(declared):
    figures = {one.figure: one for one in declared.figures}
    assert all(one.figure for one in declared.benchmarks)
    for one in some(declared.benchmarks):
        of = figures[one.figure]
        assert (one.value, one.n, one.year, one.source, one.match) == (of.value, of.n, of.year, of.source, of.match)
        assert of.indicator == one.indicator


def reprinted(declared, cohort, figure: str, **changes: object) -> pd.DataFrame:
    """The results if one figure had been printed otherwise."""
    figures = tuple(one.model_copy(update=changes) if one.figure == figure else one for one in declared.figures)
    other = replace(declared, figures=figures)
    return results_of(cohort, other, other.folder)


def test_a_base_rounded_to_ten_widens_what_a_figure_may_stand_for(declared, cohort):
    # 56 % of 1,795 to 1,805 people
    found = reprinted(declared, cohort, "h19", n=1800, n_rounded_to=10)
    here = {"indicator": "finances_coping", "wave": "survey_2017_19", "contrast": ""}
    assert pick(found, quantity="count_lowest", **here)["estimate"] == 997
    assert pick(found, quantity="count_highest", **here)["estimate"] == 1019
    change = pick(found, indicator="finances_coping", quantity="change")
    assert change["verdict"] == Decision.YES.value


@pytest.mark.parametrize(("symbol", "counts", "verdict"), [
    (Symbol.WITHHELD, (0, 1804), Decision.OPEN), (Symbol.LOW, (1, 9), Decision.YES), (Symbol.NOT_AVAILABLE, None, None),
])
def test_a_symbol_stands_for_the_counts_it_may_hide(declared, cohort, symbol, counts, verdict):
    found = reprinted(declared, cohort, "h19", symbol=symbol, value=None)
    here = {"indicator": "finances_coping", "wave": "survey_2017_19", "contrast": ""}
    level = pick(found, quantity="percent", **here)
    change = pick(found, indicator="finances_coping", quantity="change")
    assert np.isnan(level["estimate"])
    if counts is None:
        assert level["warning"].startswith("not estimable") and np.isnan(change["p_value"])
        return
    assert pick(found, quantity="count_lowest", **here)["estimate"] == counts[0]
    assert pick(found, quantity="count_highest", **here)["estimate"] == counts[1]
    assert change["verdict"] == verdict.value
    assert np.isnan(change["estimate"])


def test_a_figure_that_no_count_gives_is_not_estimated(declared, cohort):
    found = reprinted(declared, cohort, "h19", n=10, value=56.5, decimals=1)
    level = pick(found, indicator="finances_coping", wave="survey_2017_19", quantity="percent", contrast="")
    assert level["warning"] == "not estimable: no whole number of people gives what was printed"
