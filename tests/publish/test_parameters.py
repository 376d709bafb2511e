"""Parameters are checked by name and type before anything runs."""

from __future__ import annotations

import pytest

from nbeval.errors import ParameterError, RenderError
from nbeval.publish import render
from nbeval.publish.job import check_parameters, declared_parameters


def test_names_and_defaults_are_read_without_running(job):
    assert declared_parameters(job("ok").notebook) == {"cohort": "invented", "wave": "first", "authority": "", "rounds": 1}


def test_a_misspelt_name_is_refused_with_the_nearest_one(job):
    with pytest.raises(ParameterError, match="no parameter 'cohrt'") as fault:
        check_parameters({"cohrt": "specimen"}, job("ok").notebook)
    assert "did you mean 'cohort'?" in str(fault.value)
    assert "cohort, wave, authority, rounds" in str(fault.value)


@pytest.mark.parametrize(("name", "value"), [("cohort", 3), ("rounds", "3"), ("rounds", True), ("cohort", None)])
def test_a_value_of_another_type_is_refused(job, name, value):
    with pytest.raises(ParameterError, match=f"parameter '{name}' of ok.ipynb takes"):
        check_parameters({name: value}, job("ok").notebook)


def test_values_that_fit_are_taken(job):
    check_parameters({"cohort": "a", "rounds": 3}, job("ok").notebook)


@pytest.mark.parametrize("name", ["no_parameters", "computed_parameters", "missing"])
def test_a_notebook_without_a_plain_parameters_cell_is_refused(job, name):
    with pytest.raises(RenderError):
        declared_parameters(job(name).notebook)


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    (tmp_path / "x.ipynb").write_text("not json")
    with pytest.raises(RenderError, match="not a notebook"):
        declared_parameters(tmp_path / "x.ipynb")


def test_nothing_is_written_where_one_job_has_a_wrong_parameter(job, tmp_path):
    with pytest.raises(ParameterError):
        render([job("ok"), job("plain", parameters={"wvae": "first"})], tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("changes", [{"folder": "../x"}, {"folder": "a//b"}, {"folder": "/a"}, {"folder": ".hidden"}])
def test_a_folder_that_could_lie_outside_is_refused(job, tmp_path, changes):
    with pytest.raises(ParameterError, match="cannot be the folder"):
        render([job("ok", **changes)], tmp_path)


def test_two_jobs_for_one_folder_are_refused(job, tmp_path):
    with pytest.raises(ParameterError, match="the same folder"):
        render([job("ok"), job("ok")], tmp_path)


def test_an_unknown_format_is_refused(job, tmp_path):
    with pytest.raises(ParameterError, match="did you mean 'html'"):
        render([job("ok")], tmp_path, formats=("htm",))
