"""The codebook: the dictionary for readers, as one accessible web page and as one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbeval.dictionary.enums import ItemKind, Match, Measure, Role, Status
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Choice, Cohort, Item, Scale, Source
from nbeval.dictionary.record import LIST_MARK, Id, Record, marked_fields
from nbeval.dictionary.schemas import write_json_schemas, write_table_schemas

COLUMNS = (
    "instrument", "item", "label", "wording", "kind", "part_of", "domain", "lowest", "highest", "export_versions",
    "response_set", "codebook", "code", "answer", "other_spellings", "missing", "item_status", "answer_status",
    "item_source", "answer_source", "note",
)
_CODING = {
    Measure.PERCENT: "share of valid answers with code {codes}", Measure.MEAN: "mean",
    Measure.ORDERED: "answers in the order of their codes",
}
#: a column of a table: a field of the record, or what says the cell (already escaped)
Cell = str | Callable[[Any], str]


def write_documents(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write the codebook (HTML, CSV), a Table Schema per export version, and JSON Schemas for editors; return the files written."""
    return [*write_codebook(dictionary, out), *write_table_schemas(dictionary, out / "table_schemas"),
            *write_json_schemas(out / "json_schemas")]


def write_codebook(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write ``codebook.html``, one page that needs nothing else, and ``codebook.csv``, one row per item and answer.

    The folder ``out`` is made where it does not exist. The same dictionary gives the same bytes.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    page, table = out / "codebook.html", out / "codebook.csv"
    page.write_bytes(codebook_page(dictionary).encode("utf-8"))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(codebook_rows(dictionary))
    table.write_bytes(text.getvalue().encode("utf-8"))
    return [page, table]


def codebook_rows(dictionary: Dictionary) -> list[dict[str, str]]:
    """One row per item and answer, with the columns of ``COLUMNS``; an item without declared answers has one row."""
    return [row for loaded in dictionary.instruments for item in loaded.items for row in _item_rows(loaded, item)]


def _item_rows(loaded: LoadedInstrument, item: Item) -> list[dict[str, str]]:
    """The rows of one item."""
    about = {
        "instrument": loaded.record.id, "item": item.item, "label": item.label, "kind": item.kind.value,
        "wording": item.wording if loaded.record.may_show_wording else "", "part_of": item.part_of,
        "domain": item.domain, "lowest": _plain(item.lowest), "highest": _plain(item.highest),
        "export_versions": "; ".join(_versions(loaded, item)), "response_set": item.response_set,
        "item_status": item.status.value, "item_source": item.source, "note": item.note,
    }
    answers = [one for one in loaded.responses if one.response_set == item.response_set and item.response_set]
    return [about | {
        "codebook": one.codebook, "code": str(one.code), "answer": one.label, "other_spellings": one.also,
        "missing": one.missing.value if one.missing else "", "answer_status": one.status.value,
        "answer_source": one.source,
    } for one in answers] or [about]


def _versions(loaded: LoadedInstrument, item: Item) -> list[str]:
    """The export versions that hold an item, in its own column or among the options of one."""
    names = {item.item} | ({item.part_of} if item.kind is ItemKind.OPTION else set())
    held = {column.version for column in loaded.columns if column.role in (Role.ITEM, Role.OPTIONS) and column.item in names}
    return [version for version in loaded.versions if version in held]


# --- pieces of a page: every text is escaped ------------------------------------------------------


def _plain(value: object) -> str:
    """A value of a record in words: nothing where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case Enum():
            return str(value.value).replace("_", " ")
        case tuple():
            return "; ".join(map(_plain, value))
    return str(value)


def _text(value: object) -> str:
    """A value of a record in words, escaped."""
    return escape(_plain(value))


def _marked(value: object, status: Status) -> str:
    """A text, followed by the word where it is not confirmed."""
    return _text(value) + (' <strong class="mark">(unconfirmed)</strong>' if status is Status.UNCONFIRMED else "")


def _code(name: str) -> Cell:
    """A column of ids."""
    return lambda one: f"<code>{_text(getattr(one, name))}</code>"


def _paragraph(content: str) -> str:
    """A paragraph of ready content; nothing where it is empty."""
    return f"<p>{content}</p>" if content.strip() else ""


def _bullets(entries: Iterable[str]) -> str:
    """A list of ready entries; nothing where it is empty."""
    rows = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<ul>{rows}</ul>" if rows else ""


def _section(anchor: str, title: str, level: int, *content: str) -> str:
    """A part of the page with its heading."""
    anchor = _text(anchor)
    return (f'<section aria-labelledby="{anchor}"><h{level} id="{anchor}">{_text(title)}</h{level}>'
            + "\n".join(part for part in content if part) + "</section>")


class _Page:
    """The parts of one dictionary's page."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.keys = {one.source for one in dictionary.sources}

    def sources(self, keys: str) -> str:
        """Source keys as links to the list of sources."""
        parts = [part.strip() for part in keys.split(LIST_MARK) if part.strip()]
        links = (f'<a href="#source-{_text(part)}">{_text(part)}</a>' if part in self.keys else _text(part) for part in parts)
        return "; ".join(links)

    def table(self, caption: str, records: Iterable[Record], columns: dict[str, Cell]) -> str:
        """A table of records, one a row; the first cell names it and says whether it is confirmed, the last are its note and its source.

        Empty columns are left out.
        """
        records, given = tuple(records), columns.values()
        ids = {name for one in records[:1] if isinstance(one, Record) for name, _ in marked_fields(type(one), Id)}
        last = [name for name in ("note", "source") if records and name not in {*given, *ids} and hasattr(records[0], name)]
        columns = columns | {name.capitalize(): name for name in last}
        rows = [[self._cell(one, cell, first=not number) for number, cell in enumerate(columns.values())] for one in records]
        kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
        if not kept:
            return ""
        head = "".join(f'<th scope="col">{_text(header)}</th>' for place, header in enumerate(columns) if place in kept)
        body = "\n".join(
            f'<tr><th scope="row">{row[kept[0]]}</th>' + "".join(f"<td>{row[place]}</td>" for place in kept[1:]) + "</tr>" for row in rows
        )
        return (f'<div class="scroll" role="region" tabindex="0" aria-label="{_text(caption)}"><table>'
                f"<caption>{_text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>")

    def _cell(self, one: Record, cell: Cell, *, first: bool) -> str:
        """One cell of a record."""
        if callable(cell):
            return cell(one)
        if cell == "source" and not first:
            return self.sources(one.source)
        value = getattr(one, cell)
        return _marked(value, getattr(one, "status", Status.CONFIRMED)) if first else _text(value)

    def parts(self) -> Iterator[tuple[str, str, str]]:
        """Every part: its anchor, its title and its content."""
        found, whole = self.dictionary.unconfirmed(), self.dictionary
        yield "cohorts", "Cohorts", "\n".join(_section(f"cohort-{one.id}", one.label, 3, *self.cohort(one)) for one in whole.cohorts)
        yield "instruments", "Surveys", "\n".join(map(self.survey, whole.instruments))
        yield "evidence", "What is collected besides surveys", "\n".join(map(self.evidence, whole.evidence))
        yield "official", "Official tables", self.official()
        yield "groups", "Groups of respondents", self.table(
            "Groups and their levels", (level for levels in whole.groups.values() for level in levels),
            {"Group": lambda one: _text(one.label), "Level": lambda one: _marked(one.level_label, one.status), "Item": "item",
             "Codes": "codes", "Protected": "protected"})
        yield "scales", "Scales", "\n".join(_section(f"scale-{one.id}", one.label, 3, *self.scale(one)) for one in whole.scales)
        yield "indicators", "Indicators", self.indicators()
        yield "benchmarks", "Benchmarks", self.table(
            "Published values of other bodies of people", whole.benchmarks,
            {"Benchmark": "label", "Indicator": "indicator", "Value": lambda one: f"{one.value:.{one.decimals}f} {_text(one.unit)}",
             "n": lambda one: _text(one.n or "not published"), "Population": "population", "Ages": "ages", "Year": "year",
             "Match": lambda one: _text(one.match) + (": shown, never tested" if one.match is Match.DIFFERS else "")})
        yield "unconfirmed", "What is not confirmed", self.table(
            f"Unconfirmed entries ({len(found)})", found,
            {"Entry": lambda one: _text(one.label or one.id), "Kind": "kind", "Identifier": _code("id")},
        ) or _paragraph("Every entry is confirmed.")
        yield "glossary", "Words", self.table("Words and their meaning", whole.glossary, {
            "Word": "term", "Meaning": "meaning", "Not called": "not_called"})
        yield "sources", "Sources", self.table("Where facts were read", whole.sources, {
            "Key": lambda one: f'<span id="source-{_text(one.source)}">{_text(one.source)}</span>', "Title": "title",
            "Publisher": "publisher", "Published": "published",
            "Address": lambda one: f'<a href="{_text(one.url)}">{_text(one.url)}</a>' if one.url.startswith("http") else ""})

    def cohort(self, cohort: Cohort) -> Iterator[str]:
        """A cohort with its authorities, waves, sources and what is disputed about it."""
        names = {one.authority: _marked(one.name, one.status) for one in self.dictionary.authorities}
        members = ", ".join(names[one] for one in cohort.programme_authorities) or "none known"
        yield _paragraph("This cohort is invented." if cohort.invented else "")
        yield _paragraph(_text(cohort.about))
        when = _marked(f"{cohort.starts} to {cohort.ends or 'today'}", cohort.status)
        yield _paragraph(f"{when}. Identifier: <code>{_text(cohort.id)}</code>. Sources: {self.sources(cohort.source)}.")
        beside = ", ".join(names[one] for one in cohort.comparison_authorities)
        known = "" if cohort.authorities_known else " The list of authorities could not be found in full."
        yield _paragraph(f"Authorities: {members}.{known}")
        yield _paragraph(f"Comparison authorities, surveyed likewise and not in the programme: {beside}." if beside else "")
        yield self.table("Waves", cohort.waves, {"Wave": "label", "Fieldwork": lambda one: " to ".join(
            _text(day) for day in (one.fieldwork_start, one.fieldwork_end) if day) or "not known"})
        yield self.table("Sources of evidence", cohort.sources, {"Evidence": "label", "Instrument": "instrument", "Files": _files})
        yield _bullets(f"{_text(note.text)} ({self.sources(note.source)})" for note in cohort.notes)
        yield self.table("Where sources disagree", cohort.disagreements, {
            "About": "about", "Readings": lambda one: _bullets(map(_text, one.readings))})

    def survey(self, loaded: LoadedInstrument) -> str:
        """A survey: its items and, for each, the answers by codebook version."""
        record = loaded.record
        routed = {rule.item: _marked(f"those who answered {rule.asked_if_item} with code {' or '.join(map(str, rule.asked_if_codes))}",
                                     rule.status) for rule in loaded.routing}
        return _section(
            f"instrument-{record.id}", record.label, 3, *self.about(loaded),
            self.table(f"Items of {record.label}", loaded.items, {
                "Item": lambda one: f'<span id="item-{_text(one.item)}">{_marked(one.label, one.status)}</span>',
                "Identifier": _code("item"),
                "Wording": lambda one: _text(one.wording if record.may_show_wording else ""), "Answer": _answers,
                "Asked of": lambda one: routed.get(one.item, "")}),
            *(self.table(f"Answers: {name}", (one for one in loaded.responses if one.response_set == name), {
                "Answer": "label", "Code": "code", "Export version": lambda one: _text(one.codebook or "all"), "Other spellings": "also",
                "Counts as": lambda one: f"missing: {_text(one.missing)}" if one.missing else "answer"})
              for name in dict.fromkeys(one.response_set for one in loaded.responses)),
            self.table("Comparability between export versions", loaded.comparability, {
                "Item": "item", "Versions": lambda one: f"{_text(one.version_a)} and {_text(one.version_b)}", "Comparable": "comparable"}),
        )

    def about(self, loaded: LoadedInstrument) -> Iterator[str]:
        """What an instrument is."""
        record, versions = loaded.record, ", ".join(loaded.versions)
        yield _paragraph(_marked(record.about, record.status))
        yield _paragraph(f"Kind: {_text(record.kind)}. Licence: {_text(record.licence.rstrip('.'))}."
                         + (f" Export versions: {_text(versions)}." if versions else "") + f" Sources: {self.sources(record.source)}.")

    def evidence(self, loaded: LoadedInstrument) -> str:
        """An instrument that is no survey: what it is about, what may be entered, and the columns of its exports."""
        record, areas = loaded.record, {one.area: one.label for one in loaded.areas}
        parts = {one.code: one.label for one in loaded.chosen("part")}
        return _section(
            f"instrument-{record.id}", record.label, 3, *self.about(loaded),
            self.table(f"Areas: {record.label}", loaded.areas, {
                "Area": "label", "Identifier": _code("area"), "Part": lambda one: _text(parts.get(one.part, one.part)), "About": "about",
                "Outcomes": "outcomes"}),
            self.table(f"Points: {record.label}", loaded.points, {
                "Point": "point", "Wording": lambda one: _text(one.label if record.may_show_wording else ""),
                "Area": lambda one: _text(areas.get(one.area, one.area))}),
            self.table(f"What may be entered: {record.label}", loaded.choices, {
                "Entry": "label", "Set": "choices", "Code": _code("code"), "Other spellings": "also", "Means": _meaning}),
            self.table(f"Bands: {record.label}", loaded.bands, {"Band": "label", "Colour": "colour", "From a mean of": "lowest"}),
            self.table(f"Columns of exports: {record.label}", loaded.fields, {
                "Column": "header", "Export version": "version",
                "Holds": lambda one: _text(one.role) + (" (several, parted)" if one.parted_by else ""), "Entries": "choices",
                "Of": lambda one: _text(areas.get(one.area, one.occasion)), "Required": "required"}),
        )

    def official(self) -> str:
        """The official tables that can be read, the figures taken from them, and what their symbols mean."""
        official = self.dictionary.official
        return "\n".join([
            self.table("Official tables", official.tables, {
                "Table": "label", "Identifier": _code("table"), "File": _code("file"),
                "Years": lambda one: _text(" to ".join(map(str, dict.fromkeys((one.years[0], one.years[-1])))))}),
            self.table("Figures taken from official tables", official.measures, {
                "Figure": "label", "Identifier": _code("measure"), "Unit": "unit"}),
            self.table("Symbols of official tables", official.symbols, {
                "Symbol": lambda one: _text(one.symbol), "Meaning": lambda one: _marked(one.meaning, one.status)}),
        ])

    def scale(self, scale: Scale) -> Iterator[str]:
        """A scale with its items, rule and citation."""
        yield _paragraph(_marked(f"Rule: {_plain(scale.rule)}; from {scale.lowest:g} to {scale.highest:g}; at least "
                                 f"{scale.minimum_answered} of {len(scale.items)} items answered.", scale.status))
        yield _paragraph(_text(scale.note))
        yield _paragraph(f"Citation: {self.sources(scale.citation)}. Licence: {_text(scale.licence.rstrip('.'))}.")
        yield self.table(f"Items of {scale.label}", scale.items, {
            "Item": "item", "Direction": lambda one: "reversed" if one.reverse else "as asked", "Counts when": "counts_when"})
        yield self.table(f"Conversion of {scale.label}", scale.conversion, {"Raw total": "raw", "Score": "score"})

    def indicators(self) -> str:
        """Each indicator with its coding, by domain."""
        return "\n".join(_section(
            f"domain-{domain.id}", domain.label, 3, _paragraph(_marked(domain.about, domain.status)),
            self.table(f"Indicators: {domain.label}", (one for one in self.dictionary.indicators if one.domain == domain.id), {
                "Indicator": "label", "Identifier": _code("indicator"),
                "Of": lambda one: _text(f"item {one.item}" if one.item else f"scale {one.scale}"),
                "Coding": lambda one: _text(_CODING[one.measure].format(codes="; ".join(one.codes))),
                "Better": "better", "Family": "family"}),
        ) for domain in self.dictionary.programme.domains)


def codebook_page(dictionary: Dictionary) -> str:
    """The codebook as a whole HTML document. What is not confirmed says so in words."""
    programme, page = dictionary.programme, _Page(dictionary)
    parts = [part for part in page.parts() if part[2].strip()]
    contents = _bullets(f'<a href="#{anchor}">{_text(title)}</a>' for anchor, title, _ in parts)
    style = files("nbeval.dictionary").joinpath("codebook.css").read_text("utf-8")
    body = "\n".join(_section(anchor, title, 2, content) for anchor, title, content in parts)
    return f"""<!DOCTYPE html>
<html lang="{_text(programme.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Codebook: {_text(programme.name)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the codebook</a>
<header><h1>Codebook: {_text(programme.name)}</h1>
{_paragraph(_text(programme.about))}
{_paragraph(f"Owner: {_text(programme.owner)}. Sources: {page.sources(programme.source)}.")}
{_paragraph(f"Fingerprint of the dictionary: <code>{dictionary.digest}</code>")}</header>
<nav aria-label="Contents">{contents}</nav>
<main id="main">
{body}
</main>
</body>
</html>
"""


# --- cells that take more than one field ----------------------------------------------------------


def _files(source: Source) -> str:
    """The files of a source, each with its wave and export version."""
    return "<br>".join(
        f"<code>{_text(one.pattern)}</code> ({_text(one.wave)}, export version {_text(one.version)})" for one in source.files
    )


def _answers(item: Item) -> str:
    """What an item may be answered with."""
    if item.lowest is not None and item.highest is not None:
        return f"{item.lowest:g} to {item.highest:g}" + (f", {_text(item.response_set)}" if item.response_set else "")
    return _text(item.response_set or (f"one option of {item.part_of}" if item.part_of else item.kind))


def _meaning(one: Choice) -> str:
    """What is known of a choice besides its name."""
    parts = ("aimed at" if one.counts else "", "given by those the programme is for" if one.people else "",
             f"from {one.since}" if one.since else "", f"until {one.until}" if one.until else "")
    return ", ".join(filter(None, parts))
