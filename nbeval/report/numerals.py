"""Numbers as a reader sees them: rounded half up, with their sign and unit where that helps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nbeval.rounding import half_up

MINUS = "\N{MINUS SIGN}"


def numeral(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """A number with thousands separators and a true minus sign, rounded half up; ``signed``: with a plus before a positive one."""
    rounded = float(half_up(value, decimals))
    text = f"{abs(rounded):,.{decimals}f}"
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one indicator are written."""

    decimals: int = 0
    percent: bool = False       # a percentage: its differences are percentage points
    mark: bool = False          # write the percent sign in the cell, because units are mixed

    def level(self, value: float) -> str:
        """Write a level: ``24``, or ``24%`` where units are mixed."""
        text = numeral(value, self.decimals)
        return f"{text}%" if self.percent and self.mark else text

    def full(self, value: float) -> str:
        """Write a level as a sentence has it: ``24%`` or ``6.1``."""
        text = numeral(value, self.decimals)
        return f"{text}%" if self.percent else text

    def difference(self, value: float) -> str:
        """Write a difference with its sign: ``+5``."""
        return numeral(value, self.decimals, signed=True)

    def rounded(self, value: float) -> Decimal:
        """The number as it is printed."""
        return Decimal(f"{float(half_up(value, self.decimals)):.{self.decimals}f}")

    def is_low(self, value: float) -> bool:
        """Say whether a share above zero would be printed as zero."""
        return self.percent and value > 0 and float(half_up(value, self.decimals)) == 0


#: ratings are means of few steps: one decimal says all there is
RATING = NumberFormat(1)
ONE_DIGIT = NumberFormat(1)
TWO_DIGITS = NumberFormat(2)


def ten(share: float) -> int:
    """How many in ten a percentage is, rounded half up."""
    return int(half_up(share / 10, 0))
