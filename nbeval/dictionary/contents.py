"""What the files of a dictionary hold, read but not yet checked as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbeval.dictionary.files import Faults, Place, Placed, Reader
from nbeval.dictionary.models import (
    BENCHMARKS, EVIDENCE_TABLES, FIGURES, INSTRUMENT_TABLES, OF_BENCHMARK, OFFICIAL_TABLES, OPTIONAL, TABLES, Cohort, Disclosure,
    Instrument, PrintedFigure, Programme, Scale,
)
from nbeval.dictionary.specimen_models import Specimen, SpecimenEvidence


@dataclass(frozen=True)
class InstrumentFiles:
    """What was read of one instrument."""

    folder: str
    record: list[Placed]
    tables: dict[str, list[Placed]]

    def rows(self, name: str) -> list[Placed]:
        """The rows of one of its tables."""
        return self.tables[name]


@dataclass(frozen=True)
class Contents:
    """What was read of a dictionary, each record with its place, before it is checked as a whole."""

    programme: list[Placed]
    disclosure: list[Placed]
    cohorts: list[Placed]
    scales: list[Placed]
    specimen: list[Placed]
    specimen_evidence: list[Placed]
    instruments: list[InstrumentFiles]   # surveys
    evidence: list[InstrumentFiles]      # all other instruments
    tables: dict[str, list[Placed]]
    broken: set[str]                     # ids of entries that could not be read: never called unknown

    def rows(self, name: str) -> list[Placed]:
        """The rows of one of the tables."""
        return self.tables[name]


def read_contents(folder: Path, faults: Faults) -> Contents:
    """Read all files of a dictionary; what cannot be read goes into ``faults``."""
    reader = Reader(folder, faults)
    if not (folder / "decisions.md").is_file():
        faults.add(Place("decisions.md"), "", "does not exist", "record the programme's decisions of method there")
    instruments = [_instrument(reader, one.name) for one in _listed(folder / "instruments", "*/")]
    figures = reader.table(FIGURES, PrintedFigure, optional=True)
    given = _from_figures(figures)
    return Contents(
        programme=reader.record("programme.toml", Programme),
        disclosure=reader.record("disclosure.toml", Disclosure),
        cohorts=_named(reader, "cohorts", Cohort),
        scales=_named(reader, "scales", Scale),
        specimen=reader.record("specimen.toml", Specimen, optional=True),
        specimen_evidence=reader.record("specimen_evidence.toml", SpecimenEvidence, optional=True),
        instruments=[one for one in instruments if "items.csv" in one.tables],
        evidence=[one for one in instruments if "areas.csv" in one.tables],
        tables={
            name: reader.table(name, kind, optional=name in OFFICIAL_TABLES, complete=given if name == BENCHMARKS else dict)
            for name, kind in (TABLES | OFFICIAL_TABLES).items()
        } | {FIGURES: figures},
        broken=reader.broken,
    )


def _from_figures(figures: list[Placed]) -> Callable[[dict], dict]:
    """Completes a benchmark that names a printed figure: it takes from it what it leaves empty."""
    known = {one.figure: {name: getattr(one, name) for name in OF_BENCHMARK} for one, _ in figures}
    return lambda row: known.get(row.get("figure", ""), {}) | row


def _listed(folder: Path, pattern: str) -> list[Path]:
    """What a folder holds, in the order of names; nothing where it does not exist."""
    found = sorted(folder.glob(pattern)) if folder.is_dir() else []
    return [one for one in found if not one.name.startswith((".", "_", "~"))]


def _named(reader: Reader, folder: str, kind: type) -> list[Placed]:
    """One record from every TOML file of a folder; the file bears the name of the id."""
    placed = []
    for path in _listed(reader.folder / folder, "*.toml"):
        for record, place in reader.record(f"{folder}/{path.name}", kind):
            _same_name(reader.faults, place, record.id, path.stem)
            placed.append(Placed(record, place))
    return placed


def _instrument(reader: Reader, name: str) -> InstrumentFiles:
    """Everything read of one instrument's folder."""
    folder = f"instruments/{name}"
    record = reader.record(f"{folder}/instrument.toml", Instrument)
    for one, place in record:
        _same_name(reader.faults, place, one.id, name)
    survey = not (reader.folder / folder / "areas.csv").is_file()
    tables = {
        table: reader.table(f"{folder}/{table}", kind, optional=table in OPTIONAL)
        for table, kind in (INSTRUMENT_TABLES if survey else EVIDENCE_TABLES).items()
    }
    return InstrumentFiles(folder, record, tables)


def _same_name(faults: Faults, place: Place, identifier: str, name: str) -> None:
    """Hold that a file or folder bears the name of the id in it."""
    if identifier != name:
        faults.add(place, "id", f"is '{identifier}', but the name is '{name}'", "make the two the same")
