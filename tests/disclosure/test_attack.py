"""The attack finds what is planted: releases in which one number too many is shown, of every kind."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.dictionary.models import Routing
from nbeval.errors import DictionaryError, DisclosureError
from nbeval.disclosure.attack import attack_release, refuse_leaks
from nbeval.disclosure.protect import protect_release
from tests.disclosure import invented
from tests.disclosure.invented import complete, indicator, percent

YES, NO = indicator("yes", "yesno", ("1",)), indicator("no", "yesno", ("0",))
TOP, TOP2 = indicator("top", "often", ("0",)), indicator("top2", "often", ("0-1",))
LAST = indicator("last", "often", ("2-3",))
COPING, STRUGGLING = indicator("coping", "money", ("3-4",)), indicator("struggling", "money", ("0-1",))
MEAN, LOW = indicator("mean", "q", (), "mean"), indicator("low", "q", ("0-4",))
CONTACT = indicator("contact", "contact", ("1",))
ITEMS = {"often": 3, "money": 4, "contact": 1}


def withheld(**row) -> dict:
    """A withheld row: its base stays, its estimate is gone."""
    return percent(row.pop("indicator"), np.nan, row.pop("base"), **row) | {"estimate": np.nan, "suppression": "[c]"}


def mean_row(mean: float, base: float, **place) -> dict:
    return percent("mean", np.nan, base, **place) | {"quantity": "mean", "estimate": mean, "numerator": np.nan}


def change(name: str, now: float, base: float, then: float, base_then: float, **place) -> dict:
    """A change row, which shows both of its waves."""
    return percent(name, now, base, **place) | {
        "quantity": "change", "contrast": "wave", "wave": "after", "reference": "before",
        "numerator_reference": then, "n_reference": base_then}


def difference(name: str, now: float, base: float, then: float, base_then: float, **place) -> dict:
    """A difference between two levels or against the rest."""
    return percent(name, now, base, **place) | {
        "quantity": "difference", "numerator_reference": then, "n_reference": base_then}


def composition(count: float, base: float, forms: float, **place) -> dict:
    """The share of a group level."""
    return percent("", count, base, forms, **place)


ALL = percent("yes", 60, 200)
PLANTED = {
    "margin: one authority is the cohort less the others": (
        [YES], [ALL, withheld(indicator="yes", base=60, authority="a"), percent("yes", 53, 140, authority="b")], "ab"),
    "sibling: two withheld authorities cannot differ by five": (
        [YES], [percent("yes", 52, 200), withheld(indicator="yes", base=60, authority="a"),
                withheld(indicator="yes", base=70, authority="b"), percent("yes", 49, 70, authority="c")], "abc"),
    "group levels against the total": (
        [YES], [ALL, percent("yes", 55, 120, group="g", level="g0"), withheld(indicator="yes", base=80, group="g", level="g1")], ""),
    "other wave: a change shows the withheld level": (
        [YES], [withheld(indicator="yes", base=60, authority="a"), change("yes", 20, 50, 4, 60, authority="a")], ""),
    "complementary coding of the same question": (
        [YES, NO], [withheld(indicator="yes", base=60, authority="a"), percent("no", 55, 60, authority="a")], ""),
    "complementary band: the other bands leave it over": (
        [TOP, TOP2, LAST], [withheld(indicator="last", base=90), percent("top", 50, 90), percent("top2", 86, 90)], ""),
    "top two against top": (
        [TOP, TOP2], [percent("top", 50, 90), percent("top2", 54, 90)], ""),
    "answers no indicator prints: neither coping nor struggling": (
        [COPING, STRUGGLING], [percent("coping", 50, 93), percent("struggling", 40, 93)], ""),
    "percentage with base: the count is the share of the base": (
        [YES], [withheld(indicator="yes", base=60, authority="a"),
                percent("yes", 5, 60, authority="a", wave="before", weighted=True) | {"numerator": np.nan},
                percent("yes", 5, 60, authority="a") | {"quantity": "change", "contrast": "wave", "reference": "after",
                                                        "numerator_reference": 20, "n_reference": 50}], ""),
    "base: an authority too small is the cohort less the others": (
        [YES], [ALL, withheld(indicator="yes", base=np.nan, eligible=np.nan, authority="a"), percent("yes", 55, 193, authority="b")], "ab"),
    "mean: nearly everybody chose the highest answer": (
        [MEAN, LOW], [mean_row(9.8, 40, authority="a"), withheld(indicator="low", base=40, authority="a")], ""),
    "mean of a small authority from the means of the rest": (
        [MEAN], [mean_row(6.0, 200), mean_row(6.1, 190, authority="b"), mean_row(np.nan, np.nan, authority="a", eligible=np.nan)
                 | {"suppression": "[c]"}], "ab"),
    "routing: how many were asked tells who had no worker": (
        [YES, CONTACT], [withheld(indicator="yes", base=60, authority="a"), percent("contact", 20, 55, 56, authority="a")], ""),
    "difference against the rest shows the withheld authority": (
        [YES], [withheld(indicator="yes", base=60, authority="a"), ALL,
                difference("yes", 5, 60, 55, 140, authority="a", contrast="rest")], ""),
    "difference between levels shows the withheld reference": (
        [YES], [withheld(indicator="yes", base=60, group="g", level="g0"),
                difference("yes", 30, 80, 4, 60, group="g", level="g1", contrast="level", reference="g0")], ""),
    "composition: a level too small is its base less the others": (
        [YES], [composition(110, 195, 200, group="g", level="g0"), composition(78, 195, 200, group="g", level="g1"),
                composition(np.nan, np.nan, np.nan, group="g", level="g2") | {"suppression": "[c]", "estimate": np.nan}], ""),
}


def declared(indicators):
    routing = [Routing(item="contact", asked_if_item="yesno", asked_if_codes=(1,), status="confirmed", source="S1")]
    return invented.dictionary(indicators, items=ITEMS, routing=routing if CONTACT in indicators else ())


@pytest.mark.parametrize("leak", PLANTED)
def test_it_finds_a_planted_leak(leak):
    indicators, rows, authorities = PLANTED[leak]
    audit = attack_release(complete(rows), invented.cohort(authorities), declared(indicators))
    assert not audit["ok"].all()
    with pytest.raises(DisclosureError, match="can be worked out"):
        refuse_leaks(audit)


def test_it_finds_what_an_earlier_report_shows():
    now = complete([withheld(indicator="yes", base=60, authority="a"), ALL])
    before = complete([percent("yes", 55, 140, authority="b")])
    audit = attack_release(now, invented.cohort("ab"), declared([YES]), earlier=[before])
    assert not audit["ok"].all()
    assert attack_release(now, invented.cohort("ab"), declared([YES]))["ok"].all()


def test_its_message_names_the_rows_that_meet_and_no_count():
    indicators, rows, authorities = PLANTED["margin: one authority is the cohort less the others"]
    with pytest.raises(DisclosureError) as caught:
        refuse_leaks(attack_release(complete(rows), invented.cohort(authorities), declared(indicators)))
    assert "whole cohort" in str(caught.value) or "share yes" in str(caught.value)
    assert not any(f" {count}" in str(caught.value) for count in (53, 60, 140, 200))
    assert caught.value.exit_code == 1


def test_a_release_with_nothing_withheld_has_an_empty_audit():
    assert attack_release(complete([ALL]), invented.cohort(()), declared([YES])).empty


def test_every_row_put_back_into_a_protected_table_is_found():
    """Take any withheld percentage of an authority and print it again: some number can now be worked out."""
    rng = np.random.default_rng(11)
    counts, bases = rng.integers(4, 16, 8), rng.integers(30, 60, 8)
    rows = [percent("yes", counts.sum(), bases.sum())]
    rows += [percent("yes", count, base, authority=f"a{k}") for k, (count, base) in enumerate(zip(counts, bases, strict=True))]
    results, cohort, words = complete(rows), invented.cohort([f"a{k}" for k in range(8)]), declared([YES])
    table = protect_release(results, cohort, words).table
    gone = np.flatnonzero(table["suppression"].eq("[c]"))
    assert len(gone) >= 2
    for row in gone:
        again = table.copy()
        again.loc[row] = results.loc[row]
        small = results.loc[row, "numerator"] < 10
        assert small or not attack_release(again, cohort, words)["ok"].all() or len(gone) > 2


class TestEarlier:
    """The baseline report is out when the final one is made."""

    ROWS = [percent("yes", 41, 200), percent("yes", 4, 60, authority="a"), percent("yes", 22, 70, authority="b"),
            percent("yes", 15, 70, authority="c")]

    def test_what_is_out_stays_and_the_rest_protects_with_it(self):
        results, cohort, words = complete(self.ROWS), invented.cohort("abc"), declared([YES])
        free = protect_release(results, cohort, words).table.set_index("authority")["suppression"]
        assert free.to_dict() == {"": "", "a": "[c]", "b": "", "c": "[c]"}
        before = results[results["authority"].eq("c")]
        bound = protect_release(results, cohort, words, earlier=[before]).table.set_index("authority")["suppression"]
        assert bound.to_dict() == {"": "", "a": "[c]", "b": "[c]", "c": ""}

    def test_what_was_withheld_before_may_not_come_back_as_a_difference(self):
        results, cohort, words = complete(self.ROWS), invented.cohort("abc"), declared([YES])
        before = complete([percent("yes", 40, 199)])
        table = protect_release(results, cohort, words, earlier=[before]).table.set_index("authority")
        assert table.loc["", "suppression"] == "[c]"
        assert np.isnan(table.loc["", "n_valid"])

    def test_where_all_is_out_the_release_is_refused(self):
        results, cohort, words = complete(self.ROWS), invented.cohort("abc"), declared([YES])
        with pytest.raises(DisclosureError):
            protect_release(results, cohort, words, earlier=[results[results["authority"].ne("a")]])


def test_a_priority_nobody_knows_is_refused():
    words = invented.dictionary([YES], disclosure=invented.policy(priority=("beauty",)))
    with pytest.raises(DictionaryError, match="priority"):
        protect_release(complete([ALL]), invented.cohort(()), words)
