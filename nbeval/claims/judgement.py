"""What may be said of a claim when it has been worked out again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbeval.claims.claim import Claim


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
