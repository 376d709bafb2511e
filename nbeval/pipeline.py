"""THE MAP: the stages in order. Start here to find where a number comes from.

    raw exports -> clean -> answers -> score -> values -> estimate -> results -> protect -> disclosed results
    -> report (inside a notebook) -> publish

Each function below is one stage, and names the room in which it is done; there is no logic here. ``nbeval.study`` calls them in
this order and keeps what they give. Figures in print take the same way: what ``made_from`` declares of a cohort decides which
function of a stage it meets. A stage is imported when it is used: what was kept is opened without the estimators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbeval.dictionary.enums import SourceKind

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.dictionary import Dictionary
    from nbeval.dictionary.models import Cohort, ReportKind
    from nbeval.cleaning.labels import Labelled
    from nbeval.cleaning.withdrawn import Withdrawn
    from nbeval.deviations import ChangedDeclaration, PlanCheck
    from nbeval.frames import CleanedCohort, PublishedFigures, DisclosedResults, Measured
    from nbeval.left_out import LeftOutSource
    from nbeval.publish.job import Job, Summary
    from nbeval.report import Report
    from nbeval.report.analyst import Levels


def clean(cohort: Cohort, dictionary: Dictionary, data: Path, withdrawn: Withdrawn | None = None) -> CleanedCohort | PublishedFigures:
    """Raw exports to answers, or printed figures as they are, with findings and the accounting of everything read; without who withdrew."""
    from nbeval.cleaning import clean_survey
    from nbeval.cleaning.sources import clean_sources, with_sources
    from nbeval.cleaning.published import clean_published
    from nbeval.cleaning.withdrawn import NOBODY

    if cohort.made_from is SourceKind.PUBLISHED:
        return clean_published(cohort, dictionary)
    gone = withdrawn or NOBODY
    return with_sources(clean_survey(cohort, dictionary, data, gone), clean_sources(cohort.of_programme, dictionary, data, gone))


def labelled(cleaned: CleanedCohort, cohort: Cohort, dictionary: Dictionary) -> Labelled:
    """Answers as a wide labelled frame, for an analyst: one row per respondent, and the reasons for gaps beside it."""
    from nbeval.cleaning.labels import labelled_answers

    return labelled_answers(cleaned.answers, cleaned.respondents, cohort, dictionary)


def score(cleaned: CleanedCohort | PublishedFigures, cohort: Cohort, dictionary: Dictionary) -> Measured | None:
    """Answers to values: scales scored, indicators derived, respondents grouped and weighted; None where there are no answers."""
    from nbeval.scoring import measure

    if cohort.made_from is SourceKind.PUBLISHED or cleaned.answers.empty:
        return None
    return measure(cleaned, cohort, dictionary)


def wide_values(measured: Measured, dictionary: Dictionary) -> pd.DataFrame:
    """Values as a wide frame, for an analyst: one row per respondent, one column per group and indicator."""
    from nbeval.scoring import wide_values as wide

    return wide(measured, {one.indicator: one.label for one in dictionary.indicators})


def estimate(
    cleaned: CleanedCohort | PublishedFigures, measured: Measured | None, cohort: Cohort, dictionary: Dictionary,
) -> pd.DataFrame:
    """Values to results: one row per estimate (``frames.RESULTS``), unprotected, never to leave."""
    from nbeval.claims.results import estimate_published
    from nbeval.estimate import assembly, outcome

    if cohort.made_from is SourceKind.PUBLISHED:
        return estimate_published(cleaned.figures, cohort, dictionary)
    survey = assembly.estimate(measured, cohort, dictionary) if measured else outcome.no_results()
    return assembly.estimate_evidence(cleaned.evidence, survey, cohort.of_programme, dictionary)


def protect(
    results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (), key: bytes = b"",
    measured: Measured | None = None,
) -> DisclosedResults:
    """Results to disclosed results: what the reports can show, protected as one release and rounded to the digits that leave; what is
    public passes. ``key`` is what counts are rounded by, and ``measured`` has the contributors to each figure, where the policy asks for
    them."""
    from nbeval.dictionary.policy import is_rounded
    from nbeval.disclosure.digits import release_digits
    from nbeval.disclosure.dominance import withhold_dominated
    from nbeval.disclosure.protect import already_public, protect_release
    from nbeval.disclosure.rounded_release import protect_by_rounding
    from nbeval.estimate.families import judge_released
    from nbeval.estimate.pooling import pool_released
    from nbeval.estimate.rounded import estimate_rounded
    from nbeval.release.releasable import releasable

    if cohort.made_from is SourceKind.PUBLISHED:
        return already_public(results, cohort, dictionary.disclosure)
    shown = withhold_dominated(releasable(results, cohort, dictionary), measured, cohort, dictionary)
    if is_rounded(cohort, dictionary.disclosure):
        rounded = protect_by_rounding(shown, cohort.of_programme, dictionary, key=key, earlier=earlier)
        return replace(rounded, table=release_digits(judge_released(estimate_rounded(rounded.table, dictionary), dictionary), dictionary))
    disclosed = protect_release(shown, cohort.of_programme, dictionary, earlier=earlier)
    again = pool_released(disclosed.table, dictionary.programme.conf_level)
    return replace(disclosed, table=release_digits(judge_released(again, dictionary), dictionary))


def with_quotes(
    disclosed: DisclosedResults, cleaned: CleanedCohort | PublishedFigures, measured: Measured | None, cohort: Cohort,
    dictionary: Dictionary,
) -> DisclosedResults:
    """Disclosed results with the quotes that may be printed beside them, screened and held to who answered."""
    from nbeval.disclosure.quotes import release_quotes

    evidence = getattr(cleaned, "evidence", None)
    if evidence is None or evidence.quotes.empty:
        return disclosed
    people = measured.respondents if measured else cleaned.respondents
    people = people[~people["authority"].isin(cohort.comparison_authorities)]
    return replace(disclosed, quotes=release_quotes(
        evidence.quotes, (*evidence.names, *cleaned.known_by), people, cohort, dictionary))


def withheld_counts(*table: Any) -> Any:
    """Counts of an analyst's own table to which of them have to be withheld."""
    from nbeval.disclosure import one_table

    return one_table.withheld_counts(*table)


def withheld_numbers(*table: Any, **columns: Any) -> Any:
    """Percentages, means and bases of an analyst's own table to which of them have to be withheld."""
    from nbeval.disclosure import one_table

    return one_table.withheld_numbers(*table, **columns)


def attack(
    disclosed: DisclosedResults, cohort: Cohort, dictionary: Dictionary, *, earlier: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Disclosed results to the audit of a fresh attack on them; of what is public there is nothing to work out."""
    from nbeval.dictionary.policy import is_rounded
    from nbeval.disclosure.attack import attack_release
    from nbeval.disclosure.protect import with_choices
    from nbeval.disclosure.rounded_release import attack_rounded

    if cohort.made_from is SourceKind.PUBLISHED:
        return disclosed.audit
    if is_rounded(cohort, dictionary.disclosure):
        return with_choices(attack_rounded(disclosed.table, cohort.of_programme, dictionary), disclosed.audit)
    return with_choices(attack_release(disclosed.table, cohort.of_programme, dictionary, earlier=earlier, released=True), disclosed.audit)


def reopen(table: pd.DataFrame, audit: pd.DataFrame, dictionary: Dictionary, quotes: pd.DataFrame | None = None) -> DisclosedResults:
    """Disclosed results as they were kept; they passed ``protect`` when they were made."""
    from nbeval.disclosure.protect import reopen_disclosed

    return replace(reopen_disclosed(table, audit, dictionary.disclosure), quotes=quotes)


def report(
    disclosed: DisclosedResults, dictionary: Dictionary, cohort: Cohort, kind: ReportKind, authority: str = "", *,
    findings: pd.DataFrame | None = None, accounting: pd.DataFrame | None = None, levels: Levels | None = None,
    plan: PlanCheck | None = None, changed: Sequence[ChangedDeclaration] = (), left_out: Sequence[LeftOutSource] = (),
) -> Report:
    """Disclosed results to the report that a notebook holds; it is given no other part of the dictionary than it may show.

    ``levels`` are what an analyst's own breakdowns are made from, where there are answers; ``left_out`` says whose entries could not be used.
    """
    from nbeval.release.fingerprint import scope_of_report
    from nbeval.report import Report
    from nbeval.report.aggregates import Protection

    internal = {"findings": findings, "accounting": accounting} if kind.internal else {}
    protection = Protection(withheld_counts, withheld_numbers)
    scope = scope_of_report(dictionary, cohort, kind)
    return Report(disclosed, scope, cohort.of_programme, kind, authority, protection=protection, levels=levels, plan=plan, changed=changed,
                  left_out=left_out, **internal)


def publish(jobs: Sequence[Job], out: Path, **options: Any) -> Summary:
    """Notebooks to reports in every format, side by side, and the pages that lead to them."""
    from nbeval.publish.batch import render

    return render(jobs, out, **options)
