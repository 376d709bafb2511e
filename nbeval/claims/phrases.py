"""What words say of figures: one in three, more than half, twice as likely; rose, fell, no change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

#: words that leave open whether a figure is higher: an interval says so, and a test that allows for other questions may not
_MAYBE = re.compile(r"\b(?:may|might|could|possibl[ey]|perhaps|maybe)\b")
#: how far a share may be from a fraction that stands for it: five points, and no nearer to the next fraction
NEAR = Fraction(5, 100)
_NUMBERS = {word: number for number, word in enumerate(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1)} | {"a": 1, "twenty": 20}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}
_TIMES = re.compile(r"^(\w+) times(?: as| more)?\b")
_IN = re.compile(r"^(\w+) (?:in|out of) (\w+)\b")
_PART = re.compile(r"^(?:(\w+)[ -])?(half|halves|thirds?|quarters?|fifths?|tenths?)\b")


class Direction(StrEnum):
    """What a word says of two figures."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    EITHER = "either"


_DIRECTIONS = {
    Direction.NONE: r"\b(?:no (?:clear )?(?:change|difference)|unchanged|not (?:statistically )?significant\w*|the same|stable|similar|ns)\b",
    Direction.UP: r"\b(?:ros\w+|rise\w*|higher|increas\w+|grew|grown|up|more|above)\b",
    Direction.DOWN: r"\b(?:fell|fall\w*|lower|decreas\w+|declin\w+|drop\w*|down|fewer|less|below|reduc\w+)\b",
    Direction.EITHER: r"\b(?:significant\w*|chang\w+|differ\w*)\b",
}


class Qualifier(StrEnum):
    """What a word before a share or a multiple makes of it."""

    NONE = ""
    MORE = "more"
    LESS = "less"
    NEAR = "near"


_QUALIFIERS = {
    Qualifier.MORE: re.compile(r"^(?:more than|over|above)\s+"), Qualifier.LESS: re.compile(r"^(?:less than|fewer than|under|below)\s+"),
    Qualifier.NEAR: re.compile(r"^(?:nearly|almost|about|around|roughly|approximately|some|just under|just over)\s+"),
}


@dataclass(frozen=True)
class Phrase:
    """The values that a phrase covers, from ``low`` to ``high``; the ends are left out where it is a ``limit`` (more or less than).

    ``ratio`` where it speaks of one figure as a multiple of another.
    """

    low: Fraction
    high: Fraction
    meaning: str
    ratio: bool = False
    limit: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether a value is covered."""
        return self.low < value < self.high if self.limit else self.low <= value <= self.high


def direction_of(word: str) -> Direction | None:
    """What a word says of two figures; None where it says nothing that is known."""
    text = word.casefold()
    return next((direction for direction, pattern in _DIRECTIONS.items() if re.search(pattern, text)), None)


def is_possible(word: str) -> bool:
    """Whether a word says no more than that it may be so: ``may have risen``, ``may be lower``, ``a possible rise``."""
    return _MAYBE.search(word.casefold()) is not None


def phrase_of(word: str) -> Phrase | None:
    """Read a phrase that stands for a share or a multiple, such as ``two thirds`` or ``twice as likely``; None where it is not
    understood."""
    text = " ".join(word.casefold().replace("\u2011", "-").split())
    if re.match(r"^(?:most|(?:the|a) majority)\b", text):
        text = "more than half"
    if re.match(r"^a minority\b", text):
        text = "less than half"
    qualifier = Qualifier.NONE
    for one, pattern in _QUALIFIERS.items():
        if pattern.match(text):
            text, qualifier = pattern.sub("", text, count=1), qualifier or one
    multiple = _multiple(text)
    if multiple is not None:
        return _around(multiple, Fraction(1, 2) if multiple >= 1 else Fraction(1, 10), qualifier, ratio=True)
    share = _named_share(text)
    if share is None:
        return None
    if share.numerator == 1 and share.denominator > 3 and qualifier not in (Qualifier.MORE, Qualifier.LESS):
        k = share.denominator
        low, high = Fraction(2, 2 * k + 1), Fraction(2, 2 * k - 1)
        return Phrase(low, high, f"from {_percent(low)} to {_percent(high)}, where one in {k} is nearest")
    return _around(share, NEAR, qualifier, ratio=False)


def _around(value: Fraction, tolerance: Fraction, qualifier: Qualifier, *, ratio: bool) -> Phrase:
    """What a number with its qualifier covers."""
    write = _times if ratio else _percent
    if qualifier is Qualifier.MORE:
        return Phrase(value, Fraction(10**9), f"more than {write(value)}", ratio, limit=True)
    if qualifier is Qualifier.LESS:
        return Phrase(Fraction(-1), value, f"less than {write(value)}", ratio, limit=True)
    low, high = value - tolerance, value + tolerance
    return Phrase(low, high, f"from {write(low)} to {write(high)}", ratio)


def _multiple(text: str) -> Fraction | None:
    """The multiple that a phrase names."""
    if re.match(r"^(?:twice|double)\b", text):
        return Fraction(2)
    if re.match(r"^half as\b", text):
        return Fraction(1, 2)
    found = _TIMES.match(text)
    number = _whole(found[1]) if found else None
    return None if number is None else Fraction(number)


def _named_share(text: str) -> Fraction | None:
    """The share that a phrase names."""
    found = _IN.match(text)
    if found:
        part, of = _whole(found[1]), _whole(found[2])
        return Fraction(part, of) if part is not None and of else None
    found = _PART.match(text)
    number = _whole(found[1] or "one") if found else None
    return None if number is None else Fraction(number, _PARTS[found[2]])


def _whole(word: str) -> int | None:
    """A number in digits or in words."""
    return int(word) if word.isdigit() else _NUMBERS.get(word)


def _percent(value: Fraction) -> str:
    """A share as a percentage."""
    return f"{100 * float(value):.3g}%"


def _times(value: Fraction) -> str:
    """A multiple."""
    return f"{float(value):.3g} times"
