"""Which forms count."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.forms import account
from nbeval.errors import FrameError, UnknownCodeError
from tests.cleaning.exports import form, with_rules, write_cohort

BLANK = {"enjoy": "", "often": "", "card": "", "novels": "", "comics": ""}


def _north(tiny, cohort, data, forms, **rules):
    """What is collected of these forms of one authority, and its account."""
    cleaned = clean_survey(cohort, with_rules(tiny, **rules), write_cohort(data, before={"north": forms}))
    account = cleaned.accounting.set_index("file").loc["before/north.csv"]
    answers = cleaned.answers.query("wave == 'before' and authority == 'north'")
    return cleaned, account, answers.pivot(index="respondent", columns="item", values="code")


def _found(cleaned, check):
    return cleaned.findings.query("check == @check and outcome != 'pass'")["message"].tolist()


def test_test_submissions_are_excluded(tiny, cohort, tmp_path):
    cleaned, account, _ = _north(tiny, cohort, tmp_path, [form("1"), form("2", test="yes ")])
    assert (account["read"], account["kept"], account["test"]) == (2, 1, 1)
    assert _found(cleaned, "forms_tests") == ["1 test submission, excluded."]


@pytest.mark.parametrize(("keep", "kept", "words"), [
    (True, 3, "2 unfinished forms, kept."), (False, 1, "2 unfinished forms, excluded."),
])
def test_unfinished_forms_follow_the_rule(tiny, cohort, tmp_path, keep, kept, words):
    forms = [form("1"), form("2", status="Partial"), form("3", status="partial")]
    cleaned, account, _ = _north(tiny, cohort, tmp_path, forms, keep_partial=keep)
    assert (account["kept"], account["partial"]) == (kept, 3 - kept)
    assert _found(cleaned, "forms_partial") == [words]


def test_a_status_that_is_not_declared_stops_without_showing_it(tiny, alone, tmp_path):
    with pytest.raises(UnknownCodeError, match="in 2 of 4 forms") as caught:
        _north(tiny, alone, tmp_path, [form("1"), form("2", status="canary"), form("3", status="canary")])
    assert "canary" not in str(caught.value) and "complete_labels" in str(caught.value)
    assert list(caught.value.rows.columns) == ["file", "row"]


@pytest.mark.parametrize(("late", "kept", "words"), [
    ("keep", 2, "1 form finished after the fieldwork, kept."), ("exclude", 1, "1 form finished after the fieldwork, excluded."),
])
def test_late_forms_follow_the_rule(tiny, cohort, tmp_path, late, kept, words):
    # fieldwork ends on 31 May 2020: the evening of that day is in time
    forms = [form("1", finished="2020-05-31 23:59"), form("2", finished="2020-06-01 00:01")]
    cleaned, account, _ = _north(tiny, cohort, tmp_path, forms, late=late)
    assert (account["kept"], account["late"]) == (kept, 2 - kept)
    assert _found(cleaned, "forms_late") == [words]


def test_forms_begun_before_the_fieldwork_are_a_finding(tiny, cohort, tmp_path):
    cleaned, account, _ = _north(tiny, cohort, tmp_path, [form("1"), form("2", started="2020-02-29 10:00")])
    assert account["kept"] == 2
    assert _found(cleaned, "forms_early") == ["1 form begun before the fieldwork, kept."]


def test_forms_with_too_few_answers_are_excluded(tiny, cohort, tmp_path):
    forms = [form("1"), form("2", **BLANK), form("3", **{**BLANK, "enjoy": "Prefer not to say"}),
             form("4", **{**BLANK, "comment": "only words"}), form("5", **{**BLANK, "often": "Never"})]
    cleaned, account, _ = _north(tiny, cohort, tmp_path, forms)
    assert (account["kept"], account["empty"]) == (2, 3)
    assert _found(cleaned, "forms_empty") == ["3 forms with too few answers, excluded."]


def test_unticked_options_alone_are_no_answer(tiny, cohort, tmp_path):
    forms = [form("1", **{**BLANK, "novels": "No", "comics": "No"}), form("2", **{**BLANK, "novels": "Yes"})]
    assert _north(tiny, cohort, tmp_path, forms)[1]["empty"] == 1


def test_options_count_once_towards_the_least_number_of_answers(tiny, cohort, tmp_path):
    forms = [form("1", **{**BLANK, "novels": "Yes", "comics": "Yes"}), form("2", **{**BLANK, "novels": "Yes", "enjoy": "1"})]
    account = _north(tiny, cohort, tmp_path, forms, minimum_answered=2)[1]
    assert (account["kept"], account["empty"]) == (1, 1)


TWICE = [
    form("1", enjoy="1", finished="2020-04-02 10:00"), form("1", enjoy="2", often="", card="", finished="2020-04-03 10:00"),
    form("1", enjoy="3", often="", finished="2020-04-01 10:00"), form("2", enjoy="4"),
]


@pytest.mark.parametrize(("rule", "kept"), [("last", 2), ("first", 3), ("most_complete", 1)])
@pytest.mark.parametrize("backwards", [False, True])
def test_of_two_forms_with_one_number_the_rule_keeps_one(tiny, cohort, tmp_path, rule, kept, backwards):
    forms = TWICE[::-1] if backwards else TWICE
    cleaned, account, answers = _north(tiny, cohort, tmp_path, forms, duplicates=rule)
    assert (account["kept"], account["duplicate"]) == (2, 2)
    assert answers["enjoy"].tolist() == [kept, 4]
    assert _found(cleaned, "forms_duplicate") == ["2 forms that repeat a submission number, excluded."]


@pytest.mark.parametrize(("rule", "kept"), [("last", 2), ("first", 1)])
def test_without_times_the_order_of_the_file_says_which_form_is_the_last(tiny, cohort, tmp_path, rule, kept):
    forms = [form("1", enjoy="1", started="", finished=""), form("1", enjoy="2", started="", finished="")]
    assert _north(tiny, cohort, tmp_path, forms, duplicates=rule)[2]["enjoy"].tolist() == [kept]


def test_an_empty_form_does_not_push_out_a_filled_one(tiny, cohort, tmp_path):
    forms = [form("1"), form("1", finished="2020-04-09 10:00", **BLANK)]
    account = _north(tiny, cohort, tmp_path, forms)[1]
    assert (account["kept"], account["empty"], account["duplicate"]) == (1, 1, 0)


def test_forms_without_number_are_no_duplicates_of_one_another(tiny, cohort, tmp_path):
    cleaned, account, _ = _north(tiny, cohort, tmp_path, [form(""), form("", enjoy="3")])
    assert account["kept"] == 2
    assert _found(cleaned, "forms_without_number") == ["2 forms have no submission number, kept."]


def test_a_number_may_occur_in_two_authorities(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path))
    assert cleaned.accounting["duplicate"].sum() == 0 and len(cleaned.respondents) == 6


def test_the_first_reason_that_fits_is_counted_and_all_add_up(tiny, cohort, tmp_path):
    forms = [form("1"), form("2", test="Yes", status="Partial"), form("3", status="Partial", **BLANK),
             form("4", finished="2021-01-01"), form("5", **BLANK), form("1", finished="2020-04-01 09:00")]
    account = _north(tiny, cohort, tmp_path, forms, keep_partial=False, late="exclude")[1]
    assert account[["read", "kept", "test", "partial", "late", "empty", "duplicate"]].tolist() == [6, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("read", [{"a.csv": 3}, {"a.csv": 2, "b.csv": 1}])
def test_forms_that_do_not_add_up_stop_the_run(read):
    forms = pd.DataFrame({"file": "a.csv", "wave": "w", "authority": "", "excluded": ["", "test"]})
    with pytest.raises(FrameError, match="forms do not add up"):
        account(forms, read)
