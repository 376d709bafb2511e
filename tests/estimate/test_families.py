"""Families: tests that are read together are adjusted together, as the programme declares."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

from nbeval import dictionary
from nbeval.estimate.families import AGAINST_REST, HEADLINES, add_verdicts, adjust, adjust_families, level_of_one, verdicts
from nbeval.estimate.outcome import result_rows
from nbeval.frames import Verdict
from tests.estimate.reference import case, expected_rows, inputs, near
from tests.guards import some

#: textbook p-values (Benjamini and Hochberg 1995, section 3.2) and R's p.adjust of them
P = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
BH = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.5811818, 0.714875, 0.7532308, 0.8132143, 1.0]
HOLM = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213] + [1.0] * 6


@pytest.fixture(scope="module")
def declared(root):
    """The miniature programme with one family of many indicators."""
    tiny = dictionary.load(root / "tests" / "programmes" / "tiny")
    one = tiny.indicators[0]
    many = tuple(one.model_copy(update={"indicator": f"i{k:02d}", "family": "main", "headline": False}) for k in range(len(P)))
    return replace(tiny, indicators=many)


def family_rows(quantity: str = "change", **more) -> pd.DataFrame:
    return result_rows(pd.DataFrame({"indicator": [f"i{k:02d}" for k in range(len(P))], "p_value": P, **more}), quantity=quantity, contrast="wave")


def with_holm(declared):
    return declared.__class__(**{**vars(declared), "programme": declared.programme.model_copy(update={"holm_families": ("main",)})})


def test_a_family_is_adjusted_by_benjamini_and_hochberg(declared):
    found = adjust_families(family_rows(), declared)
    np.testing.assert_allclose(found["p_adjusted"], BH, rtol=1e-6)
    assert set(found["family"]) == {"main"}


def test_a_family_is_adjusted_by_holm_where_the_programme_says_so(declared):
    np.testing.assert_allclose(adjust_families(family_rows(), with_holm(declared))["p_adjusted"], HOLM, rtol=1e-6)


def test_tests_that_could_not_be_made_do_not_count_in_their_family(declared):
    some = family_rows()
    some.loc[2:, "p_value"] = np.nan
    np.testing.assert_allclose(adjust_families(some, declared)["p_adjusted"][:2], [0.0002, 0.0004])


def test_other_waves_places_and_weights_are_families_of_their_own(declared):
    twice = pd.concat([family_rows(), family_rows().assign(weighted=True), family_rows().assign(authority="north")], ignore_index=True)
    found = adjust_families(twice, declared)
    np.testing.assert_allclose(found["p_adjusted"], BH * 3, rtol=1e-6)


@pytest.mark.parametrize("quantity", ["change_adjusted", "change_pooled", "superiority", "rank_biserial"])
def test_adjusted_pooled_and_rank_tests_have_families_as_plain_ones_have(declared, quantity):
    both = pd.concat([family_rows(), family_rows(quantity), family_rows(quantity).assign(weighted=True)], ignore_index=True)
    found = adjust_families(both, declared)
    np.testing.assert_allclose(found["p_adjusted"], BH * 3, rtol=1e-6)
    assert set(found["family"]) == {"main"}


def test_contrasts_of_other_waves_are_families_of_their_own(declared):
    twice = pd.concat([family_rows().assign(reference="one"), family_rows().assign(reference="two")], ignore_index=True)
    np.testing.assert_allclose(adjust_families(twice, declared)["p_adjusted"], BH * 2, rtol=1e-6)


def test_headlines_are_a_family_of_their_own_and_in_no_other(declared):
    some_headlines = replace(declared, indicators=tuple(
        one.model_copy(update={"headline": k < 5}) for k, one in enumerate(declared.indicators)))
    found = adjust_families(family_rows(), some_headlines)
    assert found["family"].tolist() == [HEADLINES] * 5 + ["main"] * 10
    np.testing.assert_allclose(found["p_adjusted"], [*adjust(P[:5]), *adjust(P[5:])], rtol=1e-12)


def test_a_headline_without_a_family_is_in_that_of_the_headlines(declared):
    alone = replace(declared, indicators=(declared.indicators[0].model_copy(update={"headline": True, "family": ""}),))
    assert adjust_families(family_rows().iloc[:1], alone)[["family", "p_adjusted"]].iloc[0].tolist() == [HEADLINES, P[0]]


def test_every_authority_against_the_rest_is_one_family_of_an_indicator_and_a_wave(declared):
    rows = pd.concat([
        result_rows(pd.DataFrame({"authority": [f"a{k:02d}" for k in range(len(P))], "p_value": P}), quantity="difference", contrast="rest",
                    indicator=name, wave=wave) for name in ("i00", "i01") for wave in ("one", "two")], ignore_index=True)
    found = adjust_families(rows, declared)
    np.testing.assert_allclose(found["p_adjusted"], BH * 4, rtol=1e-6)
    assert set(found["family"]) == {AGAINST_REST}


def test_the_level_of_one_test_is_that_of_its_family_over_its_tests(declared):
    pairs = pd.DataFrame({"indicator": [f"i{k:02d}" for k in range(len(P))], "authority": "", "n_valid": 50.0, "n_reference": 50.0})
    pairs.loc[10:, "n_reference"] = 0.0
    levels = level_of_one(pairs, declared, 0.95)
    np.testing.assert_allclose(levels, 0.05 / 10)
    assert adjust([0.05 / 10] + [1.0] * 9)[0] == pytest.approx(0.05)
    other = level_of_one(pairs.assign(indicator="undeclared"), declared, 0.95)
    np.testing.assert_allclose(other, 0.05)


def test_effect_sizes_are_not_tests_of_a_family(declared):
    for quantity in ("effect_size", "overlap_bound", "composition_test"):
        found = adjust_families(family_rows(quantity), declared)
        assert found["p_adjusted"].isna().all() and set(found["family"]) == {""}


def test_the_word_follows_the_adjusted_test(declared):
    rows = family_rows(estimate=20.0, conf_low=1.0, conf_high=39.0)
    words = add_verdicts(adjust_families(rows, declared), declared)["verdict"]
    assert words.tolist() == ["rose" if p <= 0.05 else "may have risen" for p in BH]


# --- as R has it -----------------------------------------------------------------------------------


def made_up_tests(case_id: str) -> pd.DataFrame:
    """The tests of a case with their p-values: as given, or of an estimate over its error."""
    made = inputs("family_tests").query("case_id == @case_id").reset_index(drop=True)
    ratio = -(made["estimate"] / made["std_error"]).abs()
    tail = special.stdtr(made["df"].fillna(1.0), ratio).where(made["df"].notna(), special.ndtr(ratio))
    return made.assign(p=made["p_value"].fillna(2 * tail))


@cache
def adjusted_tests(case_id: str, method: str) -> pd.DataFrame:
    """Every test of a case in the family that it is adjusted in: headlines apart by the package, or in their family too by hand."""
    made, apart = made_up_tests(case_id), case("family_cases", case_id)["headlines"] == "apart"
    tiny = dictionary.load(Path(__file__).parents[1] / "programmes" / "tiny")
    headline = made["headline"].eq(1)
    if apart and method in ("bh", "holm"):
        one = tiny.indicators[0]
        declared = replace(tiny, indicators=tuple(
            one.model_copy(update={"indicator": row.test, "family": row.family, "headline": row.headline == 1}) for row in made.itertuples()),
            programme=tiny.programme.model_copy(update={"holm_families": (HEADLINES, *made["family"].unique()) if method == "holm" else ()}))
        found = adjust_families(result_rows(pd.DataFrame({"indicator": made["test"], "p_value": made["p"]}), quantity="change",
                                            contrast="wave"), declared)
        return made.assign(family=found["family"], p_adjusted=found["p_adjusted"])
    every = pd.concat([made[~headline] if apart else made, made[headline].assign(family=HEADLINES)], ignore_index=True)
    return every.assign(p_adjusted=every.groupby("family")["p"].transform(adjust, method=method))


@pytest.mark.parametrize("row", expected_rows("multiplicity2", methods=["bh", "holm", "by", "tests with a p value"]))
def test_families_with_headlines_of_their_own_are_those_of_r(row):
    what, _, rest = row.quantity.removesuffix("]").partition("[")
    family, _, test = rest.partition("/")
    method, alpha = row.method if row.method in ("holm", "by") else "bh", case("family_cases", row.case)["q"]
    found = adjusted_tests(row.case, method)
    found = found[found["family"].eq(family)]
    selected = verdicts(1.0, np.nan, np.nan, found["p_adjusted"], alpha=alpha) == Verdict.ROSE
    if what in ("family_size", "selected"):
        assert (found["p"].notna().sum() if what == "family_size" else selected.sum()) == row.estimate
        return
    at = some(np.flatnonzero(found["test"].eq(test)))[0]
    actual = float(selected[at]) if what == "is_selected" else found["p_adjusted"].iloc[at]
    assert np.isnan(actual) if row.not_estimable else near(actual, row.estimate, row)
