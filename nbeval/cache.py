"""Folders that need not be worked out twice: each whole or not there, the oldest dropped, all of them expendable."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nbeval.errors import OutputError

KEPT = 10                   # folders of one kind; the ones used last
_HALF = "half-"
_ABANDONED = 24 * 3600      # seconds after which a half is that of a run that was killed


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of ``folder`` in one step.

    Parameters
    ----------
    folder : Path
        Where it is to be. If the block fails nothing is left; if another process was faster, what
        that one made stays, since it has the same content.

    Raises
    ------
    OutputError
        The system refuses to write.
    """
    half = None
    try:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(prefix=_HALF, dir=folder.parent))
            yield half
        except OSError as error:
            raise OutputError(
                "what was worked out could not be kept for the next time.", found=error.strerror or "",
                where="the cache",
                do="make room, or name a folder that can be written to in the variable NBEVAL_CACHE.",
            ) from None
        with suppress(OSError):
            os.replace(half, folder)
    finally:
        if half is not None:
            shutil.rmtree(half, ignore_errors=True)
    _prune(folder.parent)


def used(folder: Path) -> None:
    """Note that a folder was used now, so that it is among the last to go."""
    with suppress(OSError):
        os.utime(folder)


def drop(folder: Path) -> None:
    """Remove a folder that is damaged."""
    shutil.rmtree(folder, ignore_errors=True)


def _prune(kind: Path) -> None:
    """Remove all but the folders used last, and halves that a killed run left behind."""
    ages: dict[Path, float] = {}
    for path in kind.iterdir():
        with suppress(OSError):                      # another process may be removing it too
            ages[path] = path.stat().st_mtime
    halves = {path for path in ages if path.name.startswith(_HALF)}
    whole = sorted(set(ages) - halves, key=lambda path: (ages[path], path.name), reverse=True)
    for path in (*whole[KEPT:], *(half for half in halves if time.time() - ages[half] > _ABANDONED)):
        drop(path)
