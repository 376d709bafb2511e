"""Headers and labels are compared by what they say, not by how they were typed."""

from __future__ import annotations

import pytest

from nbeval.dictionary.codes import normalise


@pytest.mark.parametrize("typed", [
    "Don't know", " don't  know ", "\ufeffDon\u2019t know", "DON'T\u00a0KNOW", "Don't\nknow", "Don't know\u200b",
])
def test_typing_accidents_make_no_difference(typed):
    assert normalise(typed) == "don't know"


@pytest.mark.parametrize(("one", "other"), [("Never", "Newer"), ("0-4", "0-5"), ("Yes", "Yes, but"), ("1.", "1")])
def test_what_says_something_else_stays_apart(one, other):
    assert normalise(one) != normalise(other)


def test_normalising_twice_changes_nothing():
    text = " \u201cQ1\u201d \u2014 How\u2026 "
    assert normalise(normalise(text)) == normalise(text)
