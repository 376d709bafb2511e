"""Everything a cohort's reports may show, put together: values and evidence in, results out."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.estimate.comparison_groups import comparison_groups
from nbeval.estimate.beyond import reach_beyond
from nbeval.estimate.comparisons import authority_against_rest, benchmarks, change, group_differences, leave_untested, say_not_asked
from nbeval.estimate.composition import composition
from nbeval.estimate.evidence import (
    action_results, addressed_change, condition_results, judgement_results, official_results, theme_results,
    visit_results,
)
from nbeval.estimate.families import add_verdicts, adjust_families
from nbeval.estimate.levels import levels, nonresponse, participation
from nbeval.estimate.matched import attrition, matched_change, pair_levels, transitions
from nbeval.estimate.missing_answers import imputed_change, missing_bounds
from nbeval.estimate.on_request import on_request
from nbeval.estimate.ordinal import ordered_change
from nbeval.estimate.outcome import gather
from nbeval.estimate.overlap import overlap
from nbeval.estimate.plan import make_plan
from nbeval.estimate.pooling import authority_range, correlation_within, pooled_change
from nbeval.estimate.ranks import superiority
from nbeval.estimate.ratings import rating_results
from nbeval.estimate.regression import adjusted_change, drivers
from nbeval.estimate.reliability import measurement
from nbeval.estimate.trend import trend
from nbeval.estimate.weighted import refuse_ranks, weighted
from nbeval.frames import Evidence, Measured

#: what is estimated of every cohort, in the order of reading
ALWAYS = (
    participation, composition, levels, nonresponse, weighted, benchmarks, superiority, authority_range, correlation_within,
    authority_against_rest, group_differences, drivers, measurement, missing_bounds, imputed_change, comparison_groups,
)
#: where the waves are two samples of people who cannot be linked
TWO_SAMPLES = (change, trend, ordered_change, adjusted_change, overlap, pooled_change, on_request)
#: where the same people can be found at both waves
SAME_PEOPLE = (matched_change, pair_levels, transitions, attrition, trend)


def estimate(measured: Measured, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate everything a cohort's reports may show. One row per estimate (``frames.RESULTS``), in key order. What cannot be estimated
    keeps its row, and ``warning`` says why."""
    plan = make_plan(measured, cohort, dictionary)
    changes = SAME_PEOPLE if plan.matched else TWO_SAMPLES
    results = say_not_asked(leave_untested(gather(block(plan) for block in (*ALWAYS, *changes)), plan), plan)
    results = refuse_ranks(reach_beyond(results, plan), plan)
    return add_verdicts(adjust_families(results, dictionary), dictionary)


def estimate_evidence(evidence: Evidence | None, survey: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate what ratings, actions, visits, conditions, themes, judgements and official figures show, below the rows of the survey. One
    row per estimate (``frames.RESULTS``). ``survey`` holds its changes by authority, which action plans are laid beside."""
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
