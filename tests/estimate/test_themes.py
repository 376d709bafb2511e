"""Themes: counts of authorities and speakers worked by hand, and kappa of two coders against a table in print."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbeval.dictionary import load
from nbeval.dictionary.models import Source
from nbeval.estimate.evidence import theme_results

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


@pytest.fixture(scope="module")
def cohort(dictionary):
    source = Source(id="interviews", instrument="interview_codes", label="Interviews", source="invented")
    return dictionary.cohort("specimen").model_copy(update={"sources": (source,)})


def codes(rows):
    table = pd.DataFrame(rows, columns=["authority", "document", "speaker", "coder", "area"])
    return table.assign(source="interviews", wave="final")


def cell(results, indicator, level):
    row = results[results["indicator"].eq(indicator) & results["level"].eq(level)].iloc[0]
    return row["estimate"], row["n_eligible"], row["n_valid"]


def test_authorities_and_speakers_are_counted_once_each(dictionary, cohort):
    results = theme_results(codes([
        ("quillshire", 1, "manager", 1, "told_funding"), ("quillshire", 1, "manager", 2, "told_funding"),
        ("quillshire", 2, "worker", 1, "told_funding"), ("marrowdale", 3, "manager", 1, ""),
        ("marrowdale", 4, "care_leaver", 1, "told_funding"), ("marrowdale", 5, "care_leaver", 1, "told_heard"),
    ]), cohort, dictionary)
    assert cell(results, "told_funding", "authorities")[:2] == (1, 2)       # in the other one only a young person told of it
    assert cell(results, "told_funding", "manager")[:2] == (1, 2)
    assert cell(results, "told_funding", "care_leaver") == (1, 2, 1)        # a count of young people is protected by itself
    assert pd.isna(cell(results, "told_funding", "manager")[2])
    assert cell(results, "told_resources", "worker")[:2] == (0, 1)


def test_kappa_is_that_of_cohens_example_of_fifty_proposals(dictionary, cohort):
    """Both yes 20, both no 15, first alone 5, second alone 10: kappa 0.4, a textbook case."""
    rows, document = [], 0
    for first, second, count in ((True, True, 20), (True, False, 5), (False, True, 10), (False, False, 15)):
        for _ in range(count):
            document += 1
            rows += [("quillshire", document, "manager", coder, "told_funding" if given else "")
                     for coder, given in ((1, first), (2, second))]
    results = theme_results(codes(rows), cohort, dictionary)
    row = results[results["quantity"].eq("kappa") & results["indicator"].eq("told_funding")].iloc[0]
    assert row["estimate"] == pytest.approx(0.4, abs=1e-12)
    assert row["n_eligible"] == 50 and row["conf_low"] < 0.4 < row["conf_high"]
    never = results[results["quantity"].eq("kappa") & results["indicator"].eq("told_heard")].iloc[0]
    assert pd.isna(never["estimate"]) and never["warning"].startswith("not estimable")


def test_pairs_of_more_than_two_coders_are_taken_together_without_an_interval(dictionary, cohort):
    rows = [("quillshire", document, "manager", coder, "told_funding" if document < 4 else "")
            for document in range(1, 8) for coder in (1, 2, 3)]
    row = theme_results(codes(rows), cohort, dictionary).query("quantity == 'kappa' and indicator == 'told_funding'").iloc[0]
    assert row["estimate"] == pytest.approx(1) and pd.isna(row["conf_low"]) and "more than two coders" in row["warning"]


def test_nothing_coded_gives_no_rows(dictionary, cohort):
    assert theme_results(codes([]), cohort, dictionary).empty
