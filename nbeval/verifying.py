"""Making a cohort's reports again, in a place apart, and comparing them with the published ones."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from nbeval.errors import ParameterError
from nbeval.prepared import prepare
from nbeval.publish.verify import compare
from nbeval.reporting import jobs_of, render_cohort
from nbeval.workspace import Workspace


def verify_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
) -> tuple[bool, str]:
    """Make the published reports of a cohort again and compare them, number by number.

    Parameters
    ----------
    cohort, kinds, workspace, out, authority
        As in ``reporting.render_cohort``; ``out`` holds the published reports and is not touched.

    Returns
    -------
    whether all are the same, and the words that say so or list the differences.

    Raises
    ------
    ParameterError
        None of the reports asked for has been published in ``out``.
    """
    declared = workspace.dictionary.cohort(cohort)
    jobs = jobs_of(declared, kinds, workspace, prepare(declared, workspace), authority=authority)
    published = [job for job in jobs if (out / job.folder / "provenance.json").is_file()]
    if not published:
        raise ParameterError(
            f"there is no published report of cohort '{cohort}' to compare with.", found="no provenance.json",
            where="the folder named by --out", do="name the folder that holds the published reports with --out.",
        )
    lines, all_same = [], True
    with tempfile.TemporaryDirectory(prefix="nbeval-verify-") as apart:
        summary = render_cohort(
            cohort, sorted({job.kind for job in published}), workspace, Path(apart), authority=authority, formats=("html",), fresh=True,
        )
        for job in (job for job in published if (Path(apart) / job.folder).is_dir()):
            comparison = compare(out / job.folder, Path(apart) / job.folder)
            all_same = all_same and comparison.same
            lines.append(f"{job.folder}: {comparison}")
    if summary.failed:
        return False, f"{summary}\n" + "\n".join(lines)
    return all_same, "\n".join([*lines, "the same" if all_same else "not the same"])
