"""The same reports made by an existing Dask cluster, whose machines share this one's folders and packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from nbeval.errors import ParameterError
from nbeval.publish.job import Task
from nbeval.publish.processes import Ended, ended


class Cluster:
    """Hands each report to the cluster, where it is made by a process of its own."""

    def __init__(self, address: str, environment: Mapping[str, str]) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ParameterError("Dask is not installed here.", do="install nbeval with its extra 'dask', or leave --dask out.") from None
        try:
            self._client = Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError):
            raise ParameterError("the Dask cluster does not answer.", found=address,
                                 do="see whether its scheduler runs, and give its address, such as tcp://HOST:8786.") from None
        known = ("NBEVAL_", "PYTHON", "MPL", "OMP_", "OPENBLAS_", "MKL_")
        self._environment = {name: value for name, value in environment.items() if name.startswith(known)}
        self._running: dict[int, Any] = {}

    def start(self, task: Task) -> None:
        """Begin a report."""
        self._running[task.number] = self._client.submit(in_own_process, task.to_json(), self._environment, pure=False, retries=0)

    def wait(self, seconds: float) -> list[Ended]:
        """Those that ended, after at most this time."""
        until = time.monotonic() + seconds
        while not (gone := [number for number, future in self._running.items() if future.done()]):
            if time.monotonic() >= until:
                return []
            time.sleep(0.02)
        return [self._ended(number) for number in gone]

    def kill(self, number: int) -> None:
        """Give a report up; what is still running for it can no longer publish anything."""
        if number in self._running:
            self._running[number].cancel(force=True)

    def close(self) -> None:
        """Give everything up that is still running."""
        for number in list(self._running):
            self.kill(number)
        self._client.close()

    def _ended(self, number: int) -> Ended:
        """What became of a report."""
        future = self._running.pop(number)
        line = future.result() if future.status == "finished" else ""
        return ended(number, json.loads(line) if line else None)


def in_own_process(task: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Make one report in a new process and return the line it says last; empty where it died. Runs on the cluster."""
    done = subprocess.run(
        [sys.executable, "-m", "nbeval.publish.worker"], input=json.dumps(task) + "\n", capture_output=True, text=True,
        env={**os.environ, **environment}, check=False,
    )
    lines = done.stdout.splitlines()
    return lines[-1] if lines and lines[-1].startswith("{") else ""
