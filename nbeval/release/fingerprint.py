"""What numbers and reports rest on: which part of the dictionary, and one key of everything that could move them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Indicator, ReportKind
from nbeval.dictionary.record import Record, without_words
from nbeval.folders import PACKAGE, supplied


def sha256(content: bytes) -> str:
    """The sha256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The sha256 of a file; empty text where there is no such file."""
    return sha256(path.read_bytes()) if path.is_file() else ""


def sha256_of(*parts: str) -> str:
    """One sha256 over several texts, which cannot run into each other."""
    return sha256("".join(f"{len(part)}\0{part}" for part in parts).encode())


@cache
def code_digest() -> str:
    """The sha256 of every file of the package's code: names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and not {"__pycache__", "_share"} & set(path.parts):
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def lock_digest() -> str:
    """The sha256 of the pinned packages."""
    return file_sha256(supplied("requirements.lock"))


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


#: of the dictionary: what no stage before the reports is given
_FOR_READERS = {"glossary": (), "sources": (), "specimen": None, "specimen_evidence": None}
_NO_ENTRY = ("folder", "digest", *_FOR_READERS)


@lru_cache(maxsize=4)
def grounds(dictionary: Dictionary, cohort: str) -> Dictionary:
    """The part of a dictionary that a cohort's numbers rest on.

    Parameters
    ----------
    dictionary : the whole
    cohort : id of the cohort; others are left out

    Returns
    -------
    Dictionary
        With every field that its model marks ``ReadersOnly`` blank, and without the instruments that the cohort did not use, the glossary,
        the sources and what invented answers are drawn from.
    """
    declared = dictionary.cohort(cohort)
    used = {source.instrument for source in declared.sources}
    kept = replace(
        dictionary, cohorts=(declared,), instruments=tuple(one for one in dictionary.instruments if one.record.id in used),
        evidence=tuple(one for one in dictionary.evidence if one.record.id in used), **_FOR_READERS,
    )
    return replace(kept, **{part.name: unsaid(getattr(kept, part.name)) for part in fields(kept) if part.name not in _NO_ENTRY})


@lru_cache(maxsize=4)
def grounds_named(dictionary: Dictionary) -> Mapping[str, str]:
    """A short checksum of every part of grounds, such as ``benchmarks`` or ``instruments ylbc items``, in the order of names."""
    found: dict[str, str] = {}
    for part in fields(dictionary):
        value = getattr(dictionary, part.name)
        if part.name in ("instruments", "evidence"):
            found |= {f"instruments {one.record.id} {inner.name}": checksum(inner.name, getattr(one, inner.name))
                      for one in value for inner in fields(one) if getattr(one, inner.name)}
        elif part.name not in _NO_ENTRY:
            found[part.name] = checksum(part.name, value)
    return MappingProxyType(dict(sorted(found.items())))


def unsaid(value: Any) -> Any:
    """A part of the dictionary with what only readers see left blank, at every depth."""
    if isinstance(value, Record):
        return without_words(value)
    if is_dataclass(value):
        return replace(value, **{part.name: unsaid(getattr(value, part.name)) for part in fields(value)})
    if isinstance(value, tuple):
        return tuple(unsaid(one) for one in value)
    if isinstance(value, Mapping):
        return type(value)({key: unsaid(part) for key, part in value.items()})
    return value
