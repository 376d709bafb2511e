"""The counts that a printed figure may stand for: everything that rounds to what was printed.

Everything here is done in whole numbers, so that no floating-point remainder settles a tie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nbeval.dictionary.enums import Rounding, Symbol
from nbeval.dictionary.printed_number import PrintedNumber


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

    Parameters
    ----------
    percentage : PrintedNumber
        The percentage as printed.
    n : array_like of int
        The bases.
    rounding : Rounding
        How ties were settled; unknown admits both ways.

    Returns
    -------
    tuple of numpy.ndarray
        Smallest and largest count; where no count of a base prints as this, the smallest lies above
        the largest.
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


def counts_printed_as(percentage: PrintedNumber, bases: Counts | int, rounding: Rounding = Rounding.UNKNOWN) -> Counts:
    """Give every count that prints as a percentage of a base.

    Parameters
    ----------
    percentage : PrintedNumber
        The percentage as printed.
    bases : int or Counts
        The base, or all that it may have been.
    rounding : Rounding
        How ties were settled.

    Returns
    -------
    Counts
        Without any run where no count gives the percentage.

    Notes
    -----
    The idea is that of the GRIM test: Brown and Heathers, Soc Psychol Personal Sci 2017;8:363-369.
    """
    n = np.array([bases]) if isinstance(bases, int) else _each(bases)
    low, high = runs_printed_as(percentage, n, rounding)
    return Counts(tuple(Run(int(base), int(a), int(b)) for base, a, b in zip(n, low, high, strict=True) if a <= b))


def counts_rounded(printed: int, to: int, rounding: Rounding = Rounding.UNKNOWN) -> tuple[int, int]:
    """Give the smallest and the largest count that is printed as ``printed`` when counts are rounded.

    Parameters
    ----------
    printed : int
        The count as printed.
    to : int
        What counts were rounded to: 5 or 10; 1 where they were not.
    rounding : Rounding
        How ties were settled.

    Returns
    -------
    tuple of int
        Smallest and largest count.
    """
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

    Parameters
    ----------
    symbol : Symbol
        What was printed in place of a percentage.
    n : int
        The base.
    decimals : int
        Decimals of the table, which settle what rounds to zero.

    Returns
    -------
    Counts
        Any count where the figure was withheld, since it may have been withheld to protect another;
        at least one person where it is more than zero but rounds to zero; none where there is no figure.
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
