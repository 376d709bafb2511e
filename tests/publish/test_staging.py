"""Every report is whole, the old one or the new one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from nbeval.errors import OutputError
from nbeval.publish import staging as module
from nbeval.publish.staging import locked, output_error, staging


def fill(stage, folder, text):
    path = stage.begin(folder)
    (path / "provenance.json").write_text(text)
    return path


def content(out, folder):
    return (out / folder / "provenance.json").read_text()


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_new_report_takes_the_place_of_the_old_one(tmp_path, monkeypatch, in_one_step):
    if not in_one_step:
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    for text in ("old", "new"):
        with staging(tmp_path) as stage:
            fill(stage, "a/b", text)
            stage.publish("a/b")
    assert content(tmp_path, "a/b") == "new"
    assert [path.name for path in (tmp_path / ".nbeval").iterdir()] == ["lock"]


def test_a_run_killed_between_two_renames_is_put_right_by_the_next(tmp_path):
    with staging(tmp_path) as stage:
        fill(stage, "a/b", "old")
        stage.publish("a/b")
    left = tmp_path / ".nbeval" / "run-dead"
    (left / "old/a").mkdir(parents=True)
    os.rename(tmp_path / "a/b", left / "old/a/b")
    (left / "new/a/b").mkdir(parents=True)
    with staging(tmp_path):
        assert content(tmp_path, "a/b") == "old"
        assert not left.exists()


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "the disk is full"), (errno.EROFS, "can only be read"), (errno.EACCES, "may not write"),
    (errno.ENOENT, "has vanished"), (errno.EIO, "the system refused"),
])
def test_refusals_of_the_system_are_said_in_plain_words_without_a_path(number, words):
    fault = output_error(OSError(number, "no", "/home/somebody/reports/x"))
    assert words in str(fault)
    assert "/home" not in str(fault)
    assert "last good reports" in fault.do


def test_a_full_disk_leaves_the_last_good_report(tmp_path, monkeypatch):
    with staging(tmp_path) as stage:
        fill(stage, "a/b", "old")
        stage.publish("a/b")

    def full(*arguments):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("nbeval.publish.staging.put_in_place", full)
    with pytest.raises(OutputError, match="the disk is full"), staging(tmp_path) as stage:
        fill(stage, "a/b", "new")
        stage.publish("a/b")
    assert content(tmp_path, "a/b") == "old"


def test_a_file_where_the_folder_should_be_is_said_in_plain_words(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(OutputError, match="there is a file where a folder should be"), staging(tmp_path / "reports"):
        pass


def test_a_written_file_is_left_alone_where_nothing_changes(tmp_path):
    with staging(tmp_path) as stage:
        stage.write("a/index.html", b"x")
        before = (tmp_path / "a/index.html").stat().st_mtime_ns
        stage.write("a/index.html", b"x")
        assert (tmp_path / "a/index.html").stat().st_mtime_ns == before
        stage.write("a/index.html", b"y")
    assert (tmp_path / "a/index.html").read_bytes() == b"y"


def test_a_folder_is_locked_once_in_one_process_and_between_processes(tmp_path):
    code = "import sys; from pathlib import Path; from nbeval.publish.staging import locked\nwith locked(Path(sys.argv[1]), 'it'): pass"
    with locked(tmp_path / "lock", "it"):
        with pytest.raises(OutputError, match="written by another run"), locked(tmp_path / "lock", "it"):
            pass
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "lock")], capture_output=True, text=True, check=False)
        assert "written by another run" in done.stderr
    with locked(tmp_path / "lock", "it"):
        assert (tmp_path / "lock").exists()
