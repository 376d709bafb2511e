"""From a cohort to its reports: which there are, what each is made from, and making or verifying them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nbeval.dictionary.faults import suggestion
from nbeval.dictionary.lookup import find
from nbeval.dictionary.records import Cohort, ReportKind
from nbeval.errors import ParameterError, SourceError
from nbeval.prepared import Prepared, prepare, silent
from nbeval.present import Report
from nbeval.publish.batch import render
from nbeval.publish.formats import check_formats
from nbeval.publish.job import Job, Origin
from nbeval.publish.summary import Summary
from nbeval.workspace import PROJECT, Workspace

#: imported once, before the reports of a batch are forked
MODULES = ("nbeval.reporting", "nbeval.present", "pandas", "matplotlib.backends.backend_svg", "seaborn")


class Wanted(NamedTuple):
    """A report that is asked for: its kind, and the authority where it is made for one."""

    kind: ReportKind
    authority: str = ""


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
    return find(workspace.dictionary.programme.reports, "id", kind, "kind of report", "programme.toml, [[reports]]")


def render_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    formats: Sequence[str] = ("html",), fresh: bool = False, workers: int | None = None,
    tell: Callable[[str], None] = silent,
) -> Summary:
    """Make the reports of a cohort; all kinds, and every authority, where none is named.

    ``tell`` is told of each step before the reports; ``publish`` shows the progress of those.

    Raises
    ------
    NbevalError
        Something that the analyst can put right; no report was touched.
    """
    declared = workspace.dictionary.cohort(cohort)
    check_formats(tuple(formats))
    wanted = reports_asked_for(declared, kinds, workspace, authority=authority)
    return render_wanted(declared, wanted, workspace.releasing_to(out), out, formats=formats, fresh=fresh, workers=workers, tell=tell)


def render_wanted(
    cohort: Cohort, wanted: Sequence[Wanted], workspace: Workspace, out: Path, *, formats: Sequence[str] = ("html",),
    fresh: bool = False, workers: int | None = None, tell: Callable[[str], None] = silent,
) -> Summary:
    """Make the reports of ``reports_asked_for``; otherwise as ``render_cohort``."""
    prepared = prepare(cohort, workspace, tell=tell)
    jobs = list(_jobs(cohort, wanted, workspace, prepared))
    origin = Origin(
        dictionary_digest=workspace.dictionary.digest, invented=cohort.invented,
        inputs=tuple(zip(prepared.inputs["file"], prepared.inputs["sha256"], strict=True)),
    )
    tell("making the reports")
    with _known_to_notebooks(workspace):
        return render(jobs, out, formats=formats, origin=origin, fresh=fresh, workers=workers, modules=MODULES)


def reports_asked_for(
    cohort: Cohort, kinds: Sequence[str], workspace: Workspace, *, authority: str = "",
) -> list[Wanted]:
    """The kinds of report that are asked for, each with an authority where it is made for one.

    Parameters
    ----------
    cohort : the cohort
    kinds : ids of kinds; all where there are none
    workspace : its dictionary
    authority : one authority; every one of the cohort where none is named

    Raises
    ------
    ParameterError
        There is no such kind, or none that is made for the authority.
    SourceError
        The notebook of a kind is not there.
    """
    fitting = [kind for kind in workspace.dictionary.programme.reports if kind.made_from is cohort.made_from]
    chosen = [kind_of(kind, workspace) for kind in dict.fromkeys(kinds)] or fitting
    for kind in chosen:
        _check_made_from(cohort, kind)
        notebook_of(kind, workspace)
    if authority and not kinds:
        chosen = [kind for kind in chosen if kind.per_authority]
    return [Wanted(kind, place) for kind in chosen for place in _places(cohort, kind, authority)]


def folder_of(cohort: Cohort, wanted: Wanted) -> str:
    """The folder of a report below the reports' folder."""
    return "/".join(part for part in (cohort.id, wanted.kind.id, wanted.authority) if part)


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


def _jobs(cohort: Cohort, wanted: Sequence[Wanted], workspace: Workspace, prepared: Prepared) -> Iterator[Job]:
    """The reports as jobs: notebook, parameters, title, and the key of all that they show."""
    programme = workspace.dictionary.programme
    for one in wanted:
        kind, place = one.kind, one.authority
        notebook = notebook_of(kind, workspace)
        name = workspace.dictionary.authority(place).name if place else ""
        parameters = {"cohort": cohort.id, "kind": kind.id} | ({"authority": place} if place else {})
        yield Job(
            kind=kind.id, notebook=notebook, parameters=parameters, folder=folder_of(cohort, one),
            title=kind.title.format(programme=programme.name, cohort=cohort.label, authority=name),
            language=programme.language, content_key=_key(prepared.key, notebook.read_bytes(), repr(parameters)),
        )


def _places(cohort: Cohort, kind: ReportKind, authority: str) -> tuple[str, ...]:
    """The authorities that a kind of report is made for; one empty place for the whole cohort."""
    if authority:
        _check_authority(cohort, kind, authority)
        return (authority,)
    return cohort.authorities if kind.per_authority else ("",)


def _check_made_from(cohort: Cohort, kind: ReportKind) -> None:
    """Refuse a report on answers of a cohort that has none, and the reverse."""
    if kind.made_from is not cohort.made_from:
        raise ParameterError(
            f"report '{kind.id}' cannot be made of cohort '{cohort.id}'.", found=f"a cohort made from {cohort.made_from}",
            allowed=f"a cohort made from {kind.made_from}", where="programme.toml, made_from",
            do="choose another kind of report, or another cohort.",
        )


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
        do=suggestion(authority, cohort.authorities) if kind.per_authority else "leave the authority out.",
    )


@contextmanager
def _known_to_notebooks(workspace: Workspace) -> Iterator[None]:
    """Let the notebooks, which run in processes of their own, find the same dictionary, data and cache."""
    places = {"NBEVAL_DICTIONARY": workspace.dictionary_folder, "NBEVAL_DATA": workspace.data_folder,
              "NBEVAL_CACHE": workspace.cache_folder, "NBEVAL_RELEASES": workspace.releases_folder}
    before = {name: os.environ.get(name) for name in places}
    os.environ.update({name: str(Path(place).resolve()) for name, place in places.items() if place})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({name: value} if value is not None else {})


def _key(*parts: str | bytes) -> str:
    """A checksum of several parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else part.encode())
    return total.hexdigest()
