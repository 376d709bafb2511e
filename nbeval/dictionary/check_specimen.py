"""Checks of specimen.toml: it speaks of items, answers, authorities and waves that exist."""

from __future__ import annotations

import math

from nbeval.dictionary.contents import Contents
from nbeval.dictionary.files import Place, Placed
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.models import Record


def check_specimen(contents: Contents, known: Known) -> None:
    """Shares add up to one over answers that exist; changes are of waves and items that exist."""
    waves = {wave.id for cohort, _ in contents.cohorts for wave in cohort.waves}
    versions = {version for held in known.versions.values() for version in held}
    for specimen, place in contents.specimen:
        items = _entries(specimen, "items", place)
        unique(known.faults, items, lambda one: one.item, "this item", "item")
        for one, where in items:
            _check_shares(one, where, known)
        for one, where in (*_entries(specimen, "shifts", place), *_entries(specimen, "changes", place)):
            if known.refer(where, "item", "item", one.item):
                known.codes_listed(where, "codes", one.codes, known.valid_codes(known.ids["item"][one.item]))
        moved = {one.item for one in specimen.items if one.loading}
        for one, where in _entries(specimen, "shifts", place):
            if one.item in moved:
                known.faults.add(where, "item", f"'{one.item}' has a loading too",
                                 "let it shift well-being or follow it")
        for one, where in (*_entries(specimen, "sizes", place), *_entries(specimen, "changes", place)):
            if one.wave and one.wave not in waves:
                known.faults.unknown(where, "wave", "wave", one.wave, waves)
        for one, where in _entries(specimen, "sizes", place):
            known.refer(where, "authority", "authority", one.authority)
        for one, where in _entries(specimen, "versions", place):
            if one.version not in versions:
                known.faults.unknown(where, "version", "export version", one.version, versions)


def _entries(specimen: Record, name: str, place: Place) -> list[Placed]:
    """The entries of one list of specimen.toml, each with its place."""
    records = enumerate(getattr(specimen, name), 1)
    return [Placed(record, place.inside(f"{name}, entry {number}")) for number, record in records]


def _check_shares(entry: Record, place: Place, known: Known) -> None:
    """The shares of an item are of its answers, each once, and add up to one."""
    if not known.refer(place, "item", "item", entry.item):
        return
    taken: set[int] = set()
    allowed = known.valid_codes(known.ids["item"][entry.item])
    for part in entry.shares:
        codes = known.codes_listed(place, "shares", (part,), allowed)
        if codes & taken:
            known.faults.add(place, "shares", f"'{part}' overlaps with another share", "let each code stand once")
        taken |= codes
    total = sum(entry.shares.values())
    if not math.isclose(total, 1, abs_tol=1e-6) or min(entry.shares.values()) < 0:
        known.faults.add(place, "shares", f"add up to {total:g}, or one is below 0", "let them add up to 1")
