"""The study: every interval and every test of the reports, on samples whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.validation import same_people, two_samples, whole_cohort
from nbeval.validation.trial import LEVEL, Trial

#: answers in one authority at one wave
SIZES = (20, 60, 150)
#: (what is simulated, runs for one run of the slowest)
SIMULATIONS = (
    (two_samples.percentages, 10), (two_samples.means, 10), (two_samples.families, 5), (two_samples.same_people_unknown, 5),
    (same_people.pairs, 2), (same_people.scales, 2), (whole_cohort.weighted, 5), (whole_cohort.make_up, 2), (whole_cohort.pooled, 1),
    (whole_cohort.ordered, 1), (whole_cohort.factors, 1), (whole_cohort.adjusted, 1),
)
#: of runs, this many standard errors are simulation error: one of 700 methods would lie outside by chance alone
ERRORS = 3.2

AS_PROMISED, CAUTIOUS, SHORT = "as promised", "more cautious than promised", "short of its promise"


@dataclass(frozen=True, eq=False)
class Study:
    """What came out: one row per method x size.

    ``table`` has ``kind`` (interval or test), ``method``, ``where`` (whose answers), ``n`` in one authority, ``runs``,
    ``rate`` and ``promised`` in percent, ``error`` (simulation error of the rate) and ``verdict``.
    """

    table: pd.DataFrame

    @property
    def intervals(self) -> pd.DataFrame:
        """How often intervals held the truth, in percent: one row per method, one column per size."""
        return self._laid_out("interval")

    @property
    def tests(self) -> pd.DataFrame:
        """How often tests declared what is not there, in percent: one row per method, one column per size."""
        return self._laid_out("test")

    @property
    def short(self) -> pd.DataFrame:
        """Methods that do not keep their promise at some size."""
        return self.table[self.table["verdict"].eq(SHORT)].reset_index(drop=True)

    @property
    def summary(self) -> pd.DataFrame:
        """How many methods and sizes kept their promise."""
        return self.table.groupby(["kind", "verdict"]).size().unstack(fill_value=0).reset_index()

    def _laid_out(self, kind: str) -> pd.DataFrame:
        """Rates by size, the verdict beside them."""
        rows = self.table[self.table["kind"].eq(kind)]
        shown = rows.assign(rate=[f"{row.rate:.1f} ± {row.error:.1f}" for row in rows.itertuples()])
        wide = shown.pivot(index=["where", "method"], columns="n", values="rate")
        worst = rows.assign(place=rows["verdict"].map({AS_PROMISED: 0, CAUTIOUS: 1, SHORT: 2})).sort_values("place")
        return wide.assign(verdict=worst.groupby(["where", "method"])["verdict"].last()).reset_index().rename_axis(columns=None)


def run_study(runs: int = 400, seed: int = 1, sizes: tuple[int, ...] = SIZES) -> Study:
    """Simulate every method at every size.

    Parameters
    ----------
    runs : int
        Of the slowest methods; quick ones are run up to ten times as often.
    seed : int
        The same seed gives the same study.
    sizes : tuple of int
        Answers in one authority at one wave.

    Returns
    -------
    Study
    """
    rows = []
    for place, (simulate, times) in enumerate(SIMULATIONS):
        for n in sizes:
            draw = np.random.default_rng([seed, place, n])
            rows += [_row(trial, n) for trial in simulate(draw, n, runs * times)]
    return Study(pd.DataFrame(rows))


def _row(trial: Trial, n: int) -> dict[str, object]:
    """One method at one size."""
    promised = LEVEL if trial.kind == "interval" else 1 - LEVEL
    happened = trial.happened
    rate = float(happened.mean()) if len(happened) else np.nan
    error = ERRORS * np.sqrt(promised * (1 - promised) / max(len(happened), 1))
    gap = rate - promised if trial.kind == "interval" else promised - rate
    verdict = SHORT if not gap >= -error else CAUTIOUS if gap > error else AS_PROMISED
    return {"kind": trial.kind, "where": trial.where, "method": trial.method, "n": n, "runs": len(happened),
            "rate": 100 * rate, "promised": 100 * promised, "error": 100 * error, "verdict": verdict}
