"""``provenance.json``: what a report rests on. Everything in it is compared, except the key ``when``."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from nbeval.bounded import read_bytes, read_json
from nbeval.folders import PACKAGE, is_checkout
from nbeval.publish.document import Document, Heading, Shown
from nbeval.publish.job import Job, Origin, Task
from nbeval.release.fingerprint import code_digest, file_sha256, key_of, lock_digest, sha256, sha256_of
from nbeval.words import words_of


@cache
def software() -> dict[str, Any]:
    """The code, Python, platform and packages of this process."""
    return {
        "nbeval": {"version": version("nbeval"), "code": code_digest(), "lock": lock_digest(), **_git()},
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in _required()},
    }


def version(package: str) -> str:
    """The installed version of a package; empty text where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _required() -> list[str]:
    """The names of the packages that nbeval itself asks for."""
    try:
        lines = metadata.requires("nbeval") or []
    except metadata.PackageNotFoundError:
        return []
    plain = (line for line in lines if "extra ==" not in line)
    return sorted({re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in plain}, key=str.lower)


def _git() -> dict[str, Any]:
    """The commit the package stands at and whether its files are as committed; nothing without git."""
    def ask(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(PACKAGE.parent), *words], capture_output=True, text=True,
                              timeout=20, check=True)
        return done.stdout.strip()

    if not is_checkout() or not (PACKAGE.parent / ".git").exists():
        return {}
    try:
        return {"commit": ask("rev-parse", "HEAD"),
                "clean": not ask("status", "--porcelain", "--", "nbeval", "notebooks", "data_dictionary")}
    except (OSError, subprocess.SubprocessError):
        return {}


PROVENANCE = "provenance.json"
SCHEMA = 2
#: what the checksum of an export is called: a plain one, and the keyed one of what is confidential
CHECKSUMS = ("sha256", "hmac_sha256")


def report_key(job: Job, formats: tuple[str, ...]) -> str:
    """A key that changes whenever the files of a report may change: content, notebook, code, lock, formats."""
    return key_of(
        content=job.content_key, kind=job.kind, title=job.title, language=job.language, folder=job.folder, notebook=file_sha256(job.notebook),
        parameters=dict(job.parameters), formats=sorted(formats))


def stamp(task: Task) -> str:
    """The line at the foot of every format: what made it and from what; no clock, no path.

    The code's checksum is in ``provenance.json`` alone: a change that moves no report leaves its bytes as they were.
    """
    origin, shown = task.origin, task.job.dictionary
    said, parts = words_of(task.job.language), [version("nbeval")]
    if shown:
        parts.append(said.say("stamp_dictionary", checksum=shown_digest(shown)[:10]))
    if origin.inputs:
        parts.append(said.say("stamp_data", checksum=inputs_digest(origin)[:10]))
    return said.say("stamp", version=", ".join(parts))


def shown_digest(entries: Mapping[str, str]) -> str:
    """One checksum over the entries of the dictionary that a report can show."""
    return sha256_of(*(f"{name} {digest}" for name, digest in sorted(entries.items())))


def inputs_digest(origin: Origin) -> str:
    """One checksum over the names and checksums of all inputs."""
    return sha256("".join(f"{name}\0{digest}\n" for name, digest in sorted(origin.inputs)).encode())


def provenance(task: Task, document: Document, outputs: dict[str, bytes]) -> dict[str, Any]:
    """What one report rests on."""
    job, origin = task.job, task.origin
    return {
        "schema": SCHEMA, "completed": True, "report_key": task.report_key,
        "report": {
            "kind": job.kind, "cohort": job.cohort, "folder": job.folder, "title": document.title,
            "language": job.language, "formats": list(task.formats), "invented": document.invented,
            "internal": job.internal, "summary": document.summary,
        },
        "notebook": {"name": job.notebook.name, "sha256": file_sha256(job.notebook)},
        "parameters": dict(job.parameters),
        **_inputs(origin),
        "dictionary": _dictionary(job, origin), "seeds": dict(origin.seeds), **software(),
        "exhibits": list(_exhibits(document)),
        "outputs": {name: sha256(content) for name, content in sorted(outputs.items())},
        "when": {"finished": datetime.now(UTC).isoformat(timespec="seconds")},
    }


def restated(record: dict[str, Any], job: Job, origin: Origin) -> dict[str, Any]:
    """The provenance of a report that would be the same, made from the dictionary as it is now."""
    return {**record, "dictionary": _dictionary(job, origin)}


def write(record: dict[str, Any], folder: Path) -> None:
    """Write ``provenance.json`` into a report's folder."""
    (folder / PROVENANCE).write_bytes(record_bytes(record))


def record_bytes(record: dict[str, Any]) -> bytes:
    """The content of ``provenance.json``."""
    return (json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def read(folder: Path) -> dict[str, Any]:
    """The provenance of a report's folder; empty where there is none that can be read."""
    try:
        return _parsed(read_bytes(folder / PROVENANCE))
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=512)
def _parsed(content: bytes) -> dict[str, Any]:
    """The record in a file of provenance, which several steps of a run read; nobody alters it."""
    record = read_json(content)
    return record if isinstance(record, dict) else {}


def is_whole(folder: Path, key: str) -> bool:
    """Whether a folder holds the whole, unaltered report that ``key`` stands for."""
    record = read(folder)
    if not record.get("completed") or record.get("report_key") != key:
        return False
    outputs = record.get("outputs", {})
    return bool(outputs) and all(file_sha256(folder / name) == digest for name, digest in outputs.items())


def _inputs(origin: Origin) -> dict[str, Any]:
    """The exports by name and checksum; of confidential ones it is keyed, and the name of the key is said."""
    kind = CHECKSUMS[bool(origin.inputs_key)]
    said = {"inputs_key": origin.inputs_key} if origin.inputs_key else {}
    return {"inputs": [{"name": name, kind: digest} for name, digest in sorted(origin.inputs)], **said}


def input_checksum(entry: Mapping[str, str]) -> str:
    """The checksum of an export in a record of provenance, whichever kind it is."""
    return next((entry[kind] for kind in CHECKSUMS if kind in entry), "")


def _dictionary(job: Job, origin: Origin) -> dict[str, Any]:
    """The whole dictionary by its checksum, the entries that the report can show, and the parts its numbers rest on."""
    return {"digest": origin.dictionary_digest, "entries": dict(sorted(job.dictionary.items())),
            "numbers": dict(sorted(origin.numbers.items()))}


def _exhibits(document: Document) -> Iterator[dict[str, Any]]:
    """Every exhibit: what it is called, where it stands, what its rows are, and the keys of the results in it, in order of first use."""
    heading = ""
    for block in document.blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Shown):
            exhibit = block.exhibit
            cells = [(column, cell) for row in exhibit.rows if not row.heading for column, cell in zip(exhibit.columns, row.cells, strict=True)]
            yield {
                "id": exhibit.id, "label": exhibit.label, "title": exhibit.title, "section": exhibit.section, "source": exhibit.source_id,
                "heading": heading, "anchor": block.anchor,
                "rows": list(dict.fromkeys(cell.text for column, cell in cells if column.header)),
                "results": list(dict.fromkeys(cell.result for _, cell in cells if cell.result)),
            }
