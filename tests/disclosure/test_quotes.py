"""The screen of quotes: shapes found and not found, and a result that repeats nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.errors import ParameterError
from nbeval.dictionary.enums import Identifier
from nbeval.disclosure.quotes import describes_at_least
from nbeval.disclosure.screen import Known, found_in, screen
from tests.disclosure.invented_quotes import HARMLESS, NAMES, NOT_NAMES, PLACES, bad_quotes
from tests.guards import some


def kinds(text: str, names=()) -> set[str]:
    return set(screen(pd.Series({"q1": text}), names=names)["kind"])


@pytest.mark.parametrize(("text", "kind"), [
    ("write to jo.bloggs+x@example.co.uk please", "e-mail address"),
    ("jo (at) example.org", "e-mail address"),
    ("ring 07700 900123", "telephone number"),
    ("ring +44 7700 900 123 after six", "telephone number"),
    ("it is (020) 7946 0018", "telephone number"),
    ("it is 01632 960 001", "telephone number"),
    ("I live at SW1A 1AA now", "postcode"),
    ("m1 1ae is where it was", "postcode"),
    ("my number is 943 476 5919", "NHS number"),
    ("my number is 9434765919", "NHS number"),
    ("QQ is not used, AB 12 34 56 C is", "National Insurance number"),
    ("look at https://example.org/me", "web address"),
    ("look at www.example.org", "web address"),
    ("find me on insta @somebody12", "social media name"),
])
def test_it_finds(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize("text", [
    "My worker has been there for me since 2019, 24/7.",
    "943 476 5918 has a wrong check digit",
    "I got 10 out of 10 and 100% support",
    "They said 3 months, it took 12.",
    "I felt safe at home.I was happy",
])
def test_it_leaves_alone(text):
    assert kinds(text) == set()


def test_names_are_whole_words_in_any_case():
    assert kinds("then JANE  doe's worker left", names=["Jane Doe"]) == {"name"}
    assert kinds("it was a janet doering thing", names=["Jane", "Doe"]) == set()
    assert kinds("price was 3 (three)", names=["3 (t", ""]) == set()


#: the most harmless quotes of a hundred that a person has to read in vain
FALSE_ALARMS = 0.05


def kinds_known(text: str) -> set[Identifier]:
    return {kind for kind, _, _ in found_in(text, Known(NAMES, PLACES, NOT_NAMES))}


@pytest.mark.parametrize("kind", Identifier)
def test_every_invented_quote_with_an_identifier_is_found_by_its_kind(kind):
    quotes = some(text for labelled, text in bad_quotes() if labelled is kind)
    assert len(set(quotes)) >= 60
    assert [text for text in quotes if kind not in kinds_known(text)] == []


def test_harmless_quotes_are_let_through_but_for_few(record_property, capsys):
    assert len(set(HARMLESS)) >= 60
    alarms = [text for text in HARMLESS if kinds_known(text)]
    record_property("false_alarms", f"{len(alarms)} of {len(HARMLESS)}")
    with capsys.disabled():
        print(f"\nscreen of quotes: {len(bad_quotes())} with an identifier, all found; false alarms {len(alarms)} of {len(HARMLESS)} harmless")
    assert len(alarms) <= FALSE_ALARMS * len(HARMLESS), alarms


def test_a_full_name_with_a_hostel_a_room_and_a_date_is_four_kinds():
    text = "It was Sandra Brown at Beechwood Hostel who let me in, room 12, on 12 March 2019."
    assert kinds_known(text) >= {Identifier.NAME, Identifier.PLACE, Identifier.ROOM, Identifier.DATE}


def test_names_of_the_list_are_found_in_any_case_and_by_the_last_word_with_a_capital():
    assert Identifier.NAME in kinds_known("it was tam  larkspur again")
    assert Identifier.NAME in kinds_known("They never rang Larkspur back.")
    assert Identifier.NAME not in kinds_known("I picked a larkspur.")


def test_a_long_quote_is_screened_at_once():
    for part in ("A ", "Aa ", "Ab Cd ", "1 ", "flat ", "my PA ", "@a", "insta a.", "+4 "):
        screen(pd.Series({"q": part * 2000}))


def test_it_says_where_and_repeats_nothing():
    found = screen(pd.Series({"q7": "call 07700 900123", "q8": None, "q9": "fine"}))
    assert found.to_dict("records") == [{"quote": "q7", "kind": "telephone number", "start": 5, "end": 17}]
    assert "900123" not in found.to_csv()


def test_printed_attributes_must_describe_the_threshold():
    people = pd.DataFrame({"age": ["18-20"] * 12 + ["21-25"] * 9, "home": ["own", "shared", "shared"] * 7})
    assert describes_at_least(people, {"age": "18-20"}, 10)
    assert not describes_at_least(people, {"age": "21-25"}, 10)
    assert not describes_at_least(people, {"age": "18-20", "home": "own"}, 10)
    assert describes_at_least(people, {}, 21)
    with pytest.raises(ParameterError, match="attribute"):
        describes_at_least(people, {"shoe": "9"}, 10)
