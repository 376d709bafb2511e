"""Several options in one cell."""

from __future__ import annotations

import pytest

from nbeval.cleaning.coding import part_options

NAMES = {"a": ("Friends",), "b": ("Friends, family, or others",), "c": ("Worker; adviser", "Worker"), "d": ("No one",)}


@pytest.mark.parametrize(("separator", "text", "chosen"), [
    (";", "Friends", "a"), (";", "Friends;No one", "ad"), ("; ", "Friends; No one;", "ad"),
    (",", "Friends, family, or others", "b"), (",", "Friends, Friends, family, or others", "ab"),
    (",", "Friends, No one", "ad"), (";", "Worker; adviser; Friends", "ac"), (";", "Worker; Friends", "ac"),
    (",", "friends ,NO  ONE", "ad"), (" | ", "Friends | No one", "ad"),
])
def test_the_longest_declared_label_is_taken_first(separator, text, chosen):
    assert part_options(NAMES, separator)(text) == frozenset(chosen)


@pytest.mark.parametrize("text", ["Friendship", "Friends;Somebody", "Somebody", "Friends No one"])
def test_a_part_that_is_no_option_makes_the_cell_unknown(text):
    assert part_options(NAMES, ";")(text) is None
