"""Every command the README shows does what it says: each is run, on the tiny programme in place of a real cohort.

The verbs of ``run.py`` that are no command of nbeval are held to the line they run. The reports are there already and
unchanged, so that commands that make them find nothing to make; ``test_cli`` has them made, and made again to verify.
"""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

from nbeval.cli.app import main
from nbeval.publish import Summary
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^ {4,}((?:python3 run\.py|nbeval) .+?)(?: {2,}.*)?$", README, flags=re.MULTILINE)
LINE_BEHIND = {
    "nbval": ["-m", "pytest", "--nbval", "-p", "no:cacheprovider", "reports/specimen"],
    "test": ["-m", "pytest", "tests", "-m", "not browser", "-n", "2", "--dist", "loadscope"],
    "lab": ["-m", "jupyterlab", "notebooks"],
}
#: what stands for a place or a name, and what it is here
STANDS_FOR = {"COHORT": "first", "phase_3": "first", "specimen": "first", "KIND": "baseline", "DATA": "data", "FILE": "file.csv",
              "DIR": "written", "stockport": "south", "ID": "second", "PROJECT": "mine"}
CLAIMS = "claim,kind,percent,n,count\none,percentage,60,115,69\n"
EXPECTED = {"check": "forms read", "results": "results written to", "render": "Open ", "verify": "the same", "report": "Open ",
            "specimen": "6 invented exports written", "dictionary": "is valid", "claims": "1 claim", "attack": "", "release": "",
            "bundle": "files written to", "plan": "Analysis plan of first", "cohort": "written  ", "new": "files written to",
            "withdraw": "", "retention": "reports"}
#: where it is not 0: without a number nobody is withdrawn, and something may be overdue
CODES = {"withdraw": (2,), "retention": (0, 1)}


def copy_the_reports(study, requested, out, **_):
    """In place of making the reports again: a copy of them, as a second making should be."""
    shutil.copytree("reports", out)
    return Summary(())


@pytest.fixture
def place(tiny_place, tmp_path, monkeypatch):
    """A folder in which the exports lie under data/, and the reports under reports/, as the README has them."""
    for folder in ("dictionary", "reports"):
        shutil.copytree(tiny_place / folder, tmp_path / folder)
    shutil.copytree(tiny_place / "first", tmp_path / "data" / "first")
    monkeypatch.setattr("nbeval.release.verify.render_requests", copy_the_reports)
    (tmp_path / "file.csv").write_text(CLAIMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBEVAL_DICTIONARY", str(tmp_path / "dictionary"))
    monkeypatch.setenv("NBEVAL_DATA", str(tmp_path / "data"))
    return tmp_path


def line_of(shown: str) -> list[str]:
    """What an operating system is asked to run, without the Python that runs it."""
    program, *words = shown.removeprefix("python3 ").split()
    if program == "nbeval":
        return ["-m", "nbeval", *words]
    run = runpy.run_path(str(ROOT / "run.py"))
    line = run["command"](words[0], *words[1:])[1:]
    return [Path(word).name if Path(word).is_absolute() else word for word in line]


def here(words: list[str]) -> list[str]:
    """The words of a command with the tiny programme's names; optional ones as if given, the signs around them left out."""
    plain = [word.strip("[]") for word in words if word != "...]"]
    named = [STANDS_FOR.get(word, word) for word in plain]
    return [word for place, word in enumerate(named) if not (word == "first" and named[place - 1] == "specimen")]


def test_the_readme_shows_commands():
    assert len(SHOWN) >= 15
    assert {"report", "test"} <= {line.split()[2] for line in SHOWN if line.startswith("python3 run.py")}


@pytest.mark.parametrize("shown", [line for line in dict.fromkeys(SHOWN) if line.split()[2] not in LINE_BEHIND])
def test_a_command_of_the_readme_does_what_it_says(shown, place, capsys):
    _, module, command, *words = line_of(shown)
    assert module == "nbeval"
    code = main([command, *here(words)])
    said = capsys.readouterr()
    assert code in CODES.get(command, (0,)), said
    assert EXPECTED[command] in said.out


@pytest.mark.parametrize("shown", [line for line in dict.fromkeys(SHOWN) if line.split()[2] in LINE_BEHIND])
def test_a_verb_of_the_readme_runs_the_line_it_should(shown):
    assert line_of(shown) == LINE_BEHIND[shown.split()[2]]


@pytest.mark.parametrize("written", re.findall(r"`((?:python3 run\.py|nbeval) [^`]+)`", README))
def test_commands_within_sentences_are_known(written, capsys):
    verb = written.split()[2 if written.startswith("python3") else 1]
    assert verb in LINE_BEHIND or verb.startswith("-") or main([verb, "--help"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("named", re.findall(r"`((?:data_dictionary|nbeval|tests|reports)/[A-Za-z0-9_./]*)`", README))
def test_files_and_folders_the_readme_names_are_there(named):
    assert (ROOT / named).exists() or named.startswith("reports/"), named
