"""Several printed percentages together: the bases that fit them all, and what they can add up to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nbeval.dictionary.enums import Rounding
from nbeval.dictionary.printed_number import PrintedNumber
from nbeval.estimate.printed_counts import Counts, counts_printed_as, runs_printed_as


def bases_that_fit(
    percentages: Sequence[PrintedNumber], lowest: int, highest: int, rounding: Rounding = Rounding.UNKNOWN,
) -> np.ndarray:
    """Find every base of which all percentages of a table can be percentages.

    Parameters
    ----------
    percentages : sequence of PrintedNumber
        The percentages as printed, of one question whose answers share a base.
    lowest, highest : int
        The bases to try.
    rounding : Rounding
        How ties were settled.

    Returns
    -------
    numpy.ndarray
        The bases of which each percentage is one of some whole number of people, in ascending order.
    """
    bases = np.arange(max(lowest, 1), highest + 1)
    fits = np.ones(len(bases), dtype=bool)
    for one in percentages:
        low, high = runs_printed_as(one, bases, rounding)
        fits &= low <= high
    return bases[fits]


def sum_of_parts(parts: Sequence[Counts]) -> tuple[int, int]:
    """Give the smallest and the largest number of people that several parts can hold together."""
    return sum(one.lowest for one in parts), sum(one.highest for one in parts)


def parts_of(
    percentages: Sequence[PrintedNumber], n: int, rounding: Rounding = Rounding.UNKNOWN,
) -> tuple[Counts, ...]:
    """Give the counts that each percentage of a table with one base may stand for."""
    return tuple(counts_printed_as(one, n, rounding) for one in percentages)
