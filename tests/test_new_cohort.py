"""A new cohort begins as a copy that loads, names what is to be filled in, and writes over nothing."""

from __future__ import annotations

import shutil

import pytest

from nbeval.cli.app import main
from nbeval.dictionary import load


@pytest.fixture
def folder(root, tmp_path):
    shutil.copytree(root / "data_dictionary", tmp_path / "dictionary")
    return tmp_path / "dictionary"


def run(folder, *arguments):
    return main(["cohort", "new", *arguments, "--dictionary", str(folder)])


def test_the_copy_loads_and_its_places_are_named(folder, capsys):
    assert run(folder, "intake_2027", "--from", "plus") == 0
    said = capsys.readouterr().out
    cohort, template = load(folder).cohort("intake_2027"), load(folder).cohort("plus")
    assert cohort == template.model_copy(update={"id": "intake_2027"})
    lines = (folder / "cohorts" / "intake_2027.toml").read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, 1) if "FILL IN" in line]
    assert len(marked) > 5 and all(f"line {number} " in said for number in marked)


@pytest.mark.parametrize(("arguments", "word"), [
    (("plus", "--from", "plus"), "already"), (("Intake 2027", "--from", "plus"), "form"), (("../x", "--from", "plus"), "form"),
    (("intake_2027", "--from", "pluss"), "plus"),
])
def test_what_cannot_be_copied_is_refused_and_nothing_is_written(folder, capsys, arguments, word):
    before = sorted(path.name for path in (folder / "cohorts").iterdir())
    text = (folder / "cohorts" / "plus.toml").read_bytes()
    assert run(folder, *arguments) == 2
    assert word in capsys.readouterr().err
    assert sorted(path.name for path in (folder / "cohorts").iterdir()) == before
    assert (folder / "cohorts" / "plus.toml").read_bytes() == text
