"""Files that hold several waves: one row per person and wave, or one row per person with columns for each wave; and filters."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from nbeval.cleaning import clean_survey
from nbeval.dictionary import load
from nbeval.dictionary.enums import Design, Role
from nbeval.dictionary.models import Column, SourceFiles
from nbeval.errors import DictionaryError, UnknownHeaderError
from tests.cleaning.exports import write_csv
from tests.guards import some

DESIGNS = pytest.mark.parametrize("design", list(Design))
#: one row per person, a block of columns for each wave
WIDE = [("Person", Role.PERSON, "", "both"), ("Library", Role.AUTHORITY, "", "both"), ("Phone", Role.IDENTIFYING, "", "both"),
        ("Enjoy 1", Role.ITEM, "enjoy", "first"), ("Card 1", Role.ITEM, "card", "first"),
        ("Enjoy 2", Role.ITEM, "enjoy", "second"), ("Card 2", Role.ITEM, "card", "second")]
#: one row per person and wave
LONG = [("Person", Role.PERSON, ""), ("Library", Role.AUTHORITY, ""), ("Round", Role.WAVE, ""), ("Age", Role.IGNORED, ""),
        ("Enjoy", Role.ITEM, "enjoy"), ("Card", Role.ITEM, "card")]
LONG_ROWS = [
    ["a", "North", "1", "17", "7", "Yes"], ["b", "South", "1", "30", "5", "No"], ["c", "East", "1", "18", "6", "No"],
    ["a", "North", "Second round", "19", "8", "Yes"], ["b", "South", "Second round", "32", "6", "No"], ["d", "East", "pilot", "20", "1", "No"],
]


def columns(version, rows):
    return tuple(Column(version=version, header=header, role=role, item=item) for header, role, item in rows)


def programme(tiny, cohort, design, columns, *files):
    """The tiny programme with one survey whose files are these."""
    instrument = replace(tiny.instruments[0], columns=columns)
    source = cohort.sources[0].model_copy(update={"files": files})
    return replace(tiny, instruments=(instrument,)), cohort.model_copy(update={"sources": (source,), "design": design})


def wide(tiny, cohort, design, data, rows):
    """What is cleaned from a wide file; each block declares its own columns and no other's."""
    versions = {"first": "before", "second": "after"}
    declared = tuple(column for version in versions for column in columns(
        version, [row[:3] for row in WIDE if row[3] in ("both", version)]))
    files = [SourceFiles(wave=wave, pattern="wide.csv", version=version) for version, wave in versions.items()]
    dictionary, asked = programme(tiny, cohort, design, declared, *files)
    write_csv(data / "wide.csv", [row[0] for row in WIDE], rows)
    return clean_survey(asked, dictionary, data)


def long(tiny, cohort, design, data, rows=LONG_ROWS, **more):
    """What is cleaned from a long file."""
    given = {"waves": {"before": ("1",), "after": ("Second round",)}, "other_waves": ("Pilot",), **more}
    dictionary, asked = programme(tiny, cohort, design, columns("long", LONG), SourceFiles(pattern="long.csv", version="long", **given))
    write_csv(data / "long.csv", [row[0] for row in LONG], rows)
    return clean_survey(asked, dictionary, data)


def answered(cleaned, item="enjoy"):
    """The codes of an item by wave, in the order of respondents."""
    given = cleaned.answers[cleaned.answers["item"].eq(item) & cleaned.answers["code"].notna()]
    return {wave: part["code"].tolist() for wave, part in given.groupby("wave", observed=True)}


def account(cleaned):
    """The counts of each wave that are not zero."""
    table = cleaned.accounting.set_index("wave").drop(columns=["file", "authority"])
    return {wave: {name: count for name, count in row.items() if count} for wave, row in table.to_dict("index").items()}


@DESIGNS
def test_a_wide_file_is_read_as_two_waves_whose_forms_add_up(tiny, cohort, tmp_path, design):
    rows = [["a", "North", "1", "7", "Yes", "8", "Yes"], ["b", "South", "1", "5", "No", "", ""], ["c", "East", "1", "", "", "3", "No"],
            ["d", "East", "1", "", "", "", ""]]
    cleaned = wide(tiny, cohort, design, tmp_path, rows)
    assert answered(cleaned) == {"before": [7.0, 5.0], "after": [3.0, 8.0]}
    # who has a form at the other wave is no lost form of this one; who has none at all is empty at both
    assert account(cleaned) == {"before": {"read": 4, "kept": 2, "empty": 1, "other wave": 1},
                                "after": {"read": 4, "kept": 2, "empty": 1, "other wave": 1}}
    said = cleaned.findings.set_index("check").loc["forms_add_up", "message"]
    assert said == ("6 forms read from 1 file: 4 kept, 2 excluded (2 empty); 2 rows are of another wave than the one read.")
    people = cleaned.respondents.groupby("wave", observed=True)["person"].agg(list).to_dict()
    assert people == ({"before": ["a", "b"], "after": ["c", "a"]} if design is Design.MATCHED else {"before": ["", ""], "after": ["", ""]})
    assert cleaned.findings["check"].eq("columns_identifying").sum() == 2


@DESIGNS
def test_a_long_file_gives_each_row_its_wave_and_counts_the_others(tiny, cohort, tmp_path, design):
    cleaned = long(tiny, cohort, design, tmp_path)
    assert answered(cleaned) == {"before": [6.0, 7.0, 5.0], "after": [8.0, 6.0]}
    assert account(cleaned) == {"": {"read": 1, "other wave": 1}, "before": {"read": 3, "kept": 3}, "after": {"read": 2, "kept": 2}}
    said = cleaned.findings.set_index("check").loc["forms_add_up", "message"]
    assert said == "5 forms read from 1 file: 5 kept, 0 excluded; 1 row is of another wave than the one read."


def test_a_long_file_may_be_declared_wave_by_wave(tiny, cohort, tmp_path):
    files = [SourceFiles(wave=wave, pattern="long.csv", version="long", waves={wave: (text,), other: (more,)}, other_waves=("pilot",))
             for wave, text, other, more in (("before", "1", "after", "second round"), ("after", "second round", "before", "1"))]
    dictionary, asked = programme(tiny, cohort, Design.MATCHED, columns("long", LONG), *files)
    write_csv(tmp_path / "long.csv", [row[0] for row in LONG], LONG_ROWS)
    cleaned = clean_survey(asked, dictionary, tmp_path)
    assert account(cleaned) == {"before": {"read": 6, "kept": 3, "other wave": 3}, "after": {"read": 6, "kept": 2, "other wave": 4}}
    assert len(cleaned.inputs) == 1


def test_a_row_of_a_wave_that_nobody_declared_leaves_out_whose_it_is_with_its_file_and_count(tiny, cohort, tmp_path):
    cleaned = long(tiny, cohort, Design.MATCHED, tmp_path, other_waves=())
    (found,) = cleaned.findings.query("check == 'exports_usable' and outcome == 'failure'").itertuples()
    assert "'long.csv': 1 of " in found.message and "rows are of no wave that is declared" in found.message
    assert "pilot" not in found.message and "other_waves" in found.do and found.authority not in set(cleaned.respondents["authority"])
    assert len(cleaned.respondents)


@DESIGNS
@pytest.mark.parametrize("values", [("16-25",), ("17", "18", "19", "20")])
def test_a_filter_leaves_out_whole_rows_and_counts_them(tiny, cohort, tmp_path, design, values):
    cleaned = long(tiny, cohort, design, tmp_path, keep_if={"age": values})
    assert answered(cleaned) == {"before": [6.0, 7.0], "after": [8.0]}
    assert account(cleaned) == {"": {"read": 1, "other wave": 1}, "before": {"read": 3, "kept": 2, "filtered": 1},
                                "after": {"read": 2, "kept": 1, "filtered": 1}}
    assert "2 rows are left out by `keep_if`" in cleaned.findings.set_index("check").loc["forms_add_up", "message"]


def test_what_a_filter_leaves_out_need_not_be_what_the_dictionary_says(tiny, cohort, tmp_path):
    rows = [*LONG_ROWS, ["x", "Another country", "99", "40", "4711", "Perhaps"]]
    cleaned = long(tiny, cohort, Design.MATCHED, tmp_path, rows, keep_if={"Age": ("16-25",)})
    assert cleaned.accounting["filtered"].sum() == 3 and len(cleaned.respondents) == 3


def test_a_filter_of_a_column_that_is_not_there_is_refused(tiny, cohort, tmp_path):
    with pytest.raises(UnknownHeaderError, match="'long.csv' does not have the column that `keep_if` names"):
        long(tiny, cohort, Design.MATCHED, tmp_path, keep_if={"Years": ("16-25",)})


@pytest.mark.parametrize(("old", "new", "said"), [
    ('wave = "after"\npattern', "pattern", "field 'wave': is empty, and no column says it"),
    ('version = "2020"', 'version = "2020"\nwaves = { aftr = ["2"] }', "unknown wave 'aftr'"),
    ('version = "2020"', 'version = "2020"\nwaves = { after = ["2"] }', "no column of role wave"),
    ('version = "2020"', 'version = "2020"\nwaves = { after = ["2"], before = ["2"] }', "'2' is said of two waves"),
    ('version = "2020"', 'version = "2020"\nkeep_if = { Browser = [] }', "names no value of 'Browser'"),
])
def test_what_cannot_be_read_is_a_fault_of_the_dictionary(root, tmp_path, old, new, said):
    folder = shutil.copytree(root / "tests" / "programmes" / "tiny", tmp_path / "tiny")
    path = folder / "cohorts" / "first.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DictionaryError) as caught:
        load(folder)
    assert some([line for line in str(caught.value).splitlines() if said in line]), str(caught.value)
