"""Where the exports of a cohort lie, and which of them are missing or unexpected."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbeval.dictionary.codes import normalise
from nbeval.dictionary.models import AUTHORITY, Cohort, Source, Wave
from nbeval.errors import NoDataError, SourceError

if TYPE_CHECKING:
    import pandas as pd

CORRECTIONS = "corrections.csv"
_LISTED = 12


@dataclass(frozen=True)
class ExportFile:
    """One export: where it lies, what it is of, how it is read."""

    path: Path
    name: str                # relative to the data folder
    source: str
    wave: str
    authority: str           # empty where a column says it, or the cohort has none
    version: str
    header_rows: int
    encoding: str
    sheet: str
    waves: Mapping[str, str] = field(default_factory=dict)      # the wave of each spelling of a column `wave`; empty: none of the cohort's
    keep_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skip_lines: int = 0
    rows: tuple[int, ...] | None = None      # the places of the rows that are read; None: all


def cohort_folder(cohort: Cohort, data: Path) -> Path:
    """The folder of the cohort's raw data: a folder with the cohort's id, or the data folder itself."""
    own = data / cohort.id
    return own if own.is_dir() else data


def waves_to_come(cohort: Cohort, source: Source, data: Path) -> tuple[str, ...]:
    """The last waves of which a source has files declared and none there yet; never the first wave of the cohort."""
    known = [(file.wave, file.path.is_file()) for file in _exports(cohort, source, data)]
    declared, there = {wave for wave, _ in known}, {wave for wave, found in known if found}
    ordered = [wave.id for wave in cohort.waves]
    last = max((place for place, wave in enumerate(ordered) if wave in there), default=0)
    return tuple(wave for wave in ordered[last + 1:] if wave in declared)


def locate(cohort: Cohort, source: Source, data: Path, *, may_lack: bool = False) -> list[ExportFile]:
    """The files that a cohort declares for a source, in that order, authorities in the order of the cohort; all of them are there.

    Waves to come are left out. ``may_lack``: while the cohort has waves to come, a source of no wave may lack all its files.
    """
    if not data.is_dir():
        raise NoDataError(
            f"there is no data folder '{data.name}'.", where=f"source '{source.id}' of cohort '{cohort.id}'",
            do="give the folder that holds the raw exports.",
        )
    lacking = not_there_yet(cohort, source, data) if may_lack else waves_to_come(cohort, source, data)
    files = [file for file in _exports(cohort, source, data) if file.wave not in lacking]
    if lacking and not files and may_lack:
        return []
    missing = [file for file in files if not file.path.is_file()]
    if missing or not files:
        lines = [" ".join(filter(None, (
            file.authority and f"authority '{file.authority}'", file.wave and f"wave '{file.wave}'", f"-> {file.name}",
        ))) for file in missing[:_LISTED]]
        if len(missing) > _LISTED:
            lines.append(f"and {len(missing) - _LISTED} more")
        raise SourceError(
            f"source '{source.id}' of cohort '{cohort.id}': {len(missing)} of {len(files)} declared "
            f"{'file is' if len(files) == 1 else 'files are'} not in the data folder.",
            found="missing: " + "\n".join(lines) if lines else "no file and no authority is declared",
            where=f"cohorts/{cohort.id}.toml, files of source '{source.id}'",
            do="put the file there under this name; if an authority made no return, list it under `not_expected`.",
        )
    return files


def not_there_yet(cohort: Cohort, source: Source, data: Path) -> dict[str, int]:
    """The waves that are to come of a source, and under the empty text what is of no wave, each with the number of files declared."""
    files, coming = _exports(cohort, source, data), waves_to_come(cohort, source, data)
    if not any(file.wave or file.path.is_file() for file in files) and any(waves_to_come(cohort, one, data) for one in cohort.sources):
        coming = ("",)
    return dict(Counter(file.wave for file in files if file.wave in coming))


def files_by_wave(cohort: Cohort, data: Path) -> dict[str, tuple[int, int]]:
    """For each wave the number of files that are there, and the number of those declared; files of no wave are left out."""
    files = [file for source in cohort.sources for file in _exports(cohort, source, data) if file.wave]
    there, declared = (Counter(file.wave for file in kept) for kept in ([file for file in files if file.path.is_file()], files))
    return {wave: (there[wave], declared[wave]) for wave in declared}


def unexpected(cohort: Cohort, data: Path) -> list[str]:
    """The files in the cohort's folder that no source declares, relative to the data folder; hidden files and corrections are left out."""
    folder = cohort_folder(cohort, data)
    declared = declared_files(cohort, data)
    # The data folder itself may hold other cohorts' folders, so only folders that hold declared files are looked into.
    looked_into = [folder.rglob("*")] if folder != data else [one.glob("*") for one in {folder, *(path.parent for path in declared)}]
    present = {path for paths in looked_into for path in paths if path.is_file() and not path.name.startswith(".")}
    return sorted(path.relative_to(data).as_posix() for path in present - declared - {folder / CORRECTIONS})


def exports_digest(cohort: Cohort, data: Path) -> str:
    """A checksum of all raw data that a cohort's numbers and findings depend on: declared files, corrections, names of undeclared files."""
    total = hashlib.sha256()
    folder = cohort_folder(cohort, data)
    for path in sorted((*declared_files(cohort, data), folder / CORRECTIONS)):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        total.update(f"{path.relative_to(data).as_posix()}\0{content}\n".encode())
    for name in unexpected(cohort, data):
        total.update(f"{name}\n".encode())
    return total.hexdigest()


def record_inputs(files: list[ExportFile], corrections: Path | None, data: Path) -> pd.DataFrame:
    """What was read, one row per file: ``file`` (relative to the data folder), ``sha256``, ``bytes``."""
    paths = [file.path for file in files] + ([corrections] if corrections else [])
    rows = []
    for path in dict.fromkeys(paths):
        raw = path.read_bytes()
        rows.append((path.relative_to(data).as_posix(), hashlib.sha256(raw).hexdigest(), len(raw)))
    import pandas as pd     # not needed where nothing is read again

    return pd.DataFrame(rows, columns=["file", "sha256", "bytes"])


def declared_files(cohort: Cohort, data: Path) -> set[Path]:
    """Every file that a cohort declares, whether it is there or not."""
    return {file.path for source in cohort.sources for file in _exports(cohort, source, data)}


def _exports(cohort: Cohort, source: Source, data: Path) -> list[ExportFile]:
    """The files that a cohort declares for a source; the authority is empty where a file may be of several."""
    folder, files = cohort_folder(cohort, data), []
    for declared in source.files:
        pattern, _, sheet = declared.pattern.partition("#")
        several = AUTHORITY not in declared.pattern and len(declared.authorities) != 1
        for authority in ("",) if several else declared.returned_by(cohort.authorities):
            path = folder / pattern.replace(AUTHORITY, authority)
            files.append(ExportFile(
                path=path, name=path.relative_to(data).as_posix(), source=source.id, wave=declared.wave, authority=authority,
                version=declared.version, header_rows=declared.header_rows, encoding=declared.encoding, sheet=sheet,
                waves=spelled_waves(cohort.waves, declared.waves, declared.other_waves), keep_if=declared.keep_if,
                skip_lines=declared.skip_lines))
    return files


def spelled_waves(waves: tuple[Wave, ...], spelled: Mapping[str, tuple[str, ...]], other: tuple[str, ...] = ()) -> dict[str, str]:
    """The wave of everything that a column `wave` may hold: ids, labels and spellings; empty for what is no wave of the cohort."""
    known = {normalise(text): wave.id for wave in waves for text in (wave.id, wave.label)}
    return known | {normalise(text): wave for wave, texts in spelled.items() for text in texts} | {normalise(text): "" for text in other}
