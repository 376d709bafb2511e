"""From a folder to a Dictionary: read every file, check everything, then say all faults at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

from nbeval.dictionary.checks import check_contents
from nbeval.dictionary.contents import Contents, InstrumentFiles, read_contents
from nbeval.dictionary.files import Faults
from nbeval.dictionary.lookup import Dictionary, LoadedEvidence, LoadedInstrument, Official
from nbeval.dictionary.models import EVIDENCE_TABLES, FIGURES, INSTRUMENT_TABLES, OFFICIAL_TABLES, GroupLevel
from nbeval.errors import DictionaryError
from nbeval.folders import dictionary_folder

ENVIRONMENT = "NBEVAL_DICTIONARY"


def load(path: Path | None = None) -> Dictionary:
    """Read and check a data dictionary.

    Parameters
    ----------
    path : Path, optional
        Its folder. Without it, the folder that the environment variable ``NBEVAL_DICTIONARY`` names, that of
        the project one works in, or the one that comes with the package (``nbeval.folders``).

    Returns
    -------
    Dictionary
        Frozen; every reference in it leads somewhere and every fact has a source.

    Raises
    ------
    DictionaryError
        The folder does not exist, or the dictionary has faults; all of them are listed.
    """
    folder = _folder(path)
    faults = Faults()
    contents = read_contents(folder, faults)
    check_contents(contents, faults)
    faults.raise_if_any(folder.name)
    return _dictionary(contents, folder)


def _folder(path: Path | None) -> Path:
    """The folder of the dictionary, which must exist."""
    folder = (dictionary_folder() if path is None else Path(path)).resolve()
    if not folder.is_dir():
        raise DictionaryError(
            f"there is no dictionary '{folder.name}'.", where=f"the path given, {ENVIRONMENT}, or the project's folder",
            do=f"give the folder of a dictionary, or set {ENVIRONMENT} to it.",
        )
    return folder


def _dictionary(contents: Contents, folder: Path) -> Dictionary:
    """The dictionary made of contents without fault."""
    def records(name: str) -> tuple:
        return tuple(record for record, _ in contents.rows(name))

    groups: dict[str, tuple[GroupLevel, ...]] = {}
    for level in records("groups.csv"):
        groups[level.group] = (*groups.get(level.group, ()), level)
    return Dictionary(
        programme=contents.programme[0].record,
        cohorts=tuple(record for record, _ in contents.cohorts),
        authorities=records("authorities.csv"),
        codes=records("authority_codes.csv"),
        instruments=tuple(_loaded(one) for one in contents.instruments),
        scales=tuple(record for record, _ in contents.scales),
        indicators=records("indicators.csv"),
        groups=MappingProxyType(groups),
        benchmarks=records("benchmarks.csv"),
        exhibits=records("exhibits.csv"),
        disclosure=contents.disclosure[0].record,
        glossary=records("glossary.csv"),
        sources=records("sources.csv"),
        figures=records(FIGURES),
        folder=folder,
        digest=_digest(folder),
        specimen=next((record for record, _ in contents.specimen), None),
        evidence=tuple(_loaded_evidence(one) for one in contents.evidence),
        official=Official(*(records(name) for name in OFFICIAL_TABLES)),
        specimen_evidence=next((record for record, _ in contents.specimen_evidence), None),
    )


def _loaded(files: InstrumentFiles) -> LoadedInstrument:
    """One instrument made of its files."""
    columns, items, responses, routing, comparability = (
        tuple(record for record, _ in files.rows(name)) for name in INSTRUMENT_TABLES
    )
    return LoadedInstrument(files.record[0].record, columns, items, responses, routing, comparability)


def _loaded_evidence(files: InstrumentFiles) -> LoadedEvidence:
    """One instrument that is no survey, made of its files."""
    fields, areas, points, choices, bands = (
        tuple(record for record, _ in files.rows(name)) for name in EVIDENCE_TABLES
    )
    return LoadedEvidence(files.record[0].record, fields, areas, points, choices, bands)


def _digest(folder: Path) -> str:
    """The sha256 of the names and bytes of all files; line ends count alike on every system."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith((".", "~")) for part in name.split("/")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()
