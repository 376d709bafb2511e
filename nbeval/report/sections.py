"""What a section of a report holds besides its exhibits: headings by domain, and what to mind about change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from nbeval.dictionary.enums import ReportForm
from nbeval.dictionary.models import Domain, ExhibitRow
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.kinds import KINDS
from nbeval.report.programme_account import programme_account
from nbeval.report.draft import domain_of

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
    """Part the exhibits of a section into runs of one domain, each with the heading it stands under.

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
    """The heading of a domain; exhibits across domains have one only where a domain stands above them."""
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
