"""What a report can reach of a dictionary: the part it is given, and a checksum of every entry in it.

A report is made from this part and from nothing else, so that a change to any other entry cannot move
it, and a report whose part is unchanged need not be made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbeval.checksums import sha256
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Indicator, Record, ReportKind

SHORT = 16          # hexadecimal digits of an entry's checksum
#: of the dictionary itself, or what only collecting, the specimen and official tables need
_NEVER_SHOWN = ("folder", "digest", "specimen", "specimen_evidence", "codes")


def narrowed(dictionary: Dictionary, cohort: Cohort, kind: ReportKind) -> Dictionary:
    """The part of a dictionary that one report is made from.

    Parameters
    ----------
    dictionary : the whole
    cohort, kind : the report; those on single authorities are all made from the same part

    Returns
    -------
    Dictionary
        This cohort and its authorities, this kind of report, its exhibits, their indicators and
        the headline ones, the benchmarks and items of these; every benchmark where the report is on
        figures in print, whose exhibits name no indicators. All else as it was.
    """
    exhibits = tuple(one for one in dictionary.exhibits if kind.id in one.reports)
    indicators = _indicators(dictionary, tuple(name for one in exhibits for name in one.indicators))
    names = {one.indicator for one in indicators}
    return replace(
        dictionary, exhibits=exhibits, indicators=indicators, cohorts=(cohort,),
        programme=dictionary.programme.model_copy(update={"reports": (kind,)}),
        authorities=tuple(one for one in dictionary.authorities if one.authority in cohort.authorities),
        benchmarks=tuple(one for one in dictionary.benchmarks if one.indicator in names or kind.made_from is SourceKind.PUBLISHED),
        instruments=tuple(_instrument(one, dictionary, indicators) for one in dictionary.instruments),
    )


def entries(dictionary: Dictionary) -> Mapping[str, str]:
    """A short checksum of every entry of a dictionary that a report can show, by kind and id.

    Returns
    -------
    Mapping
        Such as ``indicators low_satisfaction`` to its checksum; in the order of the names.
    """
    found: dict[str, str] = {}
    for part in fields(dictionary):
        if part.name not in _NEVER_SHOWN:
            for name, digest in _entries(part.name, getattr(dictionary, part.name)):
                found[name] = _short(found[name] + digest) if name in found else digest
    return MappingProxyType(dict(sorted(found.items())))


def checksum(name: str, value: Any) -> str:
    """A short checksum of a part of a dictionary with all that is in it."""
    return _short("\n".join(f"{place} {digest}" for place, digest in _entries(name, value)))


def _indicators(dictionary: Dictionary, names: tuple[str, ...]) -> tuple[Indicator, ...]:
    """The indicators that exhibits name and the headline ones, in the order of the dictionary."""
    known = {one.indicator for one in dictionary.indicators}
    named = dictionary.indicators_named(name for name in names if name in known or ":" in name or name == "headline")
    kept = {one.indicator for one in named}
    return tuple(one for one in dictionary.indicators if one.indicator in kept or one.headline)


def _instrument(loaded: LoadedInstrument, dictionary: Dictionary, indicators: tuple[Indicator, ...]) -> LoadedInstrument:
    """An instrument with the items of these indicators and of every scale; raw columns are never shown."""
    asked = {one.item for one in indicators} | {part.item for scale in dictionary.scales for part in scale.items}
    return replace(loaded, items=tuple(one for one in loaded.items if one.item in asked), columns=())


def _entries(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The entries below one part of the dictionary: each record by its id, all else by its place."""
    if isinstance(value, Record):
        yield f"{name} {getattr(value, next(iter(type(value).model_fields)))}", _short(value.model_dump_json())
    elif is_dataclass(value):
        for part in fields(value):
            yield from _entries(f"{name} {part.name}", getattr(value, part.name))
    elif isinstance(value, Mapping):
        for key in value:
            yield from _entries(f"{name} {key}", value[key])
    elif isinstance(value, tuple):
        for one in value:
            yield from _entries(name, one)
    elif not isinstance(value, Path):
        yield name, _short(repr(value))


def _short(text: str) -> str:
    """A short checksum of a text."""
    return sha256(text.encode())[:SHORT]
