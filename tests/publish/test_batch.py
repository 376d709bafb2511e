"""Many reports: each alone, none stopping the others, none made twice for nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nbeval.errors import OutputError, RenderError
from nbeval.publish import render
from nbeval.publish.index import CRATE
from nbeval.publish.staging import locked
from nbeval.publish.workers import Processes
from tests.publish.conftest import FAULTY, ORIGIN


def fault_of(summary, name):
    return next(outcome.fault for outcome in summary.outcomes if outcome.job.folder.endswith(f"/{name}"))


def test_good_reports_are_made_whatever_the_others_do(mixed):
    out, summary, _ = mixed
    assert [outcome.state for outcome in summary.outcomes] == ["written", *["failed"] * len(FAULTY), "written"]
    assert summary.exit_code == 2
    for name in ("ok", "plain"):
        assert {"report.ipynb", "report.html", "provenance.json"} <= {
            path.name for path in (out / "specimen" / name).iterdir()}


def test_a_failed_report_leaves_nothing(mixed):
    out, _, _ = mixed
    assert not any((out / "specimen" / name).exists() for name in FAULTY)
    assert [path.name for path in (out / ".nbeval").iterdir()] == ["lock"]


@pytest.mark.parametrize(("name", "words"), [
    ("error", "cell 4 of error.ipynb, under 'Well-being', failed with ValueError"),
    ("known_error", "cell 4 of known_error.ipynb, under 'Well-being', stopped. no cohort 'x'."),
    ("exit", "stopped before its end"),
    ("sys_exit", "stopped before its end"),
    ("os_exit", "died before it was finished"),
    ("killed", "died before it was finished"),
    ("hang", "not finished after 10 seconds"),
    ("input", "failed with StdinNotImplementedError"),
    ("foreign", "cell 4 of foreign.ipynb, under 'Well-being', shows printed text that did not come through the report"),
])
def test_every_way_to_fail_is_said_in_plain_words(mixed, name, words):
    fault = fault_of(mixed[1], name)
    assert isinstance(fault, RenderError)
    assert words in str(fault)
    assert fault.do


def test_what_an_error_says_is_shown_only_where_nbeval_said_it(mixed):
    text = str(mixed[1])
    assert "Jane" not in text
    assert "choose one.\n           Or write one." in text


def test_progress_is_plain_lines_where_there_is_no_terminal(mixed):
    shown = mixed[2]
    assert "written    specimen/ok" in shown
    assert "FAILED     specimen/hang" in shown
    assert "\x1b" not in shown


def test_what_is_whole_and_unchanged_is_not_made_again(job, tmp_path, quiet):
    make = lambda **more: render([job("ok", **more.pop("job", {}))], tmp_path, console=quiet(), **more)  # noqa: E731
    assert make().outcomes[0].state == "written"
    before = (tmp_path / "specimen/ok/report.html").stat().st_mtime_ns
    assert make().outcomes[0].state == "unchanged"
    assert (tmp_path / "specimen/ok/report.html").stat().st_mtime_ns == before
    (tmp_path / "specimen/ok/report.html").write_text("altered")
    assert make().outcomes[0].state == "written"
    assert make(job={"content_key": "2"}).outcomes[0].state == "written"
    assert make(job={"content_key": "2"}, fresh=True).outcomes[0].state == "written"


def test_the_provenance_of_an_unchanged_report_tells_of_the_dictionary_as_it_is_now(job, tmp_path, quiet):
    make = lambda origin: render([job("plain")], tmp_path, origin=origin, console=quiet()).outcomes[0].state  # noqa: E731
    assert make(ORIGIN) == "written"
    before = {path.name: path.read_bytes() for path in (tmp_path / "specimen/plain").iterdir()}
    assert make(replace(ORIGIN, dictionary_digest="f" * 64, numbers={"scales": "f" * 16})) == "unchanged"
    after = {path.name: path.read_bytes() for path in (tmp_path / "specimen/plain").iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"provenance.json"}
    record = json.loads(after["provenance.json"])
    assert record["dictionary"]["digest"] == "f" * 64 and record["dictionary"]["numbers"] == {"scales": "f" * 16}
    assert "f" * 64 in (tmp_path / "specimen" / CRATE).read_text(encoding="utf-8")
    assert make(ORIGIN) == "unchanged"
    assert (tmp_path / "specimen/plain/provenance.json").read_bytes() == before["provenance.json"]


def test_two_makings_are_the_same_to_the_byte(mixed, job, tmp_path, quiet):
    render([job("ok"), job("plain")], tmp_path, origin=ORIGIN, console=quiet(), workers=1)
    for name in ("ok", "plain"):
        for file in ("report.ipynb", "report.html"):
            assert (tmp_path / "specimen" / name / file).read_bytes() == (
                mixed[0] / "specimen" / name / file).read_bytes(), (name, file)
    one, other = (json.loads((out / "specimen/ok/provenance.json").read_text()) for out in (tmp_path, mixed[0]))
    for moving in ("when", "nbeval", "report_key"):     # the code may be edited while the tests run
        del one[moving], other[moving]
    assert one == other


def test_the_last_good_report_stays_where_the_next_one_fails(job, tmp_path, quiet):
    render([job("ok", folder="specimen/x")], tmp_path, console=quiet())
    before = {path.name: path.read_bytes() for path in (tmp_path / "specimen/x").iterdir()}
    summary = render([job("error", folder="specimen/x")], tmp_path, console=quiet())
    assert summary.failed
    assert {path.name: path.read_bytes() for path in (tmp_path / "specimen/x").iterdir()} == before


def test_spawned_processes_make_the_same_report(mixed, job, tmp_path, quiet):
    summary = render([job("ok"), job("killed")], tmp_path, origin=ORIGIN, console=quiet(), fork=False)
    assert [outcome.state for outcome in summary.outcomes] == ["written", "failed"]
    assert (tmp_path / "specimen/ok/report.html").read_bytes() == (mixed[0] / "specimen/ok/report.html").read_bytes()


LATER = """
import os, sys
from pathlib import Path
from io import StringIO
from rich.console import Console
from nbeval.publish import render
from tests.publish.conftest import make_job
os.environ["NBEVAL_DATA"] = "earlier"
for name in ("earlier", "later"):
    made = render([make_job("plain", notebook=Path(sys.argv[1], f"{name}.ipynb"))], Path(sys.argv[1], name), console=Console(file=StringIO()))
    print(made.outcomes[0].state)
    os.environ.pop("NBEVAL_DATA", None)
"""


def test_a_report_has_the_environment_of_its_own_run_and_not_that_of_an_earlier_one(job, tmp_path, root):
    """Python keeps the server of processes, and with it the environment in which it once began."""
    for name, expected in (("earlier", "earlier"), ("later", None)):
        notebook = json.loads(job("plain").notebook.read_text(encoding="utf-8"))
        last = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
        last["source"] = f"import os\nassert os.environ.get('NBEVAL_DATA') == {expected!r}"
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", LATER, str(tmp_path)], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["written", "written"], done.stderr


def test_a_second_run_on_the_same_folder_is_refused(job, tmp_path, quiet):
    (tmp_path / ".nbeval").mkdir()
    with locked(tmp_path / ".nbeval" / "lock", "it"), pytest.raises(OutputError, match="written by another run"):
        render([job("ok")], tmp_path, console=quiet())


def test_a_dead_server_is_noticed_and_begun_again(job, tmp_path, quiet, monkeypatch):
    start, killed = Processes.start, []

    def start_and_kill_the_server(self, number, task):
        start(self, number, task)
        if not killed:
            (server,) = [pid for pid in direct_children_of(os.getpid()) if "forkserver" in command_of(pid)]
            os.kill(server, signal.SIGKILL)
            killed.append(self._running[number][0].pid)

    monkeypatch.setattr(Processes, "start", start_and_kill_the_server)
    summary = render([job("hang"), job("plain")], tmp_path, console=quiet(), fork=True, workers=1)
    assert "died before it was finished" in str(summary.outcomes[0].fault)
    assert summary.outcomes[1].state == "written"
    assert wait_for(lambda: not alive(killed[0]))


HEAVY = """
import sys
import nbeval.cli.app, nbeval.rendering, nbeval.publish.batch, nbeval.cleaning.files, nbeval.release.ledger
print(*sorted({"pandas", "pandera", "pyarrow", "nbformat", "papermill", "IPython", "typst", "docx", "gptables", "matplotlib"} & set(sys.modules)))
"""


def test_a_run_that_changes_nothing_imports_no_library_of_tables_notebooks_or_formats(root):
    done = subprocess.run([sys.executable, "-c", HEAVY], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


PRELOADED = """
import sys
from nbeval.publish.workers import Processes
from tests.publish.conftest import send_what_is_preloaded
processes = Processes(["wave", "no_such_module"], f"os:mkdir:{sys.argv[1]}", {"FOLDER": "here"})
ours, theirs = processes._context.Pipe(duplex=False)
process = processes._context.Process(target=send_what_is_preloaded, args=(theirs, "wave", "FOLDER"))
process.start()
print(*ours.recv())
process.join()
processes.close()
"""


def test_what_reports_share_is_preloaded_by_the_server(tmp_path, root):
    """What cannot be preloaded is skipped without a word, and each report would only be slower: so it is asked for here."""
    done = subprocess.run([sys.executable, "-c", PRELOADED, str(tmp_path / "called")], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True", "here", "0"], done.stderr
    assert (tmp_path / "called").is_dir()


INTERRUPTED = """
import sys
from pathlib import Path
from nbeval.publish import render
from tests.publish.conftest import make_job
try:
    render([make_job("hang")], Path(sys.argv[1]))
except KeyboardInterrupt:
    sys.exit(130)
"""


def wait_for(condition, seconds=120.0):
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def children_of(pid: int) -> list[int]:
    found = direct_children_of(pid)
    return found + [grandchild for child in found for grandchild in children_of(child)]


def reports_of(pid: int) -> list[int]:
    """The processes of reports: children of the server, which is a child of the run; a passing helper has none."""
    return [one for one in children_of(pid) if one not in direct_children_of(pid)]


def direct_children_of(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def command_of(pid: int) -> str:
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "defunct" not in command_of(pid)


def test_a_temporary_folder_whose_name_is_long_needs_no_socket_in_it(job, tmp_path, quiet, monkeypatch):
    place = tmp_path / ("long" * 30)
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    summary = render([job("ok")], tmp_path / "out", origin=ORIGIN, console=quiet())
    assert summary.exit_code == 0, str(summary)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of this kind exist only where processes fork")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopping_a_run_ends_all_its_processes_and_leaves_no_report(tmp_path, root, how):
    run = subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(tmp_path)], cwd=root, stderr=subprocess.DEVNULL)
    assert wait_for(lambda: reports_of(run.pid))
    started = children_of(run.pid)
    run.send_signal(how)
    assert run.wait(timeout=20) == (130 if how == signal.SIGINT else -how)
    assert wait_for(lambda: not any(alive(pid) for pid in started))
    assert not (tmp_path / "specimen").exists()
