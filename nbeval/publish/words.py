"""The few words that publishing itself puts into a report, by language, and the lines under an exhibit."""

from __future__ import annotations

from collections.abc import Iterator

from nbeval.exhibit import Exhibit
from nbeval.publish.words_pages_en import PAGES

_ENGLISH = {
    "contents": "Contents", "exhibits": "Tables and figures", "numbers": "The numbers behind {exhibit}",
    "numbers_title": "The numbers behind the pictures",
    "notes": "Notes", "cover": "Cover", "overall": "Overall", "continued": "{exhibit}, continued", "overline": "Evaluation report",
    "unit_line": "Unit: {text}", "base_line": "Base: {text}", "source_line": "Source: {text}", "note_line": "Note: {text}",
    "symbols_line": "Symbols: {text}", "symbol": "{symbol} {meaning}",
    **PAGES,
}

_WORDS = {"en": _ENGLISH}


def words(language: str) -> dict[str, str]:
    """The words in a language; in English where there is no translation."""
    return _WORDS.get(language.split("-")[0], _ENGLISH)


def below_exhibit(exhibit: Exhibit, said: dict[str, str]) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    yield from unit_and_base(exhibit, said)
    if exhibit.source:
        yield said["source_line"].format(text=exhibit.source)
    if exhibit.legend:
        meanings = "; ".join(said["symbol"].format(symbol=symbol, meaning=meaning) for symbol, meaning in exhibit.legend)
        yield said["symbols_line"].format(text=meanings)
    for note in exhibit.notes:
        yield said["note_line"].format(text=note)


def unit_and_base(exhibit: Exhibit, said: dict[str, str]) -> Iterator[str]:
    """What the numbers of an exhibit are, and who they stand on."""
    for line, text in (("unit_line", exhibit.unit), ("base_line", exhibit.base)):
        if text:
            yield said[line].format(text=text)
