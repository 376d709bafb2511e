"""Which authority a form is of."""

from __future__ import annotations

import pytest

from nbeval.cleaning import clean_survey
from nbeval.dictionary.models import Column
from nbeval.errors import UnknownCodeError
from tests.cleaning.exports import BEFORE, form, write_before


@pytest.fixture
def one_file(tiny, cohort):
    """The dictionary and cohort where one file holds all authorities, which a column names."""
    from dataclasses import replace

    loaded = tiny.instruments[0]
    columns = (*loaded.columns, Column(version="2020", header="Library", role="authority"))
    source = cohort.sources[0]
    files = (source.files[0].model_copy(update={"pattern": "all.csv"}),)
    return (replace(tiny, instruments=(replace(loaded, columns=columns),)),
            cohort.model_copy(update={"sources": (source.model_copy(update={"files": files}),)}))


def test_a_column_may_name_the_authority_by_id_or_name(one_file, tmp_path):
    dictionary, cohort = one_file
    write_before(tmp_path / "all.csv", [form("1", library="South library"), form("2", library="north"), form("1", library="east")],
                 {**BEFORE, "library": "Library"})
    cleaned = clean_survey(cohort, dictionary, tmp_path)
    assert cleaned.respondents["authority"].tolist() == ["east", "north", "south"]
    assert cleaned.accounting[["authority", "read", "kept"]].to_numpy().tolist() == [["", 3, 3]]


@pytest.mark.parametrize("entry", ["canary library", ""])
def test_a_form_of_no_authority_of_the_cohort_stops_the_run(one_file, tmp_path, entry):
    dictionary, cohort = one_file
    write_before(tmp_path / "all.csv", [form("1", library="north"), form("2", library=entry)], {**BEFORE, "library": "Library"})
    with pytest.raises(UnknownCodeError, match="1 of 2 forms of cohort 'first' are of no authority") as caught:
        clean_survey(cohort, dictionary, tmp_path)
    assert "canary" not in str(caught.value) and "north, south, east" in str(caught.value)


def test_a_cohort_without_authorities_has_the_empty_one(one_file, tmp_path):
    dictionary, cohort = one_file
    alone = cohort.model_copy(update={"authorities": ()})
    write_before(tmp_path / "all.csv", [form("1", library=""), form("2", library="")], {**BEFORE, "library": "Library"})
    assert clean_survey(alone, dictionary, tmp_path).respondents["authority"].tolist() == ["", ""]
