"""The account of the programme and of the cohort: what they are, where, when, from what, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterator

from nbeval.dictionary.models import Domain, Outcome
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph


def programme_account(context: Context) -> Text:
    """Say what the programme is and what the cohort is, from what the dictionary declares."""
    return Text(tuple(_parts(context)))


def _parts(context: Context) -> Iterator[Paragraphs]:
    """The parts of the account, one after the other."""
    programme, cohort = context.dictionary.programme, context.cohort
    yield from (paragraph(text) for text in (programme.about, cohort.about) if text)
    yield paragraph(_places(context))
    yield from _listed(context, "programme_one_wave" if len(cohort.waves) == 1 else "programme_waves",
                       [" ".join(part for part in (f"{context.wave_line(wave)}.", wave.note) if part) for wave in cohort.waves])
    yield from _listed(context, "programme_sources", [source.label for source in cohort.sources])
    yield from _listed(context, "programme_domains", [_labelled(one, context) for one in programme.domains])
    yield from _listed(context, "programme_outcomes", [_labelled(one, context) for one in programme.outcomes])
    yield from _listed(context, "programme_disagreements", disagreements(context))


def disagreements(context: Context) -> list[str]:
    """Where sources contradict one another, each with its readings."""
    return [context.say("limits_disagreement", about=one.about, readings="; ".join(one.readings))
            for one in context.cohort.disagreements]


def _places(context: Context) -> str:
    """Which places take part."""
    cohort = context.cohort
    if not cohort.authorities or not cohort.authorities_known:
        return context.say("programme_authorities_unknown")
    names = sorted(context.authority_name(one) for one in cohort.authorities)
    return context.say("programme_authorities", count=len(names), names=", ".join(names))


def _labelled(one: Domain | Outcome, context: Context) -> str:
    """A label, with what it is about where that is said."""
    return context.say("labelled", label=one.label, about=one.about) if one.about else one.label


def _listed(context: Context, lead: str, items: list[str]) -> Iterator[Paragraphs]:
    """A lead and its points; nothing where there are none."""
    if items:
        yield paragraph(context.say(lead))
        yield bullets(items)
