"""Whether a printed mean and standard deviation can come from whole answers of so many people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, sqrt

from nbeval.dictionary.enums import Rounding
from nbeval.dictionary.printed_number import PrintedNumber


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

    Parameters
    ----------
    mean : PrintedNumber
        The mean as printed.
    answers : Answers
        How many there are, and between which ends.
    rounding : Rounding
        How ties were settled.

    Returns
    -------
    tuple of int
        Empty where no total gives the mean: it cannot be what it is said to be.

    Notes
    -----
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

    Parameters
    ----------
    total : int
        The total of the answers; one answer each.
    answers : Answers
        With both ends of the scale.

    Returns
    -------
    tuple of float
        Standard deviations with n - 1. The largest has as many answers as it can at the ends.
    """
    least, most = _squares(total, answers)
    return tuple(sqrt(max(0.0, (q - total**2 / answers.n) / (answers.n - 1))) for q in (least, most))


def squares_printed_as(sd: PrintedNumber, totals: Sequence[int], answers: Answers) -> tuple[tuple[int, int], ...]:
    """Give the totals and sums of squares of whole answers that print as a standard deviation (GRIMMER).

    Parameters
    ----------
    sd : PrintedNumber
        The standard deviation as printed, with n - 1.
    totals : sequence of int
        The totals that the mean allows.
    answers : Answers
        One answer each.

    Returns
    -------
    tuple of (int, int)
        Totals with their sums of squares: each is of the same parity as its total and within what the
        ends of the scale allow. Empty where the standard deviation is not possible with the mean.

    Notes
    -----
    Anaya, The GRIMMER test, PeerJ Preprints 2016;4:e2400v1; the test of parity after Allard (2018). These are
    conditions that must hold; that they hold does not show that such answers were given.
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
