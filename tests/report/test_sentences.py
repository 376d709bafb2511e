"""Sentences: numbers as published, words by verdict, another whole sentence where there is no number."""

from __future__ import annotations

from string import Formatter

import pytest

from nbeval.dictionary.models import SENTENCE_RESULTS, SENTENCE_WORDS
from nbeval.errors import ParameterError
from nbeval.frames import Verdict
from nbeval.report.numerals import NumberFormat, numeral, ten
from nbeval.report.sentences import SLOTS, Subject, labels
from tests.report.invented import withheld


def hide(name):
    """Takes the levels of one indicator out of the results."""
    return lambda made: [withheld(one) if one["indicator"] == name and one["quantity"] == "percent" else one for one in made]


def test_a_sentence_has_the_numbers_of_its_result(make):
    text = make("start").text("Of {n} {people} who answered, {estimate} {says} ({conf_low} to {conf_high}).", of="levels")
    assert str(text) == "Of 200 people who answered, 31% said calm (25% to 38%)."
    assert text.results == ("survey|calm|percent|before||||||",)


def test_half_is_rounded_up_in_sentences(make):
    def half(made):
        return [one | {"estimate": 24.5} if one["indicator"] == "calm" and one["quantity"] == "percent" else one for one in made]

    assert str(make(change=half).text("{estimate}", indicator="calm")) == "25%"


def test_change_is_written_as_a_size_with_its_verdict(make):
    text = make().text("{label} {verdict} by {change} ({change_low} to {change_high}).", of="change")
    assert str(text) == "Feels calm fell by 7 percentage points (\N{MINUS SIGN}16 to +2)."


def test_a_mean_has_its_decimals_and_no_percent_sign(make):
    assert str(make().text("{estimate}, {change}", indicator="score")) == "6.6, 0.5 points"


def test_a_withheld_result_gives_the_withheld_sentence_and_no_number(make):
    text = str(make(change=hide("calm")).text("Of {n}, {estimate} {says}.", indicator="calm"))
    assert "withheld" in text
    assert not any(letter.isdigit() for letter in text)


def test_a_result_that_could_not_be_estimated_says_why(make):
    def nobody(made):
        return [withheld(one) | {"suppression": "[x]", "warning": "not estimable: nobody answered"}
                if one["indicator"] == "calm" and one["quantity"] == "percent" else one for one in made]

    assert str(make(change=nobody).text("{estimate}", indicator="calm")) == "There is no figure for “Feels calm”: nobody answered."


def test_a_result_that_does_not_exist_says_so(make):
    assert "no figure" in str(make().text("{estimate}", indicator="absent"))


def test_a_share_that_rounds_to_nothing_is_less_than_one_per_cent(make):
    assert str(make("start").text("{estimate}", indicator="rare")) == "less than 1%"


def test_a_true_zero_is_zero(make):
    assert str(make().text("{estimate}", indicator="rare")) == "0%"


def test_selection_changes_whom_a_sentence_is_about(make):
    report = make()
    assert str(report.text("{estimate} in {authority}", indicator="calm", authority="south")) == "26% in South place"
    assert str(report.text("{estimate} of {level}", indicator="calm", group="age", level="old")) == "26% of old ones"
    assert str(report.text("{estimate} at {wave}", indicator="calm", wave="before")) == "31% at Before"


def test_people_are_told_in_tens(make):
    assert str(make().text("{x_in_ten}", indicator="tea")) == "8 in 10"
    assert str(make().text("{x_in_ten}", indicator="rare")) == "none"
    assert str(make("start").text("{x_in_ten}", indicator="rare")) == "fewer than 1 in 10"


def test_a_published_figure_keeps_its_digits(make):
    assert str(make().text("{benchmark_label} {benchmark_year}: {benchmark}", indicator="calm")) == "The nation 2019: 40.5%"


@pytest.mark.parametrize("template", ["{nonsense}", "{estimate", "{0}"])
def test_a_template_with_a_wrong_field_is_refused(make, template):
    with pytest.raises(ParameterError):
        make().text(template, indicator="calm")


def test_a_selection_by_a_word_that_does_not_exist_is_refused(make):
    with pytest.raises(ParameterError, match="colour"):
        make().text("{estimate}", indicator="calm", colour="red")


def test_a_sentence_about_nothing_is_refused(make):
    with pytest.raises(ParameterError, match="no selection"):
        make().text("{estimate}")


def test_numbers_are_written_half_up_with_true_minus_and_no_signed_zero():
    assert numeral(0.5) == "1"
    assert numeral(2.5) == "3"
    assert numeral(-0.4, signed=True) == "0"
    assert numeral(-2.5, signed=True) == "\N{MINUS SIGN}3"
    assert numeral(1234.0) == "1,234"
    assert NumberFormat(1, percent=True).full(7.25) == "7.3%"
    assert ten(25.0) == 3


def test_the_fields_that_a_dictionary_may_use_are_those_that_a_sentence_can_fill(make):
    context = make().context
    subject = Subject(context, "survey", wave=context.wave.id)
    assert set(SENTENCE_RESULTS) == set(SLOTS) and set(SENTENCE_WORDS) == set(labels(subject))
