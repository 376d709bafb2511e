"""The report's account of itself: methods, limits, glossary, list of exhibits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nbeval.dictionary.records import ExhibitRow, Indicator, Status
from nbeval.present.context import Context
from nbeval.present.displays import Paragraphs, Text, bullets, paragraph
from nbeval.present.exhibits import Table, title_of
from nbeval.present.html import anchor
from nbeval.present.lines import rows_behind
from nbeval.present.results import Result
from nbeval.present.select import indicators_of


def results_behind(context: Context, tables: Iterable[Table]) -> tuple[Result, ...]:
    """Return the results that the exhibits of a report show, each once."""
    found = {}
    for table in tables:
        found.update({id(row): row for row in rows_behind(table.rows, context)})
    return tuple(found.values())


def methods(context: Context, tables: tuple[Table, ...]) -> Text:
    """Say which methods, intervals, families and thresholds the results of a report have."""
    rows = results_behind(context, tables)
    used = sorted({_method(row.method, context) for row in rows if row.method and row.method != "none"})
    levels = sorted({f"{row.conf_level * 100:g}%" for row in rows if row.conf_level == row.conf_level})
    families = [
        context.say("methods_family", family=name.replace("_", " "),
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


def _method(name: str, context: Context) -> str:
    """A method in words: its parts by the catalogue, else as they are named, without underscores."""
    parts = (part.strip() for part in name.split(";"))
    return "; ".join(context.words.get(f"method_{part}", part.replace("_", " ")) for part in parts)


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


def limits(context: Context, specs: tuple[ExhibitRow, ...]) -> Text:
    """Say what a reader must bear in mind: notes, disagreements, and what could not be confirmed."""
    shown = {wave.id for wave in context.waves}
    notes = [note.text for note in context.cohort.notes if not note.waves or shown & set(note.waves)]
    disagreements = [
        context.say("limits_disagreement", about=one.about, readings="; ".join(one.readings))
        for one in context.cohort.disagreements
    ]
    unconfirmed = list(dict.fromkeys(_unconfirmed(context, specs)))
    parts = [
        paragraph(context.say("limits_cause")), paragraph(context.say("limits_sample")),
        _listed(context.say("limits_notes"), notes),
        _listed(context.say("limits_disagreements"), disagreements),
        _listed(context.say("limits_unconfirmed"), unconfirmed),
    ]
    return Text(tuple(_flat(parts)))


def _unconfirmed(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[str]:
    """The unconfirmed entries that a report rests on: cohort, waves, sources, authorities, indicators."""
    cohort, used = context.cohort, _indicators(context, specs)
    named = [("cohort", cohort.status, cohort.label, "")]
    named += [("wave", one.status, one.label, one.note) for one in context.waves]
    named += [("source", one.status, one.label, one.note) for one in cohort.sources]
    named += [("authority", one.status, one.name, "") for one in map(context.dictionary.authority, cohort.authorities)]
    for one in used:
        named.append(("indicator", one.status, one.label, one.note))
        if one.scale:
            scale = context.dictionary.scale(one.scale)
            named.append(("scale", scale.status, scale.label, scale.note))
    names = {one.indicator for one in used}
    named += [("benchmark", one.status, one.label, one.note)
              for one in context.dictionary.benchmarks if one.indicator in names]
    for kind, status, label, note in named:
        if status is Status.UNCONFIRMED:
            yield context.say(f"unconfirmed_{kind}", label=label, note=note)


def _indicators(context: Context, specs: tuple[ExhibitRow, ...]) -> tuple[Indicator, ...]:
    """The indicators that the exhibits of a report name."""
    return tuple(dict.fromkeys(one for spec in specs for one in indicators_of(spec, context)))


def glossary(context: Context) -> Text:
    """The words of the programme and what they mean, in the order of the alphabet."""
    terms = sorted(context.dictionary.glossary, key=lambda term: term.term.casefold())
    if not terms:
        return Text((paragraph(context.say("glossary_none")),))
    return Text((Paragraphs("terms", tuple((term.term, term.meaning) for term in terms)),))


def exhibit_list(context: Context, specs: tuple[ExhibitRow, ...], numbers: Mapping[str, int]) -> Text:
    """The exhibits of a report by label and title, each leading to its place."""
    if not specs:
        return Text((paragraph(context.say("nothing_in_section")),))
    items = tuple(
        (context.say("list_entry", label=context.say("figure" if spec.chart else "table", number=numbers[spec.exhibit]),
                     title=title_of(spec, context)), anchor(spec.exhibit))
        for spec in specs
    )
    return Text((Paragraphs("links", items),))
