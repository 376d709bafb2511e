"""Declared repairs: signed, guarded, applied before coding."""

from __future__ import annotations

import pytest

from nbeval.cleaning import clean_survey
from nbeval.errors import CorrectionError
from tests.cleaning.exports import form, write_cohort, write_csv

HEADER = ["source", "wave", "authority", "submission", "item", "expect", "replace", "reason", "signed_by", "date"]
ENTRY = {"source": "survey", "wave": "before", "authority": "north", "submission": "1", "item": "often",
         "expect": "Now and again", "replace": "Sometimes", "reason": "Paper form typed by hand", "signed_by": "A. B.",
         "date": "2020-06-02"}


def _data(folder, *entries, header=HEADER, forms=()):
    write_cohort(folder, before={"north": [form("1", often="Now and again"), form("canary-number"), *forms]})
    write_csv(folder / "corrections.csv", header, [[{**ENTRY, **one}[name] for name in header] for one in entries])
    return folder


def _often(cleaned):
    answers = cleaned.answers.query("item == 'often' and wave == 'before' and authority == 'north'")
    return answers["code"].tolist()


def test_a_correction_is_applied_before_coding_and_counted(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, _data(tmp_path, {}))
    assert _often(cleaned) == [2, 2]
    found = cleaned.findings.query("check == 'answers_corrected'").iloc[0]
    assert (found["message"], found["count"]) == ("1 declared correction was applied.", 1)
    assert "corrections.csv" in cleaned.inputs["file"].tolist()


def test_a_correction_may_blank_an_answer_and_ignores_stray_spaces(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, _data(tmp_path, {"expect": " Now and  again", "replace": ""}))
    answers = cleaned.answers.query("item == 'often' and authority == 'north' and wave == 'before'")
    assert answers["missing"].tolist()[0] == "not_answered"


def test_an_entry_of_a_whole_multi_select_question_is_applied(tiny, cohort, tmp_path):
    data = _data(tmp_path, {}, {"wave": "after", "item": "reads", "expect": "Novels", "replace": "Novels; Comics"})
    answers = clean_survey(cohort, tiny, data).answers.query("item == 'reads_comics' and authority == 'north'")
    assert answers["code"].tolist() == [0, 0, 1]


@pytest.mark.parametrize(("change", "words"), [
    ({"expect": "Some other answer"}, "record 2: the answer is not what the entry expects"),
    ({"submission": "99"}, "record 2: no form that is kept has this wave"),
    ({"wave": "never"}, "record 2: no form that is kept has this wave"),
    ({"item": "oftn"}, "record 2: the exports have no item 'oftn'"),
    ({"item": "comment", "expect": ""}, "record 2: the exports have no item 'comment'"),
    ({"item": "reads", "expect": ""}, "record 2: item 'reads' was not asked in this export"),
])
def test_an_entry_that_no_longer_fits_stops_the_run_without_showing_values(tiny, cohort, tmp_path, change, words):
    data = _data(tmp_path, {"replace": "canary-value", **change})
    with pytest.raises(CorrectionError, match="1 of 1 entry does not match the data") as caught:
        clean_survey(cohort, tiny, data)
    message = str(caught.value)
    assert words in message and "corrections.csv" in message
    for hidden in ("canary", "Now and again", "Some other answer", "99"):
        assert hidden not in message


def test_an_entry_for_a_excluded_form_matches_none(tiny, cohort, tmp_path):
    data = _data(tmp_path, {"submission": "7", "expect": "Sometimes"}, forms=[form("7", test="Yes")])
    with pytest.raises(CorrectionError, match="no form that is kept"):
        clean_survey(cohort, tiny, data)


def test_two_entries_of_one_answer_stop_the_run(tiny, cohort, tmp_path):
    with pytest.raises(CorrectionError, match="1 of 2 entry does|1 of 2 entries") as caught:
        clean_survey(cohort, tiny, _data(tmp_path, {}, {}))
    assert "record 3: an earlier entry is of the same answer" in str(caught.value)


def test_two_forms_of_one_number_cannot_be_corrected(tiny, cohort, tmp_path):
    data = _data(tmp_path, {"submission": "", "expect": "Sometimes"}, forms=[form(""), form("")])
    with pytest.raises(CorrectionError, match="not filled in"):
        clean_survey(cohort, tiny, data)


@pytest.mark.parametrize("column", ["reason", "signed_by", "date", "item"])
def test_an_entry_that_nobody_signed_or_explained_is_refused(tiny, cohort, tmp_path, column):
    with pytest.raises(CorrectionError, match="not filled in") as caught:
        clean_survey(cohort, tiny, _data(tmp_path, {}, {column: ""}))
    assert f"record 3: no {column}" in str(caught.value)


def test_lacking_columns_are_named(tiny, cohort, tmp_path):
    with pytest.raises(CorrectionError, match="lacks 2 of its columns") as caught:
        clean_survey(cohort, tiny, _data(tmp_path, {}, header=[one for one in HEADER if one not in ("expect", "date")]))
    assert "expect, date" in str(caught.value)


def test_an_entry_of_a_source_the_cohort_does_not_have_is_refused(tiny, cohort, tmp_path):
    with pytest.raises(CorrectionError, match="of a source the cohort does not have"):
        clean_survey(cohort, tiny, _data(tmp_path, {"source": "surveys"}))
