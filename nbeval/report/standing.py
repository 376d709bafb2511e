"""Where one place stands on each measure: a strength, a priority, or neither, by tests that the dictionary declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nbeval.dictionary.enums import Direction, Match
from nbeval.dictionary.models import Benchmark, ExhibitRow, Indicator
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.context import Context
from nbeval.report.results import Result, Results, State
from nbeval.report.draft import available, indicators_of

#: benchmarks that are of respondents with their own number
_RESPONDENTS = "comparator"
#: the words of a test that found a difference large enough to speak of; all others are no finding
_HIGH = frozenset({Verdict.HIGHER, Verdict.ROSE})
_LOW = frozenset({Verdict.LOWER, Verdict.FELL})
_UNTESTED = frozenset({"", Verdict.CANNOT_TELL})


class Standing(StrEnum):
    """What tests say of a measure in one place, in the order in which it is told."""

    STRENGTH = "strength"
    PRIORITY = "priority"
    MIXED = "mixed"                # one test finds it better, another worse
    LEVEL = "level"                # tested, and no clear difference
    HIDDEN = "hidden"              # no test can be shown, or none was possible


@dataclass(frozen=True)
class Stand:
    """One measure in one place: its level, the tests that were made of it by what they compare with, and what they say."""

    indicator: Indicator
    level: Result | None
    tests: Mapping[Contrast, Result | None]
    standing: Standing


def stands_of(rows: Results, spec: ExhibitRow, context: Context) -> tuple[Stand, ...]:
    """Return where the place of a report stands on every measure of an exhibit that has a better direction.

    Parameters
    ----------
    rows
        The results of the exhibit.
    spec
        The exhibit as declared.
    context
        The report, which is on one place; without a declared rule nothing is returned.
    """
    if context.dictionary.programme.standing is None or not context.authority:
        return ()
    return tuple(_stand(one, rows, spec, context) for one in available(indicators_of(spec, context), rows)
                 if one.better is not Direction.NEITHER)


def compared_with(context: Context) -> tuple[Contrast, ...]:
    """What the declared tests compare with, as far as the report has the waves for it."""
    declared = tuple(Contrast(name) for name in context.dictionary.programme.standing.against)
    return tuple(one for one in declared if one is not Contrast.WAVE or context.shows_change)


def is_better(indicator: Indicator, row: Result | None) -> bool | None:
    """Whether a test finds a measure better than what it compares with; None where it finds no clear difference."""
    verdict = row.verdict if row is not None else ""
    if verdict not in _HIGH | _LOW:
        return None
    return (verdict in _HIGH) == (indicator.better is Direction.HIGHER)


def _stand(one: Indicator, rows: Results, spec: ExhibitRow, context: Context) -> Stand:
    """A measure with its tests."""
    tests = {contrast: _TESTS[contrast](one, rows, spec, context) for contrast in compared_with(context)}
    level = rows.find(spec.source_id, context.quantity(one), indicator=one.indicator, wave=context.wave.id, authority=context.authority)
    return Stand(one, level, MappingProxyType(tests), _standing(one, tuple(tests.values()), context))


def _standing(one: Indicator, tests: tuple[Result | None, ...], context: Context) -> Standing:
    """What tests say together."""
    found = {is_better(one, row) for row in tests}
    if True in found:
        return Standing.MIXED if False in found else Standing.STRENGTH
    if False in found:
        return Standing.PRIORITY
    tested = any(row is not None and row.verdict not in _UNTESTED and context.state(row) is State.SHOWN for row in tests)
    return Standing.LEVEL if tested else Standing.HIDDEN


def _rest(one: Indicator, rows: Results, spec: ExhibitRow, context: Context) -> Result | None:
    """The difference from all other places."""
    return rows.find(spec.source_id, Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
                     authority=context.authority, contrast=Contrast.REST)


def _respondents(one: Indicator, rows: Results, spec: ExhibitRow, context: Context) -> Result | None:
    """The difference from the first body of other respondents whose definition fits."""
    for benchmark in comparators(context):
        if benchmark.indicator == one.indicator:
            return rows.find(spec.source_id, Quantity.DIFFERENCE, indicator=one.indicator, wave=context.wave.id,
                             authority=context.authority, contrast=Contrast.COMPARATOR, reference=benchmark.benchmark)
    return None


def comparators(context: Context) -> Iterator[Benchmark]:
    """The published figures of other respondents that can be compared with, in declared order."""
    return (one for one in context.dictionary.benchmarks if one.kind == _RESPONDENTS and one.match is not Match.DIFFERS)


def _change(one: Indicator, rows: Results, spec: ExhibitRow, context: Context) -> Result | None:
    """The change since the first wave."""
    return rows.find(spec.source_id, Quantity.CHANGE, indicator=one.indicator, wave=context.wave.id,
                     authority=context.authority, contrast=Contrast.WAVE, reference=context.first.id)


_TESTS = MappingProxyType({Contrast.REST: _rest, Contrast.COMPARATOR: _respondents, Contrast.WAVE: _change})
