"""A process that has everything imported and forks one child for each report it is asked for.

It says ``ready`` once, and then reads one command per line: ``{"run": task}`` or
``{"kill": number}``. It answers with one line per event: ``{"number", "pid"}`` when a child starts,
the child's own outcome, and ``{"number", "ended"}`` when the child is gone, whatever the reason. When its standard input closes,
because it was told to stop or because whoever asked is dead, it kills its children and ends.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from nbeval.publish import worker
from nbeval.publish.job import Task
from nbeval.publish.page import environment
from nbeval.publish.software import software

WAIT = 0.02


class ForkServer:
    """Forks, reaps and kills the children; talks through one pipe."""

    def __init__(self, answers: int) -> None:
        self._answers = answers
        self._children: dict[int, int] = {}         # pid -> number of the task
        self._unread = b""

    def serve(self) -> None:
        """Obey commands until standard input closes."""
        while True:
            ready, _, _ = select.select([0], [], [], WAIT if self._children else None)
            if ready and not self._read():
                break
            self._reap()
        for pid in self._children:
            _kill(pid)

    def _read(self) -> bool:
        """Obey the commands that have come; whether more may follow."""
        chunk = os.read(0, 1 << 16)
        if not chunk:
            return False
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            command = json.loads(line)
            if "run" in command:
                self._fork(Task.from_json(command["run"]))
            else:
                for pid in [pid for pid, number in self._children.items() if number == command["kill"]]:
                    _kill(pid)
        return True

    def _fork(self, task: Task) -> None:
        """Start the child for one report."""
        pid = os.fork()
        if pid == 0:
            self._be_the_child(task)
        self._children[pid] = task.number
        self._say({"number": task.number, "pid": pid})

    def _be_the_child(self, task: Task) -> None:
        """Make one report and end, without returning to the server's loop."""
        status = 1
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(nothing, descriptor)
            os.write(self._answers, worker.outcome_of(task))
            status = 0
        finally:
            os._exit(status)

    def _reap(self) -> None:
        """Say which children have ended."""
        for pid in list(self._children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)      # what the report started and left behind
                self._say({"number": self._children.pop(pid), "ended": True})

    def _say(self, event: dict[str, Any]) -> None:
        """Write one event."""
        with suppress(BrokenPipeError):
            os.write(self._answers, (json.dumps(event) + "\n").encode())


def _kill(pid: int) -> None:
    """End a child and everything it started."""
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def prepare(warm: str, modules: list[str]) -> None:
    """Import and read what the reports will need, so that no child does it again."""
    for name in modules:
        with suppress(ImportError):
            import_module(name)
    if warm:
        module, function, argument = warm.split(":")
        with suppress(Exception):           # what cannot be read will be said by the report that reads it
            getattr(import_module(module), function)(argument)
    environment().get_template("report.html.j2")
    software()
    gc.collect()
    gc.freeze()


def main() -> None:
    """Import, then serve."""
    answers = os.dup(1)
    os.dup2(2, 1)
    prepare(sys.argv[1], sys.argv[2:])
    os.write(answers, b"ready\n")
    ForkServer(answers).serve()


if __name__ == "__main__":
    main()
