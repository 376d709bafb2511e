"""A claim: something a page says in figures or in words, written down so that it can be worked out again; and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field, ValidationInfo, field_validator

from nbeval.dictionary.enums import Rounding, Symbol
from nbeval.dictionary.models import Record
from nbeval.dictionary.printed_number import PrintedNumber, printed_number
from nbeval.errors import ParameterError


class ClaimKind(StrEnum):
    """What a claim is of."""

    PERCENTAGE = "percentage"        # a percentage of a base, with its count where that is printed
    ADDITION = "addition"            # percentages that should add up
    SHARED_BASE = "shared_base"      # percentages of one table, whose base they share
    COMPARISON = "comparison"        # rose, fell, higher, lower, no change, significant
    PHRASE = "phrase"                # one in three, more than half, twice as likely
    MEAN = "average"                 # a mean, and a standard deviation, of whole answers
    TEST = "test"                    # a p-value beside its statistic


#: what official tables print in place of a figure
SYMBOLS = {"[c]": Symbol.WITHHELD, "[x]": Symbol.NOT_AVAILABLE, "[z]": Symbol.NOT_APPLICABLE, "[low]": Symbol.LOW}
TESTS = ("t", "F", "chi2", "r", "z")
#: the columns that a claim of each kind cannot do without
NEEDED = {
    ClaimKind.PERCENTAGE: ("percent", "n"),
    ClaimKind.ADDITION: ("parts",),
    ClaimKind.SHARED_BASE: ("parts",),
    ClaimKind.COMPARISON: ("percent", "n", "other_percent", "other_n", "word"),
    ClaimKind.PHRASE: ("percent", "word"),
    ClaimKind.MEAN: ("mean", "n"),
    ClaimKind.TEST: ("test", "statistic", "p"),
}


class Claim(Record):
    """One row of a file of claims. Figures are text, because the zeros at their end count."""

    claim: str                          # an id, or a number
    kind: ClaimKind
    text: str = ""                      # the sentence as printed
    percent: str = ""
    count: str = ""
    n: str = ""
    parts: tuple[str, ...] = ()         # percentages
    total: str = ""                     # what the parts are said to add up to
    whole: bool = False                 # whether the parts share out everybody, once each
    other_percent: str = ""             # what is compared with: the earlier wave, the other group
    other_n: str = ""
    word: str = ""
    mean: str = ""
    sd: str = ""
    items: int = Field(default=1, ge=1)
    lowest: int | None = None           # ends of the scale
    highest: int | None = None
    test: str = ""                      # t, F, chi2, r, z
    statistic: str = ""
    df1: str = ""
    df2: str = ""
    p: str = ""                         # as printed: .028, <.05, ns
    tails: int = Field(default=2, ge=1, le=2)
    rounded_to: int = Field(default=1, ge=1)   # what counts and bases were rounded to: 5, 10
    rounding: Rounding = Rounding.UNKNOWN
    source: str = ""                    # page and date

    @field_validator("percent", "count", "n", "total", "other_percent", "other_n", "mean", "sd", "statistic", "df1", "df2")
    @classmethod
    def _is_a_number(cls, text: str, info: ValidationInfo) -> str:
        """Refuse what is not a figure; a percentage that is compared may be an official symbol."""
        symbolic = info.field_name in ("percent", "other_percent") and info.data.get("kind") is ClaimKind.COMPARISON
        if text and not (symbolic and text in SYMBOLS):
            _number(text)
        return text

    @field_validator("parts")
    @classmethod
    def _are_numbers(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse parts that are not figures."""
        for text in texts:
            _number(text)
        return texts

    @field_validator("n", "other_n", "count")
    @classmethod
    def _is_whole(cls, text: str, info: ValidationInfo) -> str:
        """Refuse a number of people that is not whole, and a base of nobody."""
        if text and (_number(text).decimals or _number(text).units < (0 if info.field_name == "count" else 1)):
            raise ValueError("is not a number of people")
        return text

    @field_validator("test")
    @classmethod
    def _is_known(cls, text: str) -> str:
        """Refuse a test that cannot be worked out."""
        if text and text not in TESTS:
            raise ValueError(f"is not one of {', '.join(TESTS)}")
        return text

    def number(self, name: str) -> PrintedNumber:
        """A figure of the claim as it is printed."""
        return printed_number(getattr(self, name))

    def people(self, name: str) -> int:
        """A number of people of the claim."""
        return self.number(name).units


def _number(text: str) -> PrintedNumber:
    """A figure, or the word that it is none."""
    try:
        return printed_number(text)
    except ParameterError:
        raise ValueError("is not a number") from None


class Verdict(StrEnum):
    """A word for every outcome; ``HOLDS`` says which of them leave the claim standing."""

    REPRODUCES = "reproduces"                # the figures give it, whatever the rounding
    CONSISTENT = "consistent"                # some figures that rounding allows give it
    MISPRINT = "misprint"                    # another figure would be right
    IMPOSSIBLE = "impossible"                # no figures give it
    DOES_NOT_FOLLOW = "does not follow"      # the figures say otherwise, or do not say it
    CANNOT_BE_DECIDED = "cannot be decided"  # what was printed leaves it open


HOLDS = (Verdict.REPRODUCES, Verdict.CONSISTENT, Verdict.CANNOT_BE_DECIDED)


@dataclass(frozen=True)
class Judgement:
    """What was found: a verdict, the figure that would be right where there is one, and the arithmetic."""

    verdict: Verdict
    arithmetic: str
    right: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim may stand as it is."""
        return self.verdict in HOLDS


@dataclass(frozen=True)
class Judged:
    """A claim and what was found."""

    claim: Claim
    judgement: Judgement
