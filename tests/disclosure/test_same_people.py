"""Whoever answered once, or is in no model, is not given away by counts of everybody beside counts of pairs or of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbeval.dictionary.enums import Design
from nbeval.errors import DisclosureError
from nbeval.disclosure.attack import attack_release, refuse_leaks
from nbeval.disclosure.protect import protect_release
from nbeval.disclosure.cells import CellKind, came_or_went, not_in_models, read_cells
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


TWICE = invented.cohort("ab")
TWICE_WORDS = invented.dictionary([YES], cohorts=[TWICE])
MODEL = ["change_adjusted", "change_same_people", "events_per_variable"]


def with_model(model: tuple[int, int, int, int], drivers: tuple[int, int] | None = None) -> pd.DataFrame:
    """Levels of 120 of 300 and 130 of 310 who say yes, and the rows of a model of some of them: yes and all, then and now."""
    then, n_then, now, n_now = model
    rows = [percent("yes", 120, 300), percent("yes", 130, 310, wave="after")]
    rows += [percent("yes", now, n_now, wave="after") | dict(
        quantity=quantity, contrast="wave", reference="before", estimate=1.5, numerator_reference=then, n_reference=n_then) for quantity in MODEL]
    if drivers:
        rows += [percent("yes", *drivers, wave="after") | dict(quantity=quantity, contrast=contrast, estimate=1.5) for quantity, contrast in (
            ("odds_ratio", "level"), ("events_per_variable", ""))]
    return complete(rows)


@pytest.mark.parametrize("model, shown", [
    ((100, 260, 105, 270), True), ((120, 300, 130, 310), True), ((119, 299, 105, 270), False), ((100, 260, 130, 309), False),
    ((112, 260, 105, 270), False), ((100, 260, 95, 270), False)],
    ids=["many left out", "nobody left out", "one left out before", "one left out after", "few of them said yes", "few of them said no"])
def test_what_is_said_of_the_people_in_a_model_goes_where_few_are_not_in_it(model, shown):
    table = with_model(model)
    found = protect_release(table, TWICE, TWICE_WORDS)
    of_model = found.table["quantity"].isin(MODEL)
    assert of_model.sum() == 3 and (found.table.loc[of_model, "estimate"].notna() == shown).all()
    assert found.table.loc[~of_model, "estimate"].notna().all(), "the figures of everybody stay"
    audit = attack_release(table, TWICE, TWICE_WORDS)
    assert audit["ok"].all() == shown, "the attack finds them where they are shown"
    assert attack_release(found.table, TWICE, TWICE_WORDS)["ok"].all()


def test_few_in_one_model_and_not_in_another_are_found_too():
    table = with_model((100, 260, 105, 270), (101, 265))
    apart = not_in_models(read_cells(table, TWICE_WORDS).table)
    assert {4.0, 5.0} & set(apart["value"].dropna())
    found = protect_release(table, TWICE, TWICE_WORDS).table
    gone = found["suppression"].eq("[c]")
    assert gone[found["quantity"].isin(MODEL)].any() and found.loc[found["quantity"].eq("percent"), "estimate"].notna().all()
    assert not attack_release(table, TWICE, TWICE_WORDS)["ok"].all() and attack_release(found, TWICE, TWICE_WORDS)["ok"].all()


@pytest.mark.parametrize("left_out", [0.0, 1.0])
def test_how_many_authorities_a_model_is_without_is_never_shown(left_out):
    row = percent("yes", 130, 310, wave="after") | dict(quantity="authorities_left_out", estimate=left_out)
    found = protect_release(complete([percent("yes", 130, 310, wave="after"), row]), TWICE, TWICE_WORDS).table
    assert found.loc[found["quantity"].eq("authorities_left_out"), ["estimate", "suppression"]].to_numpy().tolist() == [[pytest.approx(np.nan, nan_ok=True), "[c]"]]
    assert found.loc[found["quantity"].eq("percent"), "estimate"].notna().all()
