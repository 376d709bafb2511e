"""A release by rounding: counts add up, lie within a base, and nothing that was left out or rounded can be worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from nbeval.dictionary.enums import Design
from nbeval.dictionary.policy import is_rounded
from nbeval.disclosure.cells import COUNTS, read_cells
from nbeval.disclosure.rounded_release import attack_rounded, protect_by_rounding
from nbeval.estimate.rounded import estimate_rounded
from tests.disclosure import invented

BASE = 10


def release(seed: int = 1, sizes=None, waves=invented.WAVES, late: int = 0):
    """Results of invented people, their cohort and dictionary; the last ``late`` forms are not in yet."""
    rng = np.random.default_rng(seed)
    sizes = sizes or {f"a{place}": int(rng.integers(5, 60)) for place in range(3)}
    groups = {"g": [0.6, 0.37, 0.03]}
    respondents = invented.people(rng, sizes, groups, waves=waves)
    items = {"s": 3, "m": 10, "y": 1}
    shares = {"s": rng.dirichlet([6, 3, 2, 1]), "m": rng.dirichlet(np.ones(11)), "y": np.array([0.8, 0.2])}
    indicators = [
        invented.indicator("s_top", "s", ("0",)), invented.indicator("s_two", "s", ("0-1",)), invented.indicator("m", "m", (), "mean"),
        invented.indicator("y", "y", ("1",))]
    words = invented.dictionary(indicators, items=items, disclosure=invented.policy(method="rounding", rounding_base=BASE))
    given = invented.answers(rng, respondents, shares)
    came = np.sort(rng.permutation(len(respondents))[: len(respondents) - late])
    results = invented.release(respondents.iloc[came].reset_index(drop=True), given.iloc[came].reset_index(drop=True), indicators, groups,
                               changes=len(waves) > 1)
    return results, invented.cohort(sizes, waves=waves), words


@pytest.mark.parametrize("seed", range(2))
def test_every_count_of_a_release_is_a_multiple_within_a_base_and_nothing_is_derived(seed):
    results, cohort, words = release(seed)
    disclosed = protect_by_rounding(results, cohort, words, key=b"k")
    table = disclosed.table
    for name in ("n_valid", "n_reference", "numerator", "numerator_reference"):
        shown = table[name].notna()
        assert shown.any() and (table.loc[shown, name] % BASE == 0).all()
        assert ((table.loc[shown, name] - results.loc[shown, name]).abs() < BASE).all()
    assert disclosed.audit["ok"].all() and len(disclosed.audit) > 50
    again = attack_rounded(table, cohort, words)
    assert again["ok"].all() and len(again) > 50
    percent = table["quantity"].eq("percent") & table["estimate"].notna()
    assert percent.any() and np.allclose(table.loc[percent, "estimate"], 100 * table.loc[percent, "numerator"] / table.loc[percent, "n_valid"])
    assert (table.loc[percent, "n_valid"] >= 2 * BASE - 1).all()
    exact = ["std_error", "conf_low", "conf_high", "p_value", "statistic", "missing_not_answered"]
    assert table.loc[table["quantity"].ne("mean"), exact].isna().all(axis=None)


def test_rounded_counts_are_sums_of_one_another():
    results, cohort, words = release(7, sizes={"a": 33, "b": 41, "c": 26})
    table = protect_by_rounding(results, cohort, words, key=b"k").table
    level = table[table["quantity"].eq("percent") & table["contrast"].eq("") & table["indicator"].eq("y") & table["group"].eq("")]
    bases = level.pivot(index="wave", columns="authority", values="n_valid")
    assert bases.notna().all(axis=None) and (bases[["a", "b", "c"]].sum(axis=1) == bases[""]).all()
    counts = read_cells(table, words).table
    counts = counts[counts["kind"].isin(COUNTS) & counts["value"].notna()]
    assert len(counts) > 50 and (counts.groupby(["source", "wave", "block", "authority", "group", "level", "kind", "what"])["value"].nunique() == 1).all()


def test_an_intruder_with_programmes_of_their_own_finds_no_count_out():
    sizes = {"a": 33, "b": 12, "c": 26}
    results, cohort, words = release(7, sizes=sizes, waves=("before",))
    table = protect_by_rounding(results, cohort, words, key=b"k").table
    seen = table[table["quantity"].eq("percent") & table["indicator"].eq("y") & table["contrast"].eq("") & table["group"].eq("")]
    places = dict(zip(seen["authority"], zip(seen["n_valid"], seen["numerator"], strict=True), strict=True))
    names = ["a", "b", "c"]                                  # unknown: those who said yes, then those who did not, of each
    lines, printed = [], []
    for place, (base, yes) in places.items():
        here = np.array([1.0 if place in ("", name) else 0.0 for name in names])
        for line, value in ((np.r_[here, here], base), (np.r_[here, 0 * here], yes)):
            if value == value:
                lines.append(line), printed.append(value)
    matrix, value = np.array(lines), np.array(printed)
    limits = {"A_ub": np.vstack([matrix, -matrix]), "b_ub": np.r_[value + BASE - 1, BASE - 1 - value], "method": "highs"}
    widths = [sum(-linprog(sign * line, **limits).fun for sign in (1, -1)) for line in np.vstack([np.eye(6), matrix])]
    assert len(value) >= 6 and min(widths) >= BASE - 1 > words.disclosure.protection_interval


def test_a_later_release_rounds_what_did_not_change_as_before_and_leaves_out_a_mean_that_one_late_form_changed():
    first, cohort, words = release(3, late=1)
    second, _, _ = release(3)
    before = protect_by_rounding(first, cohort, words, key=b"k").table
    after = protect_by_rounding(second, cohort, words, key=b"k", earlier=[before]).table
    key = ["source", "indicator", "quantity", "wave", "authority", "group", "level", "contrast", "reference"]
    both = pd.concat([one.set_index(key)[["n_valid", "numerator"]].add_suffix(name) for one, name in (
        (first, "_was"), (second, "_is"), (before, "_then"), (after, "_now"))], axis=1, join="inner")
    for name in ("n_valid", "numerator"):
        same = both[f"{name}_was"].eq(both[f"{name}_is"]) & both[f"{name}_then"].notna() & both[f"{name}_now"].notna()
        moved = both.loc[same, f"{name}_then"] != both.loc[same, f"{name}_now"]
        assert same.sum() > 20 and moved.mean() < 0.05
    mean = after["quantity"].eq("mean") & after["contrast"].eq("") & after["authority"].eq("") & after["group"].eq("")
    moved = (first["estimate"] - second["estimate"]).abs().gt(1e-9)
    assert len(first) == len(second) and (mean & moved).sum() == 1 and after.loc[mean & moved, "estimate"].isna().all()
    assert before.loc[mean, "estimate"].notna().all() and after.loc[mean & ~moved, "estimate"].notna().all()


def test_an_exact_base_that_gives_a_rounded_count_away_takes_the_mean_with_it():
    # 15 of 15: a base of 15, known from the mean, beside a share that rounds to 20 would leave at most 4 who did not say so
    rows = [invented.percent("y", 15, 15), {**invented.percent("m", 15, 15), "quantity": "mean", "estimate": 4.0, "numerator": np.nan, "df": 14.0}]
    words = invented.dictionary([invented.indicator("y", "q", ("1-5",)), invented.indicator("m", "q", (), "mean")], items={"q": 9},
                                disclosure=invented.policy(method="rounding", rounding_base=BASE))
    nobody = invented.cohort([], waves=("before",))
    disclosed = protect_by_rounding(invented.complete(rows), nobody, words, key=b"7")        # lots by which 15 goes up
    assert disclosed.table["numerator"].iat[0] == 20 and disclosed.audit["ok"].all() and np.isnan(disclosed.table["estimate"].iat[1])
    given = disclosed.table.assign(numerator=[20.0, np.nan], n_valid=20.0, n_eligible=20.0, estimate=[100.0, 4.0], df=[np.nan, 14.0], suppression="")
    assert not attack_rounded(given, nobody, words)["ok"].all()


def test_intervals_and_tests_are_those_of_the_rounded_counts():
    results, cohort, words = release(2)
    words.programme = type("P", (), {"conf_level": 0.95})()
    table = estimate_rounded(protect_by_rounding(results, cohort, words, key=b"k").table, words)
    change = table[table["quantity"].eq("change") & table["numerator"].notna()]
    level = table[table["quantity"].eq("percent") & table["estimate"].notna()]
    assert len(change) and change["p_value"].notna().any() and change["conf_low"].notna().all() and level["conf_low"].notna().all()


def test_linked_people_and_weighted_figures_are_protected_by_suppression():
    policy = invented.policy(method="rounding", rounding_base=BASE)
    plain = invented.cohort(["a"])
    assert is_rounded(plain, policy) and not is_rounded(plain, invented.policy())
    assert not is_rounded(plain.model_copy(update={"design": Design.MATCHED}), policy)
    assert not is_rounded(plain.model_copy(update={"main_figures": "weighted"}), policy)


@pytest.mark.parametrize(("fields", "said"), [
    ({"method": "rounding"}, "needs a base"), ({"rounding_base": 10}, "needs a base"),
    ({"method": "rounding", "rounding_base": 6}, "at least protection_interval [+] 2, here 7")])
def test_a_policy_of_rounding_that_protects_too_little_is_refused_with_the_reason(fields, said):
    with pytest.raises(ValueError, match=said):
        invented.policy(**fields)
