"""Families: tests that are read together are adjusted together, as the programme declares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nbeval import dictionary
from nbeval.estimate.families import add_verdicts, adjust_families
from nbeval.estimate.outcome import result_rows

#: textbook p-values (Benjamini and Hochberg 1995, section 3.2) and R's p.adjust of them
P = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
BH = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.5811818, 0.714875, 0.7532308, 0.8132143, 1.0]
HOLM = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213] + [1.0] * 6


@pytest.fixture(scope="module")
def declared(root):
    """The miniature programme with one family of many indicators."""
    tiny = dictionary.load(root / "tests" / "programmes" / "tiny")
    one = tiny.indicators[0]
    many = tuple(one.model_copy(update={"indicator": f"i{k:02d}", "family": "main"}) for k in range(len(P)))
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


def test_effect_sizes_and_ranks_are_not_tests_of_a_family(declared):
    for quantity in ("effect_size", "superiority", "overlap_bound", "composition_test"):
        found = adjust_families(family_rows(quantity), declared)
        assert found["p_adjusted"].isna().all() and set(found["family"]) == {""}


def test_the_word_follows_the_adjusted_test(declared):
    rows = family_rows(estimate=20.0, conf_low=1.0, conf_high=39.0)
    words = add_verdicts(adjust_families(rows, declared), declared)["verdict"]
    assert (words == "rose").tolist() == [p <= 0.05 for p in BH]
