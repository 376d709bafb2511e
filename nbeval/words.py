"""Every sentence and word that readers of a report see, by key, in the language of the report.

The words are data: ``nbeval/report/words/<language>.toml``, whole sentences with named fields, in tables by subject, and
beside it ``<language>.plain.toml`` for readers who want plain words. A further language is a further file; it needs no Python.
An entry of a table within a table has the key ``<table>_<entry>``: one for each member of a closed set.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from nbeval.dictionary.record import fields_of
from nbeval.errors import ParameterError

#: the language in which every entry exists
REFERENCE = "en-GB"
#: what a programme calls its people and places: these fields can stand in every sentence of a report
COMMON = frozenset({"people", "person", "area", "areas", "People", "Area", "Areas", "cohort", "programme"})
#: tables whose words stand around reports of any programme, and have only their own fields
_AROUND = frozenset({"document", "slides", "workbook", "index", "crate"})
_FOLDER = files("nbeval") / "report" / "words"
_NAMED = 5


class Words(Mapping[str, str]):
    """The words of one language: whole sentences by key, with their fields still in braces, and lists such as ``months``."""

    def __init__(self, language: str, entries: Mapping[str, str], lists: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self._entries, self._lists = dict(entries), dict(lists)

    def __getitem__(self, key: str) -> str:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<Words {self.language}: {len(self)} entries>"

    def say(self, key: str, **fields: object) -> str:
        """Fill a sentence; white space at its ends and twice in a row is dropped."""
        return " ".join(self[key].format(**fields).split())

    @property
    def months_short(self) -> tuple[str, ...]:
        """The months as a narrow column has them, January first."""
        return self._lists["months_short"]

    def day(self, when: date, *, short: bool = False) -> str:
        """A date as readers write it: ``12 May 2020``; ``short`` has the month as a narrow column holds it."""
        months = self.months_short if short else self._lists["months"]
        return self.say("day", day=when.day, month=months[when.month - 1], year=when.year)


@cache
def words_of(language: str, *, plain: bool = False) -> Words:
    """The words of a language, ``plain`` where it has such; a file that lacks entries or has fields that are never filled is refused."""
    known = languages()
    if language not in known:
        raise ParameterError(
            f"there are no sentences in the language {language!r}.", found=language, allowed=", ".join(known),
            where="programme.toml, language",
            do=f"choose one of the languages above, or translate nbeval/report/words/{REFERENCE}.toml into {language}.toml beside it.",
        )
    tables = _read(f"{language}.toml")
    if language != REFERENCE:
        _compare(f"{language}.toml", tables, whole=True)
    entries, lists = _entries(tables), _lists(tables)
    if plain and f"{language}.plain.toml" in _names():
        tables = _read(f"{language}.plain.toml")
        _compare(f"{language}.plain.toml", tables, whole=False)
        entries |= _entries(tables)
    return Words(language, entries, lists)


def languages() -> tuple[str, ...]:
    """The languages that the package has words in."""
    return tuple(name.removesuffix(".toml") for name in _names() if not name.endswith(".plain.toml"))


def _names() -> list[str]:
    """The files of words."""
    return sorted(file.name for file in _FOLDER.iterdir() if file.name.endswith(".toml"))


def _read(name: str) -> dict[str, Any]:
    """The tables of one file."""
    try:
        return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise ParameterError("a file of words is no TOML.", found=str(fault), where=f"nbeval/report/words/{name}",
                             do=f"write it as {REFERENCE}.toml is written.") from None


def _flat(tables: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every entry with its table and its key."""
    for table, entries in tables.items():
        for key, value in entries.items():
            if isinstance(value, dict):
                yield from ((table, f"{key}_{member}", inner) for member, inner in value.items())
            else:
                yield table, key, value


def _entries(tables: Mapping[str, Any]) -> dict[str, str]:
    """Sentence by key."""
    return {key: value for _, key, value in _flat(tables) if isinstance(value, str)}


def _lists(tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is no sentence, by key."""
    return {key: tuple(value) for _, key, value in _flat(tables) if isinstance(value, list)}


def _compare(name: str, tables: Mapping[str, Any], *, whole: bool) -> None:
    """Refuse a file with entries or fields that the reference has not, and one that is to be whole and lacks any."""
    reference = {key: (table, value) for table, key, value in _flat(_read(f"{REFERENCE}.toml"))}
    given = {key: value for _, key, value in _flat(tables)}
    faults = {
        "it has entries that do not exist": sorted(set(given) - set(reference)),
        "it lacks entries": sorted(set(reference) - set(given)) if whole else [],
        "entries have fields that are never filled": sorted(
            key for key, value in given.items() if key in reference and isinstance(value, str) and not _fits(value, *reference[key])),
    }
    for fault, keys in faults.items():
        if keys:
            raise ParameterError(
                f"a file of words does not fit {REFERENCE}.toml: {fault}.", where=f"nbeval/report/words/{name}",
                found=f"{len(keys)}: {', '.join(keys[:_NAMED])}{', ...' if len(keys) > _NAMED else ''}",
                do=f"give it the tables, keys and fields of {REFERENCE}.toml.",
            )


def _fits(sentence: str, table: str, reference: str) -> bool:
    """Whether every field of a sentence is filled where it is said."""
    return set(fields_of(sentence)) <= set(fields_of(reference)) | (frozenset() if table in _AROUND else COMMON)
