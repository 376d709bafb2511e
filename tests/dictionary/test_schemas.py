"""Schemas for other people's tools agree with the dictionary."""

from __future__ import annotations

import json
import tomllib

import pytest

from nbeval.dictionary.schemas import FILES, table_schema, write_json_schemas, write_table_schemas
from nbeval.errors import ParameterError


def field(loaded, version: str, name: str) -> dict:
    fields = table_schema(loaded.instrument("reading_survey"), version)["fields"]
    return next(one for one in fields if one["name"] == name)


def test_one_schema_is_written_per_instrument_and_version(loaded, tmp_path):
    written = write_table_schemas(loaded, tmp_path)
    assert [path.name for path in written] == ["reading_survey.2020.schema.json", "reading_survey.2022.schema.json"]
    schema = json.loads(written[0].read_text(encoding="utf-8"))
    columns = loaded.instrument("reading_survey").columns_of("2020")
    assert [one["name"] for one in schema["fields"]] == [column.header for column in columns]
    assert schema["primaryKey"] == ["Response ID"]


def test_answers_are_categories_and_labels_of_missing_answers_are_missing_values(loaded):
    often = field(loaded, "2022", "Q2 | How often do you read?")
    assert [one["value"] for one in often["categories"]] == ["Often or always", "Sometimes", "Hardly ever or never"]
    assert [one["nbeval:code"] for one in often["categories"]] == [1, 2, 3]
    assert often["missingValues"] == ["", "Prefer not to say", "Don't know"]


def test_several_options_in_one_column_are_a_list(loaded):
    reads = field(loaded, "2022", "Q4 | What do you read?")
    assert (reads["type"], reads["delimiter"], reads["nbeval:options"]) == ("list", ";", ["Novels", "Comics"])


def test_numbers_with_labelled_ends_stay_text_and_plain_ones_have_bounds(loaded, root):
    from nbeval.dictionary import load

    assert field(loaded, "2020", "How much do you enjoy reading?")["type"] == "string"
    survey = load(root / "data_dictionary").instrument("ylbc")
    numbers = [one for one in table_schema(survey, survey.versions[0])["fields"] if one["type"] == "number"]
    assert numbers and all(one["constraints"]["minimum"] < one["constraints"]["maximum"] for one in numbers)


def test_every_plain_table_of_another_source_has_a_schema_that_says_what_may_be_entered(root, tmp_path):
    from nbeval.dictionary import load

    dictionary = load(root / "data_dictionary")
    names = {path.name for path in write_table_schemas(dictionary, tmp_path)}
    for instrument in ("visit_log.v1", "action_plan_log.v1", "interview_codes.dedoose", "quote_bank.v1", "ofsted_judgements.v1", "entry_file.conditions"):
        assert f"{instrument}.schema.json" in names
    assert not [name for name in names if name.startswith(("lantern_bridge", "official_tables"))], "no plain tables"
    schema = json.loads((tmp_path / "ofsted_judgements.v1.schema.json").read_text(encoding="utf-8"))
    fields = {one["name"]: one for one in schema["fields"]}
    assert fields["Date"]["type"] == "date"
    assert [one["value"] for one in fields["Grade"]["categories"]] == ["Outstanding", "Good", "Requires improvement to be good", "Inadequate"]


def test_an_unknown_version_is_refused(loaded):
    with pytest.raises(ParameterError, match="no export version '2021'"):
        table_schema(loaded.instrument("reading_survey"), "2021")


def test_every_file_of_a_dictionary_has_a_json_schema(tiny, tmp_path):
    written = {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
               for path in write_json_schemas(tmp_path)}
    assert set(written) == set(FILES) and len(FILES) == 31
    cohort = tomllib.loads((tiny / "cohorts/first.toml").read_text(encoding="utf-8"))
    assert set(cohort) <= set(written["cohort"]["properties"])
    assert set(written["cohort"]["required"]) <= set(cohort)
    assert written["cohort"]["additionalProperties"] is False
