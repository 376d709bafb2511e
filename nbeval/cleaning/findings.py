"""Findings as rows of one table, and one source of one cohort as the checks see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import Coded, Contradiction
from nbeval.cleaning.forms import ColumnMapping
from nbeval.cleaning.noticed import Noticed
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.frames import FINDINGS, check

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


#: a finding with the name of its check and its source
Found = tuple[str, str, Finding]
_COLUMNS = {"check": str, "outcome": str, "source": str, "wave": str, "authority": str, "item": str, "count": int,
            "message": str, "do": str}


def findings_table(found: Iterable[Found]) -> pd.DataFrame:
    """Findings, each with its check and its source, as ``frames.FINDINGS``."""
    rows = [{"check": name, "source": source, **asdict(finding)} for name, source, finding in found]
    return check(pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS), FINDINGS)


def number(count: int, one: str, many: str = "") -> str:
    """A count with its noun, in the singular or the plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted(outcome: str, count: int, one: str, many: str, what: str, do: str = "") -> list[Finding]:
    """A finding about a number of things; none where there are none."""
    return [Finding(outcome, number(count, one, many) + what, do, count=count)] if count else []


def as_finding(noticed: Noticed, wave: str = "", authority: str = "") -> Finding:
    """What was noticed about the cells of a file, as a finding."""
    return Finding(WARNING if noticed.warns else NOTE, str(noticed), noticed.do, wave, authority, count=noticed.count)


@dataclass(frozen=True, eq=False)
class Intake:
    """One source of one cohort after reading, excluding and coding."""

    cohort: Cohort
    dictionary: Dictionary
    source: str
    instrument: LoadedInstrument
    forms: pd.DataFrame          # one row per form read; ``excluded`` says why it is not kept
    kept: pd.DataFrame           # one row per form kept, in the order of ``coded``
    texts: pd.DataFrame          # one row per form kept: typed answers, never shown
    coded: Coded
    mapping: ColumnMapping
    accounting: pd.DataFrame
    corrected: int = 0
    contradictions: list[Contradiction] = field(default_factory=list)

    @property
    def waves(self) -> set[str]:
        """The waves that are read from the files: all of the cohort where a file holds several, row by row."""
        long = any(one.id == self.source and not files.wave for one in self.cohort.sources for files in one.files)
        return {one.id for one in self.cohort.waves} if long else set(self.accounting["wave"])

    def rows_by_wave(self) -> Iterator[tuple[str, np.ndarray]]:
        """The rows of the forms kept at each wave."""
        yield from self.kept.groupby("wave", sort=True).indices.items()
