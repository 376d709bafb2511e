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
from nbeval.dictionary.models import (
    Area, Authority, Benchmark, Choice, Cohort, Comparability, Disagreement, Domain, Eligible, ExhibitRow, GroupLevel,
    Indicator, Instrument, Item, Margin, Note, Outcome, Point, Programme, Record, ReportKind, Response, Routing,
    Scale, Source, Study, Wave,
)
from nbeval.narrowing import checksum

#: fields that only readers see. All others count, so that a new field can be forgotten here and do no harm;
#: labels that exports may hold, such as those of items and of areas, are not among them
FOR_READERS: Mapping[type[Record], tuple[str, ...]] = {
    Programme: ("name", "owner", "about", "source"), Domain: ("label", "about", "source"), Outcome: ("label", "about", "source"),
    ReportKind: ("title", "audience"),
    Cohort: ("label", "about", "disagreements", "source"), Wave: ("note", "source"), Source: ("label", "note", "source"),
    Note: ("text", "label", "source"), Disagreement: ("about", "readings", "source"),
    Eligible: ("source",), Margin: ("source",), Study: ("source",), Authority: ("source",),
    Indicator: ("says", "plain", "note", "source"), Scale: ("label", "citation", "licence", "note"), GroupLevel: ("label", "source"),
    Benchmark: ("label", "population", "note"), ExhibitRow: ("title", "sentence", "notes", "chart", "order", "section"),
    Instrument: ("label", "about", "licence", "source"), Item: ("note", "source"), Response: ("source",), Routing: ("source",),
    Comparability: ("source",), Area: ("about", "source"), Point: ("source",), Choice: ("source",),
}
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
        With every field of ``FOR_READERS`` blank, and without the instruments that the cohort did not use, the glossary,
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
        blank = {name: type(getattr(value, name))() for name in FOR_READERS.get(type(value), ())}
        return value.model_copy(update={name: unsaid(part) for name, part in value if name not in blank} | blank)
    if is_dataclass(value):
        return replace(value, **{part.name: unsaid(getattr(value, part.name)) for part in fields(value)})
    if isinstance(value, tuple):
        return tuple(unsaid(one) for one in value)
    if isinstance(value, Mapping):
        return type(value)({key: unsaid(part) for key, part in value.items()})
    return value
