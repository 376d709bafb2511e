"""Exports that cannot be used leave out the authorities they are of, and nobody else; where every authority of a wave has a fault the run stops."""

from __future__ import annotations

import pandas as pd
import pytest

from nbeval.cleaning import clean_survey
from nbeval.errors import SourceError, UnknownCodeError
from nbeval.left_out import places_left_out, places_without_answers, sources_left_out
from tests.cleaning.exports import AUTHORITIES, BEFORE, form, write_before, write_cohort

#: the columns of an export of all libraries in one file
SHARED = {**BEFORE, "authority": "Library"}


def broken(*names: str) -> dict[str, list]:
    """The forms of some libraries, with an answer that no codebook has."""
    return {name: [form("1"), form("2", often="canary")] for name in names}


def left(cleaned) -> pd.DataFrame:
    return cleaned.findings[cleaned.findings["check"].eq("exports_usable") & cleaned.findings["outcome"].eq("failure")]


@pytest.mark.parametrize(("names", "common"), [(("north",), False), (("north", "east"), True)])
def test_those_with_a_fault_are_left_out_though_they_be_most(tiny, cohort, tmp_path, names, common):
    cleaned = clean_survey(cohort, tiny, write_cohort(tmp_path, broken(*names)))
    assert set(left(cleaned)["authority"]) == set(names) and set(left(cleaned)["wave"]) == {"before"}
    there = cleaned.respondents[cleaned.respondents["wave"].eq("before")]
    assert set(there["authority"]) == set(AUTHORITIES) - set(names)
    assert set(cleaned.respondents.loc[cleaned.respondents["wave"].eq("after"), "authority"]) == set(AUTHORITIES)
    assert left(cleaned)["message"].str.contains("probably one of the dictionary").all() == common
    assert not left(cleaned)["message"].str.contains("canary").any()


def test_a_fault_of_every_authority_of_a_wave_stops_the_run_and_names_all(tiny, cohort, tmp_path):
    with pytest.raises(UnknownCodeError) as caught:
        clean_survey(cohort, tiny, write_cohort(tmp_path, broken(*AUTHORITIES)))
    message = str(caught.value)
    assert "all 3 authorities of wave 'before' have a fault" in message and "probably one of the dictionary" in message
    assert all(f"authority '{name}': " in message for name in AUTHORITIES) and "canary" not in message


def test_different_faults_of_every_authority_are_all_named(tiny, cohort, tmp_path):
    data = write_cohort(tmp_path, broken("north"))
    (data / "before" / "south.csv").write_bytes(b"")
    (data / "before" / "east.csv").write_bytes(b"<html>")
    with pytest.raises((SourceError, UnknownCodeError)) as caught:
        clean_survey(cohort, tiny, data)
    for words in ("authority 'south': 'before/south.csv' is empty", "authority 'east': 'before/east.csv' is not the kind", "authority 'north': "):
        assert words in str(caught.value)


@pytest.fixture
def shared(tiny, cohort):
    """The dictionary and the cohort with one file of all libraries at the first wave."""
    from dataclasses import replace

    from nbeval.dictionary.models import Column

    loaded = tiny.instruments[0]
    column = Column(version="2020", header="Library", role="authority", required=True)
    source = cohort.sources[0]
    files = (source.files[0].model_copy(update={"pattern": "before/all.csv"}), *source.files[1:])
    return (replace(tiny, instruments=(replace(loaded, columns=(*loaded.columns, column)),)),
            cohort.model_copy(update={"sources": (source.model_copy(update={"files": files}),)}))


def write_shared(data, rows: list[dict[str, str]]):
    """Write the file of all libraries."""
    write_cohort(data)
    for name in AUTHORITIES:
        (data / "before" / f"{name}.csv").unlink()
    write_before(data / "before" / "all.csv", rows, SHARED)
    return data


def test_rows_of_one_authority_in_a_shared_file_are_left_out_and_counted(shared, tmp_path):
    dictionary, cohort = shared
    rows = [form("1", authority="North Library"), form("2", authority="south", often="canary"), form("3", authority="south"), form("4", authority="east")]
    cleaned = clean_survey(cohort, dictionary, write_shared(tmp_path, rows))
    (found,) = left(cleaned).itertuples()
    assert (found.wave, found.authority, found.count) == ("before", "south", 2)
    assert "with 2 rows of a file that it shares" in found.message and "canary" not in found.message
    there = cleaned.respondents[cleaned.respondents["wave"].eq("before")]
    assert sorted(there["authority"]) == ["east", "north"]
    assert cleaned.accounting.loc[cleaned.accounting["wave"].eq("before"), ["read", "kept"]].values.tolist() == [[2, 2]]


def test_a_row_of_no_known_authority_is_nobodys_own_and_stops_the_run(shared, tmp_path):
    dictionary, cohort = shared
    rows = [form("1", authority="north"), form("2", authority="south", often="canary"), form("3", authority="canary"), form("4", authority="east")]
    with pytest.raises(UnknownCodeError, match="of no authority of the cohort") as caught:
        clean_survey(cohort, dictionary, write_shared(tmp_path, rows))
    assert "canary" not in str(caught.value)


def test_positions_in_a_shared_file_are_those_of_the_file(shared, tmp_path):
    dictionary, cohort = shared
    rows = [form(str(k), authority="north") for k in range(5)] + [form("9", authority="south", status="canary"), form("10", authority="east")]
    cleaned = clean_survey(cohort, dictionary, write_shared(tmp_path, rows))
    assert left(cleaned)["authority"].tolist() == ["south"] and len(cleaned.respondents) == 6 + 3


def test_what_leaves_an_authority_without_answers_is_told_from_what_leaves_out_another_source():
    rows = [{"check": check, "outcome": "failure", "source": "s", "wave": "w", "authority": "a", "item": "", "count": 1, "message": "", "do": ""}
            for check in ("exports_usable", "forms_kept", "entries_usable", "another")]
    findings = pd.DataFrame(rows)
    assert len(places_left_out(findings)) == 3 and len(places_without_answers(findings)) == 2
    assert sources_left_out(findings) == (("s", "w", "a"),)
