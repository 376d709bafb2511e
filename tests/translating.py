"""A second language for tests: a file of words made from the English one, every sentence between two marks."""

from __future__ import annotations

import re
from pathlib import Path

#: stand before and after every sentence of the second language, so that what comes from elsewhere stands out
OPEN, CLOSE = "\N{LEFT DOUBLE ANGLE BRACKET}", "\N{RIGHT DOUBLE ANGLE BRACKET}"
_ENTRY = re.compile(r'^(\S+|"[^"]+") = "(.*)"$')


def translated(english: Path) -> str:
    """The text of the file in which every sentence of an English file stands between marks."""
    lines = english.read_text(encoding="utf-8").splitlines()
    return "\n".join(_ENTRY.sub(rf'\1 = "{OPEN}\2{CLOSE}"', line) for line in lines) + "\n"


def outside(text: str) -> str:
    """What stands outside all marks."""
    while OPEN in text:
        shorter = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", text)
        assert shorter != text, "a mark is never closed"
        text = shorter
    return text
