"""Schemas for other people's tools: of exports (Frictionless Table Schema), and of the dictionary's own files (JSON Schema)."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nbeval.dictionary.enums import FieldRole, ItemKind, Role, SourceKind
from nbeval.dictionary.load import EVIDENCE_FILES, PROGRAMME_FILES, SURVEY_FILES
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.models import MANY, Choice, Cohort, Column, Instrument, Item, Response, Scale, SourceField
from nbeval.dictionary.record import Record

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: kinds whose exports are no plain tables: workbooks with a cover, and files of other publishers
NO_TABLES = (SourceKind.SELF_ASSESSMENT, SourceKind.OFFICIAL)
#: every kind of file of a dictionary, and its record
FILES: dict[str, type[Record]] = {
    "cohort": Cohort, "instrument": Instrument, "scale": Scale,
    **{name.replace("/", "_").rpartition(".")[0]: kind for name, kind in (PROGRAMME_FILES | SURVEY_FILES | EVIDENCE_FILES).items()},
}
_TYPES = {FieldRole.DUE: "date", FieldRole.PLANNED: "date", FieldRole.HELD: "date", FieldRole.PEOPLE: "integer", FieldRole.STAFF: "integer"}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def write_json_schemas(out: Path) -> list[Path]:
    """Write ``<file>.schema.json`` for every TOML file, and every row of a CSV file, of a dictionary, so that an editor can help."""
    return [_write(out, name, {"$schema": DRAFT} | kind.model_json_schema()) for name, kind in FILES.items()]


def write_table_schemas(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write ``<instrument>.<version>.schema.json`` for every export version that is a plain table, surveys first."""
    return [
        _write(out, _UNSAFE.sub("-", f"{loaded.record.id}.{version}"), table_schema(loaded, version))
        for loaded in (*dictionary.instruments, *dictionary.evidence) if loaded.record.kind not in NO_TABLES
        for version in loaded.versions
    ]


def table_schema(loaded: LoadedInstrument, version: str) -> dict:
    """Describe the exports of one version as a Table Schema; a version that the instrument does not have is a ParameterError.

    One field per column that has a name of its own, with answers, choices and areas as categories, and the labels of
    missing answers as missing values.
    """
    about = {"$schema": PROFILE, "title": f"{loaded.record.label}, export version {version}"}
    if not loaded.is_survey:
        fields = [_evidence_field(loaded, one) for one in loaded.fields_of(version) if not one.header.endswith(MANY)]
        return about | {"fields": fields, "missingValues": [""]}
    columns = loaded.columns_of(version)
    keys = [column.header for column in columns if column.role is Role.SUBMISSION]
    return about | {
        "fields": [_survey_field(loaded, column, version) for column in columns], "missingValues": [""],
    } | ({"primaryKey": keys} if keys else {})


def _write(out: Path, name: str, schema: dict) -> Path:
    """Write one schema."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.schema.json"
    path.write_bytes((json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    return path


def _survey_field(loaded: LoadedInstrument, column: Column, version: str) -> dict:
    """One column of a survey as a field."""
    field: dict = {"name": column.header, "type": "string", "nbeval:role": column.role.value}
    if column.role is Role.ITEM:
        field |= _answers(loaded, loaded.item(column.item), version)
    elif column.role is Role.OPTIONS:
        options = [item.label for item in loaded.items if item.part_of == column.item]
        field |= {"title": column.item, "type": "list", "delimiter": loaded.record.separator, "itemType": "string",
                  "nbeval:item": column.item, "nbeval:options": options}
    return field | ({"constraints": {"required": True}} if column.role is Role.SUBMISSION else {})


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
        about["categories"] = [_category(one) for one in valid]
    elif item.kind is ItemKind.NUMBER and all(one.label == str(one.code) for one in valid):
        about |= {"type": "number", "constraints": {"minimum": item.lowest, "maximum": item.highest}}
    return about


def _evidence_field(loaded: LoadedInstrument, field: SourceField) -> dict:
    """One column of another source as a field."""
    about: dict = {"name": field.header, "type": _TYPES.get(field.role, "string"), "nbeval:role": field.role.value}
    if field.role is FieldRole.AREA and not (field.parted_by or field.occasion):
        about["categories"] = [{"value": one.label, "label": one.label, "nbeval:code": one.area} for one in loaded.areas]
    elif field.choices:
        about["categories"] = [_category(one) for one in loaded.chosen(field.choices)]
    return about


def _category(one: Response | Choice) -> dict:
    """One answer that a column may hold."""
    return {"value": one.label, "label": one.label, "nbeval:code": one.code}
