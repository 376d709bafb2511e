"""The codebook as one accessible web page that needs nothing else."""

from __future__ import annotations

from importlib.resources import files

from nbeval.dictionary.codebook_evidence import evidence_part, official_part
from nbeval.dictionary.codebook_measures import benchmarks_part, groups_part, indicators_part, scales_part
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.markup import bullets, marked, paragraph, section, sources, table, text
from nbeval.dictionary.models import Cohort, Item, Wave


def codebook_page(dictionary: Dictionary) -> str:
    """Make the codebook's page.

    Parameters
    ----------
    dictionary : Dictionary
        What it describes.

    Returns
    -------
    str
        A whole HTML document. What is not confirmed says so in words.
    """
    programme = dictionary.programme
    parts = [
        ("cohorts", "Cohorts", _cohorts(dictionary)),
        ("instruments", "Surveys", "\n".join(_instrument(dictionary, one) for one in dictionary.instruments)),
        ("evidence", "What is collected besides surveys", evidence_part(dictionary)),
        ("official", "Official tables", official_part(dictionary)),
        ("groups", "Groups of respondents", groups_part(dictionary)),
        ("scales", "Scales", scales_part(dictionary)),
        ("indicators", "Indicators", indicators_part(dictionary)),
        ("benchmarks", "Benchmarks", benchmarks_part(dictionary)),
        ("unconfirmed", "What is not confirmed", _unconfirmed(dictionary)),
        ("glossary", "Words", _glossary(dictionary)),
        ("sources", "Sources", _sources(dictionary)),
    ]
    parts = [part for part in parts if part[2].strip()]
    contents = bullets(f'<a href="#{anchor}">{text(title)}</a>' for anchor, title, _ in parts)
    style = files("nbeval.dictionary").joinpath("codebook.css").read_text("utf-8")
    body = "\n".join(section(anchor, title, 2, content) for anchor, title, content in parts)
    return f"""<!DOCTYPE html>
<html lang="{text(programme.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Codebook: {text(programme.name)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the codebook</a>
<header><h1>Codebook: {text(programme.name)}</h1>
{paragraph(text(programme.about))}
{paragraph(f"Owner: {text(programme.owner)}. Sources: {sources(programme.source, _keys(dictionary))}.")}
{paragraph(f"Fingerprint of the dictionary: <code>{dictionary.digest}</code>")}</header>
<nav aria-label="Contents">{contents}</nav>
<main id="main">
{body}
</main>
</body>
</html>
"""


def _keys(dictionary: Dictionary) -> list[str]:
    """The keys of the sources."""
    return [one.source for one in dictionary.sources]


def _cohorts(dictionary: Dictionary) -> str:
    """Every cohort with its authorities, waves, sources and what is disputed about it."""
    return "\n".join(section(f"cohort-{text(one.id)}", one.label, 3, *_cohort(dictionary, one))
                     for one in dictionary.cohorts)


def _cohort(dictionary: Dictionary, cohort: Cohort) -> list[str]:
    """The content of one cohort's part."""
    keys = _keys(dictionary)
    names = {one.authority: marked(one.name, one.status) for one in dictionary.authorities}
    when = marked(f"{cohort.starts} to {cohort.ends or 'today'}", cohort.status)
    members = ", ".join(names[one] for one in cohort.authorities) or "none known"
    known = "" if cohort.authorities_known else " The list of authorities could not be found in full."
    return [
        paragraph("This cohort is invented." if cohort.invented else ""),
        paragraph(text(cohort.about)),
        paragraph(f"{when}. Identifier: <code>{text(cohort.id)}</code>. Sources: {sources(cohort.source, keys)}."),
        paragraph(f"Authorities: {members}.{known}"),
        table("Waves", ("Wave", "Fieldwork", "Note", "Source"), [
            (marked(wave.label, wave.status), _fieldwork(wave), text(wave.note), sources(wave.source, keys))
            for wave in cohort.waves]),
        table("Sources of evidence", ("Source", "Instrument", "Files", "Note"), [
            (marked(one.label, one.status), text(one.instrument),
             "<br>".join(f"<code>{text(file.pattern)}</code> ({text(file.wave)}, export version {text(file.version)})"
                         for file in one.files), text(one.note)) for one in cohort.sources]),
        bullets(f"{text(note.text)} ({sources(note.source, keys)})" for note in cohort.notes),
        table("Where sources disagree", ("About", "Readings", "Sources"), [
            (text(one.about), bullets(text(reading) for reading in one.readings), sources(one.source, keys))
            for one in cohort.disagreements]),
    ]


def _fieldwork(wave: Wave) -> str:
    """The days of a wave's fieldwork."""
    return " to ".join(text(day) for day in (wave.fieldwork_start, wave.fieldwork_end) if day) or "not known"


def _instrument(dictionary: Dictionary, loaded: LoadedInstrument) -> str:
    """One instrument: its items and, for each, the answers by codebook version."""
    record, keys = loaded.record, _keys(dictionary)
    routed = {rule.item: marked(f"those who answered {rule.asked_if_item} with code "
                                f"{' or '.join(map(str, rule.asked_if_codes))}", rule.status)
              for rule in loaded.routing}
    rows = [(f'<span id="item-{text(item.item)}">{marked(item.label, item.status)}</span>',
             f"<code>{text(item.item)}</code>", text(item.wording if record.may_show_wording else ""),
             _answers_in_words(item), routed.get(item.item, ""), text(item.note), sources(item.source, keys))
            for item in loaded.items]
    return section(
        f"instrument-{text(record.id)}", record.label, 3,
        paragraph(marked(record.about, record.status)),
        paragraph(f"Licence: {text(record.licence.rstrip('.'))}. Export versions: {text(', '.join(loaded.versions))}."
                  f" Sources: {sources(record.source, keys)}."),
        table(f"Items of {record.label}",
              ("Item", "Identifier", "Wording", "Answer", "Asked of", "Note", "Source"), rows),
        *_response_sets(loaded, keys),
        table("Comparability between export versions", ("Item", "Versions", "Comparable", "Note", "Source"), [
            (text(one.item), f"{text(one.version_a)} and {text(one.version_b)}", text(one.comparable.value),
             text(one.note), sources(one.source, keys)) for one in loaded.comparability]),
    )


def _answers_in_words(item: Item) -> str:
    """What an item may be answered with."""
    if item.lowest is not None and item.highest is not None:
        return f"{item.lowest:g} to {item.highest:g}" + (f", {text(item.response_set)}" if item.response_set else "")
    return text(item.response_set or (f"one option of {item.part_of}" if item.part_of else item.kind.value))


def _response_sets(loaded: LoadedInstrument, keys: list[str]) -> list[str]:
    """A table of answers for each response set, with the codebook version where it matters."""
    sets = dict.fromkeys(one.response_set for one in loaded.responses)
    return [table(f"Answers: {name}", ("Answer", "Code", "Export version", "Other spellings", "Counts as", "Source"), [
        (marked(one.label, one.status), str(one.code), text(one.codebook or "all"), text(one.also),
         f"missing: {text(one.missing.value.replace('_', ' '))}" if one.missing else "answer",
         sources(one.source, keys))
        for one in loaded.responses if one.response_set == name]) for name in sets]


def _unconfirmed(dictionary: Dictionary) -> str:
    """Everything that could not be confirmed."""
    found = dictionary.unconfirmed()
    if not found:
        return paragraph("Every entry is confirmed.")
    return table(f"Unconfirmed entries ({len(found)})", ("Entry", "Kind", "Identifier", "Note"), [
        (text(one.label or one.id), text(one.kind), f"<code>{text(one.id)}</code>", text(one.note)) for one in found])


def _glossary(dictionary: Dictionary) -> str:
    """The words that reports use."""
    keys = _keys(dictionary)
    return table("Words and their meaning", ("Word", "Meaning", "Not called", "Source"), [
        (text(one.term), text(one.meaning), text(one.not_called), sources(one.source, keys))
        for one in dictionary.glossary])


def _sources(dictionary: Dictionary) -> str:
    """Where facts were read."""
    return table("Where facts were read", ("Key", "Title", "Publisher", "Published", "Address", "Note"), [
        (f'<span id="source-{text(one.source)}">{text(one.source)}</span>', text(one.title), text(one.publisher),
         text(one.published), f'<a href="{text(one.url)}">{text(one.url)}</a>' if one.url.startswith("http") else "",
         text(one.note)) for one in dictionary.sources])
