"""Figures in print: each with its place and its source, and what is not known of them counted."""

from __future__ import annotations

import csv

import pytest

from nbeval import dictionary
from nbeval.cleaning.published import clean_published
from nbeval.dictionary.enums import SourceKind
from nbeval.errors import SourceError


@pytest.fixture(scope="module")
def declared(root):
    """The dictionary of the project."""
    return dictionary.load(root / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(declared):
    """The cohort that is made from printed figures."""
    return next(one for one in declared.cohorts if one.made_from is SourceKind.PUBLISHED)


def test_every_figure_of_the_cohort_is_collected_once_and_accounted_for(declared, cohort):
    found = clean_published(cohort, declared)
    ours = [one for one in declared.figures if one.cohort == cohort.id]
    assert found.accounting["read"].sum() == len(ours)
    assert found.accounting["kept"].sum() == len(found.figures) == len([one for one in ours if one.indicator])
    assert found.figures["figure"].is_unique
    assert found.inputs["file"].tolist() == ["published/figures.csv"]


def test_what_is_not_known_is_counted(declared, cohort):
    found = clean_published(cohort, declared).findings.set_index("check")
    ours = [one for one in declared.figures if one.cohort == cohort.id]
    assert found.loc["printed_base", "count"] == sum(one.n is None for one in ours)
    assert found.loc["printed_indicator", "count"] == sum(not one.indicator for one in ours)
    assert found.loc["printed_status", "outcome"] == "pass"


def test_a_cohort_without_figures_is_refused(declared):
    surveyed = next(one for one in declared.cohorts if one.made_from is SourceKind.SURVEY)
    with pytest.raises(SourceError, match="no printed figure"):
        clean_published(surveyed, declared)


def test_every_transcribed_headline_stands_in_the_file_with_its_source(declared, shared):
    figures = {one.figure: one for one in declared.figures}
    with (shared / "published" / "ylbc_headlines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 38
    for row in rows:
        one = figures[row["case_id"]]
        assert one.value == float(row["pct"]), row["case_id"]
        assert (str(one.n) if one.n else "") == row["n_respondents"], row["case_id"]
        assert one.source.split("; ") == row["source_key"].split(";"), row["case_id"]


def test_every_transcribed_comparator_and_range_stands_in_the_file(declared, shared):
    figures = {one.figure: one for one in declared.figures}
    with (shared / "published" / "ons_16_24_comparators.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one = figures[f"o{int(row['case_id'][1:]):02}"]
            assert (str(one.printed), one.year, one.source) == (row["pct"], row["year"], row["source_key"])
    with (shared / "published" / "ylbc_la_range_2017_19.csv").open(encoding="utf-8", newline="") as file:
        ranges = [(float(row["lowest_la_pct"]), float(row["highest_la_pct"])) for row in csv.DictReader(file)]
    assert ranges == [(figures["r01"].value, figures["r02"].value), (figures["r03"].value, figures["r04"].value)]
