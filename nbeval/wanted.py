"""Which reports of a cohort are asked for, where each belongs, and which notebook makes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nbeval.dictionary.files import suggestion
from nbeval.dictionary.lookup import find
from nbeval.dictionary.models import Cohort, ReportKind
from nbeval.errors import ParameterError, SourceError
from nbeval.folders import notebook_folders
from nbeval.workspace import Workspace

#: the folder of a cohort's reports that are never published
INTERNAL = "internal"


class Wanted(NamedTuple):
    """A report that is asked for: its kind, and the authority where it is made for one."""

    kind: ReportKind
    authority: str = ""


def kind_of(kind: str, workspace: Workspace) -> ReportKind:
    """The kind of report with this id.

    Raises
    ------
    ParameterError
        There is none; the message names those there are.
    """
    return find(workspace.dictionary.programme.reports, "id", kind, "kind of report", "programme.toml, [[reports]]")


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
    """The folder of a report below the reports' folder; what is never published has a folder apart."""
    apart = INTERNAL if wanted.kind.internal else ""
    return "/".join(part for part in (cohort.id, apart, wanted.kind.id, wanted.authority) if part)


def notebook_of(kind: ReportKind, workspace: Workspace) -> Path:
    """The notebook of a kind of report: the dictionary's own if it brings one, else the project's.

    Raises
    ------
    SourceError
        There is no such notebook.
    """
    for folder in notebook_folders(workspace.dictionary.folder):
        path = folder / f"{kind.notebook}.ipynb"
        if path.is_file():
            return path
    raise SourceError(
        f"report '{kind.id}' names a notebook that is not there.", found=f"{kind.notebook}.ipynb",
        where="programme.toml, [[reports]]", do="put it into the folder 'notebooks', or correct the name.",
    )


def _places(cohort: Cohort, kind: ReportKind, authority: str) -> tuple[str, ...]:
    """The authorities that a kind of report is made for; one empty place for the whole cohort."""
    if authority:
        check_authority(cohort, kind, authority)
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


def check_authority(cohort: Cohort, kind: ReportKind, authority: str) -> None:
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
