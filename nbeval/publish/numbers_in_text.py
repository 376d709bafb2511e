"""Numbers as reports print them, read back."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[-+\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+\u2212]?\d+(?:\.\d+)?")


def number_in(text: str) -> float | int | None:
    """The number that a cell's text is; None where it is anything else, such as a symbol or an interval."""
    plain = text.strip().removesuffix("%").strip()
    if not _NUMBER.fullmatch(plain):
        return None
    plain = plain.replace(",", "").replace("\u2212", "-")
    return float(plain) if "." in plain else int(plain)
