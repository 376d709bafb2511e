"""The codebook's parts on what is collected besides surveys: areas, points, choices, columns, official tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nbeval.dictionary.lookup import Dictionary, LoadedEvidence
from nbeval.dictionary.markup import marked, paragraph, section, sources, table, text
from nbeval.dictionary.models import Choice, OfficialTable, SourceField


def evidence_part(dictionary: Dictionary) -> str:
    """Every instrument that is no survey: what it speaks of, what may be entered, and the columns of its exports.

    Parameters
    ----------
    dictionary : Dictionary
        Whose instruments.

    Returns
    -------
    str
        Markup; empty where there is none.
    """
    keys = [one.source for one in dictionary.sources]
    return "\n".join(
        section(f"instrument-{text(one.record.id)}", one.record.label, 3, *_instrument(one, keys)) for one in dictionary.evidence
    )


def official_part(dictionary: Dictionary) -> str:
    """The official tables that can be read, the figures taken from them, and what their symbols mean.

    Parameters
    ----------
    dictionary : Dictionary
        Whose tables.

    Returns
    -------
    str
        Markup; empty where none is declared.
    """
    keys, official = [one.source for one in dictionary.sources], dictionary.official
    return "\n".join([
        _filled("Official tables", ("Table", "Identifier", "File", "Years", "Note", "Source"), [
            (marked(one.label, one.status), f"<code>{text(one.table)}</code>", f"<code>{text(one.file)}</code>", _years(one), text(one.note),
             sources(one.source, keys)) for one in official.tables]),
        _filled("Figures taken from official tables", ("Figure", "Identifier", "Unit", "Note", "Source"), [
            (marked(one.label, one.status), f"<code>{text(one.measure)}</code>", text(one.unit), text(one.note), sources(one.source, keys))
            for one in official.measures]),
        _filled("Symbols of official tables", ("Symbol", "Meaning", "Source"), [
            (text(one.symbol), marked(one.meaning, one.status), sources(one.source, keys)) for one in official.symbols]),
    ])


def _filled(caption: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns in which nothing stands."""
    lines = list(rows)
    kept = [place for place in range(len(headers)) if any(line[place] for line in lines)]
    return table(caption, [headers[place] for place in kept], [[line[place] for place in kept] for line in lines])


def _years(one: OfficialTable) -> str:
    """The first and the last year of a table."""
    return text(f"{one.years[0]} to {one.years[-1]}" if len(one.years) > 1 else "".join(map(str, one.years)))


def _instrument(loaded: LoadedEvidence, keys: list[str]) -> Iterator[str]:
    """The content of one instrument's part."""
    record, areas = loaded.record, {one.area: one.label for one in loaded.areas}
    parts = {one.code: one.label for one in loaded.chosen("part")}
    kind, versions = text(record.kind.replace("_", " ")), ", ".join(loaded.versions)
    yield paragraph(marked(record.about, record.status))
    yield paragraph(f"Kind: {kind}. Licence: {text(record.licence.rstrip('.'))}."
                    + (f" Export versions: {text(versions)}." if versions else "") + f" Sources: {sources(record.source, keys)}.")
    yield _filled(f"Areas: {record.label}", ("Area", "Identifier", "Part", "About", "Outcomes", "Source"), [
        (marked(one.label, one.status), f"<code>{text(one.area)}</code>", text(parts.get(one.part, one.part)), text(one.about),
         text("; ".join(one.outcomes)), sources(one.source, keys)) for one in loaded.areas])
    yield _filled(f"Points: {record.label}", ("Point", "Wording", "Area", "Source"), [
        (marked(one.point, one.status), text(one.label if record.may_show_wording else ""), text(areas.get(one.area, one.area)),
         sources(one.source, keys)) for one in loaded.points])
    yield _filled(f"What may be entered: {record.label}", ("Entry", "Set", "Code", "Other spellings", "Means", "Source"), [
        (marked(one.label, one.status), text(one.choices), f"<code>{text(one.code)}</code>", text(one.also), text(_meaning(one)),
         sources(one.source, keys)) for one in loaded.choices])
    yield _filled(f"Bands: {record.label}", ("Band", "Colour", "From a mean of", "Source"), [
        (marked(one.label, one.status), text(one.colour), f"{one.lowest:g}", sources(one.source, keys)) for one in loaded.bands])
    yield _filled(f"Columns of exports: {record.label}", ("Column", "Export version", "Holds", "Entries", "Of", "Required", "Source"),
                  [_column(one, areas, keys) for one in loaded.fields])


def _column(one: SourceField, areas: dict[str, str], keys: Iterable[str]) -> tuple[str, ...]:
    """The row of one column of an export."""
    holds = one.role.value.replace("_", " ") + (" (several, parted)" if one.parted_by else "")
    return (marked(one.header, one.status), text(one.version), text(holds), text(one.choices), text(areas.get(one.area, one.occasion)),
            "yes" if one.required else "no", sources(one.source, keys))


def _meaning(one: Choice) -> str:
    """What is said of a choice besides its name."""
    said = ("aimed at" if one.counts else "", "given by those the programme is for" if one.people else "",
            f"from {one.since}" if one.since else "", f"until {one.until}" if one.until else "")
    return ", ".join(filter(None, said))
