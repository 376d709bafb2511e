"""Tables: their cells, symbols, bases, notes."""

from __future__ import annotations

import pytest

from tests.report.invented import exhibit, withheld
from tests.guards import some


def cells(report, name):
    """The texts of a table by row label and column key."""
    shown = report.exhibit(name).exhibit
    return {row.cells[0].text: {column.key: cell.text for column, cell in zip(shown.columns, row.cells, strict=True)}
            for row in shown.rows if not row.heading}


def test_every_cell_with_a_number_names_its_result_and_field(make):
    report = make()
    numbers = [cell for spec in report.specs for row in report.exhibit(spec.exhibit).exhibit.rows for cell in row.cells if cell.value is not None]
    for cell in some(numbers):
        assert getattr(report.context.results.by_key[cell.result], cell.field) == cell.value


def test_levels_show_estimate_interval_and_number_at_each_wave(make):
    row = cells(make(), "levels")["Feels calm"]
    assert (row["before_estimate"], row["before_interval"], row["before_n"]) == ("31", "25 to 38", "200")
    assert row["after_estimate"] == "25"


def test_low_and_zero_are_not_the_same(make):
    row = cells(make(), "levels")["Has a boat"]
    assert (row["before_estimate"], row["after_estimate"]) == ("[low]", "0")


def test_a_table_of_mixed_units_says_the_unit_in_each_cell(make):
    table = cells(make("start"), "bare")
    assert table["Feels calm"]["before_estimate"] == "31%"
    assert table["Score of the day"]["before_estimate"] == "6.1"


def test_a_withheld_authority_is_a_symbol_in_every_cell_and_in_the_legend(make):
    report = make()
    assert set(cells(report, "places")["West place"].values()) == {"West place", "[c]"}
    assert report.exhibit("places").exhibit.legend == (("[c]", "withheld"),)
    assert report.exhibit("bare").exhibit.legend == ()


def test_a_count_taken_out_of_a_shown_row_is_withheld_and_not_missing(make):
    def hide_base(made):
        return [one | {"n_valid": float("nan")} if one["indicator"] == "calm" and one["quantity"] == "percent" else one
                for one in made]

    row = cells(make("start", change=hide_base), "levels")["Feels calm"]
    assert (row["before_estimate"], row["before_n"]) == ("31", "[c]")


def test_a_figure_that_could_not_be_estimated_says_why_in_a_note(make):
    def nobody(made):
        return [withheld(one) | {"suppression": "[x]", "warning": "not estimable: nobody answered"}
                if one["indicator"] == "calm" and one["quantity"] == "percent" and not one["authority"] else one for one in made]

    report = make("start", change=nobody)
    assert cells(report, "levels")["Feels calm"]["before_estimate"] == "[x]"
    assert "Feels calm: no figure, because nobody answered." in report.exhibit("levels").exhibit.notes


def test_a_published_figure_that_differs_is_shown_and_said_not_to_be_tested(make):
    table = cells(make(), "beside")
    assert [row["verdict"] for row in table.values()] == ["lower", "definitions differ: not tested"]
    assert [row["benchmark"] for row in table.values()] == ["40.5", "12"]


def test_comparison_notes_say_population_year_and_match(make):
    notes = make().exhibit("beside").exhibit.notes
    assert "The nation: all, 18+, 2019. The definition is close to ours." in notes
    assert "Others: all, 18+, 2018. The definition differs, so nothing was tested." in notes
    assert "Not confirmed: Feels calm; The nation (2019)." in notes


def test_change_has_both_waves_interval_and_verdict(make):
    row = cells(make(), "change")["Feels calm"]
    assert (row["change"], row["verdict"]) == ("\N{MINUS SIGN}7", "fell") and "smallest" not in row
    assert row["change_interval"] == "\N{MINUS SIGN}16 to +2"


def test_rounding_is_explained_only_where_a_reader_who_subtracts_would_be_puzzled(make):
    def even(made):
        return [one | {"estimate": one["estimate"] // 1} if one["quantity"] == "percent" else
                one | {"estimate": -7.0} if one["quantity"] == "change" and one["indicator"] == "calm" else one for one in made]

    assert any("unrounded" in note for note in make().exhibit("change").exhibit.notes)
    assert not any("unrounded" in note for note in make(change=even).exhibit("local").exhibit.notes)


def test_unconfirmed_rules_are_said_once_under_every_exhibit_that_rests_on_them(make):
    report = make()
    notes = {spec.exhibit: [note for note in report.exhibit(spec.exhibit).exhibit.notes if note.startswith("Not confirmed:")]
             for spec in report.specs}
    assert all(len(found) <= 1 for found in notes.values())
    marked = [name for name, found in notes.items() if any("Feels calm" in note for note in found)]
    assert marked == ["levels", "bare", "beside", "groups", "places", "funnel", "range", "gaps", "change", "adjusted", "local",
                      "gone", "odds", "drawn", "ten", "pooled", "twice", "gaps_filled", "beside_weighted", "matrix", "lost", "least"]


def test_several_answers_may_add_to_more_than_a_hundred(make):
    assert any("more than 100%" in note for note in make().exhibit("tea").exhibit.notes)


def test_the_base_has_the_smallest_and_largest_number_who_answered(make):
    assert make().exhibit("places").exhibit.base == "People who answered each question; from 50 to 200 answered."
    assert make().exhibit("bare").exhibit.base == "People who answered each question; 200 answered."


def test_the_source_has_the_fieldwork_of_the_waves_shown(make):
    assert make().exhibit("levels").exhibit.source == (
        "The survey, Cohort C: Before (2 January 2020 to 3 February 2020); After (dates not known).")
    assert make().exhibit("places").exhibit.source == "The survey, Cohort C: After (dates not known)."


def test_the_range_names_no_authority(make):
    shown = make().exhibit("range").exhibit
    text = str([cell.text for row in shown.rows for cell in row.cells]) + shown.figure.svg
    assert "North" not in text and "South" not in text


def test_an_authority_report_shows_its_own_beside_all(make):
    row = cells(make("place", "south"), "levels")["Feels calm"]
    assert (row["after_estimate"], row["cohort"]) == ("26", "25")


def test_participation_has_forms_eligible_and_rate(make):
    row = cells(make("start"), "part")["All places"]
    assert (row["before_forms"], row["before_eligible"], row["before_rate"]) == ("200", "500", "40")


def test_nonresponse_has_only_the_reasons_that_occur(make):
    keys = [column.key for column in make("start").exhibit("gone").exhibit.columns]
    assert keys == ["label", "asked", "valid", "missing_not_answered"]


def test_headings_part_the_domains(make):
    headings = [row.cells[0].text for row in make().exhibit("levels").exhibit.rows if row.heading]
    assert headings == ["Domain one", "Domain two"]


def test_the_make_up_is_tested_against_the_population_and_between_waves(make):
    shown = make().exhibit("alike").exhibit
    assert [row.cells[0].text for row in shown.rows if row.heading] == ["After, against all who were eligible", "After, against Before"]
    assert [row.cells[-1].text for row in shown.rows if not row.heading] == ["no clear difference", "differ by more than chance"]
    assert shown.sentence == "The make-up differs by more than chance on 1 of 2 comparisons: Age."


def test_who_was_lost_is_set_beside_who_stayed(make):
    row = cells(make(), "lost")["Feels calm"]
    assert (row["difference"], row["lost"], row["stayed"], row["verdict"]) == ("+10", "60", "120", "higher")


def test_the_matrix_says_which_way_each_measure_points_and_how_strongly(make):
    table = cells(make(), "matrix")
    assert (table["Feels calm"]["reading"], table["Feels calm"]["strength"]) == ("away from it", "strong")
    assert (table["Score of the day"]["reading"], table["Has a boat"]["reading"]) == ("towards it", "cannot tell")
    headings = [row.cells[0].text for row in make().exhibit("matrix").exhibit.rows if row.heading]
    assert headings == ["More peace: tests disagree; towards it: strong evidence (Score of the day); away from it: strong evidence (Feels calm)",
                        "Out at sea: not tested by any measure",
                        "Gold: no evidence was collected"]
    assert make().exhibit("matrix").exhibit.sentence.startswith("Of 3 outcomes, tests point towards 0, away from 0, and both ways on 1")


def test_where_nothing_is_adjusted_for_there_is_no_table_of_adjusted_changes(make):
    adjusted = {cell.result for row in make().exhibit("adjusted").exhibit.rows for cell in row.cells}
    assert any("change_adjusted" in result for result in adjusted)
    plain = make(change=lambda made: [row for row in made if row["quantity"] != "change_adjusted"])
    assert not hasattr(plain.exhibit("adjusted"), "exhibit") and hasattr(plain.exhibit("change"), "exhibit")
