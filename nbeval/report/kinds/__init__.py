"""The kinds of exhibit, by what ``exhibits.csv`` calls them: a closed set, one class for each.

A new kind is a class here, its words and its test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nbeval.report.kinds.action_plan import Involved, Planned, Progress
from nbeval.report.kinds.addressed import Addressed, AddressedBy
from nbeval.report.kinds.authorities import ChangeByAuthority, LevelsByAuthority, Range
from nbeval.report.kinds.change import Change, ChangeAdjusted
from nbeval.report.kinds.delivery import Calendar, Delivered
from nbeval.report.kinds.entry import Applications, Conditions
from nbeval.report.kinds.groups import Differences, LevelsByGroup
from nbeval.report.kinds.inspections import Judgements
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.levels import Comparison, Distribution, Levels
from nbeval.report.kinds.measurement import Drivers, Reliability
from nbeval.report.kinds.official import Official
from nbeval.report.kinds.printed import PrintedBeside, PrintedChanges, PrintedLevels
from nbeval.report.kinds.printed_lists import PrintedCodings, PrintedOthers, PrintedRange, PrintedSources, PrintedUnmatched
from nbeval.report.kinds.quotes import Quotes
from nbeval.report.kinds.respondents import Attrition, Composition, CompositionTest, Nonresponse, Participation
from nbeval.report.kinds.robustness import ChangePooled, Overlap, Weighting
from nbeval.report.kinds.self_assessment import Agreement, Gaps, GapsByPlace, Movement, Ratings
from nbeval.report.kinds.strengths import Strengths
from nbeval.report.kinds.themes import Coders, Themes
from nbeval.report.kinds.theory_of_change import Evidence

_OF_SURVEYS = (
    Levels, Comparison, Distribution, LevelsByGroup, LevelsByAuthority, Range, Differences, Change, ChangeAdjusted, ChangeByAuthority,
    ChangePooled, Overlap, Weighting, Participation, Composition, CompositionTest, Attrition, Nonresponse, Drivers, Reliability,
)
_OF_SOURCES = (
    Ratings, Gaps, GapsByPlace, Movement, Agreement, Planned, Progress, Involved, Conditions, Applications, Delivered, Calendar,
    Addressed, AddressedBy, Themes, Coders, Quotes, Judgements, Official,
)
_OF_ALL = (Evidence, Strengths)
_IN_PRINT = (
    PrintedLevels, PrintedChanges, PrintedBeside, PrintedRange, PrintedCodings, PrintedUnmatched, PrintedOthers, PrintedSources,
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.id: kind() for kind in (*_OF_SURVEYS, *_OF_SOURCES, *_OF_ALL, *_IN_PRINT)})
