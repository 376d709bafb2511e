"""Instruments that are read the way others are: each by its own declaration, with its own bad input."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from nbeval.cleaning import clean_survey
from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.enums import MissingReason
from nbeval.dictionary.models import SourceFiles
from nbeval.errors import NbevalError, SourceError, UnknownCodeError, UnknownHeaderError
from tests.cleaning.evidence_files import cohort_with, cleaned, write


@pytest.fixture(scope="module")
def dictionary(root):
    return load(root / "data_dictionary")


def refused(dictionary, folder, instrument, version, rows, error, words, *, name="file.csv"):
    """Reading stops, says what is wrong and what to do, and repeats nothing that was entered."""
    with pytest.raises(error) as caught:
        cleaned(dictionary, folder, instrument, name, version, rows)
    message = str(caught.value)
    assert words in message and caught.value.do and isinstance(caught.value, NbevalError)
    assert "SECRET" not in message and str(folder) not in message


# --- open answers and returns: codes of documents, as interviews are -------------------------------

def answer(**changes):
    return {"Local authority": "quillshire", "Answer number": "7", "Coder": "KA", "Theme": "More help with money", "Answer": "SECRET", **changes}


def test_an_open_answer_keeps_its_themes_and_loses_its_words(dictionary, tmp_path):
    rows = [answer(), answer(Theme="A better or safer home"), answer(Coder="MB"), answer(**{"Answer number": "8", "Theme": ""})]
    _, evidence = cleaned(dictionary, tmp_path, "open_answer_codes", "answers.csv", "sheet", rows)
    found = evidence.codes[["document", "speaker", "coder", "area"]].to_numpy().tolist()
    assert found == [[1, "care_leaver", 1, "asked_home"], [1, "care_leaver", 1, "asked_money"], [1, "care_leaver", 2, "asked_money"],
                     [2, "care_leaver", 1, ""]]
    assert "SECRET" not in evidence.codes.to_csv()


@pytest.mark.parametrize(("change", "error", "words"), [
    ({"Theme": "SECRET theme"}, UnknownCodeError, "areas.csv"), ({"Answer number": ""}, UnknownCodeError, "a name for every document"),
    ({"Coder": ""}, UnknownCodeError, "a mark for every coder"), ({"Local authority": "SECRET"}, UnknownCodeError, "no authority"),
    ({"E-mail": "SECRET"}, UnknownHeaderError, "1 unknown header"),
])
def test_bad_open_answers_are_refused(dictionary, tmp_path, change, error, words):
    refused(dictionary, tmp_path, "open_answer_codes", "sheet", [answer(**change)], error, words)


def returned(**changes):
    return {"Local authority": "quillshire", "Return": "r1", "Coder": "KA", "Outcome": "Better advice", "What was done differently": "SECRET",
            "What got better": "SECRET", **changes}


def test_a_return_keeps_the_outcomes_it_tells_of(dictionary, tmp_path):
    rows = [returned(), returned(Outcome="More choice of accommodation"), returned(**{"Local authority": "marrowdale", "Return": "r2"})]
    _, evidence = cleaned(dictionary, tmp_path, "difference_returns", "returns.csv", "sheet", rows)
    assert evidence.codes[["authority", "area"]].to_numpy().tolist() == [
        ["marrowdale", "seen_advice"], ["quillshire", "seen_accommodation"], ["quillshire", "seen_advice"]]
    assert set(evidence.codes["speaker"]) == {"manager"}


@pytest.mark.parametrize(("change", "error", "words"), [
    ({"Outcome": "SECRET outcome"}, UnknownCodeError, "areas.csv"), ({"Return": ""}, UnknownCodeError, "a name for every document"),
    ({"Local authority": "SECRET"}, UnknownCodeError, "no authority"), ({"Director": "SECRET"}, UnknownHeaderError, "1 unknown header"),
])
def test_bad_returns_are_refused(dictionary, tmp_path, change, error, words):
    refused(dictionary, tmp_path, "difference_returns", "sheet", [returned(**change)], error, words)


# --- conditions of entry of 2015-16 ---------------------------------------------------------------

CONDITIONS = ("Charter for Care Leavers signed", "Personal support of managing director and leader", "Review meeting half-way",
              "A care leavers' forum with real influence", "A plan built on the care leavers' survey", "A named lead and resources",
              "Twelve months' commitment")


def entered(**changes):
    return {"Condition": CONDITIONS[0], "At the start": "Promised", "At the end": "yes", "Remark": "SECRET", **changes}


def conditions(dictionary, folder, rows):
    write(folder, "entry/quillshire.csv", rows)
    cohort = cohort_with(dictionary, "conditions_2015", [SourceFiles(pattern="entry/{authority}.csv", version="v1", authorities=("quillshire",))])
    return clean_sources(cohort, dictionary, folder)


def test_the_seven_conditions_are_read_as_they_stood_at_both_ends(dictionary, tmp_path):
    evidence = conditions(dictionary, tmp_path, [entered(Condition=one) for one in CONDITIONS])
    assert [area.label for area in dictionary.instrument("conditions_2015").areas] == list(CONDITIONS)
    assert evidence.conditions.groupby("wave")["status"].unique().map(list).to_dict() == {"baseline": ["promised"], "final": ["met"]}
    assert len(evidence.conditions) == 14 and "SECRET" not in evidence.conditions.to_csv()


@pytest.mark.parametrize(("rows", "error", "words"), [
    ([entered(Condition="SECRET")], UnknownCodeError, "areas.csv"), ([entered(**{"At the end": "SECRET"})], UnknownCodeError, "Met, Promised, Not met"),
    ([entered(), entered()], SourceError, "of the same area"), ([entered(Budget="SECRET")], UnknownHeaderError, "1 unknown header"),
])
def test_bad_conditions_are_refused(dictionary, tmp_path, rows, error, words):
    with pytest.raises(error) as caught:
        conditions(dictionary, tmp_path, rows)
    assert words in str(caught.value) and "SECRET" not in str(caught.value)


# --- self-assessment against the Charter and the Gold Standard -------------------------------------

def charter(folder, ratings, people="12"):
    """One authority's workbook, with the same ratings from managers and care leavers."""
    book = Workbook()
    page = book.active
    page.title = "About"
    for line in (("", ""), ("Local authority", "quillshire"), ("Occasion", "baseline"), ("Care leavers who took part", people)):
        page.append(line)
    for sheet in ("Managers", "Care leavers"):
        page = book.create_sheet(sheet)
        page.append(["Point", "Statement", "Rating", "Comment"])
        for point, rating in ratings.items():
            page.append([point, "", rating, "SECRET"])
    (folder / "charter").mkdir(parents=True)
    book.save(folder / "charter" / "quillshire.xlsx")


def rated(dictionary, folder):
    files = SourceFiles(wave="baseline", pattern="charter/{authority}.xlsx", version="v1", authorities=("quillshire",))
    return clean_sources(cohort_with(dictionary, "charter_promises", [files]), dictionary, folder)


def test_seven_promises_and_three_aims_are_rated_by_both_bodies(dictionary, tmp_path):
    charter(tmp_path, {f"p{number}": 1 + number % 4 for number in range(1, 11)})
    ratings = rated(dictionary, tmp_path).ratings
    parts = {area.area: area.part for area in dictionary.instrument("charter_promises").areas}
    counts = ratings.groupby([ratings["raters"], ratings["area"].map(parts)])["rating"].count().to_dict()
    assert counts == {(body, part): number for body in ("managers", "care_leavers") for part, number in (("promises", 7), ("gold_standard", 3))}
    assert ratings.set_index(["raters", "point"])["rating"]["managers", "p3"] == 4


@pytest.mark.parametrize(("ratings", "error", "words"), [
    ({f"p{number}": 2 for number in range(1, 10)}, SourceError, "lacks 1 of 10 points"),
    ({f"p{number}": 5 for number in range(1, 11)}, UnknownCodeError, "entries are not known"),
    ({**{f"p{number}": 2 for number in range(1, 11)}, "p11": 2}, UnknownCodeError, "points.csv"),
])
def test_bad_charter_workbooks_are_refused(dictionary, tmp_path, ratings, error, words):
    charter(tmp_path, ratings)
    with pytest.raises(error) as caught:
        rated(dictionary, tmp_path)
    assert words in str(caught.value) and "SECRET" not in str(caught.value)


# --- local surveys ---------------------------------------------------------------------------------

SEVEN = ("1 Listened to", "2 Told what I can ask for", "3 Home", "4 Money", "5 Learning or work", "6 Somebody to ring", "7 When unwell")


def seven(number, *answers, **more):
    return {"Form": str(number), **dict(zip(SEVEN, answers, strict=True)), **more}


def surveyed(dictionary, folder, instrument, version, rows):
    write(folder, "survey/quillshire.csv", rows)
    files = SourceFiles(wave="baseline", pattern="survey/{authority}.csv", version=version, authorities=("quillshire",))
    return clean_survey(cohort_with(dictionary, instrument, [files]), dictionary, folder)


def test_seven_questions_are_read_and_a_name_is_dropped(dictionary, tmp_path):
    rows = [seven(1, "Yes", "partly", "N", "Y", "In part", "Rather not say", "", **{"Name (if given)": "SECRET"}),
            seven(2, *["No"] * 7, **{"Name (if given)": "SECRET"})]
    answers = surveyed(dictionary, tmp_path, "local_survey_2013", "sheet", rows)
    first = answers.answers[answers.answers["respondent"].eq(1)].set_index("item")
    assert first["code"].dropna().astype(int).to_dict() == {
        "seven_listened": 1, "seven_told": 2, "seven_home": 3, "seven_money": 1, "seven_work": 2}
    assert first["missing"].dropna().to_dict() == {
        "seven_people": MissingReason.PREFER_NOT_TO_SAY.value, "seven_health": MissingReason.NOT_ANSWERED.value}
    for table in (answers.answers, answers.respondents, answers.findings):
        assert "SECRET" not in table.to_csv()


def test_a_question_that_one_authority_did_not_ask_is_outside_its_base_and_not_unanswered(dictionary, tmp_path):
    write(tmp_path, "survey/quillshire.csv", [{"No": "1", "Health summary": "Yes", "Adviser": "Always"}])
    write(tmp_path, "survey/marrowdale.csv", [{"No": "1", "Health summary": "", "Home": "N"}])
    files = SourceFiles(wave="baseline", pattern="survey/{authority}.csv", version="sheet")
    answers = clean_survey(cohort_with(dictionary, "local_survey_2015", [files]), dictionary, tmp_path).answers
    found = {(row.authority, row.item): row.missing if row.code != row.code else row.code for row in answers.itertuples()}
    assert found["quillshire", "own_adviser"] == 1 and found["marrowdale", "own_home"] == 2
    assert found["marrowdale", "own_health_summary"] == MissingReason.NOT_ANSWERED.value
    for cell in (("quillshire", "own_home"), ("marrowdale", "own_adviser"), ("quillshire", "own_plan")):
        assert found[cell] == MissingReason.NOT_ASKED.value


@pytest.mark.parametrize(("instrument", "version", "rows", "error"), [
    ("local_survey_2013", "sheet", [seven(1, "SECRET", *["Yes"] * 6)], UnknownCodeError),
    ("local_survey_2013", "sheet", [seven(1, *["Yes"] * 7, Telephone="SECRET")], UnknownHeaderError),
    ("local_survey_2013", "sheet", [{"Form": "1", "3 Home": "Yes"}], UnknownHeaderError),
    ("local_survey_2015", "tool", [{"Response ID": "1", "Do you have your health summary?": "Yes"}], UnknownHeaderError),
    ("local_survey_2015", "sheet", [{"No": "1", "Adviser": "SECRET"}], UnknownCodeError),
])
def test_bad_local_surveys_are_refused(dictionary, tmp_path, instrument, version, rows, error):
    with pytest.raises(error) as caught:
        surveyed(dictionary, tmp_path, instrument, version, rows)
    assert caught.value.do and "SECRET" not in str(caught.value)
