"""Reading the files of a dictionary into records: CSV and TOML, every fault with its place and what to do."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, get_origin

from pydantic import ValidationError

from nbeval.dictionary.record import LIST_MARK, Record
from nbeval.errors import DictionaryError, suggestion


@dataclass(frozen=True)
class Place:
    """Where an entry is: a file of the dictionary and a line or a named entry in it."""

    file: str
    entry: str = ""

    @property
    def owner(self) -> str:
        """The id of what the file is about: the instrument of its folder, or the cohort or scale of its name."""
        *folders, name = self.file.split("/")
        return folders[1] if len(folders) > 1 else name.rpartition(".")[0]

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

    def unknown(self, place: Place, name: str, kind: str, value: str, known: Iterable[str], of: str = "") -> None:
        """Note that ``value`` is the id of nothing (of nothing within its owner), with the nearest id that exists."""
        self.add(place, name, f"unknown {kind} '{value}'{of}", suggestion(value, known))

    def raise_if_any(self, folder: str) -> None:
        """Raise one error that lists every fault, if there is one."""
        if not self.lines:
            return
        count = len(self.lines)
        raise DictionaryError(
            f"the dictionary '{folder}' has {count} {'fault' if count == 1 else 'faults'}.", found="\n".join(self.lines),
            where=f"{folder}/", do="put each line right in the file it names; what a field may hold is in the dictionary's README.md.",
        )


#: bytes that no file of a dictionary has, and parts that no key of it has: reading such keys takes time with their square
LARGEST, _DEEPEST = 20_000_000, 32
# Each part is taken whole and at once: a long word must not be tried from each of its letters on.
_DEEP_KEY = re.compile(rf"(?<![\w\"'-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_DEEPEST},}}")


class Placed(NamedTuple):
    """A record and where it was read."""

    record: Record
    place: Place


def parts(record: Record, place: Place, name: str) -> Iterator[Placed]:
    """The records in a list of a record, each with its place."""
    yield from (Placed(one, place.inside(f"{name}, entry {number}")) for number, one in enumerate(getattr(record, name), 1))


class Contents:
    """What was read of a dictionary, by kind of record, before it is checked as a whole."""

    def __init__(self) -> None:
        self._placed: dict[type[Record], list[Placed]] = {}
        self._owned: dict[tuple[type[Record], str], list[Placed]] = {}

    def add(self, kind: type[Record], placed: list[Placed]) -> None:
        """Put records of a kind to those that are there."""
        for one in placed:
            self._placed.setdefault(kind, []).append(one)
            self._owned.setdefault((kind, one.place.owner), []).append(one)

    def all(self) -> Iterator[Placed]:
        """Every record with its place."""
        yield from (one for placed in self._placed.values() for one in placed)

    def of(self, kind: type[Record], owner: str | None = None) -> list[Placed]:
        """Every record of a kind with its place, or those of one instrument (or cohort, or scale)."""
        return self._placed.get(kind, []) if owner is None else self._owned.get((kind, owner), [])

    def records(self, kind: type[Record], owner: str | None = None) -> tuple[Any, ...]:
        """Every record of a kind, or those of one instrument (or cohort, or scale)."""
        return tuple(record for record, _ in self.of(kind, owner))


def toml_of(text: str) -> dict[str, Any]:
    """What a TOML text holds; ``ValueError`` where it is none, or nests deeper or has longer numbers than any dictionary."""
    if _DEEP_KEY.search(text):
        raise ValueError(f"a key has more than {_DEEPEST} parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("lists or tables are nested too deep") from None
    except ValueError:
        raise ValueError("a number has too many digits") from None


class Reader:
    """Reads files below one folder; faults go into ``faults``, the ids of broken entries into ``broken``."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.folder = folder
        self.faults = faults
        self.broken: set[str] = set()

    def table(self, name: str, kind: type[Record], *, optional: bool = False, complete: Callable[[dict], dict] = dict) -> list[Placed]:
        """The records of a CSV file, one per row; empty cells take what ``complete`` gives, or the default of the field."""
        if (text := self._text(name, optional)) is None:
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
        if (text := self._text(name, optional)) is None:
            return []
        try:
            content = toml_of(text)
        except ValueError as error:
            self.faults.add(Place(name), "", f"is not readable as TOML ({error})", "put right what it names")
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
        if path.stat().st_size > LARGEST:
            self.faults.add(Place(name), "", f"has more than {LARGEST // 10**6} million bytes", "keep data out of the dictionary")
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
        lists = {name: get_origin(about.annotation) is tuple for name, about in kind.model_fields.items()}
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
            content = {header: _listed(cell) if lists[header] else cell.strip() for header, cell in zip(headers, cells, strict=True)
                       if cell.strip() and header in lists}
            placed += self._one(complete(content), place, kind, lacking)
        return placed

    def _check_headers(self, headers: list[str], name: str, kind: type[Record]) -> set[str]:
        """Check that the columns are those of the file, each once; return those that are needed and lacking."""
        place = Place(name, "line 1")
        for header in sorted(set(headers) - set(kind.model_fields)):
            self.faults.add(place, header, "is not a column of this file", suggestion(header, kind.model_fields))
        for header in sorted({header for header in headers if headers.count(header) > 1}):
            self.faults.add(place, header, "is there twice", "remove one of the two columns")
        lacking = {field for field, about in kind.model_fields.items() if about.is_required()} - set(headers)
        for header in sorted(lacking):
            self.faults.add(place, header, "is lacking", "add the column, and fill it in")
        return lacking

    def _one(self, content: dict, place: Place, kind: type[Record], lacking: frozenset[str] | set[str] = frozenset()) -> list[Placed]:
        """One record, or none and its faults; columns that are ``lacking`` are reported once, not row by row."""
        try:
            return [Placed(kind.model_validate(content), place)]
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["loc"][0] not in lacking:
                    self._explain(fault, place, kind)
            self.broken.update(_texts(content))
            return []

    def _explain(self, fault: dict, place: Place, kind: type[Record]) -> None:
        """Note a fault that pydantic found, in words for the person who writes the dictionary."""
        *parents, name = fault["loc"]
        if name == "[key]":
            *parents, name, _ = parents
        elif isinstance(name, int) and isinstance(fault["input"], str):
            name = parents.pop()
        for part in parents:
            place = place.inside(f"entry {part + 1}" if isinstance(part, int) else str(part))
        self.faults.add(place, f"entry {name + 1}" if isinstance(name, int) else str(name), *_in_words(fault, kind))


#: what is wrong and what to do, by pydantic's type of error
_IN_WORDS = {
    "missing": ("is empty", "fill it in"),
    "int_parsing": ("'{found}' is not a whole number", "write digits only"),
    "int_from_float": ("'{found}' is not a whole number", "write digits only"),
    "float_parsing": ("'{found}' is not a number", "write digits and, if needed, a decimal point"),
    "finite_number": ("'{found}' is not a number", "write digits and, if needed, a decimal point"),
    "bool_parsing": ("'{found}' is neither true nor false", "write true or false"),
    "string_type": ("{found} is not text", "put it in quotation marks"),
    "greater_than_equal": ("is less than {ge:g}", "write {ge:g} or more"),
    "greater_than": ("is not above {gt:g}", "write a number above {gt:g}"),
    "less_than_equal": ("is more than {le:g}", "write {le:g} or less"),
    "less_than": ("is not below {lt:g}", "write a number below {lt:g}"),
    "date": ("'{found}' is not a date", "write it as 2020-03-31"),
}


def _in_words(fault: dict, kind: type[Record]) -> tuple[str, str]:
    """What is wrong and what to do, of a fault that pydantic found."""
    found, context, which = fault["input"], fault.get("ctx", {}), fault["type"]
    if which == "contradiction":
        return context["what"], context["do"]
    if which == "extra_forbidden":
        return "is not a field of this file", suggestion(str(fault["loc"][-1]), kind.model_fields)
    if which in ("enum", "literal_error"):
        near = suggestion(str(found), re.findall(r"'([^']*)'", context["expected"]))
        return f"'{found}' is not allowed", f"use one of: {context['expected']}" + (f"; {near}" if near.startswith("did") else "")
    words = _IN_WORDS.get("date" if which.startswith("date") else which)
    what, do = (part.format(found=found, **context) for part in words) if words else (
        fault["msg"], "see README.md for what the field may hold")
    return what, do


def _texts(content: object) -> set[str]:
    """Every text in an entry that could not be read."""
    if isinstance(content, dict | list):
        return {text for part in (content.values() if isinstance(content, dict) else content) for text in _texts(part)}
    return {str(content)}


def _listed(cell: str) -> list[str]:
    """The texts of a cell that holds a list."""
    return [part.strip() for part in cell.split(LIST_MARK) if part.strip()]
