"""Differences in differences: held to R's clubSandwich and t.test (did.R), and to a table small enough to add up by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from nbeval.estimate.comparison_groups import changes_of_authorities, difference_in_differences, of_changes
from nbeval.estimate.outcome import Outcome
from nbeval.frames import Reason
from tests.estimate.reference import all_accounted_for, case, expected, inputs, meets, near, offered_rows

MODEL, CHANGES = "individual_fe_cr2_satterthwaite", "changes_welch"
OFFERED = [f"did*|{MODEL}", f"did*|{CHANGES}", "mean[[]*|respondents", "n[[]*|respondents", "n_changes*|authorities with both waves",
           "n_used|complete cases", "n_left_out|complete cases"]
REFUSED = {
    "did*|*cr1s_t": "too sure with few authorities", "did*|individual_cr2_satterthwaite": "without effects of authorities",
    "did*|means_*": "the answers themselves are used, and the authorities' own changes beside them",
    "did*|changes_t": "equal variances of two kinds of authorities are not taken for granted",
    "did*|changes_permutation": "with few authorities its smallest p is above any level; Welch's test stands beside the model",
    "did_all_waves*|*": "each wave before the programme is shown with its own interval",
    "n_authorities[[]*|count": "counted are authorities that have both waves",
}
#: columns of respondents that cases name as covariates and that are words
WORDS = ("gender", "disability")


@cache
def given(case_id: str) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...], np.ndarray | None, float]:
    """The rows of a case, its waves with the reference first, the programme's authorities, its covariates and its level."""
    about = case("did_cases", case_id)
    of = {name: table[table["dataset"].eq(about["dataset"])] for name, table in
          ((name, inputs(name)) for name in ("did", "did_waves", "did_authorities"))}
    waves = tuple(dict.fromkeys([about["reference_wave"], *of["did_waves"]["wave"]]))
    programme = tuple(of["did_authorities"].loc[of["did_authorities"]["programme"].eq(1), "authority"])
    rows = of["did"].rename(columns={about["outcome"]: "value"})
    names = about["covariates"].split(" + ") if isinstance(about["covariates"], str) else []
    complete = rows.dropna(subset=["value", "authority", "wave", *names]).reset_index(drop=True)
    columns = [pd.get_dummies(complete[name], drop_first=True) if name in WORDS else complete[[name]] for name in names]
    return complete, waves, programme, pd.concat(columns, axis=1).to_numpy(float) if columns else None, float(about["conf_level"])


def wave_of(quantity: str, waves: tuple[str, ...]) -> str:
    """The wave that a quantity of R's is of: named in brackets, or the only later one."""
    return quantity.partition("[")[2].rstrip("]") or waves[1]


def ours(row) -> Outcome:
    """What we say to a row of R's."""
    rows, waves, programme, covariates, level = given(row.case)
    columns = (rows["value"], rows["authority"], rows["wave"])
    if row.method == MODEL:
        return difference_in_differences(*columns, programme=programme, waves=waves, conf_level=level, covariates=covariates)[
            wave_of(row.quantity, waves)]
    if row.method == CHANGES:
        return of_changes(changes_of_authorities(*columns, waves[0], wave_of(row.quantity, waves)), programme, level)
    if row.quantity.startswith("n_changes"):
        side, of = row.quantity.split("[")[-1].rstrip("]"), row.quantity.removeprefix("n_changes").split("[")[1:-1]
        inside = changes_of_authorities(*columns, waves[0], of[0].rstrip("]") if of else waves[1]).index.isin(programme)
        return Outcome(float(inside.sum() if side == "programme" else (~inside).sum()))
    if row.method == "complete cases":
        whole = len(inputs("did").query("dataset == @case('did_cases', @row.case)['dataset']"))
        return Outcome(float(len(rows) if row.quantity == "n_used" else whole - len(rows)))
    side, wave = row.quantity.partition("[")[2].rstrip("]").split("|")
    here = rows.loc[rows["authority"].isin(programme).eq(side == "programme") & rows["wave"].eq(wave), "value"]
    if row.quantity.startswith("n["):
        return Outcome(float(len(here)))
    return Outcome(float(here.mean()), warning="" if len(here) else Reason.NOBODY)


@pytest.mark.parametrize("row", offered_rows("did", OFFERED))
def test_ours_is_rs(row):
    found = ours(row)
    if row.note.startswith("DOUBTFUL") or row.note.startswith("no interval: one authority"):
        assert near(found.estimate, row.estimate, row) and found.warning == Reason.ALONE
        assert np.isnan([found.std_error, found.conf_low, found.conf_high, found.p_value]).all()
        return
    meets(row, found)
    assert ("fewer than 4 degrees" in row.note) == (found.warning == Reason.FEW_DF)


def test_every_row_is_tested_or_refused(shared):
    all_accounted_for("did", OFFERED, REFUSED)
    assert sum(row.method == MODEL and np.isfinite(row.std_error) for row in expected("did")) > 10


def small(*changes: tuple[str, float]) -> pd.DataFrame:
    """Four answers of every authority at each of two waves, the later ones higher by so much."""
    spread = [3.0, 4, 5, 6]
    rows = [(name, wave, value + moved * (wave == "last")) for name, moved in changes for wave in ("first", "last") for value in spread]
    return pd.DataFrame(rows, columns=["authority", "wave", "value"])


def test_the_difference_of_two_changes_is_what_adding_up_gives():
    table = small(("a", 2), ("b", 1), ("x", 1), ("y", -1))
    found = difference_in_differences(table["value"], table["authority"], table["wave"], programme=("a", "b"), waves=("first", "last"))["last"]
    alike = of_changes(changes_of_authorities(table["value"], table["authority"], table["wave"], "first", "last"), ("a", "b"))
    # (2 + 1) / 2 less (1 - 1) / 2; the changes of the two kinds have variances 1/2 and 2, so that the error is sqrt(1/4 + 1)
    assert found.estimate == pytest.approx(1.5) == alike.estimate
    assert found.std_error == pytest.approx(np.sqrt(1.25)) == alike.std_error
    assert found.warning == Reason.FEW_DF


def test_the_two_kinds_exchanged_turn_the_sign():
    table = small(("a", 2), ("b", 1.5), ("x", 1), ("y", -1), ("z", 0))
    columns, waves = (table["value"], table["authority"], table["wave"]), ("first", "last")
    there = difference_in_differences(*columns, programme=("a", "b"), waves=waves)["last"]
    back = difference_in_differences(*columns, programme=("x", "y", "z"), waves=waves)["last"]
    assert (there.estimate, there.conf_low, there.p_value) == pytest.approx((-back.estimate, -back.conf_high, back.p_value))


def test_an_authority_without_a_first_wave_moves_nothing_and_one_kind_alone_is_refused():
    table = small(("a", 2), ("b", 1), ("x", 1), ("y", -1))
    late = small(("z", 9)).query("wave == 'last'")
    more = pd.concat([table, late], ignore_index=True)
    plain, with_late = (difference_in_differences(one["value"], one["authority"], one["wave"], programme=("a", "b"), waves=("first", "last"))["last"]
                        for one in (table, more))
    assert with_late.estimate == pytest.approx(plain.estimate) and with_late.std_error == pytest.approx(plain.std_error)
    only = difference_in_differences(late["value"], late["authority"], late["wave"], programme=("a",), waves=("first", "last"))["last"]
    assert np.isnan(only.estimate) and Reason.ONE_KIND in only.warning


# --- with the weights of a survey ----------------------------------------------------------------------

def weighed() -> pd.DataFrame:
    """The small table with a weight of three for every highest answer: a weighted mean of 5 at first in every authority."""
    table = small(("a", 2), ("b", 1), ("x", 1), ("y", -1))
    return table.assign(weight=np.tile([1.0, 1, 1, 3], 8))


def weighted_difference(table: pd.DataFrame, weights) -> Outcome:
    return difference_in_differences(table["value"], table["authority"], table["wave"], programme=("a", "b"), waves=("first", "last"),
                                     weights=weights)["last"]


def test_weighted_changes_are_what_adding_up_gives():
    """One authority's last answers by hand: (4 x 1 + 5 x 1 + 6 x 1 + 10 x 3) / 6 = 7.5 for 5 + 1 at first: a change of 2.5 - 5 / 6 ..."""
    table = weighed()
    moved = table["authority"].eq("b") & table["wave"].eq("last") & table["value"].eq(7)
    table = table.assign(value=table["value"].mask(moved, 10.0))
    changes = changes_of_authorities(table["value"], table["authority"], table["wave"], "first", "last", table["weight"])
    assert changes.to_dict() == pytest.approx({"a": 2, "b": 7.5 - 5, "x": 1, "y": -1})
    found = weighted_difference(table, table["weight"])
    assert found.estimate == pytest.approx((2 + 2.5) / 2 - 0) == of_changes(changes, ("a", "b")).estimate
    assert found.method.startswith("weighted")
    assert found.std_error == pytest.approx(of_changes(changes, ("a", "b")).std_error, rel=0.2)


def test_equal_weights_change_nothing_and_nobody_without_weight_counts():
    table = small(("a", 2), ("b", 1.5), ("x", 1), ("y", -1), ("z", 0))
    plain, equal = weighted_difference(table, None), weighted_difference(table, np.full(len(table), 0.4))
    strangers = pd.concat([table, table.assign(value=99.0)], ignore_index=True)
    without = weighted_difference(strangers, np.repeat([0.4, np.nan], len(table)))
    zero = weighted_difference(strangers, np.repeat([0.4, 0.0], len(table)))
    for found in (equal, without, zero):
        assert (found.estimate, found.std_error, found.df, found.p_value) == pytest.approx((plain.estimate, plain.std_error, plain.df, plain.p_value))


def test_the_weighted_coefficient_is_that_of_weighted_least_squares():
    rows, waves, programme, _, level = given(next(row.values[0].case for row in offered_rows("did", [f"did|{MODEL}"])))
    table = rows[rows["wave"].isin(waves[:2])].assign(own=lambda one: one["authority"].isin(programme) * one["wave"].eq(waves[1]))
    fit = smf.wls("value ~ C(authority) + C(wave) + own", table.astype({"own": float, "value": float}), weights=table["weight"]).fit()
    found = difference_in_differences(table["value"], table["authority"], table["wave"], programme=programme, waves=waves[:2], conf_level=level,
                                      weights=table["weight"])[waves[1]]
    assert found.estimate == pytest.approx(fit.params["own"], rel=1e-9) and np.isfinite([found.std_error, found.df]).all()
