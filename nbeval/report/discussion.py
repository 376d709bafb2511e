"""What a report on one authority says of its strengths and priorities, and what it puts forward to be talked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from nbeval.dictionary.enums import Symbol
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.draft import Draft
from nbeval.report.exhibits import draft_of
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.action_plan import Progress
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.of_source import RATERS, STATUS, aim_of, chosen, count_of, gap_of, instrument_of
from nbeval.report.kinds.self_assessment import Gaps
from nbeval.report.kinds.strengths import Assessed, Standing, Strengths, assessed, is_better
from nbeval.report.numerals import RATING, numeral
from nbeval.report.results import State, key_of
from nbeval.report.sentences import Sentence

#: measures that are named, each under its heading; the others are counted
_NAMED = (Standing.STRENGTH, Standing.PRIORITY, Standing.MIXED)


def strengths_and_priorities(context: Context) -> Text:
    """Say what the declared rule makes a strength and what a priority of the authority, and of how many measures it says nothing."""
    measures = _measures(context)
    if not measures:
        return Text((paragraph(context.say("standing_none_at_all")),))
    parts: list[Paragraphs] = []
    for kind in _NAMED:
        own = [one for one in measures if one.standing is kind]
        if own or kind is not Standing.MIXED:
            parts.append(Paragraphs("heading", ((context.say(f"standing_{kind}"),),)))
            parts.append(bullets([_named(one, context) for one in own]) if own else paragraph(context.say(f"standing_no_{kind}")))
    parts += [paragraph(_counted(measures, context)), paragraph(context.say("standing_rule"))]
    return Text(tuple(parts), _keys(one for one in measures if one.standing in _NAMED))


def to_discuss(context: Context) -> Text:
    """Put forward what to talk about: strengths, priorities, where raters are far apart, actions that were not done, what is not shown."""
    measures = _measures(context)
    asked = [*_of_measures(measures, context), *_of_raters(context), *_of_actions(context)]
    not_shown = sum(one.standing is Standing.NOT_SHOWN for one in measures)
    if not_shown:
        asked.append(Sentence(context.say("discuss_not_shown" if not_shown > 1 else "discuss_not_shown_one", count=not_shown)))
    if not asked:
        return Text((paragraph(context.say("discuss_none")),))
    keys = dict.fromkeys(key for one in asked for key in one.results)
    return Text((bullets([one.words for one in asked]),), tuple(keys))


def _drafts(kind: type[Kind], context: Context) -> Iterator[Draft]:
    """The exhibits of one kind in this report."""
    return (draft_of(one, context) for one in context.dictionary.exhibits
            if context.kind.id in one.reports and type(KINDS.get(one.kind)) is kind)


def _measures(context: Context) -> tuple[Assessed, ...]:
    """What tests say of every measure of the exhibits of strengths and priorities."""
    return tuple(one for draft in _drafts(Strengths, context) for one in assessed(draft))


def _keys(measures: Iterable[Assessed]) -> tuple[str, ...]:
    """The results behind what is said of measures."""
    rows = (row for one in measures for row in (one.level, *one.tests.values()) if row is not None)
    return tuple(dict.fromkeys(key_of(row) for row in rows))


def _named(one: Assessed, context: Context) -> str:
    """A measure with its level and what the tests say."""
    reasons = reduce(lambda first, second: context.say("and_also", first=first, second=second), _reasons(one, context))
    return context.say("standing_named", label=context.label(one.indicator), estimate=_level(one, context), reasons=reasons)


def _level(one: Assessed, context: Context) -> str:
    """The level of a measure as a sentence has it, or its symbol."""
    form = context.format(one.indicator)
    if context.state(one.level) is not State.SHOWN:
        return context.symbol_of(one.level)
    return context.symbol(Symbol.LOW) if form.is_low(one.level.estimate) else form.full(one.level.estimate)


def _reasons(one: Assessed, context: Context) -> Iterator[str]:
    """What each test that found something says, in the words of the test."""
    known = {benchmark.benchmark: benchmark for benchmark in context.dictionary.benchmarks}
    for contrast, row in one.tests.items():
        if is_better(one.indicator, row) is not None:
            other = known.get(row.reference)
            yield context.say(
                f"standing_reason_{contrast}", verdict=context.verdict_words(row), wave=context.first.label,
                benchmark=context.say("benchmark_dated", benchmark=other.label, year=other.year) if other else "")


def _counted(measures: tuple[Assessed, ...], context: Context) -> str:
    """Of how many measures there is nothing to say, and why."""
    level, not_shown = (sum(one.standing is kind for one in measures) for kind in (Standing.NO_DIFFERENCE, Standing.NOT_SHOWN))
    return context.say("standing_counted_not_shown" if not_shown else "standing_counted", total=len(measures), level=level, not_shown=not_shown)


def _of_measures(measures: tuple[Assessed, ...], context: Context) -> Iterator[Sentence]:
    """A question for each measure that stands out, priorities first."""
    for kind in (Standing.PRIORITY, Standing.STRENGTH, Standing.MIXED):
        for one in measures:
            if one.standing is kind:
                yield Sentence(context.say(f"discuss_{kind}", label=context.label(one.indicator), estimate=_level(one, context)), _keys((one,)))


def _of_raters(context: Context) -> Iterator[Sentence]:
    """A question for each area on which two bodies of raters are far apart."""
    rule = context.dictionary.programme.standing
    for draft in _drafts(Gaps, context) if rule else ():
        bodies = chosen(draft, RATERS)
        for area in instrument_of(draft).named(draft.spec.indicators) if len(bodies) > 1 else ():
            row = gap_of(draft, area, *bodies[:2])
            if context.state(row) is State.SHOWN and RATING.rounded(abs(row.estimate)) >= rule.gap:
                higher, lower = (one.label for one in (bodies[:2] if row.estimate > 0 else bodies[1::-1]))
                gap = RATING.level(abs(row.estimate))
                yield Sentence(context.say("discuss_gap", higher=higher, lower=lower.lower(), area=area.label, gap=gap), (key_of(row),))


def _of_actions(context: Context) -> Iterator[Sentence]:
    """A question for each theme of which fewer actions than the declared share had come to what is aimed at."""
    rule = context.dictionary.programme.evidence
    for draft in _drafts(Progress, context) if rule else ():
        aim, reviews = aim_of(instrument_of(draft)), chosen(draft, "review")
        for area in instrument_of(draft).named(draft.spec.indicators) if aim and reviews else ():
            row = count_of(draft, STATUS, aim.code, area=area.area, wave=reviews[-1].code)
            if context.state(row) is State.SHOWN and row.estimate < rule.smallest_share * row.n_eligible:
                yield Sentence(context.say("discuss_action", area=area.label, count=numeral(row.estimate), total=numeral(row.n_eligible),
                                           state=aim.label.lower()), (key_of(row),))
