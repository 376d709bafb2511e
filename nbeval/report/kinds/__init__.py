"""The kinds of exhibit, by what ``exhibits.csv`` calls them: a closed set, one class for each.

A new kind is a class here, its words and its test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nbeval.report.kinds.authorities import ChangeByAuthority, LevelsByAuthority, Range
from nbeval.report.kinds.change import Change, ChangeAdjusted
from nbeval.report.kinds.groups import Differences, LevelsByGroup
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.levels import Comparison, Distribution, Levels
from nbeval.report.kinds.measurement import Drivers, Reliability
from nbeval.report.kinds.respondents import Attrition, Composition, CompositionTest, Nonresponse, Participation
from nbeval.report.kinds.robustness import ChangePooled, Overlap, Weighting
from nbeval.report.kinds.unported import UNPORTED

_OF_SURVEYS = (
    Levels, Comparison, Distribution, LevelsByGroup, LevelsByAuthority, Range, Differences, Change, ChangeAdjusted, ChangeByAuthority,
    ChangePooled, Overlap, Weighting, Participation, Composition, CompositionTest, Attrition, Nonresponse, Drivers, Reliability,
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.id: kind for kind in (*(kind() for kind in _OF_SURVEYS), *UNPORTED)})
