"""The processes in which reports are made, one for each: forked from a prepared one, or started afresh."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nbeval.errors import NbevalError, RenderError
from nbeval.publish import faults
from nbeval.publish.job import Task

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
               "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS")


@dataclass(frozen=True)
class Ended:
    """A process that is gone, and what it said: it finished, it met a fault, or nothing at all."""

    number: int
    finished: bool
    fault: NbevalError | None


class Processes(Protocol):
    """What a batch asks of the processes."""

    def start(self, task: Task) -> None:
        """Begin a report."""

    def wait(self, seconds: float) -> list[Ended]:
        """Those that ended, after at most this time."""

    def kill(self, number: int) -> None:
        """End a report's process and all that it started."""

    def close(self) -> None:
        """End everything."""


def processes(
    private: Path, modules: Iterable[str] = (), *, warm: str = "", fork: bool | None = None, dask: str = "",
) -> Processes:
    """The processes of one batch: forked where the system can fork, started afresh elsewhere.

    Parameters
    ----------
    private : Path
        A folder that lives as long as the batch, for what Jupyter wants to write.
    modules : iterable of str
        Modules to import before the first fork.
    warm : str
        "module:function:argument" to call after that, for what all reports would read alike.
    dask : str
        The address of a Dask cluster that makes the reports instead.
    fork : bool, optional
        Decide it; by default, whatever the system can do.
    """
    environment = {
        **os.environ, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline", "IPYTHONDIR": str(private / "ipython"),
    }
    if dask:
        from nbeval.publish.cluster import Cluster      # an extra that need not be installed

        return Cluster(dask, environment)
    if hasattr(os, "fork") if fork is None else fork:
        return Forked(environment, warm, modules)
    return Afresh(environment)


class Forked:
    """Children of a server that has imported everything."""

    def __init__(self, environment: Mapping[str, str], warm: str, modules: Iterable[str]) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "nbeval.publish.server", warm, *modules], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
        )
        self._said: dict[int, dict[str, Any]] = {}
        self._pids: dict[int, int] = {}
        self._unread = b""
        self._server.stdout.readline()      # it has imported everything, or died; waiting notices which

    def start(self, task: Task) -> None:
        """Begin a report."""
        self._pids[task.number] = 0
        self._command({"run": task.to_json()})

    def kill(self, number: int) -> None:
        """End a report's process and all that it started."""
        self._command({"kill": number})

    def wait(self, seconds: float) -> list[Ended]:
        """Those that ended, after at most this time."""
        ready, _, _ = select.select([self._server.stdout], [], [], seconds)
        if not ready:
            return self._all_lost() if self._server.poll() is not None else []
        chunk = os.read(self._server.stdout.fileno(), 1 << 16)
        if not chunk:
            return self._all_lost()
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        return [gone for line in lines if (gone := self._heard(json.loads(line)))]

    def close(self) -> None:
        """End everything."""
        with suppress(BrokenPipeError):
            self._server.stdin.close()
        try:
            self._server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._kill_children()
        self._server.stdout.close()

    def _command(self, command: dict[str, Any]) -> None:
        """Send one command; a dead server is noticed when waiting."""
        with suppress(BrokenPipeError):
            self._server.stdin.write((json.dumps(command) + "\n").encode())
            self._server.stdin.flush()

    def _heard(self, event: dict[str, Any]) -> Ended | None:
        """Take note of one event; an ``Ended`` where it says that a process is gone."""
        number = event["number"]
        if "pid" in event:
            self._pids[number] = event["pid"]
        elif "ended" not in event:
            self._said[number] = event
        else:
            self._pids.pop(number, None)
            return ended(number, self._said.pop(number, None))
        return None

    def _all_lost(self) -> list[Ended]:
        """The server is gone: so are all its reports."""
        lost = list(self._pids)
        self._kill_children()
        return [ended(number, None) for number in lost]

    def _kill_children(self) -> None:
        """End children that a dead server left behind."""
        for pid in filter(None, self._pids.values()):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        self._pids.clear()


class Afresh:
    """A new Python for every report: slower, and possible everywhere."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, task: Task) -> None:
        """Begin a report."""
        process = subprocess.Popen(
            [sys.executable, "-m", "nbeval.publish.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=self._environment,
        )
        process.stdin.write((json.dumps(task.to_json()) + "\n").encode())
        process.stdin.close()
        self._running[task.number] = process

    def wait(self, seconds: float) -> list[Ended]:
        """Those that ended, after at most this time."""
        until = time.monotonic() + seconds
        while not (gone := [n for n, process in self._running.items() if process.poll() is not None]):
            if time.monotonic() >= until:
                return []
            time.sleep(0.02)
        return [self._ended(number) for number in gone]

    def kill(self, number: int) -> None:
        """End a report's process."""
        if number in self._running:
            self._running[number].kill()

    def close(self) -> None:
        """End everything."""
        for number in list(self._running):
            self.kill(number)
            self._running.pop(number).wait()

    def _ended(self, number: int) -> Ended:
        """What a process that is gone said last."""
        process = self._running.pop(number)
        lines = process.stdout.read().splitlines()
        process.stdout.close()
        try:
            said = json.loads(lines[-1]) if lines else None
        except ValueError:
            said = None
        return ended(number, said)


def ended(number: int, said: dict[str, Any] | None) -> Ended:
    """What became of a report; one whose process said nothing was killed or crashed."""
    if said is None:
        return Ended(number, False, RenderError(
            "the process that made the report died before it was finished.",
            do="run the command again; if it happens again, see whether the machine runs out of memory."))
    fault = faults.from_json(said["fault"]) if said["fault"] else None
    return Ended(number, fault is None, fault)
