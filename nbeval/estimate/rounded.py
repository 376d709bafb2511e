"""Intervals and tests of figures whose counts were rounded: worked out from what is printed, so that they tell no more than it does."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.estimate.comparisons import compare_percentages
from nbeval.estimate.levels import percentages
from nbeval.frames import Contrast, Quantity

_TESTED = ("estimate", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "method")


def estimate_rounded(table: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Give rounded percentages Wilson's interval, and their changes and differences Newcombe's and a test, from the counts that the rows
    show. One row per row of ``table``; rows without rounded counts stay as they are."""
    level, found = dictionary.programme.conf_level, table.copy()
    plain = table["estimate"].notna() & table["conf_low"].isna() & ~table["weighted"] & table["suppression"].eq("")
    rate, missing = (plain & table["quantity"].eq(one) for one in (Quantity.RESPONSE_RATE, Quantity.ITEM_NONRESPONSE))
    counted = plain & table["numerator"].notna()
    compared = counted & table["quantity"].isin([Quantity.CHANGE, Quantity.DIFFERENCE]) & table["contrast"].ne(Contrast.NONE)
    shares = (rate | missing | (counted & table["contrast"].eq(Contrast.NONE))) & table["unit"].eq("percent")
    counts = table[["n_valid", "numerator"]].assign(
        numerator=table["numerator"].mask(rate, table["n_valid"]).mask(missing, table["n_eligible"] - table["n_valid"]),
        n_valid=table["n_valid"].mask(rate | missing, table["n_eligible"]))
    intervals = percentages(counts[shares], level)
    for name in ("conf_low", "conf_high", "conf_level", "method"):
        found.loc[shares, name] = intervals[name]
    columns = ["n_valid", "numerator", "n_reference", "numerator_reference"]
    tested = compare_percentages(table.loc[compared, columns], level)
    for name in _TESTED:
        found.loc[compared, name] = tested[name]
    return found
