"""Official figures as a source: the newest vintage of what is named, as published, symbols apart, and never protected."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.models import Source, SourceFiles
from nbeval.errors import SourceError, UnknownCodeError
from nbeval.estimate.evidence import official_results
from nbeval.disclosure.protect import protect_release
from nbeval.specimen.evidence_exports import write_evidence

ROOT = Path(__file__).resolve().parents[2]
FILE = "dfe_care_leavers_activity_2019_2023.csv"


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


def cohort_of(dictionary, pattern=f"official/{FILE}"):
    files = (SourceFiles(pattern=pattern, version="dfe_activity_2023"),)
    source = Source(id="official", instrument="official_tables", label="Official", files=files, source="invented")
    return dictionary.cohort("specimen").model_copy(update={"sources": (source,)})


@pytest.fixture
def laid(dictionary, tmp_path):
    cohort = cohort_of(dictionary)
    path = write_evidence(cohort, dictionary, cohort.sources[0], tmp_path)[0]
    return cohort, tmp_path, path


def test_figures_are_taken_over_as_published(dictionary, laid):
    cohort, data, path = laid
    raw = pd.read_csv(path)
    row = raw[raw["la_name"].str.startswith("Quillshire") & raw["time_period"].eq(2020) & raw["age"].eq("Aged 19 to 21")
              & raw["activity"].eq("Total in education, employment or training")].iloc[0]
    evidence = clean_sources(cohort, dictionary, data)
    results = official_results(evidence.official, cohort)
    found = results[results["authority"].eq("quillshire") & results["level"].eq("2020") & results["indicator"].eq("eet_19_21")].iloc[0]
    assert found["estimate"] == row["percentage"] and found["quantity"] == "percent"
    assert set(evidence.official["year"]) == {2019, 2020, 2021, 2022, 2023}


def test_what_is_public_is_shown_in_full_and_what_was_withheld_stays_missing(dictionary, laid):
    cohort, data, path = laid
    raw = pd.read_csv(path, dtype=str)
    raw.loc[0, ["number", "percentage"]] = "c"
    raw.loc[1, ["number", "percentage"]] = ["3", "2"]
    raw.to_csv(path, index=False)
    results = official_results(clean_sources(cohort, dictionary, data).official, cohort)
    assert results["estimate"].isna().sum() == 1
    assert results.loc[results["estimate"].isna(), "warning"].item().endswith("symbol c")
    shown = protect_release(results, cohort, dictionary).table
    pd.testing.assert_series_equal(shown["estimate"], results["estimate"])
    assert shown["suppression"].isin(["", "[x]"]).all()


def test_a_file_under_another_name_stops_the_run(dictionary, laid):
    _, data, path = laid
    path.rename(path.with_name("renamed.csv"))
    with pytest.raises(SourceError, match="not where their tables are declared"):
        clean_sources(cohort_of(dictionary, "official/renamed.csv"), dictionary, data)


def test_an_authority_under_an_undeclared_code_is_left_out_and_no_other(dictionary, laid):
    cohort, data, path = laid
    whole = clean_sources(cohort, dictionary, data).official
    raw = pd.read_csv(path, dtype=str)
    raw.loc[0, "new_la_code"] = "X1"
    raw.to_csv(path, index=False)
    evidence = clean_sources(cohort, dictionary, data)
    (left,) = evidence.findings[evidence.findings["check"].eq("entries_usable")].itertuples()
    assert left.outcome == "failure" and "under a code that is not declared" in left.message
    assert set(evidence.official["authority"]) == set(whole["authority"]) - {left.authority}


@pytest.mark.parametrize(("column", "value", "error"), [("percentage", "?", UnknownCodeError), ("activity", "Asleep", UnknownCodeError)])
def test_a_table_that_is_not_as_declared_stops_the_run(dictionary, laid, column, value, error):
    cohort, data, path = laid
    raw = pd.read_csv(path, dtype=str)
    raw.loc[0, column] = value
    raw.to_csv(path, index=False)
    with pytest.raises(error):
        clean_sources(cohort, dictionary, data)
