"""What is declared otherwise than in a registered analysis plan or a signed release; no table, so that a run that changes nothing is quick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PlanPart(StrEnum):
    """What an analysis plan fixes before the data."""

    HEADLINE = "headline"
    FAMILY = "family"
    CONTRAST = "contrast"
    THRESHOLD = "threshold"
    DESIGN = "design"
    WEIGHTS = "weights"
    COMPARISON = "comparison"
    ADJUSTMENT = "adjustment"
    GROUPS = "groups"
    DRIVERS = "drivers"
    MISSING = "missing"


@dataclass(frozen=True)
class Deviation:
    """What was planned and is not so now; ``planned`` or ``now`` is empty where there was nothing, or is nothing any more."""

    part: PlanPart
    key: str                     # a word of the plan, or an id
    label: str                   # of what has an id; else empty
    planned: str
    now: str


@dataclass(frozen=True)
class PlanCheck:
    """The registered analysis plan that a report is held to, and where it departs from it."""

    number: int
    date: str                    # YYYY-MM-DD
    signed_by: str
    key: str                     # fingerprint of the SSH key that signed it
    checksum: str                # sha256 of its file
    before_data: bool            # whether the report's last wave had no data when it was registered
    later: int                   # plans that were registered after it
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True)
class ChangedDeclaration:
    """A scale or an indicator that is declared otherwise than in signed releases."""

    kind: str                    # indicator or scale
    id: str
    label: str
    releases: tuple[tuple[int, str], ...]    # number and day (YYYY-MM-DD) of those it differs from
    decision: int                # the numbered decision that allows it; 0 where none does
