"""Reading the files of a dictionary into records: CSV and TOML, every fault with its place and what to do."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, get_origin

from pydantic import ValidationError

from nbeval.dictionary.models import Record
from nbeval.errors import DictionaryError

LIST_MARK = ";"


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


class Placed(NamedTuple):
    """A record and where it was read."""

    record: Record
    place: Place


class Reader:
    """Reads files below one folder; faults go into ``faults``, the ids of broken entries into ``broken``."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.folder = folder
        self.faults = faults
        self.broken: set[str] = set()

    def table(
        self, name: str, kind: type[Record], *, optional: bool = False, complete: Callable[[dict], dict] = dict,
    ) -> list[Placed]:
        """The records of a CSV file, one per row; empty cells take what ``complete`` gives, or the default of the field."""
        text = self._text(name, optional)
        if text is None:
            return []
        rows = csv.reader(io.StringIO(text), strict=True)
        try:
            return self._rows(rows, name, kind, complete)
        except csv.Error as error:
            self.faults.add(Place(name, f"line {rows.line_num}"), "", f"is not readable as CSV ({error})",
                            "quote a cell that holds commas or quotation marks")
            return []

    def record(self, name: str, kind: type[Record], *, optional: bool = False) -> list[Placed]:
        """The one record of a TOML file, as a list of one (of none, where it is broken)."""
        text = self._text(name, optional)
        if text is None:
            return []
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.faults.add(Place(name), "", f"is not readable as TOML ({error})", "put right the line it names")
            self.broken.add(Path(name).stem)
            return []
        return self._one(content, Place(name), kind)

    def _text(self, name: str, optional: bool) -> str | None:
        """The text of a file, or nothing and a fault."""
        path = self.folder / name
        if not path.is_file():
            if not optional:
                self.faults.add(Place(name), "", "does not exist", "write it, or restore it from version control")
            return None
        try:
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.faults.add(Place(name), "", "is not UTF-8", "save it again as 'CSV UTF-8'")
            return None

    def _rows(self, rows, name: str, kind: type[Record], complete: Callable[[dict], dict]) -> list[Placed]:
        """Every row of a CSV file as a record."""
        headers = [cell.strip() for cell in next(rows, [])]
        lacking = self._check_headers(headers, name, kind)
        placed = []
        for cells in rows:
            place = Place(name, f"line {rows.line_num}")
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headers):
                self.faults.add(place, "", f"has {len(cells)} cells where the first line has {len(headers)}",
                                "check its commas and quotation marks")
                self.broken.update(cells[:1])
                continue
            content = {header: _cell(cell, kind, header) for header, cell in zip(headers, cells, strict=True)
                       if cell.strip() and header in kind.model_fields}
            placed += self._one(complete(content), place, kind, lacking)
        return placed

    def _check_headers(self, headers: list[str], name: str, kind: type[Record]) -> set[str]:
        """Hold that the columns are those of the file, each once; return those that are needed and lacking."""
        place = Place(name, "line 1")
        for header in sorted(set(headers) - set(kind.model_fields)):
            self.faults.add(place, header, "is not a column of this file", suggestion(header, kind.model_fields))
        for header in sorted({header for header in headers if headers.count(header) > 1}):
            self.faults.add(place, header, "stands twice", "remove one of the two columns")
        lacking = {field for field, about in kind.model_fields.items() if about.is_required()} - set(headers)
        for header in sorted(lacking):
            self.faults.add(place, header, "is lacking", "add the column, and fill it in")
        return lacking

    def _one(
        self, content: dict, place: Place, kind: type[Record], lacking: frozenset[str] | set[str] = frozenset(),
    ) -> list[Placed]:
        """One record, or none and its faults; of columns that are ``lacking`` it is told once, not row by row."""
        try:
            return [Placed(kind.model_validate(content), place)]
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["loc"][0] not in lacking:
                    self._explain(fault, place, kind)
            first = content.get(next(iter(kind.model_fields)))
            self.broken.add(str(first))
            return []

    def _explain(self, fault: dict, place: Place, kind: type[Record]) -> None:
        """Note a fault that pydantic found, in words for the person who writes the dictionary."""
        *parents, name = [part + 1 if isinstance(part, int) else part for part in fault["loc"]]
        if isinstance(name, int):
            name = f"{parents.pop() if parents else ''}, entry {name}"
        if parents:
            place = place.inside(" ".join(f"entry {part}" if isinstance(part, int) else str(part) for part in parents))
        found, context = fault.get("input"), fault.get("ctx", {})
        words = {
            "missing": ("is empty", "fill it in"),
            "extra_forbidden": ("is not a field of this file", suggestion(str(name), kind.model_fields)),
            "enum": (f"'{found}' is not allowed", f"use one of: {context.get('expected', '')}"),
            "int_parsing": (f"'{found}' is not a whole number", "write digits only"),
            "int_from_float": (f"'{found}' is not a whole number", "write a whole number"),
            "float_parsing": (f"'{found}' is not a number", "write digits and, if needed, a decimal point"),
            "finite_number": (f"'{found}' is not a number", "write digits and, if needed, a decimal point"),
            "bool_parsing": (f"'{found}' is neither true nor false", "write true or false"),
            "string_type": (f"{found} is not text", "put it in quotation marks"),
        }
        if fault["type"].startswith("date"):
            what, do = f"'{found}' is not a date", "write it as 2020-03-31"
        else:
            what, do = words.get(fault["type"], (fault["msg"], "see README.md for what the field may hold"))
        self.faults.add(place, str(name), what, do)


def _cell(cell: str, kind: type[Record], header: str) -> str | list[str]:
    """A cell as text, or as a list of texts where the field is a list."""
    if get_origin(kind.model_fields[header].annotation) is tuple:
        return [part.strip() for part in cell.split(LIST_MARK) if part.strip()]
    return cell.strip()
