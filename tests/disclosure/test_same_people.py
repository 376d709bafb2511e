"""Matched designs: whoever answered once is not given away by counts of everybody beside counts of pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.enums import Design
from nbeval.errors import DisclosureError
from nbeval.disclosure.attack import attack_release, refuse_leaks
from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.cells import CellKind, came_or_went, read_cells
from tests.disclosure import invented
from tests.disclosure.invented import complete, indicator, percent

YES = indicator("yes", "yesno", ("1",))
MATCHED = invented.cohort("abc").model_copy(update={"design": Design.MATCHED})
WORDS = invented.dictionary([YES], cohorts=[MATCHED])
#: by authority: yes and all at the first wave, at the last, and of the pairs yes then, yes now and all
COUNTS = {
    "a": ((30, 60), (31, 75), (28, 25, 57)), "b": ((40, 80), (33, 82), (27, 25, 55)), "c": ((44, 95), (45, 90), (26, 24, 60)),
    "d": ((44, 90), (43, 96), (29, 24, 62)),
}


def rows_of(counts: dict, names: str) -> pd.DataFrame:
    """Levels of both waves and the change of the pairs, of authorities and of them all."""
    chosen = {name: np.array([*first, *last, *pairs]) for name, (first, last, pairs) in counts.items() if name in names}
    rows = []
    for name, numbers in {"": sum(chosen.values()), **chosen}.items():
        then, n_then, now, n_now, pairs_then, pairs_now, pairs = numbers.tolist()
        rows += [percent("yes", then, n_then, authority=name), percent("yes", now, n_now, authority=name, wave="after"),
                 percent("yes", pairs_now, pairs, authority=name, wave="after") | dict(
                     quantity="change", contrast="wave", reference="before", estimate=100 * (pairs_now - pairs_then) / pairs,
                     numerator_reference=pairs_then, n_reference=pairs)]
    return complete(rows)


def matched(names: str):
    """A cohort of these authorities in which people are linked, and its dictionary."""
    cohort = MATCHED.model_copy(update={"authorities": tuple(names)})
    return cohort, invented.dictionary([YES], cohorts=[cohort])


def test_those_who_answered_once_are_everybody_less_the_pairs():
    words = matched("ab")[1]
    found = came_or_went(read_cells(rows_of(COUNTS, "ab"), words).table, words)
    once = found[found["authority"].eq("a")].set_index(["wave", "kind"])["value"]
    assert once.to_dict() == {
        ("before", CellKind.BASE): 3, ("before", CellKind.SHARE): 2, ("before", CellKind.PEOPLE): 3, ("after", CellKind.BASE): 18, ("after", CellKind.SHARE): 6, ("after", CellKind.PEOPLE): 18}


def test_a_pair_is_of_its_authority_at_the_first_wave_and_may_have_moved_later():
    words = matched("ab")[1]
    once = came_or_went(read_cells(rows_of(COUNTS, "ab"), words).table, words)
    parts = once[once["authority"].ne("")].groupby("wave")["part"].agg(set).to_dict()
    assert parts == {"before": {"once"}, "after": {"joined"}}


def test_counts_of_pairs_are_not_taken_for_counts_of_everybody():
    cells = read_cells(rows_of(COUNTS, "ab"), matched("ab")[1]).table
    whole = cells[cells["authority"].eq("a") & cells["group"].eq("") & cells["part"].eq("") & cells["kind"].eq(CellKind.SHARE)].set_index("wave")["value"]
    assert whole.to_dict() == {"before": 30, "after": 31}


def test_pairs_beside_everybody_are_found_where_few_answered_once():
    """The leak of the kind: two of three leavers had said yes."""
    cohort, words = matched("abcd")
    audit = attack_release(rows_of(COUNTS, "abcd"), cohort, words)
    assert set(audit.loc[~audit["ok"], "authority"]) >= {"a"}
    with pytest.raises(DisclosureError, match="can be worked out"):
        refuse_leaks(audit)


def test_the_same_counts_of_two_samples_are_no_leak():
    free = invented.cohort("abcd")
    assert attack_release(rows_of(COUNTS, "abcd"), free, invented.dictionary([YES], cohorts=[free]))["ok"].all()


@pytest.fixture(scope="module")
def changes():
    """A protected release in which three people of one authority left."""
    return protect_release(rows_of(COUNTS, "abcd"), *matched("abcd")).table


class TestProtected:
    """What is taken out, and what is not."""

    def test_the_level_of_everybody_goes_with_its_base_at_the_wave_that_few_left(self, changes):
        row = changes[changes["authority"].eq("a") & changes["quantity"].eq("percent") & changes["wave"].eq("before")].iloc[0]
        assert row["suppression"] == "[c]"
        assert row[["n_valid", "n_eligible", "numerator"]].isna().all()

    def test_the_changes_stay(self, changes):
        assert changes.loc[changes["quantity"].eq("change"), "suppression"].eq("").all()

    def test_it_is_not_the_only_one_that_goes(self, changes):
        gone = changes[changes["quantity"].eq("percent") & changes["n_valid"].isna()]
        assert len(gone) >= 2

    def test_what_was_published_of_everybody_takes_the_change_with_it(self):
        results = rows_of(COUNTS, "abcd")
        earlier = results[results["quantity"].eq("percent") & results["wave"].eq("before")].reset_index(drop=True)
        later = protect_release(results, *matched("abcd"), earlier=(earlier,)).table
        assert later[later["authority"].eq("a") & later["quantity"].eq("change")].iloc[0]["suppression"] == "[c]"

    def test_a_companion_that_is_printed_again_is_found(self, changes):
        cohort, words = matched("abcd")
        results = rows_of(COUNTS, "abcd")
        gone = changes.index[changes["quantity"].eq("percent") & changes["suppression"].eq("[c]") & changes["authority"].ne("a")]
        again = changes.copy()
        again.loc[gone] = results.loc[gone]
        assert not attack_release(again, cohort, words)["ok"].all()


def test_who_was_lost_is_no_level_of_a_group():
    lost = dict(source="survey", cohort="c", quantity="attrition", wave="after", unit="percent", group="g", level="g0",
                numerator=12.0, n_valid=40.0, n_eligible=44.0, estimate=30.0)
    cells = read_cells(complete([lost]), WORDS).table
    assert {(one.wave, one.group, one.level, one.part, one.other, one.value) for one in cells.itertuples()} == {
        ("before", "g", "g0", "lost", "after", 12.0), ("before", "g", "g0", "kept", "after", 28.0), ("before", "g", "g0", "", "", 44.0)}


#: by authority: of the pairs, who said yes then and now, no longer, newly, and neither time
MOVED = {"a": (20, 15, 2, 30), "b": (25, 14, 12, 30), "c": (22, 16, 15, 28)}


def moves_of(counts: dict) -> pd.DataFrame:
    """The change of the pairs, and who moved which way, of authorities and of them all."""
    rows = []
    for name, numbers in {"": tuple(np.sum(list(counts.values()), axis=0)), **counts}.items():
        both, down, up, neither = map(float, numbers)
        n, now, then = both + down + up + neither, both + up, both + down
        change = percent("yes", now, n, authority=name, wave="after") | dict(
            contrast="wave", reference="before", numerator_reference=then, n_reference=n)
        rows.append(change | dict(quantity="change", estimate=100 * (now - then) / n))
        rows += [change | dict(quantity=quantity, numerator=count, estimate=100 * count / n, numerator_reference=np.nan)
                 for quantity, count in (("moved_up", up), ("moved_down", down), ("stayed", both + neither))]
    return complete(rows)


def test_the_inside_of_a_table_of_moves_goes_where_its_margins_would_tell_of_few():
    table = protect_release(moves_of(MOVED), *matched("abc")).table
    moved = table["quantity"].isin(["moved_up", "moved_down", "stayed"])
    assert table.loc[~moved, "suppression"].eq("").all()
    assert table.loc[moved & table["authority"].eq("a"), "suppression"].eq("[c]").all()     # with the margins each gives the others
    assert table.loc[moved & table["authority"].isin(["b", "c"]), "suppression"].eq("[c]").any()    # and so would all the others


def test_moves_that_margins_give_away_are_found():
    table = moves_of(MOVED)
    hidden = table["authority"].eq("a") & table["quantity"].eq("moved_up")
    numbers = ["estimate", "numerator", "n_valid", "n_reference"]
    told = table.assign(**{name: table[name].mask(hidden) for name in numbers}, suppression=np.where(hidden, "[c]", ""))
    audit = attack_release(told, *matched("abc"))
    assert not audit.loc[audit["what"].str.contains("moved_up"), "ok"].any()
    with pytest.raises(DisclosureError, match="can be worked out"):
        refuse_leaks(audit)
