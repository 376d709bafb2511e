"""A cohort of two invented authorities with one source, whose files a test writes."""

from __future__ import annotations

import csv
from pathlib import Path

from nbeval.cleaning.sources import clean_sources
from nbeval.dictionary.models import Source, SourceFiles


def cohort_with(dictionary, instrument: str, files: list[SourceFiles], kind=None):
    """The specimen's cohort, cut down to two authorities and one source without weights."""
    cohort = dictionary.cohort("specimen")
    source = Source(id=instrument, instrument=instrument, label="A source", kind=kind, files=tuple(files), source="invented")
    return cohort.model_copy(update={
        "authorities": ("quillshire", "marrowdale"), "sources": (source,), "eligible": (), "margins": (), "weighting": None,
    })


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    """Write one file of rows; the headers are those of the first."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cleaned(dictionary, folder: Path, instrument: str, name: str, version: str, rows: list[dict[str, str]], wave: str = "final"):
    """What is collected from one file of rows."""
    write(folder, name, rows)
    cohort = cohort_with(dictionary, instrument, [SourceFiles(wave=wave, pattern=name, version=version)])
    return cohort, clean_sources(cohort, dictionary, folder)
