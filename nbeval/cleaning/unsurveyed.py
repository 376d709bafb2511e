"""Cohorts of which other sources were collected and no survey: an early phase, or one that has only begun."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nbeval.cleaning.findings import findings_table
from nbeval.cleaning.locating import record_inputs
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.frames import ANSWERS, RESPONDENTS, CleanedCohort, check


def without_survey(cohort: Cohort, dictionary: Dictionary) -> bool:
    """Whether a cohort has files of some source and none of a survey."""
    kinds = {dictionary.instrument(source.instrument).record.kind for source in cohort.sources if source.files}
    return bool(kinds) and SourceKind.SURVEY not in kinds


def nothing_answered(data: Path) -> CleanedCohort:
    """What a survey that was not made has given: no answers, nobody, no file.

    Returns
    -------
    CleanedCohort
        Tables with one row per nothing.
    """
    answers = pd.DataFrame({
        "respondent": pd.Series(dtype=int), "wave": _no_category(), "authority": _no_category(), "item": _no_category(),
        "code": pd.Series(dtype=float), "missing": _no_category(),
    })
    respondents = pd.DataFrame({
        "respondent": pd.Series(dtype=int), "source": _no_category(), "wave": _no_category(), "authority": _no_category(),
        "person": pd.Series(dtype=str),
    })
    return CleanedCohort(
        answers=check(answers, ANSWERS), respondents=check(respondents, RESPONDENTS), findings=findings_table([]),
        accounting=pd.DataFrame(columns=["file", "wave", "authority", "read", "kept"]), inputs=record_inputs([], None, data),
    )


def _no_category() -> pd.Series:
    """An empty column of categories."""
    return pd.Series(pd.Categorical([], categories=pd.Index([], dtype=str)))
