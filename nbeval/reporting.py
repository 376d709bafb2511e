"""From a cohort to its reports: which there are, what each is made from, and making or verifying them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbeval.dictionary.records import Cohort, ReportKind
from nbeval.errors import ParameterError, SourceError
from nbeval.prepared import Prepared, prepare
from nbeval.present import Report
from nbeval.publish.batch import render
from nbeval.publish.job import Job, Origin
from nbeval.publish.summary import Summary
from nbeval.workspace import PROJECT, Workspace

#: imported once, before the reports of a batch are forked
MODULES = ("nbeval.reporting", "nbeval.present", "pandas", "matplotlib.backends.backend_svg", "seaborn")


def report_of(cohort: str, kind: str, authority: str, workspace: Workspace) -> Report:
    """The report object of one report; see ``nbeval.open_report``."""
    declared = workspace.dictionary.cohort(cohort)
    wanted = kind_of(kind, workspace)
    _check_authority(declared, wanted, authority)
    prepared = prepare(declared, workspace)
    return Report(
        prepared.disclosed, workspace.dictionary, declared, wanted, authority,
        findings=prepared.findings, accounting=prepared.accounting,
    )


def kind_of(kind: str, workspace: Workspace) -> ReportKind:
    """The kind of report with this id.

    Raises
    ------
    ParameterError
        There is none; the message names those there are.
    """
    known = {one.id: one for one in workspace.dictionary.programme.reports}
    if kind in known:
        return known[kind]
    raise ParameterError(
        f"there is no kind of report '{kind}'.", allowed=", ".join(known),
        where="programme.toml, [[reports]]", do="use one of the kinds above, or declare this one.",
    )


def render_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    formats: Sequence[str] = ("html",), fresh: bool = False, workers: int | None = None,
) -> Summary:
    """Make the reports of a cohort; all kinds, and every authority, where none is named.

    Raises
    ------
    NbevalError
        Something that the analyst can put right; no report was touched.
    """
    declared = workspace.dictionary.cohort(cohort)
    prepared = prepare(declared, workspace)
    jobs = list(jobs_of(declared, kinds, workspace, prepared, authority=authority))
    _tell_notebooks(workspace)
    origin = Origin(
        dictionary_digest=workspace.dictionary.digest, invented=declared.invented,
        inputs=tuple(zip(prepared.inputs["name"], prepared.inputs["sha256"], strict=True)),
    )
    return render(jobs, out, formats=formats, origin=origin, fresh=fresh, workers=workers, modules=MODULES)


def jobs_of(
    cohort: Cohort, kinds: Sequence[str], workspace: Workspace, prepared: Prepared, *, authority: str = "",
) -> Iterator[Job]:
    """The reports to make: one per kind, or per kind and authority.

    Yields
    ------
    Job
    """
    programme = workspace.dictionary.programme
    wanted = [kind_of(kind, workspace) for kind in kinds] or programme.reports
    for kind in wanted:
        if authority and not kind.per_authority:
            if kinds:
                _check_authority(cohort, kind, authority)
            continue
        for place in _places(cohort, kind, authority):
            notebook = notebook_of(kind, workspace)
            name = workspace.dictionary.authority(place).name if place else ""
            parameters = {"cohort": cohort.id, "kind": kind.id} | ({"authority": place} if place else {})
            yield Job(
                kind=kind.id, notebook=notebook, parameters=parameters,
                folder="/".join(part for part in (cohort.id, kind.id, place) if part),
                title=kind.title.format(programme=programme.name, cohort=cohort.label, authority=name),
                language=programme.language, content_key=_key(prepared.key, notebook.read_bytes(), repr(parameters)),
            )


def notebook_of(kind: ReportKind, workspace: Workspace) -> Path:
    """The notebook of a kind of report: the dictionary's own if it brings one, else the project's.

    Raises
    ------
    SourceError
        There is no such notebook.
    """
    for folder in (workspace.dictionary.folder / "notebooks", PROJECT / "notebooks"):
        path = folder / f"{kind.notebook}.ipynb"
        if path.is_file():
            return path
    raise SourceError(
        f"report '{kind.id}' names a notebook that is not there.", found=f"{kind.notebook}.ipynb",
        where="programme.toml, [[reports]]", do="put it into the folder 'notebooks', or correct the name.",
    )


def _places(cohort: Cohort, kind: ReportKind, authority: str) -> tuple[str, ...]:
    """The authorities that a kind of report is made for; one empty place for the whole cohort."""
    if not kind.per_authority:
        return ("",)
    if authority:
        _check_authority(cohort, kind, authority)
        return (authority,)
    return cohort.authorities


def _check_authority(cohort: Cohort, kind: ReportKind, authority: str) -> None:
    """Refuse an authority where none belongs, none where one does, and one of another cohort."""
    if kind.per_authority and authority in cohort.authorities:
        return
    if not kind.per_authority and not authority:
        return
    known = ", ".join(cohort.authorities) or "none"
    raise ParameterError(
        f"report '{kind.id}' of cohort '{cohort.id}' cannot be made for authority '{authority}'."
        if authority else f"report '{kind.id}' is made for one authority, and none was named.",
        allowed=known if kind.per_authority else "no authority: this report is on the whole cohort",
        do="name one of the cohort's authorities." if kind.per_authority else "leave the authority out.",
    )


def _tell_notebooks(workspace: Workspace) -> None:
    """Let the notebooks, which run in processes of their own, find the same dictionary and data."""
    if workspace.dictionary_folder:
        os.environ["NBEVAL_DICTIONARY"] = str(Path(workspace.dictionary_folder).resolve())
    if workspace.data_folder:
        os.environ["NBEVAL_DATA"] = str(Path(workspace.data_folder).resolve())


def _key(*parts: str | bytes) -> str:
    """A checksum of several parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else part.encode())
    return total.hexdigest()
