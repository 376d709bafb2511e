"""What can be said of figures in print, whatever was rounded away: counts, bases, sums, means, ranges and p-values that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor, inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.dictionary.enums import Rounding, Symbol
from nbeval.dictionary.printed_number import PrintedNumber
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.proportions import (
    SMALLEST_EXPECTED, against_fixed_score, boschloo, chi_squared_uncorrected, fisher, newcombe, smallest_expected, wilson,
)
from nbeval.frames import Decision, Method


@dataclass(frozen=True)
class Run:
    """The counts from ``low`` to ``high``, all of one base ``n``."""

    n: int
    low: int
    high: int


@dataclass(frozen=True)
class Counts:
    """Every count that a printed figure may stand for: a run of whole numbers for each base it may have."""

    runs: tuple[Run, ...]

    @property
    def number(self) -> int:
        """How many pairs of count and base there are; 0 where nothing fits what was printed."""
        return sum(run.high - run.low + 1 for run in self.runs)

    @property
    def lowest(self) -> int:
        """The smallest count."""
        return min(run.low for run in self.runs)

    @property
    def highest(self) -> int:
        """The largest count."""
        return max(run.high for run in self.runs)

    @property
    def shares(self) -> tuple[float, float]:
        """The smallest and the largest share."""
        return min(run.low / run.n for run in self.runs), max(run.high / run.n for run in self.runs)


def runs_printed_as(
    percentage: PrintedNumber, n: ArrayLike, rounding: Rounding = Rounding.UNKNOWN,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the smallest and the largest count that print as a percentage, for each of many bases.

    Where no count of a base prints so, the smallest is above the largest.
    """
    base = np.asarray(n, dtype=np.int64)
    scale = 2 * 100 * 10**percentage.decimals
    even = percentage.units % 2 == 0
    middle = 2 * percentage.units * base
    low, high = -((base - middle) // scale), (middle + base) // scale
    lower_tie = rounding is not Rounding.HALF_EVEN or even
    upper_tie = rounding is not Rounding.HALF_UP and even
    if not lower_tie:
        low = low + (scale * low == middle - base)
    if not upper_tie:
        high = high - (scale * high == middle + base)
    return np.maximum(low, 0), np.minimum(high, base)


def bases_that_fit(
    percentages: Sequence[PrintedNumber], lowest: int, highest: int, rounding: Rounding = Rounding.UNKNOWN,
) -> np.ndarray:
    """Find every base of which all percentages of a table can be percentages."""
    bases = np.arange(max(lowest, 1), highest + 1)
    fits = np.ones(len(bases), dtype=bool)
    for one in percentages:
        low, high = runs_printed_as(one, bases, rounding)
        fits &= low <= high
    return bases[fits]


def counts_printed_as(percentage: PrintedNumber, bases: Counts | int, rounding: Rounding = Rounding.UNKNOWN) -> Counts:
    """Give every count that prints as a percentage of a base.

    The idea is that of the GRIM test: Brown and Heathers, Soc Psychol Personal Sci 2017;8:363-369.
    """
    n = np.array([bases]) if isinstance(bases, int) else _each(bases)
    low, high = runs_printed_as(percentage, n, rounding)
    return Counts(tuple(Run(int(base), int(a), int(b)) for base, a, b in zip(n, low, high, strict=True) if a <= b))


def counts_rounded(printed: int, to: int, rounding: Rounding = Rounding.UNKNOWN) -> tuple[int, int]:
    """Give the smallest and the largest count that is printed as ``printed`` when counts are rounded."""
    if to == 1:
        return printed, printed
    tied = to % 2 == 0
    even = (printed // to) % 2 == 0
    low = printed - to // 2 + (tied and rounding is Rounding.HALF_EVEN and not even)
    high = printed + to // 2 - (tied and not (even and rounding is not Rounding.HALF_UP))
    return max(low, 0), high


def counts_of(count: tuple[int, int], bases: Counts | int) -> Counts:
    """Lay counts from a smallest to a largest over every base they may be of."""
    n = [bases] if isinstance(bases, int) else [int(one) for one in _each(bases)]
    return Counts(tuple(Run(one, count[0], min(count[1], one)) for one in n if count[0] <= one))


def bases_from(low: int, high: int) -> Counts:
    """Every base from a smallest to a largest."""
    return Counts(tuple(Run(n, n, n) for n in range(max(low, 1), high + 1)))


def counts_behind_symbol(symbol: Symbol, n: int, decimals: int = 0) -> Counts:
    """Give the counts that an official symbol may hide.

    Any count where the figure was withheld, at least one person where it rounds to zero, none where there is no figure.
    """
    if symbol is Symbol.WITHHELD:
        return Counts((Run(n, 0, n),))
    if symbol is Symbol.LOW:
        _, high = runs_printed_as(PrintedNumber(0, decimals), [n])
        return Counts((Run(n, 1, int(high[0])),)) if high[0] >= 1 else Counts(())
    return Counts(())


def _each(bases: Counts) -> np.ndarray:
    """The bases of a set of bases."""
    return np.array([n for run in bases.runs for n in range(run.low, run.high + 1)], dtype=np.int64)


@dataclass(frozen=True)
class Answers:
    """So many people who each gave so many whole answers from ``lowest`` to ``highest`` (None: no end)."""

    n: int
    items: int = 1
    lowest: int | None = None
    highest: int | None = None

    @property
    def parts(self) -> int:
        """How many whole numbers the mean is of."""
        return self.n * self.items


def totals_printed_as(mean: PrintedNumber, answers: Answers, rounding: Rounding = Rounding.UNKNOWN) -> tuple[int, ...]:
    """Give every total of whole answers whose mean prints as this one (the GRIM test).

    Brown and Heathers, The GRIM test, Soc Psychol Personal Sci 2017;8:363-369. Evidence: their rule that a
    mean of N whole numbers is a multiple of 1/N, on cases worked by hand.
    """
    low, high = (end * answers.parts for end in mean.limits)
    within = range(ceil(low), floor(high) + 1)
    return tuple(
        total for total in within
        if mean.prints(Fraction(total, answers.parts), rounding) and _on_scale(total, answers)
    )


def means_beside(mean: PrintedNumber, answers: Answers) -> tuple[float, float]:
    """The possible means next below and next above a printed one."""
    total = mean.exact * answers.parts
    return floor(total) / answers.parts, ceil(total) / answers.parts


def spread_possible(total: int, answers: Answers) -> tuple[float, float]:
    """Give the smallest and the largest standard deviation of whole answers with this total.

    With n - 1; the largest has as many answers as it can at the ends.
    """
    least, most = _squares(total, answers)
    return tuple(sqrt(max(0.0, (q - total**2 / answers.n) / (answers.n - 1))) for q in (least, most))


def squares_printed_as(sd: PrintedNumber, totals: Sequence[int], answers: Answers) -> tuple[tuple[int, int], ...]:
    """Give the totals and sums of squares of whole answers that print as a standard deviation (GRIMMER).

    Each sum has the parity of its total and is within what the ends of the scale allow; none where the deviation is not possible with the
    mean.

    Anaya, The GRIMMER test, PeerJ Preprints 2016;4:e2400v1; the test of parity after Allard (2018). These are conditions that must hold;
    that they hold does not show that such answers were given.
    """
    found = []
    low, high = (max(end, Fraction(0)) for end in sd.limits)
    for total in totals:
        centre = Fraction(total**2, answers.n)
        least, most = (end**2 * (answers.n - 1) + centre for end in (low, high))
        bounds = _squares(total, answers)
        smallest = max(ceil(least), bounds[0])
        largest = min(floor(most), bounds[1]) if bounds[1] is not None else floor(most)
        found += [(total, q) for q in range(smallest, largest + 1) if (q - total) % 2 == 0]
    return tuple(found)


def _on_scale(total: int, answers: Answers) -> bool:
    """Whether a total lies between the ends of the scale."""
    above = answers.lowest is None or total >= answers.lowest * answers.parts
    return above and (answers.highest is None or total <= answers.highest * answers.parts)


def _squares(total: int, answers: Answers) -> tuple[int, int | None]:
    """The smallest and the largest sum of squares of n whole numbers with this total."""
    each, rest = divmod(total, answers.n)
    least = (answers.n - rest) * each**2 + rest * (each + 1) ** 2
    if answers.lowest is None or answers.highest is None:
        return least, None
    top, left = divmod(total - answers.n * answers.lowest, answers.highest - answers.lowest)
    most = top * answers.highest**2
    if top < answers.n:
        most += (answers.lowest + left) ** 2 + (answers.n - top - 1) * answers.lowest**2
    return least, most


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
    decision: Decision = Decision.OPEN
    warning: str = ""


def interval_over(counts: Counts, conf_level: float = 0.95) -> tuple[float, float]:
    """Give the lowest lower and the highest upper limit of Wilson's interval over all counts."""
    if not counts.runs:
        return nan, nan
    n = np.array([run.n for run in counts.runs])
    low = wilson([run.low for run in counts.runs], n, conf_level).conf_low
    high = wilson([run.high for run in counts.runs], n, conf_level).conf_high
    return float(low.min()), float(high.max())


def compare_printed(now: Counts, then: Counts, conf_level: float = 0.95) -> PrintedComparison:
    """Compare two printed percentages over every pair of counts that they may stand for.

    Newcombe's interval at its widest, and the range of p by chi-squared, or Boschloo's test where an expected count is under 5 (Fisher's
    where that would take too long). It is decided where every pair of counts says the same.
    """
    if not now.runs or not then.runs:
        return _nothing("not estimable: no count gives what was printed")
    parts = [_rectangle(a, b, conf_level) for a, b in product(now.runs, then.runs)]
    return _together(parts, conf_level)


def compare_with_fixed(now: Counts, fixed: PrintedNumber, conf_level: float = 0.95) -> PrintedComparison:
    """Compare a printed percentage with one that has no base, over all that both may stand for.

    By the one-sample score test; what ``fixed`` was rounded from is taken to be free of error.
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
            float(p.min()), 1.0 if inside else float(p.max()), (Method.SCORE,),
        ))
    return _together(parts, conf_level)


def decide(conf_low: float, conf_high: float, p_smallest: float, p_largest: float, alpha: float = ALPHA) -> Decision:
    """Say whether every count that rounding allows settles a comparison alike.

    Yes where even the largest p is at or under ``alpha`` and no interval has zero in it; no where even the smallest p is above it; else it
    is open.
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
        smallest, largest, methods, warning=warning,
    )


def _p_over(a: Run, b: Run) -> tuple[float, float, tuple[str, ...], str]:
    """The smallest and the largest p over a rectangle of counts, and the tests that were used."""
    ends = smallest_expected([a.low, a.high], a.n, [b.low, b.high], b.n)
    if ends.min() >= SMALLEST_EXPECTED:
        p = _chi_squared_edges(a, b)
        return float(p.min()), float(p.max()), (Method.CHI_SQUARED,), ""
    x1, x0 = (grid.ravel() for grid in np.meshgrid(np.arange(a.low, a.high + 1), np.arange(b.low, b.high + 1)))
    small = smallest_expected(x1, a.n, x0, b.n) < SMALLEST_EXPECTED
    if small.sum() > MOST_EXACT:
        return nan, nan, (), TOO_MANY
    quick = small.sum() * (a.n + b.n) > MOST_WORK
    exact = [(fisher if quick else boschloo)(int(x), a.n, int(y), b.n) for x, y in zip(x1[small], x0[small], strict=True)]
    p = np.concatenate([_p_values(exact), chi_squared_uncorrected(x1[~small], a.n, x0[~small], b.n).p_value])
    methods = dict.fromkeys([*(one.method for one in exact), *([Method.CHI_SQUARED] if (~small).any() else [])])
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
    return PrintedComparison(nan, nan, nan, nan, nan, nan, (), warning=warning)


@dataclass(frozen=True)
class PRange:
    """p at the statistic as printed, and over all statistics that print as it."""

    printed: float
    smallest: float
    largest: float


def p_of(test: str, statistic: PrintedNumber, df1: float = nan, df2: float = nan, tails: int = 2) -> PRange:
    """The p-value of a stated test over what its statistic may have been before rounding; NaN where degrees of freedom are missing.

    ``df1`` is for t, chi2 and r, ``df1`` and ``df2`` for F; F and chi2 have one tail. For r the degrees of freedom are the pairs less 2.
    Nuijten and others, The prevalence of statistical reporting errors in psychology, Behav Res Methods 2016;48:1205-1226 (statcheck);
    evidence: the cases of the tests of the R package statcheck.
    """
    low, high = sorted(abs(float(end)) for end in statistic.limits)
    nearest = 0.0 if statistic.units == 0 else low
    return PRange(*(_p(test, size, df1, df2, tails) for size in (abs(statistic.value), high, nearest)))


def _p(test: str, size: float, df1: float, df2: float, tails: int) -> float:
    """The p-value of one statistic, without its sign."""
    match test:
        case "t":
            return float(tails * stats.t.sf(size, df1))
        case "r":
            size = min(size, 1.0)
            return float(tails * stats.t.sf(inf if size == 1 else size * sqrt(df1 / (1 - size**2)), df1))
        case "z":
            return float(tails * stats.norm.sf(size))
        case "chi2":
            return float(stats.chi2.sf(size, df1))
        case "F":
            return float(stats.f.sf(size, df1, df2))
    return nan
