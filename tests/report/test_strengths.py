"""Strengths and priorities: by the words of tests alone, and said so where there are none."""

from __future__ import annotations

import pytest

from nbeval.report.exhibits import draft_of
from nbeval.report.kinds.evidence import Standing
from tests.report.invented import withheld


def places(report):
    """Where the place of a report stands on each measure."""
    spec = report.context.dictionary.exhibit("stands")
    return {one.indicator.indicator: one.standing for one in draft_of(spec, report.context).assessed}


def worded(name, verdict, **key):
    """Gives the differences and changes of one indicator in the place another word."""
    def alter(made):
        return [one | {"verdict": verdict} if one["indicator"] == name and one["authority"] == "north"
                and all(one[part] == value for part, value in key.items()) and one["verdict"] else one for one in made]
    return alter


def hide(made):
    """Withholds all that is of one place."""
    return [withheld(one) if one["authority"] == "north" and one["indicator"] else one for one in made]


def test_a_test_that_finds_it_better_makes_a_strength_and_one_that_finds_it_worse_a_priority(make):
    found = places(make("place", "north"))
    assert (found["calm"], found["angry"]) == (Standing.STRENGTH, Standing.PRIORITY), "more anger is the worse way"


def test_a_large_difference_without_a_verdict_is_neither(make):
    found = places(make("place", "north", change=worded("calm", "no clear difference", contrast="rest")))
    assert found["calm"] is Standing.NO_DIFFERENCE


def test_tests_that_disagree_are_said_to_disagree(make):
    found = places(make("place", "north", change=worded("calm", "fell", contrast="wave")))
    assert found["calm"] is Standing.MIXED


def test_a_change_too_small_to_matter_makes_no_priority(make):
    def small(made):
        return [one | {"size": "smaller than the smallest meaningful change"} if one["verdict"] == "fell" else one for one in made]

    found = places(make("place", "north", change=lambda made: small(worded("calm", "fell", contrast="wave")(
        worded("calm", "no clear difference", contrast="rest")(made)))))
    assert found["calm"] is Standing.NO_DIFFERENCE


def test_what_is_withheld_is_neither_and_is_counted(make):
    report = make("place", "north", change=hide)
    assert set(places(report).values()) == {Standing.NOT_SHOWN}
    said = str(report.strengths_and_priorities())
    assert "No measure is clearly and meaningfully better here" in said and "No measure is clearly and meaningfully worse here" in said
    assert "Of 4 measures asked about here, 0 show nothing clear, or a change too small to be meaningful; 4 are withheld." in said
    assert "4 measures cannot be shown" in str(report.to_discuss())


def test_what_is_told_has_its_level_and_the_words_of_its_tests(make):
    said = str(make("place", "north").strengths_and_priorities())
    assert "Feels calm: 25%; higher than in all other places together." in said
    assert "Of 4 measures" in said


def test_the_reasons_of_two_tests_are_joined_by_words(make):
    said = str(make("place", "north", change=worded("calm", "rose", contrast="wave")).strengths_and_priorities())
    assert "higher than in all other places together, and rose since " in said


def test_strengths_and_priorities_are_put_forward_for_discussion(make):
    said = str(make("place", "north").to_discuss())
    assert said.index("is a priority by the tests") < said.index("is a strength by the tests")


def test_the_table_has_each_measure_under_what_it_is(make):
    shown = make("place", "north").exhibit("stands").exhibit
    headings = [row.cells[0].text for row in shown.rows if row.heading]
    assert headings == ["Strengths", "Priorities", "Nothing clear, or too small to be meaningful", "Not tested"]


def test_every_result_that_is_told_is_noted_as_shown(make):
    report = make("place", "north")
    told = report.strengths_and_priorities().results
    assert told and set(told) <= set(report.context.results.by_key)
    assert "strengths_and_priorities" in set(report.used()["exhibit"])


@pytest.mark.parametrize("kind", ["start", "end"])
def test_a_report_on_the_whole_cohort_has_none(make, kind):
    assert "none is called a strength or a priority" in str(make(kind).strengths_and_priorities())


def test_key_findings_that_are_withheld_are_told_in_one_sentence(make):
    said = str(make("place", "west").key_findings())
    assert said.count("withheld, because") == 1
    assert "The figures for “Feels calm”; " in said and "“Has a boat” are withheld" in said
