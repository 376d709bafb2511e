"""Where reports are written before they take their place, so that every report is whole, old or new."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbeval.errors import OutputError, ParameterError
from nbeval.publish.exchange import put_in_place
from nbeval.publish.faults import output_error
from nbeval.publish.lock import locked

WORKROOM = ".nbeval"
_NEW, _ASIDE = "new", "aside"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Staging:
    """One run's place for unfinished reports, on the file system of the finished ones."""

    def __init__(self, out: Path, room: Path) -> None:
        self.out = out
        self.room = room

    def place(self, folder: str) -> Path:
        """An empty folder in which the report of ``folder`` is to be made."""
        path = self.room / _NEW / folder
        with _in_plain_words():
            if path.exists():
                shutil.rmtree(path)
            path.mkdir(parents=True)
        return path

    def publish(self, folder: str) -> None:
        """Put the finished report of ``folder`` where readers look; the one before it goes."""
        aside = self.room / _ASIDE / folder
        with _in_plain_words():
            put_in_place(self.room / _NEW / folder, self.out / folder, aside)
        shutil.rmtree(aside, ignore_errors=True)

    def write(self, file: str, content: bytes) -> None:
        """Write one file below the reports' folder in one step; nothing where it is the same already."""
        target = self.out / file
        if target.is_file() and target.read_bytes() == content:
            return
        with _in_plain_words():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.room)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(name, 0o644)
            os.replace(name, target)


@contextmanager
def staging(out: Path) -> Iterator[Staging]:
    """Lock the reports' folder, put right what a killed run left, and give a place to work in.

    Parameters
    ----------
    out : Path
        The reports' folder; made where it is missing.

    Raises
    ------
    OutputError
        It cannot be written to, or another run is writing to it.
    """
    workroom = out / WORKROOM
    with _in_plain_words():
        workroom.mkdir(parents=True, exist_ok=True)
    with _in_plain_words(), locked(workroom / "lock", f"the folder '{out.name}'"):
        _recover(out, workroom)
        room = Path(tempfile.mkdtemp(prefix="run-", dir=workroom))
        try:
            yield Staging(out, room)
        finally:
            shutil.rmtree(room, ignore_errors=True)


def check_folder(folder: str) -> None:
    """Refuse a report's folder that could lie outside the reports' folder."""
    if not all(_PART.fullmatch(part) for part in folder.split("/")):
        raise ParameterError(f"'{folder}' cannot be the folder of a report.",
                             allowed="names of letters, digits, '-', '_' and '.', parted by '/'",
                             do="use plain ids for cohorts, reports and authorities.")


def _recover(out: Path, workroom: Path) -> None:
    """Put back reports that a killed run had moved aside, and clear what it left.

    Whoever holds the lock knows that no other run is alive.
    """
    for room in workroom.glob("run-*"):
        for record in sorted((room / _ASIDE).rglob("provenance.json")):
            folder = record.parent.relative_to(room / _ASIDE)
            if not (out / folder).exists():
                (out / folder).parent.mkdir(parents=True, exist_ok=True)
                os.rename(record.parent, out / folder)
        shutil.rmtree(room, ignore_errors=True)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """Turn a refusal of the operating system into an ``OutputError``."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise output_error(error) from None
