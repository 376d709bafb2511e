"""The screen of quotes: shapes found and not found, and a result that repeats nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.errors import ParameterError
from nbeval.disclosure.quotes import describes_at_least, screen


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
    ("find me on insta @somebody12", "web address"),
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
