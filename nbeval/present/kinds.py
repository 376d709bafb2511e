"""The kinds of exhibit. A closed set: each has a form of table, lines of its own, and perhaps a picture."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What ``kind`` in ``exhibits.csv`` may say."""

    LEVELS = "levels"
    COMPARISON = "comparison"
    DISTRIBUTION = "distribution"
    LEVELS_BY_GROUP = "levels_by_group"
    LEVELS_BY_AUTHORITY = "levels_by_authority"
    RANGE = "range"
    DIFFERENCES = "differences"
    CHANGE = "change"
    CHANGE_ADJUSTED = "change_adjusted"
    CHANGE_BY_AUTHORITY = "change_by_authority"
    PARTICIPATION = "participation"
    COMPOSITION = "composition"
    NONRESPONSE = "nonresponse"
    DRIVERS = "drivers"
    RELIABILITY = "reliability"


#: kinds that mean nothing before there are two waves
OF_CHANGE = frozenset({Kind.CHANGE, Kind.CHANGE_ADJUSTED, Kind.CHANGE_BY_AUTHORITY})
