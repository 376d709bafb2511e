"""Where things are: the dictionary, the raw exports, the record of releases, and what has already been worked out.

The cache has disclosed results and findings, never an answer and never an unprotected number. It is addressed by content:
exports, dictionary, code and packages. Each of its folders is whole or not there; it may be deleted at any time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbeval import dictionary, folders
from nbeval.release.fingerprint import key_of
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort
from nbeval.errors import NoDataError, OutputError
from nbeval.folders import remove

KEPT = 10                   # folders of one kind in the cache: those used last
_UNFINISHED = "half-"
_ABANDONED = 24 * 3600      # seconds after which an unfinished folder is that of a run that was killed


@dataclass(frozen=True)
class Workspace:
    """The places a run works with; what is not given comes from the environment or the project."""

    dictionary_folder: Path | None = None
    data_folder: Path | None = None
    cache_folder: Path | None = None
    releases_folder: Path | None = None

    @cached_property
    def dictionary(self) -> Dictionary:
        """The programme's dictionary."""
        return dictionary.load(self.dictionary_folder)

    @property
    def cache(self) -> Path:
        """The folder for what need not be worked out twice."""
        return Path(self.cache_folder) if self.cache_folder else folders.cache_folder()

    @property
    def releases(self) -> Path:
        """The ledger of what was published before, which is the same wherever reports are written."""
        return Path(self.releases_folder) if self.releases_folder else folders.releases_folder(self.dictionary.folder)

    def data_of(self, cohort: Cohort) -> Path:
        """The folder with a cohort's exports; those of an invented cohort are written where no folder was named.

        Figures in print are part of the dictionary.
        """
        if cohort.made_from is SourceKind.PUBLISHED:
            return self.dictionary.folder / "published"
        named = self.data_folder or os.environ.get("NBEVAL_DATA")
        root = Path(named) if named else None
        if root and (root / cohort.id).is_dir():
            return root
        if cohort.invented and not self.data_folder:
            return self._specimen(cohort)
        if root and root.is_dir() and not cohort.invented:
            return root
        raise NoDataError(
            f"there is no data folder for cohort '{cohort.id}'.",
            found="no folder was named" if not root else f"no folder '{cohort.id}' in the folder that was named"
            if root.is_dir() else "a folder was named that does not exist",
            do="leave --data out, to have its invented exports written on the spot." if cohort.invented
            else "name the folder that holds the cohort's exports with --data, or in the variable NBEVAL_DATA.",
        )

    def _specimen(self, cohort: Cohort) -> Path:
        """The invented exports of a cohort, written once for each state of dictionary and code."""
        folder = self.cache / "specimen" / key_of(cohort=cohort.id, dictionary=self.dictionary.digest)[:16]
        if not folder.is_dir():
            from nbeval.specimen import write_specimen

            with atomic_directory(folder) as unfinished:
                write_specimen(cohort, self.dictionary, unfinished / cohort.id)
        mark_used(folder)
        return folder


@contextmanager
def atomic_directory(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of ``folder`` in one step; the oldest beside it are removed.

    If the block fails nothing is left; if another process was faster, what that one made stays, for it has the same content.
    """
    unfinished = None
    try:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder.parent))
            yield unfinished
        except OSError as error:
            raise OutputError(
                "what was worked out could not be kept for the next time.", found=error.strerror or "", where="the cache",
                do="make room, or name a folder that can be written to in the variable NBEVAL_CACHE.",
            ) from None
        with suppress(OSError):
            os.replace(unfinished, folder)
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)
    _prune(folder.parent)


def private_place(folder: Path) -> Path:
    """A folder that stays, which nobody but its owner can enter."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise OutputError("the folder for what is never published cannot be made.", found=error.strerror or "", where=folder.name,
                          do="name a reports' folder in a place that you may write to.") from None
    return folder


@contextmanager
def atomic_file(file: Path, what: str, *, private: bool = False) -> Iterator[Path]:
    """Give another name to write a file under, so that a half-written one never has its own; say in plain words that it cannot be
    written. A private file can be read by its owner alone, from the first byte on, and never lies where reports are published."""
    half = file.with_name(f".{file.name}.half")
    if private and folders.is_published(file):
        raise OutputError(f"{what} would lie in a folder that is published.", where=file.parent.name,
                          do="name a file outside the reports' folder, inside the secure area.")
    try:
        if private:
            half.unlink(missing_ok=True)
            os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield half
        half.replace(file)
    except OSError as error:
        from nbeval.publish.staging import output_error

        raise output_error(error, what) from None
    finally:
        half.unlink(missing_ok=True)


def mark_used(folder: Path) -> None:
    """Note that a folder was used now, so that it is among the last to be removed."""
    with suppress(OSError):
        os.utime(folder)


def _prune(kind: Path) -> None:
    """Remove all but the folders used last, and unfinished ones that a killed run left behind."""
    ages: dict[Path, float] = {}
    for path in kind.iterdir():
        with suppress(OSError):                      # another process may be removing it too
            ages[path] = path.stat().st_mtime
    unfinished = {path for path in ages if path.name.startswith(_UNFINISHED)}
    whole = sorted(set(ages) - unfinished, key=lambda path: (ages[path], path.name), reverse=True)
    for path in (*whole[KEPT:], *(one for one in unfinished if time.time() - ages[one] > _ABANDONED)):
        remove(path)
