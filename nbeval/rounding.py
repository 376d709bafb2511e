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
    """Round half up, ties away from zero, the decimal that is written: a float is its shortest decimal, so that 1.005 is a tie; never -0."""
    if isinstance(value, float) and not isfinite(value):
        return value
    written = Decimal(repr(float(value))) if isinstance(value, float) else value
    return _nearest(Fraction(written), decimals)


def half_up_percent(numerator: int, denominator: int, decimals: int = 0) -> float:
    """Round half up the percentage that ``numerator`` is of ``denominator``, from the exact ratio; NaN without a base."""
    if denominator == 0:
        return float("nan")
    return _nearest(100 * Fraction(int(numerator), int(denominator)), decimals)


def _nearest(exact: Fraction, decimals: int) -> float:
    """The multiple of 10**-decimals nearest to an exact number, ties away from zero."""
    scale = Fraction(10) ** decimals
    size = Fraction(floor(abs(exact) * scale + Fraction(1, 2))) / scale
    return float(size if exact >= 0 else -size) + 0.0
