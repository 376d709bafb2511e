"""Intervals, differences and tests over every count that rounding allows: smallest to largest.

What is read off a whole rectangle of counts is read off its corners wherever that is exact. With the
count of one sample held, Wilson's and Newcombe's limits rise with the count of the other, and the
uncorrected chi-squared grows with the distance from no difference (N(x1 n0 - x0 n1)^2 / (n1 n0 m (N - m))
has, for x0 held, a derivative with the sign of the difference, since
2 n0 m (N - m) >= (x1 n0 - x0 n1)(N - 2m)); the one-sample score statistic does the same in the fixed share.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import nan

import numpy as np

from nbeval.dictionary.printed_number import PrintedNumber
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.printed_counts import Counts, Run
from nbeval.estimate.proportions import (
    SMALLEST_EXPECTED, against_fixed_score, boschloo, chi_squared_uncorrected, fisher, newcombe, smallest_expected, wilson,
)
from nbeval.frames import Decision

ALPHA = 0.05
#: as many pairs of small counts as are tested one by one
MOST_EXACT = 4000
#: pairs of counts times the people of both samples: beyond it Boschloo's test would take too long for all of them
MOST_WORK = 6000
TOO_MANY = "too many pairs of counts fit what was printed"


@dataclass(frozen=True)
class PrintedComparison:
    """A comparison over all counts that rounding allows; shares and their differences lie in -1 to 1."""

    low: float                   # smallest difference
    high: float
    conf_low: float              # lowest of all lower limits
    conf_high: float
    p_smallest: float
    p_largest: float
    methods: tuple[str, ...]
    decision: Decision
    warning: str = ""


def interval_over(counts: Counts, conf_level: float = 0.95) -> tuple[float, float]:
    """Give the lowest lower and the highest upper limit of Wilson's interval over all counts.

    Parameters
    ----------
    counts : Counts
        What a printed percentage may stand for.
    conf_level : float
        The level of the intervals.

    Returns
    -------
    tuple of float
        Shares; NaN where no count fits.
    """
    if not counts.runs:
        return nan, nan
    n = np.array([run.n for run in counts.runs])
    low = wilson([run.low for run in counts.runs], n, conf_level).conf_low
    high = wilson([run.high for run in counts.runs], n, conf_level).conf_high
    return float(low.min()), float(high.max())


def compare_printed(now: Counts, then: Counts, conf_level: float = 0.95) -> PrintedComparison:
    """Compare two printed percentages over every pair of counts that they may stand for.

    Parameters
    ----------
    now, then : Counts
        The compared sample and the one it is compared with.
    conf_level : float
        The level of the intervals; the test is at one minus it.

    Returns
    -------
    PrintedComparison
        Difference and Newcombe interval, smallest to largest, and the smallest and the largest p of the
        house's rule: chi-squared, or Boschloo's test where an expected count is under 5 (Fisher's where
        that would take too long). It is decided where every pair of counts says the same.
    """
    if not now.runs or not then.runs:
        return _nothing("not estimable: no count gives what was printed")
    parts = [_rectangle(a, b, conf_level) for a, b in product(now.runs, then.runs)]
    return _together(parts, conf_level)


def compare_with_fixed(now: Counts, fixed: PrintedNumber, conf_level: float = 0.95) -> PrintedComparison:
    """Compare a printed percentage with one that has no base, over all that both may stand for.

    Parameters
    ----------
    now : Counts
        The compared sample.
    fixed : PrintedNumber
        The other percentage as printed; what it rounds from is taken to be free of error.
    conf_level : float
        The level of the intervals; the test is at one minus it.

    Returns
    -------
    PrintedComparison
        With the one-sample score test.
    """
    if not now.runs:
        return _nothing("not estimable: no count gives what was printed")
    ends = [min(max(float(end) / 100, 0.0), 1.0) for end in fixed.limits]
    parts = []
    for run in now.runs:
        with np.errstate(divide="ignore", invalid="ignore"):
            corner = against_fixed_score(np.array([[run.low], [run.high]]), run.n, np.array([ends]), conf_level)
        inside = run.low / run.n <= ends[1] and run.high / run.n >= ends[0]
        p = np.nan_to_num(corner.p_value, nan=1.0)
        parts.append(PrintedComparison(
            run.low / run.n - ends[1], run.high / run.n - ends[0],
            float(corner.conf_low[0, 1]), float(corner.conf_high[1, 0]),
            float(p.min()), 1.0 if inside else float(p.max()), ("one-sample score test",), Decision.OPEN,
        ))
    return _together(parts, conf_level)


def decide(conf_low: float, conf_high: float, p_smallest: float, p_largest: float, alpha: float = ALPHA) -> Decision:
    """Say whether every count that rounding allows settles a comparison alike.

    Parameters
    ----------
    conf_low, conf_high : float
        Lowest lower and highest upper limit of the difference.
    p_smallest, p_largest : float
        The range of p.
    alpha : float
        The level of the test.

    Returns
    -------
    Decision
        Yes where even the largest p is at or under ``alpha`` and no interval holds zero; no where even the
        smallest p is above it; otherwise it cannot be decided.
    """
    if p_largest <= alpha and (conf_low > 0 or conf_high < 0):
        return Decision.YES
    return Decision.NO if p_smallest > alpha else Decision.OPEN


def _rectangle(a: Run, b: Run, conf_level: float) -> PrintedComparison:
    """The comparison over all counts of one base against all counts of another."""
    least, most = newcombe(a.low, a.n, b.high, b.n, conf_level), newcombe(a.high, a.n, b.low, b.n, conf_level)
    smallest, largest, methods, warning = _p_over(a, b)
    return PrintedComparison(
        a.low / a.n - b.high / b.n, a.high / a.n - b.low / b.n, float(least.conf_low), float(most.conf_high),
        smallest, largest, methods, Decision.OPEN, warning,
    )


def _p_over(a: Run, b: Run) -> tuple[float, float, tuple[str, ...], str]:
    """The smallest and the largest p over a rectangle of counts, and the tests that were used."""
    ends = smallest_expected([a.low, a.high], a.n, [b.low, b.high], b.n)
    if ends.min() >= SMALLEST_EXPECTED:
        p = _chi_squared_edges(a, b)
        return float(p.min()), float(p.max()), ("chi_squared_uncorrected",), ""
    x1, x0 = (grid.ravel() for grid in np.meshgrid(np.arange(a.low, a.high + 1), np.arange(b.low, b.high + 1)))
    small = smallest_expected(x1, a.n, x0, b.n) < SMALLEST_EXPECTED
    if small.sum() > MOST_EXACT:
        return nan, nan, (), TOO_MANY
    quick = small.sum() * (a.n + b.n) > MOST_WORK
    exact = [(fisher if quick else boschloo)(int(x), a.n, int(y), b.n) for x, y in zip(x1[small], x0[small], strict=True)]
    p = np.concatenate([_p_values(exact), chi_squared_uncorrected(x1[~small], a.n, x0[~small], b.n).p_value])
    methods = dict.fromkeys([*(one.method for one in exact), *(["chi_squared_uncorrected"] if (~small).any() else [])])
    return float(np.nanmin(p)), float(np.nanmax(p)), tuple(methods), ""


def _p_values(outcomes: list[Outcome]) -> np.ndarray:
    """The p-values of tests; where everybody answered alike there is nothing to tell apart."""
    return np.nan_to_num(np.array([one.p_value for one in outcomes], dtype=float), nan=1.0)


def _chi_squared_edges(a: Run, b: Run) -> np.ndarray:
    """p of chi-squared at the corners of a rectangle and, row by row, beside the line of no difference."""
    x0 = np.arange(b.low, b.high + 1)
    level = x0 * a.n // b.n
    x1 = np.clip(np.concatenate([level, level + 1]), a.low, a.high)
    beside = chi_squared_uncorrected(x1, a.n, np.concatenate([x0, x0]), b.n)
    corners = chi_squared_uncorrected([a.low, a.low, a.high, a.high], a.n, [b.low, b.high, b.low, b.high], b.n)
    return np.concatenate([beside.p_value, corners.p_value])


def _together(parts: list[PrintedComparison], conf_level: float) -> PrintedComparison:
    """The widest of several comparisons, and what they settle together."""
    low, high = min(one.low for one in parts), max(one.high for one in parts)
    conf_low, conf_high = min(one.conf_low for one in parts), max(one.conf_high for one in parts)
    smallest = float(np.min([one.p_smallest for one in parts]))
    largest = float(np.max([one.p_largest for one in parts]))
    methods = tuple(dict.fromkeys(name for one in parts for name in one.methods))
    warning = next((one.warning for one in parts if one.warning), "")
    decision = decide(conf_low, conf_high, smallest, largest, round(1 - conf_level, 12))
    return PrintedComparison(low, high, conf_low, conf_high, smallest, largest, methods, decision, warning)


def _nothing(warning: str) -> PrintedComparison:
    """A comparison that cannot be made."""
    return PrintedComparison(nan, nan, nan, nan, nan, nan, (), Decision.OPEN, warning)
