"""Says whether two makings of a report are the same, and if not, where and most likely why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from typing import Any

import nbformat

from nbeval.checksums import file_sha256
from nbeval.errors import SourceError
from nbeval.publish import provenance
from nbeval.publish.document import Document, Heading, Prose, read_document
from nbeval.publish.reasons import likely_reasons, other_software, other_sources
from nbeval.publish.results_csv import FILE, RowsCompared, compare_results, read_results, same_value

SHOWN = 20          # differences of one kind that are printed
#: of the provenance: what two makings of a report share; files, sources and software are told of by themselves
_SHARED = ("schema", "report", "notebook", "parameters", "seeds", "exhibits")
#: how a report was made, which is not what it says
_HOW = ("engine", "formats")


@dataclass(frozen=True)
class Comparison:
    """The answer of :func:`compare`."""

    results: RowsCompared
    exhibits: tuple[str, ...]
    sentences: tuple[str, ...]
    altered: tuple[str, ...]        # files of the old report that are not as they were made
    reasons: tuple[str, ...]
    sources: tuple[str, ...] = ()   # exports and entries of the dictionary that are not those of the old report
    records: tuple[str, ...] = ()   # what the provenance of the two says differently
    software: tuple[str, ...] = ()  # other code, versions, Python or platform: no difference in itself

    @property
    def same(self) -> bool:
        """Whether the two are the same."""
        rows = self.results
        return not (rows.only_old or rows.only_new or rows.different or self.exhibits or self.sentences
                    or self.altered or self.sources or self.records)

    def __str__(self) -> str:
        """The answer for a person: one line where it is yes, and what differs where it is no."""
        if self.same:
            made_with = f" Made with {'; '.join(self.software)}." if self.software else ""
            return f"the same: {self.results.common} results, with their exhibits and sentences.{made_with}"
        rows = self.results
        parts = [
            ("Likely reason", self.reasons),
            ("Made from something else", self.sources),
            ("Files altered since the report was made", self.altered),
            ("Results only in the old report", rows.only_old),
            ("Results only in the new report", rows.only_new),
            ("Results that differ", tuple(f"{key}: {column} was {old or 'blank'}, is {new or 'blank'}"
                                          for key, column, old, new in rows.different)),
            ("Exhibits that differ", self.exhibits),
            ("Sentences that differ", self.sentences),
            ("Provenance that differs", self.records),
        ]
        return "\n".join(["not the same.", *(line for title, lines in parts for line in _listed(title, lines))])


def compare(old: Path, new: Path, rel: float = 1e-9, abs: float = 1e-12) -> Comparison:
    """Compare two folders of one report: results by key, exhibits by structure, sentences by text.

    Parameters
    ----------
    old, new : Path
        Folders with ``report.ipynb`` and ``provenance.json``, and ``results.csv`` where there are results.
    rel, abs : float
        Two numbers are the same where they differ by no more than ``rel`` times the larger, or ``abs``.

    Returns
    -------
    Comparison
        Clocks, bytes of pictures and the look of pages are not compared.

    Raises
    ------
    SourceError
        One of the folders does not hold a finished report.
    """
    before, after = _record(old), _record(new)
    one, other = _document(old), _document(new)
    changed = tuple(sorted(name for name, digest in before["outputs"].items() if file_sha256(old / name) != digest))
    return Comparison(
        results=compare_results(_results(old), _results(new), rel, abs),
        exhibits=tuple(_exhibit_differences(one, other, rel, abs)),
        sentences=tuple(_sentence_differences(one, other)),
        altered=changed, reasons=likely_reasons(before, after, changed), sources=other_sources(before, after),
        records=tuple(_differences(_shared(before), _shared(after), rel, abs)), software=tuple(other_software(before, after)),
    )


def _shared(record: dict[str, Any]) -> dict[str, Any]:
    """Every single value of the provenance that two makings of a report share, by its place."""
    leaves = _leaves({name: record.get(name) for name in _SHARED})
    return {place: value for place, value in leaves.items() if not any(place.startswith(f"report.{name}") for name in _HOW)}


def _record(folder: Path) -> dict[str, Any]:
    """The provenance of a finished report."""
    record = provenance.read(folder)
    if not record.get("completed") or not (folder / "report.ipynb").is_file():
        raise SourceError(f"the folder '{folder.name}' does not hold a finished report.",
                          allowed="a folder with report.ipynb and provenance.json",
                          do="render the report first, or name another folder.")
    return record


def _document(folder: Path) -> Document:
    """The document of a report's folder."""
    try:
        return read_document(nbformat.read(folder / "report.ipynb", as_version=4))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceError(f"report.ipynb in the folder '{folder.name}' cannot be read.",
                          do="render the report again; the file was altered or cut short.") from None


def _results(folder: Path) -> dict[str, dict[str, str]]:
    """The results of a report's folder; none where it has no such file."""
    file = folder / FILE
    return read_results(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _exhibit_differences(old: Document, new: Document, rel: float, abs_: float) -> Iterator[str]:
    """One line for each part of an exhibit that differs; drawings count by the data under them."""
    before = {shown.exhibit.id: _leaves(shown.exhibit.to_json()) for shown in old.exhibits}
    after = {shown.exhibit.id: _leaves(shown.exhibit.to_json()) for shown in new.exhibits}
    for name in dict.fromkeys((*before, *after)):
        if name not in after or name not in before:
            yield f"{name}: only in the {'old' if name in before else 'new'} report"
            continue
        yield from (f"{name}, {line}" for line in _differences(before[name], after[name], rel, abs_))


def _differences(old: dict[str, Any], new: dict[str, Any], rel: float, abs_: float) -> Iterator[str]:
    """One line for each place whose value differs."""
    for place in dict.fromkeys((*old, *new)):
        if not same_value(old.get(place), new.get(place), rel, abs_):
            yield f"{place}: was {old.get(place)!r}, is {new.get(place)!r}"


def _leaves(data: Any, place: str = "") -> dict[str, Any]:
    """Every single value of an exhibit by its place, such as ``rows.2.cells.1.value``; drawings left out."""
    if isinstance(data, dict | list | tuple):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        return {leaf: value for key, part in items if key != "svg"
                for leaf, value in _leaves(part, f"{place}.{key}" if place else str(key)).items()}
    return {place: data}


def _sentence_differences(old: Document, new: Document) -> Iterator[str]:
    """The lines of text that only one of the two has."""
    words = {"-": "only in the old report", "+": "only in the new report"}
    for line in ndiff(_lines(old), _lines(new)):
        if line[0] in words:
            yield f"{words[line[0]]}: {line[2:]}"


def _lines(document: Document) -> list[str]:
    """The text of a document outside its exhibits, line by line."""
    texts = [document.title, *(block.text for block in document.blocks
                               if isinstance(block, Heading | Prose))]
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _listed(title: str, lines: tuple[str, ...]) -> list[str]:
    """A title and its lines, the first of them where there are many; nothing where there are none."""
    if not lines:
        return []
    more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [f"{title} ({len(lines)}):", *(f"  {line}" for line in lines[:SHOWN]), *more]
