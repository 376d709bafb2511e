"""Exports that cannot be used: those of a few authorities are left out, each with its reason, so that they stop nobody else's report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.findings import FAILURE, PASS, Finding, Found
from nbeval.errors import NbevalError, SourceError, UnknownCodeError, UnknownHeaderError

T = TypeVar("T")
#: what is wrong with an export, and not with the dictionary or the corrections
OF_EXPORTS = (SourceError, UnknownHeaderError, UnknownCodeError)
#: the check that names who was left out
EXPORTS_USABLE = "exports_usable"
#: a wave and an authority
Place = tuple[str, str]


def take_usable(files: Sequence[ExportFile], take: Callable[[Sequence[ExportFile]], T]) -> tuple[T, dict[Place, NbevalError]]:
    """What ``take`` makes of files, and the fault of each wave and authority whose files had to be left out.

    A fault stops everything where it is nobody's own: in a file of several authorities, or in half of those of a wave or more.
    """
    try:
        return take(files), {}
    except OF_EXPORTS:
        places = list(dict.fromkeys((file.wave, file.authority) for file in files))
        faults = {place: fault for place in places if (fault := _fault([file for file in files if (file.wave, file.authority) == place], take))}
        if not faults or not all(authority for _, authority in places) or not _few(faults, places):
            raise
    return take([file for file in files if (file.wave, file.authority) not in faults]), faults


def _fault(files: Sequence[ExportFile], take: Callable[[Sequence[ExportFile]], object]) -> NbevalError | None:
    """What is wrong with some files by themselves."""
    try:
        take(files)
    except OF_EXPORTS as error:
        return error
    return None


def _few(faults: dict[Place, NbevalError], places: list[Place]) -> bool:
    """Whether fewer than half of the authorities of every wave have a fault."""
    return all(2 * sum(one == wave for one, _ in faults) < sum(one == wave for one, _ in places) for wave, _ in faults)


def check_exports(source: str, faults: dict[Place, NbevalError]) -> list[Found]:
    """What there is to say of exports that were left out, by wave and authority."""
    found = []
    for (wave, authority), fault in faults.items():
        more = "; ".join(part.replace("\n", "; ") for part in (fault.found, fault.allowed and f"allowed: {fault.allowed}", fault.where) if part)
        message = f"The authority is left out of the wave: {fault.what}" + (f" Found: {more}." if more else "")
        found.append((EXPORTS_USABLE, source, Finding(FAILURE, message, fault.do.replace("\n", " "), wave, authority, count=1)))
    return found or [(EXPORTS_USABLE, source, Finding(PASS, "Every export can be read and is what the dictionary says."))]
