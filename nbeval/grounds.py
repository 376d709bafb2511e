"""The grounds of a cohort's numbers: the part of a dictionary that working them out is given.

What only readers see (sentences, titles, citations) is left blank in it. The stages are given the grounds and nothing
else, so that words cannot move a number, and numbers that were kept for the same grounds are the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from nbeval.dictionary import Dictionary
from nbeval.dictionary.record import Record, without_words
from nbeval.narrowing import checksum

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
                      for one in value for inner in fields(one)}
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
