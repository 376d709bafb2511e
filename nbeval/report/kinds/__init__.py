"""The kinds of exhibit, by what ``exhibits.csv`` calls them: a closed set, one class for each.

A new kind is a class here, its words and its test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nbeval.report.kinds.change import Change, ChangeAdjusted
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.levels import Comparison, Distribution, Levels
from nbeval.report.kinds.unported import UNPORTED

KINDS: Mapping[str, Kind] = MappingProxyType({
    kind.id: kind for kind in (Levels(), Comparison(), Distribution(), Change(), ChangeAdjusted(), *UNPORTED)
})
