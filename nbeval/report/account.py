"""The report's account of itself: front matter, programme, headings, cautions, methods, limits, glossary, list of exhibits, checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from itertools import groupby

import pandas as pd

from nbeval.dictionary.enums import Measure, ReportForm, SourceKind, Status
from nbeval.dictionary.models import Domain, ExhibitRow, Indicator, Outcome
from nbeval.dictionary.policy import Weakness, is_rounded, weaknesses
from nbeval.errors import ParameterError
from nbeval.exhibit import Cell, Column, Exhibit, Row, anchor
from nbeval.deviations import ChangedDeclaration
from nbeval.frames import AGAINST_REST, HEADLINES, Method, Quantity
from nbeval.report.context import Context
from nbeval.report.displays import Paragraphs, Several, Shown, Text, bullets, lead, listed, paragraph
from nbeval.report.draft import available, domain_of
from nbeval.report.kinds import KINDS
from nbeval.report.kinds.kind import Kind, comparability_lines
from nbeval.report.markup import STYLE
from nbeval.report.numerals import numeral
from nbeval.report.results import Result, State, UsedMethod

#: the section that opens with an account of the programme and the cohort, and that which opens with the design
PROGRAMME, COMPARABILITY = "programme", "comparability"
#: sections that go through the domains of the programme one after the other
BY_DOMAIN = frozenset({"domains", "change", "authorities"})
#: outcomes of checks, the gravest first, and what is shown of a finding
_OUTCOMES = ("failure", "warning", "note", "pass")
_OF_FINDING = ("outcome", "message", "count", "wave", "authority", "item", "do")
#: what the tables of the checks are called, and what is said where there is none
_FINDINGS = ("findings_label", "findings_title", "findings_table_none")
_ACCOUNTING = ("accounting_label", "accounting_title", "accounting_table_none")


def front_matter(context: Context) -> Several:
    """The opening of a report: title, programme, cohort, authority, waves, and a banner over invented data.

    ``front`` of the structured form has each of them by name, for a cover or a running head.
    """
    programme, cohort, kind = context.dictionary.programme, context.cohort, context.kind
    authority = context.authority_name(context.authority) if context.authority else ""
    front = {
        "title": context.title(kind.title), "programme": programme.name, "owner": programme.owner,
        "cohort": cohort.id, "cohort_label": cohort.label, "kind": kind.id, "form": kind.form.value,
        "audience": kind.audience, "authority": context.authority, "authority_label": authority,
        "language": programme.language, "invented": cohort.invented,
        "banner": context.say("invented_note") if cohort.invented else "",
        "waves": [context.wave_line(wave) for wave in context.waves],
        # of figures in print the cover says where they are from, and not all the surveys they are of
        "subtitle": cohort.sources[0].label if cohort.made_from is SourceKind.PUBLISHED else "",
    }
    facts = (("programme_label", programme.name), ("cohort_label", cohort.label), ("authority", authority),
             ("waves_label", "; ".join(front["waves"])), ("audience_label", kind.audience), ("left_out_label", "; ".join(_left_out(context))))
    banner = (lead(front["banner"]),) if front["banner"] else ()
    named = tuple((context.say(label), fact) for label, fact in facts if fact)
    return Several((Text((*banner, Paragraphs("facts", named))),), front, STYLE)


# --- sections --------------------------------------------------------------------------------------


def opening(name: str, context: Context) -> tuple[Text, ...]:
    """What a section says before its exhibits: an account of the programme, or what the design of the waves means."""
    if name == PROGRAMME:
        return (Text(tuple(_programme(context))),)
    if name == COMPARABILITY and context.shows_change:
        return (Text((paragraph(context.say(f"comparable_{context.cohort.design.value}")),)),)
    return ()


def _programme(context: Context) -> Iterator[Paragraphs]:
    """What the programme is and what the cohort is, from what the dictionary declares."""
    programme, cohort = context.dictionary.programme, context.cohort
    yield from (paragraph(text) for text in (programme.about, cohort.about) if text)
    if not cohort.authorities or not cohort.authorities_known:
        yield paragraph(context.say("programme_authorities_unknown"))
    else:
        names = sorted(map(context.authority_name, cohort.authorities))
        yield paragraph(context.say("programme_authorities", count=len(names), names=", ".join(names)))
    waves = [f"{context.wave_line(wave)}. {wave.note}".rstrip() for wave in cohort.waves]
    for heading, points in (
        (context.say("programme_one_wave" if len(cohort.waves) == 1 else "programme_waves"), waves),
        (context.say("programme_sources"), [source.label for source in cohort.sources]),
        (context.say("programme_domains"), [_labelled(one, context) for one in programme.domains]),
        (context.say("programme_outcomes"), [_labelled(one, context) for one in programme.outcomes]),
        (context.say("programme_disagreements"), _disagreements(context)),
    ):
        yield from (paragraph(heading), bullets(points)) if points else ()


def _labelled(one: Domain | Outcome, context: Context) -> str:
    """A label, with what it is about where that is said."""
    return context.say("labelled", label=one.label, about=one.about) if one.about else one.label


def _disagreements(context: Context) -> list[str]:
    """Where sources contradict one another, each with its readings."""
    return [context.say("limits_disagreement", about=one.about, readings="; ".join(one.readings)) for one in context.cohort.disagreements]


def by_heading(name: str, specs: tuple[ExhibitRow, ...], context: Context) -> Iterator[tuple[Text | None, tuple[ExhibitRow, ...]]]:
    """Part the exhibits of a section into runs of one domain, each under the heading of the domain.

    There is no heading in a section that is not parted by domain, nor above exhibits across domains that open the section.
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

    ``specs`` are the exhibits of the section, ``every`` those of the report, in its order.
    """
    points = _cohort_notes(context)
    if not points or not any(KINDS[spec.kind].of_change for spec in specs):
        return None
    if context.plain:
        return Text((paragraph(context.say(f"caution_{context.cohort.design.value}")),))
    if next(spec for spec in every if KINDS[spec.kind].of_change) in specs:
        return Text((paragraph(context.say("caution")), bullets(points)))
    return None if context.kind.form is ReportForm.SLIDES else Text((paragraph(context.say("caution_again")),))


def _cohort_notes(context: Context) -> list[str]:
    """The declared notes on the cohort that touch a wave of the report."""
    shown = {wave.id for wave in context.waves}
    return [note.text for note in context.cohort.notes if not note.waves or shown & set(note.waves)]


# --- methods and limits ----------------------------------------------------------------------------


def methods(context: Context, drafts: Iterable[Kind]) -> Text:
    """Say which methods, intervals, families and thresholds the results of a report have."""
    rows = tuple({id(row): row for draft in drafts for row in draft.shown}.values())
    used = sorted({"; ".join(_method_in_words(one, context) for one in row.methods) for row in rows if row.methods})
    levels = sorted({f"{row.conf_level * 100:g}%" for row in rows if row.conf_level == row.conf_level})
    domains = {domain.id: domain.label for domain in context.dictionary.programme.domains}
    families = [_family(name, len({row.indicator for row in rows if row.family == name}), domains, context)
                for name in sorted({row.family for row in rows if row.family}, key=lambda name: (name != HEADLINES, name))]
    rules, declared = context.dictionary.disclosure, context.dictionary.programme.smallest_meaningful_change
    return Text((
        paragraph(context.say(f"design_{context.cohort.design.value}")),
        *([paragraph(context.say("methods_intervals", levels=", ".join(levels)))] if levels else []),
        *([paragraph(context.say(f"reading_{context.cohort.inference}"))] if len(context.cohort.authorities) > 1 and levels else []),
        *_of_weights(rows, context),
        *listed(context.say("methods_used"), used),
        *listed(context.say("methods_families", **adjustment(context)), families),
        paragraph(context.say("methods_verdict")),
        *([paragraph(context.say("methods_smallest", sizes="; ".join(map(context.smallest_meaningful, declared))))]
          if any(row.size for row in rows) else []),
        paragraph(context.say("methods_rounded", base=rules.rounding_base, withheld=rules.symbols["withheld"])
                  if is_rounded(context.cohort, rules) else
                  context.say("methods_disclosure", threshold=rules.threshold, base=rules.threshold_percent_base,
                              withheld=rules.symbols["withheld"])),
        *([paragraph(context.say("methods_dominance"))] if rules.dominance or rules.p_percent else []),
        *listed(context.say("methods_weaker"), [_weakness_in_words(one, context) for one in weaknesses(context.dictionary)]),
        *listed(context.say("methods_changed"), [_changed_in_words(one, context) for one in context.changed]),
        paragraph(context.say("methods_rounding" if rules.percent_decimals else "methods_whole", decimals=rules.percent_decimals)),
    ))


def _of_weights(rows: tuple[Result, ...], context: Context) -> Iterator[Paragraphs]:
    """Whether figures are weighted, and how the weights were made."""
    if not any(row.weighted for row in rows):
        yield paragraph(context.say("methods_unweighted"))
        return
    yield paragraph(context.say("methods_main_weighted" if context.main_weighted else "methods_weighted"))
    rule = context.cohort.weighting
    if context.raked:
        margins = ", ".join((context.dictionary.programme.area.one if name == "authority" else context.group_label(name)).lower() for name in rule.margins)
        trimmed = context.say("methods_weights_trimmed", times=f"{rule.trim_upper:g}") if rule.trim_upper else ""
        yield paragraph(context.say("methods_weights_raked", margins=margins, trimmed=trimmed))
    else:
        yield paragraph(context.say("methods_weights_given"))


def _weakness_in_words(one: Weakness, context: Context) -> str:
    """A rule of protection that is weaker than declared."""
    least = context.say("methods_least", least=one.least) if one.least else context.say("methods_not_protected")
    return context.say("methods_weakness", rule=one.rule, value=one.value, least=least)


def _changed_in_words(one: ChangedDeclaration, context: Context) -> str:
    """A scale or an indicator that is declared otherwise than in signed releases, and the decision that allows it."""
    releases = "; ".join(context.say("methods_release", number=number, day=context.day(date.fromisoformat(day))) for number, day in one.releases)
    return context.say("methods_changed_one" if one.decision else "methods_changed_undecided", label=one.label, releases=releases, decision=one.decision)


def _family(name: str, count: int, domains: Mapping[str, str], context: Context) -> str:
    """A family of tests with how many measures it has, and whether it is the confirmatory one."""
    if name in (HEADLINES, AGAINST_REST):
        return context.say(f"methods_{name}", count=count)
    return context.say("methods_family", family=domains.get(name) or name.replace("_", " ").capitalize(), count=count)


def adjustment(context: Context) -> dict[str, str]:
    """By which methods p-values are adjusted, and at what level tests decide: fields of a sentence."""
    programme = context.dictionary.programme
    named = dict.fromkeys(programme.adjustment(one) for one in (
        HEADLINES, *(indicator.family for indicator in context.dictionary.indicators)))
    methods = reduce(lambda first, second: context.say("and_also", first=first, second=second),
                     (context.say(f"methods_{name}") for name in sorted(named)))
    return {"methods": methods, "alpha": f"{100 * (1 - programme.conf_level):g}%"}


def families_note(context: Context, rows: Iterable[Result]) -> str:
    """What to know of tests under the first table that has any: the adjustment, and which tests are the confirmatory ones."""
    headline = any(row.family == HEADLINES for row in rows)
    return context.say("note_families" if headline else "note_families_exploratory", **adjustment(context))


def _method_in_words(one: UsedMethod, context: Context) -> str:
    """A method in the words of the report; what a change is standardised for is named by its labels."""
    if one.name not in tuple(Method):
        return one.name.replace("_", " ")
    labels = (context.group_label(name) if name in context.dictionary.groups else name.replace("_", " ") for name in one.groups)
    return context.say(f"method_{one.name}", names=", ".join(label.lower() for label in labels))


def limits(context: Context, specs: tuple[ExhibitRow, ...], absent: Iterable[str] = (), *, disagreeing: bool = True) -> Text:
    """Say what a reader must bear in mind.

    ``absent`` are the sections that the report has nothing for; ``disagreeing`` says whether to name the points on which sources
    disagree, which a report that has an account of the cohort does there.
    """
    missing = [context.say(f"section_{name}") if f"section_{name}" in context.words else f"{name.replace('_', ' ').capitalize()}."
               for name in absent]
    return Text((
        *listed(context.say("limits_notes"), _cohort_notes(context)),
        *listed(context.say("limits_nobody"), [*_without_answers(context), *(context.say("unusable_at", who=who) for who in _left_out(context))]),
        *listed(context.say("limits_absent"), missing),
        *_smallest(context),
        *listed(context.say("limits_comparability"), list(comparability_lines(_changes(context, specs), context))),
        *listed(context.say("limits_disagreements"), _disagreements(context) if disagreeing else []),
        *listed(context.say("limits_published"), list(_published(context, specs))),
        *listed(context.say("limits_unconfirmed"), list(_unconfirmed(context, specs))),
    ))


def _without_answers(context: Context) -> Iterator[str]:
    """The authorities that have no form at a wave of a report on all, at which others have some: it rests on fewer of them."""
    for wave in () if context.authority else context.waves:
        rows = list(context.results.where(indicator="", quantity=Quantity.COUNT, wave=wave.id, group="", level=""))
        kept = [row for row in rows if row.authority and any(one.name == Method.FORMS_KEPT for one in row.methods)]
        shown = [row for row in kept if context.state(row) is State.SHOWN]
        if any(row.estimate > 0 for row in shown):
            yield from (context.say("nobody_at", authority=context.authority_name(row.authority), wave=wave.label)
                        for row in shown if row.estimate == 0)


def _left_out(context: Context) -> Iterator[str]:
    """Whose entries in which source could not be used, at the waves of the report: of all, or of the report's own authority."""
    waves = {"": ""} | {wave.id: wave.label for wave in context.waves}
    for one in context.left_out:
        if one.wave in waves and context.authority in ("", one.authority):
            yield ", ".join(filter(None, (context.authority_name(one.authority), context.source_label(one.source), waves[one.wave])))


def _smallest(context: Context) -> Iterator[Paragraphs]:
    """What change of the headline measures the report could have shown."""
    if not context.shows_change:
        return
    shown = [(float(row.estimate), context.format(one)) for one in context.dictionary.indicators
             if one.headline and one.measure is Measure.PERCENT
             for row in context.results.where(indicator=one.indicator, quantity=Quantity.SMALLEST_CHANGE, authority=context.authority,
                                              group="", wave=context.wave.id, reference=context.first.id)
             if context.state(row) is State.SHOWN]
    if shown:
        ends = (min(shown, key=lambda one: one[0]), max(shown, key=lambda one: one[0]))
        low, high = (context.say("points", number=numeral(value, form.decimals)) for value, form in ends)
        yield paragraph(context.say("limits_smallest" if len(shown) > 1 else "limits_smallest_one", low=low, high=high))


def _changes(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[Result]:
    """The changes of the indicators of a report, in its place, where it shows change."""
    for one in _indicators(context, specs) if context.shows_change else ():
        yield from context.results.where(indicator=one.indicator, quantity=Quantity.CHANGE, authority=context.authority, group="")


def _published(context: Context, specs: tuple[ExhibitRow, ...]) -> Iterator[str]:
    """What to know of each body of published figures that a report compares with."""
    names = {one.indicator for one in _indicators(context, tuple(spec for spec in specs if KINDS[spec.kind].beside_published))}
    notes: dict[str, dict[str, None]] = {}
    for one in context.dictionary.benchmarks:
        if one.indicator in names and one.note:
            sentences = (f"{sentence.rstrip('.')}." for sentence in one.note.split(". "))
            notes.setdefault(context.benchmark_label(one), {}).update(dict.fromkeys(sentences))
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
    yield from (("benchmark", one.status, context.benchmark_label(one), one.note)
                for one in context.dictionary.benchmarks if one.indicator in names)


def _indicators(context: Context, specs: tuple[ExhibitRow, ...]) -> tuple[Indicator, ...]:
    """The indicators that the exhibits of a report name and the cohort collected."""
    named = dict.fromkeys(one for spec in specs for one in context.dictionary.indicators_named(spec.indicators))
    return available(tuple(named), context.results)


def glossary(context: Context) -> Text:
    """The words of the programme and what they mean, in the order of the alphabet."""
    terms = sorted(context.dictionary.glossary, key=lambda term: term.term.casefold())
    if not terms:
        return Text((paragraph(context.say("glossary_none")),))
    return Text((Paragraphs("terms", tuple((term.term, term.meaning) for term in terms)),))


def exhibit_list(context: Context, drafts: Iterable[Kind], numbers: Mapping[str, int], own: tuple[Exhibit, ...] = ()) -> Text:
    """The exhibits of a report by label and title, each leading to its place, with its section, its source and how many results it shows.

    An analyst's own follow, as far as they were made before the list.
    """
    items = [
        (context.say("list_entry", label=context.say("figure" if spec.chart else "table", number=numbers[spec.exhibit]),
                     title=context.exhibit_title(spec).rstrip("."), section=spec.section.replace("_", " "),
                     source=context.source_label(spec.source_id), count=len(draft.shown)), anchor(spec.exhibit))
        for draft in drafts for spec in (draft.spec,)
    ]
    items += [(context.say("list_entry_own", label=one.label, title=one.title.rstrip("."), source=one.source), anchor(one.id))
              for one in own]
    return Text((Paragraphs("links", tuple(items)) if items else paragraph(context.say("nothing_in_section")),))


# --- checks of the data ----------------------------------------------------------------------------


def findings_table(findings: pd.DataFrame | None, context: Context) -> Shown | Text:
    """The findings of the checks (one row of ``frames.FINDINGS`` each), the gravest first; in an internal report alone."""
    if findings is not None:
        grave = {name: place for place, name in enumerate(_OUTCOMES)}
        findings = findings.sort_values("outcome", key=lambda outcomes: outcomes.map(grave), kind="stable")[[*_OF_FINDING]]
    labels = {name: context.say(f"finding_{name}") for name in _OF_FINDING}
    return _of_checks("findings", _FINDINGS, findings, labels, ("message", "count"), context)


def accounting_table(accounting: pd.DataFrame | None, context: Context) -> Shown | Text:
    """How the forms of each file (one row each) add up: read, kept, and excluded by reason; in an internal report alone."""
    columns = [] if accounting is None else list(accounting)
    labels = {name: name.replace("_", " ").capitalize() for name in columns}
    numbers = [name for name in columns if pd.api.types.is_numeric_dtype(accounting[name])]
    return _of_checks("accounting", _ACCOUNTING, accounting, labels, (*columns[:1], *numbers), context)


def _of_checks(name: str, words: tuple[str, str, str], table: pd.DataFrame | None, labels: Mapping[str, str], special: tuple[str, ...],
               context: Context) -> Shown | Text:
    """A table of the checks: it has a name in place of a number, as it shows no results. ``special`` are its row header and its numbers."""
    if not context.kind.internal:
        raise ParameterError(
            "the checks of the data are for an internal report only.", found=context.kind.id,
            allowed=", ".join(one.id for one in context.dictionary.programme.reports if one.internal),
            where="programme.toml, [[reports]]", do="show them in a report of an internal kind.",
        )
    label, title, none = words
    if table is None or table.empty:
        return Text((paragraph(context.say(none)),))
    columns = tuple(Column(key, label, header=key == special[0], numeric=key in special[1:]) for key, label in labels.items())
    rows = tuple(Row(tuple(map(_cell, row))) for row in table.itertuples(index=False))
    return Shown(Exhibit(
        id=name, label=context.say(label), title=context.say(title), columns=columns, rows=rows,
        unit="", base="", source=context.say("checks_source"), invented=context.cohort.invented,
    ), context.words)


def _cell(value: object) -> Cell:
    """A cell of a count or of words."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not pd.isna(value):
        return Cell(numeral(float(value)), float(value))
    return Cell("" if pd.isna(value) else str(value))
