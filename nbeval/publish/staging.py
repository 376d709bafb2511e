"""Where reports are written before they are published, so that every report is whole, old or new."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nbeval.errors import OutputError, ParameterError

WORK = ".nbeval"        # the folder of unfinished work, inside the reports' folder
_NEW, _OLD = "new", "old"
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXCHANGE = 2           # RENAME_EXCHANGE on Linux and RENAME_SWAP on macOS
_HERE = -100            # AT_FDCWD on Linux

_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room on the disk and run the command again."),
    errno.EDQUOT: ("your share of the disk is used up", "make room, or choose another folder with --out."),
    errno.EFBIG: ("a file may not become that large", "make room, or choose another folder with --out."),
    errno.EROFS: ("the disk can only be read", "choose a folder you may write to with --out."),
    errno.EACCES: ("you may not write there", "choose a folder you may write to with --out."),
    errno.EPERM: ("you may not write there", "choose a folder you may write to with --out."),
    errno.ENOENT: ("the folder has vanished", "check that the disk is still connected and run the command again."),
    errno.ENOTDIR: ("there is a file where a folder should be", "move that file away, or choose another --out."),
    errno.EEXIST: ("there is a file where a folder should be", "move that file away, or choose another --out."),
}


class Staging:
    """The folder of one run's unfinished reports, on the file system of the finished ones."""

    def __init__(self, out: Path, folder: Path) -> None:
        self.out = out
        self.folder = folder

    def new(self, report: str) -> Path:
        """Where the unfinished report of this folder is."""
        return self.folder / _NEW / report

    def begin(self, report: str) -> Path:
        """An empty folder in which the report of this folder is to be made."""
        path = self.new(report)
        with _in_plain_words():
            path.mkdir(parents=True)
        return path

    def publish(self, report: str) -> None:
        """Put the finished report where readers look; the one before it goes."""
        old = self.folder / _OLD / report
        with _in_plain_words():
            put_in_place(self.new(report), self.out / report, old)
        shutil.rmtree(old, ignore_errors=True)

    def write(self, file: str, content: bytes) -> None:
        """Write one file below the reports' folder in one step; nothing where it is the same already."""
        target = self.out / file
        if target.is_file() and target.read_bytes() == content:
            return
        with _in_plain_words():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(name, 0o644)
            os.replace(name, target)


@contextmanager
def staging(out: Path) -> Iterator[Staging]:
    """Lock the reports' folder, recover what a killed run left, and give a folder to work in."""
    work = out / WORK
    with _in_plain_words():
        work.mkdir(parents=True, exist_ok=True)
    with _in_plain_words(), locked(work / "lock", f"the folder '{out.name}'"):
        _recover(out, work)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=work))
        try:
            yield Staging(out, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(file: Path, what: str) -> Iterator[None]:
    """Lock ``file`` while the block runs; the lock ends with its process. ``what`` is locked, in the words of the fault."""
    try:
        with FileLock(file, timeout=0, mode=0o644):
            yield
    except Timeout:
        raise OutputError(f"{what} is being written by another run.",
                          do="wait until the other run has ended, or choose another folder with --out.") from None


def put_in_place(new: Path, target: Path, old: Path) -> None:
    """Move the folder ``new`` to ``target``; what was there goes to ``old``, which must not exist.

    Linux and macOS exchange the two names in one step, so that a reader, and a kill at any moment, finds either the old folder or the
    new one. Elsewhere there are two steps; the next run recovers the old folder from a kill between them.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    old.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        os.rename(new, target)
    elif _exchange(new, target):
        os.rename(new, old)
    else:
        os.rename(target, old)
        os.rename(new, target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system or the disk cannot."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            done = system.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
        elif sys.platform == "darwin":
            done = system.renamex_np(os.fsencode(one), os.fsencode(other), _EXCHANGE)
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    return done == 0


def check_folder(folder: str) -> None:
    """Refuse a report's folder that could be outside the reports' folder."""
    if not all(_PART.fullmatch(part) for part in folder.split("/")):
        raise ParameterError(f"'{folder}' cannot be the folder of a report.",
                             allowed="names of letters, digits, '-', '_' and '.', separated by '/'",
                             do="use plain ids for cohorts, reports and authorities.")


def output_error(error: OSError, what: str = "the reports") -> OutputError:
    """What an operating system's refusal to write means, without naming a path of this machine."""
    reason, do = _REASONS.get(error.errno or 0, ("the system refused", "see whether the folder can be written to."))
    return OutputError(
        f"{what} could not be written: {reason}.",
        where=Path(error.filename).name if isinstance(error.filename, str) else "",
        do=f"{do} The last good reports were left as they were." if what == "the reports" else do,
    )


def _recover(out: Path, work: Path) -> None:
    """Put back reports that a killed run had moved away, and clear what it left; whoever has the lock is alone here."""
    for run in work.glob("run-*"):
        for record in sorted((run / _OLD).rglob("provenance.json")):
            folder = record.parent.relative_to(run / _OLD)
            if not (out / folder).exists():
                (out / folder).parent.mkdir(parents=True, exist_ok=True)
                os.rename(record.parent, out / folder)
        shutil.rmtree(run, ignore_errors=True)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """Turn a refusal of the operating system into an ``OutputError``."""
    try:
        yield
    except OSError as error:
        raise output_error(error) from None
