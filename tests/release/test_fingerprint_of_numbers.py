"""Numbers are worked out from their scope alone: without what only readers see, and with everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nbeval import dictionary, pipeline
from nbeval.dictionary.record import Record, readers_only
from nbeval.release.fingerprint import fingerprint_of_part, scope_of_numbers, fingerprint_of_numbers, without_readers_words
from nbeval.workspace import Workspace
from tests.conftest import ROOT, TINY
from tests.guards import some

PROGRAMMES = [ROOT / "data_dictionary", TINY]


def records(value: Any) -> Iterator[Record]:
    """Every record at every depth."""
    if isinstance(value, Record):
        yield value
        yield from (one for _, part in value for one in records(part))
    elif is_dataclass(value):
        yield from (one for part in fields(value) for one in records(getattr(value, part.name)))
    elif isinstance(value, tuple | dict) or hasattr(value, "values"):
        yield from (one for part in (value if isinstance(value, tuple) else value.values()) for one in records(part))


@pytest.fixture(scope="module")
def one_of_each():
    """For every kind of record on which numbers may rest, and every field of it, a record with something in the field."""
    found: dict[tuple[type, str], Record] = {}
    for folder in PROGRAMMES:
        whole = dictionary.load(folder)
        for cohort in whole.cohorts:
            kept = scope_of_numbers(whole, cohort.id)
            reached = {type(one) for one in records(kept)}
            for one in records(whole):
                if type(one) in reached:
                    for name, value in one:
                        if value not in (None, "", (), {}):
                            found.setdefault((type(one), name), one)
    return found


def other(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case Enum():
            return next(one for one in type(value) if one is not value)
        case str():
            return f"{value}9"
        case int() | float():
            return value + 1
        case date():
            return value.replace(year=value.year + 1)
        case tuple():
            return value[:-1] if value else ("another",)
        case dict():
            return dict(list(value.items())[:-1])
        case Record():
            name = next(iter(type(value).model_fields))
            return value.model_copy(update={name: other(getattr(value, name))})


def test_every_field_counts_but_those_that_only_readers_see(one_of_each):
    assert len(one_of_each) > 150
    wrong = []
    for (kind, name), one in one_of_each.items():
        changed = one.model_copy(update={name: other(getattr(one, name))})
        counts = fingerprint_of_part("", without_readers_words(changed)) != fingerprint_of_part("", without_readers_words(one))
        wrong += [f"{kind.__name__}.{name}"] * (counts is (name in readers_only(kind)))
    assert not wrong, wrong


def test_another_cohort_and_an_instrument_that_was_not_used_are_no_ground():
    whole = dictionary.load(ROOT / "data_dictionary")
    cohort = next(one for one in whole.cohorts if one.invented)
    kept = scope_of_numbers(whole, cohort.id)
    assert [one.id for one in kept.cohorts] == [cohort.id]
    assert {one.record.id for one in (*kept.instruments, *kept.evidence)} == {source.instrument for source in cohort.sources}
    assert {"benchmarks", "disclosure", "instruments ylbc items"} <= set(fingerprint_of_numbers(kept))


def worked_out(cohort, whole, data: Path) -> dict[str, pd.DataFrame]:
    """Everything that is kept of a cohort."""
    cleaned = pipeline.clean(cohort, whole, data)
    measured = pipeline.score(cleaned, cohort, whole)
    disclosed = pipeline.protect(pipeline.estimate(cleaned, measured, cohort, whole), cohort, whole)
    disclosed = pipeline.with_quotes(disclosed, cleaned, measured, cohort, whole)
    return {"table": disclosed.table, "audit": disclosed.audit, "findings": cleaned.findings, "accounting": cleaned.accounting,
            "quotes": pd.DataFrame() if disclosed.quotes is None else disclosed.quotes}


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "cohort"), [(TINY, "first"), (ROOT / "data_dictionary", "ylbc_in_print"), (ROOT / "data_dictionary", "specimen")])
def test_the_scope_of_numbers_gives_the_same_as_the_whole_dictionary(folder, cohort):
    workspace = Workspace(folder)
    whole = workspace.dictionary
    part, data = scope_of_numbers(whole, cohort), workspace.data_of(whole.cohort(cohort))
    one, same = worked_out(whole.cohort(cohort), whole, data), worked_out(part.cohort(cohort), part, data)
    for name in some(one):
        pd.testing.assert_frame_equal(one[name], same[name])
