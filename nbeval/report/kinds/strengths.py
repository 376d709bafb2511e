"""Strengths and priorities of one authority: what tests that the dictionary declares say of each measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nbeval.dictionary.enums import Direction, Match
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.exhibit import Cell, Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, Table, grid, level_cell, not_applicable, verdict_cell
from nbeval.report.columns import label_field
from nbeval.report.context import Context
from nbeval.report.draft import Draft, Units
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Result, State

#: benchmarks that are of respondents with their own number
_RESPONDENTS = "comparator"
#: the verdicts of a difference that is large enough to speak of; all others are no finding
_HIGH = frozenset({Verdict.HIGHER, Verdict.ROSE})
_LOW = frozenset({Verdict.LOWER, Verdict.FELL})
_UNTESTED = frozenset({Verdict.NONE, Verdict.CANNOT_TELL})


class Standing(StrEnum):
    """What tests say of a measure in one authority, in the order of the table."""

    STRENGTH = "strength"
    PRIORITY = "priority"
    MIXED = "mixed"                     # one test finds it better, another worse
    NO_DIFFERENCE = "no_difference"     # tested, and no clear difference
    NOT_SHOWN = "not_shown"             # no test can be shown, or none was possible


@dataclass(frozen=True)
class Assessed:
    """One measure in one authority: its level, its tests by what they compare with, and what they say together."""

    indicator: Indicator
    level: Result | None
    tests: Mapping[Contrast, Result | None]
    standing: Standing


class Strengths(Kind):
    """Rows are measures under what they are here (strength, priority, neither); the level and the verdict of each test."""

    id = "standing"
    compares_with = (Contrast.COMPARATOR, Contrast.REST)

    def table(self, draft: Draft) -> Table:
        measures, context = assessed(draft), draft.context
        if not measures:
            return Table()
        units = Units.of(tuple(one.indicator for one in measures), context)
        return grid([
            label_field(context, "indicator", lambda one: context.label(one.indicator)),
            Field(Column("estimate", context.say("estimate"), units.heading, numeric=True),
                  lambda one: level_cell(one.level, context, units.form(one.indicator))),
            *(Field(Column(f"against_{contrast}", context.say(f"standing_against_{contrast}", wave=context.first.label)),
                    lambda one, contrast=contrast: self._test(one.tests[contrast], context)) for contrast in compared_with(context)),
        ], (Block(context.say(f"standing_{kind}"), tuple(one for one in measures if one.standing is kind)) for kind in Standing))

    def _test(self, row: Result | None, context: Context) -> Cell:
        """The verdict of a test, where it was made."""
        return verdict_cell(row, context) if row is not None else not_applicable(context)


def assessed(draft: Draft) -> tuple[Assessed, ...]:
    """Return what tests say of every measure of an exhibit that has a better direction.

    There is none in a report on the whole cohort, nor where the dictionary declares no rule.
    """
    if draft.context.dictionary.programme.standing is None or not draft.context.authority:
        return ()
    return tuple(_assessed(one, draft) for one in draft.indicators if one.better is not Direction.NEITHER)


def compared_with(context: Context) -> tuple[Contrast, ...]:
    """What the declared tests compare with, as far as the report has the waves for it."""
    declared = tuple(Contrast(name) for name in context.dictionary.programme.standing.against)
    return tuple(one for one in declared if one is not Contrast.WAVE or context.shows_change)


def is_better(indicator: Indicator, row: Result | None) -> bool | None:
    """Whether a test finds a measure better than what it compares with; None where it finds no clear difference."""
    verdict = row.verdict if row is not None else Verdict.NONE
    if verdict not in _HIGH | _LOW:
        return None
    return (verdict in _HIGH) == (indicator.better is Direction.HIGHER)


def comparators(context: Context) -> Iterator[Benchmark]:
    """The published figures of other respondents that can be compared with, in declared order."""
    return (one for one in context.dictionary.benchmarks if one.kind == _RESPONDENTS and one.match is not Match.DIFFERS)


def _assessed(one: Indicator, draft: Draft) -> Assessed:
    """A measure with its tests."""
    tests = {contrast: _TESTS[contrast](one, draft) for contrast in compared_with(draft.context)}
    return Assessed(one, draft.level(one), MappingProxyType(tests), _standing(one, tuple(tests.values()), draft.context))


def _standing(one: Indicator, tests: tuple[Result | None, ...], context: Context) -> Standing:
    """What tests say together."""
    found = {is_better(one, row) for row in tests}
    if True in found:
        return Standing.MIXED if False in found else Standing.STRENGTH
    if False in found:
        return Standing.PRIORITY
    tested = any(row is not None and row.verdict not in _UNTESTED and context.state(row) is State.SHOWN for row in tests)
    return Standing.NO_DIFFERENCE if tested else Standing.NOT_SHOWN


def _from_rest(one: Indicator, draft: Draft) -> Result | None:
    """The difference from all other authorities."""
    return _difference(one, draft, contrast=Contrast.REST)


def _from_respondents(one: Indicator, draft: Draft) -> Result | None:
    """The difference from the first body of other respondents whose definition fits."""
    first = next((benchmark for benchmark in comparators(draft.context) if benchmark.indicator == one.indicator), None)
    return _difference(one, draft, contrast=Contrast.COMPARATOR, reference=first.benchmark) if first else None


def _difference(one: Indicator, draft: Draft, **key: str) -> Result | None:
    """A difference of the authority of the report at its last wave."""
    return draft.find(Quantity.DIFFERENCE, indicator=one.indicator, wave=draft.context.wave.id, authority=draft.context.authority, **key)


def _change(one: Indicator, draft: Draft) -> Result | None:
    """The change since the first wave."""
    return draft.change(one)


_TESTS = MappingProxyType({Contrast.REST: _from_rest, Contrast.COMPARATOR: _from_respondents, Contrast.WAVE: _change})
