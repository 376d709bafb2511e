"""The commands: help that reads well, exit codes, progress, and the same behind both doors."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbeval
from nbeval.cli import options
from nbeval.cli.app import app, main
from nbeval.cli.options import on_progress
from nbeval.errors import stops
from tests.conftest import ROOT

COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]
OPTIONS = {
    "specimen": ("--out", "--dictionary"), "dictionary": ("--out", "--dictionary"), "check": ("--dictionary", "--data"),
    "results": ("--internal", "--out", "--dictionary", "--data"),
    "render": ("KIND", "--authority", "--out", "--formats", "--fresh", "--workers", "--dictionary", "--data"),
    "verify": ("KIND", "--authority", "--out", "--dictionary", "--data"),
}


@pytest.fixture
def place(tiny_place, tmp_path):
    return shutil.copytree(tiny_place, tmp_path / "place")


def places(place: Path) -> list[str]:
    return ["--dictionary", str(place / "dictionary"), "--data", str(place), "--out", str(place / "reports")]


def test_help_lists_every_command_in_a_line_and_says_what_exit_codes_mean(capsys):
    assert main(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert set(OPTIONS) <= set(COMMANDS)
    assert all(f" {command} " in text for command in COMMANDS)
    assert "Exit code 0: done, or yes. 1: the answer is no. 2: something you can put right" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(command, capsys):
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Usage: ") and f" {command} " in text.splitlines()[0]
    assert all(option in text for option in OPTIONS.get(command, ()))
    about = text.partition("\n\n")[2].partition("\n\n")[0].strip()
    assert re.match(r"[A-Z].*\.$", " ".join(about.split())), about


def test_both_doors_lead_to_the_same_commands():
    script = Path(sys.executable).with_name("nbeval.exe" if sys.platform == "win32" else "nbeval")
    said = [subprocess.run([*door, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
            for door in ([sys.executable, "-m", "nbeval"], [str(script)])]
    assert said[0].partition("Options:")[2] == said[1].partition("Options:")[2] != ""


def test_ctrl_c_while_packages_are_being_read_is_a_line_and_no_trace(tmp_path):
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    for door in (["-m", "nbeval"], ["-c", "import sys; from nbeval.__main__ import run; sys.exit(run())"]):
        done = subprocess.run([sys.executable, *door, "--help"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)},
                              capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped. Nothing had been begun.\n")


def test_a_report_that_is_there_is_not_made_again_and_the_way_in_is_named(place, capsys):
    assert main(["render", "first", *places(place)]) == 0
    said = capsys.readouterr()
    assert "5 unchanged" in said.out
    opened = Path(said.out.strip().splitlines()[-1].removeprefix("Open "))
    assert opened.is_file() and opened.name == "index.html"


def test_progress_is_told_on_standard_error_while_reports_are_made(place, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    assert main(["render", "first", "baseline", "--fresh", "--formats", "html", *places(place)]) == 0
    said = capsys.readouterr()
    steps = ["reading and checking the exports", "estimating the results", "protecting the results", "making the reports",
             "written    first/baseline"]
    positions = [said.err.index(step) for step in steps]
    assert positions == sorted(positions)
    assert "1 reports: 1 written." in said.out and "reading" not in said.out


def test_check_answers_with_its_exit_code(place, capsys):
    options = places(place)[:4]
    assert main(["check", "first", *options]) == 0
    assert re.search(r"^pass +\d+ forms read from 6 files", capsys.readouterr().out, flags=re.MULTILINE)


def test_verify_says_the_same_and_where_a_digit_was_changed_says_no(place, capsys, monkeypatch, tmp_path):
    """Nothing kept by an earlier run is relied upon: the cache in use is not touched."""
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    shutil.rmtree(place / "reports" / "first" / "authority_final")
    file = place / "reports" / "first" / "baseline" / "results.csv"
    good = file.read_text(encoding="utf-8")
    line = next(line for line in good.splitlines() if ",card_yes,percent,before," in line)
    file.write_text(good.replace(line, line.replace("60.0", "61.0")), encoding="utf-8")
    assert main(["verify", "first", *places(place)]) == 1
    said = capsys.readouterr().out
    assert "first/final: the same: " in said and said.rstrip().endswith("not the same")
    assert "first/baseline: not the same." in said and "card_yes|percent|before" in said
    assert "authority_final" not in said, "what was not published is not asked for"
    assert not (tmp_path / "cache").exists()


def test_the_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"nbeval {nbeval.__version__}\n"


@pytest.mark.parametrize(("command", "fields"), [
    ("check", {"cohort", "passed", "accounting", "findings", "inputs"}), ("verify", {"cohort", "same", "failed", "beside", "signed", "not_compared", "reports"}),
    ("attack", {"cohort", "passed", "audit", "leaks"}),
    ("release", {"cohort", "ready", "signed", "reports", "files", "faults", "notes", "audit", "leaks"}),
])
def test_with_json_the_answer_is_one_object_for_other_programs(place, capsys, command, fields):
    options = places(place)[:4] if command in ("check", "attack") else places(place)
    assert main([command, "first", *(["baseline"] if command in ("verify", "release") else []), "--json", *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == fields and answer["cohort"] == "first"
    assert answer.get("passed", answer.get("same", answer.get("ready"))) is True


def test_verbose_says_with_every_step_how_long_it_took(place, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("NBEVAL_CACHE", str(tmp_path / "cache"))
    assert main(["--verbose", "check", "first", *places(place)[:4]]) == 0
    assert re.search(r"^ +\d+\.\d s  reading and checking the exports$", capsys.readouterr().err, flags=re.MULTILINE)
    options._clock.clear()


def test_a_shell_completes_the_cohorts_of_the_project(monkeypatch):
    monkeypatch.setenv("NBEVAL_DICTIONARY", str(ROOT / "tests" / "programmes" / "tiny"))
    assert options.cohorts_of_the_project("fi") == ["first"]
    assert options.cohorts_of_the_project("x") == []


def test_verify_without_anything_published_says_so(place, capsys, tmp_path):
    assert main(["verify", "first", *places(place)[:4], "--out", str(tmp_path / "none")]) == 2
    assert "there is no published report of cohort 'first'" in capsys.readouterr().err


def test_ctrl_c_that_a_library_swallowed_ends_the_run_at_its_next_step(capsys):
    stops.append(2)
    try:
        with pytest.raises(KeyboardInterrupt):
            on_progress("the next step")
    finally:
        stops.clear()
    assert "next step" not in capsys.readouterr().err
    on_progress("going on")
    assert "going on" in capsys.readouterr().err
