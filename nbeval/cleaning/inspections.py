"""Judgements of inspectors: published grades, each of an area of an authority's work on a day."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning.findings import NOTE, WARNING, Finding, number
from nbeval.cleaning.records import EPOCH, Records, since_epoch, span
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SourceField
from nbeval.frames import JUDGEMENTS, check


def clean_judgements(records: Records) -> tuple[pd.DataFrame, list[Finding]]:
    """What inspectors judged, one row per judgement, also outside the cohort's own time; and what was found."""
    framework, day = records.of(FieldRole.KIND)[0], records.of(FieldRole.HELD)[0]
    kind = records.filled(framework)
    table = pd.DataFrame({
        "source": records.source, "authority": records.about["authority"], "area": records.areas(records.of(FieldRole.AREA)[0]),
        "kind": kind, "status": records.filled(records.of(FieldRole.STATUS)[0]), "held": _days(records, day, framework, kind),
    })
    records.one_row_each(table[["authority", "area", "held"]], "judgement")
    return check(table.sort_values(["authority", "area", "held"], ignore_index=True), JUDGEMENTS), _findings(table, records)


def _days(records: Records, day: SourceField, framework: SourceField, kind: pd.Series) -> pd.Series:
    """The days of judgements, each within the time of its framework."""
    when = records.dates(day)
    records.refuse(day, when.isna(), "are empty", ["a day for every judgement"], "")
    frameworks = records.instrument.chosen(framework.choices)
    first = kind.map({one.code: pd.Timestamp(one.since or pd.Timestamp.min) for one in frameworks})
    last = kind.map({one.code: pd.Timestamp(one.until or pd.Timestamp.max) for one in frameworks})
    times = [f"{one.label}: {one.since or 'any day'} to {one.until or 'today'}" for one in frameworks]
    records.refuse(day, when.lt(first) | when.gt(last), "are outside the time of the framework", times, "choices.csv")
    return since_epoch(when)


def _findings(table: pd.DataFrame, records: Records) -> list[Finding]:
    """What to know before the judgements are read."""
    found = []
    bare = set(records.cohort.authorities) - set(table["authority"])
    last = span(records.cohort.starts, records.cohort.ends)[1]
    later = table["held"].gt((last - EPOCH).days)
    if bare:
        found.append(Finding(WARNING, f"{number(len(bare), 'authority', 'authorities')} without any judgement.",
                             "add what is published, or see that there is nothing.", count=len(bare)))
    if later.any():
        found.append(Finding(NOTE, f"{number(int(later.sum()), 'judgement')} later than the end of the cohort.",
                             "reports leave them out.", count=int(later.sum())))
    return found
