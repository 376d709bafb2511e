"""What a cohort's reports are made from, worked out once and kept until its inputs change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nbeval import pipeline
from nbeval.dictionary.records import Cohort
from nbeval.frames import DisclosedResults
from nbeval.workspace import Workspace, code_digest, lock_digest

_TABLES = ("table", "audit", "findings", "accounting", "inputs")


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


def prepare(cohort: Cohort, workspace: Workspace) -> Prepared:
    """Read, score, estimate and protect a cohort, unless that was done for the same content.

    Parameters
    ----------
    cohort : the cohort
    workspace : its dictionary, data and cache
    """
    data = workspace.data_of(cohort)
    key = content_key(cohort, data, workspace)
    folder = workspace.cache / "prepared" / key
    if (folder / "complete").exists():
        return _load(folder, key, workspace)
    collected = pipeline.answers_of(cohort, workspace.dictionary, data)
    results = pipeline.results_of(collected, cohort, workspace.dictionary)
    disclosed = pipeline.disclosed_of(results, cohort, workspace.dictionary)
    prepared = Prepared(key, disclosed, collected.findings, collected.accounting, collected.inputs)
    _keep(prepared, folder)
    return prepared


def content_key(cohort: Cohort, data: Path, workspace: Workspace) -> str:
    """A checksum of everything a cohort's numbers depend on: exports, dictionary, code, packages."""
    own = data / cohort.id
    folder = own if own.is_dir() else data
    total = hashlib.sha256()
    for part in (cohort.id, workspace.dictionary.digest, code_digest(), lock_digest()):
        total.update(part.encode() + b"\n")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _keep(prepared: Prepared, folder: Path) -> None:
    """Write the tables beside the place and move them in at once, so that a half is never read."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix="half-", dir=folder.parent))
    tables = {"table": prepared.disclosed.table, "audit": prepared.disclosed.audit, "findings": prepared.findings,
              "accounting": prepared.accounting, "inputs": prepared.inputs}
    for name, table in tables.items():
        table.to_parquet(staging / f"{name}.parquet", index=False)
    (staging / "complete").write_text(json.dumps({"key": prepared.key}), encoding="utf-8")
    try:
        os.replace(staging, folder)
    except OSError:                                  # another run was faster; its content is the same
        shutil.rmtree(staging, ignore_errors=True)


def _load(folder: Path, key: str, workspace: Workspace) -> Prepared:
    """The tables of an earlier run on the same content."""
    table, audit, findings, accounting, inputs = (pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES)
    disclosed = pipeline.reopened(table, audit, workspace.dictionary)
    return Prepared(key, disclosed, findings, accounting, inputs)
