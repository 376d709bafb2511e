"""Disclosed results that were kept on disk, taken up again."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.frames import RESULTS, DisclosedResults, check


def with_choices(audit: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the audit of an attack with how the withheld cells of each block had been chosen, as ``protect`` noted it.

    Returns
    -------
    DataFrame
        one row per withheld cell, with ``solved`` beside the columns of ``attack``.
    """
    block = ["source", "wave", "block"]
    chosen = before[[*block, "solved"]].drop_duplicates(block)
    return audit.merge(chosen, on=block, how="left", validate="many_to_one").fillna({"solved": ""})


def reopen(table: pd.DataFrame, audit: pd.DataFrame, policy: Disclosure) -> DisclosedResults:
    """Take up disclosed results that ``protect`` made earlier from the same content.

    Raises
    ------
    FrameError
        The table is not one of results.
    """
    return DisclosedResults(table=check(table, RESULTS), policy=policy, audit=audit)
