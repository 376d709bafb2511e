"""Results of all sources that are no survey."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.estimate.addressed import addressed_change
from nbeval.estimate.delivery import action_results, condition_results, visit_results
from nbeval.estimate.official import judgement_results, official_results
from nbeval.estimate.ratings import rating_results
from nbeval.estimate.rows import gather
from nbeval.estimate.themes import theme_results
from nbeval.evidence_frames import Evidence


def estimate_evidence(evidence: Evidence | None, survey: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate what ratings, actions, visits, conditions, themes, judgements and official figures show, below the rows of the survey.

    One row per estimate (``frames.RESULTS``). ``survey`` holds its changes by authority, which action plans are laid beside.
    """
    if evidence is None:
        return survey
    found = gather([
        rating_results(evidence.ratings, cohort, dictionary), action_results(evidence.actions, cohort, dictionary),
        visit_results(evidence.visits, cohort, dictionary), condition_results(evidence.conditions, cohort, dictionary),
        theme_results(evidence.codes, cohort, dictionary), judgement_results(evidence.judgements, cohort, dictionary),
        official_results(evidence.official, cohort),
        addressed_change(survey, evidence.actions, cohort, dictionary),
    ])
    return pd.concat([survey, found], ignore_index=True) if len(found) else survey
