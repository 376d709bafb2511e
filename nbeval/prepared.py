"""What a cohort's reports are made from, worked out once and kept until its inputs change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nbeval import pipeline
from nbeval.cache import drop, made_whole, used
from nbeval.dictionary.records import Cohort
from nbeval.errors import SourceError
from nbeval.frames import DisclosedResults
from nbeval.releases import earlier_results, releases_digest
from nbeval.workspace import Workspace, code_digest, lock_digest

_TABLES = ("table", "audit", "findings", "accounting", "inputs")
_COMPLETE = "complete.json"


def silent(step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything a cohort's reports may draw on: nothing in it is confidential.

    ``findings``, ``accounting`` and ``inputs`` are those of ``frames.Collected``; ``key`` is the
    checksum of all that they and the results depend on.
    """

    key: str
    disclosed: DisclosedResults
    findings: pd.DataFrame
    accounting: pd.DataFrame
    inputs: pd.DataFrame


def prepare(cohort: Cohort, workspace: Workspace, *, tell: Callable[[str], None] = silent) -> Prepared:
    """Read, score, estimate and protect a cohort, unless that was done for the same content.

    Parameters
    ----------
    cohort : the cohort
    workspace : its dictionary, data and cache
    tell : is told of each step as it begins

    Raises
    ------
    SourceError
        The exports are not what the dictionary says, or were changed while they were being read.
    """
    data = workspace.data_of(cohort)
    key = content_key(cohort, data, workspace)
    folder = workspace.cache / "prepared" / key
    kept = _load(folder, key, workspace)
    if kept:
        return kept
    tell("reading and checking the exports")
    collected = pipeline.answers_of(cohort, workspace.dictionary, data)
    if content_key(cohort, data, workspace) != key:
        raise SourceError(
            f"the exports of cohort '{cohort.id}', or the code, changed while they were being read.",
            do="let nobody write to them and run the command again.",
        )
    tell("estimating the results")
    results = pipeline.results_of(collected, cohort, workspace.dictionary)
    tell("protecting the results")
    earlier = earlier_results(cohort.id, workspace.releases)
    disclosed = pipeline.disclosed_of(results, cohort, workspace.dictionary, earlier=earlier)
    prepared = Prepared(key, disclosed, collected.findings, collected.accounting, collected.inputs)
    _keep(prepared, folder)
    return prepared


def content_key(cohort: Cohort, data: Path, workspace: Workspace) -> str:
    """A checksum of everything a cohort's numbers depend on: exports, dictionary, code, packages, earlier releases."""
    raw = pipeline.fingerprint_of(cohort, data)
    out = releases_digest(cohort.id, workspace.releases)
    parts = (cohort.id, raw, workspace.dictionary.digest, code_digest(), lock_digest(), out)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _keep(prepared: Prepared, folder: Path) -> None:
    """Write the tables, and last of all their checksums."""
    tables = (prepared.disclosed.table, prepared.disclosed.audit, prepared.findings, prepared.accounting, prepared.inputs)
    with made_whole(folder) as half:
        for name, table in zip(_TABLES, tables, strict=True):
            table.to_parquet(half / f"{name}.parquet", index=False)
        sums = {name: _checksum(half, name) for name in _TABLES}
        (half / _COMPLETE).write_text(json.dumps(sums), encoding="utf-8")


def _load(folder: Path, key: str, workspace: Workspace) -> Prepared | None:
    """The tables of an earlier run on the same content, if all of them are there as they were written."""
    if not folder.is_dir():
        return None
    try:
        sums = json.loads((folder / _COMPLETE).read_text(encoding="utf-8"))
        if sums != {name: _checksum(folder, name) for name in _TABLES}:
            raise ValueError("a table is not as it was written")
        table, audit, findings, accounting, inputs = (pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES)
    except (OSError, ValueError):
        drop(folder)
        return None
    used(folder)
    disclosed = pipeline.reopened(table, audit, workspace.dictionary)
    return Prepared(key, disclosed, findings, accounting, inputs)


def _checksum(folder: Path, name: str) -> str:
    """The checksum of one table as it lies on the disk."""
    return hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest()
