"""What a report says it rests on, and what it must not say."""

from __future__ import annotations

import json
import pickle
import re

import nbformat
import pytest

from nbeval.errors import NbevalError, ParameterError
from nbeval.publish.executed import scrub
from nbeval.publish.one_report import place_in_package
from nbeval.publish.staging import check_folder
from tests.guards import some


@pytest.fixture(scope="module")
def record(mixed):
    return json.loads((mixed[0] / "specimen/ok/provenance.json").read_text(encoding="utf-8"))


def test_inputs_dictionary_parameters_seeds_versions_and_results_are_there(record):
    assert record["completed"] is True
    assert record["inputs"] == [{"name": "first/a.csv", "sha256": "a" * 64}]
    assert record["dictionary"] == {"digest": "d" * 64, "entries": {"indicators safe": "e" * 16}, "numbers": {"scales": "c" * 16}}
    assert record["parameters"] == {"cohort": "specimen"}
    assert record["seeds"] == {"bootstrap": 7}
    assert record["packages"]["pandas"]
    assert len(record["nbeval"]["code"]) == len(record["notebook"]["sha256"]) == 64
    assert record["exhibits"] == [{
        "id": "levels", "label": "Figure 1", "title": "How things stood & what <changed>", "section": "", "source": "",
        "heading": "At home", "anchor": "shown-levels", "rows": ["Feels safe at home", "=2+2 *not* #code"],
        "results": ["survey|safe|percent|first|||||", "survey|odd|percent|first|||||"]}]
    assert set(record["outputs"]) == {"report.ipynb", "report.html", "results.csv"}
    assert list(record["when"]) == ["finished"]


def test_no_path_and_no_clock_outside_when(mixed):
    for name in ("ok", "plain"):
        for file in some((mixed[0] / "specimen" / name).iterdir()):
            text = file.read_text(encoding="utf-8")
            if file.name == "provenance.json":
                text = json.dumps({key: part for key, part in json.loads(text).items() if key != "when"})
            assert not re.search(r"/home/|/tmp/|/root/|/Users/|\d{4}-\d\d-\d\dT", text), file.name


def test_a_scrubbed_notebook_keeps_outputs_and_loses_what_depends_on_the_machine(tmp_path):
    notebook = nbformat.v4.new_notebook(metadata={"papermill": {"input_path": "/home/me/x.ipynb"}})
    cell = nbformat.v4.new_code_cell("x", execution_count=4, metadata={"papermill": {"duration": 1}, "tags": ["a"]})
    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="/home/me/lib.py: warning"),
                    nbformat.v4.new_output("execute_result", data={"text/plain": "<Thing at 0x7f12ab34cd56>"})]
    notebook.cells = [cell]
    clean = scrub(notebook, {"kind": "baseline"})
    assert clean.metadata.nbeval == {"kind": "baseline", "completed": True}
    assert "papermill" not in clean.metadata
    assert clean.cells[0].metadata == {"tags": ["a"]}
    assert clean.cells[0].execution_count == 4
    assert [output["data"]["text/plain"] for output in clean.cells[0].outputs] == ["<Thing at 0x…>"]


def test_a_fault_survives_its_way_between_processes_without_the_rows_at_fault():
    fault = ParameterError("no such thing.", found="x", allowed="a, b", where="here", do="choose.", rows=[1])
    back = pickle.loads(pickle.dumps(fault))
    assert (type(back), str(back), back.rows) == (ParameterError, str(fault), None)


def test_the_place_of_a_fault_in_the_package_holds_no_path_of_the_machine():
    with pytest.raises(AttributeError) as caught:
        check_folder(None)
    assert re.fullmatch(r"nbeval/publish/staging\.py, line \d+", place_in_package(caught.value))


def test_every_fault_of_the_family_has_a_remedy(mixed):
    for outcome in some(mixed[1].failed):
        assert isinstance(outcome.fault, NbevalError)
        assert outcome.fault.do
