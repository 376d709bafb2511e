"""Strengths and priorities of one authority: what tests that the dictionary declares say of each measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from nbeval.dictionary.enums import Direction, Match
from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, not_applicable, verdict_cell
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

    def columns(self) -> Iterator[Field]:
        context = self.context
        yield self.column.label("indicator", lambda one: context.label(one.indicator))
        yield self.column.level("estimate", lambda one: one.level)
        for contrast in self._contrasts:
            yield Field(
                Column(f"against_{contrast}", self.say(f"standing_against_{contrast}", wave=context.first.label)), lambda one, contrast=contrast:
                not_applicable(context) if one.tests[contrast] is None else verdict_cell(one.tests[contrast], context))

    def blocks(self) -> Iterable[Block]:
        return (Block(self.say(f"standing_{kind}"), tuple(one for one in self.assessed if one.standing is kind)) for kind in Standing)

    def has_row(self, one: Indicator) -> bool:
        """Whether it has a better direction; none in a report on the whole cohort, nor where the dictionary declares no rule."""
        return bool(self.context.authority and self.context.dictionary.programme.standing) and one.better is not Direction.NEITHER

    def indicator_of(self, one: Assessed) -> Indicator:
        return one.indicator

    @cached_property
    def assessed(self) -> tuple[Assessed, ...]:
        """What tests say of every measure."""
        return tuple(map(self._assessed, self.in_rows))

    @property
    def _contrasts(self) -> tuple[Contrast, ...]:
        """What the declared tests compare with, as far as the report has the waves for it."""
        rule = self.context.dictionary.programme.standing
        declared = (Contrast(name) for name in (rule.against if rule else ()))
        return tuple(one for one in declared if one is not Contrast.WAVE or self.context.shows_change)

    def _assessed(self, one: Indicator) -> Assessed:
        """A measure with its tests, and what they say together."""
        tests = {contrast: self._test(one, contrast) for contrast in self._contrasts}
        found = {is_better(one, row) for row in tests.values()}
        if found & {True, False}:
            standing = Standing.MIXED if {True, False} <= found else Standing.STRENGTH if True in found else Standing.PRIORITY
        else:
            tested = any(row is not None and row.verdict not in _UNTESTED and self.context.state(row) is State.SHOWN for row in tests.values())
            standing = Standing.NO_DIFFERENCE if tested else Standing.NOT_SHOWN
        return Assessed(one, self.level(one), tests, standing)

    def _test(self, one: Indicator, contrast: Contrast) -> Result | None:
        """The change since the first wave; else the difference from all other authorities, or from the first other respondents whose definition fits."""
        if contrast is Contrast.WAVE:
            return self.change(one)
        fitting = (known.benchmark for known in self.context.dictionary.benchmarks
                   if known.indicator == one.indicator and known.kind == _RESPONDENTS and known.match is not Match.DIFFERS)
        reference = "" if contrast is Contrast.REST else next(fitting, None)
        return None if reference is None else self.find(
            Quantity.DIFFERENCE, indicator=one.indicator, wave=self.context.wave.id, authority=self.context.authority, contrast=contrast, reference=reference)


def is_better(indicator: Indicator, row: Result | None) -> bool | None:
    """Whether a test finds a measure better than what it compares with; None where it finds no clear difference."""
    verdict = row.verdict if row is not None else Verdict.NONE
    if verdict not in _HIGH | _LOW:
        return None
    return (verdict in _HIGH) == (indicator.better is Direction.HIGHER)
