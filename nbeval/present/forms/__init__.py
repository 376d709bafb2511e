"""The forms a table can take, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.records import ExhibitRow
from nbeval.exhibit import Column, Row
from nbeval.present.context import Context
from nbeval.present.forms.authorities import change_by_authority, levels_by_authority, spread
from nbeval.present.forms.change import change, change_adjusted
from nbeval.present.forms.groups import differences, levels_by_group
from nbeval.present.forms.levels import comparison, distribution, levels
from nbeval.present.forms.measurement import drivers, reliability
from nbeval.present.forms.respondents import composition, nonresponse, participation
from nbeval.present.kinds import Kind
from nbeval.present.results import Results

Form = Callable[[Results, ExhibitRow, Context], tuple[tuple[Column, ...], tuple[Row, ...]]]

FORMS: Mapping[str, Form] = MappingProxyType({
    Kind.LEVELS: levels,
    Kind.COMPARISON: comparison,
    Kind.DISTRIBUTION: distribution,
    Kind.LEVELS_BY_GROUP: levels_by_group,
    Kind.LEVELS_BY_AUTHORITY: levels_by_authority,
    Kind.RANGE: spread,
    Kind.DIFFERENCES: differences,
    Kind.CHANGE: change,
    Kind.CHANGE_ADJUSTED: change_adjusted,
    Kind.CHANGE_BY_AUTHORITY: change_by_authority,
    Kind.PARTICIPATION: participation,
    Kind.COMPOSITION: composition,
    Kind.NONRESPONSE: nonresponse,
    Kind.DRIVERS: drivers,
    Kind.RELIABILITY: reliability,
})
