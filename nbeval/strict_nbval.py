"""Lets strict nbval refuse a report whose notebook was cleared, or lost a cell, since it was made.

``pytest --nbval`` compares nothing where a cell has no number of execution, which is what "Clear all outputs" leaves:
by itself it would pass a report that shows nothing. Other notebooks than reports are none of its business.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: Any) -> None:
    """Fail a cell of a finished report that was not run in its turn, before nbval would pass over it."""
    if type(item).__name__ != "IPyNbCell" or not item.options["check"] or "nbeval" not in item.parent.nb.metadata:
        return
    number = item.cell_num + 1
    if item.cell.execution_count != number:
        item.raise_cell_error(
            f"The notebook is not as it was made: code cell {number} bears "
            f"{f'the number {item.cell.execution_count}' if item.cell.execution_count else 'no number'} of execution.")
