"""Which counts are too small to be published on their own account.

The rules are thresholds of the policy in ``disclosure.toml``: a count of people, the count of
those left over when it is taken from its base, and the base itself. A percentage is a count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.records import Disclosure
from nbeval.frames import MISSING_COLUMNS, Quantity

#: published facts about other people, or numbers about the design: nobody's answers are in them
OPEN = (Quantity.BENCHMARK, Quantity.POPULATION_SHARE)

#: estimates that stand on a model: few degrees of freedom nearly give back the data
MODELS = (Quantity.ODDS_RATIO, Quantity.MARGINAL_EFFECT, Quantity.CHANGE_ADJUSTED)

#: how many took part; who did not take part is not known to anybody as a group
PEOPLE = (Quantity.COUNT, Quantity.RESPONSE_RATE)


def small(count: np.ndarray | pd.Series, threshold: int, zero: bool) -> np.ndarray:
    """Where a count is under the threshold; a zero counts as small only where ``zero`` says so."""
    count = np.asarray(count, dtype=float)
    return (count < threshold) & (zero | (count > 0))


def small_share(numerator, base, policy: Disclosure) -> np.ndarray:
    """Where a share rests on too few people: in it, out of it, or altogether.

    Notes
    -----
    With ``protect_complement`` a share of 0 % or 100 % is small too: it says something of
    everybody in the group (class disclosure). Thresholds of 10, zero included, for counts, bases
    and degrees of freedom: UK LLC output rules; ACRO defaults.
    """
    numerator, base = np.asarray(numerator, dtype=float), np.asarray(base, dtype=float)
    zero = policy.protect_complement
    inside = small(numerator, policy.threshold, zero)
    outside = small(base - numerator, policy.threshold, zero) & policy.protect_complement
    return inside | outside | small_base(base, policy)


def small_base(base, policy: Disclosure) -> np.ndarray:
    """Where a base is too small for any percentage, mean or median to stand on."""
    return np.asarray(base, dtype=float) < max(policy.threshold, policy.threshold_percent_base)


def unsafe_rows(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where a row of results is too small on its own account, whatever else is shown."""
    people = results["quantity"].isin(PEOPLE)
    share = small_share(results["numerator"].mask(people), results["n_valid"], policy)
    reference = small_share(results["numerator_reference"], results["n_reference"], policy)
    few_freedom = results["quantity"].isin(MODELS) & (results["df"] < policy.threshold)
    protected = ~results["quantity"].isin(OPEN)
    return pd.Series((share | reference | few_freedom) & protected, index=results.index)


def unsafe_reasons(results: pd.DataFrame, policy: Disclosure) -> pd.Series:
    """Where the split of missing answers by reason has to go.

    It is shown for the whole cohort only, and only where every reason that occurs was given by
    the threshold number of people. How many gave no answer at all is a matter of two bases and
    stays: it says nothing about anybody that a reader could know them by.
    """
    reasons = results[list(MISSING_COLUMNS)]
    any_small = ((reasons > 0) & (reasons < policy.threshold)).any(axis=1)
    part = (results["authority"] != "") | (results["group"] != "")
    return any_small | part
