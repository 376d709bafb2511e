"""What protect withholds, what it keeps, and what nobody can derive from the rest."""

from __future__ import annotations

import ast
from itertools import product

import numpy as np
import pandas as pd
import pytest

from nbeval.errors import FrameError
from nbeval.frames import RESULT_KEY
from nbeval.disclosure.protect import protect_release
from tests.disclosure import invented
from tests.disclosure.intruder import derived

BANDS = [
    invented.indicator("low", "q", ("0-4",), distribution="q"), invented.indicator("medium", "q", ("5-6",), distribution="q"),
    invented.indicator("high", "q", ("7-8",), distribution="q"), invented.indicator("highest", "q", ("9-10",), distribution="q"),
    invented.indicator("average", "q", (), "mean"),
]
SCALE = [
    invented.indicator("always", "often", ("0",)), invented.indicator("mostly", "often", ("0-1",)),
    invented.indicator("not_always", "often", ("1-3",)),
]
YES = invented.indicator("yes", "yesno", ("1",))


@pytest.fixture(scope="module")
def small():
    """Six authorities of 30 to 90, three items, two groups, two waves."""
    rng = np.random.default_rng(3)
    sizes = {f"a{k}": size for k, size in enumerate((30, 42, 55, 61, 78, 90))}
    groups = {"g": [0.6, 0.37, 0.03], "h": [0.5, 0.3, 0.2]}
    respondents = invented.people(rng, sizes, groups)
    shares = {"q": np.array([1, 1, 1, 2, 3, 5, 6, 9, 9, 5, 4]) / 46, "often": [0.5, 0.3, 0.15, 0.05], "yesno": [0.8, 0.2]}
    indicators = [*BANDS, *SCALE, YES]
    given = invented.answers(rng, respondents, shares)
    results = invented.release(respondents, given, indicators, groups)
    return results, invented.cohort(sizes), invented.dictionary(indicators, items={"often": 3})


@pytest.fixture(scope="module")
def disclosed(small):
    return protect_release(*small)


def test_no_withheld_percentage_can_be_narrowed_to_fewer_than_five(small, disclosed):
    found = derived(disclosed.table, small[2], small[1].authorities)
    assert len(found) > 30
    assert (found["high"] - found["low"]).min() >= 5


def test_threshold_alone_would_have_been_broken_by_the_same_intruder(small):
    from nbeval.disclosure.primary import unsafe_rows

    results = small[0]
    rows = unsafe_rows(results, invented.policy())
    table = results.assign(suppression=np.where(rows, "[c]", ""))
    table.loc[rows, ["estimate", "numerator", "numerator_reference", "n_valid", "n_reference"]] = np.nan
    found = derived(table, small[2], small[1].authorities)
    assert (found["high"] - found["low"] < 5).sum() > 10


def test_nothing_printed_rests_on_fewer_than_ten(disclosed):
    shown = disclosed.table[disclosed.table["suppression"].eq("") & disclosed.table["indicator"].ne("")]
    for count, base in (("numerator", "n_valid"), ("numerator_reference", "n_reference")):
        known = shown.dropna(subset=[count])
        assert len(known) > 50
        assert known[count].min() >= 10
        assert (known[base] - known[count]).min() >= 10


def test_a_withheld_row_keeps_no_number_made_from_answers(disclosed):
    gone = disclosed.table[disclosed.table["suppression"].eq("[c]")]
    assert len(gone) > 50
    assert gone[["estimate", "std_error", "conf_low", "conf_high", "numerator", "p_value", "df", "n_effective"]].isna().all().all()
    assert (gone["verdict"] == "").all()


def test_a_change_goes_with_either_of_its_levels(disclosed):
    table = disclosed.table
    level = table[table["quantity"].eq("percent") & table["indicator"].ne("")]
    hidden = set(level.loc[level["suppression"].eq("[c]"), ["indicator", "wave", "authority", "group", "level"]].itertuples(index=False, name=None))
    changes = table[table["quantity"].eq("change") & table["suppression"].eq("") & ~table["indicator"].eq("average")]
    assert len(changes) > 20
    for row in changes.itertuples():
        for wave in (row.wave, row.reference):
            assert (row.indicator, wave, row.authority, row.group, row.level) not in hidden


def test_reasons_are_split_for_the_whole_cohort_only(disclosed):
    shown = disclosed.table.dropna(subset=["missing_not_answered"])
    assert len(shown)
    assert (shown["authority"].eq("") & shown["group"].eq("")).all()


def test_keys_order_and_input_are_left_alone(small):
    results = small[0]
    before = results.copy()
    table = protect_release(*small).table
    pd.testing.assert_frame_equal(results, before)
    pd.testing.assert_frame_equal(table[list(RESULT_KEY)], results[list(RESULT_KEY)])


def test_row_order_never_matters(small, disclosed):
    results, cohort, dictionary = small
    shuffled = results.sample(frac=1, random_state=5)
    again = protect_release(shuffled, cohort, dictionary).table.sort_index()
    pd.testing.assert_frame_equal(again, disclosed.table)


def test_protecting_twice_changes_nothing(small, disclosed):
    again = protect_release(disclosed.table, small[1], small[2]).table
    pd.testing.assert_frame_equal(again, disclosed.table)


def test_the_audit_tells_no_number_of_people(disclosed):
    assert disclosed.audit["ok"].all()
    assert set(disclosed.audit) == {
        "source", "wave", "block", "authority", "group", "level", "part", "other", "kind", "what", "width", "required", "ok", "meets", "solved"}


def test_with_nothing_small_nothing_is_withheld():
    table = invented.complete([
        invented.percent("yes", 120, 300), invented.percent("yes", 50, 140, authority="a"),
        invented.percent("yes", 70, 160, authority="b")])
    out = protect_release(table, invented.cohort("ab"), invented.dictionary([YES]))
    assert (out.table["suppression"] == "").all()
    assert out.table["n_valid"].tolist() == [300, 140, 160]


@pytest.mark.parametrize(("count", "shown"), [(0, False), (9, False), (10, True), (30, True), (31, False), (40, False)])
def test_a_share_and_its_complement_need_the_threshold(count, shown):
    table = invented.complete([invented.percent("yes", count, 40)])
    out = protect_release(table, invented.cohort(()), invented.dictionary([YES])).table
    assert out["suppression"].eq("").item() is shown
    assert out["n_valid"].item() == 40


def test_without_the_rule_for_complements_a_true_nought_stays():
    table = invented.complete([invented.percent("yes", 0, 40), invented.percent("yes", 40, 40, wave="after")])
    free = invented.dictionary([YES], disclosure=invented.policy(protect_complement=False))
    assert protect_release(table, invented.cohort(()), free).table["estimate"].tolist() == [0, 100]


def test_what_could_not_be_estimated_is_not_called_withheld():
    table = invented.complete([invented.percent("yes", 20, 50) | {"quantity": "heterogeneity", "estimate": np.nan, "numerator": np.nan}])
    assert protect_release(table, invented.cohort(()), invented.dictionary([YES])).table["suppression"].item() == "[x]"


def test_counts_that_contradict_one_another_are_refused():
    rows = [invented.percent("yes", 120, 300), invented.percent("yes", 50, 140, authority="a"),
            invented.percent("yes", 5, 160, authority="b")]
    no = invented.indicator("no", "yesno", ("0",))
    rows += [invented.percent("no", 90, 140, authority="a"), invented.percent("no", 150, 160, authority="b")]
    with pytest.raises(FrameError, match="contradict"):
        protect_release(invented.complete(rows), invented.cohort("ab"), invented.dictionary([YES, no]))


def test_every_table_an_intruder_can_think_of_leaves_five_values_open():
    """All tables of three authorities by hand: no linear programme, whole numbers only."""
    counts, bases = {"a": 4, "b": 12, "c": 15}, {"a": 22, "b": 30, "c": 34}
    rows = [invented.percent("yes", sum(counts.values()), sum(bases.values()))]
    rows += [invented.percent("yes", counts[one], bases[one], authority=one) for one in counts]
    out = protect_release(invented.complete(rows), invented.cohort(counts), invented.dictionary([YES])).table
    shown = out.set_index("authority")["numerator"]
    possible = [
        table for table in product(*(range(size + 1) for size in bases.values()))
        if (np.isnan(shown[""]) or sum(table) == shown[""])
        and all(np.isnan(shown[one]) or shown[one] == value for one, value in zip(bases, table, strict=True))
    ]
    for place, one in enumerate(bases):
        if np.isnan(shown[one]):
            assert np.ptp([table[place] for table in possible]) >= 5
    assert shown.isna().sum() == 2


def test_disclosed_results_are_made_by_protection_and_nowhere_else(root):
    made = [path.relative_to(root / "nbeval").as_posix() for path in (root / "nbeval").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "DisclosedResults"]
    assert {place.split("/")[0] for place in made} == {"disclosure"}, made


def test_the_audit_says_how_the_cells_of_each_block_were_chosen(small, disclosed, monkeypatch):
    from nbeval.disclosure import secondary

    assert set(disclosed.audit["solved"]) == {"exact"}
    monkeypatch.setattr(secondary, "MOST_CELLS", 0)
    covered = protect_release(*small)
    assert set(covered.audit["solved"]) == {"heuristic"}
    assert covered.audit["ok"].all()
    assert covered.table["suppression"].eq("[c]").sum() >= disclosed.table["suppression"].eq("[c]").sum()
