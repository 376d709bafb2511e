"""A job: one report to be made, and what became of it. Plain values that any process can be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbeval.errors import NbevalError


@dataclass(frozen=True)
class Job:
    """One report: which notebook, with which parameters, and the folder of the report below the reports' folder."""

    kind: str
    notebook: Path
    parameters: Mapping[str, Any]
    folder: str                         # "specimen/baseline"; parts joined by "/" on every platform
    title: str
    language: str
    content_key: str                    # changes whenever anything the report shows may change
    internal: bool = False              # never published, never in an index
    dictionary: Mapping[str, str] = field(default_factory=dict)     # checksum of every entry it can show

    @property
    def cohort(self) -> str:
        """The first part of the folder."""
        return self.folder.split("/", 1)[0]


@dataclass(frozen=True)
class Origin:
    """What the reports of one run rest on, for their provenance: names and checksums, never paths.

    ``dictionary_digest`` is of the whole dictionary, ``numbers`` of the parts that the numbers rest on; each job has
    the part that it can show.
    """

    dictionary_digest: str = ""
    inputs: tuple[tuple[str, str], ...] = ()        # (name relative to the data folder, sha256)
    seeds: Mapping[str, int] = field(default_factory=dict)
    invented: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """A job as a worker receives it: the folder to write to, and what the notebook must find in its environment."""

    job: Job
    folder: Path                        # the staging folder of this report
    formats: tuple[str, ...]
    origin: Origin
    report_key: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of one job: ``written``, ``unchanged`` or ``failed``."""

    job: Job
    state: str
    fault: NbevalError | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Summary:
    """What became of all jobs of a batch."""

    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.fault)

    @property
    def exit_code(self) -> int:
        """0 where every report was made; else the highest code of the faults, 2 before 1."""
        return max((outcome.fault.exit_code for outcome in self.failed), default=0)

    def __str__(self) -> str:
        """A line with the counts, then every fault, those that are the same together."""
        counts = Counter(outcome.state for outcome in self.outcomes)
        first = ", ".join(f"{counts[state]} {state}" for state in ("written", "unchanged", "failed") if counts[state])
        faults: dict[str, list[str]] = {}
        for outcome in self.failed:
            faults.setdefault(str(outcome.fault), []).append(outcome.job.folder)
        lines = [f"{', '.join(folders)}:\n{message}" for message, folders in faults.items()]
        return "\n\n".join([f"{len(self.outcomes)} reports: {first or 'nothing to do'}.", *lines])
