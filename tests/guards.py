"""Guards of the tests themselves: a test that looks at each of many must have something to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(things: Iterable[T], at_least: int = 1) -> list[T]:
    """The things, of which there must be so many; without any, a loop over them would assert nothing."""
    found = list(things)
    assert len(found) >= at_least, f"{len(found)} to look at, of at least {at_least}"
    return found
