"""The fingerprint of numbers and reports: what they rest on, part by part, and the keys under which they are kept.

Numbers rest on a part of the dictionary in which all that only readers see (sentences, titles, citations) is blank; a report is made
from the part that it can show, and from nothing else. The stages and the reports are given these parts alone, so that words cannot
move a number, a change to any other entry cannot move a report, and what was kept for the same key is the same.
"""

from __future__ import annotations

import hashlib
import json
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

SHORT = 16          # hexadecimal digits of the checksum of an entry
#: parts of a dictionary that no number rests on, blank
_NO_NUMBER = {"glossary": (), "sources": (), "specimen": None, "specimen_evidence": None}
#: parts of a dictionary that no report shows: of itself, or what only collecting, the specimen and official tables need
_NEVER_SHOWN = ("folder", "digest", "specimen", "specimen_evidence", "codes")
#: records with their checksums, by identity: the scopes of one dictionary share most of theirs
Seen = dict[int, tuple[Record, str]]


# --- checksums and keys ----------------------------------------------------------------------------

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


def key_of(**parts: Any) -> str:
    """The key of something that is worked out from these parts by this code with these packages."""
    everything = {"code": code_digest(), "packages": lock_digest(), "parts": parts}
    return sha256(json.dumps(everything, sort_keys=True).encode())


# --- what numbers rest on --------------------------------------------------------------------------

@lru_cache(maxsize=4)
def scope_of_numbers(dictionary: Dictionary, cohort: str) -> Dictionary:
    """The part of a dictionary that a cohort's numbers rest on.

    Other cohorts, instruments not used, glossary, sources and specimen are left out, and fields that their model marks ``ReadersOnly`` are
    blank.
    """
    declared = dictionary.cohort(cohort)
    used = {source.instrument for source in declared.sources}
    kept = replace(
        dictionary, cohorts=(declared,), instruments=tuple(one for one in dictionary.instruments if one.record.id in used),
        evidence=tuple(one for one in dictionary.evidence if one.record.id in used), **_NO_NUMBER,
    )
    return replace(kept, **{name: without_readers_words(getattr(kept, name)) for name in _numeric_parts()})


@lru_cache(maxsize=4)
def fingerprint_of_numbers(scope: Dictionary) -> Mapping[str, str]:
    """A short checksum of every part of a scope of numbers, such as ``benchmarks`` or ``instruments ylbc items``, in the order of names."""
    found: dict[str, str] = {}
    for name in _numeric_parts():
        value = getattr(scope, name)
        if name in ("instruments", "evidence"):
            found |= {f"instruments {one.record.id} {inner.name}": fingerprint_of_part(inner.name, getattr(one, inner.name))
                      for one in value for inner in fields(one) if getattr(one, inner.name)}
        else:
            found[name] = fingerprint_of_part(name, value)
    return MappingProxyType(dict(sorted(found.items())))


def fingerprint_of_part(name: str, value: Any) -> str:
    """A short checksum of a part of a dictionary with all that is in it."""
    return _short("\n".join(f"{place} {digest}" for place, digest in _entries(name, value, {})))


def without_readers_words(value: Any) -> Any:
    """A part of the dictionary with what only readers see left blank, at every depth."""
    if isinstance(value, Record):
        return without_words(value)
    if is_dataclass(value):
        return replace(value, **{part.name: without_readers_words(getattr(value, part.name)) for part in fields(value)})
    if isinstance(value, tuple):
        return tuple(without_readers_words(one) for one in value)
    if isinstance(value, Mapping):
        return type(value)({key: without_readers_words(part) for key, part in value.items()})
    return value


def _numeric_parts() -> list[str]:
    """The names of the parts of a dictionary that numbers may rest on."""
    return [part.name for part in fields(Dictionary) if part.name not in ("folder", "digest", *_NO_NUMBER)]


# --- what a report can show ------------------------------------------------------------------------

def scope_of_report(dictionary: Dictionary, cohort: Cohort, kind: ReportKind) -> Dictionary:
    """The part of a dictionary that one report is made from.

    This cohort and its authorities, the kind's exhibits, their indicators and the headline ones, the benchmarks and items of these; every
    benchmark where the report is on figures in print, whose exhibits name no indicators.
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


def fingerprint_of_report(scope: Dictionary, seen: Seen | None = None) -> Mapping[str, str]:
    """A short checksum of every entry of a scope that a report can show, by kind and id; ``seen`` keeps them from scope to scope."""
    found: dict[str, str] = {}
    seen = {} if seen is None else seen
    for part in fields(scope):
        if part.name not in _NEVER_SHOWN:
            for name, digest in _entries(part.name, getattr(scope, part.name), seen):
                found[name] = _short(found[name] + digest) if name in found else digest
    return MappingProxyType(dict(sorted(found.items())))


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


def _entries(name: str, value: Any, seen: Seen) -> Iterator[tuple[str, str]]:
    """The entries below one part of the dictionary: each record by its id, all else by its place."""
    if isinstance(value, Record):
        if id(value) not in seen:
            seen[id(value)] = value, _short(value.model_dump_json())
        yield f"{name} {getattr(value, next(iter(type(value).model_fields)))}", seen[id(value)][1]
    elif is_dataclass(value):
        for part in fields(value):
            yield from _entries(f"{name} {part.name}", getattr(value, part.name), seen)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _entries(f"{name} {key}", value[key], seen)
    elif isinstance(value, tuple):
        for one in value:
            yield from _entries(name, one, seen)
    elif not isinstance(value, Path):
        yield name, _short(repr(value))


def _short(text: str) -> str:
    """A short checksum of a text."""
    return sha256(text.encode())[:SHORT]
