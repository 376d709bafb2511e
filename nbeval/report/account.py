"""The report's account of itself: methods, limits, glossary, list of exhibits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbeval.dictionary.enums import Status
from nbeval.dictionary.models import ExhibitRow, Indicator
from nbeval.exhibit import Exhibit
from nbeval.frames import Method
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Text, bullets, paragraph
from nbeval.report.draft import Draft, available, indicators_of
from nbeval.report.exhibits import title_of
from nbeval.report.kinds import KINDS
from nbeval.report.markup import anchor
from nbeval.report.results import Result, UsedMethod
from nbeval.report.sections import cohort_notes, disagreements


def methods(context: Context, drafts: tuple[Draft, ...]) -> Text:
    """Say which methods, intervals, families and thresholds the results of a report have."""
    rows = tuple({id(row): row for draft in drafts for row in draft.shown}.values())
    used = sorted({_methods_in_words(row, context) for row in rows if row.methods})
    levels = sorted({f"{row.conf_level * 100:g}%" for row in rows if row.conf_level == row.conf_level})
    families = [
        context.say("methods_family", family=family_label(name, context),
                    count=len({row.indicator for row in rows if row.family == name}))
        for name in sorted({row.family for row in rows if row.family})
    ]
    rules = context.dictionary.disclosure
    parts = [
        paragraph(context.say(f"design_{context.cohort.design.value}")),
        paragraph(context.say("methods_intervals", levels=", ".join(levels))) if levels else None,
        paragraph(context.say("methods_weighted" if any(row.weighted for row in rows) else "methods_unweighted")),
        _listed(context.say("methods_used"), used),
        _listed(context.say("methods_families"), families),
        paragraph(context.say("methods_verdict")),
        paragraph(context.say("methods_disclosure", threshold=rules.threshold, base=rules.threshold_percent_base,
                              withheld=rules.symbols["withheld"])),
        paragraph(context.say("methods_rounding" if rules.percent_decimals else "methods_whole",
                              decimals=rules.percent_decimals)),
    ]
    return Text(tuple(_flat(parts)))


def _methods_in_words(row: Result, context: Context) -> str:
    """The methods of a result in the words of the report; one without words is as results have it, without underscores."""
    return "; ".join(_method_in_words(one, context) for one in row.methods)


def _method_in_words(one: UsedMethod, context: Context) -> str:
    """One method; what a change is standardised for is named by its labels."""
    labels = (context.group_label(name) if name in context.dictionary.groups else name.replace("_", " ") for name in one.groups)
    if one.name not in tuple(Method):
        return one.name.replace("_", " ")
    return context.say(f"method_{one.name}", names=", ".join(label.lower() for label in labels))


def family_label(name: str, context: Context) -> str:
    """A family of tests by the label of the domain it is named for, else its own name without underscores."""
    labels = {domain.id: domain.label for domain in context.dictionary.programme.domains}
    return labels.get(name) or name.replace("_", " ").capitalize()


def _listed(lead: str, items: list[str]) -> tuple[Paragraphs, ...]:
    """A lead and its points; nothing where there are none."""
    return (Paragraphs("heading", ((lead,),)), bullets(items)) if items else ()


def _flat(parts: Iterable[Paragraphs | tuple[Paragraphs, ...] | None]) -> Iterator[Paragraphs]:
    """The parts one by one, without those that are empty."""
    for part in parts:
        if isinstance(part, tuple):
            yield from part
        elif part is not None:
            yield part


def limits(context: Context, specs: tuple[ExhibitRow, ...], absent: Iterable[str] = (), *,
           disagreeing: bool = True) -> Text:
    """Say what a reader must bear in mind.

    Parameters
    ----------
    context
        The report.
    specs
        Its exhibits.
    absent
        The sections it has nothing for.
    disagreeing
        Whether to name the points on which sources disagree; a report that has an account of the cohort does so there.
    """
    missing = [_section(name, context) for name in absent]
    parts = [
        _listed(context.say("limits_notes"), cohort_notes(context)),
        _listed(context.say("limits_absent"), missing),
        _listed(context.say("limits_disagreements"), disagreements(context) if disagreeing else []),
        _listed(context.say("limits_published"), list(_published(context, specs))),
        _listed(context.say("limits_unconfirmed"), list(_unconfirmed(context, specs))),
    ]
    return Text(tuple(_flat(parts)))


def _section(name: str, context: Context) -> str:
    """What a section would have shown."""
    return context.say(f"section_{name}") if f"section_{name}" in context.words else f"{name.replace('_', ' ').capitalize()}."


def _published(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[str]:
    """What to know of each body of published figures that a report compares with."""
    names = {one.indicator for one in _indicators(context, tuple(spec for spec in specs if KINDS[spec.kind].beside_published))}
    notes: dict[str, dict[str, None]] = {}
    for one in context.dictionary.benchmarks:
        if one.indicator in names and one.note:
            label = context.say("benchmark_dated", benchmark=one.label, year=one.year)
            said = (f"{sentence.rstrip('.')}." for sentence in one.note.split(". "))
            notes.setdefault(label, {}).update(dict.fromkeys(said))
    for label, sentences in notes.items():
        yield context.say("labelled", label=label, about=" ".join(sentences))


def _unconfirmed(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[str]:
    """The unconfirmed entries that a report rests on; those with the same reason on one line."""
    gathered: dict[tuple[str, str], dict[str, None]] = {}
    for kind, status, label, note in _entries(context, specs):
        if status is Status.UNCONFIRMED:
            gathered.setdefault((kind, note), {})[label] = None
    for (kind, note), labels in gathered.items():
        yield context.say(f"unconfirmed_{kind}", label="; ".join(labels), note=note)


def _entries(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[tuple[str, Status, str, str]]:
    """What a report rests on: cohort, waves, sources, authorities, indicators, scales, published figures."""
    cohort, used = context.cohort, _indicators(context, specs)
    yield "cohort", cohort.status, cohort.label, ""
    yield from (("wave", one.status, one.label, one.note) for one in context.waves)
    yield from (("source", one.status, one.label, one.note) for one in cohort.sources)
    yield from (("authority", one.status, one.name, "") for one in map(context.dictionary.authority, cohort.authorities))
    for one in used:
        yield "indicator", one.status, one.label, one.note
        if one.scale:
            scale = context.dictionary.scale(one.scale)
            yield "scale", scale.status, scale.label, scale.note
    names = {one.indicator for one in used}
    yield from (("benchmark", one.status, context.say("benchmark_dated", benchmark=one.label, year=one.year), one.note)
                for one in context.dictionary.benchmarks if one.indicator in names)


def _indicators(context: Context, specs: tuple[ExhibitRow, ...]) -> tuple[Indicator, ...]:
    """The indicators that the exhibits of a report name and the cohort collected."""
    named = tuple(dict.fromkeys(one for spec in specs for one in indicators_of(spec, context)))
    return available(named, context.results)


def glossary(context: Context) -> Text:
    """The words of the programme and what they mean, in the order of the alphabet."""
    terms = sorted(context.dictionary.glossary, key=lambda term: term.term.casefold())
    if not terms:
        return Text((paragraph(context.say("glossary_none")),))
    return Text((Paragraphs("terms", tuple((term.term, term.meaning) for term in terms)),))


def exhibit_list(context: Context, drafts: tuple[Draft, ...], numbers: Mapping[str, int], own: tuple[Exhibit, ...] = ()) -> Text:
    """The exhibits of a report by label and title, each leading to its place, with its section, its source and how many results it shows.

    An analyst's own follow, as far as they were made before the list.
    """
    labels = {one.id: one.label for one in context.cohort.sources}
    if not drafts and not own:
        return Text((paragraph(context.say("nothing_in_section")),))
    items = tuple(
        (context.say("list_entry", label=context.say("figure" if spec.chart else "table", number=numbers[spec.exhibit]),
                     title=title_of(spec, context).rstrip("."), section=spec.section.replace("_", " "),
                     source=labels.get(spec.source_id, spec.source_id), count=len(draft.shown)), anchor(spec.exhibit))
        for draft in drafts for spec in (draft.spec,)
    )
    items += tuple((context.say("list_entry_own", label=one.label, title=one.title.rstrip("."), source=one.source), anchor(one.id)) for one in own)
    return Text((Paragraphs("links", items),))
