"""Whom no result rests on, as the checks found: authorities whose export could not be used, or none of whose forms counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbeval.errors import LeftOutError

if TYPE_CHECKING:
    import pandas as pd

#: the checks of which a failure leaves one authority without answers at a wave
OF_ONE = ("exports_usable", "forms_kept")


def places_left_out(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that an authority has no usable answers at a wave: one row for each."""
    return findings[findings["check"].isin(OF_ONE) & findings["outcome"].eq("failure") & findings["authority"].ne("")]


def left_out(findings: pd.DataFrame) -> tuple[LeftOutError, ...]:
    """One fault for each wave and authority that no result rests on."""
    return tuple(LeftOutError(
        f"source '{row.source}', wave '{row.wave}', authority '{row.authority}': nothing rests on its answers, and reports on all say so.",
        found=row.message, do=row.do or "run nbeval check.") for row in places_left_out(findings).itertuples(index=False))
