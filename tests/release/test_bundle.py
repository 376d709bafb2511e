"""The reviewer's bundle, unpacked in an empty folder by somebody who follows its instructions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nbeval.release.bundle import CHECKSUMS, README, write_bundle
from nbeval.release.fingerprint import sha256
from nbeval.errors import ParameterError
from nbeval.rendering import render_cohort
from nbeval.workspace import Workspace

TINY = Path(__file__).parents[1] / "programmes" / "tiny"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace(TINY, None, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def cohort(workspace):
    return next(one for one in workspace.dictionary.cohorts if one.invented)


@pytest.fixture(scope="module")
def reports(workspace, cohort, tmp_path_factory):
    out = tmp_path_factory.mktemp("reports")
    assert render_cohort(cohort.id, (), workspace, out).exit_code == 0
    return out


@pytest.fixture(scope="module")
def unpacked(workspace, cohort, reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviewer")
    write_bundle(cohort, workspace, reports, folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        archive.extractall(folder / "empty")
    return folder / "empty"


def follow(folder, line):
    """Run an instruction of the README with the packages that are here already, and nothing else of this checkout."""
    words = line.split()
    assert words[:2] == ["python3", "run.py"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NBEVAL", "PYTHON"))}
    return subprocess.run([sys.executable, "-m", "nbeval", *words[2:]], cwd=folder, env=environment, capture_output=True,
                          text=True, timeout=600)


def instructions(folder):
    """The commands of the README, in order."""
    return re.findall(r"^    (python3 run\.py .+)$", (folder / README).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_reviewer_without_the_data_takes_every_step(unpacked, cohort):
    done = follow(unpacked, instructions(unpacked)[0])
    assert done.returncode == 0, done.stderr
    assert (unpacked / "made_from_invented_data" / cohort.id / "index.html").is_file()


def test_a_reviewer_with_the_data_gets_yes_and_no(unpacked):
    line = instructions(unpacked)[1].replace("DATA", "invented_data")
    done = follow(unpacked, line)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("the same")
    export = next(path for path in sorted((unpacked / "invented_data").rglob("*.csv")))
    text = export.read_bytes()
    place = max(found.start() for found in re.finditer(rb"(?m)^.*[0-9]", text) if found.start() < len(text) - 2)
    end = re.compile(rb"[0-9](?=[^0-9]*\Z)").search(text, place)
    digit = text[end.start():end.end()]
    export.write_bytes(text[:end.start()] + (b"1" if digit != b"1" else b"2") + text[end.end():])
    again = follow(unpacked, line)
    export.write_bytes(text)
    assert again.returncode == 1, again.stderr
    assert f"export {export.relative_to(unpacked / 'invented_data').as_posix()}" in again.stdout


def test_every_file_has_its_checksum_and_nothing_more_is_there(unpacked):
    listed = dict(reversed(line.split("  ", 1)) for line in (unpacked / CHECKSUMS).read_text(encoding="utf-8").splitlines())
    there = {path.relative_to(unpacked).as_posix(): sha256(path.read_bytes()) for path in unpacked.rglob("*")
             if path.is_file() and "__pycache__" not in path.parts}
    there = {name: digest for name, digest in there.items()
             if name.split("/")[0] not in (".nbeval", "made_from_invented_data", CHECKSUMS)}
    assert there == listed


def test_the_instructions_name_exports_exhibits_programs_and_the_time_it_takes(unpacked, reports, cohort):
    text = (unpacked / README).read_text(encoding="utf-8")
    for heading in ("Data availability", "Computational requirements", "Instructions", "Exhibits"):
        assert f"## {heading}" in text
    assert "minutes" in text
    assert re.search(r"\| notebooks/\w+\.ipynb \| \d+ \| ", text)
    assert not re.search(r"/home/|/tmp/|/root/|/Users/", text)


def test_internal_reports_are_not_in_it(unpacked):
    assert not [path for path in (unpacked / "reports").rglob("*") if "internal" in path.parts]


def test_two_bundles_are_the_same_to_the_byte(workspace, cohort, reports, tmp_path):
    for name in ("one.zip", "two.zip"):
        write_bundle(cohort, workspace, reports, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_cohort_without_reports_is_refused(workspace, cohort, tmp_path):
    with pytest.raises(ParameterError, match="no published report"):
        write_bundle(cohort, workspace, tmp_path, tmp_path / "x.zip")
