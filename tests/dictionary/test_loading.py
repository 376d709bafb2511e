"""A good dictionary loads fast into frozen objects that are found by id."""

from __future__ import annotations

import shutil
import time
from datetime import date

import pytest
from pydantic import ValidationError

from nbeval.dictionary import load
from nbeval.dictionary.enums import MissingReason, Status
from nbeval.errors import ParameterError


def test_ids_lead_to_records(loaded):
    assert loaded.cohort("first").label == "First readers"
    assert loaded.authority("north").name == "North Library"
    assert loaded.indicator("card_yes").item == "card"
    assert loaded.scale("reader").highest == 2
    assert loaded.instrument("reading_survey").item("enjoy").highest == 10
    assert loaded.benchmark("all_readers").value == 12
    assert loaded.exhibit("bands").chart == "stacked"
    assert loaded.citation("T1").title == "The tiny register"
    assert [level.level for level in loaded.group("frequency")] == ["often", "rarely"]
    assert list(loaded.groups) == ["frequency"]


@pytest.mark.parametrize(("find", "near", "wanted"), [
    ("cohort", "first", "frist"), ("authority", "north", "nort"), ("indicator", "card_yes", "card_yess"),
    ("scale", "reader", "readr"), ("instrument", "reading_survey", "reading-survey"),
    ("group", "frequency", "frequencies"), ("benchmark", "other_clubs", "other_club"), ("exhibit", "bands", "band"),
    ("citation", "T1", "T11"),
])
def test_an_unknown_id_is_answered_with_the_nearest_and_all_that_are_allowed(loaded, find, near, wanted):
    with pytest.raises(ParameterError) as error:
        getattr(loaded, find)(wanted)
    assert f"'{wanted}'" in error.value.what
    assert error.value.do == f"did you mean '{near}'?"
    assert near in error.value.allowed.split(", ")


def test_an_id_far_from_all_others_is_answered_with_a_list(loaded):
    with pytest.raises(ParameterError) as error:
        loaded.cohort("zzz")
    assert error.value.do == "use one of: first"


def test_an_unknown_item_and_an_unknown_version_are_refused(loaded):
    survey = loaded.instrument("reading_survey")
    with pytest.raises(ParameterError, match="there is no item 'enjoyed'"):
        survey.item("enjoyed")
    with pytest.raises(ParameterError, match="there is no export version '2021'"):
        survey.columns_of("2021")


def test_nothing_can_be_changed_after_loading(loaded):
    with pytest.raises(ValidationError, match="frozen"):
        loaded.cohort("first").label = "other"
    with pytest.raises(AttributeError):
        loaded.indicators = ()
    with pytest.raises(TypeError):
        loaded.groups["age"] = ()


def test_a_codebook_takes_the_answers_of_its_version_and_those_of_all(loaded):
    survey = loaded.instrument("reading_survey")
    labels = {version: [one.label for one in survey.codebook("often", version)] for version in survey.versions}
    assert labels == {
        "2020": ["Prefer not to say", "Don't know", "Often", "Sometimes", "Hardly ever or never"],
        "2022": ["Prefer not to say", "Don't know", "Often or always", "Sometimes", "Hardly ever or never"],
    }
    assert survey.codebook("often", "2020")[0].missing is MissingReason.PREFER_NOT_TO_SAY
    assert survey.codebook("comment", "2020") == ()


def test_an_answer_of_a_version_takes_the_place_of_the_general_one(tiny, edit):
    edit("instruments/reading_survey/response_sets.csv", "yes_no,,1,Yes",
         "yes_no,2022,1,Yes I do,,,confirmed,T1\nyes_no,,1,Yes")
    survey = load(tiny).instrument("reading_survey")
    assert [one.label for one in survey.codebook("card", "2022") if one.code == 1] == ["Yes I do"]
    assert [one.label for one in survey.codebook("card", "2020") if one.code == 1] == ["Yes"]


@pytest.mark.parametrize(("day", "code"), [
    (date(2020, 1, 1), "E99000001"), (date(2021, 3, 31), "E99000001"), (date(2021, 4, 1), "E99000011"),
])
def test_an_official_code_is_that_of_the_day(loaded, day, code):
    assert loaded.code_on("north", "ons", day) == code


def test_an_authority_without_a_code_has_none(loaded):
    assert loaded.code_on("east", "ons", date(2020, 1, 1)) is None
    with pytest.raises(ParameterError):
        loaded.code_on("west", "ons", date(2020, 1, 1))


def test_indicators_are_named_one_by_one_or_together(loaded):
    named = [one.indicator for one in loaded.indicators_named(["headline", "domain:joy", "card_yes"])]
    assert named == ["enjoy_low", "card_yes", "enjoy_middle", "enjoy_high", "enjoy_mean", "reader_mean"]
    assert [one.indicator for one in loaded.indicators_named(["family:main"])] == ["enjoy_low", "card_yes"]
    assert [one.indicator for one in loaded.indicators_named(["distribution:enjoy_bands"])] == [
        "enjoy_low", "enjoy_middle", "enjoy_high"]


def test_the_range_of_a_closed_item_is_that_of_its_numbers_or_its_answers(loaded):
    assert loaded.ranges == {
        "enjoy": (0, 10), "often": (1, 3), "card": (0, 1), "reads_novels": (0, 1), "reads_comics": (0, 1)}


def test_cells_are_text_until_a_field_says_otherwise(tiny, edit):
    edit("instruments/reading_survey/response_sets.csv", "frequency,,3,Hardly ever or never", "frequency,,3,None")
    edit("authority_codes.csv", "north,dfe,901", "north,dfe,007")
    dictionary = load(tiny)
    answers = dictionary.instrument("reading_survey").codebook("often", "2020")
    assert answers[-1].label == "None"
    assert dictionary.code_on("north", "dfe", date(2020, 1, 1)) == "007"


def test_a_byte_order_mark_spaces_and_empty_lines_do_no_harm(tiny, loaded):
    path = tiny / "glossary.csv"
    text = "\ufeffterm , meaning,not_called,source\r\n\r\n base ,Those who were asked,,T1\r\n,,,\r\n"
    path.write_text(text, encoding="utf-8", newline="")
    assert [(one.term, one.meaning) for one in load(tiny).glossary] == [("base", "Those who were asked")]


def test_what_is_not_confirmed_is_listed(loaded):
    listed = {(one.kind, one.id) for one in loaded.unconfirmed()}
    assert listed == {
        ("authority", "riverside"), ("item", "reads_comics"), ("answer", "frequency: 1"), ("scale", "reader"),
        ("indicator", "reader_mean"), ("benchmark", "other_clubs"),
    }
    assert loaded.authority("riverside").status is Status.UNCONFIRMED


def test_the_digest_follows_names_and_bytes_and_nothing_else(tiny, tmp_path, edit):
    before = load(tiny).digest
    copy = shutil.copytree(tiny, tmp_path / "elsewhere")
    assert load(copy).digest == before
    (copy / "glossary.csv").write_bytes((copy / "glossary.csv").read_bytes().replace(b"\n", b"\r\n"))
    (copy / ".hidden").write_text("x")
    (copy / "README.md").write_text("How to write this dictionary.")
    assert load(copy).digest == before, "line ends, hidden files and the README say nothing"
    edit("decisions.md", "", "2. Another.\n")
    assert load(tiny).digest != before


def test_the_environment_names_the_folder(tiny, monkeypatch):
    monkeypatch.setenv("NBEVAL_DICTIONARY", str(tiny))
    assert load().programme.id == "tiny"


def test_the_project_s_own_dictionary_loads_without_fault_and_fast(root, monkeypatch):
    monkeypatch.delenv("NBEVAL_DICTIONARY", raising=False)
    load(root / "data_dictionary")
    started = time.process_time()
    dictionary = load()
    assert time.process_time() - started < 0.5
    assert dictionary.folder == root / "data_dictionary"
    assert dictionary.unconfirmed(), "a reconstruction without a doubt would be a surprise"
