"""Coding exports: the same coding in four layouts gives the same rows, and no segment gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary import load
from nbeval.dictionary.models import SourceFiles
from nbeval.errors import SourceError, UnknownCodeError, UnknownHeaderError
from tests.cleaning.evidence_files import cohort_with, cleaned, write

ROOT = Path(__file__).resolve().parents[2]
CANARY = "the passage that must not get through"
#: document, speaker, coder, theme: what two coders found in two interviews
CODING = [
    ("m1", "Manager", "KA", "More funding for leaving care"), ("m1", "Manager", "KA", "More funding for leaving care"),
    ("m1", "Manager", "MB", "Barriers"), ("c1", "Care leaver", "KA", "Young people are heard and safe"),
]
EXPECTED = [(1, "care_leaver", 1, "told_heard"), (2, "manager", 1, "told_funding"), (2, "manager", 2, "")]


@pytest.fixture(scope="module")
def dictionary():
    return load(ROOT / "data_dictionary")


def sheet(rows=CODING):
    return [{"Local authority": "Quillshire", "Interview": document, "Speaker": speaker, "Coder": coder, "Theme": theme,
             "Extract": CANARY} for document, speaker, coder, theme in rows]


def found(evidence):
    return list(evidence.codes[["document", "speaker", "coder", "area"]].itertuples(index=False, name=None))


def test_segments_become_themes_and_readings_and_no_text_is_kept(dictionary, tmp_path):
    _, evidence = cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "sheet", sheet())
    assert found(evidence) == EXPECTED
    assert set(evidence.codes["authority"]) == {"quillshire"}
    for table in (evidence.codes, evidence.findings):
        assert CANARY not in table.to_csv() and "m1" not in table.to_csv()


@pytest.mark.parametrize(("version", "headers", "path"), [
    ("maxqda", ("Document group", "Document name", "Speaker", "Created by", "Code", "Segment"), "Outcomes > Service > {}"),
    ("dedoose", ("Local authority", "Media Title", "Speaker", "Excerpt Creator", "Codes Applied Combined", "Excerpt Copy"), "{}"),
    ("nvivo", ("Case: local authority", "File name", "Case: speaker", "Coded by initials", "Code name", "Reference"), "Codes\\\\Outcomes\\{}"),
])
def test_layouts_of_tools_give_the_same_rows(dictionary, tmp_path, version, headers, path):
    rows = [dict(zip(headers, ("Quillshire", document, speaker, coder, path.format(theme), CANARY), strict=True))
            for document, speaker, coder, theme in CODING]
    _, evidence = cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", version, rows)
    assert found(evidence) == EXPECTED


def test_several_codes_in_one_cell_count_one_by_one(dictionary, tmp_path):
    row = {"Local authority": "Quillshire", "Media Title": "m1", "Speaker": "Manager", "Excerpt Creator": "KA", "Excerpt Copy": CANARY,
           "Codes Applied Combined": "More funding for leaving care, Context, Young people are heard and safe",
           "Code: More funding for leaving care Applied": "True", "Code: More funding for leaving care Weight": ""}
    _, evidence = cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "dedoose", [row])
    assert found(evidence) == [(1, "manager", 1, "told_funding"), (1, "manager", 1, "told_heard")]


def test_codes_on_lines_of_one_cell_count_one_by_one(dictionary, tmp_path):
    row = {"Document": "m1", "Codes": "More funding for leaving care\nYoung people are heard and safe", "Created by": "KA",
           "Quotation Content": CANARY}
    write(tmp_path, "quillshire.csv", [row])
    files = SourceFiles(wave="final", pattern="{authority}.csv", version="atlasti", authorities=("quillshire",))
    evidence = clean_sources(cohort_with(dictionary, "interview_codes", [files]), dictionary, tmp_path)
    assert found(evidence) == [(1, "manager", 1, "told_funding"), (1, "manager", 1, "told_heard")]
    assert CANARY not in evidence.codes.to_csv()


def test_one_unknown_code_among_several_stops_the_run(dictionary, tmp_path):
    row = {"Local authority": "Quillshire", "Media Title": "m1", "Speaker": "Manager", "Excerpt Creator": "KA",
           "Codes Applied Combined": "More funding for leaving care, A code nobody declared"}
    with pytest.raises(UnknownCodeError) as stopped:
        cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "dedoose", [row])
    assert "nobody declared" not in str(stopped.value)


def test_headers_of_tools_say_whether_they_are_known(dictionary):
    fields = dictionary.instrument("interview_codes").fields
    assert all(one.source for one in fields)
    assert {one.version for one in fields if one.status == "unconfirmed"} == {"maxqda", "nvivo", "dedoose", "atlasti"}
    assert not [one.header for one in fields if one.source == "recalled" and one.status == "confirmed"]


def test_highlights_of_one_coder_a_file_are_told_apart_by_the_end_of_the_name(dictionary, tmp_path):
    for coder, theme in (("ka", "More funding for leaving care"), ("mb", "Context")):
        write(tmp_path, f"quillshire_{coder}.csv", [{"id": "1", "document": "m1", "tag": theme, "content": CANARY}])
    cohort = cohort_with(dictionary, "interview_codes", [
        SourceFiles(wave="final", pattern=f"{{authority}}_{coder}.csv", version="taguette", authorities=("quillshire",))
        for coder in ("ka", "mb")])
    assert found(clean_sources(cohort, dictionary, tmp_path)) == [(1, "manager", 1, "told_funding"), (1, "manager", 2, "")]


def test_what_to_know_of_the_coding_is_said(dictionary, tmp_path):
    _, evidence = cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "sheet", sheet([*CODING, ("m2", "Manager", "KA", "")]))
    assert list(evidence.findings["message"]) == ["1 document without any theme.", "2 documents of 3 read by one coder alone."]
    _, alone = cleaned(dictionary, tmp_path / "alone", "interview_codes", "coding.csv", "sheet", sheet(CODING[:1]))
    assert "no document was read by two coders" in alone.findings["message"].iloc[-1]


@pytest.mark.parametrize(("change", "error"), [
    ({"Theme": "Outcomes > A code nobody declared"}, UnknownCodeError),
    ({"Speaker": "Somebody else"}, UnknownCodeError),
    ({"Speaker": ""}, UnknownCodeError),
    ({"Interview": ""}, UnknownCodeError),
    ({"Coder": ""}, UnknownCodeError),
    ({"Local authority": "Nowhere"}, UnknownCodeError),
    ({"Speaker": "Worker"}, SourceError),
])
def test_bad_rows_stop_the_run_and_their_text_is_withheld(dictionary, tmp_path, change, error):
    rows = sheet()
    rows[0] = {**rows[0], **change}
    with pytest.raises(error) as stopped:
        cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "sheet", rows)
    assert stopped.value.do
    assert "nobody declared" not in str(stopped.value) and "Somebody else" not in str(stopped.value)


def test_an_unknown_column_stops_the_run(dictionary, tmp_path):
    with pytest.raises(UnknownHeaderError):
        cleaned(dictionary, tmp_path, "interview_codes", "coding.csv", "sheet", [{**sheet()[0], "E-mail": "x"}])
