"""All sources of a cohort that are no survey: from their exports to tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from nbeval.cleaning.authority_records import clean_actions, clean_conditions, clean_judgements, clean_visits
from nbeval.cleaning.findings import Finding, findings_table
from nbeval.cleaning.corrections import read_corrections
from nbeval.cleaning.files import CORRECTIONS, ExportFile, cohort_folder, locate, record_inputs
from nbeval.cleaning.interviews import clean_codes, clean_quotes
from nbeval.cleaning.published import clean_official
from nbeval.cleaning.records import read_records
from nbeval.cleaning.self_assessment import clean_ratings
from nbeval.cleaning.usable import LeftOut, by_authority, check_exports, take_usable, with_own
from nbeval.cleaning.withdrawn import NOBODY, Withdrawn
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole, SourceKind
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort, Source
from nbeval.frames import ACTIONS, CODES, CONDITIONS, JUDGEMENTS, OFFICIAL, QUOTES, RATINGS, VISITS, CleanedCohort, Evidence, empty
from nbeval.left_out import ENTRIES_USABLE

TABLES = {"ratings": RATINGS, "actions": ACTIONS, "visits": VISITS, "conditions": CONDITIONS, "codes": CODES, "quotes": QUOTES,
          "judgements": JUDGEMENTS, "official": OFFICIAL}
#: the kinds of which each layout becomes rows of one table
_ONE_TABLE = {SourceKind.ACTION_PLAN: ("actions", clean_actions), SourceKind.VISITS: ("visits", clean_visits),
              SourceKind.INSPECTIONS: ("judgements", clean_judgements)}
#: beside the tables: names that no quote may hold
NAMES = "names"
#: tables by name, and what was found
Cleaned = tuple[list[tuple[str, Any]], list[Finding]]


def clean_sources(cohort: Cohort, dictionary: Dictionary, data: Path, withdrawn: Withdrawn = NOBODY) -> Evidence:
    """Everything that a cohort declares besides its survey, as tables; a source without files is known of and not collected."""
    parts: dict[str, list] = {name: [] for name in (*TABLES, NAMES)}
    found, files = [], []
    path = cohort_folder(cohort, data) / CORRECTIONS
    for source in cohort.sources:
        kind = dictionary.instrument(source.instrument).record.kind
        if not source.files or kind is SourceKind.SURVEY:
            continue
        located = locate(cohort, source, data, may_lack=True)
        if not located:
            continue
        (tables, findings), left = _take(kind, cohort, dictionary, source, located, read_corrections(path, cohort, CORRECTIONS), withdrawn)
        for name, table in tables:
            parts[name].append(table)
        found += check_exports(ENTRIES_USABLE, source.id, left)
        found += [(f"{kind} entries", source.id, finding) for finding in findings]
        files += located
    stacked = {name: [table for table in parts[name] if len(table)] for name in TABLES}
    return Evidence(
        **{name: pd.concat(tables, ignore_index=True) if tables else empty(TABLES[name]) for name, tables in stacked.items()},
        names=tuple(name for names in parts[NAMES] for name in names),
        findings=findings_table(found), inputs=record_inputs(files, None, data),
    )


def with_sources(cleaned: CleanedCohort, evidence: Evidence) -> CleanedCohort:
    """What was collected from a cohort's survey and from its other sources, as one."""
    return replace(
        cleaned, evidence=evidence, findings=pd.concat([cleaned.findings, evidence.findings], ignore_index=True),
        inputs=pd.concat([cleaned.inputs, evidence.inputs], ignore_index=True).drop_duplicates(ignore_index=True),
    )


def _take(
    kind: SourceKind, cohort: Cohort, dictionary: Dictionary, source: Source, located: list[ExportFile], corrections: pd.DataFrame,
    withdrawn: Withdrawn,
) -> tuple[Cleaned, list[LeftOut]]:
    """The tables and findings of one source, and the authorities whose files or rows had to be left out. Names that no quote may hold are
    nobody's to leave out."""
    instrument = dictionary.instrument(source.instrument)
    always = [file for file in located if kind is SourceKind.QUOTES and not _has(instrument, file, FieldRole.QUOTE)]
    files = [file for file in located if file not in always]

    def take(some: Sequence[ExportFile]) -> Cleaned:
        own = with_own(corrections, [*always, *some], [*always, *files])
        return _clean(kind, cohort, dictionary, source, [*always, *some], own, withdrawn)

    def part(file: ExportFile) -> list[ExportFile]:
        if kind is SourceKind.OFFICIAL:
            return [replace(file, authority=one) for one in cohort.authorities]
        named = _has(instrument, file, FieldRole.AUTHORITY) if kind is not SourceKind.SELF_ASSESSMENT else ""
        return by_authority(file, named, cohort, dictionary)

    return take_usable(files, take, part)


def _has(instrument: LoadedInstrument, file: ExportFile, role: FieldRole) -> str:
    """The header of the column of a role in a file; empty where it has none."""
    return next((field.header for field in instrument.fields_of(file.version) if field.role is role), "")


def _clean(
    kind: SourceKind, cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
    withdrawn: Withdrawn,
) -> Cleaned:
    """The tables and findings of one source, by the kind of its instrument."""
    if kind is SourceKind.SELF_ASSESSMENT:
        ratings, findings = clean_ratings(cohort, dictionary, source, files, corrections, withdrawn)
        return [("ratings", ratings)], findings
    if kind is SourceKind.OFFICIAL:
        named = [one for one in cohort.authorities if any(file.authority in ("", one) for file in files)]
        figures, findings = clean_official(cohort.model_copy(update={"authorities": tuple(named)}), dictionary, source, files)
        return [("official", figures)], findings
    layouts = read_records(cohort, dictionary, source, files, corrections, withdrawn)
    noticed = [one for records in layouts for one in records.noticed]
    if kind is SourceKind.INTERVIEWS:
        codes, findings = clean_codes(layouts)
        return [("codes", codes)], noticed + findings
    if kind is SourceKind.QUOTES:
        quotes, names, findings = clean_quotes(layouts)
        return [("quotes", quotes), (NAMES, names)], noticed + findings
    if kind in _ONE_TABLE:
        name, clean_table = _ONE_TABLE[kind]
        cleaned = [clean_table(records) for records in layouts]
        return [(name, table) for table, _ in cleaned], noticed + [one for _, findings in cleaned for one in findings]
    return [named for records in layouts for named in zip(("conditions", "ratings"), clean_conditions(records))], noticed
