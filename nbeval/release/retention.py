"""What a cohort keeps on disk and where, who can read it, since when, for how long it may stay; and deleting what is overdue.

A programme declares how long each kind stays (``[[retention]]``); a cohort's own rules go first. Where nothing is declared, only what is
worked out again by itself or was left by killed runs has a limit: no answer is deleted by a rule that nobody made. Keys, the ledger with its
signatures, and published reports are never deleted by a command.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from nbeval import folders
from nbeval.cleaning.files import CORRECTIONS, cohort_folder, declared_files, unexpected
from nbeval.dictionary.enums import Retained, SourceKind
from nbeval.dictionary.models import Cohort, RetentionRule
from nbeval.errors import NoDataError, OutputError
from nbeval.folders import abandoned_folders, remove
from nbeval.frames import RESULTS
from nbeval.publish.staging import WORK, locked, staging
from nbeval.release.bundle import CHECKSUMS
from nbeval.release.checksum_key import key_file
from nbeval.workspace import Workspace

LOG = "retention.csv"
#: what applies where a programme says nothing
DEFAULTS = (RetentionRule(of=Retained.CACHE, days=30), RetentionRule(of=Retained.LEFTOVERS, days=0))
NEVER = (Retained.KEY, Retained.LEDGER, Retained.REPORTS)
_LISTED_BUNDLES = "*.zip"
_DAY = 24 * 3600


@dataclass(frozen=True)
class Item:
    """One thing that is kept: a file, or a folder with what is in it."""

    of: Retained
    path: Path = field(repr=False)
    name: str                       # of the folder it lies in, or what it is; no path of this machine
    files: int
    bytes: int
    readers: str                    # the widest permission among its files
    first: date
    last: date
    rule: RetentionRule | None
    until: date | None

    def overdue(self, today: date) -> bool:
        """Whether it should be gone."""
        return self.of not in NEVER and self.until is not None and (today > self.until or self.rule is not None and not self.rule.days)

    def to_json(self, today: date) -> dict[str, Any]:
        """The item for a program."""
        return {"kind": self.of.value, "where": self.name, "files": self.files, "bytes": self.bytes, "readable_by": self.readers,
                "since": self.first.isoformat(), "changed": self.last.isoformat(), "days": self.rule.days if self.rule else None,
                "rule": _origin(self.rule), "until": self.until.isoformat() if self.until else None, "overdue": self.overdue(today)}


def kept_of(cohort: Cohort, workspace: Workspace, out: Path) -> list[Item]:
    """Everything that is kept of a cohort and was found: beside its exports, in the project, in the cache and in the temporary folder."""
    rules = {one.of: one for one in (*DEFAULTS, *workspace.dictionary.programme.retention, *cohort.retention)}
    found = [*_of_data(cohort, workspace), *_of_project(cohort, workspace, out)]
    return [item for kind, path, name, paths in found if (item := _item(kind, path, name, paths, rules.get(kind), cohort)) is not None]


def delete(items: list[Item], cohort: Cohort, workspace: Workspace, out: Path) -> int:
    """Delete what is overdue, and note it in the ledger by kind, number and day; how many things are gone.

    Raises
    ------
    OutputError
        Something could not be deleted; what was deleted before is noted.
    """
    today, gone, left = now().date(), [], []
    for item in (one for one in items if one.overdue(today)):
        try:
            _remove(item, out)
            gone.append(item)
        except (OSError, OutputError):          # somebody else's, or in use
            left.append(item)
    if gone:
        ledger = workspace.releases
        with staging(ledger) as kept:
            file = ledger / cohort.id / LOG
            before = file.read_text(encoding="utf-8") if file.is_file() else "deleted,kind,files,bytes,kept_days\n"
            lines = "".join(f"{now():%Y-%m-%dT%H:%M:%SZ},{one.of.value},{one.files},{one.bytes},{one.rule.days}\n" for one in gone)
            kept.write(f"{cohort.id}/{LOG}", (before + lines).encode("utf-8"))
    if left:
        raise OutputError(f"{len(left)} things that are overdue could not be deleted.", found=", ".join(dict.fromkeys(one.of.value for one in left)),
                          do="let whoever owns them run the command.")
    return len(gone)


def now() -> datetime:
    """The time of the clock."""
    return datetime.now(UTC)


def _remove(item: Item, out: Path) -> None:
    """Delete one thing; of unfinished work only while nobody writes there, of caches at once."""
    if item.of is Retained.LEFTOVERS and item.path.parent.name == WORK:
        with locked(item.path.parent / "lock", "the folder"):
            remove(item.path)
    elif item.path.is_dir():
        remove(item.path)
    else:
        item.path.unlink(missing_ok=True)
    if item.path.exists():
        raise OSError


def _item(kind: Retained, path: Path, name: str, paths: list[Path], rule: RetentionRule | None, cohort: Cohort) -> Item | None:
    """What there is to say of one thing; None where nothing is there."""
    states = []
    for one in paths:
        try:
            states.append(one.stat())
        except OSError:
            continue
    if not states:
        return None
    mode, times = 0, [one.st_mtime for one in states]
    for one in states:
        mode |= stat.S_IMODE(one.st_mode)
    readers = _readers(mode & _reachable(path))
    first, last = (datetime.fromtimestamp(at, UTC).date() for at in (min(times), max(times)))
    return Item(kind, path, name, len(states), sum(one.st_size for one in states), readers, first, last, rule, _until(rule, last, cohort))


def _reachable(path: Path) -> int:
    """Who can come to something through the folders it is in, as bits of reading."""
    bits = 0o777
    for folder in (path, *path.resolve().parents) if path.is_dir() else path.resolve().parents:
        try:
            mode = stat.S_IMODE(folder.stat().st_mode)
        except OSError:
            continue
        bits &= ~(0 if mode & stat.S_IXOTH else stat.S_IROTH) & ~(0 if mode & stat.S_IXGRP else stat.S_IRGRP)
    return bits


def _readers(mode: int) -> str:
    """Who can read something, by its permissions."""
    return "everybody" if mode & stat.S_IROTH else "owner and group" if mode & stat.S_IRGRP else "owner alone"


def _until(rule: RetentionRule | None, last: date, cohort: Cohort) -> date | None:
    """The last day on which something may be there; None where nothing says it, or the cohort has no end yet."""
    if rule is None:
        return None
    if rule.since == "written":
        return last + timedelta(days=rule.days)
    return pd.Period(cohort.ends).end_time.date() + timedelta(days=rule.days) if cohort.ends else None


def _origin(rule: RetentionRule | None) -> str:
    """Where a rule is from, in words."""
    if rule is None:
        return "not declared"
    since = "after the last change" if rule.since == "written" else "after the end of the cohort"
    return f"{rule.days} days {since}" + (" (usual)" if rule in DEFAULTS else "")


Found = tuple[Retained, Path, str, list[Path]]


def _of_data(cohort: Cohort, workspace: Workspace) -> Iterator[Found]:
    """Exports, corrections and the key. Exports that are invented on the spot are part of the cache, figures in print of the dictionary."""
    try:
        data = workspace.data_of(cohort) if not cohort.invented or workspace.data_folder else None
    except NoDataError:
        data = None
    if data is None or cohort.made_from is SourceKind.PUBLISHED:
        return
    for path in (*sorted(declared_files(cohort, data)), *(data / name for name in unexpected(cohort, data))):
        if path.is_file():
            yield Retained.EXPORTS, path, path.relative_to(data).as_posix(), [path]
    yield Retained.CORRECTIONS, cohort_folder(cohort, data) / CORRECTIONS, CORRECTIONS, [cohort_folder(cohort, data) / CORRECTIONS]
    yield Retained.KEY, key_file(data), key_file(data).name, [key_file(data)]


def _of_project(cohort: Cohort, workspace: Workspace, out: Path) -> Iterator[Found]:
    """What commands wrote: results, reports, caches, unfinished work, bundles, the ledger."""
    internal = folders.internal_folder(out)
    for kind, folder in ((Retained.REPORTS, out / cohort.id), (Retained.INTERNAL_REPORTS, internal / cohort.id),
                         (Retained.LEDGER, workspace.releases / cohort.id)):
        yield kind, folder, f"{folder.parent.name}/{folder.name}", _files(folder)
    for kind in ("prepared", "specimen"):
        for folder in sorted((workspace.cache / kind).glob("*")):
            half = folder.name.startswith("half-")
            if not half or time.time() - folder.stat().st_mtime > _DAY:
                yield Retained.LEFTOVERS if half else Retained.CACHE, folder, f"cache/{kind}/{folder.name[:12]}", [folder, *_files(folder)]
    for place in (out, internal, workspace.releases):
        for folder in sorted((place / WORK).glob("run-*")):
            yield Retained.LEFTOVERS, folder, f"{place.name}/{WORK}/{folder.name}", [folder, *_files(folder)]
    for folder in abandoned_folders():
        yield Retained.LEFTOVERS, folder, "the temporary folder", [folder, *_files(folder)]
    yield from _written_by_hand(workspace, out)


def _written_by_hand(workspace: Workspace, out: Path) -> Iterator[Found]:
    """Unprotected results and bundles, which lie where somebody wanted them: found in the project's folder and the one worked in."""
    seen: set[Path] = set()
    for home in dict.fromkeys((folders.project().resolve(), Path.cwd().resolve(), out.resolve().parent, workspace.releases.resolve().parent)):
        for path in sorted((*home.glob("*.csv"), *home.glob("*/*.csv"), *home.glob(_LISTED_BUNDLES), *home.glob(f"*/{_LISTED_BUNDLES}"))):
            kind = _kind_of(path) if path not in seen and not folders.is_published(path) and path.parent.parent != workspace.releases.resolve() else None
            seen.add(path)
            if kind is not None:
                yield kind, path, path.name, [path]


def _kind_of(path: Path) -> Retained | None:
    """Whether a file is a table of unprotected results, or a bundle; by what is in it."""
    import zipfile

    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", errors="replace") as stream:
                return Retained.INTERNAL_RESULTS if stream.readline().strip() == ",".join(RESULTS.columns) else None
        with zipfile.ZipFile(path) as archive:
            return Retained.BUNDLES if CHECKSUMS in archive.namelist() else None
    except (OSError, zipfile.BadZipFile):
        return None


def _files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
