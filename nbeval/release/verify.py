"""Making a cohort's reports again, in a place apart, and comparing them with the published ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nbeval.errors import ParameterError
from nbeval.release.compare import compare
from nbeval.rendering import render_requests
from nbeval.request import folder_of, requests
from nbeval.study import Study, no_progress
from nbeval.workspace import Workspace


def verify_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    on_progress: Callable[[str], None] = no_progress,
) -> tuple[bool, str]:
    """Make the published reports of a cohort again and compare them, number by number.

    Parameters
    ----------
    cohort, kinds, workspace, out, authority
        As in ``rendering.render_cohort``; ``out`` holds the published reports and is not touched.
    on_progress : called with each step as it begins

    Returns
    -------
    whether all are the same, and the words that say so or list the differences.

    Raises
    ------
    ParameterError
        None of the reports asked for has been published in ``out``.
    """
    declared = workspace.dictionary.cohort(cohort)
    published = [
        one for one in requests(declared, workspace.dictionary, kinds, authority=authority)
        if (out / folder_of(declared, one) / "provenance.json").is_file()
    ]
    if not published:
        raise ParameterError(
            f"there is no published report of cohort '{cohort}' to compare with.", found="no provenance.json",
            where="the folder named by --out", do="name the folder that holds the published reports with --out.",
        )
    lines, all_same = [], True
    with tempfile.TemporaryDirectory(prefix="nbeval-verify-") as apart:
        again = replace(workspace.releasing_to(out), cache_folder=Path(apart) / "cache")       # nothing of an earlier run counts
        study = Study(declared, again, on_progress=on_progress)
        summary = render_requests(study, published, Path(apart) / "reports", fresh=True)
        for folder in (folder_of(declared, one) for one in published):
            if (Path(apart) / "reports" / folder).is_dir():
                comparison = compare(out / folder, Path(apart) / "reports" / folder)
                all_same = all_same and comparison.same
                lines.append(f"{folder}: {comparison}")
    if summary.failed:
        return False, "\n".join([str(summary), *lines])
    return all_same, "\n".join([*lines, "the same" if all_same else "not the same"])
