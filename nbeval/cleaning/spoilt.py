"""Letters that were spoilt on their way: UTF-8 that was read as another encoding and saved, and characters that stand for lost ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from nbeval.cleaning.noticed import CellKind, Noticed

_LISTED = 6
#: what a programme writes for a character that it could not read
_LOST = "\ufffd"
# A letter beyond ASCII is two to four bytes in UTF-8: the first from C2 to F4, the others from 80 to BF. Read one by one as Windows letters
# (cp1252, its five gaps as they are), they are such runs.
_FOLLOWING = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_RUN = re.compile(f"[\u00c2-\u00f4][{re.escape(_FOLLOWING)}\u0080-\u009f]{{1,3}}")


def is_spoilt(text: str) -> bool:
    """Whether letters of a text were lost, or are UTF-8 that was read as Windows letters (â€™ for an apostrophe, Ã© for é)."""
    return not text.isascii() and (_LOST in text or any(_is_one_letter(found) for found in _RUN.findall(text)))


def _is_one_letter(run: str) -> bool:
    """Whether a run of Windows letters is the UTF-8 of one letter or more; a real word hardly ever is."""
    raw = b"".join(letter.encode("cp1252", "ignore") or bytes([ord(letter) & 0xFF]) for letter in run)
    return any(_decodes(raw[:length]) for length in range(2, len(raw) + 1))


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def spoilt_cells(table: pd.DataFrame, name: str) -> Iterator[Noticed]:
    """What there is to say of spoilt characters in the cells of a table, with the number of cells and their columns, never their text."""
    counts = {place + 1: count for place in range(table.shape[1]) if (count := int(_spoilt(table.iloc[:, place]).sum()))}
    if counts:
        more = f" and {len(counts) - _LISTED} more" if len(counts) > _LISTED else ""
        columns = ", ".join(f"{place}: {count}" for place, count in list(counts.items())[:_LISTED])
        yield Noticed(CellKind.SPOILT, sum(counts.values()), name, f"by column {columns}{more}")


def _spoilt(cells: pd.Series) -> pd.Series:
    """Which cells hold spoilt characters; each text is looked at once."""
    spoilt = [text for text in cells.unique() if is_spoilt(text)]
    return cells.isin(spoilt) if spoilt else pd.Series(False, cells.index)
