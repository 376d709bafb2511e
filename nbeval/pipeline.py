"""THE MAP: the stages in order. Start here to find where a number comes from.

    raw exports -> collect -> answers -> measure -> values -> estimate -> results -> protect
    -> disclosed results -> present (inside a notebook) -> publish

Figures in print take the same way: what ``made_from`` declares of a cohort decides which function of a stage it meets.

Each function below is one leg of that route. There is no logic here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from nbeval.cleaning import collect
from nbeval.cleaning.evidence import collect_evidence, with_evidence
from nbeval.cleaning.locating import fingerprint
from nbeval.cleaning.published import collect_published
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.estimate.assembly import estimate
from nbeval.estimate.evidence import estimate_evidence
from nbeval.estimate.printed_results import estimate_published
from nbeval.estimate.rows import no_results
from nbeval.frames import Collected, CollectedFigures, DisclosedResults
from nbeval.scoring import measure
from nbeval.disclosure import attack, protect
from nbeval.disclosure.kept import reopen, with_choices
from nbeval.disclosure.published import already_public
from nbeval.disclosure.voices import release_quotes
from nbeval.releasing import released


def fingerprint_of(cohort: Cohort, data: Path) -> str:
    """Raw exports to one checksum, which changes whenever the answers or findings may change."""
    return fingerprint(cohort, data)


def answers_of(cohort: Cohort, dictionary: Dictionary, data: Path) -> Collected | CollectedFigures:
    """Raw exports to answers, or printed figures as they stand, with findings and the accounting of everything read."""
    if cohort.made_from is SourceKind.PUBLISHED:
        return collect_published(cohort, dictionary)
    return with_evidence(collect(cohort, dictionary, data), collect_evidence(cohort, dictionary, data))


def results_of(collected: Collected | CollectedFigures, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Answers to results: one row per estimate (``frames.RESULTS``), unprotected, never to leave."""
    if isinstance(collected, CollectedFigures):
        return estimate_published(collected.figures, cohort, dictionary)
    survey = estimate(measure(collected, cohort, dictionary), cohort, dictionary) if len(collected.answers) else no_results()
    return estimate_evidence(collected.evidence, survey, cohort, dictionary)


def disclosed_of(
    results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> DisclosedResults:
    """Results to disclosed results: what the reports can show, protected as one release; what is public passes."""
    if cohort.made_from is SourceKind.PUBLISHED:
        return already_public(results, cohort, dictionary.disclosure)
    return protect(released(results, cohort, dictionary), cohort, dictionary, earlier=earlier)


def with_quotes(
    disclosed: DisclosedResults, collected: Collected | CollectedFigures, cohort: Cohort, dictionary: Dictionary,
) -> DisclosedResults:
    """Disclosed results with the quotes that may be printed beside them, screened and held to who answered."""
    evidence = getattr(collected, "evidence", None)
    if evidence is None or evidence.quotes.empty:
        return disclosed
    people = measure(collected, cohort, dictionary).respondents if len(collected.answers) else collected.respondents
    quotes = release_quotes(evidence.quotes, evidence.names, people, cohort, dictionary)
    return replace(disclosed, quotes=quotes)


def attacked(
    disclosed: DisclosedResults, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Disclosed results to the audit of a fresh attack on them; of what is public there is nothing to work out."""
    if cohort.made_from is SourceKind.PUBLISHED:
        return disclosed.audit
    return with_choices(attack(disclosed.table, cohort, dictionary, earlier=earlier), disclosed.audit)


def reopened(table: pd.DataFrame, audit: pd.DataFrame, dictionary: Dictionary, quotes: pd.DataFrame | None = None) -> DisclosedResults:
    """Disclosed results as they were kept; they passed ``protect`` when they were made."""
    return replace(reopen(table, audit, dictionary.disclosure), quotes=quotes)
