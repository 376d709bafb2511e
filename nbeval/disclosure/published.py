"""Figures that stand in print pass as they are: what is public already cannot be withheld."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Disclosure
from nbeval.disclosure.attack import AUDIT
from nbeval.errors import DisclosureError
from nbeval.frames import RESULTS, DisclosedResults, check


def already_public(results: pd.DataFrame, cohort: Cohort, policy: Disclosure) -> DisclosedResults:
    """Pass results that were made from printed figures alone.

    Parameters
    ----------
    results : one row per estimate (``frames.RESULTS``)
    cohort : its sources must all be of kind ``published``
    policy : the rules and symbols that the report states

    Returns
    -------
    DisclosedResults
        ``table``: one row per estimate, as given; nothing is withheld, and the audit is empty.

    Raises
    ------
    DisclosureError
        Some result is not of a printed source, or not of this cohort.
    """
    check(results, RESULTS)
    printed = [source.id for source in cohort.sources if source.kind is SourceKind.PUBLISHED]
    foreign = ~results["source"].isin(printed) | results["cohort"].ne(cohort.id)
    if cohort.made_from is not SourceKind.PUBLISHED or foreign.any():
        raise DisclosureError(
            "results that were not made from printed figures must be protected before they leave.",
            found=f"{int(foreign.sum())} of {len(results)} rows", allowed="results of sources of kind 'published'",
            do="pass them through nbeval.disclosure.protect.",
        )
    audit = pd.DataFrame(columns=list(AUDIT)).astype({"ok": bool, "width": float, "required": float})
    return DisclosedResults(table=results, policy=policy, audit=audit)
