"""What a report holds besides its exhibits: front matter, an account of the programme, headings, and what to mind about change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from nbeval.dictionary.enums import ReportForm, SourceKind
from nbeval.dictionary.models import Domain, ExhibitRow, Outcome
from nbeval.errors import DictionaryError
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Several, Text, bullets, paragraph
from nbeval.report.draft import domain_of
from nbeval.report.kinds import KINDS
from nbeval.report.markup import STYLE

#: the section that opens with an account of the programme and the cohort, and that which opens with the design
PROGRAMME, COMPARABILITY = "programme", "comparability"
#: sections that go through the domains of the programme one after the other
BY_DOMAIN = frozenset({"domains", "change", "authorities"})


def opening(name: str, context: Context) -> tuple[Text, ...]:
    """What a section says before its exhibits: an account of the programme, or what the design of the waves means."""
    if name == PROGRAMME:
        return (programme_account(context),)
    if name == COMPARABILITY and context.shows_change:
        return (Text((paragraph(context.say(f"comparable_{context.cohort.design.value}")),)),)
    return ()


def by_heading(name: str, specs: tuple[ExhibitRow, ...], context: Context) -> Iterator[tuple[Text | None, tuple[ExhibitRow, ...]]]:
    """Part the exhibits of a section into runs of one domain, each under its heading.

    Parameters
    ----------
    name
        The section.
    specs
        Its exhibits that have something to show, in order.
    context
        The report.

    Yields
    ------
    The heading with what the domain is about, and the exhibits below it. There is no heading in a section that
    is not parted by domain, nor above exhibits across domains that open the section.
    """
    found = [domain_of(spec, context) for spec in specs]
    if context.kind.form is ReportForm.SLIDES or name not in BY_DOMAIN or len({domain.id for domain in found if domain}) < 2:
        yield None, specs
        return
    pairs = zip(found, specs, strict=True)
    for place, (domain, members) in enumerate(groupby(pairs, key=lambda pair: pair[0])):
        yield _heading(domain, context, first=place == 0), tuple(spec for _, spec in members)


def _heading(domain: Domain | None, context: Context, *, first: bool) -> Text | None:
    """The heading of a domain; exhibits across domains have one only where a domain comes before them."""
    if domain is None:
        return None if first else Text((Paragraphs("section", ((context.say("across_domains"),),)),))
    about = (paragraph(domain.about),) if domain.about else ()
    return Text((Paragraphs("section", ((domain.label,),)), *about))


def cautions(specs: tuple[ExhibitRow, ...], every: Iterable[ExhibitRow], context: Context) -> Text | None:
    """What a reader of every change must know: in full where a report first shows change, after that a reminder.

    Parameters
    ----------
    specs
        The exhibits of the section.
    every
        The exhibits of the report, in its order.
    context
        The report.
    """
    points = cohort_notes(context)
    showing = [spec for spec in every if KINDS[spec.kind].of_change]
    if not points or not any(KINDS[spec.kind].of_change for spec in specs):
        return None
    if context.plain:
        return Text((paragraph(context.say(f"caution_{context.cohort.design.value}")),))
    if showing[0] not in specs and context.kind.form is ReportForm.SLIDES:
        return None
    if showing[0] not in specs:
        return Text((paragraph(context.say("caution_again")),))
    return Text((paragraph(context.say("caution")), bullets(points)))


def cohort_notes(context: Context) -> list[str]:
    """The declared notes on the cohort that touch a wave of the report."""
    shown = {wave.id for wave in context.waves}
    return [note.text for note in context.cohort.notes if not note.waves or shown & set(note.waves)]


def front_matter(context: Context) -> Several:
    """The opening of a report: title, programme, cohort, authority, waves, and a banner over invented data.

    ``front`` of the structured form has each of them by name, for a cover or a running head.
    """
    programme, kind = context.dictionary.programme, context.kind
    authority = context.authority_name(context.authority) if context.authority else ""
    front = {
        "title": title_text(context), "programme": programme.name, "owner": programme.owner,
        "cohort": context.cohort.id, "cohort_label": context.cohort.label, "kind": kind.id, "form": kind.form.value,
        "audience": kind.audience, "authority": context.authority, "authority_label": authority,
        "language": programme.language, "invented": context.cohort.invented,
        "banner": context.say("invented_note") if context.cohort.invented else "",
        "waves": [context.wave_line(wave) for wave in context.waves],
        # of figures in print the cover says where they are from, and not all the surveys they are of
        "subtitle": context.cohort.sources[0].label if context.cohort.made_from is SourceKind.PUBLISHED else "",
    }
    facts = [
        (context.say("programme_label"), programme.name), (context.say("cohort_label"), context.cohort.label),
        *(((context.say("authority"), authority),) if authority else ()),
        (context.say("waves_label"), "; ".join(front["waves"])),
        *(((context.say("audience_label"), kind.audience),) if kind.audience else ()),
    ]
    parts = [Paragraphs("facts", tuple(facts))]
    if front["banner"]:
        parts.insert(0, Paragraphs("heading", ((front["banner"],),)))
    return Several((Text(tuple(parts)),), front, STYLE)


def title_text(context: Context) -> str:
    """The title of the report with its fields filled."""
    fields = {
        "cohort": context.cohort.label, "programme": context.dictionary.programme.name,
        "authority": context.authority_name(context.authority),
    }
    try:
        return context.kind.title.format(**fields)
    except (KeyError, IndexError, ValueError):
        raise DictionaryError(
            f"the title of the report kind {context.kind.id!r} has a field that does not exist.",
            found=context.kind.title, allowed=", ".join(f"{{{name}}}" for name in fields),
            where="programme.toml, [[reports]]", do="use only the fields above.",
        ) from None


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
