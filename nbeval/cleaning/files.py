"""Where the exports of a cohort lie, and which of them are missing or unexpected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbeval.dictionary.models import AUTHORITY, Cohort, Source
from nbeval.errors import SourceError

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


def cohort_folder(cohort: Cohort, data: Path) -> Path:
    """The folder of the cohort's raw data: a folder with the cohort's id, or the data folder itself."""
    own = data / cohort.id
    return own if own.is_dir() else data


def locate(cohort: Cohort, source: Source, data: Path) -> list[ExportFile]:
    """The files that a cohort declares for a source, in that order, authorities in the order of the cohort; all of them are there."""
    if not data.is_dir():
        raise SourceError(
            f"there is no data folder '{data.name}'.", where=f"source '{source.id}' of cohort '{cohort.id}'",
            do="give the folder that holds the raw exports.",
        )
    files = _exports(cohort, source, data)
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


def unexpected(cohort: Cohort, data: Path) -> list[str]:
    """The files in the cohort's folder that no source declares, relative to the data folder; hidden files and corrections are left out."""
    folder = cohort_folder(cohort, data)
    declared = _declared(cohort, data)
    # The data folder itself may hold other cohorts' folders, so only folders that hold declared files are looked into.
    looked_into = [folder.rglob("*")] if folder != data else [one.glob("*") for one in {folder, *(path.parent for path in declared)}]
    present = {path for paths in looked_into for path in paths if path.is_file() and not path.name.startswith(".")}
    return sorted(path.relative_to(data).as_posix() for path in present - declared - {folder / CORRECTIONS})


def exports_digest(cohort: Cohort, data: Path) -> str:
    """A checksum of all raw data that a cohort's numbers and findings depend on: declared files, corrections, names of undeclared files."""
    total = hashlib.sha256()
    folder = cohort_folder(cohort, data)
    for path in sorted((*_declared(cohort, data), folder / CORRECTIONS)):
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


def _declared(cohort: Cohort, data: Path) -> set[Path]:
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
                version=declared.version, header_rows=declared.header_rows, encoding=declared.encoding, sheet=sheet))
    return files
