"""What the commands share: the options they take, and how they answer."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nbeval.errors import still_going, stops

if TYPE_CHECKING:
    from nbeval.study import Study
    from nbeval.workspace import Workspace


def cohorts_of_the_project(incomplete: str) -> list[str]:
    """The ids of cohorts that begin so, for the completion of a shell; the dictionary is not loaded."""
    from nbeval.folders import dictionary_folder

    return sorted(path.stem for path in (dictionary_folder() / "cohorts").glob(f"{incomplete}*.toml"))


CohortName = Annotated[str, typer.Argument(help="A cohort of the dictionary.", metavar="COHORT", autocompletion=cohorts_of_the_project)]
Kinds = Annotated[list[str] | None, typer.Argument(help="Kinds of report; all where none is named.", metavar="[KIND ...]")]
DictionaryFolder = Annotated[Path | None, typer.Option("--dictionary", help="The programme's dictionary (or NBEVAL_DICTIONARY).")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="The folder with the exports (or NBEVAL_DATA).")]
OutFolder = Annotated[Path, typer.Option("--out", help="Where to write.")]
AuthorityName = Annotated[str, typer.Option("--authority", help="One authority; all where none is named.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object, for other programs.")]

#: when the command began; None unless --verbose asks for times
_clock: dict[str, float] = {}


def workspace_of(dictionary: Path | None, data: Path | None = None) -> Workspace:
    """The folders to work with."""
    from nbeval.workspace import Workspace

    return Workspace(dictionary, data)


def study_of(cohort: str, dictionary: Path | None, data: Path | None = None) -> Study:
    """The study of a cohort, whose steps are said on standard error as they begin."""
    from nbeval.study import Study

    workspace = workspace_of(dictionary, data)
    return Study(workspace.dictionary.cohort(cohort), workspace, on_progress=on_progress)


def say(line: str = "") -> None:
    """One line of the answer, on standard output."""
    typer.echo(line)


def say_json(answer: dict[str, Any]) -> None:
    """The whole answer as one JSON object on standard output."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@contextmanager
def stopping() -> Iterator[None]:
    """Let Ctrl-C end the command at its next step at the latest."""
    def stop(number: int, frame: Any) -> None:
        stops.append(number)
        signal.default_int_handler(number, frame)

    stops.clear()
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        stops.clear()
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def on_progress(line: str) -> None:
    """Progress or a fault, on standard error; with --verbose, after the seconds since the command began."""
    still_going()
    typer.echo(f"{time.monotonic() - _clock['began']:7.1f} s  {line}" if _clock else line, err=True)


def be_verbose() -> None:
    """Begin to say with every step how long the command has taken."""
    _clock["began"] = time.monotonic()


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Say in plain words that the system refuses to write."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        from nbeval.publish.staging import output_error

        raise output_error(error, what) from None
