"""The few words that publishing itself puts into a report, by language, and the lines under an exhibit."""

from __future__ import annotations

from collections.abc import Iterator

from nbeval.exhibit import Exhibit
from nbeval.publish.words_pages_en import PAGES

_ENGLISH = {
    "contents": "Contents", "exhibits": "Tables and figures", "numbers": "The numbers behind",
    "numbers_title": "The numbers behind the pictures",
    "notes": "Notes", "cover": "Cover", "overall": "Overall", "continued": "continued", "overline": "Evaluation report",
    **PAGES,
}

_WORDS = {"en": _ENGLISH}


def words(language: str) -> dict[str, str]:
    """The words in a language; in English where there is no translation."""
    return _WORDS.get(language.split("-")[0], _ENGLISH)


def below_exhibit(exhibit: Exhibit) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    yield from unit_and_base(exhibit)
    if exhibit.source:
        yield f"Source: {exhibit.source}"
    if exhibit.legend:
        yield "Symbols: " + "; ".join(f"{symbol} {meaning}" for symbol, meaning in exhibit.legend)
    for note in exhibit.notes:
        yield f"Note: {note}"


def unit_and_base(exhibit: Exhibit) -> Iterator[str]:
    """What the numbers of an exhibit are, and who they stand on."""
    for name, text in (("Unit", exhibit.unit), ("Base", exhibit.base)):
        if text:
            yield f"{name}: {text}"
