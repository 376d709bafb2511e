"""Rules of dominance: textbook numbers, and a release in which one person makes most of a mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.policy import weaknesses
from nbeval.disclosure.dominance import is_dominated, withhold_dominated
from nbeval.disclosure.protect import protect_release
from nbeval.frames import Measured
from tests.disclosure import invented

#: Hundepool et al., Handbook on Statistical Disclosure Control, 4.2, example 1: a total of 100,000 with 50,000 and 49,000 the largest
EXAMPLE = np.array([49_000, 50_000, *[100] * 10])


@pytest.mark.parametrize(("rule", "dominated"), [
    ({"dominance": {"n": 1, "k": 90}}, False),               # the handbook: safe by the (1, 90) rule, and yet
    ({"p_percent": 2.01}, True),                             # the second largest overestimates the largest by 2 % only
    ({"p_percent": 2}, False), ({"dominance": {"n": 2, "k": 90}}, True), ({}, False)])
def test_the_example_of_the_handbook(rule, dominated):
    assert EXAMPLE.sum() == 100_000 and is_dominated(EXAMPLE, invented.policy(**rule)) is dominated


def test_one_company_beside_fifty_small_ones_is_dominant_and_a_rule_of_two_is_as_strict_as_that_of_p():
    one = np.array([9900, *[2] * 50])                        # the handbook, example 1d: 99 % by one of 51
    assert is_dominated(one, invented.policy(dominance={"n": 1, "k": 90})) and is_dominated(one, invented.policy(p_percent=25))
    rng, both = np.random.default_rng(1), 0
    for _ in range(300):                                     # safe by (2, 80) is safe by p = 100 (100 - k) / k = 25
        drawn = rng.pareto(1.0, 8)
        two, p = (is_dominated(drawn, invented.policy(**rule)) for rule in ({"dominance": {"n": 2, "k": 80}}, {"p_percent": 25}))
        both += p
        assert two or not p
    assert 0 < both < 300


def hours(policy):
    """Hours of 20 people in each of three places, one of whom works nearly all hours of the first; results, people, cohort and dictionary."""
    rng = np.random.default_rng(4)
    people = pd.DataFrame({"respondent": range(60), "wave": "before", "authority": np.repeat(["a", "b", "c"], 20), "weight": 1.0})
    people.loc[25, "weight"] = 400.0
    value = rng.integers(1, 4, 60).astype(float)
    value[0] = 900
    words = invented.dictionary([invented.indicator("hours", "h", (), "mean")], items={"h": 1000}, disclosure=policy)
    rows = []
    for place in ("", "a", "b", "c"):
        here = people["authority"].eq(place) | (place == "")
        common = dict(source="survey", cohort="c", indicator="hours", wave="before", authority=place, n_valid=here.sum(), n_eligible=here.sum())
        rows += [common | dict(quantity="mean", estimate=value[here].mean()), common | dict(quantity="sd", estimate=value[here].std(ddof=1)),
                 common | dict(quantity="mean", estimate=np.average(value[here], weights=people["weight"][here]), weighted=True)]
    values = people[["respondent", "wave", "authority"]].assign(indicator="hours", value=value, missing="")
    cohort = invented.cohort(["a", "b", "c"], waves=("before",)).model_copy(update={"groups": ()})
    return invented.complete(rows), Measured(values, people, pd.DataFrame()), cohort, words


def test_a_mean_that_one_person_makes_is_withheld_with_what_would_give_it_back():
    results, measured, cohort, words = hours(invented.policy(dominance={"n": 1, "k": 85}))
    marked = withhold_dominated(results, measured, cohort, words)
    by_rule = marked.loc[marked["suppression"].eq("[c]"), ["authority", "quantity", "weighted"]].to_numpy().tolist()
    assert by_rule == [["", "mean", False], ["", "sd", False], ["a", "mean", False], ["a", "sd", False], ["a", "mean", True], ["b", "mean", True]] \
        or ["a", "mean", False] in by_rule and ["b", "mean", True] in by_rule
    disclosed = protect_release(marked, cohort, words)
    plain = disclosed.table[~disclosed.table["weighted"] & disclosed.table["quantity"].eq("mean")].set_index("authority")["estimate"]
    assert np.isnan(plain["a"]) and disclosed.audit["ok"].all()
    assert disclosed.audit["kind"].eq("sum").any()
    assert np.isnan(plain).sum() >= 2                        # alone it would be the total less the others
    assert protect_release(results, cohort, words).table["suppression"].eq("").all()


def test_without_a_rule_or_contributors_nothing_is_marked():
    results, measured, cohort, words = hours(invented.policy())
    assert withhold_dominated(results, measured, cohort, words) is results
    results, _, cohort, words = hours(invented.policy(p_percent=10))
    assert withhold_dominated(results, None, cohort, words) is results


def test_an_authority_that_makes_most_of_a_figure_over_all_withholds_it_where_the_policy_says_so():
    few = np.repeat(["a", "b"], [95, 11])
    people = pd.DataFrame({"respondent": range(106), "wave": "before", "authority": few})
    values = people.assign(indicator="y", value=np.tile([0.0, 1.0], 53), missing="")
    results = invented.complete([invented.percent("y", 53, 106), invented.percent("y", 47, 95, authority="a")])
    cohort = invented.cohort(["a", "b"], waves=("before",)).model_copy(update={"groups": ()})
    for contribute, symbols in ((True, ["[c]", ""]), (False, ["", ""])):
        policy = invented.policy(dominance={"n": 1, "k": 85}, authorities_contribute=contribute)
        words = invented.dictionary([invented.indicator("y", "q", ("1",))], disclosure=policy)
        marked = withhold_dominated(results, Measured(values, people, pd.DataFrame()), cohort, words)
        assert marked["suppression"].tolist() == symbols


def test_rules_weaker_than_the_declared_minimum_are_named_without_their_numbers():
    least = {"method": "rounding", "rounding_base": 10, "dominance": {"n": 2, "k": 80}, "p_percent": 10, "authorities_contribute": True}
    words = invented.dictionary([], disclosure=invented.policy(
        method="rounding", rounding_base=7, dominance={"n": 1, "k": 80}, p_percent=5, minimum=least))
    words.instruments = ()
    assert [one.rule for one in weaknesses(words)] == ["rounding_base", "dominance", "p_percent", "authorities_contribute"]
    assert not any("80" in str(one) for one in weaknesses(words))
    strict = {"method": "rounding", "rounding_base": 10, "dominance": {"n": 2, "k": 75}, "p_percent": 10, "authorities_contribute": True}
    words.disclosure = invented.policy(**strict, minimum=least)
    assert weaknesses(words) == ()
    words.disclosure = invented.policy(minimum=least)
    assert [one.rule for one in weaknesses(words)][:2] == ["method", "dominance"]
