"""Official figures as rows of results: taken over as published, nothing worked out."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.models import Cohort
from nbeval.estimate.rows import result_rows
from nbeval.frames import Quantity

#: the group whose levels are years
YEAR = "year"
METHOD = "as published"
PERCENT_SIGN = "%"


def official_results(figures: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Take official figures over.

    Parameters
    ----------
    figures : one row per authority x year x measure (``evidence_frames.OFFICIAL``)
    cohort : whose they are

    Returns
    -------
    one row per figure
        ``indicator`` is the measure, ``level`` the year. No count of people is on a row: what is public is not protected, and
        what the publisher withheld is missing with its symbol in ``warning``.
    """
    if figures.empty:
        return result_rows(pd.DataFrame())
    percent = figures["unit"].eq(PERCENT_SIGN)
    table = figures.assign(
        indicator=figures["measure"], level=figures["year"].astype(str), estimate=figures["value"],
        quantity=percent.map({True: Quantity.PERCENT.value, False: Quantity.MEAN.value}),
        unit=percent.map({True: "percent", False: "scale points"}),
        warning=("not estimable: published as the symbol " + figures["symbol"]).where(figures["symbol"].ne(""), ""),
    )
    return result_rows(table, cohort=cohort.id, group=YEAR, method=METHOD)
