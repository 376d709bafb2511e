"""``protect``: results in, disclosed results out; the one place where disclosed results are made."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nbeval.dictionary.records import Cohort
from nbeval.frames import RESULTS, DisclosedResults, check
from nbeval.protect.primary import small_base, unsafe_reasons, unsafe_rows
from nbeval.protect.withhold import withhold


def protect(
    results: pd.DataFrame, cohort: Cohort, dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> DisclosedResults:
    """Withhold from results what would give somebody away.

    Returns
    -------
    DisclosedResults
        ``table``: one row per estimate.
    """
    check(results, RESULTS)
    policy = dictionary.disclosure
    rows = unsafe_rows(results, policy)
    base = pd.Series(small_base(results["n_valid"], policy), index=results.index)
    reference = pd.Series(small_base(results["n_reference"], policy), index=results.index)
    table = withhold(
        results, policy, rows=rows, bases=base & rows, references=reference & rows,
        eligible=base & rows, reasons=unsafe_reasons(results, policy),
    )
    return DisclosedResults(table=table, policy=policy, audit=pd.DataFrame())
