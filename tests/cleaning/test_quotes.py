"""Quotes: only what is released with consent is collected, whatever the rest of the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.models import SourceFiles
from nbeval.errors import SourceError, UnknownCodeError
from tests.cleaning.evidence_files import cohort_with, write

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<script>alert(1)</script> =cmd #set page() never"


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


def quote(number="1", text="They rang back.", **changes):
    return {"Number": number, "Quote": text, "Speaker": "Care leaver", "Theme": "On workers", "Consent": "Yes", "Release": "Yes",
            "Print age": "", "Print gender": "", "Decision": "", "Decided by": "", **changes}


def cleaned(dictionary, folder, rows, names=("Jo Example",)):
    write(folder, "quotes.csv", rows)
    files = [SourceFiles(wave="final", pattern="quotes.csv", version="v1")]
    if names:
        write(folder, "names.csv", [{"Name": name} for name in names])
        files.append(SourceFiles(pattern="names.csv", version="names"))
    return clean_sources(cohort_with(dictionary, "quote_bank", files), dictionary, folder)


def test_only_released_quotes_with_consent_are_kept(dictionary, tmp_path):
    evidence = cleaned(dictionary, tmp_path, [
        quote("1", **{"Print age": "18 to 20", "Print gender": "female"}), quote("2", HOSTILE, Consent="No"),
        quote("3", HOSTILE, Release="No"), quote("4", HOSTILE, Consent="", Release="No"),
    ])
    assert evidence.quotes["quote"].tolist() == ["1"]
    assert evidence.quotes["attributes"].tolist() == ["age_band=18_20; gender=female"]
    assert evidence.names == ("Jo Example",)
    assert "script" not in evidence.quotes.to_csv() + evidence.findings.to_csv()
    assert [row.message for row in evidence.findings.itertuples()] == [
        "1 quote marked for release without consent: not printed.", "2 quotes not marked for release: not printed."]


def test_a_file_without_a_list_of_names_is_warned_of(dictionary, tmp_path):
    evidence = cleaned(dictionary, tmp_path, [quote()], names=())
    assert "names in quotes cannot be found" in evidence.findings["message"].iloc[-1]


@pytest.mark.parametrize(("change", "error"), [
    ({"Consent": "perhaps"}, UnknownCodeError), ({"Theme": "On cats"}, UnknownCodeError), ({"Print age": "about 20"}, UnknownCodeError),
    ({"Decision": "later"}, UnknownCodeError), ({"Quote": ""}, UnknownCodeError), ({"Number": ""}, UnknownCodeError),
])
def test_bad_entries_stop_the_run_without_repeating_a_word(dictionary, tmp_path, change, error):
    with pytest.raises(error) as stopped:
        cleaned(dictionary, tmp_path, [quote(), quote("2", **change)])
    assert "rang" not in str(stopped.value) and stopped.value.do


def test_kinds_that_a_person_overrules_are_named_as_the_screen_names_them(dictionary, tmp_path):
    evidence = cleaned(dictionary, tmp_path, [quote("1", **{"Findings overruled": "Place; web  address"}), quote("2", **{"Findings overruled": ""})])
    assert evidence.quotes["overruled"].tolist() == ["place; web address", ""]
    with pytest.raises(UnknownCodeError, match="name no kind of finding"):
        cleaned(dictionary, tmp_path, [quote("1", **{"Findings overruled": "all"})])


def test_two_quotes_of_one_number_stop_the_run(dictionary, tmp_path):
    with pytest.raises(SourceError, match="same quote"):
        cleaned(dictionary, tmp_path, [quote(), quote(text="Another.")])
