"""Whom results do not rest on, as the checks found: authorities whose exports could not be used, or none of whose forms counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbeval.errors import LeftOutError

if TYPE_CHECKING:
    import pandas as pd

#: the check of a survey's exports, and that of the exports of other sources
EXPORTS_USABLE, ENTRIES_USABLE = "exports_usable", "entries_usable"
#: the checks of which a failure leaves one authority without answers at a wave
OF_ANSWERS = (EXPORTS_USABLE, "forms_kept")


class LeftOutSource(NamedTuple):
    """An authority whose entries in a source that is no survey are in no figure; ``wave`` is empty where they are of none."""

    source: str
    wave: str
    authority: str


def places_left_out(findings: pd.DataFrame, checks: tuple[str, ...] = (*OF_ANSWERS, ENTRIES_USABLE)) -> pd.DataFrame:
    """The findings that nothing rests on what came from an authority: one row for each source and wave."""
    return findings[findings["check"].isin(checks) & findings["outcome"].eq("failure") & findings["authority"].ne("")]


def places_without_answers(findings: pd.DataFrame) -> pd.DataFrame:
    """Those of them of surveys: the authority has no answers at the wave."""
    return places_left_out(findings, OF_ANSWERS)


def sources_left_out(findings: pd.DataFrame) -> tuple[LeftOutSource, ...]:
    """Those of them of sources that are no survey."""
    found = places_left_out(findings, (ENTRIES_USABLE,))
    return tuple(LeftOutSource(*one) for one in found[["source", "wave", "authority"]].itertuples(index=False, name=None))


def left_out(findings: pd.DataFrame) -> tuple[LeftOutError, ...]:
    """One fault for each source, wave and authority that no result rests on."""
    return tuple(LeftOutError(
        f"source '{row.source}', {f'wave {row.wave!r}, ' * bool(row.wave)}authority '{row.authority}': nothing rests on "
        f"{'its entries' if row.check == ENTRIES_USABLE else 'its answers'}, and reports on all say so.",
        found=row.message, do=row.do or "run nbeval check.") for row in places_left_out(findings).itertuples(index=False))
