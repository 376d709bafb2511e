"""Taking numbers out of rows: what a withheld row still says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Disclosure
from nbeval.frames import MISSING_COLUMNS

#: every number of a row that is made from the answers, and so goes with the estimate
FROM_ANSWERS = (
    "estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "p_adjusted",
    "numerator", "numerator_reference", "n_effective",
)


def withhold(
    results: pd.DataFrame,
    policy: Disclosure,
    *,
    rows: pd.Series,
    bases: pd.Series,
    references: pd.Series,
    eligible: pd.Series,
    reasons: pd.Series,
) -> pd.DataFrame:
    """Take out of ``results`` what the five masks name, and mark the rows that lost their estimate.

    Parameters
    ----------
    rows
        Rows that lose the estimate and everything computed from the answers.
    bases, references, eligible, reasons
        Rows that lose ``n_valid``, ``n_reference``, ``n_eligible`` and the missing reasons.

    Returns
    -------
    DataFrame
        one row per estimate, as in ``results``, with its symbol in ``suppression``.
    """
    table = results.copy()
    not_available = table["estimate"].isna() & ~rows
    table.loc[rows, list(FROM_ANSWERS)] = np.nan
    table.loc[rows, ["verdict", "warning"]] = ""
    table.loc[bases, "n_valid"] = np.nan
    table.loc[references, "n_reference"] = np.nan
    table.loc[eligible, "n_eligible"] = np.nan
    table.loc[reasons, list(MISSING_COLUMNS)] = np.nan
    table["suppression"] = np.select(
        [rows, not_available], [policy.symbols["withheld"], policy.symbols["not_available"]], default="",
    )
    return table
