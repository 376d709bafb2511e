"""What became of a batch, for a person and for an exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nbeval.errors import NbevalError
from nbeval.publish.job import Job


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
        """0 where every report is there; else the highest code of the faults, 2 before 1."""
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
