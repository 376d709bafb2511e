"""The research object of a cohort."""

from __future__ import annotations

import json
import re

import pytest
from rocrate.rocrate import ROCrate

from nbeval.release.crate import crate_bytes
from nbeval.publish.index import CRATE, entries
from tests.guards import some


@pytest.fixture(scope="module")
def graph(mixed):
    data = json.loads((mixed[0] / "specimen" / CRATE).read_text(encoding="utf-8"))
    return {node["@id"]: node for node in data["@graph"]}


def test_another_tool_reads_it(mixed):
    crate = ROCrate(str(mixed[0] / "specimen"))
    assert {"ok/", "plain/"} <= {part.id for part in crate.root_dataset["hasPart"]}


def test_every_file_is_there_with_its_checksum(graph, mixed):
    record = json.loads((mixed[0] / "specimen/ok/provenance.json").read_text(encoding="utf-8"))
    for name, digest in some(record["outputs"].items()):
        assert graph[f"ok/{name}"]["sha256"] == digest


def test_inputs_code_lock_parameters_seeds_and_results_are_there(graph):
    assert graph["#input-first/a.csv"]["sha256"] == "a" * 64
    making = graph["#making-ok"]
    made_from = {one["@id"] for one in making["object"]}
    assert {"#input-first/a.csv", "#notebook-ok.ipynb", "#ok-parameters-cohort", "#ok-seeds-bootstrap"} <= made_from
    software = graph[making["instrument"]["@id"]]
    assert len(software["sha256"]) == len(software["lockSha256"]) == 64
    assert software["operatingSystem"] and software["softwareRequirements"]
    assert graph["#ok/levels"]["value"] == ["survey|safe|percent|first|||||", "survey|odd|percent|first|||||"]


def test_it_holds_no_path_no_user_and_one_date(graph):
    text = json.dumps(graph)
    assert not re.search(r"/home/|/tmp/|/root/|/Users/|\d{4}-\d\d-\d\dT", text)
    assert len(re.findall(r"\b20\d\d-\d\d-\d\d\b", text)) == 1


def test_two_makings_are_the_same_to_the_byte(mixed):
    known = entries(mixed[0])["specimen"]
    assert crate_bytes("specimen", known) == crate_bytes("specimen", known) == (mixed[0] / "specimen" / CRATE).read_bytes()
