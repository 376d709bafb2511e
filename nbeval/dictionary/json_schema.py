"""JSON Schemas of the dictionary's files, so that an editor can help while they are written."""

from __future__ import annotations

import json
from pathlib import Path

from nbeval.dictionary.models import (
    EVIDENCE_TABLES, INSTRUMENT_TABLES, TABLES, Cohort, Disclosure, Instrument, Programme, Record, Scale,
)
from nbeval.dictionary.specimen_models import Specimen, SpecimenEvidence

RECORDS: dict[str, type[Record]] = {
    "programme": Programme, "cohort": Cohort, "instrument": Instrument, "scale": Scale, "disclosure": Disclosure,
    "specimen": Specimen, "specimen_evidence": SpecimenEvidence,
}


def write_json_schemas(out: Path) -> list[Path]:
    """Write a JSON Schema for every kind of file of a dictionary.

    Parameters
    ----------
    out : Path
        The folder to write to; made where it does not exist.

    Returns
    -------
    list of Path
        ``<file>.schema.json``: a TOML file is described as an object, a row of a CSV file likewise.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    tables = {Path(name).stem: kind for name, kind in (TABLES | INSTRUMENT_TABLES | EVIDENCE_TABLES).items()}
    for name, kind in (RECORDS | tables).items():
        path = out / f"{name}.schema.json"
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | kind.model_json_schema()
        path.write_bytes((json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
        written.append(path)
    return written
