"""All checks of a dictionary as a whole; each module of checks holds one kind of thing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbeval.dictionary.check_cohorts import check_authorities, check_cohorts
from nbeval.dictionary.check_evidence import check_evidence
from nbeval.dictionary.check_exhibits import check_exhibits, check_programme
from nbeval.dictionary.check_instruments import check_instruments
from nbeval.dictionary.check_measures import check_benchmarks, check_groups, check_indicators, check_scales
from nbeval.dictionary.check_official import check_official
from nbeval.dictionary.check_print import check_figures, check_printed_sources
from nbeval.dictionary.check_specimen import check_specimen
from nbeval.dictionary.contents import Contents
from nbeval.dictionary.files import LIST_MARK, Faults, Place, Placed
from nbeval.dictionary.known import Known, know
from nbeval.dictionary.models import Citation, Record


def check_contents(contents: Contents, faults: Faults) -> None:
    """Follow every reference and hold every rule that takes more than one field; gather the faults."""
    known = know(contents, faults)
    for record, place in _all(contents):
        for part, where in _walk(record, place):
            _check_text(part, where, known)
    for check in (check_programme, check_authorities, check_cohorts, check_instruments, check_scales, check_groups,
                  check_indicators, check_benchmarks, check_exhibits,
                  check_figures, check_printed_sources, check_specimen, check_evidence, check_official):
        check(contents, known)


def _all(contents: Contents) -> Iterator[Placed]:
    """Every record of the dictionary."""
    yield from (*contents.programme, *contents.disclosure, *contents.cohorts, *contents.scales,
                *contents.specimen, *contents.specimen_evidence)
    for files in (*contents.instruments, *contents.evidence):
        yield from files.record
        for rows in files.tables.values():
            yield from rows
    for rows in contents.tables.values():
        yield from rows


def _walk(record: Record, place: Place) -> Iterator[tuple[Record, Place]]:
    """A record and the records inside it, each with its place."""
    yield record, place
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Record):
            yield from _walk(value, place.inside(name))
        elif isinstance(value, tuple):
            for number, part in enumerate(value, 1):
                if isinstance(part, Record):
                    yield from _walk(part, place.inside(f"{name}, entry {number}"))


def _check_text(record: Record, place: Place, known: Known) -> None:
    """Hold that required texts are not blank, numbers are finite, and sources exist."""
    for name, declared in type(record).model_fields.items():
        value = getattr(record, name)
        if declared.is_required() and value == "":
            known.faults.add(place, name, "is empty", "fill it in")
        if isinstance(value, float) and not math.isfinite(value):
            known.faults.add(place, name, "is not a number", "write digits and, if needed, a decimal point")
        if name == "source" and not isinstance(record, Citation):
            for key in filter(None, (part.strip() for part in value.split(LIST_MARK))):
                known.refer(place, name, "source key", key)
