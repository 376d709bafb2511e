"""What a report finds by declared rules, in words that follow tests: key findings, strengths and priorities, and what to discuss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce
from typing import Any

from nbeval.dictionary.enums import Match, Measure, Symbol
from nbeval.exhibit import Exhibit
from nbeval.frames import Decision, Quantity, Reason, Verdict
from nbeval.report.context import Context
from nbeval.report.displays import Text, bullets, lead, listed, paragraph
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.action_plan import Progress
from nbeval.report.kinds.kind import Kind
from nbeval.report.kinds.of_source import STATUS
from nbeval.report.kinds.printed import Pair, as_printed, changes_of, end_of_p, p_text
from nbeval.report.kinds.self_assessment import Gaps
from nbeval.report.kinds.evidence import Assessed, Standing, StrengthsAndPriorities, is_better
from nbeval.report.numerals import RATING, numeral
from nbeval.report.results import Result, State, key_of
from nbeval.report.sentences import Sentence, Subject, fill

#: the sentence of each verdict, and its heading, in the order of the headings
_BY_VERDICT = {
    Verdict.ROSE: ("finding_rose", "findings_clear"),
    Verdict.FELL: ("finding_fell", "findings_clear"),
    Verdict.MAY_HAVE_RISEN: ("finding_may_have_risen", "findings_possible"),
    Verdict.MAY_HAVE_FALLEN: ("finding_may_have_fallen", "findings_possible"),
    Verdict.NO_CLEAR_CHANGE: ("finding_no_clear_change", "findings_unclear"),
    Verdict.CANNOT_TELL: ("finding_cannot_tell", "findings_unknown"),
}
_BY_DIFFERENCE = {
    Verdict.HIGHER: "finding_higher", Verdict.LOWER: "finding_lower",
    Verdict.MAY_BE_HIGHER: "finding_may_be_higher", Verdict.MAY_BE_LOWER: "finding_may_be_lower",
    Verdict.NO_CLEAR_DIFFERENCE: "finding_no_clear_difference",
}
_HEADINGS = (*dict.fromkeys(heading for _, heading in _BY_VERDICT.values()), "findings_withheld", "findings_levels")
#: the heading of what printed figures settle
_BY_DECISION = {Decision.YES: "print_found_yes", Decision.NO: "print_found_no", Decision.OPEN: "print_found_open"}
#: measures that are named, each under its heading; the others are counted
_NAMED = (Standing.STRENGTH, Standing.PRIORITY, Standing.MIXED)

#: measures of which nothing is found, each with its reason
_SILENT = (Standing.NO_DIFFERENCE, Standing.NOT_SHOWN, Standing.NOT_TESTED, Standing.NOT_ASKED)


def _keys(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The results behind sentences, each once."""
    return tuple(dict.fromkeys(key for one in sentences for key in one.results))


# --- headline indicators ---------------------------------------------------------------------------


def key_findings(context: Context) -> Text:
    """One point per headline indicator the cohort collected, under headings by verdict: the words follow the test and never the sign."""
    found: dict[str, list[Sentence]] = {heading: [] for heading in _HEADINGS}
    withheld: dict[str, Sentence] = {}
    for subject in _headlines(context):
        heading, sentence = _finding(subject, context)
        if sentence.state is State.WITHHELD:
            withheld[subject.label] = sentence
        else:
            found[heading].append(sentence)
    found["findings_withheld"] += _together(withheld, context)
    parts = [part for heading, points in found.items() for part in listed(context.say(heading), [point.words for point in points])]
    if not parts:
        return Text((paragraph(context.say("findings_none")),))
    return Text((*parts, paragraph(context.say("findings_rule"))), _keys(point for points in found.values() for point in points))


def _together(withheld: dict[str, Sentence], context: Context) -> list[Sentence]:
    """What is withheld, in one sentence where it is of several measures."""
    if len(withheld) < 2:
        return list(withheld.values())
    labels = "; ".join(context.say("quoted", words=label) for label in withheld)
    return [Sentence(context.say("withheld_several", labels=labels), _keys(withheld.values()), State.WITHHELD)]


def in_brief(exhibits: Iterable[Exhibit], context: Context) -> Text:
    """One point per exhibit that composes a sentence from its own numbers, with the number of the exhibit behind it."""
    points = [context.say("brief_entry", said=one.sentence.rstrip("."), exhibit=one.label) for one in exhibits if one.sentence]
    return Text(listed(context.say("brief_lead"), points))


def _headlines(context: Context) -> Iterator[Subject]:
    """A subject for every headline indicator that the cohort collected."""
    sources = {name: next(iter(rows.values())).source for name, rows in context.results.by_indicator.items()}
    for one in context.dictionary.indicators:
        if one.headline and one.indicator in sources:
            yield Subject(context, sources[one.indicator], one, context.wave.id, context.authority)


def _finding(subject: Subject, context: Context) -> tuple[str, Sentence]:
    """The heading of a headline indicator, and its sentence."""
    if not context.shows_change:
        return _level(subject, context)
    row = subject.change
    if row is not None and row.reason is Reason.NOT_COMPARABLE:
        return "findings_unknown", fill(context.words["finding_not_comparable"], subject)
    waves = context.not_asked_at(subject.indicator, subject.source, subject.authority)
    if waves and (row is None or row.is_not_asked):
        asked = " ".join(fill(context.words["finding_at"], replace(subject, wave=wave.id)).words for wave in context.waves if wave not in waves)
        said = context.say("finding_not_asked", label=subject.label, waves="; ".join(wave.label for wave in waves))
        return "findings_unknown", Sentence(f"{said} {asked}".strip(), tuple(
            key_of(level) for level in map(subject.at, (wave.id for wave in context.waves)) if level is not None))
    if row is None or row.verdict not in _BY_VERDICT:
        sentence = fill(context.words["finding_no_clear_change"], subject)
        return "findings_withheld" if sentence.state is State.WITHHELD else "findings_unknown", sentence
    key, heading = _BY_VERDICT[row.verdict]
    if context.state(row) is State.WITHHELD:
        heading = "findings_withheld"
    sentence = fill(context.words["change_of_linked" if context.linked else key], subject)
    size = context.size_sentence(row) if sentence.state is State.SHOWN else ""
    return heading, replace(sentence, words=f"{sentence.words} {size}") if size else sentence


def _level(subject: Subject, context: Context) -> tuple[str, Sentence]:
    """The finding of a report of one wave: the level, beside the first published figure there is."""
    percent = subject.indicator.measure is Measure.PERCENT
    sentence = fill(context.words["finding_level_percent" if percent else "finding_level_mean"], subject)
    if sentence.state is not State.SHOWN:
        return "findings_withheld" if sentence.state is State.WITHHELD else "findings_unknown", sentence
    beside = _beside(subject, context)
    if beside is None:
        return "findings_levels", sentence
    return "findings_levels", Sentence(f"{sentence.words} {beside.words}", (*sentence.results, *beside.results))


def _beside(subject: Subject, context: Context) -> Sentence | None:
    """What the test against a published figure allows us to say; nothing where its definition differs from ours."""
    row = subject.difference
    if subject.published is None or subject.benchmark.match is Match.DIFFERS or row is None:
        return None
    key = _BY_DIFFERENCE.get(row.verdict)
    if key is None or context.state(row) is not State.SHOWN:
        return None
    sentence = fill(context.words[key], subject)
    return Sentence(sentence.words, (*sentence.results, key_of(row)))


# --- figures in print ------------------------------------------------------------------------------


def printed_findings(context: Context, source: str) -> Text:
    """What printed figures settle of every two waves that were compared, by whether it is so whatever was rounded away."""
    pairs = tuple(changes_of(context, source))
    found = {heading: [_settled(pair, context) for pair in pairs if pair.row.verdict is decision]
             for decision, heading in _BY_DECISION.items()}
    parts = [part for heading, points in found.items() for part in listed(context.say(heading), [point.words for point in points])]
    return Text(tuple(parts) or (paragraph(context.say("print_none")),), _keys(point for points in found.values() for point in points))


def _settled(pair: Pair, context: Context) -> Sentence:
    """What one comparison settles."""
    row, labels = pair.row, {wave.id: wave.label for wave in context.cohort.waves}
    smallest, largest = (end_of_p(pair, quantity, context) for quantity in (Quantity.P_SMALLEST, Quantity.P_LARGEST))
    return Sentence(context.say(
        "print_finding", label=context.indicator_label(pair.figure.indicator),
        before=as_printed(pair.other).full(pair.other.value), after=as_printed(pair.figure).full(pair.figure.value),
        wave_before=labels[pair.other.wave], wave_after=labels[pair.figure.wave],
        conf_low=numeral(row.conf_low, 1, signed=True), conf_high=numeral(row.conf_high, 1, signed=True),
        p_smallest=p_text(smallest.estimate, context), p_largest=p_text(largest.estimate, context),
    ), (key_of(row), key_of(smallest), key_of(largest)))


# --- one authority ---------------------------------------------------------------------------------


def strengths_and_priorities(context: Context) -> Text:
    """What the declared rule makes a strength and what a priority of the authority, and of how many measures it says nothing."""
    measures = _measures(context)
    if not measures:
        return Text((paragraph(context.say("standing_none_at_all")),))
    parts = []
    for kind in _NAMED:
        points = [_named(one, context) for one in measures if one.standing is kind]
        parts += listed(context.say(f"standing_{kind}"), points)
        if not points and kind is not Standing.MIXED:
            parts += [lead(context.say(f"standing_{kind}")), paragraph(context.say(f"standing_no_{kind}"))]
    parts += [paragraph(_counted(measures, context)), paragraph(context.say("standing_rule"))]
    return Text(tuple(parts), _behind(one for one in measures if one.standing in _NAMED))


def to_discuss(context: Context) -> Text:
    """What to talk about: strengths, priorities, where raters are far apart, actions that were not done, what is not shown."""
    measures = _measures(context)
    asked = [*_of_measures(measures, context), *_of_raters(context), *_of_actions(context)]
    not_shown = sum(one.standing is Standing.NOT_SHOWN for one in measures)
    if not_shown:
        asked.append(Sentence(context.say("discuss_not_shown" if not_shown > 1 else "discuss_not_shown_one", count=not_shown)))
    if not asked:
        return Text((paragraph(context.say("discuss_none")),))
    return Text((bullets([one.words for one in asked]),), _keys(asked))


def _drafts(kind: type[Kind], context: Context) -> Iterator[Any]:
    """The exhibits of one kind in this report."""
    return (kind(one, context) for one in context.dictionary.exhibits if context.kind.id in one.reports and KINDS[one.kind] is kind)


def _measures(context: Context) -> tuple[Assessed, ...]:
    """What tests say of every measure of the exhibits of strengths and priorities."""
    return tuple(one for draft in _drafts(StrengthsAndPriorities, context) for one in draft.assessed)


def _behind(measures: Iterable[Assessed]) -> tuple[str, ...]:
    """The results behind what is said of measures."""
    rows: Iterator[Result | None] = (row for one in measures for row in (one.level, *one.tests.values()))
    return tuple(dict.fromkeys(key_of(row) for row in rows if row is not None))


def _named(one: Assessed, context: Context) -> str:
    """A measure with its level and what the tests say."""
    reasons = reduce(lambda first, second: context.say("and_also", first=first, second=second), _reasons(one, context))
    return context.say("standing_named", label=context.label(one.indicator), estimate=_level_words(one, context), reasons=reasons)


def _level_words(one: Assessed, context: Context) -> str:
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
            yield context.say(f"standing_reason_{contrast}", verdict=context.words[row.verdict], wave=context.first.label,
                              benchmark=context.benchmark_label(other) if other else "")


def _counted(measures: tuple[Assessed, ...], context: Context) -> str:
    """Of how many measures there is nothing to say, and why."""
    of = Counter(one.standing for one in measures)
    counts = (context.say(f"standing_count_{kind}", count=of[kind]) for kind in _SILENT if of[kind] or kind is Standing.NO_DIFFERENCE)
    return context.say("standing_counted", total=len(measures) - of[Standing.NOT_ASKED], counts="; ".join(counts))


def _of_measures(measures: tuple[Assessed, ...], context: Context) -> Iterator[Sentence]:
    """A question for each measure that stands out, priorities first."""
    for kind in (Standing.PRIORITY, Standing.STRENGTH, Standing.MIXED):
        for one in measures:
            if one.standing is kind:
                words = context.say(f"discuss_{kind}", label=context.label(one.indicator), estimate=_level_words(one, context))
                yield Sentence(words, _behind((one,)))


def _of_raters(context: Context) -> Iterator[Sentence]:
    """A question for each area on which two bodies of raters are far apart."""
    rule = context.dictionary.programme.standing
    for draft in _drafts(Gaps, context) if rule else ():
        bodies = draft.bodies
        for area in draft.areas if draft.has_two_bodies else ():
            row = draft.gap(area)
            if context.state(row) is State.SHOWN and RATING.rounded(abs(row.estimate)) >= rule.gap:
                higher, lower = (one.label for one in (bodies[:2] if row.estimate > 0 else bodies[1::-1]))
                gap = RATING.level(abs(row.estimate))
                yield Sentence(context.say("discuss_gap", higher=higher, lower=lower.lower(), area=area.label, gap=gap), (key_of(row),))


def _of_actions(context: Context) -> Iterator[Sentence]:
    """A question for each theme of which fewer actions than the declared share had come to what is aimed at."""
    rule = context.dictionary.programme.evidence
    for draft in _drafts(Progress, context) if rule else ():
        aim, reviews = draft.aim, draft.chosen("review")
        for area in draft.areas if aim and reviews else ():
            row = draft.counted(STATUS, aim.code, area=area.area, wave=reviews[-1].code)
            if context.state(row) is State.SHOWN and row.estimate < rule.smallest_share * row.n_eligible:
                yield Sentence(context.say("discuss_action", area=area.label, count=numeral(row.estimate), total=numeral(row.n_eligible),
                                           state=aim.label.lower()), (key_of(row),))
