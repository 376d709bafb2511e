"""Which reports of a cohort are requested, where each belongs, and which notebook makes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import find
from nbeval.dictionary.models import Cohort, ReportKind
from nbeval.errors import ParameterError, SourceError, suggestion
from nbeval.folders import notebook_folders

class ReportRequest(NamedTuple):
    """A report that is requested: its kind, and the authority where it is made for one."""

    kind: ReportKind
    authority: str = ""


def requests(cohort: Cohort, dictionary: Dictionary, kinds: Sequence[str] = (), *, authority: str = "") -> list[ReportRequest]:
    """The kinds of report that are requested, each with an authority where it is made for one."""
    fitting = [kind for kind in dictionary.programme.reports if kind.made_from is cohort.made_from]
    chosen = [kind_named(kind, dictionary) for kind in dict.fromkeys(kinds)] or fitting
    for kind in chosen:
        _check_made_from(cohort, kind)
        notebook_of(kind, dictionary)
    if authority and not kinds:
        chosen = [kind for kind in chosen if kind.per_authority]
    return [ReportRequest(kind, place) for kind in chosen for place in _authorities(cohort, kind, authority)]


def kind_named(kind: str, dictionary: Dictionary) -> ReportKind:
    """The kind of report with this id."""
    return find(dictionary.programme.reports, "id", kind, "kind of report", "programme.toml, [[reports]]")


def folder_of(cohort: Cohort, request: ReportRequest) -> str:
    """The folder of a report below the folder of its like: that of the reports, or of those that are never published."""
    return "/".join(part for part in (cohort.id, request.kind.id, request.authority) if part)


def notebook_of(kind: ReportKind, dictionary: Dictionary) -> Path:
    """The notebook of a kind of report: the dictionary's own if it brings one, else the project's."""
    for folder in notebook_folders(dictionary.folder):
        path = folder / f"{kind.notebook}.ipynb"
        if path.is_file():
            return path
    raise SourceError(
        f"report '{kind.id}' names a notebook that is not there.", found=f"{kind.notebook}.ipynb",
        where="programme.toml, [[reports]]", do="put it into the folder 'notebooks', or correct the name.",
    )


def check_authority(cohort: Cohort, kind: ReportKind, authority: str) -> None:
    """Refuse an authority where none belongs, none where one does, and one of another cohort."""
    if kind.per_authority and authority in cohort.programme_authorities:
        return
    if not kind.per_authority and not authority:
        return
    known = ", ".join(cohort.programme_authorities) or "none"
    raise ParameterError(
        f"report '{kind.id}' of cohort '{cohort.id}' cannot be made for authority '{authority}'."
        if authority else f"report '{kind.id}' is made for one authority, and none was named.",
        allowed=known if kind.per_authority else "no authority: this report is on the whole cohort",
        do=suggestion(authority, cohort.programme_authorities) if kind.per_authority else "leave the authority out.",
    )


def _authorities(cohort: Cohort, kind: ReportKind, authority: str) -> tuple[str, ...]:
    """The authorities that a kind of report is made for; one empty name for the whole cohort."""
    if authority:
        check_authority(cohort, kind, authority)
        return (authority,)
    return cohort.programme_authorities if kind.per_authority else ("",)


def _check_made_from(cohort: Cohort, kind: ReportKind) -> None:
    """Refuse a report on answers of a cohort that has none, and the reverse."""
    if kind.made_from is not cohort.made_from:
        raise ParameterError(
            f"report '{kind.id}' cannot be made of cohort '{cohort.id}'.", found=f"a cohort made from {cohort.made_from}",
            allowed=f"a cohort made from {kind.made_from}", where="programme.toml, made_from",
            do="choose another kind of report, or another cohort.",
        )
