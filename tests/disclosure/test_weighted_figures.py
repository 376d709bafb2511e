"""A weighted percentage is a second equation over the counts of authorities: with its digits it gives withheld counts back, unless it is kept back."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.disclosure.attack import attack_release
from nbeval.disclosure.digits import release_digits
from nbeval.disclosure.protect import protect_release
from tests.disclosure import invented
from tests.disclosure.hidden_channels import weighted_counts
from tests.disclosure.invented import complete, indicator, percent
from tests.guards import some

YES = [indicator(f"yes{k}", f"q{k}", ("1",)) for k in range(4)]
#: forms, people who could have answered, and how many said yes to each question: the first two have few to the last
PLACES = {"a": (60, 240, (20, 25, 30, 4)), "b": (90, 126, (30, 40, 28, 12)), "c": (120, 240, (40, 50, 60, 70)), "d": (150, 300, (60, 70, 50, 65))}


def results(weighted: bool = True):
    """Levels of the cohort and its authorities, plain and weighted to the people of each, and how many forms came."""
    rows = []
    for place, (forms, people, counts) in PLACES.items():
        rows.append(dict(source="survey", cohort="c", quantity="response_rate", wave="before", authority=place, numerator=forms, n_valid=forms,
                         n_eligible=people, estimate=100 * forms / people, unit="percent"))
        rows += [percent(f"yes{k}", count, forms, authority=place) for k, count in enumerate(counts)]
    for k, _ in enumerate(YES):
        rows.append(percent(f"yes{k}", sum(of[2][k] for of in PLACES.values()), sum(of[0] for of in PLACES.values())))
        share = sum(people / forms * counts[k] for forms, people, counts in PLACES.values()) / sum(of[1] for of in PLACES.values())
        rows += [percent(f"yes{k}", np.nan, 420) | {"estimate": 100 * share, "weighted": True, "numerator": np.nan, "std_error": 2.345678,
                                                   "conf_low": 100 * share - 4.6, "conf_high": 100 * share + 4.6}] * weighted
    return complete(rows)


@pytest.fixture(scope="module")
def declared():
    return invented.dictionary(YES, items={f"q{k}": 1 for k in range(4)})


def left_of(table, percent: float, off: float) -> list[int]:
    """The counts of the first authority that the tests' intruder cannot rule out: he knows who is shown, and what a person weighs."""
    shown = table[~table["weighted"] & table["indicator"].eq("yes3")].set_index("authority")
    assert shown.loc[["a", "b"], "suppression"].eq("[c]").all() and shown.loc[["c", "d"], "suppression"].eq("").all()
    weight = {place: people / forms for place, (forms, people, _) in PLACES.items()}
    rest = [sum(weight[place] * shown.loc[place, name] for place in "cd") for name in ("numerator", "n_valid")]
    total = int(shown.loc["", "numerator"] - shown.loc[["c", "d"], "numerator"].sum())
    return weighted_counts(total, (60, 90), (weight["a"], weight["b"]), tuple(rest), percent, off)


def test_it_gives_counts_back_with_its_digits_and_not_as_it_leaves(declared):
    exact, cohort = results(), invented.cohort("abcd", waves=("before",))
    table = protect_release(exact, cohort, declared).table
    row = exact[exact["weighted"] & exact["indicator"].eq("yes3")].iloc[0]
    assert left_of(table, row["estimate"], 1e-6) == [4]
    assert len(left_of(table, round(row["estimate"], 1), 0.05)) < 5
    leaves = table[table["weighted"] & table["indicator"].eq("yes3")].iloc[0]
    assert np.isnan(leaves["std_error"])
    if np.isfinite(leaves["estimate"]):
        assert len(left_of(table, round(leaves["estimate"]), 0.5)) > 5
    others = table[table["weighted"] & table["indicator"].ne("yes3")]
    assert len(others) == 3 and others["std_error"].notna().all() and others["suppression"].eq("").all()


def test_the_attack_finds_a_weighted_figure_that_was_put_back(declared):
    exact, cohort = results(), invented.cohort("abcd", waves=("before",))
    table = protect_release(exact, cohort, declared).table
    assert attack_release(table, cohort, declared)["ok"].all()
    row = exact.index[exact["weighted"] & exact["indicator"].eq("yes3")][0]
    again = table.copy()
    again.loc[row] = exact.loc[row]
    found = attack_release(again, cohort, declared)
    assert "weighted yes3" in some(found.loc[~found["ok"], "meets"].tolist())[0]


@pytest.mark.parametrize("name", ["p_value", "p_adjusted", "conf_low", "statistic", "std_error", "df", "n_effective", "verdict"])
def test_the_attack_finds_what_is_left_on_a_withheld_row(declared, name):
    cohort = invented.cohort("abcd", waves=("before",))
    table = protect_release(results(weighted=False), cohort, declared).table
    row = some(table.index[table["suppression"].eq("[c]")].tolist())[0]
    again = table.copy()
    again.loc[row, name] = "rose" if name == "verdict" else 0.5
    found = attack_release(again, cohort, declared)
    assert any(name in meets for meets in found.loc[~found["ok"], "meets"])


def test_the_attack_finds_a_ratio_of_a_withheld_count(declared):
    cohort = invented.cohort("abcd", waves=("before",))
    table = protect_release(results(weighted=False), cohort, declared).table
    gone = table[table["suppression"].eq("[c]")].iloc[[0]]
    more = gone.assign(quantity="effect_size", suppression="", estimate=0.21, numerator=np.nan, conf_low=-0.1)
    again = complete([*table.to_dict("records"), *more.to_dict("records")])
    found = attack_release(again, cohort, declared)
    assert any("effect_size" in meets and "conf_low" in meets for meets in found.loc[~found["ok"], "meets"])


def test_the_attack_asks_of_what_leaves_whether_adjusted_values_and_digits_may(declared):
    from types import SimpleNamespace

    declared = SimpleNamespace(**vars(declared), programme=SimpleNamespace(conf_level=0.95))
    cohort = invented.cohort("abcd", waves=("before",))
    table = protect_release(results(weighted=False), cohort, declared).table
    leaves = release_digits(table, declared)
    assert attack_release(leaves, cohort, declared, released=True)["ok"].all()
    shown = some(leaves.index[leaves["authority"].eq("c")].tolist(), 2)[-1]
    digits = attack_release(leaves.assign(std_error=leaves["std_error"].mask(leaves.index == shown, 2.3456789)), cohort, declared, released=True)
    assert any("std_error" in meets for meets in digits.loc[~digits["ok"], "meets"])
    one = leaves.index == shown
    told = leaves.assign(family=leaves["family"].mask(one, "f"), p_value=leaves["p_value"].mask(one, 0.0312), p_adjusted=leaves["p_adjusted"].mask(one, 0.0624))
    adjusted = attack_release(told, cohort, declared, released=True)
    assert any("p_adjusted" in meets for meets in adjusted.loc[~adjusted["ok"], "meets"])
