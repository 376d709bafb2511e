"""nbeval: from confidential exports to evaluation reports that a reviewer can re-execute.

The few functions a notebook or a script needs; the commands of ``nbeval --help`` call the same ones.
Where a number comes from is told by ``nbeval.pipeline``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from nbeval.frames import Collected
    from nbeval.report import Report

__version__ = "0.1.0"


def open_report(
    cohort: str, kind: str, *, authority: str = "", dictionary: Path | str | None = None, data: Path | str | None = None,
) -> Report:
    """Open a report of a cohort: the object from which a notebook shows exhibits and sentences.

    Parameters
    ----------
    cohort, kind : ids of the dictionary
    authority : an authority of the cohort, for kinds of report that are made for each
    dictionary, data : folders; by default NBEVAL_DICTIONARY and NBEVAL_DATA, or the project's own
        dictionary and, for an invented cohort, exports that are written on the spot

    Raises
    ------
    ParameterError
        There is no such cohort, kind or authority; the message names those there are.
    """
    from nbeval.opening import report_of

    return report_of(cohort, kind, authority, _workspace(dictionary, data))


def check(cohort: str, *, dictionary: Path | str | None = None, data: Path | str | None = None) -> Collected:
    """Read and check a cohort's exports: answers, findings, and the accounting of every form."""
    from nbeval import pipeline

    workspace = _workspace(dictionary, data)
    declared = workspace.dictionary.cohort(cohort)
    return pipeline.answers_of(declared, workspace.dictionary, workspace.data_of(declared))


def results(cohort: str, *, dictionary: Path | str | None = None, data: Path | str | None = None) -> pd.DataFrame:
    """Estimate a cohort's results, unprotected: for analysis inside the secure area only.

    Returns
    -------
    one row per estimate (``frames.RESULTS``).
    """
    from nbeval import pipeline

    workspace = _workspace(dictionary, data)
    declared = workspace.dictionary.cohort(cohort)
    collected = pipeline.answers_of(declared, workspace.dictionary, workspace.data_of(declared))
    return pipeline.results_of(collected, declared, workspace.dictionary)


def _workspace(dictionary: Path | str | None, data: Path | str | None):
    """The places to work with."""
    from pathlib import Path

    from nbeval.workspace import Workspace

    return Workspace(Path(dictionary) if dictionary else None, Path(data) if data else None)
