"""What a cohort's reports are made from, worked out once and kept until its inputs change.

What only working it out needs is imported where it is worked out: a run that changes nothing is over sooner.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nbeval.cache import drop, made_whole, used
from nbeval.checksums import code_digest, file_sha256, lock_digest, sha256_of
from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.errors import SourceError
from nbeval.grounds import grounds, grounds_named
from nbeval.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.frames import DisclosedResults

#: set in the environment where the reports of one batch are made: all from the same dictionary and results
BATCH = "NBEVAL_BATCH"
_TABLES = ("table", "audit", "findings", "accounting", "inputs", "quotes")
_COMPLETE = "complete.json"


def silent(step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything a cohort's reports may draw on, as it was kept: nothing in it is confidential.

    ``key`` is the checksum of all that it depends on, ``sums`` those of its tables, ``inputs`` the
    exports by name and checksum. The tables are read when they are asked for.
    """

    key: str
    folder: Path
    dictionary: Dictionary
    sums: Mapping[str, str]
    inputs: tuple[tuple[str, str], ...]

    @cached_property
    def disclosed(self) -> DisclosedResults:
        """The disclosed results."""
        from nbeval import pipeline

        quotes = self._read("quotes")
        return pipeline.reopened(
            self._read("table"), self._read("audit"), self.dictionary, quotes if len(quotes.columns) else None)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the checks found; see ``frames.Collected``."""
        return self._read("findings")

    @cached_property
    def accounting(self) -> pd.DataFrame:
        """How the forms add up; see ``frames.Collected``."""
        return self._read("accounting")

    def _read(self, name: str) -> pd.DataFrame:
        """One table as it was kept."""
        import pandas as pd

        return pd.read_parquet(self.folder / f"{name}.parquet")


def prepare(
    cohort: Cohort, workspace: Workspace, *, fresh: bool = False, tell: Callable[[str], None] = silent,
) -> Prepared:
    """Read, score, estimate and protect a cohort, unless that was done for the same content.

    Parameters
    ----------
    cohort : the cohort
    workspace : its dictionary, data and cache
    fresh : do it whatever was done before
    tell : is told of each step as it begins

    Raises
    ------
    SourceError
        The exports are not what the dictionary says, or were changed while they were being read.
    """
    data = workspace.data_of(cohort)
    key = content_key(cohort, data, workspace)
    folder = workspace.cache / "prepared" / key
    if fresh:
        drop(folder)
    kept = _opened(folder, key, workspace)
    if kept:
        return kept
    _work_out(cohort, workspace, data, key, tell)
    made = _opened(folder, key, workspace)
    if made is None:
        raise SourceError("what was worked out is not there any more.", where="the cache",
                          do="let nobody clear the cache while a command runs, and run it again.")
    return made


def content_key(cohort: Cohort, data: Path, workspace: Workspace) -> str:
    """A checksum of everything a cohort's numbers depend on: exports, grounds, code, packages, earlier releases."""
    from nbeval.cleaning.locating import fingerprint
    from nbeval.releases import releases_digest

    out = releases_digest(cohort.id, workspace.releases)
    rests_on = json.dumps(dict(grounds_named(grounds(workspace.dictionary, cohort.id))))
    return sha256_of(cohort.id, fingerprint(cohort, data), rests_on, code_digest(), lock_digest(), out)


def _work_out(cohort: Cohort, workspace: Workspace, data: Path, key: str, tell: Callable[[str], None]) -> None:
    """Go the whole way from the exports to disclosed results, on the grounds alone, and keep them."""
    import pandas as pd

    from nbeval import pipeline
    from nbeval.releases import earlier_results

    tell("reading and checking the exports")
    dictionary = grounds(workspace.dictionary, cohort.id)
    declared = dictionary.cohort(cohort.id)
    collected = pipeline.answers_of(declared, dictionary, data)
    if content_key(cohort, data, workspace) != key:
        raise SourceError(
            f"the exports of cohort '{cohort.id}' changed while they were being read.",
            do="let nobody write to them and run the command again.",
        )
    tell("estimating the results")
    results = pipeline.results_of(collected, declared, dictionary)
    tell("protecting the results")
    earlier = earlier_results(cohort.id, workspace.releases)
    disclosed = pipeline.disclosed_of(results, declared, dictionary, earlier=earlier)
    disclosed = pipeline.with_quotes(disclosed, collected, declared, dictionary)
    quotes = pd.DataFrame() if disclosed.quotes is None else disclosed.quotes
    tables = (disclosed.table, disclosed.audit, collected.findings, collected.accounting, collected.inputs, quotes)
    inputs = zip(collected.inputs["file"], collected.inputs["sha256"], strict=True)
    with made_whole(workspace.cache / "prepared" / key) as half:
        for name, table in zip(_TABLES, tables, strict=True):
            table.to_parquet(half / f"{name}.parquet", index=False)
        record = {"tables": _sums(half), "inputs": sorted(inputs)}
        (half / _COMPLETE).write_text(json.dumps(record), encoding="utf-8")


def _opened(folder: Path, key: str, workspace: Workspace) -> Prepared | None:
    """What an earlier run on the same content kept, if all of it is there as it was written."""
    if not folder.is_dir():
        return None
    try:
        record = json.loads((folder / _COMPLETE).read_text(encoding="utf-8"))
        if record["tables"] != _sums(folder):
            raise ValueError("a table is not as it was written")
        inputs = tuple((name, digest) for name, digest in record["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        drop(folder)
        return None
    used(folder)
    return Prepared(key, folder, workspace.dictionary, record["tables"], inputs)


def _sums(folder: Path) -> dict[str, str]:
    """The checksums of the tables as they lie on the disk."""
    return {name: file_sha256(folder / f"{name}.parquet") for name in _TABLES}
