"""Whatever somebody brings, they are told what is wrong and what to do, and nothing they have is harmed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from nbeval.cli.app import main
from nbeval.publish.staging import locked
from tests.bad_input import BAD, COHORT, CSV, DICTIONARY, LEFT_OUT, SECRET, XLSX
from tests.conftest import CANARY, ROOT

REPORTS = "reports"


@pytest.fixture
def place(tiny_place, tmp_path):
    """A copy of exports, dictionary and reports, to be spoilt."""
    return shutil.copytree(tiny_place, tmp_path / "place")


def places(place: Path) -> list[str]:
    """The options that name the folders."""
    return ["--dictionary", str(place / DICTIONARY), "--data", str(place), "--out", str(place / REPORTS)]


def sums(folder: Path) -> dict[str, str]:
    """The checksum of every file of a folder; the lock's file is none of anybody's."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*") if path.is_file() and ".nbeval" not in path.parts
    }


def told(text: str, words: tuple[str, ...], error: str, place: Path) -> None:
    """A message in the form that readers learn once, without anything that must not be said."""
    assert all(word in text for word in words), text
    assert "Traceback" not in text
    assert CANARY not in text and SECRET not in text
    assert str(place) not in text and str(ROOT) not in text
    if error:
        found = [line for line in text.splitlines() if line.startswith(f"{error}: ")]
        assert found and len(found[0]) > len(error) + 15, text
        assert "\n  do       " in text


def arguments(command: tuple[str, ...], place: Path) -> list[str]:
    """The command with the folders it does not name itself."""
    options = places(place)
    pairs = [options[at:at + 2] for at in range(0, len(options), 2)]
    return [*command, *(part for pair in pairs for part in pair
                        if pair[0] not in command and not (pair[0] == "--out" and command[0] == "check"))]


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_plain_words_and_harms_nothing(name, place, capsys):
    bad = BAD[name]
    bad.spoil(place)
    before = sums(place)
    code = main(arguments(bad.command, place))
    said = capsys.readouterr()
    assert code == bad.code, said
    told(said.out + said.err, bad.words, bad.error, place)
    if bad.error == LEFT_OUT:
        assert "authority 'south'" in said.err and (place / REPORTS / COHORT / "baseline" / "report.html").is_file()
        before, after = ({name: one for name, one in of.items() if not name.startswith(REPORTS)} for of in (before, sums(place)))
        assert after == before
        return
    assert sums(place) == before


def test_one_authoritys_broken_export_stops_nobody_elses_report_and_is_named_in_print(place, capsys):
    (place / XLSX).write_bytes(b"\x00\x01 not a table")
    assert main(arguments(("check", COHORT), place)) == 1
    assert "failure  after, south: The authority is left out of the wave: " in capsys.readouterr().out
    shutil.rmtree(place / REPORTS)
    assert main(arguments(("render", COHORT, "authority_final", "final", "--formats", "html"), place)) == 1
    told(capsys.readouterr().err, ("wave 'after', authority 'south'", "would be on nobody"), "LeftOutError", place)
    made = place / REPORTS / COHORT
    assert not (made / "authority_final" / "south").exists()
    assert (made / "authority_final" / "north" / "report.html").is_file()
    text = (made / "final" / "report.html").read_text(encoding="utf-8")
    assert "South Library, After (2022): no form is in these figures" in text


def test_reports_of_a_wave_that_is_to_come_are_not_made_and_stop_no_other(place, capsys):
    for path in (place / COHORT / "after").glob("*.xlsx"):
        path.unlink()
    shutil.rmtree(place / REPORTS)
    assert main(arguments(("render", COHORT, "--formats", "html"), place)) == 0
    assert "not made yet, for their wave is still to come: " in capsys.readouterr().err
    made = {path.name for path in (place / REPORTS / COHORT).iterdir() if path.is_dir()}
    assert "baseline" in made and "final" not in made and "authority_final" not in made
    assert main(arguments(("render", COHORT, "final", "--formats", "html"), place)) == 1
    told(capsys.readouterr().err, ("report 'final' of cohort 'first' would be on nobody", "at wave 'after'"), "NoDataError", place)


def test_forms_that_are_all_empty_make_no_report_of_nobody(place, capsys):
    for name in ("north", "south", "east"):
        path = place / COHORT / "before" / f"{name}.csv"
        header, *_ = path.read_text(encoding="utf-8-sig").splitlines()
        commas = header.count(",") - header.count('"') // 2 - 1
        path.write_text("\n".join([header, *(f"{number},Complete" + "," * commas for number in range(40))]) + "\n", encoding="utf-8")
    shutil.rmtree(place / REPORTS)
    assert main(arguments(("check", COHORT), place)) == 1
    assert "failure  before: None of 120 forms" in capsys.readouterr().out
    assert main(arguments(("render", COHORT, "baseline", "--formats", "html"), place)) == 1
    told(capsys.readouterr().err, ("report 'baseline' of cohort 'first' would be on nobody",), "NoDataError", place)
    assert not (place / REPORTS / COHORT / "baseline").exists()


def test_a_cohort_without_data_is_not_passed_but_said_to_be_without(place, capsys, monkeypatch):
    """``NoDataError`` of a real cohort: nothing was checked, so that the answer is no."""
    monkeypatch.delenv("NBEVAL_DATA", raising=False)
    assert main(["check", "phase_1"]) == 1
    told(capsys.readouterr().err, ("there is no data folder for cohort 'phase_1'", "--data"), "NoDataError", place)
    assert main(["check", "phase_1", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) | {"why": ""} == {"cohort": "phase_1", "passed": False, "evaluated": False, "why": ""}
    assert main(["check", "plus", "--data", str(place)]) == 1
    told(capsys.readouterr().err, ("declares no survey with files",), "NoDataError", place)


@pytest.mark.parametrize(("line", "words"), [
    (["rendre", COHORT], "No such command 'rendre'"),
    (["render", COHORT, "--fromats", "html"], "No such option: --fromats"),
    (["render"], "COHORT"),
    (["render", COHORT, "--workers", "many"], "--workers"),
    (["results", COHORT, "--out", "x.csv"], "add --internal"),
    (["results", COHORT, "--internal"], "--out"),
])
def test_a_command_that_is_none_is_answered_with_its_usage(line, words, capsys):
    assert main(line) == 2
    said = capsys.readouterr()
    assert words in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("harmless", ["a key stands twice", "an unknown column that nobody needs is empty"])
def test_what_a_rule_puts_right_is_counted_and_not_refused(harmless, place, capsys):
    lines = (place / CSV).read_text(encoding="utf-8-sig").splitlines()
    if harmless.startswith("a key"):
        (place / CSV).write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    else:
        (place / CSV).write_text("\n".join(f"{line}," for line in lines) + "\n", encoding="utf-8")
    before = sums(place)
    assert main(arguments(("check", COHORT), place)) == 0
    said = capsys.readouterr()
    told(said.out + said.err, ("duplicate" if harmless.startswith("a key") else "forms read",), "", place)
    assert sums(place) == before


# --- while a report is being made ------------------------------------------------------------------

def spoil_notebooks(place: Path, **sources: str) -> None:
    """Give the programme notebooks of its own, with one more cell after the one that opens the report."""
    folder = place / DICTIONARY / "notebooks"
    folder.mkdir()
    for name, source in sources.items():
        notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        cell = {"cell_type": "code", "execution_count": None, "id": "spoilt", "metadata": {}, "outputs": [], "source": source}
        notebook["cells"] = [*notebook["cells"][:3], cell]
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


#: cells run in the process that makes the report, so that a limit set in one holds for the files of the report
NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"


@pytest.mark.skipif(os.name == "nt", reason="signals and limits of this kind exist only on POSIX")
def test_reports_that_crash_are_killed_or_find_no_room_leave_the_last_good_ones(place, capsys):
    spoil_notebooks(place, baseline_report=f"raise ValueError('the answer of {SECRET}')", authority_report=NO_ROOM,
                    final_report="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    before = sums(place)
    assert main(arguments(("render", COHORT, "--formats", "html"), place)) == 2
    said = capsys.readouterr()
    words = ("cell 4 of baseline_report.ipynb", "failed with ValueError", "died before it was finished",
             "OutputError: the reports could not be written", "5 failed")
    told(said.out + said.err, words, "RenderError", place)
    assert sums(place) == before


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind exist only on POSIX")
@pytest.mark.parametrize("moment", ["reading and checking the exports", "making the reports"])
def test_ctrl_c_stops_at_once_and_leaves_the_last_good_report(moment, place):
    spoil_notebooks(place, baseline_report="import time; time.sleep(60)")
    before = sums(place)
    run = subprocess.Popen(
        [sys.executable, "-m", "nbeval", *arguments(("render", COHORT, "baseline", "--fresh"), place)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    for line in run.stderr:
        if moment in line:
            break
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)
    assert run.returncode == 130, err
    told(out + err, ("Stopped. What was finished stays",), "", place)
    assert sums(place) == before
    assert [path.name for path in (place / REPORTS / ".nbeval").iterdir()] == ["lock"]


# --- the place to write to -------------------------------------------------------------------------

def full(*_, **__) -> None:
    """What a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/on/this/machine")


def test_a_disk_that_is_full_for_the_cache_is_told(place, capsys, monkeypatch):
    before = sums(place)
    monkeypatch.setenv("NBEVAL_CACHE", str(place.parent / "cache"))
    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    assert main(arguments(("render", COHORT, "baseline"), place)) == 2
    told(capsys.readouterr().err, ("could not be kept", "NBEVAL_CACHE"), "OutputError", place)
    assert sums(place) == before
    assert [path.name for path in (place.parent / "cache").rglob("*")] == ["prepared"]


def test_a_disk_that_is_full_for_results_leaves_the_last_results(place, capsys, monkeypatch):
    out = place / "internal.csv"
    out.write_text("the last good ones")
    before = sums(place)
    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    assert main(arguments(("results", COHORT, "--internal", "--out", str(out)), place)) == 2
    told(capsys.readouterr().err, ("the results could not be written: the disk is full",), "OutputError", place)
    assert sums(place) == before


@pytest.mark.parametrize("command", [("specimen",), ("dictionary",), ("render", COHORT, "baseline")])
def test_a_file_where_a_folder_should_be_is_told(command, place, capsys):
    (place / "taken").write_text("a file")
    before = sums(place)
    line = [*command, "--dictionary", str(place / DICTIONARY), "--out", str(place / "taken" / "out")]
    assert main([*line, "--data", str(place)] if command[0] == "render" else line) == 2
    told(capsys.readouterr().err, ("could not be written: there is a file where a folder should be",), "OutputError", place)
    assert sums(place) == before


def test_a_folder_that_can_only_be_read_is_told(place, capsys, monkeypatch):
    before = sums(place)
    real = Path.mkdir

    def refused(self, *more, **options):
        if place / REPORTS in self.parents:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, *more, **options)

    monkeypatch.setattr(Path, "mkdir", refused)
    assert main(arguments(("render", COHORT, "baseline", "--fresh"), place)) == 2
    told(capsys.readouterr().err, ("you may not write there", "--out"), "OutputError", place)
    assert sums(place) == before


def test_a_second_run_on_the_same_folder_is_refused(place, capsys):
    before = sums(place)
    with locked(place / REPORTS / ".nbeval" / "lock", "the reports"):
        assert main(arguments(("render", COHORT, "baseline", "--fresh"), place)) == 2
    told(capsys.readouterr().err, ("is being written by another run", "wait until"), "OutputError", place)
    assert sums(place) == before


def test_a_fault_of_nbevals_own_shows_no_trace(place, capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("nbeval.study.Study.clean", broken)
    assert main(arguments(("check", COHORT), place)) == 3
    told(capsys.readouterr().err, ("a fault of its own (RuntimeError)", "NBEVAL_DEBUG=1"), "", place)


def test_nothing_of_what_people_typed_is_in_the_cache(cache, tiny_place):
    files = [path for path in (cache / "prepared").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path.name for path in files if CANARY.encode() in path.read_bytes() or SECRET.encode() in path.read_bytes()]
