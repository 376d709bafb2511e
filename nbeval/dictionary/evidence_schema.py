"""What an export of a source that is no survey should look like, as a Frictionless Table Schema."""

from __future__ import annotations

from nbeval.dictionary.enums import FieldRole, SourceKind
from nbeval.dictionary.lookup import MANY, LoadedEvidence
from nbeval.dictionary.models import SourceField

#: kinds whose exports are no plain tables: workbooks with a cover, and files of other publishers
NO_TABLES = (SourceKind.SELF_ASSESSMENT, SourceKind.OFFICIAL)
_TYPES = {
    FieldRole.DUE: "date", FieldRole.PLANNED: "date", FieldRole.HELD: "date", FieldRole.PEOPLE: "integer", FieldRole.STAFF: "integer",
}


def evidence_schema(loaded: LoadedEvidence, version: str, *, profile: str) -> dict:
    """Describe the exports of one version.

    Parameters
    ----------
    loaded : LoadedEvidence
        The instrument; one whose exports are plain tables.
    version : str
        One of its export versions.
    profile : str
        The address of the profile that the schema follows.

    Returns
    -------
    dict
        A Table Schema: one field per column that has a name of its own, choices and areas as categories.

    Raises
    ------
    ParameterError
        The instrument has no such version.
    """
    fields = [field for field in loaded.fields_of(version) if not field.header.endswith(MANY)]
    return {
        "$schema": profile,
        "title": f"{loaded.record.label}, export version {version}",
        "fields": [_field(loaded, field) for field in fields],
        "missingValues": [""],
    }


def _field(loaded: LoadedEvidence, field: SourceField) -> dict:
    """One column as a field."""
    about: dict = {"name": field.header, "type": _TYPES.get(field.role, "string"), "nbeval:role": field.role.value}
    if field.role is FieldRole.AREA and not (field.parted_by or field.occasion):
        about["categories"] = [{"value": one.label, "label": one.label, "nbeval:code": one.area} for one in loaded.areas]
    elif field.choices:
        about["categories"] = [{"value": one.label, "label": one.label, "nbeval:code": one.code} for one in loaded.chosen(field.choices)]
    return about
