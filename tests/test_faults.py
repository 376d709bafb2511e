"""Whatever happens to a run, every report is the old whole one or the new whole one, and the next run completes."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from nbeval.release.fingerprint import file_sha256
from nbeval.errors import OutputError
from nbeval.publish import render
from nbeval.publish.workers import Processes
from nbeval.release.provenance import read, report_key
from tests.publish.conftest import make_job

KILLS, AT_ONCE = 50, 2
FOLDERS = ("specimen/a", "specimen/b", "specimen/c")
RUN = """
import sys
from io import StringIO
from pathlib import Path
from rich.console import Console
from nbeval.publish import render
from tests.publish.conftest import make_job
jobs = [make_job("plain", folder=folder, content_key=sys.argv[2]) for folder in sys.argv[3:]]
render(jobs, Path(sys.argv[1]), console=Console(file=StringIO()), workers=3)
"""


def jobs(key):
    return [make_job("plain", folder=folder, content_key=key) for folder in FOLDERS]


def run(out, key, **more):
    """A run in a process group of its own."""
    return subprocess.Popen([sys.executable, "-c", RUN, str(out), key, *FOLDERS], cwd=Path(__file__).parents[1],
                            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def whole(folder):
    """Whether a folder holds a finished report whose files are as its provenance says."""
    record = read(folder)
    return bool(record.get("completed")) and all(
        file_sha256(folder / name) == digest for name, digest in record["outputs"].items())


def keys(out):
    """The key of every report that readers see; each of them whole."""
    found = {}
    for folder in FOLDERS:
        if (out / folder).exists():
            assert whole(out / folder), folder
            found[folder] = read(out / folder)["report_key"]
    return found


def children_of(pid):
    """Every process below one, by its id."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    below, last = set(), {pid}
    while last:
        last = {child for child, parent in pairs if parent in last} - below
        below |= last
    return sorted(below)


@pytest.fixture(scope="module")
def quiet():
    """Makes a console that is not a terminal and keeps what it is told."""
    return lambda: Console(file=StringIO(), width=100)


@pytest.fixture(scope="module")
def both():
    """The keys of two states of the same reports."""
    return [{job.folder: report_key(job, ("html",)) for job in jobs(key)} for key in ("old", "new")]


@pytest.fixture(scope="module")
def made(tmp_path_factory, quiet, both):
    """The reports in their old state; to be copied, not changed."""
    out = tmp_path_factory.mktemp("made") / "reports"
    assert render(jobs("old"), out, console=quiet()).exit_code == 0
    assert keys(out) == both[0]
    return out


@pytest.fixture
def out(made, tmp_path):
    """A copy of the reports in their old state."""
    return shutil.copytree(made, tmp_path / "reports")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="processes are killed in this way only on POSIX, where ps lists them")
def test_kills_at_random_moments_leave_every_report_old_or_new(tmp_path, quiet, both, made):
    old, new = both
    chance = random.Random(20)
    outs = [shutil.copytree(made, tmp_path / str(number) / "reports") for number in range(AT_ONCE)]
    seen = {"old": 0, "new": 0}
    for turn in range(KILLS // AT_ONCE):
        begun, running = time.monotonic(), [run(out, "new") for out in outs]
        for process, moment in sorted(((one, chance.uniform(0.2, 2.2)) for one in running), key=lambda pair: pair[1]):
            time.sleep(max(0.0, begun + moment - time.monotonic()))
            kill(chance.choice([process.pid] if turn % 2 else children_of(process.pid) or [process.pid]))
        for process in running:
            process.wait(timeout=60)        # one that lost a worker must end by itself
        for out in outs:
            for folder, key in keys(out).items():
                assert key in (old[folder], new[folder]), folder
                seen["new" if key == new[folder] else "old"] += 1
            assert set(keys(out)) == set(FOLDERS)
            put_back(out, quiet) if turn % 10 == 9 else None
    for out in outs:
        assert render(jobs("new"), out, console=quiet()).exit_code == 0
        assert keys(out) == new
        assert [path.name for path in (out / ".nbeval").iterdir()] == ["lock"]
    assert seen["old"], "no kill came before the end of a run"


def put_back(out, quiet):
    """Make the old reports again, so that later kills also meet them; the run before must not be in the way."""
    assert render(jobs("old"), out, console=quiet()).exit_code == 0


def kill(pid):
    """Kill one process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_a_full_disk_leaves_the_last_good_reports(out, quiet, both):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))  # noqa: E731
    process = run(out, "new", preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), limit()))
    process.wait(timeout=120)
    assert keys(out) == both[0]
    assert render(jobs("new"), out, console=quiet()).exit_code == 0
    assert keys(out) == both[1]


def test_of_two_runs_at_once_one_is_refused_and_the_other_whole(out, both):
    first, second = run(out, "new"), run(out, "new")
    codes = {first.wait(timeout=120), second.wait(timeout=120)}
    assert 0 in codes
    assert keys(out) == both[1]


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path, quiet):
    (tmp_path / "reports").write_text("")
    with pytest.raises(OutputError):
        render(jobs("new"), tmp_path / "reports", console=quiet())


def test_a_folder_that_vanishes_leaves_no_part_of_a_report_and_the_next_run_completes(tmp_path, quiet, monkeypatch, both):
    out = tmp_path / "reports"

    def vanishing(*arguments, **options):
        shutil.rmtree(out)
        return Processes(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr("nbeval.publish.batch.Processes", vanishing)
        with suppress(OutputError):
            render(jobs("new"), out, console=quiet())
    assert keys(out).items() <= both[1].items()
    assert render(jobs("new"), out, console=quiet()).exit_code == 0
    assert keys(out) == both[1]


@pytest.mark.parametrize("year", [1971, 2200])
def test_a_clock_that_jumps_moves_nothing_but_the_clock(out, quiet, year, both):
    moment = datetime(year, 1, 1, tzinfo=UTC).timestamp()
    for path in (*out.rglob("*"), out):
        os.utime(path, (moment, moment))
    for folder in FOLDERS:
        record = read(out / folder)
        record["when"] = {"finished": datetime(year, 1, 1, tzinfo=UTC).isoformat(timespec="seconds")}
        (out / folder / "provenance.json").write_text(json.dumps(record))
    assert {outcome.state for outcome in render(jobs("old"), out, console=quiet()).outcomes} == {"unchanged"}
    assert {outcome.state for outcome in render(jobs("new"), out, console=quiet()).outcomes} == {"written"}
    assert keys(out) == both[1]
