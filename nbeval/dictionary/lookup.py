"""Finding a record by its id; an unknown id is answered with the nearest known one."""

from __future__ import annotations

from collections.abc import Iterable

from nbeval.dictionary.faults import suggestion
from nbeval.dictionary.record import Record
from nbeval.errors import ParameterError


def find(records: Iterable[Record], attribute: str, wanted: str, kind: str, where: str) -> Record:
    """Find the record whose ``attribute`` is ``wanted``.

    Parameters
    ----------
    records : iterable of Record
        Where to look.
    attribute, wanted : str
        The field that holds the id, and the id.
    kind, where : str
        What it is the id of and which file declares it, for the message.

    Returns
    -------
    Record
        The first that fits.

    Raises
    ------
    ParameterError
        There is none; the message names the nearest id and lists all.
    """
    known = []
    for record in records:
        known.append(getattr(record, attribute))
        if known[-1] == wanted:
            return record
    raise unknown(kind, wanted, known, where)


def unknown(kind: str, wanted: str, known: Iterable[str], where: str) -> ParameterError:
    """The error about an id that is the id of nothing."""
    known = list(dict.fromkeys(known))
    return ParameterError(
        f"there is no {kind} '{wanted}'.", allowed=", ".join(known) or "none is declared", where=where,
        do=suggestion(str(wanted), known),
    )
