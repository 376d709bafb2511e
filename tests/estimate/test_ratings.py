"""Ratings are shown as they are: means by hand, gaps, movement, kappa by definition, an exact test only where it can say something."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Area, Band, Choice, Point
from nbeval.estimate.ratings import rating_results
from nbeval.frames import RESULTS, Reason, check

PLACES = tuple("abcdefgh")


def choice(choices: str, code: str, **more) -> Choice:
    return Choice(choices=choices, code=code, label=code.title(), source="x", **more)


@pytest.fixture
def declared():
    """A framework with one area of two points, rated by staff and by users on a scale from 1 to 4."""
    instrument = LoadedInstrument(
        SimpleNamespace(id="tool", kind="self_assessment"), areas=(Area(area="door", label="The door", status="confirmed", source="x"),),
        points=tuple(Point(point=name, area="door", label=name, status="confirmed", source="x") for name in ("p1", "p2")),
        choices=(choice("raters", "staff"), choice("raters", "users", people=True), *(choice("rating", str(step)) for step in range(1, 5))),
        bands=(Band(band="low", label="Low", colour="red", lowest=1, source="x"), Band(band="mid", label="Mid", colour="amber", lowest=2.5, source="x")),
    )
    cohort = SimpleNamespace(id="c", waves=[SimpleNamespace(id="then"), SimpleNamespace(id="now")],
                             sources=[SimpleNamespace(id="tool", instrument="tool")])
    dictionary = SimpleNamespace(instrument=lambda name: instrument, programme=SimpleNamespace(conf_level=0.95))
    return instrument, cohort, dictionary


def table(given: dict[tuple[str, str, str], tuple[float, float]], people: float = 12.0) -> pd.DataFrame:
    """Ratings of both points, by wave, authority and body of raters."""
    return pd.DataFrame([
        {"source": "tool", "wave": wave, "authority": authority, "raters": raters, "rater": 1, "point": point, "area": "door",
         "rating": rating, "people": people if raters == "users" else np.nan}
        for (wave, authority, raters), pair in given.items() for point, rating in zip(("p1", "p2"), pair, strict=True)
    ])


def row(results: pd.DataFrame, **wanted) -> pd.Series:
    """The one row with these values."""
    found = results[np.logical_and.reduce([results[name].eq(value) for name, value in wanted.items()])]
    assert len(found) == 1, found
    return found.iloc[0]


def test_levels_gaps_and_changes_are_those_worked_out_by_hand(declared):
    _, cohort, dictionary = declared
    results = check(rating_results(table({
        ("then", "a", "staff"): (3, 4), ("then", "a", "users"): (1, 2), ("now", "a", "users"): (2, np.nan),
        ("then", "b", "staff"): (2, 2), ("then", "b", "users"): (2, 3),
    }), cohort, dictionary), RESULTS)
    level = row(results, quantity="mean", wave="then", authority="a", level="staff")
    assert level["estimate"] == 3.5 and np.isnan(level["n_valid"])
    assert row(results, quantity="mean", wave="then", authority="", level="users")["estimate"] == pytest.approx((1.5 + 2.5) / 2)
    assert row(results, quantity="mean", wave="now", authority="a", level="users")["estimate"] == 2.0
    gap = row(results, quantity="difference", wave="then", authority="a")
    assert (gap["estimate"], gap["level"], gap["reference"], gap["n_valid"]) == (2.0, "users", "staff", 12.0)
    whole = row(results, quantity="difference", wave="then", authority="")
    assert whole["estimate"] == pytest.approx((2.0 - 0.5) / 2) and whole["n_eligible"] == 2
    moved = row(results, quantity="change", authority="a", level="users")
    assert (moved["estimate"], moved["reference"], moved["n_valid"], moved["n_reference"]) == (0.5, "then", 12.0, 12.0)


def test_without_six_pairs_there_is_no_test_and_the_row_says_so(declared):
    _, cohort, dictionary = declared
    given = {("then", place, raters): (4, 4) if raters == "staff" else (2, 2) for place in PLACES[:5] for raters in ("staff", "users")}
    whole = row(rating_results(table(given), cohort, dictionary), quantity="difference", authority="")
    assert np.isnan(whole["p_value"]) and whole["warning"] == Reason.FEW_RATED_PAIRS and whole["verdict"] == ""


def test_eight_gaps_of_one_sign_have_the_exact_p_of_two_in_two_hundred_and_fifty_six(declared):
    # Wilcoxon's signed ranks, n = 8, all of one sign: p = 2 / 2**8 (any table of the exact distribution).
    _, cohort, dictionary = declared
    given = {}
    for number, place in enumerate(PLACES):
        given["then", place, "staff"] = (4, 4)
        given["then", place, "users"] = (1, 1 + number % 3)
    whole = row(rating_results(table(given), cohort, dictionary), quantity="difference", authority="")
    assert whole["p_value"] == pytest.approx(2 / 256, rel=1e-12)
    assert whole["p_adjusted"] == whole["p_value"] and whole["verdict"] == "higher" and whole["family"]


def test_within_an_authority_nothing_is_tested(declared):
    _, cohort, dictionary = declared
    given = {(wave, place, raters): (2, 3) for wave in ("then", "now") for place in PLACES for raters in ("staff", "users")}
    results = rating_results(table(given), cohort, dictionary)
    assert results.loc[results["authority"].ne(""), "p_value"].isna().all()


def test_kappa_is_that_of_its_definition(declared):
    # Pairs (staff, users): (1,1) (2,2) (3,4) (4,4). Linear weights 1, 2/3, 1/3, 0 over four steps.
    # Observed agreement (1 + 1 + 2/3 + 1) / 4 = 11/12; by chance 10.3333/16; kappa = (11/12 - 31/48) / (1 - 31/48) = 13/17.
    _, cohort, dictionary = declared
    results = rating_results(table({
        ("then", "a", "staff"): (1, 2), ("then", "a", "users"): (1, 2), ("then", "b", "staff"): (3, 4), ("then", "b", "users"): (4, 4),
    }), cohort, dictionary)
    found = row(results, quantity="kappa")
    weights = 1 - np.abs(np.subtract.outer(np.arange(4), np.arange(4))) / 3
    pairs = [(0, 0), (1, 1), (2, 3), (3, 3)]
    observed = np.mean([weights[pair] for pair in pairs])
    chance = np.mean([[weights[one, other] for _, other in pairs] for one, _ in pairs])
    assert found["estimate"] == pytest.approx((observed - chance) / (1 - chance), rel=1e-12)
    assert found["n_eligible"] == 4 and found["n_valid"] == 24


def test_an_area_that_was_not_rated_keeps_its_row_and_says_why(declared):
    _, cohort, dictionary = declared
    results = rating_results(table({("then", "a", "staff"): (np.nan, np.nan)}), cohort, dictionary)
    assert row(results, quantity="mean", authority="a")["warning"].startswith("not estimable")


def test_the_order_of_ratings_never_matters(declared):
    _, cohort, dictionary = declared
    given = table({(wave, place, raters): (2, 3) for wave in ("then", "now") for place in PLACES for raters in ("staff", "users")})
    one, other = (rating_results(rows, cohort, dictionary) for rows in (given, given.sample(frac=1, random_state=1)))
    key = ["quantity", "wave", "authority", "level", "reference"]
    pd.testing.assert_frame_equal(one.sort_values(key, ignore_index=True), other.sort_values(key, ignore_index=True))


@pytest.mark.parametrize(("mean", "word"), [(1.0, "low"), (2.44, "low"), (2.45, "low"), (2.49, "low"), (2.5, "mid"), (4.0, "mid")])
def test_a_band_begins_at_its_lowest_mean_before_it_is_rounded_for_print(declared, mean, word):
    assert declared[0].band(mean).band == word
