"""The few words that publishing itself puts into a report, by language, and the lines under an exhibit."""

from __future__ import annotations

from collections.abc import Iterator

from nbeval.exhibit import Exhibit

_ENGLISH = {
    "contents": "Contents", "exhibits": "Tables and figures", "numbers": "The numbers behind",
    "notes": "Notes", "cover": "Cover", "overline": "Evaluation report",
}

_WORDS = {"en": _ENGLISH}


def words(language: str) -> dict[str, str]:
    """The words in a language; in English where there is no translation."""
    return _WORDS.get(language.split("-")[0], _ENGLISH)


def below_exhibit(exhibit: Exhibit) -> Iterator[str]:
    """The lines under an exhibit: unit, base, source, symbols, notes; each a sentence of its own."""
    for name, text in (("Unit", exhibit.unit), ("Base", exhibit.base), ("Source", exhibit.source)):
        if text:
            yield f"{name}: {text}"
    if exhibit.legend:
        yield "Symbols: " + "; ".join(f"{symbol} {meaning}" for symbol, meaning in exhibit.legend)
    for note in exhibit.notes:
        yield f"Note: {note}"
