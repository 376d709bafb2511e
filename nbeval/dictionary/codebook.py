"""The codebook: the dictionary for readers, as one web page and as one table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from nbeval.dictionary.codebook_page import codebook_page
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.lookup import Dictionary, LoadedInstrument
from nbeval.dictionary.models import Item

COLUMNS = (
    "instrument", "item", "label", "wording", "kind", "part_of", "domain", "lowest", "highest", "export_versions",
    "response_set", "codebook", "code", "answer", "other_spellings", "missing", "item_status", "answer_status",
    "item_source", "answer_source", "note",
)


def write_codebook(dictionary: Dictionary, out: Path) -> list[Path]:
    """Write the codebook of a dictionary.

    Parameters
    ----------
    dictionary : Dictionary
        What it describes: all instruments, codings, benchmarks, cohorts, sources.
    out : Path
        The folder to write to; made where it does not exist.

    Returns
    -------
    list of Path
        ``codebook.html``, one page that needs nothing else, and ``codebook.csv``, one row per item and
        answer. The same dictionary gives the same bytes.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    page, table = out / "codebook.html", out / "codebook.csv"
    page.write_bytes(codebook_page(dictionary).encode("utf-8"))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(codebook_rows(dictionary))
    table.write_bytes(text.getvalue().encode("utf-8"))
    return [page, table]


def codebook_rows(dictionary: Dictionary) -> list[dict[str, str]]:
    """List what every item may be answered with.

    Parameters
    ----------
    dictionary : Dictionary
        Whose items are listed.

    Returns
    -------
    list of dict
        One row per item and answer, in the order of the dictionary, with the columns of ``COLUMNS``; an
        item without declared answers has one row.
    """
    return [row for loaded in dictionary.instruments for item in loaded.items for row in _item_rows(loaded, item)]


def _item_rows(loaded: LoadedInstrument, item: Item) -> list[dict[str, str]]:
    """The rows of one item."""
    about = {
        "instrument": loaded.record.id, "item": item.item, "label": item.label, "kind": item.kind.value,
        "wording": item.wording if loaded.record.may_show_wording else "", "part_of": item.part_of,
        "domain": item.domain, "lowest": _number(item.lowest), "highest": _number(item.highest),
        "export_versions": "; ".join(versions_of(loaded, item)), "response_set": item.response_set,
        "item_status": item.status.value, "item_source": item.source, "note": item.note,
    }
    answers = [one for one in loaded.responses if one.response_set == item.response_set and item.response_set]
    return [about | {
        "codebook": one.codebook, "code": str(one.code), "answer": one.label, "other_spellings": one.also,
        "missing": one.missing.value if one.missing else "", "answer_status": one.status.value,
        "answer_source": one.source,
    } for one in answers] or [about]


def versions_of(loaded: LoadedInstrument, item: Item) -> list[str]:
    """The export versions that hold an item, in its own column or among the options of one."""
    names = {item.item} | ({item.part_of} if item.kind is ItemKind.OPTION else set())
    held = {column.version for column in loaded.columns
            if column.role in (Role.ITEM, Role.OPTIONS) and column.item in names}
    return [version for version in loaded.versions if version in held]


def _number(value: float | None) -> str:
    """A bound of an item as text."""
    return "" if value is None else f"{value:g}"
