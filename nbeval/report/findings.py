"""Key findings by a declared rule: every headline indicator, in words that follow its test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Indicator
from nbeval.exhibit import Exhibit
from nbeval.frames import Verdict
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.results import State, key_of
from nbeval.report.sentences import Sentence, Subject, fill

#: the sentence of each verdict, and its heading, in the order of the headings
_BY_VERDICT = {
    Verdict.ROSE: ("finding_rose", "findings_clear"),
    Verdict.FELL: ("finding_fell", "findings_clear"),
    Verdict.ROSE_SMALL: ("finding_rose_small", "findings_small"),
    Verdict.FELL_SMALL: ("finding_fell_small", "findings_small"),
    Verdict.NO_CLEAR_CHANGE: ("finding_no_clear_change", "findings_unclear"),
    Verdict.CANNOT_TELL: ("finding_cannot_tell", "findings_unknown"),
}
_BY_DIFFERENCE = {
    Verdict.HIGHER: "finding_higher", Verdict.LOWER: "finding_lower",
    Verdict.NO_CLEAR_DIFFERENCE: "finding_no_clear_difference",
}
_HEADINGS = (*dict.fromkeys(heading for _, heading in _BY_VERDICT.values()), "findings_withheld", "findings_levels")


def key_findings(context: Context) -> Text:
    """Say what every headline indicator shows.

    Parameters
    ----------
    context
        The report.

    Returns
    -------
    Text
        One point per headline indicator the cohort collected, under a heading by verdict where the
        report has two waves; the words follow the verdict and never the sign.
    """
    found: dict[str, list[Sentence]] = {heading: [] for heading in _HEADINGS}
    withheld: dict[str, Sentence] = {}
    for subject in _headlines(context):
        heading, sentence = _finding(subject, context)
        if sentence.state is State.WITHHELD:
            withheld[subject.label] = sentence
        else:
            found[heading].append(sentence)
    found["findings_withheld"] += _together(withheld, context)
    filled = {heading: points for heading, points in found.items() if points}
    if not filled:
        return Text((paragraph(context.say("findings_none")),))
    parts = []
    for heading, points in filled.items():
        parts.append(Paragraphs("heading", ((context.say(heading),),)))
        parts.append(bullets([point.words for point in points]))
    parts.append(paragraph(context.say("findings_rule")))
    keys = dict.fromkeys(key for points in filled.values() for point in points for key in point.results)
    return Text(tuple(parts), tuple(keys))


def _together(withheld: dict[str, Sentence], context: Context) -> list[Sentence]:
    """What is withheld, in one sentence where it is of several measures."""
    if len(withheld) < 2:
        return list(withheld.values())
    labels = "; ".join(context.say("quoted", words=label) for label in withheld)
    keys = dict.fromkeys(key for sentence in withheld.values() for key in sentence.results)
    return [Sentence(context.say("withheld_several", labels=labels), tuple(keys), State.WITHHELD)]


def in_brief(exhibits: Iterable[Exhibit], context: Context) -> Text:
    """One point per exhibit that composes a sentence from its own numbers, with the number of the exhibit behind it."""
    points = [context.say("brief_entry", said=one.sentence.rstrip("."), exhibit=one.label) for one in exhibits if one.sentence]
    if not points:
        return Text(())
    return Text((Paragraphs("heading", ((context.say("brief_lead"),),)), bullets(points)))


def _headlines(context: Context) -> Iterator[Subject]:
    """A subject for every headline indicator that the cohort collected."""
    sources = {name: next(iter(rows.values())).source for name, rows in context.results.by_indicator.items()}
    for one in context.dictionary.indicators:
        if one.headline and one.indicator in sources:
            yield Subject(context, sources[one.indicator], one, context.wave.id, context.authority)


def _finding(subject: Subject, context: Context) -> tuple[str, Sentence]:
    """The heading of a headline indicator, and its sentence."""
    if not context.shows_change:
        return _level(subject, subject.indicator, context)
    row = subject.change
    if row is None or row.verdict not in _BY_VERDICT:
        return "findings_withheld", fill(context.words["finding_no_clear_change"], subject)
    key, heading = _BY_VERDICT[row.verdict]
    if context.state(row) is State.WITHHELD:
        heading = "findings_withheld"
    return heading, fill(context.words["change_of_linked" if context.linked else key], subject)


def _level(subject: Subject, one: Indicator, context: Context) -> tuple[str, Sentence]:
    """The finding of a report of one wave: the level, beside the first published figure there is."""
    percent = one.measure is Measure.PERCENT
    key = "finding_level_percent" if percent else "finding_level_mean"
    sentence = fill(context.words[key], subject)
    shown = subject.main is not None and context.state(subject.main) is State.SHOWN
    if not shown:
        return "findings_withheld", sentence
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
