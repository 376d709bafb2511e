"""Codes and reasons, from worked exports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbeval.cleaning import clean_survey
from nbeval.dictionary.models import Response
from tests.cleaning.exports import form, later, write_cohort


def _of(cleaned, item, wave="before"):
    """Codes and reasons of one item among the forms of one authority, in the order of submission."""
    answers = cleaned.answers.query("item == @item and wave == @wave and authority == 'north'")
    return [missing if isinstance(missing, str) else code for code, missing in zip(answers["code"], answers["missing"])]


def _north(tiny, cohort, data, before=(), after=()):
    return clean_survey(cohort, tiny, write_cohort(data, {"north": list(before) or [form()]}, {"north": list(after) or [later()]}))


def test_closed_answers_numbers_and_reasons(tiny, cohort, tmp_path):
    forms = [form("1", often="Often", enjoy="0 - Not at all"), form("2", often="Some times", enjoy="10"),
             form("3", often="3", enjoy="Completely"), form("4", often="Don\u2019t know", enjoy="Prefer not to say"),
             form("5", often="Prefer not to say", enjoy="7.0"), form("6", often="  ", enjoy="")]
    cleaned = _north(tiny, cohort, tmp_path, forms)
    assert _of(cleaned, "often") == [1, 2, 3, "dont_know", "prefer_not_to_say", "not_answered"]
    assert _of(cleaned, "enjoy") == [0, 10, 10, "prefer_not_to_say", 7, "not_answered"]


def test_a_label_is_read_by_the_codebook_of_its_version(tiny, cohort, alone, tmp_path):
    cleaned = _north(tiny, cohort, tmp_path, [form("1", often="Often")], [later("1", often="Often or always")])
    assert _of(cleaned, "often") == [1] and _of(cleaned, "often", "after") == [1]
    with pytest.raises(Exception, match="item 'often'"):
        _north(tiny, alone, tmp_path, [form("1", often="Often or always")])


def test_one_column_per_option_blanks_are_nought_once_the_question_is_answered(tiny, cohort, tmp_path):
    pairs = [("Yes", ""), ("", ""), ("Novels", "0"), ("Selected", "1"), ("", "No"), ("No", "No"), ("TRUE", "Not selected")]
    forms = [form(str(number), novels=novels, comics=comics) for number, (novels, comics) in enumerate(pairs)]
    cleaned = _north(tiny, cohort, tmp_path, forms)
    assert _of(cleaned, "reads_novels") == [1, "not_answered", 1, 1, 0, 0, 1]
    assert _of(cleaned, "reads_comics") == [0, "not_answered", 0, 1, 0, 0, 0]


def test_who_refuses_in_the_column_of_one_option_has_refused_the_question(tiny, cohort, tmp_path):
    loaded = tiny.instruments[0]
    refusal = Response(response_set="tick", code=-8, label="Rather not", missing="prefer_not_to_say", source="T1")
    items = tuple(item.model_copy(update={"response_set": "tick"}) if item.part_of else item for item in loaded.items)
    asked = replace(tiny, instruments=(replace(loaded, items=items, responses=(*loaded.responses, refusal)),))
    forms = [form("1", novels="", comics="Rather not"), form("2", novels="Yes", comics="Rather not")]
    cleaned = _north(asked, cohort, tmp_path, forms, [later("1", reads="Rather not")])
    assert _of(cleaned, "reads_novels") == ["prefer_not_to_say", 1]
    assert _of(cleaned, "reads_comics") == ["prefer_not_to_say", "prefer_not_to_say"]
    assert _of(cleaned, "reads_novels", "after") == _of(cleaned, "reads_comics", "after") == ["prefer_not_to_say"]


def test_options_in_one_cell(tiny, cohort, tmp_path):
    cells = ["Novels", "Novels; Comics", "comics;", "", "Comics ; Novels"]
    forms = [later(str(number), reads=cell) for number, cell in enumerate(cells)]
    cleaned = _north(tiny, cohort, tmp_path, after=forms)
    assert _of(cleaned, "reads_novels", "after") == [1, 1, 0, "not_answered", 1]
    assert _of(cleaned, "reads_comics", "after") == [0, 1, 1, "not_answered", 1]


def test_a_repaired_answer_is_a_finding_with_its_count(tiny, cohort, tmp_path):
    forms = [form(str(number), often="Never ") for number in range(5)] + [form("9", often="Never")]
    cleaned = _north(tiny, cohort, tmp_path, forms)
    assert _of(cleaned, "often") == [3, 3, 3, 3, 3, 3]
    found = cleaned.findings.query("check == 'answers_repaired'")
    assert found[["message", "item", "wave", "count"]].to_numpy().tolist() == [
        ["'Never ' read as 'Hardly ever or never', 5 answers.", "often", "before", 5],
    ]


def test_several_spellings_of_one_answer_are_one_finding(tiny, cohort, tmp_path):
    forms = [form(f"{text.replace(' ', '_')}{number}", often=text) for number in range(5) for text in ("SOMETIMES", "Sometimes ", " Sometimes")]
    found = _north(tiny, cohort, tmp_path, [*forms, form("x")]).findings.query("check == 'answers_repaired'")
    assert found["message"].tolist() == ["' Sometimes' and 2 other spellings read as 'Sometimes', 15 answers."]


def test_what_follows_a_number_is_never_shown(tiny, cohort, tmp_path):
    forms = [form(f"{place}-{number}", enjoy=text) for number in range(5) for place, text in enumerate(("7 - canary", "7 (canary)", " 7 "))]
    found = _north(tiny, cohort, tmp_path, forms).findings.query("check == 'answers_repaired'")
    assert found["message"].tolist() == ["Text that begins with the number read as '7', 10 answers."]


def test_an_answer_that_only_few_gave_is_counted_and_never_shown(tiny, cohort, tmp_path):
    found = _north(tiny, cohort, tmp_path, [form("1", often="SOMETIMES"), form("2", often="Sometimes ")]).findings.query("check == 'answers_repaired'")
    assert found[["message", "item", "count"]].to_numpy().tolist() == [
        ["2 answers in spellings that fewer than 5 people each used, read as declared answers (text withheld).", "often", 2]]
    assert not found["message"].str.contains("ometimes", case=False).any()
