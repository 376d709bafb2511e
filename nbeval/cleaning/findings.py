"""Findings: what a check says, as rows of one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

PASS, NOTE, WARNING, FAILURE = "pass", "note", "warning", "failure"


@dataclass(frozen=True)
class Finding:
    """One row of FINDINGS without the name of its check and its source."""

    outcome: str
    message: str
    do: str = ""
    wave: str = ""
    authority: str = ""
    item: str = ""
    count: int = 0


COLUMNS = {"check": str, "outcome": str, "source": str, "wave": str, "authority": str, "item": str, "count": int, "message": str, "do": str}


def findings_table(found: Iterable[tuple[str, str, Finding]]) -> pd.DataFrame:
    """Findings, each with its check and its source, as ``frames.FINDINGS``."""
    rows = [{"check": check, "source": source, **asdict(finding)} for check, source, finding in found]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun, in the singular or the plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
