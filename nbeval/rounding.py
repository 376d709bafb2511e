"""Half up, as published tables are rounded: the one rounding of the project, exact in decimals.

A tie goes away from zero. Shares and their differences are rounded from the counts, so that no
floating-point remainder decides a tie: 29 of 200 is 14.5 % and rounds to 15, though
``100 * (29 / 200)`` is 14.499999999999998.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor, isfinite

Number = int | float | str | Decimal | Fraction


def half_up(value: Number, decimals: int = 0) -> float:
    """Round half up the decimal that is written.

    Parameters
    ----------
    value : int, float, str, Decimal or Fraction
        A float stands for its shortest decimal: 1.005 is a tie, although the binary number that
        stores it lies below.
    decimals : int
        Places after the point; negative ones round tens, hundreds, ...

    Returns
    -------
    float
        The nearest, ties away from zero; NaN and infinities as they are; never minus zero.

    Notes
    -----
    Python's ``round`` and numpy's round half to even, of the stored binary: 0.5 to 0, 2.675 to 2.67.
    A percentage held as a float keeps its ties only if it was computed as ``100 * x / n``; where
    the counts are at hand use ``half_up_percent``. Evidence: R package gmp, rational numbers.
    """
    if isinstance(value, float) and not isfinite(value):
        return value
    written = Decimal(repr(float(value))) if isinstance(value, float) else value
    return _nearest(Fraction(written), decimals)


def half_up_percent(numerator: int, denominator: int, decimals: int = 0) -> float:
    """Round half up the percentage that ``numerator`` is of ``denominator``.

    Parameters
    ----------
    numerator, denominator : int
        Counts; a denominator of 0 has no percentage.
    decimals : int
        Places after the point.

    Returns
    -------
    float
        The percentage, rounded from the exact ratio; NaN where the denominator is 0.
    """
    if denominator == 0:
        return float("nan")
    return _nearest(100 * Fraction(int(numerator), int(denominator)), decimals)


def _nearest(exact: Fraction, decimals: int) -> float:
    """The multiple of 10**-decimals nearest to an exact number, ties away from zero."""
    scale = Fraction(10) ** decimals
    size = Fraction(floor(abs(exact) * scale + Fraction(1, 2))) / scale
    return float(size if exact >= 0 else -size) + 0.0
