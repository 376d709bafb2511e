"""All sources of a cohort that are no survey: from their exports to tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from nbeval.cleaning.action_plan import collect_actions
from nbeval.cleaning.coded_segments import collect_codes
from nbeval.cleaning.corrections import read_corrections
from nbeval.cleaning.entry import collect_conditions
from nbeval.cleaning.findings import Finding, findings_table
from nbeval.cleaning.locating import CORRECTIONS, ExportFile, cohort_folder, locate, record_inputs
from nbeval.cleaning.inspections import collect_judgements
from nbeval.cleaning.official_source import collect_context
from nbeval.cleaning.quotes import collect_quotes
from nbeval.cleaning.records_tabular import read_records
from nbeval.cleaning.self_assessment import collect_ratings
from nbeval.cleaning.visits import collect_visits
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Source
from nbeval.evidence_frames import ACTIONS, CODES, CONDITIONS, JUDGEMENTS, OFFICIAL, QUOTES, RATINGS, VISITS, Evidence, empty
from nbeval.frames import Collected

TABLES = {"ratings": RATINGS, "actions": ACTIONS, "visits": VISITS, "conditions": CONDITIONS, "codes": CODES, "quotes": QUOTES,
          "judgements": JUDGEMENTS, "official": OFFICIAL}
#: the kinds of which each layout becomes rows of one table
_ONE_TABLE = {
    SourceKind.ACTION_PLAN: ("actions", collect_actions), SourceKind.VISITS: ("visits", collect_visits),
    SourceKind.INSPECTIONS: ("judgements", collect_judgements),
}
#: beside the tables: names that no quote may hold
NAMES = "names"


def collect_evidence(cohort: Cohort, dictionary: Dictionary, data: Path) -> Evidence:
    """Collect everything that a cohort declares besides its survey.

    Parameters
    ----------
    cohort : Cohort
        Its sources say which files there are; a source without files is one that is known of and not collected.
    dictionary : Dictionary
        Instruments, indicators, authorities.
    data : Path
        The data folder, as for ``collect``.

    Returns
    -------
    Evidence
        Every table with one row per rating, action, visit, condition or theme of a document; tables without rows where the cohort
        has no such source.

    Raises
    ------
    SourceError, UnknownHeaderError, UnknownCodeError, CorrectionError
        The exports are missing, cannot be read, or are not what the dictionary says.
    """
    parts: dict[str, list] = {name: [] for name in (*TABLES, NAMES)}
    found, files = [], []
    path = cohort_folder(cohort, data) / CORRECTIONS
    for source in cohort.sources:
        kind = dictionary.instrument(source.instrument).record.kind
        if not source.files or kind == SourceKind.SURVEY:
            continue
        located = locate(cohort, source, data)
        corrections = read_corrections(path, cohort, CORRECTIONS)
        tables, findings = _collect(SourceKind(kind), cohort, dictionary, source, located, corrections)
        for name, table in tables:
            parts[name].append(table)
        found += [(f"{kind} entries", source.id, finding) for finding in findings]
        files += located
    return Evidence(
        **{name: _stacked(parts[name], name) for name in TABLES}, names=tuple(name for names in parts[NAMES] for name in names),
        findings=findings_table(found), inputs=record_inputs(files, None, data),
    )


def with_evidence(collected: Collected, evidence: Evidence) -> Collected:
    """What was collected from a cohort's survey and from its other sources, as one.

    Parameters
    ----------
    collected, evidence
        Of the same cohort and data.

    Returns
    -------
    Collected
        Findings and inputs of both; the answers as they were.
    """
    return replace(
        collected, evidence=evidence, findings=pd.concat([collected.findings, evidence.findings], ignore_index=True),
        inputs=pd.concat([collected.inputs, evidence.inputs], ignore_index=True).drop_duplicates(ignore_index=True),
    )


def _collect(
    kind: SourceKind, cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
) -> tuple[list[tuple[str, pd.DataFrame]], list[Finding]]:
    """The tables and findings of one source, by the kind of its instrument."""
    if kind is SourceKind.SELF_ASSESSMENT:
        ratings, findings = collect_ratings(cohort, dictionary, source, files, corrections)
        return [("ratings", ratings)], findings
    if kind is SourceKind.INTERVIEWS:
        codes, findings = collect_codes(read_records(cohort, dictionary, source, files, corrections))
        return [("codes", codes)], findings
    if kind is SourceKind.QUOTES:
        quotes, names, findings = collect_quotes(read_records(cohort, dictionary, source, files, corrections))
        return [("quotes", quotes), (NAMES, names)], findings
    if kind is SourceKind.OFFICIAL:
        figures, findings = collect_context(cohort, dictionary, source, files)
        return [("official", figures)], findings
    tables, findings = [], []
    for records in read_records(cohort, dictionary, source, files, corrections):
        if kind in _ONE_TABLE:
            name, collect_table = _ONE_TABLE[kind]
            table, noted = collect_table(records)
            tables.append((name, table))
            findings += noted
        else:
            conditions, ratings = collect_conditions(records)
            tables += [("conditions", conditions), ("ratings", ratings)]
    return tables, findings


def _stacked(tables: list[pd.DataFrame], name: str) -> pd.DataFrame:
    """The tables of several sources under one another."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty(TABLES[name])
