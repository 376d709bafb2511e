"""What all pages share: templates, stylesheets, and what stands over and under the title."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from nbeval.exhibit import Exhibit
from nbeval.publish.document import Document
from nbeval.words import Words, words_of


@cache
def environment() -> Environment:
    """The templates, made ready once per process."""
    return Environment(loader=PackageLoader("nbeval.publish"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def template_text(name: str) -> str:
    """A file of the templates' folder, as it stands: a stylesheet or a script."""
    return (files("nbeval.publish") / "templates" / name).read_text(encoding="utf-8")


def banner(document: Document) -> str:
    """What stands over invented data, in the report's own words where it has some; empty over real data."""
    return (document.summary.get("banner") or words_of(document.language)["invented_document"]) if document.invented else ""


def overline(document: Document) -> str:
    """What stands over the title: the programme."""
    return document.summary.get("programme") or words_of(document.language)["overline"]


def subtitle(document: Document) -> str:
    """What stands under the title: the authority, the cohort and its waves."""
    about = document.summary
    if about.get("subtitle"):
        return about["subtitle"]
    return ", ".join(filter(None, (about.get("authority_label"), about.get("cohort_label"), *about.get("waves", ()))))


def below_exhibit(exhibit: Exhibit, said: Words) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    yield from unit_and_base(exhibit, said)
    if exhibit.source:
        yield said["source_below"].format(text=exhibit.source)
    if exhibit.legend:
        meanings = "; ".join(said.say("symbol", symbol=symbol, meaning=meaning) for symbol, meaning in exhibit.legend)
        yield said["symbols_below"].format(text=meanings)
    for note in exhibit.notes:
        yield said["note_below"].format(text=note)


def unit_and_base(exhibit: Exhibit, said: Words) -> Iterator[str]:
    """What the numbers of an exhibit are, and who they stand on."""
    for line, text in (("unit_below", exhibit.unit), ("base_below", exhibit.base)):
        if text:
            yield said[line].format(text=text)
