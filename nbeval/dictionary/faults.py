"""Faults of a dictionary: gathered as they are found, told together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from nbeval.errors import DictionaryError


@dataclass(frozen=True)
class Place:
    """Where an entry stands: a file of the dictionary and a line or a named entry in it."""

    file: str
    entry: str = ""

    def inside(self, part: str) -> Place:
        """The place of a part of this entry."""
        return Place(self.file, f"{self.entry}, {part}" if self.entry else part)

    def __str__(self) -> str:
        return f"{self.file}, {self.entry}" if self.entry else self.file


@dataclass
class Faults:
    """What is wrong with a dictionary, in the order in which it was found."""

    lines: list[str] = field(default_factory=list)

    def add(self, place: Place, name: str, what: str, do: str) -> None:
        """Note one fault of the field ``name`` (or of the whole entry, where it is empty)."""
        where = f"{place}, field '{name}'" if name else str(place)
        line = f"{where}: {what}; {do}"
        if line not in self.lines:
            self.lines.append(line)

    def unknown(self, place: Place, name: str, kind: str, value: str, known: Iterable[str]) -> None:
        """Note that ``value`` is the id of nothing, with the nearest id that exists."""
        self.add(place, name, f"unknown {kind} '{value}'", suggestion(value, known))

    def raise_if_any(self, folder: str) -> None:
        """Raise one error that lists every fault, if there is one."""
        if not self.lines:
            return
        count = len(self.lines)
        raise DictionaryError(
            f"the dictionary '{folder}' has {count} {'fault' if count == 1 else 'faults'}.",
            found="\n".join(self.lines),
            where=f"{folder}/",
            do="put each line right in the file it names; what a field may hold is in the dictionary's README.md.",
        )


def suggestion(value: str, known: Iterable[str]) -> str:
    """What to do about an unknown id: the nearest known one, or the list of those allowed."""
    known = sorted({str(one) for one in known if str(one)})
    near = get_close_matches(value, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not known:
        return "none is declared yet: declare it first"
    shown = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"use one of: {shown}"
