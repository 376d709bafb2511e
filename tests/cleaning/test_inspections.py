"""Judgements of inspectors are read as published, each within the time of its framework."""

from __future__ import annotations

import pytest

from nbeval.dictionary import load
from nbeval.errors import NbevalError, SourceError, UnknownCodeError, UnknownHeaderError
from tests.cleaning.evidence_files import cleaned

LEAVERS, OVERALL = "Experiences and progress of care leavers", "Overall effectiveness"


@pytest.fixture(scope="module")
def dictionary(root):
    return load(root / "data_dictionary")


def judgement(**changes):
    return {"Local authority": "quillshire", "Framework": "SIF", "Date": "2016-05-09", "Judgement": LEAVERS, "Grade": "Good", **changes}


def clean_survey(dictionary, folder, *rows):
    return cleaned(dictionary, folder, "ofsted_judgements", "judgements.csv", "v1", list(rows), wave="")[1]


def test_a_judgement_keeps_its_area_framework_grade_and_day(dictionary, tmp_path):
    evidence = clean_survey(dictionary, tmp_path, judgement(), judgement(Framework="single inspection framework", Judgement=OVERALL, Grade="RI", Date="09/05/2016"))
    assert evidence.judgements[["area", "kind", "status"]].to_numpy().tolist() == [
        ["ofsted_care_leavers", "sif", "good"], ["ofsted_overall", "sif", "requires_improvement"]]
    assert evidence.judgements["held"].unique().tolist() == [16930.0], "9 May 2016 is 16,930 days after 1 January 1970"


def test_judgements_before_the_cohort_are_kept_and_later_ones_are_noted(dictionary, tmp_path):
    evidence = clean_survey(dictionary, tmp_path, judgement(), judgement(Framework="ILACS", Date="2023-02-01"))
    assert len(evidence.judgements) == 2
    assert "1 judgement later than the end of the cohort." in evidence.findings["message"].tolist()


def test_an_authority_without_any_judgement_is_warned_of(dictionary, tmp_path):
    evidence = clean_survey(dictionary, tmp_path, judgement())
    assert evidence.findings[["outcome", "message"]].to_numpy().tolist() == [["warning", "1 authority without any judgement."]]


#: what is broken, the error, and what its message says
BAD = {
    "a grade is unknown": ([judgement(Grade="Satisfactory")], UnknownCodeError, "Outstanding, Good"),
    "a grade is empty": ([judgement(Grade="")], UnknownCodeError, "are empty"),
    "a framework is unknown": ([judgement(Framework="APA")], UnknownCodeError, "SIF, ILACS"),
    "a framework is empty": ([judgement(Framework="")], UnknownCodeError, "are empty"),
    "an area is unknown": ([judgement(Judgement="Adoption performance")], UnknownCodeError, "areas.csv"),
    "an authority is of no cohort": ([judgement(**{"Local authority": "Nowhere"})], UnknownCodeError, "of no authority of the cohort"),
    "an official code is unknown": ([judgement(**{"Local authority": "E99999999"})], UnknownCodeError, "official code"),
    "a day is no date": ([judgement(Date="spring term")], UnknownCodeError, "are no dates"),
    "a day is empty": ([judgement(Date="")], UnknownCodeError, "are empty"),
    "a day is before the framework": ([judgement(Framework="ILACS")], UnknownCodeError, "ILACS: 2018-01-01 to today"),
    "a day is after the framework": ([judgement(Date="2021-05-09")], UnknownCodeError, "outside the time of the framework"),
    "an inspection stands twice": ([judgement(), judgement(Grade="Inadequate")], SourceError, "2 rows are of the same judgement"),
    "a column is lacking": ([{key: text for key, text in judgement().items() if key != "Grade"}], UnknownHeaderError, "lacking: Grade"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_judgements_are_refused_with_a_remedy_and_without_their_text(case, dictionary, tmp_path):
    rows, error, words = BAD[case]
    with pytest.raises(error) as caught:
        clean_survey(dictionary, tmp_path, *rows)
    message = str(caught.value)
    assert words in message and caught.value.do and isinstance(caught.value, NbevalError)
    for text in ("Satisfactory", "APA", "Adoption performance", "Nowhere", "E99999999", "spring term", str(tmp_path)):
        assert text not in message
