"""The processes in which reports are made, one for each: of this machine, or of a Dask cluster."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from tempfile import gettempdir
from threading import Thread
from types import ModuleType
from typing import Any

from nbeval.errors import NbevalError, ParameterError, RenderError
from nbeval.publish.job import Task

#: imported by the server from which processes are forked, and the variable in which it finds what to preload
PRELOAD, SETTINGS = "nbeval.publish.preload", "NBEVAL_PRELOAD"
#: for every process of reports from its start: as many threads as there are processors would be in each other's way
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
                     "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS"), "1"),
    "PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
_TRIES = 3
#: letters of a temporary folder that leave room for the name of a socket in it: 107 in all
LONGEST_FOLDER = 107 - len("/pymp-12345678/listener-12345678")


@dataclass(frozen=True)
class Finished:
    """A report whose process has ended, and the fault that it met, if any."""

    number: int
    fault: NbevalError | None


class Processes:
    """Processes of this machine, forked from one that has imported everything, or begun anew where a system cannot ``fork``.

    ``modules`` are imported, and ``call`` ("module:function:argument") is called in this ``environment``, before the first fork. Python
    keeps one such server for a whole process, and what a later batch finds there may be of an earlier one: all that a report depends on
    travels in its task.
    """

    def __init__(self, modules: Iterable[str] = (), call: str = "", environment: Mapping[str, str] | None = None,
                 fork: bool | None = None) -> None:
        fork = _can_fork() if fork is None else fork
        self._context = multiprocessing.get_context("forkserver" if fork else "spawn")
        self._running: dict[int, tuple[Any, Connection]] = {}
        self._lost: list[int] = []
        self._begun: list[Any] = []         # every process, also one whose start was interrupted
        named = {**ENVIRONMENT, SETTINGS: json.dumps(
            {"modules": [*modules], "call": call, "environment": dict(environment or {})})}
        self._before = {name: os.environ.get(name) for name in named}
        os.environ.update(named)
        if fork:
            self._context.set_forkserver_preload([PRELOAD])

    def start(self, number: int, task: Task) -> None:
        """Begin a report; a server that died is begun again by Python as soon as the system has noticed."""
        for _ in range(_TRIES):
            ours, theirs = self._context.Pipe(duplex=False)
            process = self._context.Process(target=_make, args=(task, dict(os.environ), theirs))
            self._begun.append(process)
            with theirs, suppress(OSError, EOFError), _without_main():
                process.start()
                self._running[number] = process, ours
                return
            time.sleep(0.5)
        self._lost.append(number)

    def wait(self, seconds: float) -> list[Finished]:
        """Those that finished, after at most this time."""
        watched = {one: number for number, (process, pipe) in self._running.items() for one in (process.sentinel, pipe)}
        ready = wait(list(watched), 0 if self._lost else seconds)
        lost, self._lost = self._lost, []
        return [*(Finished(number, died()) for number in lost),
                *(self._finished(number) for number in dict.fromkeys(watched[one] for one in ready))]

    def kill(self, number: int) -> None:
        """End a report's process and all that it started."""
        if number in self._running:
            _end(self._running[number][0])

    def close(self) -> None:
        """End everything, and leave the environment as it was."""
        for number in list(self._running):
            self.kill(number)
            self._finished(number)
        for process in self._begun:         # Python would wait for one that Ctrl-C caught while it began
            if process.pid is not None and process.is_alive():
                _end(process)
        for name, value in self._before.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})

    def _finished(self, number: int) -> Finished:
        """What a report's process sent before it ended, or that it sent nothing."""
        process, pipe = self._running.pop(number)
        fault = died()
        with pipe, suppress(EOFError, OSError, pickle.UnpicklingError):
            fault = pipe.recv() if pipe.poll() else fault
        _end(process)
        process.join()
        return Finished(number, fault)


class Cluster:
    """An existing Dask cluster, whose machines share this one's folders and packages; a new process for each report."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ParameterError("Dask is not installed here.", do="install nbeval with its extra 'dask', or leave --dask out.") from None
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError):
            raise ParameterError("the Dask cluster does not answer.", found=address,
                                 do="see whether its scheduler runs, and give its address, such as tcp://HOST:8786.") from None
        self._running: dict[int, Any] = {}

    def start(self, number: int, task: Task) -> None:
        """Begin a report."""
        self._running[number] = self._client.submit(_make_afresh, task, pure=False, retries=0)

    def wait(self, seconds: float) -> list[Finished]:
        """Those that finished, after at most this time."""
        until = time.monotonic() + seconds
        while not (done := [number for number, future in self._running.items() if future.done()]):
            if time.monotonic() >= until:
                return []
            time.sleep(0.02)
        futures = {number: self._running.pop(number) for number in done}
        return [Finished(number, future.result() if future.status == "finished" else died()) for number, future in futures.items()]

    def kill(self, number: int) -> None:
        """Give a report up; what is still running for it can no longer publish anything."""
        if number in self._running:
            self._running[number].cancel(force=True)

    def close(self) -> None:
        """Give everything up that is still running."""
        for number in list(self._running):
            self.kill(number)
        self._client.close()


Workers = Processes | Cluster


def _can_fork() -> bool:
    """Whether processes can be forked from a server here: its address, a file of the temporary folder, must not be too long."""
    return "forkserver" in multiprocessing.get_all_start_methods() and len(os.fsencode(gettempdir())) <= LONGEST_FOLDER


def died() -> RenderError:
    """The fault of a report whose process ended without a word."""
    return RenderError("the process that made the report died before it was finished.",
                       do="run the command again; if it happens again, see whether the machine runs out of memory.")


def _make(task: Task, environment: dict[str, str], pipe: Connection) -> None:
    """Make one report in this process, of its own session, and send its fault or None.

    The environment is that of the process which asked, not that in which the server of processes once began.
    """
    os.environ.clear()
    os.environ.update(environment)
    if hasattr(os, "setsid"):
        os.setsid()
    Thread(target=_end_with_the_run, daemon=True).start()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    pipe.send(_fault_of(task))


def _make_afresh(task: Task) -> NbevalError | None:
    """Make one report in a new Python, and return its fault or None. Runs on a machine of the cluster."""
    done = subprocess.run([sys.executable, "-c", f"from {__name__} import main; main()"], input=pickle.dumps(task), capture_output=True,
                          env={**os.environ, **ENVIRONMENT}, check=False)
    return pickle.loads(done.stdout) if done.returncode == 0 and done.stdout else died()


def _fault_of(task: Task) -> NbevalError | None:
    """Make one report; the fault that it meets, or None."""
    os.environ.update(task.environment)
    from nbeval.publish.one_report import fault_in_making       # not needed by the process that waits

    return fault_in_making(task)


def _end(process: Any) -> None:
    """End a report's process and all that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _end_with_the_run() -> None:
    """Wait until the process that asked for the report is gone, and end with all that the report started."""
    wait([multiprocessing.parent_process().sentinel])
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep a new process from running the script of whoever asks for reports once more."""
    kept, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = kept


def main() -> None:
    """Make the report whose task is on standard input, and write its fault or None to standard output."""
    answer = os.dup(1)
    os.dup2(2, 1)
    fault = _fault_of(pickle.load(sys.stdin.buffer))
    with open(answer, "wb") as stream:
        pickle.dump(fault, stream)
