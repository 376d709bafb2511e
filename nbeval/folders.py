"""Where things are: the package, what comes with it, and the project that a command is run in.

A project is a folder with ``data_dictionary/programme.toml``: what ``nbeval new`` writes, or a checkout of this
repository. A command finds it from anywhere inside it. Outside any project, the programme that comes with the package
(New Belongings) is used.
"""

from __future__ import annotations

import getpass
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
#: the checkout, where the package is used from one; elsewhere the folder the package is installed in
_BESIDE = PACKAGE.parent
DICTIONARY, NOTEBOOKS, RELEASES, CACHE = "data_dictionary", "notebooks", "releases", ".nbeval"
#: locked while the process of a private folder runs
_ALIVE = "alive.lock"
#: where a wheel holds the dictionary and the notebooks of New Belongings
_SHARE = PACKAGE / "_share"


def is_checkout() -> bool:
    """Whether the package is used from a checkout of its repository, with notebooks and dictionary beside it."""
    return (_BESIDE / "pyproject.toml").is_file() and _is_project(_BESIDE)


def supplied(name: str) -> Path:
    """A folder that comes with the package: ``data_dictionary`` or ``notebooks``.

    >>> (supplied("data_dictionary") / "programme.toml").is_file()
    True
    """
    return _BESIDE / name if is_checkout() else _SHARE / name


def project() -> Path:
    """The project that a command works in: the nearest folder with a dictionary, from the current one upwards.

    Without one, the checkout that the package is used from; in the end the current folder.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_project(folder):
            return folder
    return _BESIDE if is_checkout() else here


def dictionary_folder() -> Path:
    """The dictionary where none is named: NBEVAL_DICTIONARY, the project's, or the one that comes with the package."""
    named = os.environ.get("NBEVAL_DICTIONARY")
    if named:
        return Path(named)
    own = project() / DICTIONARY
    return own if (own / "programme.toml").is_file() else supplied(DICTIONARY)


def notebook_folders(dictionary: Path) -> tuple[Path, ...]:
    """Where a notebook is looked for, in order: the dictionary's own, the project's beside it, and those of the package."""
    return (dictionary / NOTEBOOKS, dictionary.parent / NOTEBOOKS, supplied(NOTEBOOKS))


def releases_folder(dictionary: Path) -> Path:
    """The ledger of what a programme has published: NBEVAL_RELEASES, or ``releases`` beside its dictionary, wherever reports are written.

    For the programme that comes with an installed package it is in the folder that one works in.
    """
    named = os.environ.get("NBEVAL_RELEASES")
    home = project() if dictionary.resolve().is_relative_to(_SHARE) else dictionary.resolve().parent
    return Path(named) if named else home / RELEASES


def cache_folder() -> Path:
    """The folder for what need not be worked out twice: NBEVAL_CACHE, or ``.nbeval`` in the project."""
    named = os.environ.get("NBEVAL_CACHE")
    if named:
        return Path(named)
    home = project()
    return home / CACHE if os.access(home, os.W_OK) else Path(tempfile.gettempdir()) / "nbeval"


def internal_folder(out: Path) -> Path:
    """Where reports that are never published lie: beside the folder of those that are, never in it.

    >>> internal_folder(Path("/project/reports")).name
    'reports_internal'
    """
    return out.resolve().with_name(f"{out.resolve().name}_internal")


def is_published(path: Path) -> bool:
    """Whether something lies below a folder that reports are published from.

    >>> is_published(Path("a/file/of/nobody.csv"))
    False
    """
    together, alone = (f"{CACHE}/lock", "index.html"), ("provenance.json", "ro-crate-metadata.json")
    return any(all((folder / name).is_file() for name in together) or any((folder / name).is_file() for name in alone)
               for folder in path.resolve().parents)


@contextmanager
def private_folder(what: str) -> Iterator[Path]:
    """Give a temporary folder that only its owner can read, for what may hold answers.

    It goes with its process: what killed ones left behind is removed first. A lock says which process is still there.
    """
    from filelock import FileLock

    with _private_folders() as prefix:
        for abandoned in _abandoned(prefix):
            remove(abandoned)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{what}-", dir=tempfile.gettempdir()))
        alive = FileLock(folder / _ALIVE, mode=0o600)
        alive.acquire()
    try:
        yield folder
    finally:
        alive.release()
        remove(folder)


def abandoned_folders() -> list[Path]:
    """The private folders of this user whose process is gone."""
    with _private_folders() as prefix:
        return _abandoned(prefix)


@contextmanager
def _private_folders() -> Iterator[str]:
    """Lock the list of private folders, so that nobody clears one whose process is about to lock it; gives how their names begin."""
    from filelock import FileLock

    prefix = f"nbeval-{getpass.getuser()}-"
    with FileLock(Path(tempfile.gettempdir()) / f"{prefix}folders.lock", mode=0o600):
        yield prefix


def _abandoned(prefix: str) -> list[Path]:
    """The private folders whose process is gone."""
    from filelock import FileLock, Timeout

    found = []
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{prefix}*-*")):
        if folder.is_symlink() or not folder.is_dir():
            continue
        with suppress(Timeout, OSError), FileLock(folder / _ALIVE, timeout=0, mode=0o600):
            found.append(folder)
    return found


def remove(folder: Path) -> None:
    """Remove a folder that is damaged or not wanted."""
    shutil.rmtree(folder, ignore_errors=True)


def _is_project(folder: Path) -> bool:
    """Whether a folder holds a programme's dictionary."""
    return (folder / DICTIONARY / "programme.toml").is_file()
