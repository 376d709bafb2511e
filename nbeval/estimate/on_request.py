"""Statistics that are estimated where an exhibit names them: one class for each, with its words and its test.

``exhibits.csv`` names them among its ``quantities``; a table of changes shows them beside the change, with two decimals.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from nbeval.dictionary.enums import Measure
from nbeval.estimate.comparisons import wave_pairs
from nbeval.estimate.levels import NOBODY, share
from nbeval.estimate.plan import Plan
from nbeval.frames import Method, Reason


class Statistic(ABC):
    """One statistic of the change between two waves of different people."""

    #: what ``exhibits.csv`` calls it, and the key of its words
    id: ClassVar[str] = ""
    unit: ClassVar[str] = ""
    method: ClassVar[str] = ""

    @abstractmethod
    def columns(self, pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
        """The counts of both waves it is made from, with ``estimate``, interval and ``warning``: one row per indicator and place."""


class RiskRatio(Statistic):
    """How many times as large a share is as at the first wave, with Katz's interval on the log scale (Biometrics 1978;34:469-474). It has
    no test of its own: that of the change is one of the same hypothesis."""

    id = "risk_ratio"
    unit = "ratio"
    method = Method.KATZ

    def columns(self, pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
        of_shares = pairs[pairs["indicator"].map(plan.measures).eq(Measure.PERCENT)]
        x1, n1, x0, n0 = (of_shares[name].to_numpy(float) for name in ("numerator", "n_valid", "numerator_reference", "n_reference"))
        level, some, everybody = plan.conf_level, (n1 > 0) & (n0 > 0), (x1 == n1) & (x0 == n0)
        estimable = (x1 > 0) & (x0 > 0) & ~everybody
        given = (np.where(estimable, counts, np.nan) for counts in (x1, n1, x0, n0))
        low, high = confint_proportions_2indep(*given, method="log", compare="ratio", alpha=1 - level)
        return of_shares.assign(
            estimate=np.where(estimable, share(x1 * n0, n1 * x0), np.nan), conf_low=low, conf_high=high, conf_level=level,
            warning=np.select([~some, everybody, ~estimable], [NOBODY, Reason.SAME_ANSWER.not_estimable, Reason.NO_RATIO.not_estimable], ""),
        )


STATISTICS: Mapping[str, Statistic] = MappingProxyType({one.id: one() for one in (RiskRatio,)})


def on_request(plan: Plan) -> pd.DataFrame:
    """Estimate the statistics of a change that some exhibit names: one row per statistic x indicator x pair of waves x place."""
    named = {quantity for exhibit in plan.dictionary.exhibits for quantity in exhibit.quantities}
    rows = [
        plan.rows(one.columns(wave_pairs(plan, wave, reference), plan), quantity=one.id, unit=one.unit, method=one.method)
        for one in STATISTICS.values() if one.id in named for wave, reference in plan.every_pair
    ]
    return pd.concat(rows, ignore_index=True) if rows else plan.rows()
