"""What a report on one place says of its strengths and priorities, and what it puts forward to be talked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import ExhibitRow
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.forms.source_parts import STATUS, bodies_of, count_of, gap_of, instrument_of
from nbeval.report.kind_ids import Kind
from nbeval.report.kinds_sources import SourceTable
from nbeval.report.numerals import RATING, numeral
from nbeval.report.results import Result, State, key_of
from nbeval.report.draft import results_of
from nbeval.report.sentences import Sentence
from nbeval.report.standing import Stand, Standing, is_better, stands_of

#: what is told in full, each under its heading; the others are counted
_TOLD = (Standing.STRENGTH, Standing.PRIORITY, Standing.MIXED)


def strengths_and_priorities(context: Context) -> Text:
    """Say what the declared rule makes a strength and what a priority of the place, and of how many measures it says nothing."""
    stands = _stands(context)
    if not stands:
        return Text((paragraph(context.say("standing_none_at_all")),))
    parts: list[Paragraphs] = []
    for kind in _TOLD:
        own = [one for one in stands if one.standing is kind]
        if own or kind is not Standing.MIXED:
            parts.append(Paragraphs("heading", ((context.say(f"standing_{kind}"),),)))
            parts.append(bullets([_told(one, context) for one in own]) if own else paragraph(context.say(f"standing_no_{kind}")))
    parts += [paragraph(_counted(stands, context)), paragraph(context.say("standing_rule"))]
    return Text(tuple(parts), _keys(stands, _TOLD))


def to_discuss(context: Context) -> Text:
    """Put forward what to talk about: strengths, priorities, where raters are far apart, actions that were not done, what is not shown."""
    stands = _stands(context)
    asked = [*_of_measures(stands, context), *_of_raters(context), *_of_actions(context)]
    hidden = sum(one.standing is Standing.HIDDEN for one in stands)
    if hidden:
        asked.append(Sentence(context.say("discuss_hidden" if hidden > 1 else "discuss_hidden_one", count=hidden)))
    if not asked:
        return Text((paragraph(context.say("discuss_none")),))
    keys = dict.fromkeys(key for one in asked for key in one.results)
    return Text((bullets([one.words for one in asked]),), tuple(keys))


def _exhibits(kind: str, context: Context) -> tuple[ExhibitRow, ...]:
    """The exhibits of one kind in this report."""
    return tuple(one for one in context.dictionary.exhibits if one.kind == kind and context.kind.id in one.reports)


def _stands(context: Context) -> tuple[Stand, ...]:
    """Where the place stands on every measure of the exhibits of standing."""
    return tuple(one for spec in _exhibits(Kind.STANDING, context) for one in stands_of(results_of(spec, context), spec, context))


def _keys(stands: Iterable[Stand], told: tuple[Standing, ...]) -> tuple[str, ...]:
    """The results behind what is told."""
    rows = (row for one in stands if one.standing in told for row in (one.level, *one.tests.values()) if row is not None)
    return tuple(dict.fromkeys(key_of(row) for row in rows))


def _told(one: Stand, context: Context) -> str:
    """A measure with its level and what the tests say."""
    reasons = context.say("standing_and").join(_reasons(one, context))
    return context.say("standing_told", label=context.label(one.indicator), estimate=_level(one, context), reasons=reasons)


def _level(one: Stand, context: Context) -> str:
    """The level of a measure as a sentence has it, or its symbol."""
    form = context.format(one.indicator)
    if context.state(one.level) is not State.SHOWN:
        return context.symbol_of(one.level)
    return context.symbol("low") if form.is_low(one.level.estimate) else form.full(one.level.estimate)


def _reasons(one: Stand, context: Context) -> Iterator[str]:
    """What each test that found something says, in the words of the test."""
    known = {benchmark.benchmark: benchmark for benchmark in context.dictionary.benchmarks}
    for contrast, row in one.tests.items():
        if is_better(one.indicator, row) is not None:
            other = known.get(row.reference)
            yield context.say(
                f"standing_reason_{contrast}", verdict=context.words[row.verdict], wave=context.first.label,
                benchmark=context.say("benchmark_dated", benchmark=other.label, year=other.year) if other else "")


def _counted(stands: tuple[Stand, ...], context: Context) -> str:
    """Of how many measures there is nothing to tell, and why."""
    level, hidden = (sum(one.standing is kind for one in stands) for kind in (Standing.LEVEL, Standing.HIDDEN))
    return context.say("standing_counted_hidden" if hidden else "standing_counted", total=len(stands), level=level, hidden=hidden)


def _of_measures(stands: tuple[Stand, ...], context: Context) -> Iterator[Sentence]:
    """A question for each measure that stands out, priorities first."""
    for kind in (Standing.PRIORITY, Standing.STRENGTH, Standing.MIXED):
        for one in stands:
            if one.standing is kind:
                yield Sentence(context.say(f"discuss_{kind}", label=context.label(one.indicator), estimate=_level(one, context)),
                               _keys((one,), _TOLD))


def _of_raters(context: Context) -> Iterator[Sentence]:
    """A question for each area on which two bodies of raters are far apart."""
    rule = context.dictionary.programme.standing
    for spec in _exhibits(SourceTable.GAPS, context) if rule else ():
        rows, bodies = results_of(spec, context), bodies_of(spec, context)
        for area in instrument_of(spec, context).named(spec.indicators) if len(bodies) > 1 else ():
            row = gap_of(rows, spec, area.area, wave=context.wave.id, first=bodies[0].code, other=bodies[1].code,
                         authority=context.authority)
            if context.state(row) is State.SHOWN and RATING.rounded(abs(row.estimate)) >= rule.gap:
                higher, lower = (one.label for one in (bodies[:2] if row.estimate > 0 else bodies[1::-1]))
                yield Sentence(context.say("discuss_gap", higher=higher, lower=lower.lower(), area=area.label, gap=RATING.level(abs(row.estimate))), (key_of(row),))


def _of_actions(context: Context) -> Iterator[Sentence]:
    """A question for each theme of which fewer actions than the declared share had come to what is aimed at."""
    rule = context.dictionary.programme.evidence
    for spec in _exhibits(SourceTable.PROGRESS, context) if rule else ():
        instrument = instrument_of(spec, context)
        aim = next((one for one in instrument.chosen_by(FieldRole.STATUS) if one.counts), None) if instrument else None
        reviews = instrument.chosen("review") if instrument else ()
        for area in instrument.named(spec.indicators) if aim and reviews else ():
            row: Result | None = count_of(results_of(spec, context), spec, STATUS, aim.code, area=area.area, wave=reviews[-1].code,
                                          authority=context.authority)
            if context.state(row) is State.SHOWN and row.estimate < rule.smallest_share * row.n_eligible:
                yield Sentence(context.say("discuss_action", area=area.label, count=numeral(row.estimate), total=numeral(row.n_eligible),
                                           state=aim.label.lower()), (key_of(row),))
