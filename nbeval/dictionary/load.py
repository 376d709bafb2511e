"""From a folder to a Dictionary: read every file, check everything, then report all faults at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from nbeval.dictionary.files import Contents, Faults, Place, Placed, Reader, parts
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument, Official
from nbeval.dictionary.models import (
    FIGURES, OF_BENCHMARK, Area, Authority, AuthorityCode, Band, Benchmark, Choice, Citation, Cohort, Column, Comparability, Disclosure,
    ExhibitRow, GroupLevel, Indicator, Instrument, Item, OfficialColumn, OfficialLabel, OfficialMeasure, OfficialSymbol, OfficialTable,
    Point, PrintedFigure, Programme, Response, Routing, Scale, SourceField, Term,
)
from nbeval.dictionary.record import Record
from nbeval.dictionary.references import Entry, check_references, check_registered, check_unique, collect_ids, walk
from nbeval.dictionary.rules import Rules
from nbeval.dictionary.specimen_models import Specimen, SpecimenEvidence
from nbeval.errors import DictionaryError
from nbeval.folders import dictionary_folder

ENVIRONMENT = "NBEVAL_DICTIONARY"
_DECISION = re.compile(r"^\W*(\d+)\. ", re.MULTILINE)     # how a decision begins: **70. or 70.
#: which file holds which record: one record in a TOML file, one record a row in a CSV file
PROGRAMME_FILES: dict[str, type[Record]] = {
    "programme.toml": Programme, "disclosure.toml": Disclosure, "sources.csv": Citation, "authorities.csv": Authority,
    "authority_codes.csv": AuthorityCode, "groups.csv": GroupLevel, "indicators.csv": Indicator, FIGURES: PrintedFigure,
    "benchmarks.csv": Benchmark, "exhibits.csv": ExhibitRow, "glossary.csv": Term, "official/tables.csv": OfficialTable,
    "official/columns.csv": OfficialColumn, "official/labels.csv": OfficialLabel, "official/measures.csv": OfficialMeasure,
    "official/symbols.csv": OfficialSymbol, "specimen.toml": Specimen, "specimen_evidence.toml": SpecimenEvidence,
}
#: one file for each, which bears its id
NAMED_FILES: dict[str, type[Record]] = {"cohorts": Cohort, "scales": Scale}
#: the tables of an instrument's folder: of a survey, and of any other, which has areas
SURVEY_FILES: dict[str, type[Record]] = {
    "columns.csv": Column, "items.csv": Item, "response_sets.csv": Response, "routing.csv": Routing, "comparability.csv": Comparability,
}
EVIDENCE_FILES: dict[str, type[Record]] = {
    "fields.csv": SourceField, "areas.csv": Area, "points.csv": Point, "choices.csv": Choice, "bands.csv": Band,
}
#: what a Dictionary holds as it was read
_TABLES = {
    "cohorts": Cohort, "authorities": Authority, "codes": AuthorityCode, "scales": Scale, "indicators": Indicator, "benchmarks": Benchmark,
    "exhibits": ExhibitRow, "glossary": Term, "sources": Citation, "figures": PrintedFigure,
}
OPTIONAL = (
    "routing.csv", "comparability.csv", "points.csv", "bands.csv", FIGURES, "specimen.toml", "specimen_evidence.toml",
    *(name for name in PROGRAMME_FILES if name.startswith("official/")),
)


def load(path: Path | None = None) -> Dictionary:
    """Read and check the data dictionary of a folder; a DictionaryError lists all faults of a broken one.

    Without a path it is the folder that the environment variable ``NBEVAL_DICTIONARY`` names, that of the project one works in, or the
    one that comes with the package (``nbeval.folders``).
    """
    folder = _folder(path)
    return _load(folder, _digest(folder))


@lru_cache(maxsize=4)
def _load(folder: Path, digest: str) -> Dictionary:
    """The dictionary of a folder whose files have this checksum; read once in a process, whoever asks for it."""
    faults = Faults()
    reader = Reader(folder, faults)
    contents = read_contents(reader)
    entries = [entry for placed in contents.all() for entry in walk(placed)]
    ids = collect_ids(entries, reader.broken, some_lost=bool(faults.lines))
    check_texts(entries, faults)
    check_unique(entries, faults)
    check_references(entries, ids, faults)
    check_registered(contents, faults)
    check_decisions(contents, folder / "decisions.md", faults)
    Rules(contents, ids, faults).check()
    faults.raise_if_any(folder.name)
    return _dictionary(contents, folder, digest)


def _folder(path: Path | None) -> Path:
    """The folder of the dictionary, which must exist."""
    folder = (dictionary_folder() if path is None else Path(path)).resolve()
    if not folder.is_dir():
        raise DictionaryError(f"there is no dictionary '{folder.name}'.", where=f"the path given, {ENVIRONMENT}, or the project's folder",
                              do=f"give the folder of a dictionary, or set {ENVIRONMENT} to it.")
    return folder


def read_contents(reader: Reader) -> Contents:
    """Read all files of a dictionary; what cannot be read goes into the reader's faults."""
    contents = Contents()
    if not (reader.folder / "decisions.md").is_file():
        reader.faults.add(Place("decisions.md"), "", "does not exist", "record the programme's decisions of method there")
    for path in _listed(reader.folder / "instruments", "*/"):
        folder = f"instruments/{path.name}"
        contents.add(Instrument, _bearing_its_name(reader, f"{folder}/instrument.toml", Instrument, path.name))
        for table, kind in (EVIDENCE_FILES if (path / "areas.csv").is_file() else SURVEY_FILES).items():
            contents.add(kind, reader.table(f"{folder}/{table}", kind, optional=table in OPTIONAL))
    for folder, kind in NAMED_FILES.items():
        for path in _listed(reader.folder / folder, "*.toml"):
            contents.add(kind, _bearing_its_name(reader, f"{folder}/{path.name}", kind, path.stem))
    for name, kind in PROGRAMME_FILES.items():
        read = reader.table if name.endswith(".csv") else reader.record
        completed = {"complete": _from_figures(contents)} if kind is Benchmark else {}
        contents.add(kind, read(name, kind, optional=name in OPTIONAL, **completed))
    return contents


def check_decisions(contents: Contents, file: Path, faults: Faults) -> None:
    """Check that a decision that allows something stands in the numbered decisions."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    numbers = {int(number) for number in _DECISION.findall(text)}
    for cohort, place in contents.of(Cohort):
        for one, where in parts(cohort, place, "changed_since_release"):
            if one.decision not in numbers:
                faults.add(where, "decision", f"there is no decision {one.decision} in {file.name}", "record it there, with its number")


def _from_figures(contents: Contents) -> Callable[[dict], dict]:
    """Completes a benchmark that names a printed figure: it takes from it what it leaves empty."""
    known = {one.figure: {name: getattr(one, name) for name in OF_BENCHMARK} for one in contents.records(PrintedFigure)}
    return lambda row: known.get(row.get("figure", ""), {}) | row


def _listed(folder: Path, pattern: str) -> list[Path]:
    """What a folder holds, in the order of names; nothing where it does not exist."""
    found = sorted(folder.glob(pattern)) if folder.is_dir() else []
    return [one for one in found if not one.name.startswith((".", "_", "~"))]


def _bearing_its_name(reader: Reader, name: str, kind: type[Record], expected: str) -> list[Placed]:
    """The record of a file; the file or its folder bears the name of the id in it."""
    placed = reader.record(name, kind)
    for one, place in placed:
        if one.id != expected:
            reader.faults.add(place, "id", f"is '{one.id}', but the name is '{expected}'", "make the two the same")
    return placed


def check_texts(entries: Iterable[Entry], faults: Faults) -> None:
    """Check that no text that is needed is blank."""
    for record, place in ((entry.record, entry.place) for entry in entries):
        for name, about in type(record).model_fields.items():
            if about.is_required() and getattr(record, name) == "":
                faults.add(place, name, "is empty", "fill it in")


def _dictionary(contents: Contents, folder: Path, digest: str) -> Dictionary:
    """The dictionary made of contents without fault."""
    groups: dict[str, tuple[GroupLevel, ...]] = {}
    for level in contents.records(GroupLevel):
        groups[level.group] = (*groups.get(level.group, ()), level)
    loaded = [LoadedInstrument(one, *(contents.records(kind, one.id) for kind in (*SURVEY_FILES.values(), *EVIDENCE_FILES.values())))
              for one in contents.records(Instrument)]
    one_each = {kind: next(iter(contents.records(kind)), None) for kind in (Programme, Disclosure, Specimen, SpecimenEvidence)}
    return Dictionary(
        programme=one_each[Programme], disclosure=one_each[Disclosure], specimen=one_each[Specimen],
        specimen_evidence=one_each[SpecimenEvidence], folder=folder, digest=digest, groups=MappingProxyType(groups),
        instruments=tuple(one for one in loaded if one.is_survey), evidence=tuple(one for one in loaded if not one.is_survey),
        official=Official(*(contents.records(kind) for name, kind in PROGRAMME_FILES.items() if name.startswith("official/"))),
        **{name: contents.records(kind) for name, kind in _TABLES.items()},
    )


def _digest(folder: Path) -> str:
    """The sha256 of the names and bytes of all files but its README; line ends count alike on every system."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != "README.md" and not any(part.startswith((".", "~")) for part in name.split("/")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            total.update(f"{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()
