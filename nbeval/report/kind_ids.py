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
    CHANGE_POOLED = "change_pooled"
    OVERLAP = "overlap"
    WEIGHTING = "weighting"
    EVIDENCE = "evidence"
    PARTICIPATION = "participation"
    STANDING = "standing"                # strengths and priorities of one place
    COMPOSITION = "composition"
    COMPOSITION_TEST = "composition_test"
    ATTRITION = "attrition"              # who of the first wave did not answer again, in matched designs
    NONRESPONSE = "nonresponse"
    DRIVERS = "drivers"
    RELIABILITY = "reliability"
    PRINTED_LEVELS = "printed_levels"
    PRINTED_CHANGES = "printed_changes"
    PRINTED_BESIDE = "printed_beside"
    PRINTED_RANGE = "printed_range"
    PRINTED_CODINGS = "printed_codings"
    PRINTED_UNMATCHED = "printed_unmatched"
    PRINTED_OTHERS = "printed_others"
    PRINTED_SOURCES = "printed_sources"


#: kinds of reports on printed figures: their lines say what stands in print, and their rows name their sources
OF_PRINT = frozenset({
    Kind.PRINTED_LEVELS, Kind.PRINTED_CHANGES, Kind.PRINTED_BESIDE, Kind.PRINTED_RANGE, Kind.PRINTED_CODINGS,
    Kind.PRINTED_UNMATCHED, Kind.PRINTED_OTHERS, Kind.PRINTED_SOURCES,
})
#: of these, those that list what was read and show no result
LISTED = frozenset({Kind.PRINTED_UNMATCHED, Kind.PRINTED_OTHERS, Kind.PRINTED_SOURCES})
#: kinds that mean nothing before there are two waves
OF_CHANGE = frozenset({Kind.CHANGE, Kind.CHANGE_ADJUSTED, Kind.CHANGE_BY_AUTHORITY, Kind.CHANGE_POOLED, Kind.OVERLAP,
                       Kind.EVIDENCE, Kind.ATTRITION})
#: of these, those that set both levels beside the change
OF_LEVELS_AND_CHANGE = frozenset({Kind.CHANGE, Kind.CHANGE_BY_AUTHORITY})
