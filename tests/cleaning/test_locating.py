"""Where exports lie."""

from __future__ import annotations

import hashlib

import pytest

from nbeval.cleaning.files import locate, not_there_yet, record_inputs, unexpected, waves_to_come
from nbeval.errors import NoDataError, SourceError
from tests.cleaning.exports import write_before, write_cohort


def _with_files(cohort, **changes):
    source = cohort.sources[0]
    files = tuple(one.model_copy(update=changes) for one in source.files)
    return cohort.model_copy(update={"sources": (source.model_copy(update={"files": files}),)})


def test_files_are_found_for_every_wave_and_authority(cohort, tmp_path):
    files = locate(cohort, cohort.sources[0], write_cohort(tmp_path))
    assert [(file.wave, file.authority, file.name) for file in files][:2] == [
        ("before", "north", "before/north.csv"), ("before", "south", "before/south.csv"),
    ]
    assert len(files) == 6 and {file.header_rows for file in files if file.wave == "after"} == {2}


def test_a_folder_with_the_cohorts_id_is_used_where_there_is_one(cohort, tmp_path):
    write_cohort(tmp_path / cohort.id)
    assert locate(cohort, cohort.sources[0], tmp_path)[0].name == f"{cohort.id}/before/north.csv"


def test_a_missing_file_is_an_error_that_says_whose_and_where(cohort, tmp_path):
    write_cohort(tmp_path)
    (tmp_path / "after" / "south.xlsx").unlink()
    (tmp_path / "before" / "east.csv").unlink()
    with pytest.raises(SourceError, match="2 of 6 declared files are not in the data folder") as caught:
        locate(cohort, cohort.sources[0], tmp_path)
    message = str(caught.value)
    assert "authority 'east' wave 'before' -> before/east.csv" in message
    assert "authority 'south' wave 'after' -> after/south.xlsx" in message
    assert "not_expected" in message and str(tmp_path) not in message


def test_an_authority_that_made_no_return_by_agreement_is_not_missed(cohort, tmp_path):
    write_cohort(tmp_path)
    (tmp_path / "before" / "east.csv").unlink()
    (tmp_path / "after" / "east.xlsx").unlink()
    agreed = _with_files(cohort, not_expected=("east",))
    assert len(locate(agreed, agreed.sources[0], tmp_path)) == 4


def test_files_may_be_those_of_some_authorities_only(cohort, tmp_path):
    source = cohort.sources[0]
    before, after = source.files
    parts = (before, after.model_copy(update={"authorities": ("north", "south")}),
             after.model_copy(update={"authorities": ("east",), "pattern": "after/one library's own name.xlsx"}))
    parted = cohort.model_copy(update={"sources": (source.model_copy(update={"files": parts}),)})
    write_cohort(tmp_path)
    (tmp_path / "after" / "east.xlsx").rename(tmp_path / "after" / "one library's own name.xlsx")
    found = [(file.authority, file.name) for file in locate(parted, parted.sources[0], tmp_path) if file.wave == "after"]
    assert found == [("north", "after/north.xlsx"), ("south", "after/south.xlsx"),
                     ("east", "after/one library's own name.xlsx")]
    assert unexpected(parted, tmp_path) == []


def test_a_data_folder_that_does_not_exist_is_named_without_its_path(cohort, tmp_path):
    with pytest.raises(NoDataError, match="no data folder 'nowhere'") as caught:
        locate(cohort, cohort.sources[0], tmp_path / "nowhere")
    assert str(tmp_path) not in str(caught.value)


def test_a_pattern_names_its_sheet_after_a_hash(cohort, tmp_path):
    named = _with_files(cohort, pattern="{authority}.xlsx#Raw data")
    for authority in cohort.authorities:
        write_before(tmp_path / f"{authority}.xlsx", [])
    file = locate(named, named.sources[0], tmp_path)[0]
    assert (file.name, file.sheet) == ("north.xlsx", "Raw data")


@pytest.mark.parametrize("folder", ["", "first"])
def test_undeclared_files_are_seen_and_hidden_ones_and_corrections_are_not(cohort, tmp_path, folder):
    here = write_cohort(tmp_path / folder)
    for name in ("before/west.csv", "notes.txt", ".hidden", "corrections.csv"):
        (here / name).write_text("x")
    prefix = f"{folder}/" if folder else ""
    assert unexpected(cohort, tmp_path) == [f"{prefix}before/west.csv", f"{prefix}notes.txt"]


def test_inputs_are_recorded_with_their_checksum_and_size(cohort, tmp_path):
    files = locate(cohort, cohort.sources[0], write_cohort(tmp_path))
    corrections = tmp_path / "corrections.csv"
    corrections.write_text("x")
    inputs = record_inputs(files, corrections, tmp_path)
    raw = (tmp_path / "before" / "north.csv").read_bytes()
    assert inputs.iloc[0].tolist() == ["before/north.csv", hashlib.sha256(raw).hexdigest(), len(raw)]
    assert len(inputs) == 7 and inputs.iloc[-1]["file"] == "corrections.csv"


def _without(folder, *names):
    for name in names:
        (folder / name).unlink()


def test_a_later_wave_that_is_not_there_yet_is_left_out_and_named(cohort, tmp_path):
    write_cohort(tmp_path)
    _without(tmp_path, *(f"after/{name}.xlsx" for name in ("north", "south", "east")))
    source = cohort.sources[0]
    assert {file.wave for file in locate(cohort, source, tmp_path)} == {"before"}
    assert waves_to_come(cohort, source, tmp_path) == ("after",)
    assert not_there_yet(cohort, source, tmp_path) == {"after": 3}


def test_a_wave_that_one_authority_lacks_and_a_first_wave_are_never_to_come(cohort, tmp_path):
    write_cohort(tmp_path)
    _without(tmp_path, "after/south.xlsx")
    assert waves_to_come(cohort, cohort.sources[0], tmp_path) == ()
    with pytest.raises(SourceError, match="1 of 6 declared files"):
        locate(cohort, cohort.sources[0], tmp_path)
    _without(tmp_path, *(f"before/{name}.csv" for name in ("north", "south", "east")))
    with pytest.raises(SourceError, match="4 of 6 declared files"):
        locate(cohort, cohort.sources[0], tmp_path)


def test_a_source_of_no_wave_may_lack_while_a_wave_is_to_come(cohort, tmp_path):
    write_cohort(tmp_path)
    files = cohort.sources[0].files[:1]
    plans = cohort.sources[0].model_copy(update={"id": "plans", "files": (files[0].model_copy(update={"wave": "", "pattern": "plans/{authority}.csv"}),)})
    whole = cohort.model_copy(update={"sources": (*cohort.sources, plans)})
    with pytest.raises(SourceError, match="3 of 3 declared files"):
        locate(whole, plans, tmp_path, may_lack=True)
    _without(tmp_path, *(f"after/{name}.xlsx" for name in ("north", "south", "east")))
    assert locate(whole, plans, tmp_path, may_lack=True) == [] and not_there_yet(whole, plans, tmp_path) == {"": 3}
