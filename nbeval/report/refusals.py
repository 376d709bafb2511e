"""What a report refuses to be made of, and to be made for."""

from __future__ import annotations

from nbeval.dictionary.models import Cohort, ReportKind
from nbeval.errors import DisclosureError, ParameterError
from nbeval.frames import DisclosedResults


def refuse_undisclosed(disclosed: object) -> None:
    """Nothing but disclosed results may become a report."""
    if not isinstance(disclosed, DisclosedResults):
        raise DisclosureError(
            "a report is made from disclosed results and from nothing else.",
            found=type(disclosed).__name__, allowed=DisclosedResults.__name__,
            do="pass the results through nbeval.disclosure.protect first.",
        )


def refuse_authority(cohort: Cohort, kind: ReportKind, authority: str) -> None:
    """An authority must be of the cohort, and given exactly where the kind of report is on one."""
    if authority and authority not in cohort.authorities:
        raise ParameterError(
            "the authority is not one of the cohort.", found=authority, allowed=", ".join(cohort.authorities),
            where=f"cohort {cohort.id}", do="name an authority of the cohort.",
        )
    if kind.per_authority != bool(authority):
        raise ParameterError(
            f"a report of the kind {kind.id!r} is {'on one authority' if kind.per_authority else 'on the whole cohort'}.",
            found=authority or "no authority", allowed=", ".join(cohort.authorities) if kind.per_authority else "",
            do="name an authority." if kind.per_authority else "leave the authority empty.",
        )
