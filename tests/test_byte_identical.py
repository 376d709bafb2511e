"""Two renders of the same exports, in two processes that share nothing, give the same bytes in every file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: what differs from one reader's machine to another's; both are to be had everywhere
MACHINES = (
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
    {"TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "4242"},
)
WANTED = (("final",), ("authority_final", "--authority", "wrenchester"))
FORMATS = {"report.html", "report.pdf", "report.docx", "tables.xlsx", "results.csv", "report.ipynb", "provenance.json"}

pytestmark = pytest.mark.slow


def render(place: Path, machine: dict[str, str]) -> Path:
    """A report on all and one on an authority as a machine makes them, from the exports on; where they stand."""
    environment = {**os.environ, **machine, "NBEVAL_CACHE": str(place / "cache"), "PYTHONPATH": str(ROOT)}
    for wanted in WANTED:
        made = subprocess.run(
            [sys.executable, "-m", "nbeval", "render", "specimen", *wanted, "--fresh", "--out", str(place / "reports")],
            cwd=place, env=environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
    return place / "reports"


@pytest.fixture(scope="module")
def renders(tmp_path_factory) -> list[Path]:
    """The same reports of the invented cohort from two machines."""
    places = [tmp_path_factory.mktemp(name) for name in ("here", "somewhere_else")]
    with ThreadPoolExecutor() as both:
        return list(both.map(render, places, MACHINES))


def files(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its place in it."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def without_clock(path: Path) -> bytes | dict:
    """What a file holds, but for the time it was made, which ``provenance.json`` alone has, in one field."""
    if path.name != "provenance.json":
        return path.read_bytes()
    record = json.loads(path.read_text(encoding="utf-8"))
    return {name: value for name, value in record.items() if name != "when"}


def test_both_made_the_same_files_in_every_format(renders):
    one, two = map(files, renders)
    assert set(one) == set(two)
    for report in ("specimen/final", "specimen/authority_final/wrenchester"):
        assert {Path(name).name for name in one if Path(name).parent.as_posix() == report} == FORMATS


def test_every_file_is_the_same_to_the_byte(renders):
    one, two = map(files, renders)
    assert [name for name in one if without_clock(one[name]) != without_clock(two[name])] == []


def test_no_file_names_the_place_it_was_made_in(renders):
    assert renders
    for folder in renders:
        place = str(folder.parent).encode()
        assert [name for name, path in files(folder).items() if place in path.read_bytes()] == []
