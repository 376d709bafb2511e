"""From the ids of a report to the object that its notebook holds."""

from __future__ import annotations

import os
from functools import cache

from nbeval.narrowing import narrowed
from nbeval.prepared import BATCH, Prepared, prepare
from nbeval.report import Report
from nbeval.wanted import check_authority, kind_of
from nbeval.workspace import Workspace


def report_of(cohort: str, kind: str, authority: str, workspace: Workspace) -> Report:
    """The report object of one report; see ``nbeval.open_report``.

    It is given the part of the dictionary that its key is made of, and so cannot show what lies outside.
    """
    open_ = _opened_once if os.environ.get(BATCH) else _opened
    workspace, prepared = open_(cohort, workspace)
    declared, wanted = workspace.dictionary.cohort(cohort), kind_of(kind, workspace)
    check_authority(declared, wanted, authority)
    return Report(
        prepared.disclosed, narrowed(workspace.dictionary, declared, wanted), declared, wanted, authority,
        findings=prepared.findings if wanted.internal else None,
        accounting=prepared.accounting if wanted.internal else None,
    )


def warm_up(cohort: str) -> None:
    """Read once, before the reports of a batch are forked, what each of them would read."""
    _, prepared = _opened_once(cohort, Workspace())
    _ = prepared.disclosed


def _opened(cohort: str, workspace: Workspace) -> tuple[Workspace, Prepared]:
    """The places to work with, and what the reports of a cohort are made from."""
    return workspace, prepare(workspace.dictionary.cohort(cohort), workspace)


_opened_once = cache(_opened)
