"""Strengths and priorities of one authority: what tests that the dictionary declares say of each measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nbeval.dictionary.enums import Direction, Match
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.exhibit import Column
from nbeval.frames import Contrast, Quantity, Verdict
from nbeval.report.cells import Block, Field, not_applicable, verdict_cell
from nbeval.report.context import Context
from nbeval.report.draft import Draft
from nbeval.report.kinds.columns import Columns
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

    def columns(self, draft: Draft) -> Iterator[Field]:
        context, measures = draft.context, assessed(draft)
        make = Columns(draft, [one.indicator for one in measures], of=lambda one: one.indicator)
        yield make.label("indicator", lambda one: context.label(one.indicator))
        yield make.level("estimate", draft.say("estimate"), lambda one: one.level)
        for contrast in compared_with(context) if measures else ():
            yield Field(
                Column(f"against_{contrast}", draft.say(f"standing_against_{contrast}", wave=context.first.label)), lambda one, contrast=contrast:
                not_applicable(context) if one.tests[contrast] is None else verdict_cell(one.tests[contrast], context))

    def blocks(self, draft: Draft) -> Iterable[Block]:
        measures = assessed(draft)
        return (Block(draft.say(f"standing_{kind}"), tuple(one for one in measures if one.standing is kind)) for kind in Standing)


def assessed(draft: Draft) -> tuple[Assessed, ...]:
    """What tests say of every measure of an exhibit that has a better direction.

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


def _assessed(one: Indicator, draft: Draft) -> Assessed:
    """A measure with its tests, and what they say together."""
    context = draft.context
    tests = {contrast: _test(one, contrast, draft) for contrast in compared_with(context)}
    found = {is_better(one, row) for row in tests.values()}
    if found & {True, False}:
        standing = Standing.MIXED if {True, False} <= found else Standing.STRENGTH if True in found else Standing.PRIORITY
    else:
        tested = any(row is not None and row.verdict not in _UNTESTED and context.state(row) is State.SHOWN for row in tests.values())
        standing = Standing.NO_DIFFERENCE if tested else Standing.NOT_SHOWN
    return Assessed(one, draft.level(one), tests, standing)


def _test(one: Indicator, contrast: Contrast, draft: Draft) -> Result | None:
    """The change since the first wave; else the difference from all other authorities, or from the first other respondents whose definition fits."""
    if contrast is Contrast.WAVE:
        return draft.change(one)
    fitting: Iterator[Benchmark] = (benchmark for benchmark in draft.context.dictionary.benchmarks if benchmark.indicator == one.indicator
                                    and benchmark.kind == _RESPONDENTS and benchmark.match is not Match.DIFFERS)
    first = next(fitting, None) if contrast is Contrast.COMPARATOR else None
    if contrast is Contrast.COMPARATOR and first is None:
        return None
    return draft.find(Quantity.DIFFERENCE, indicator=one.indicator, wave=draft.context.wave.id, authority=draft.context.authority,
                      contrast=contrast, reference=first.benchmark if first else "")
