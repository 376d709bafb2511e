"""A number as printed: its digits, and how many of them follow the point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from nbeval.dictionary.enums import Rounding
from nbeval.errors import ParameterError

_PRINTED = re.compile(r"(?P<sign>[-+\u2212]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<after>\d*))?")


@dataclass(frozen=True)
class PrintedNumber:
    """``units`` of the last place printed: 9.8 is 98 units with 1 decimal.

    A printed number means everything that rounds to it.
    """

    units: int
    decimals: int = 0

    @property
    def exact(self) -> Fraction:
        """The number as printed, exactly."""
        return Fraction(self.units, 10**self.decimals)

    @property
    def value(self) -> float:
        """The number as printed."""
        return float(self.exact)

    @property
    def half(self) -> Fraction:
        """Half a unit of the last place."""
        return Fraction(1, 2 * 10**self.decimals)

    @property
    def limits(self) -> tuple[Fraction, Fraction]:
        """The ends of what rounds to it."""
        return self.exact - self.half, self.exact + self.half

    def prints(self, value: Fraction, rounding: Rounding = Rounding.UNKNOWN) -> bool:
        """Whether an exact value is printed as this number; a tie is settled by ``rounding``."""
        low, high = self.limits
        if low < value < high:
            return True
        if value not in (low, high):
            return False
        even = self.units % 2 == 0
        # half up goes away from zero, as published tables do
        up = value == (low if self.units > 0 else high) if self.units else False
        return {Rounding.HALF_UP: up, Rounding.HALF_EVEN: even, Rounding.UNKNOWN: up or even}[rounding]

    def __str__(self) -> str:
        return f"{self.value:,.{self.decimals}f}"


def printed_number(text: str) -> PrintedNumber:
    """Read a number as printed: digits, with a point and with commas between thousands; ``.028`` and a percent sign are understood.

    Zeros at the end count: 18.0 is more precise than 18. A text that is not a number is a ParameterError.
    """
    bare = text.strip().removesuffix("%").strip()
    found = _PRINTED.fullmatch(bare)
    if not found or not (found["whole"] or found["after"]):
        raise ParameterError("a figure is not a number.", found=repr(text), allowed="digits, commas and a point",
                             do="write the figure as it is printed, without words.")
    after = found["after"] or ""
    units = int(found["whole"].replace(",", "") + after)
    return PrintedNumber(-units if found["sign"] in ("-", "\u2212") else units, len(after))


def printed_value(value: float, decimals: int) -> PrintedNumber:
    """The printed number of a value that is declared with its decimals."""
    return PrintedNumber(round(value * 10**decimals), decimals)
