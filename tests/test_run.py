"""The bootstrap: what it would run, when it sets up again, and what it says where it cannot."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest


@pytest.fixture
def run(root, tmp_path, monkeypatch):
    """The module ``run.py`` with a set-up folder of its own."""
    spec = importlib.util.spec_from_file_location("run", root / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "nbeval-set-up")
    return module


def test_a_verb_that_it_does_not_know_goes_to_nbeval(run):
    assert run.command("check", "specimen")[1:] == ["-m", "nbeval", "check", "specimen"]


def test_report_renders_the_invented_cohort_unless_another_is_named(run):
    assert run.command("report")[-2:] == ["render", "specimen"]
    assert run.command("report", "phase_3")[-2:] == ["render", "phase_3"]


def test_nbval_is_strict_on_the_folder_that_is_named(run):
    assert run.command("nbval", "reports/specimen")[1:] == ["-m", "pytest", "--nbval", "-p", "no:cacheprovider", "reports/specimen"]


def test_what_is_set_up_is_not_set_up_again(run, monkeypatch):
    run.VENV.mkdir()
    run.STAMP.write_text(run.fingerprint(), encoding="utf-8")
    monkeypatch.setattr(run.venv, "create", lambda *_, **__: pytest.fail("set up again"))
    run.set_up()


def test_a_changed_lock_is_set_up_again(run, tmp_path, monkeypatch):
    run.VENV.mkdir()
    run.STAMP.write_text(run.fingerprint(), encoding="utf-8")
    lock = tmp_path / "requirements.lock"
    lock.write_text("other\n", encoding="utf-8")
    monkeypatch.setattr(run, "LOCK", lock)
    done = []
    monkeypatch.setattr(run.venv, "create", lambda path, **_: done.append(path))
    monkeypatch.setattr(run, "run", done.append)
    run.set_up()
    assert run.VENV in done and run.STAMP.read_text(encoding="utf-8") == run.fingerprint()


def test_a_failed_installation_is_begun_anew_and_says_what_to_do(run, monkeypatch, capsys):
    monkeypatch.setattr(run.venv, "create", lambda path, **_: path.mkdir(exist_ok=True))

    def fails(line: list[str]) -> None:
        raise subprocess.CalledProcessError(1, line)

    monkeypatch.setattr(run, "run", fails)
    assert run.main(["check", "specimen"]) == 2
    assert "check the connection" in capsys.readouterr().err
    assert run.STAMP.read_text(encoding="utf-8") != run.fingerprint() and not run.is_foreign()


def test_ctrl_c_while_setting_up_is_a_line_and_begun_anew(run, monkeypatch, capsys):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.venv, "create", stopped)
    assert run.main(["check", "specimen"]) == 130
    assert capsys.readouterr().err.endswith("Stopped. The same command sets up anew.\n")
    assert run.STAMP.read_text(encoding="utf-8") != run.fingerprint() and not run.is_foreign()


def test_a_folder_that_something_else_made_is_left_as_it_is(run, monkeypatch, capsys):
    run.VENV.mkdir()
    (run.VENV / "pyvenv.cfg").write_text("home = elsewhere\n", encoding="utf-8")
    monkeypatch.setattr(run.venv, "create", lambda *_, **__: pytest.fail("made anew"))
    assert run.main(["check", "specimen"]) == 2
    assert "move or remove .venv" in capsys.readouterr().err
    assert [path.name for path in run.VENV.iterdir()] == ["pyvenv.cfg"]


def test_what_was_there_of_a_former_set_up_is_removed_but_the_stamp(run):
    (run.VENV / "lib").mkdir(parents=True)
    for path in (run.STAMP, run.VENV / "pyvenv.cfg", run.VENV / "lib" / "module.py"):
        path.write_text("former", encoding="utf-8")
    run.clear()
    assert [path.name for path in run.VENV.iterdir()] == [run.STAMP.name]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot take the place of another")
def test_a_command_takes_the_place_of_the_bootstrap_and_gets_its_signals_and_exit_code(root):
    line = "import run, sys; run.call([sys.executable, '-c', 'import os, sys; sys.exit(os.getpid() % 100)'])"
    child = subprocess.Popen([sys.executable, "-c", line], cwd=root)
    assert child.wait(timeout=30) == child.pid % 100


def test_an_old_python_is_refused_in_one_line(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "OLDEST", (99, 0))
    assert run.main(["report"]) == 2
    assert "needs Python 99.0 or later" in capsys.readouterr().err


def test_the_bootstrap_needs_the_standard_library_only(root):
    allowed = sys.stdlib_module_names
    source = (root / "run.py").read_text(encoding="utf-8").splitlines()
    named = [line.split()[1].split(".")[0] for line in source if line.startswith(("import ", "from "))]
    assert set(named) <= allowed
