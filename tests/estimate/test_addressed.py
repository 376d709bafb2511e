"""Change in what plans addressed, against the rest: a case worked by hand, turned by what is better, safe to show."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval.dictionary.enums import Direction, Measure
from nbeval.estimate.families import adjust
from nbeval.estimate.evidence import addressed_change, questions
from nbeval.estimate.outcome import result_rows
from nbeval.frames import Reason


def indicator(name: str, better: str, item: str = "", headline: bool = False):
    return SimpleNamespace(indicator=name, item=item or name, scale="", better=Direction(better), measure=Measure.PERCENT, headline=headline)


@pytest.fixture
def dictionary():
    return SimpleNamespace(
        indicators=(indicator("calm", "higher"), indicator("lonely", "lower"), indicator("lonely_wide", "lower", "lonely", headline=True),
                    indicator("pets", "neither")),
        programme=SimpleNamespace(conf_level=0.95, adjustment=lambda family: "bh", smallest_meaningful_change={Measure.PERCENT: 5.0}), disclosure=SimpleNamespace(threshold=10, threshold_percent_base=10))


def changes(values: dict[tuple[str, str], float], **more) -> pd.DataFrame:
    """Changes of indicators by authority, on bases large enough."""
    rows = [{"indicator": name, "authority": place, "estimate": value, "wave": "now", "reference": "then", "contrast": "wave",
             "numerator": 40, "n_valid": 100, "numerator_reference": 40, "n_reference": 100, "source": "survey", **more}
            for (place, name), value in values.items()]
    return result_rows(pd.DataFrame(rows), cohort="c", quantity="change")


def plans(pairs: dict[str, str]) -> pd.DataFrame:
    """One action per authority."""
    return pd.DataFrame([{"source": "plan", "authority": place, "indicators": names} for place, names in pairs.items()])


def cohort():
    return SimpleNamespace(id="c")


VALUES = {("a", "calm"): 6.0, ("a", "lonely_wide"): -2.0, ("b", "calm"): 1.0, ("b", "lonely_wide"): -5.0, ("c", "calm"): 4.0, ("c", "lonely_wide"): 3.0}


def test_one_indicator_speaks_for_a_question_and_it_is_the_headline_one(dictionary):
    assert {name: one.indicator for name, one in questions(dictionary).items()} == {"calm": "calm", "lonely": "lonely_wide"}


def test_means_and_difference_are_those_worked_out_by_hand(dictionary):
    # Up is better: a: calm +6, lonely +2; b: +1, +5; c: +4, -3. Addressed: a calm, b lonely (by another coding), c calm.
    # Differences within: 4, 4, 7: mean 5, sd sqrt(3); t(2; 0.975) = 4.30265; interval 5 +- 4.30265 = 0.7 to 9.3.
    found = addressed_change(changes(VALUES), plans({"a": "calm", "b": "lonely", "c": "calm; pets"}), cohort(), dictionary)
    by = found.set_index(["quantity", "level"])
    assert by.loc[("change", "addressed"), "estimate"] == 5.0 and by.loc[("change", "rest"), "estimate"] == 0.0
    difference = by.loc[("difference", "addressed")]
    assert (difference["estimate"], difference["conf_low"], difference["conf_high"]) == (5.0, 0.7, 9.3)
    assert difference["n_eligible"] == 3 and difference["verdict"] == "higher"


def test_words_follow_the_adjusted_test_and_the_interval_and_size_the_interval(dictionary):
    # three authorities, differences 4, 4, 7: t = 5 / (4.3 / 4.30265) with 2 degrees of freedom, as printed
    found = addressed_change(changes(VALUES), plans({"a": "calm", "b": "lonely", "c": "calm"}), cohort(), dictionary)
    difference = found[found["quantity"].eq("difference")].iloc[0]
    ratio = 5.0 / (4.3 / stats.t.ppf(0.975, 2))
    assert difference["p_value"] == pytest.approx(2 * stats.t.sf(ratio, 2), rel=1e-6) and difference["size"] == ""
    assert difference["p_adjusted"] == difference["p_value"], "a family of its own"
    moved = found[found["quantity"].eq("change")].set_index("level")
    assert moved["p_adjusted"].tolist() == pytest.approx(adjust(moved["p_value"]).tolist()) and set(moved["family"]) == {"addressed"}
    # +5, with an interval from 2.5 to 7.5: clear, and its size is uncertain; the rest is 0
    assert (moved.loc["addressed", "verdict"], moved.loc["addressed", "size"]) == ("rose", "size uncertain")
    assert moved.loc["rest", "verdict"] == "no clear change"


def test_a_change_whose_adjusted_test_does_not_decide_may_have_been(dictionary):
    # addressed: +3, +3, +5: mean 3.7, 0.8 to 6.5; p is 0.031 as printed and 0.061 with that of the rest beside it
    uneven = {**VALUES, ("a", "calm"): 3.0, ("b", "lonely_wide"): -3.0, ("c", "calm"): 5.0}
    found = addressed_change(changes(uneven), plans({"a": "calm", "b": "lonely", "c": "calm"}), cohort(), dictionary).set_index(["quantity", "level"])
    one = found.loc[("change", "addressed")]
    assert (one["conf_low"], one["conf_high"]) == (0.8, 6.5) and one["p_value"] < 0.05 < one["p_adjusted"]
    assert (one["verdict"], one["size"]) == ("may have risen", "size uncertain")


def test_changes_that_rest_on_few_are_left_out(dictionary):
    small = changes(VALUES)
    small.loc[small["authority"].eq("c"), "numerator"] = 9
    found = addressed_change(small, plans({"a": "calm", "b": "lonely", "c": "calm"}), cohort(), dictionary)
    assert found["warning"].tolist() == [Reason.FEW_AUTHORITIES.not_estimable] and found["estimate"].isna().all()


def test_figures_are_rounded_so_that_no_single_one_can_be_worked_out(dictionary):
    uneven = changes({key: value + 0.037 for key, value in VALUES.items()})
    found = addressed_change(uneven, plans({"a": "calm", "b": "lonely", "c": "calm"}), cohort(), dictionary)
    values = found[["estimate", "conf_low", "conf_high"]].to_numpy()
    assert np.allclose(values, np.round(values, 1))


def test_without_plans_there_are_no_rows(dictionary):
    assert addressed_change(changes(VALUES), plans({}), cohort(), dictionary).empty
