"""Reports of the invented programme."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nbeval.dictionary import Dictionary
from nbeval.report import Report
from tests.report.invented import dictionary, disclosed, rows


@pytest.fixture(scope="session")
def tiny() -> Dictionary:
    """The invented programme."""
    return dictionary()


@pytest.fixture
def make(tiny: Dictionary) -> Callable[..., Report]:
    """Makes a report of a kind; ``change`` may alter the rows of results first."""
    def report(kind: str = "end", authority: str = "", change: Callable[[list[dict]], list[dict]] = lambda made: made,
               **more: object) -> Report:
        declared = next(one for one in tiny.programme.reports if one.id == kind)
        return Report(disclosed(change(rows())), tiny, tiny.cohort("c"), declared, authority, **more)
    return report
