"""One answer to its code."""

from __future__ import annotations

import math

import pytest

from nbeval.cleaning.coding import choice_reader, number_reader, option_reader
from nbeval.dictionary.enums import MissingReason
from nbeval.dictionary.models import Item, Response


def answers(*rows):
    """Answers of a response set: (code, label, also, missing)."""
    names = ("code", "label", "also", "missing")
    return tuple(Response(response_set="s", source="s", **dict(zip(names, row))) for row in rows)


OFTEN = answers(
    (1, "Often"), (2, "Some of the time", "Sometimes | Now and then"), (3, "Don't know", "", MissingReason.DONT_KNOW),
    (-8, "Prefer not to say", "", MissingReason.PREFER_NOT_TO_SAY), (9, "Written over", "", MissingReason.INVALID),
)
AGE = Item(item="age", label="Age", kind="number", lowest=0, highest=10, status="confirmed", source="s")


@pytest.mark.parametrize(("text", "code"), [
    ("Often", 1), ("Some of the time", 2), ("Sometimes", 2), ("Now and then", 2), ("1", 1), ("2.0", 2),
])
def test_labels_other_spellings_and_codes_are_read_as_declared(text, code):
    assert choice_reader(OFTEN)(text)[:3] == (code, None, "")


@pytest.mark.parametrize(("text", "label"), [
    ("Often ", "Often"), ("OFTEN", "Often"), ("some  of the\ntime", "Some of the time"), ("\ufeffOften", "Often"),
    ("now and then", "Some of the time"),
])
def test_stray_spaces_case_and_marks_are_repaired_and_said(text, label):
    assert choice_reader(OFTEN)(text).repaired == label


def test_another_apostrophe_is_the_same_answer():
    read = choice_reader(OFTEN)("Don\u2019t know")
    assert math.isnan(read.code) and read.missing is MissingReason.DONT_KNOW


@pytest.mark.parametrize(("text", "reason"), [
    ("Prefer not to say", MissingReason.PREFER_NOT_TO_SAY), ("-8", MissingReason.PREFER_NOT_TO_SAY),
    ("Written over", MissingReason.INVALID),
])
def test_answers_that_are_reasons_have_no_code(text, reason):
    read = choice_reader(OFTEN)(text)
    assert math.isnan(read.code) and read.missing is reason


@pytest.mark.parametrize("text", ["Oftener", "4", "1.5", "Often, sometimes", "0"])
def test_what_is_not_declared_is_unknown(text):
    assert choice_reader(OFTEN)(text) is None


def test_codes_as_text_are_not_read_where_labels_are_numbers_of_another_meaning():
    read = choice_reader(answers((0, "1"), (1, "2"), (2, "3 or more")))
    assert [read("1").code, read("2").code] == [0, 1]
    assert read("0") is None


def test_labels_that_differ_in_case_alone_are_read_exactly_or_not_at_all():
    read = choice_reader(answers((1, "may"), (2, "May")))
    assert [read("may").code, read("May").code] == [1, 2]
    assert read("MAY") is None


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 7 ", 7), ("7.0", 7), ("2.5", 2.5), ("0", 0), ("10", 10)])
def test_plain_numbers_are_read(text, number):
    assert number_reader(AGE, ())(text)[:3] == (number, None, "")


@pytest.mark.parametrize(("text", "number"), [
    ("0 - Not at all satisfied", 0), ("0 \u2013 Not at all", 0), ("10 (completely)", 10), ("10: completely", 10),
    ("10 = completely", 10), ("0-Not at all", 0), ("\ufeff0 - Not at all", 0),
])
def test_the_number_before_a_label_is_read_and_said(text, number):
    read = number_reader(AGE, ())(text)
    assert read.code == number and read.repaired == str(number)


@pytest.mark.parametrize("text", ["11", "-1", "5-6", "2 or 3", "7 8", "seven", "7,5", "1/4", "12 - very much", "NaN", "1e1"])
def test_other_texts_and_numbers_outside_the_bounds_are_unknown(text):
    assert number_reader(AGE, ())(text) is None


def test_a_number_may_have_declared_labels_for_its_ends_and_for_reasons():
    read = number_reader(AGE, answers((0, "Not at all"), (-8, "Prefer not to say", "", MissingReason.PREFER_NOT_TO_SAY)))
    assert read("Not at all")[:3] == (0, None, "")
    assert read("Prefer not to say").missing is MissingReason.PREFER_NOT_TO_SAY
    assert read("3").code == 3


def test_a_number_that_is_also_a_declared_label_needs_no_repair():
    assert number_reader(AGE, answers((3, "3", "3 - A little")))(" 3 ")[:3] == (3, None, "")
    assert number_reader(AGE, answers((3, "3", "3 - A little")))("3 - a little").repaired == "3"


def test_the_code_of_a_reason_is_no_number():
    read = number_reader(AGE, answers((-8, "Prefer not to say", "", MissingReason.PREFER_NOT_TO_SAY)))
    assert read("-8") is None or read("-8").missing is MissingReason.PREFER_NOT_TO_SAY


@pytest.mark.parametrize(("text", "code"), [
    ("Yes", 1), ("1", 1), ("1.0", 1), ("TRUE", 1), ("Selected", 1), ("Friends, or others", 1), ("friends, or  others", 1),
    ("No", 0), ("0", 0), ("0.0", 0), ("FALSE", 0), ("Not selected", 0),
])
def test_an_option_is_ticked_by_its_label_or_by_a_usual_word(text, code):
    assert option_reader(["Friends, or others"], ())(text).code == code


@pytest.mark.parametrize("text", ["Family", "2", "maybe"])
def test_another_text_in_the_column_of_an_option_is_unknown(text):
    assert option_reader(["Friends"], ())(text) is None


def test_an_option_may_declare_its_own_answers():
    read = option_reader(["Friends"], answers((1, "X"), (0, "-"), (-8, "Not saying", "", MissingReason.PREFER_NOT_TO_SAY)))
    assert [read("X").code, read("-").code] == [1, 0]
    assert read("Not saying").missing is MissingReason.PREFER_NOT_TO_SAY
