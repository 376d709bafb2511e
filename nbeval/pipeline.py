"""THE MAP: the stages in order. Start here to find where a number comes from.

    raw exports -> collect -> answers -> measure -> values -> estimate -> results -> protect
    -> disclosed results -> present (inside a notebook) -> publish

Each function below is one leg of that route. There is no logic here.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nbeval.collect import collect
from nbeval.collect.locating import fingerprint
from nbeval.dictionary import Dictionary
from nbeval.dictionary.records import Cohort
from nbeval.estimate.assembly import estimate
from nbeval.frames import Collected, DisclosedResults
from nbeval.measure import measure
from nbeval.protect import protect
from nbeval.protect.kept import reopen
from nbeval.releasing import released


def fingerprint_of(cohort: Cohort, data: Path) -> str:
    """Raw exports to one checksum, which changes whenever the answers or findings may change."""
    return fingerprint(cohort, data)


def answers_of(cohort: Cohort, dictionary: Dictionary, data: Path) -> Collected:
    """Raw exports to answers, with findings and the accounting of every form."""
    return collect(cohort, dictionary, data)


def results_of(collected: Collected, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Answers to results: one row per estimate (``frames.RESULTS``), unprotected, never to leave."""
    return estimate(measure(collected, cohort, dictionary), cohort, dictionary)


def disclosed_of(results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> DisclosedResults:
    """Results to disclosed results: what the reports can show, protected as one release."""
    return protect(released(results, cohort, dictionary), cohort, dictionary)


def reopened(table: pd.DataFrame, audit: pd.DataFrame, dictionary: Dictionary) -> DisclosedResults:
    """Disclosed results as they were kept; they passed ``protect`` when they were made."""
    return reopen(table, audit, dictionary.disclosure)
