"""The forms a table of printed figures can take, by the name that ``exhibits.csv`` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nbeval.dictionary.models import ExhibitRow
from nbeval.exhibit import Column, Row
from nbeval.report.context import Context
from nbeval.report.forms.printed import printed_beside, printed_changes, printed_levels
from nbeval.report.forms.printed_lists import (
    printed_codings, printed_others, printed_range, printed_sources, printed_unmatched,
)
from nbeval.report.kind_ids import Kind
from nbeval.report.results import Results

Form = Callable[[Results, ExhibitRow, Context], tuple[tuple[Column, ...], tuple[Row, ...]]]

FORMS: Mapping[str, Form] = MappingProxyType({
    Kind.PRINTED_LEVELS: printed_levels,
    Kind.PRINTED_CHANGES: printed_changes,
    Kind.PRINTED_BESIDE: printed_beside,
    Kind.PRINTED_RANGE: printed_range,
    Kind.PRINTED_CODINGS: printed_codings,
    Kind.PRINTED_UNMATCHED: printed_unmatched,
    Kind.PRINTED_OTHERS: printed_others,
    Kind.PRINTED_SOURCES: printed_sources,
})
