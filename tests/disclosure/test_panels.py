"""The people behind ratings and visits: small panels are withheld, and never one alone of a total."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from nbeval.estimate.outcome import result_rows
from nbeval.disclosure.primary import panels_withheld

POLICY = SimpleNamespace(not_of_answers=("tool",), threshold=10, threshold_percent_base=10)


def panel(people: dict[str, float], **more) -> pd.DataFrame:
    """Rows of one area by authority, and their total."""
    rows = [{"authority": place, "n_valid": number, "estimate": 2.0} for place, number in people.items()]
    rows.append({"authority": "", "n_valid": sum(people.values()), "estimate": 2.0})
    return result_rows(pd.DataFrame(rows), cohort="c", **{
        "source": "tool", "indicator": "door", "quantity": "mean", "wave": "then", "group": "raters", "level": "users", **more})


def withheld(table: pd.DataFrame) -> list[str]:
    """The authorities whose rows are withheld."""
    return sorted(table.loc[panels_withheld(table, POLICY), "authority"])


def test_panels_large_enough_are_shown():
    assert withheld(panel({"a": 10, "b": 12, "c": 30})) == []


def test_a_small_panel_takes_the_smallest_other_with_it():
    assert withheld(panel({"a": 9, "b": 30, "c": 12})) == ["a", "c"]


def test_two_small_panels_protect_one_another():
    assert withheld(panel({"a": 9, "b": 8, "c": 12})) == ["a", "b"]


def test_a_lone_small_panel_takes_the_total_with_it():
    assert withheld(panel({"a": 9})) == ["", "a"]


def test_rows_without_people_and_rows_of_answers_are_left_alone():
    staff = panel({"a": 9, "b": 30}).assign(n_valid=float("nan"))
    answers = panel({"a": 9, "b": 30}, source="survey")
    assert withheld(staff) == [] and withheld(answers) == []


def test_a_gap_and_a_change_go_with_the_panel_they_would_give_away():
    then = panel({"a": 9, "b": 12, "c": 30})
    gap = panel({"a": 9, "b": 12, "c": 30}, quantity="difference", contrast="level", reference="staff")
    now = panel({"a": 20, "b": 22, "c": 30}, wave="now")
    moved = panel({"a": 20, "b": 22, "c": 30}, wave="now", quantity="change", contrast="wave", reference="then")
    moved["n_reference"] = [9, 12, 30, 51]
    table = pd.concat([then, gap, now, moved], ignore_index=True)
    gone = table[panels_withheld(table, POLICY)].groupby(["quantity", "wave"])["authority"].apply(sorted).to_dict()
    assert gone == {("mean", "then"): ["a", "b"], ("difference", "then"): ["a", "b"], ("change", "now"): ["a", "b"]}


def test_counts_with_totals_both_ways_leave_no_line_with_one_alone():
    people = {("a", "x"): 5, ("a", "y"): 14, ("a", "z"): 16, ("b", "x"): 13, ("b", "y"): 12, ("b", "z"): 18, ("c", "x"): 20, ("c", "y"): 21, ("c", "z"): 22}
    rows = [{"authority": place, "indicator": visit, "n_valid": number} for (place, visit), number in people.items()]
    rows += [{"authority": "", "indicator": visit, "n_valid": sum(n for (_, v), n in people.items() if v == visit)} for visit in "xyz"]
    rows += [{"authority": place, "indicator": "", "n_valid": sum(n for (p, _), n in people.items() if p == place)} for place in "abc"]
    rows += [{"authority": "", "indicator": "", "n_valid": sum(people.values())}]
    table = result_rows(pd.DataFrame(rows), cohort="c", source="tool", quantity="count", group="delivery", level="people")
    gone = table[panels_withheld(table, POLICY)]
    inner = gone[gone["authority"].ne("") & gone["indicator"].ne("")]
    assert ("a", "x") in set(zip(inner["authority"], inner["indicator"], strict=True))
    assert inner.groupby("authority").size().min() >= 2 and inner.groupby("indicator").size().min() >= 2
    assert len(gone) == len(inner), "totals that give nothing away are shown"


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_order_of_rows_never_matters(order):
    table = panel({"a": 9, "b": 12, "c": 12, "d": 30})
    assert withheld(table.sample(frac=1, random_state=order)) == withheld(table)
