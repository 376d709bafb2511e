"""Identifying cells that identify nobody: reserved addresses and numbers, invented names."""

from __future__ import annotations

from nbeval.dictionary.codes import normalise
from nbeval.specimen.export import Export

# Addresses and numbers set aside for examples: RFC 2606, RFC 5737, and the numbers Ofcom keeps for drama.
_KINDS = (
    (("mail",), "person{number}@example.org"),
    (("ip", "ipaddress"), "192.0.2.{byte}"),
    (("phone", "mobile", "tel"), "07700 900{short:03d}"),
    (("post",), "ZZ99 {digit}ZZ"),
    (("birth", "dob"), "01/01/1900"),
    (("latitude",), "0.0"),
    (("longitude",), "0.0"),
)


def identifying_cells(export: Export, header: str, count: int) -> list[str]:
    """Write one identifying column.

    Parameters
    ----------
    export : Export
        The file.
    header : str
        The column's header; its words say what sort of thing it holds.
    count : int
        How many forms there are.

    Returns
    -------
    list of str
        One cell per form: an address, a number, or one of the invented names of specimen.toml.
    """
    words = normalise(header)
    form = next((text for marks, text in _KINDS if any(_says(words, mark) for mark in marks)), "")
    names = export.dictionary.specimen.names or ("Invented Person",)
    draws = export.random("identity", header).integers(1, 255, size=count).tolist()
    return [
        form.format(number=1000 * export.number + place, byte=draw, short=draw, digit=draw % 10) if form
        else f"{names[draw % len(names)]} {place}" for place, draw in enumerate(draws)
    ]


def _says(words: str, mark: str) -> bool:
    """Whether a header has a word that begins with ``mark`` (or is it, for marks of two letters)."""
    parts = words.replace("-", " ").replace("_", " ").split()
    return any(part == mark if len(mark) <= 2 else mark in part for part in parts)
