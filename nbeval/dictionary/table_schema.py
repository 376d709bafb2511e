"""What an export should look like, as a Frictionless Table Schema for other people's tools."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.evidence_schema import NO_TABLES, evidence_schema
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Column, Item

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write_table_schema(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write one Table Schema per instrument and export version that is a plain table.

    Parameters
    ----------
    dictionary : Dictionary
        Its instruments are described.
    out : Path
        The folder to write to; made where it does not exist.

    Returns
    -------
    list of Path
        ``<instrument>.<version>.schema.json``, in the order of the dictionary, surveys first.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    schemas = [(loaded.record.id, version, table_schema(loaded, version)) for loaded in dictionary.instruments for version in loaded.versions]
    schemas += [(loaded.record.id, version, evidence_schema(loaded, version, profile=PROFILE))
                for loaded in dictionary.evidence if loaded.record.kind not in NO_TABLES for version in loaded.versions]
    written = []
    for instrument, version, schema in schemas:
        path = out / (_UNSAFE.sub("-", f"{instrument}.{version}") + ".schema.json")
        path.write_bytes((json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
        written.append(path)
    return written


def table_schema(loaded: LoadedInstrument, version: str) -> dict:
    """Describe the exports of one version.

    Parameters
    ----------
    loaded : LoadedInstrument
        The instrument.
    version : str
        One of its export versions.

    Returns
    -------
    dict
        A Table Schema: one field per column, with the answers as categories and the labels that stand
        for a missing answer as missing values.

    Raises
    ------
    ParameterError
        The instrument has no such version.
    """
    columns = loaded.columns_of(version)
    schema = {
        "$schema": PROFILE,
        "title": f"{loaded.record.label}, export version {version}",
        "fields": [_field(loaded, column, version) for column in columns],
        "missingValues": [""],
    }
    keys = [column.header for column in columns if column.role is Role.SUBMISSION]
    return schema | ({"primaryKey": keys} if keys else {})


def _field(loaded: LoadedInstrument, column: Column, version: str) -> dict:
    """One column as a field."""
    field: dict = {"name": column.header, "type": "string", "nbeval:role": column.role.value}
    if column.role is Role.ITEM:
        field |= _answers(loaded, loaded.item(column.item), version)
    elif column.role is Role.OPTIONS:
        options = [item.label for item in loaded.items if item.part_of == column.item]
        field |= {"title": column.item, "type": "list", "delimiter": loaded.record.separator, "itemType": "string",
                  "nbeval:item": column.item, "nbeval:options": options}
    if column.role is not Role.SUBMISSION:
        return field
    return field | {"constraints": {"required": True}}


def _answers(loaded: LoadedInstrument, item: Item, version: str) -> dict:
    """What a column of an item may hold."""
    answers = loaded.codebook(item.item, version)
    about = {"title": item.label, "nbeval:item": item.item}
    if loaded.record.may_show_wording and item.wording:
        about["description"] = item.wording
    missing = [one.label for one in answers if one.missing]
    if missing:
        about["missingValues"] = ["", *missing]
    valid = [one for one in answers if not one.missing]
    if item.kind is ItemKind.CHOICE or (item.kind is ItemKind.OPTION and valid):
        about["categories"] = [{"value": one.label, "label": one.label, "nbeval:code": one.code} for one in valid]
    elif item.kind is ItemKind.NUMBER and all(one.label == str(one.code) for one in valid):
        about |= {"type": "number", "constraints": {"minimum": item.lowest, "maximum": item.highest}}
    return about
