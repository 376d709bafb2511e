"""Answers that no codebook knows."""

from __future__ import annotations

import pytest

from nbeval.cleaning import clean_survey
from nbeval.errors import UnknownCodeError
from tests.cleaning.exports import form, later, write_cohort


def test_all_undeclared_answers_are_told_at_once_with_their_counts(tiny, cohort, tmp_path):
    # five people are enough for a text to be shown
    north = [form(str(number), often="Every day") for number in range(5)] + [form("9", often="My canary"), form("10")]
    data = write_cohort(tmp_path, {"north": north, "south": [form("1", enjoy="11")], "east": [form("1", enjoy="11")]}, {"east": [later(reads="canary")]})
    with pytest.raises(UnknownCodeError) as caught:
        clean_survey(cohort, tiny, data)
    message = str(caught.value)
    assert message.splitlines()[0] == (
        "UnknownCodeError: 3 items, cohort 'first': 9 of 21 answers are not in their response sets."
    )
    assert ("item 'often' at wave 'before': 'Every day' (5 answers); 1 answer (text withheld) of 9"
            " (export version '2020', column 'How often do you read?')") in message
    assert "item 'enjoy' at wave 'before': 2 answers (text withheld) of 9" in message
    assert ("item 'reads' at wave 'after': 1 answer (text withheld) of 3"
            " (export version '2022', column 'Q4 | What do you read?')") in message
    assert "enjoy: a number, lowest 0, highest 10" in message and "often: -8 Prefer not to say" in message
    assert "reads: options: Novels, Comics" in message
    assert "canary" not in message and "'11'" not in message
    assert sorted(caught.value.rows.columns) == ["file", "item", "row"]
    assert len(caught.value.rows) == 9 and "canary" not in caught.value.rows.to_string()


def test_one_answer_is_told_in_the_singular(tiny, alone, tmp_path):
    with pytest.raises(UnknownCodeError) as caught:
        clean_survey(alone, tiny, write_cohort(tmp_path, {"north": [form(novels="canary")]}))
    message = str(caught.value)
    assert "item 'reads_novels', cohort 'first': 1 of 1 answers is not in the response set." in message
    assert "'Novels', yes, no" in message and "canary" not in message


def test_undeclared_answers_of_excluded_forms_do_not_stop_the_run(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"north": [form("1"), form("2", often="zzz", test="Yes")]})
    assert len(clean_survey(cohort, tiny, data).respondents) == 6
