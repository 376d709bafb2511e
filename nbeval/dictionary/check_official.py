"""Checks of the official tables: their columns, labels, measures and symbols belong together."""

from __future__ import annotations

from collections import defaultdict

from nbeval.dictionary.contents import Contents
from nbeval.dictionary.enums import OfficialRole
from nbeval.dictionary.known import Known, unique

#: a table can be read only with a column of each
NEEDED = (OfficialRole.YEAR, OfficialRole.CODE, OfficialRole.NAME, OfficialRole.VALUE)
LABELLED = (OfficialRole.BREAKDOWN, OfficialRole.AGE)
KEYS = {
    "tables.csv": ("table",), "columns.csv": ("table", "header"), "labels.csv": ("table", "role", "label"),
    "measures.csv": ("measure",), "symbols.csv": ("symbol",),
}


def check_official(contents: Contents, known: Known) -> None:
    """Follow the references among the official tables."""
    rows = {name: contents.rows(f"official/{name}") for name in KEYS}
    for name, key in KEYS.items():
        unique(known.faults, rows[name], lambda one, key=key: tuple(getattr(one, part) for part in key), "this row", key[-1])
    unique(known.faults, rows["measures.csv"], lambda one: (one.breakdown, one.age), "this breakdown and age", "breakdown")
    tables = {one.table: one for one, _ in rows["tables.csv"]}
    for name in ("columns.csv", "labels.csv"):
        for one, place in rows[name]:
            if one.table not in tables and one.table not in known.broken:
                known.faults.unknown(place, "table", "official table", one.table, tables)
    _check_tables(rows, known)
    _check_labels(rows, known)


def _check_tables(rows: dict, known: Known) -> None:
    """Each table has the columns it cannot do without, once, and symbols that are explained."""
    roles = defaultdict(list)
    for one, _ in rows["columns.csv"]:
        roles[one.table].append(one.role)
    symbols = {one.symbol for one, _ in rows["symbols.csv"]}
    for one, place in rows["tables.csv"]:
        needed = [*NEEDED, *(role for role in LABELLED if not getattr(one, role.value))]
        for role in needed:
            if role not in roles[one.table]:
                known.faults.add(place, "table", f"'{one.table}' has no column of role {role}", "add it to columns.csv")
        for role in OfficialRole:
            if role is not OfficialRole.IGNORED and roles[one.table].count(role) > 1:
                known.faults.add(place, "table", f"'{one.table}' has two columns of role {role}", "keep one")
        for symbol in one.symbols:
            if symbol not in symbols:
                known.faults.unknown(place, "symbols", "symbol", symbol, symbols)


def _check_labels(rows: dict, known: Known) -> None:
    """Labels are of columns that hold labels; measures are of breakdowns and ages that some table has."""
    meanings = {role: {getattr(one, role.value) for one, _ in rows["tables.csv"]} - {""} for role in LABELLED}
    for one, place in rows["labels.csv"]:
        if one.role not in LABELLED:
            known.faults.unknown(place, "role", "role of a label", one.role, LABELLED)
        else:
            meanings[one.role].add(one.meaning)
    for one, place in rows["measures.csv"]:
        for name, role in (("breakdown", OfficialRole.BREAKDOWN), ("age", OfficialRole.AGE),
                           ("denominator", OfficialRole.BREAKDOWN)):
            value = getattr(one, name)
            if value and value not in meanings[role] | known.broken:
                known.faults.unknown(place, name, role.value, value, meanings[role])
