"""Fixtures for the tests of publishing: small notebooks, each with one behaviour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from rich.console import Console

from nbeval.publish import Job, Origin, Summary, render
from nbeval.publish.workers import PRELOAD

NOTEBOOKS = Path(__file__).parent / "notebooks"
FAULTY = ("error", "known_error", "exit", "sys_exit", "os_exit", "killed", "hang", "input", "foreign")
ORIGIN = Origin(dictionary_digest="d" * 64, inputs=(("first/a.csv", "a" * 64),), seeds={"bootstrap": 7}, invented=True,
                numbers={"scales": "c" * 16})


def make_job(name: str, **changes: object) -> Job:
    """A job for one of the small notebooks."""
    fields = {"kind": "baseline", "notebook": NOTEBOOKS / f"{name}.ipynb", "parameters": {"cohort": "specimen"},
              "folder": f"specimen/{name}", "title": f"Report on {name}", "language": "en-GB", "content_key": "1",
              "dictionary": {"indicators safe": "e" * 16}}
    return Job(**{**fields, **changes})


def send_what_is_preloaded(pipe: Connection, module: str, variable: str) -> None:
    """Send from a child whether the server has imported its preload and a module, and two variables of its environment."""
    pipe.send((PRELOAD in sys.modules, module in sys.modules, os.environ.get(variable), os.environ.get("PYTHONHASHSEED")))


@pytest.fixture(scope="session")
def job() -> Callable[..., Job]:
    """Makes a job for one of the small notebooks."""
    return make_job


@pytest.fixture(scope="session")
def quiet() -> Callable[[], Console]:
    """Makes a console that is not a terminal and keeps what it is told."""
    return lambda: Console(file=StringIO(), width=100)


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory, quiet: Callable[[], Console]) -> tuple[Path, Summary, str]:
    """One batch of good and faulty notebooks: the reports' folder, the summary, the progress shown."""
    out = tmp_path_factory.mktemp("reports")
    console = quiet()
    jobs = [make_job(name) for name in ("ok", *FAULTY, "plain")]
    summary = render(jobs, out, origin=ORIGIN, deadline=10, console=console)
    return out, summary, console.file.getvalue()
