"""Reading what somebody hands in (exports, releases, signatures, plans, provenance): a file that is too large or nests too deep is a ``ValueError``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: bytes of a statement, a plan, a provenance or a table of results; and of a signature or a list of signers
MOST, MOST_OF_A_LINE = 100_000_000, 1_000_000


def read_bytes(path: Path, most: int = MOST) -> bytes:
    """The bytes of a file that has no more than ``most``."""
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise ValueError(f"more than {most:,} bytes")
    return raw


def read_json(content: bytes | str) -> Any:
    """What a JSON text holds."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deep") from None
