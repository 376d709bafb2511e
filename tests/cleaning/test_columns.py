"""What each column is."""

from __future__ import annotations

import pytest

from nbeval.cleaning import clean_survey
from nbeval.cleaning.noticed import letters
from nbeval.errors import UnknownHeaderError
from tests.cleaning.exports import BEFORE, form, with_columns, write_before, write_cohort, write_csv

CANARY = "canary-in-a-cell"


def _north(data, columns, forms=None):
    write_cohort(data)
    write_before(data / "before" / "north.csv", forms or [form()], columns)
    return data


def test_all_unknown_headers_are_told_at_once_by_position_with_the_nearest_known_one(tiny, alone, tmp_path):
    data = _north(tmp_path, {**BEFORE, "often": "How often do you read now?", "shoe": "Shoe size"},
                  [form(often="Sometimes", shoe=CANARY)])
    with pytest.raises(UnknownHeaderError, match="2 unknown columns and 1 required column lacking") as caught:
        clean_survey(alone, tiny, data)
    message = str(caught.value)
    assert "column 9 (I) 'How often do you read now?'; nearest known: 'How often do you read?'" in message
    assert "column 14 (N) 'Shoe size' (before/north.csv)" in message
    assert "lacking: 'How often do you read?' (before/north.csv)" in message
    assert CANARY not in message and "columns.csv" in message


def test_one_unknown_column_is_told_in_the_singular(tiny, alone, tmp_path):
    with pytest.raises(UnknownHeaderError, match="have 1 unknown column, in 2 files read"):
        clean_survey(alone, tiny, _north(tmp_path, {**BEFORE, "shoe": "Shoe size"}))


def test_headers_are_withheld_where_answers_may_stand_in_their_place(tiny, alone, tmp_path):
    # the file has no header row: the first form would be taken for it
    write_cohort(tmp_path)
    cells = [form(comment=CANARY)[name] for name in BEFORE]
    write_csv(tmp_path / "before" / "north.csv", cells, [cells])
    with pytest.raises(UnknownHeaderError) as caught:
        clean_survey(alone, tiny, tmp_path)
    message = str(caught.value)
    assert "column 13 (M) (text withheld)" in message and "header_rows" in message
    assert CANARY not in message and "reader@example.org" not in message


def test_a_header_that_stands_twice_is_refused(tiny, alone, tmp_path):
    with pytest.raises(UnknownHeaderError, match="stands there twice"):
        clean_survey(alone, tiny, _north(tmp_path, {**BEFORE, "again": "HOW OFTEN DO YOU READ?"}))


def test_a_lacking_column_that_is_not_required_is_a_finding_and_its_item_not_asked(tiny, cohort, tmp_path):
    optional = with_columns(tiny, lambda column: column.model_copy(update={"required": column.item != "card"}))
    columns = {name: header for name, header in BEFORE.items() if name != "card"}
    cleaned = clean_survey(cohort, optional, _north(tmp_path, columns))
    found = cleaned.findings.query("check == 'columns_lacking'")
    assert found["message"].tolist() == [
        "The column 'Do you have a library card?' is not there, in 1 file; its item counts as not asked."
    ]
    answers = cleaned.answers.query("wave == 'before' and item == 'card'").set_index("authority")["missing"]
    assert answers["north"] == "not_asked" and answers.drop("north").isna().all()


def test_identifying_columns_are_dropped_and_named_and_may_be_lacking(tiny, cohort, tmp_path):
    columns = {name: header for name, header in BEFORE.items() if name != "ip"}
    found = clean_survey(cohort, tiny, _north(tmp_path, columns)).findings.query("check == 'columns_identifying'")
    assert "The identifying column 'E-mail address' was dropped on reading, in 3 files." in found["message"].tolist()
    assert "The identifying column 'IP address' was dropped on reading, in 2 files." in found["message"].tolist()


def test_headers_are_matched_despite_marks_spaces_and_curly_quotes(tiny, cohort, tmp_path):
    columns = {**BEFORE, "comment": "Anything  else,\nin your words? ", "submission": "\ufeffresponse ID"}
    assert len(clean_survey(cohort, tiny, _north(tmp_path, columns)).respondents) == 6


@pytest.mark.parametrize(("place", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_positions_are_told_in_the_letters_of_a_spreadsheet(place, text):
    assert letters(place) == text


def test_a_column_without_header_is_declared_by_an_empty_one(tiny, cohort, alone, tmp_path):
    unnamed = with_columns(tiny, lambda column: column.model_copy(update={"header": ""})
                           if column.header == "Browser" and column.version == "2020" else column)
    data = _north(tmp_path, {**BEFORE, "browser": ""}, [form(browser="Firefox")])
    accounting = clean_survey(cohort, unnamed, data).accounting.set_index("file")
    assert accounting.loc["before/north.csv", "kept"] == 1
    with pytest.raises(UnknownHeaderError, match="1 unknown column"):
        clean_survey(alone, tiny, data)
