"""A lock on a folder that ends with the process that holds it, however that ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbeval.errors import OutputError

if os.name == "nt":
    import msvcrt

    def _take(descriptor: int) -> None:
        """Take the lock or raise OSError."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        """Take the lock or raise OSError."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(file: Path, what: str) -> Iterator[None]:
    """Hold the lock ``file`` while the block runs.

    Parameters
    ----------
    file : Path
        Made where it is missing, and left there: its being there means nothing, only its lock does.
    what : str
        What is locked, in the words of the message.

    Raises
    ------
    OutputError
        Another process holds it.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _take(descriptor)
        except OSError:
            raise OutputError(
                f"{what} is being written by another run.",
                do="wait until the other run has ended, or choose another folder with --out.",
            ) from None
        yield
    finally:
        os.close(descriptor)
