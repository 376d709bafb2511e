"""Everything that is written of a dictionary for readers and for other tools."""

from __future__ import annotations

from pathlib import Path

from nbeval.dictionary.codebook import write_codebook
from nbeval.dictionary.json_schema import write_json_schemas
from nbeval.dictionary.lookup import Dictionary
from nbeval.dictionary.table_schema import write_table_schema


def write_documents(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write the codebook (HTML, CSV), a Table Schema per export version, and JSON Schemas for editors.

    Returns
    -------
    the files written.
    """
    return [
        *write_codebook(dictionary, out), *write_table_schema(dictionary, out / "table_schemas"),
        *write_json_schemas(out / "json_schemas"),
    ]
