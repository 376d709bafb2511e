"""Disclosed results that were kept on disk, taken up again."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.records import Disclosure
from nbeval.frames import RESULTS, DisclosedResults, check


def reopen(table: pd.DataFrame, audit: pd.DataFrame, policy: Disclosure) -> DisclosedResults:
    """Take up disclosed results that ``protect`` made earlier from the same content.

    Raises
    ------
    FrameError
        The table is not one of results.
    """
    return DisclosedResults(table=check(table, RESULTS), policy=policy, audit=audit)
