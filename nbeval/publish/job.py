"""A job: one report to be made, and where it comes from. Plain values that any process can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


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

    ``dictionary_digest`` is of the whole dictionary, ``grounds`` of the parts that the numbers rest on; each job has
    the part that it can show.
    """

    dictionary_digest: str = ""
    inputs: tuple[tuple[str, str], ...] = ()        # (name relative to the data folder, sha256)
    seeds: Mapping[str, int] = field(default_factory=dict)
    invented: bool = False
    grounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """A job as a worker receives it: with the place to write to."""

    number: int
    job: Job
    place: Path                         # the staging folder of this report
    formats: tuple[str, ...]
    engine: str
    origin: Origin
    report_key: str

    def to_json(self) -> dict[str, Any]:
        """The task as plain JSON."""
        data = asdict(self)
        data["place"] = str(self.place)
        data["job"]["notebook"] = str(self.job.notebook)
        data["job"] |= {"parameters": dict(self.job.parameters), "dictionary": dict(self.job.dictionary)}
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Task:
        """The task from its JSON; the inverse of :meth:`to_json`."""
        job = Job(**{**data["job"], "notebook": Path(data["job"]["notebook"])})
        inputs = tuple((name, digest) for name, digest in data["origin"]["inputs"])
        origin = Origin(**{**data["origin"], "inputs": inputs})
        return cls(**{**data, "job": job, "origin": origin, "place": Path(data["place"]),
                      "formats": tuple(data["formats"])})
