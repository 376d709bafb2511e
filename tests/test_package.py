"""A package like others: declared dependencies, a wheel that works outside a checkout, a programme begun from nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nbeval.cli.app import main
from nbeval.starter import MARK, new_project
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("nbeval-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """An environment in which the wheel, and not this checkout, is what is imported."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("NBEVAL")}
    return plain | {"PYTHONPATH": str(site)}


def run(environment: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "nbeval", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)


def test_what_is_imported_is_declared_and_the_reverse():
    done = subprocess.run([str(Path(sys.executable).with_name("deptry")), "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Success" in done.stderr


def test_the_wheel_brings_the_programme_its_notebooks_the_words_and_the_starter(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    there = {path.relative_to(ROOT).as_posix() for folder in ("data_dictionary", "notebooks") for path in (ROOT / folder).rglob("*")
             if path.is_file() and ".ipynb_checkpoints" not in path.parts}
    assert there and not {f"nbeval/_share/{name}" for name in there} - names
    data = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nbeval").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
            and "__pycache__" not in path.parts}
    assert data and not data - names
    assert not [name for name in names if name.startswith(("tests/", "reports/"))]


def test_the_wheel_makes_a_programme_and_renders_it(installed, tmp_path):
    said = run(installed, tmp_path, "new", "mine")
    assert said.returncode == 0, said.stderr
    assert "nbeval render example" in said.stdout
    rendered = run(installed, tmp_path / "mine", "render", "example", "--formats", "html")
    assert rendered.returncode == 0, rendered.stderr
    assert "2 reports: 2 written." in rendered.stdout
    page = (tmp_path / "mine" / "reports" / "example" / "final" / "report.html").read_text(encoding="utf-8")
    assert "My programme" in page and "Feels lonely often or always" in page
    assert not any(str(folder) in page for folder in (ROOT, tmp_path))


def test_the_wheel_knows_new_belongings_outside_any_project(installed, tmp_path):
    said = run(installed, tmp_path, "dictionary")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("The dictionary of New Belongings is valid")


def test_a_command_finds_its_project_from_any_folder_inside_it(tmp_path, monkeypatch, capsys):
    new_project(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine" / "data_dictionary" / "cohorts")
    assert main(["dictionary"]) == 0
    assert "My programme" in capsys.readouterr().out


def test_new_marks_what_is_to_be_filled_in_and_writes_over_nothing(tmp_path, capsys):
    assert main(["new", str(tmp_path / "mine")]) == 0
    said = capsys.readouterr().out
    programme = (tmp_path / "mine" / "data_dictionary" / "programme.toml").read_text(encoding="utf-8")
    assert programme.count(MARK) > 3 and f"{programme.count(MARK):>3}  data_dictionary/programme.toml" in said
    (tmp_path / "mine" / "README.md").write_text("my own words\n", encoding="utf-8")
    assert main(["new", str(tmp_path / "mine")]) == 2
    assert "already" in capsys.readouterr().err
    assert (tmp_path / "mine" / "README.md").read_text(encoding="utf-8") == "my own words\n"


def test_the_starter_has_no_outputs_and_no_programme_of_ours():
    starter = ROOT / "nbeval" / "starter"
    notebooks = sorted((starter / "notebooks").glob("*.ipynb"))
    cells = [cell for path in notebooks for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert cells and not any(cell.get("outputs") for cell in cells)
    texts = [path.read_text(encoding="utf-8") for path in starter.rglob("*") if path.is_file() and path.suffix in (".toml", ".csv", ".md", ".ipynb")]
    assert texts and not any(name in text for text in texts for name in ("Belongings", "Coram", "care leaver"))
