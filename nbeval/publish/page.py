"""What pages share: the templates of web pages, and the lines under an exhibit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from nbeval.exhibit import Exhibit
from nbeval.words import Words


@cache
def environment() -> Environment:
    """The templates, made ready once per process."""
    return Environment(loader=PackageLoader("nbeval.publish"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def template_text(name: str) -> str:
    """A file of the templates' folder: a stylesheet or a script."""
    return (files("nbeval.publish") / "templates" / name).read_text(encoding="utf-8")


def below_exhibit(exhibit: Exhibit, wording: Words) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    yield from unit_and_base(exhibit, wording)
    if exhibit.source:
        yield wording["source_below"].format(text=exhibit.source)
    if exhibit.legend:
        meanings = "; ".join(wording.say("symbol", symbol=symbol, meaning=meaning) for symbol, meaning in exhibit.legend)
        yield wording["symbols_below"].format(text=meanings)
    for note in exhibit.notes:
        yield wording["note_below"].format(text=note)


def unit_and_base(exhibit: Exhibit, wording: Words) -> Iterator[str]:
    """What the numbers of an exhibit are, and who they are about."""
    for line, text in (("unit_below", exhibit.unit), ("base_below", exhibit.base)):
        if text:
            yield wording[line].format(text=text)
