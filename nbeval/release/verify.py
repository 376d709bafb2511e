"""Making a cohort's reports again, in a place apart, and comparing them with the published ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbeval.errors import ParameterError
from nbeval.release.compare import Comparison, compare
from nbeval.release.provenance import PROVENANCE
from nbeval.rendering import render_requests
from nbeval.request import folder_of, requests
from nbeval.study import Study, no_progress
from nbeval.workspace import Workspace


@dataclass(frozen=True)
class Verification:
    """What became of every report that was made again: how it compares with the published one, or why it could not be made."""

    cohort: str
    reports: Mapping[str, Comparison]                               # by folder below the reports' folder
    failed: Mapping[str, str] = field(default_factory=dict)         # the fault by folder

    @property
    def same(self) -> bool:
        """Whether every report could be made again and is the same."""
        return not self.failed and all(one.same for one in self.reports.values())

    def __bool__(self) -> bool:
        """Whether all are the same."""
        return self.same

    def __str__(self) -> str:
        """The answer for a person: a line for each report that is the same, and what differs where one is not."""
        lines = [f"{folder}: could not be made again.\n{fault}" for folder, fault in self.failed.items()]
        lines += [f"{folder}: {comparison}" for folder, comparison in self.reports.items()]
        return "\n".join([*lines, "the same" if self.same else "not the same"])

    def to_json(self) -> dict[str, Any]:
        """The answer for a program: every report by its folder, with each difference as a record."""
        return {"cohort": self.cohort, "same": self.same, "failed": dict(self.failed),
                "reports": {folder: comparison.to_json() for folder, comparison in self.reports.items()}}


def verify_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    on_progress: Callable[[str], None] = no_progress,
) -> Verification:
    """Make the published reports of a cohort again and compare them, number by number."""
    declared = workspace.dictionary.cohort(cohort)
    published = [
        one for one in requests(declared, workspace.dictionary, kinds, authority=authority)
        if (out / folder_of(declared, one) / PROVENANCE).is_file()
    ]
    if not published:
        raise ParameterError(
            f"there is no published report of cohort '{cohort}' to compare with.", found=f"no {PROVENANCE}",
            where="the folder named by --out", do="name the folder that holds the published reports with --out.",
        )
    with tempfile.TemporaryDirectory(prefix="nbeval-verify-") as apart:
        again, made = replace(workspace.releasing_to(out), cache_folder=Path(apart) / "cache"), Path(apart) / "reports"
        summary = render_requests(Study(declared, again, on_progress=on_progress), published, made, fresh=True)
        folders = [folder_of(declared, one) for one in published]
        compared = {folder: compare(out / folder, made / folder) for folder in folders if (made / folder).is_dir()}
    return Verification(cohort, compared, {one.job.folder: str(one.fault) for one in summary.failed})
