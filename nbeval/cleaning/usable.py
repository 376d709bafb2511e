"""Exports that cannot be used: those of some authorities are left out, each with its reason, so that they stop nobody else's report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.findings import FAILURE, PASS, Finding, Found, number
from nbeval.cleaning.forms import known_authorities
from nbeval.cleaning.reading import read_export
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.models import Cohort
from nbeval.errors import NbevalError, SourceError, UnknownCodeError, UnknownHeaderError

T = TypeVar("T")
#: what is wrong with an export, and not with the dictionary or the corrections
OF_EXPORTS = (SourceError, UnknownHeaderError, UnknownCodeError)
#: a wave and an authority
Place = tuple[str, str]
_LISTED = 12
_COMMON = "A fault that most authorities share is probably one of the dictionary, or of how the files are declared: look there first."


@dataclass(frozen=True)
class LeftOut:
    """One authority whose exports of a wave (empty: of any) cannot be used. ``rows`` counts its rows where it shares a file with others,
    ``common`` says whether most authorities of the wave have such a fault."""

    wave: str
    authority: str
    fault: NbevalError
    rows: int = 0
    common: bool = False

    @property
    def message(self) -> str:
        """Who is left out of what, and why, in one line."""
        fault = self.fault
        more = "; ".join(part.replace("\n", "; ") for part in (fault.found, fault.allowed and f"allowed: {fault.allowed}", fault.where) if part)
        rows = f", with {number(self.rows, 'row')} of a file that it shares" if self.rows else ""
        said = f"The authority is left out{' of the wave' if self.wave else ''}{rows}: {fault.what}"
        return said + (f" Found: {more}." if more else "") + (f" {_COMMON}" if self.common else "")


def take_usable(
    files: Sequence[ExportFile], take: Callable[[Sequence[ExportFile]], T], part: Callable[[ExportFile], list[ExportFile]] = lambda file: [file],
) -> tuple[T, list[LeftOut]]:
    """What ``take`` makes of files, and whom it had to be made without: every authority with a fault of its own, at the wave of its files.

    ``part`` parts a file of several authorities, where its rows say whose they are. A fault stops everything where it is nobody's own, and
    where every authority of a wave has one.
    """
    try:
        return take(files), []
    except OF_EXPORTS as error:
        parts = [one for file in files for one in ([file] if file.authority else part(file))]
        places: dict[Place, list[ExportFile]] = {}
        for one in parts:
            places.setdefault((one.wave, one.authority), []).append(one)
        faults = {place: fault for place, own in places.items() if place[1] and (fault := _fault(own, take))}
        if not faults:
            raise
        _refuse_all(error, faults, places)
    left = [LeftOut(*place, fault, sum(len(one.rows or ()) for one in places[place]), _is_common(place[0], fault, faults, places))
            for place, fault in faults.items()]
    return take([one for one in parts if (one.wave, one.authority) not in faults]), left


def _fault(files: Sequence[ExportFile], take: Callable[[Sequence[ExportFile]], object]) -> NbevalError | None:
    """What is wrong with some files by themselves."""
    try:
        take(files)
    except OF_EXPORTS as error:
        return error
    return None


def _refuse_all(error: NbevalError, faults: dict[Place, NbevalError], places: dict[Place, list[ExportFile]]) -> None:
    """Stop where every authority of a wave has a fault, with the first one and the places of all."""
    for wave in dict.fromkeys(wave for wave, _ in faults):
        every = [place for place in places if place[0] == wave and place[1]]
        if not all(place in faults for place in every):
            continue
        if len(every) == 1:
            raise error
        lines = [f"authority '{authority}': {faults[wave, authority].what}" for _, authority in every]
        more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
        raise type(error)(
            error.what, found="\n".join([*filter(None, [error.found]), f"all {len(every)} authorities{f' of wave {wave!r}' * bool(wave)} have a fault:",
                                         *lines[:_LISTED], *more]),
            allowed=error.allowed, where=error.where, do=f"{error.do}\n{_COMMON[0].lower()}{_COMMON[1:]}", rows=error.rows)


def _is_common(wave: str, fault: NbevalError, faults: dict[Place, NbevalError], places: dict[Place, list[ExportFile]]) -> bool:
    """Whether more than half of the authorities of a wave have a fault of this kind."""
    alike = sum(type(other) is type(fault) for (at, _), other in faults.items() if at == wave)
    return 2 * alike > sum(at == wave and bool(authority) for at, authority in places)


def by_authority(file: ExportFile, header: str, cohort: Cohort, dictionary: Dictionary) -> list[ExportFile]:
    """The parts of a file of several authorities: the rows of each that the column ``header`` names, and those that it names nobody in; the
    file as it is where that cannot be told."""
    try:
        table = read_export(file)
    except OF_EXPORTS:
        return [file]
    column = next((table[name] for name in table if header and normalise(name) == normalise(header)), None)
    if column is None or not cohort.authorities:
        return [file]
    known = known_authorities(cohort, dictionary)
    owner = np.array([known.get(normalise(text), "") for text in column.fillna("")], dtype=object)
    return [replace(file, authority=one, rows=tuple(np.flatnonzero(owner == one).tolist())) for one in pd.unique(owner)]


def with_own(corrections: pd.DataFrame, files: Sequence[ExportFile], located: Sequence[ExportFile]) -> pd.DataFrame:
    """All corrections where all files are taken, else those of the waves and authorities that the files are of."""
    if list(files) == list(located):
        return corrections
    places = {(file.wave, file.authority) for file in files}
    theirs = [bool({(wave, authority), ("", authority), (wave, ""), ("", "")} & places)
              for wave, authority in zip(corrections["wave"], corrections["authority"], strict=True)]
    return corrections[np.array(theirs, dtype=bool)]


def check_exports(check: str, source: str, left: Sequence[LeftOut], *, passed: str = "") -> list[Found]:
    """What there is to say of exports that were left out, by wave and authority; ``passed`` is said where there are none."""
    found = [(check, source, Finding(FAILURE, one.message, one.fault.do.replace("\n", " "), one.wave, one.authority, count=one.rows or 1)) for one in left]
    return found or ([(check, source, Finding(PASS, passed))] if passed else [])
