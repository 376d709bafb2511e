"""What cannot be right of what was collected is said, with its file, wave, authority and count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbeval.cleaning import clean_survey
from nbeval.dictionary.enums import Design, Role
from nbeval.dictionary.models import Eligible
from nbeval.errors import UnknownCodeError
from tests.cleaning.exports import AUTHORITIES, BEFORE, form, later, with_columns, with_rules, write_before, write_cohort
from tests.guards import some

BLANK = {"enjoy": "", "often": "", "card": "", "novels": "", "comics": "", "reads": ""}


def found(cleaned, check):
    """Outcome, wave, authority, item and count of each finding of a check that is more than a pass."""
    rows = cleaned.findings[cleaned.findings["check"].eq(check) & cleaned.findings["outcome"].ne("pass")]
    return list(rows[["outcome", "wave", "authority", "item", "count"]].itertuples(index=False, name=None))


def messages(cleaned, check):
    return " ".join(cleaned.findings.loc[cleaned.findings["check"].eq(check), "message"])


def forms(count, **answers):
    return [form(str(number), **answers) for number in range(count)]


def with_persons(tiny):
    """The dictionary in which the number of the form is that of the person."""
    def change(column):
        return column.model_copy(update={"role": Role.PERSON}) if column.header == "Browser" else column
    return with_columns(tiny, change)


def test_an_authority_none_of_whose_forms_counts_is_a_failure_that_names_it(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"south": forms(4, **BLANK)}))
    assert found(cleaned, "forms_kept") == [("failure", "before", "south", "", 4)]
    assert "before/south.csv" in messages(cleaned, "forms_kept")


def test_forms_that_are_all_empty_fail_and_no_check_of_nobody_passes(tiny, cohort, tmp_path):
    empty = {name: forms(40, **BLANK) for name in AUTHORITIES}
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, empty, {name: [later(**BLANK)] for name in AUTHORITIES}))
    assert found(cleaned, "forms_kept") == [("failure", "before", "", "", 120), ("failure", "after", "", "", 3)]
    passed = set(cleaned.findings.loc[cleaned.findings["outcome"].eq("pass"), "check"])
    assert passed == {"forms_add_up", "exports_usable", "waves_to_come", "files_unexpected"} | ({"files_distinct"} & passed)
    assert "Not checked: no form was kept." in set(cleaned.findings["message"])


def test_more_forms_than_people_who_could_have_answered_is_a_failure(tiny, cohort, tmp_path):
    known = cohort.model_copy(update={"eligible": (Eligible(authority="north", wave="before", count=5, source="T1"),
                                                   Eligible(authority="south", wave="before", count=9, source="T1"))})
    cleaned = clean_survey(known, tiny, write_cohort(tmp_path, {"north": forms(8), "south": forms(9)}))
    assert found(cleaned, "forms_eligible") == [("failure", "before", "north", "", 8)]


def test_a_person_with_two_forms_at_a_wave_is_named_by_place_and_never_by_number(tiny, cohort, tmp_path):
    columns = {**BEFORE, "person": "Browser"}
    data = write_cohort(tmp_path)
    write_before(data / "before" / "east.csv", [form(str(number), person=person) for number, person in enumerate(("p-77", "p-77", "p-78"))], columns)
    matched = cohort.model_copy(update={"design": Design.MATCHED})
    cleaned = clean_survey(matched, with_persons(tiny), data)
    assert found(cleaned, "persons_once") == [("warning", "before", "east", "", 2)]
    assert "before/east.csv" in messages(cleaned, "persons_once") and "p-77" not in messages(cleaned, "persons_once")
    assert found(clean_survey(cohort, with_persons(tiny), data), "persons_once") == []


def test_exports_of_two_waves_in_one_anothers_place_fail(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"south": [form(started="2022-04-02 10:00", finished="2022-04-02 10:05")]},
                        {"south": [later(started="2020-04-02 10:00", finished="2020-04-02 10:05")]})
    cleaned = clean_survey(cohort, tiny, data)
    assert found(cleaned, "waves_in_order") == [("failure", "after", "south", "", 0)]
    assert "after/south.xlsx" in messages(cleaned, "waves_in_order") and "'before'" in messages(cleaned, "waves_in_order")


def test_waves_without_a_question_in_common_are_found(tiny, cohort, tmp_path):
    def apart(column):
        dropped = column.version == "2022" and column.item in ("enjoy", "card", "reads")
        kept = column.version == "2020" and column.item == "often"
        return column.model_copy(update={"role": Role.IGNORED, "item": ""}) if dropped or kept else column
    cleaned = clean_survey(cohort, with_columns(tiny, apart), write_cohort(tmp_path))
    assert found(cleaned, "waves_share_items") == [("warning", "after", "", "", 0)]
    assert found(clean_survey(cohort, tiny, tmp_path), "waves_share_items") == []
    declared = cohort.model_copy(update={"contrasts": (("after", "before"),)})
    assert found(clean_survey(declared, with_columns(tiny, apart), tmp_path), "waves_share_items") == [("failure", "after", "", "", 0)]


def test_a_comparison_authority_without_a_baseline_is_found(tiny, cohort, tmp_path):
    compared = cohort.model_copy(update={"comparison_authorities": ("east", "south")})
    cleaned = clean_survey(compared, tiny, write_cohort(tmp_path, {"east": forms(3, **BLANK)}))
    assert found(cleaned, "comparison_waves") == [("warning", "before", "east", "", 0)]


@pytest.mark.parametrize("value", ["7.5", "3.25"])
def test_answers_between_the_points_of_a_scale_are_found_by_place(tiny, cohort, tmp_path, value):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"north": [*forms(2, enjoy=value), form("9")], "south": forms(3)}))
    assert found(cleaned, "answers_whole") == [("warning", "before", "north", "enjoy", 2)]
    assert "before/north.csv" in messages(cleaned, "answers_whole") and value not in messages(cleaned, "answers_whole")


def test_a_half_point_is_refused_where_every_answer_of_the_scale_has_a_row(tiny, alone, tmp_path):
    loaded = tiny.instruments[0]
    ends = next(one for one in loaded.responses if one.response_set == "ends" and one.code == 0)
    every = tuple(ends.model_copy(update={"code": code, "label": f"{code} of 10", "also": ""}) for code in range(11))
    listed = replace(tiny, instruments=(replace(loaded, responses=(*(one for one in loaded.responses if one.response_set != "ends"), *every)),))
    with pytest.raises(UnknownCodeError, match="item 'enjoy'.*2 of 3 answers are not") as caught:
        clean_survey(alone, listed, write_cohort(tmp_path, {"north": [*forms(2, enjoy="4.5"), form("9")]}))
    assert "before/north.csv (2 forms)" in str(caught.value) and "keep_if" in str(caught.value)


def test_numbers_in_place_of_labels_are_found_where_others_are_labels(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"north": forms(4, often="2")}))
    assert found(cleaned, "answers_numbered") == [("warning", "before", "", "often", 4)]
    numbered = {name: forms(4, often="2") for name in AUTHORITIES}
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, numbered))
    assert found(cleaned, "answers_numbered") == [("warning", "before", "", "often", 12)]
    throughout = {name: forms(4, often="2", card="1") for name in AUTHORITIES}
    assert found(clean_survey(cohort, tiny, write_cohort(tmp_path, throughout)), "answers_numbered") == []


def test_a_choice_that_excludes_the_others_is_found_together_with_one(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    items = tuple(one.model_copy(update={"exclusive": one.item == "reads_comics"}) for one in loaded.items)
    alone = replace(tiny, instruments=(replace(loaded, items=items),))
    cleaned = clean_survey(cohort, alone, write_cohort(tmp_path, {"east": [form("1", comics="Yes"), form("2", novels="No", comics="Yes")]}))
    assert found(cleaned, "answers_exclusive") == [("warning", "before", "east", "", 1)]
    said = messages(cleaned, "answers_exclusive")
    assert "(text withheld) in 'reads'" in said and "Comics" not in said, "what one person chose is that person's answer"
    many = [form(str(number), comics="Yes") for number in range(5)]
    cleaned = clean_survey(cohort, alone, write_cohort(tmp_path / "many", {"east": many}))
    assert "'Comics' in 'reads'" in messages(cleaned, "answers_exclusive")


def test_forms_with_nothing_ticked_are_counted(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"east": [form("1", novels="0", comics="0"), form("2")]}))
    assert found(cleaned, "answers_none_ticked") == [("note", "before", "east", "", 1)]
    assert "nothing ticked" in messages(cleaned, "answers_none_ticked")


def test_labels_of_the_test_column_that_nobody_declared_are_found(tiny, cohort, tmp_path):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, {"east": [form("1", test="Survey preview"), form("2", test="No")]}))
    assert found(cleaned, "tests_declared") == [("warning", "before", "east", "", 1)]


def test_forms_that_the_survey_tool_screened_out_are_excluded_by_their_label(tiny, alone, tmp_path):
    data = write_cohort(tmp_path, {"north": [form("1", status="Disqualified"), form("2")]})
    with pytest.raises(UnknownCodeError, match="status column"):
        clean_survey(alone, tiny, data)
    cleaned = clean_survey(alone, with_rules(tiny, excluded_labels=("Disqualified",)), data)
    account = cleaned.accounting.set_index("file").loc["before/north.csv"]
    assert (account["read"], account["kept"], account["screened out"]) == (2, 1, 1)


def test_one_export_under_two_names_fails(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"north": forms(5), "south": [form("77")]})
    (data / "before" / "east.csv").write_bytes((data / "before" / "north.csv").read_bytes())
    cleaned = clean_survey(cohort, tiny, data)
    assert ("failure", "", "", "", 2) in found(cleaned, "files_distinct")
    assert {row[:3] for row in found(cleaned, "forms_of_others")} >= {("failure", "before", "east"), ("failure", "before", "north")}


def test_any_text_is_a_tick_where_the_dictionary_says_so(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    one = next(one for one in loaded.responses if one.response_set == "yes_no" and one.code == 1)
    typed = one.model_copy(update={"response_set": "typed", "label": "Ticked", "also": "*"})
    items = tuple(item.model_copy(update={"response_set": "typed"}) if item.item == "reads_comics" else item for item in loaded.items)
    ticked = replace(tiny, instruments=(replace(loaded, items=items, responses=(*loaded.responses, typed)),))
    cleaned = clean_survey(cohort, ticked, write_cohort(tmp_path, {"east": [form("1", comics="Manga, mostly"), form("2", comics="")]}))
    codes = cleaned.answers.query("item == 'reads_comics' and wave == 'before' and authority == 'east'")["code"]
    assert codes.tolist() == [1, 0] and "Manga" not in " ".join(cleaned.findings["message"])


def test_each_file_writes_its_days_in_its_own_way(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, {"north": [form("1", started="03/25/2020 10:00", finished="03/25/2020 10:05")],
                                   "south": [form("2", started="25/03/2020 10:00", finished="25/03/2020 10:05")]})
    cleaned = clean_survey(cohort, tiny, data)
    assert found(cleaned, "times_readable") == found(cleaned, "forms_late") == found(cleaned, "forms_early") == []


def test_lines_above_the_header_are_skipped_where_declared_and_said_where_not(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path)
    for name in AUTHORITIES:
        path = data / "before" / f"{name}.csv"
        path.write_text("Readers\nexported on 1 June\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Exception, match="lines above the header"):
        clean_survey(cohort, tiny, data)
    first, second = cohort.sources[0].files
    source = cohort.sources[0].model_copy(update={"files": (first.model_copy(update={"skip_lines": 2}), second)})
    assert len(clean_survey(cohort.model_copy(update={"sources": (source,)}), tiny, data).respondents) == 6




def test_no_message_of_any_check_names_a_label_that_few_people_gave(tiny, cohort, tmp_path):
    """Every closed question is answered in spellings of its own, by one person each; what all of them gave may be named."""
    odd = [form(str(number), often=often, card=card, enjoy=enjoy, novels=novels, comics=comics) for number, (often, card, enjoy, novels, comics) in enumerate([
        ("OFTEN", "YES", "10 - completely", "yes", "YES"), ("NEVER", "no ", "0 - not at all", "NO", "no"), ("Sometimes ", "Yes", "7.5", "Yes", "Yes"),
        ("hardly  ever", "no", "3", "selected", "not selected")])]
    loaded = tiny.instruments[0]
    items = tuple(one.model_copy(update={"exclusive": one.item == "reads_comics"}) for one in loaded.items)
    cleaned = clean_survey(cohort, replace(tiny, instruments=(replace(loaded, items=items),)), write_cohort(tmp_path, {"east": odd}))
    texts = " ".join(cleaned.findings["message"])
    rare = {label for one in loaded.responses for label in one.spellings} - {"Yes", "Sometimes"}
    rare |= {one.label for one in loaded.items if one.part_of} | {cell for one in odd for cell in (one["often"], one["card"], one["enjoy"])} - {"Yes"}
    assert "(text withheld)" in texts
    assert [label for label in some(sorted(rare), 6) if f"'{label.strip()}'" in texts] == []
