"""Invented exports, drawn from the dictionary, so that everything can be tried without anybody's answers."""

from __future__ import annotations

from pathlib import Path

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Source, SourceFiles
from nbeval.errors import ParameterError
from nbeval.specimen.evidence_exports import write_evidence
from nbeval.specimen.file_formats import write_file
from nbeval.specimen.people import People, draw_people, target_shares
from nbeval.specimen.survey_exports import Canary, Export, write_forms

__all__ = ["target_shares", "write_specimen"]
_AUTHORITY = "{authority}"


def write_specimen(cohort: Cohort, dictionary: Dictionary, out: Path, *, canary: Canary | None = None) -> list[Path]:
    """Write invented exports of every source of an invented cohort. What people answer is drawn from specimen.toml with its seed; how the
    files look (names, export versions, headers, labels) comes from the cohort and its instruments. The same dictionary gives the same
    bytes."""
    if not cohort.invented:
        raise ParameterError(
            f"cohort '{cohort.id}' is not invented.", allowed="a cohort that says invented = true",
            do="write invented answers for an invented cohort only: nobody should take them for real ones.",
        )
    if dictionary.specimen is None:
        raise ParameterError(
            "the dictionary does not say what invented answers are drawn from.", where="specimen.toml",
            do="write specimen.toml in the dictionary's folder.",
        )
    written: list[Path] = []
    for source in cohort.sources:
        if dictionary.instrument(source.instrument).record.kind != SourceKind.SURVEY:
            written += write_evidence(cohort, dictionary, source, Path(out), canary=canary)
            continue
        for wave in dict.fromkeys(files.wave for files in source.files):
            declared = [files for files in source.files if files.wave == wave]
            written += _write_wave(cohort, dictionary, source, declared, Path(out), canary, len(written))
    return written


def _write_wave(
    cohort: Cohort, dictionary: Dictionary, source: Source, declared: list[SourceFiles], out: Path,
    canary: Canary | None, number: int,
) -> list[Path]:
    """Write the files of one source at one wave; people are drawn once for the whole wave."""
    instrument = dictionary.instrument(source.instrument)
    wave = next((one for one in cohort.waves if one.id == declared[0].wave), None)
    returning = {authority for files in declared for authority in files.returned_by(cohort.authorities)}
    returned = [authority for authority in cohort.authorities if authority in returning]
    everybody = draw_people(cohort, dictionary, instrument, declared[0].wave, declared[0].version, tuple(returned))
    written = []
    for files in declared:
        present = list(files.returned_by(cohort.authorities))
        for group in ([[one] for one in present] if _AUTHORITY in files.pattern else [present]):
            name = files.pattern.replace(_AUTHORITY, group[0])
            export = Export(name, number + len(written), files.version, wave, instrument, dictionary, canary)
            rows = write_forms(export, _those_of(everybody, group))
            write_file(out / name, [column.header for column in export.columns], rows, header_rows=files.header_rows,
                       mark=export.style.byte_order_mark, encoding=files.encoding)
            written.append(out / name.partition("#")[0])
    return written


def _those_of(people: People, authorities: list[str]) -> People:
    """The people of some authorities."""
    chosen = [place for place, authority in enumerate(people.authority) if authority in authorities]
    codes = {item: values[chosen] for item, values in people.codes.items()}
    return People(people.wave, people.version, people.authority[chosen], codes)
