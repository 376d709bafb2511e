"""What a dictionary declares, by kind and id, so that every reference can be followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from nbeval.dictionary.codes import matcher
from nbeval.dictionary.contents import Contents
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.files import Faults, Place, Placed
from nbeval.dictionary.models import Item, Record, Response
from nbeval.errors import DictionaryError


@dataclass
class Known:
    """Ids of every kind, the items with their answers, and the faults found while following references."""

    faults: Faults
    broken: set[str]
    ids: dict[str, dict[str, Record]] = field(default_factory=dict)
    answers: dict[str, list[Response]] = field(default_factory=dict)      # by response set
    versions: dict[str, set[str]] = field(default_factory=dict)           # by instrument
    levels: dict[str, list[str]] = field(default_factory=dict)            # by group
    lost: set[str] = field(default_factory=set)                           # kinds of which nothing could be read

    def refer(self, place: Place, name: str, kind: str, value: str) -> bool:
        """Whether ``value`` is a known id of this kind; a fault is noted where it is not."""
        if value in self.ids[kind]:
            return True
        if value not in self.broken and kind not in self.lost:
            self.faults.unknown(place, name, kind, value, self.ids[kind])
        return False

    def refer_all(self, place: Place, name: str, kind: str, values: Iterable[str]) -> None:
        """Follow several references."""
        for value in values:
            self.refer(place, name, kind, value)

    def valid_codes(self, item: Item) -> set[int]:
        """The whole-number codes that count as an answer to an item, in any codebook version."""
        answers = {one.code for one in self.answers.get(item.response_set, []) if one.missing is None}
        if item.lowest is not None and item.highest is not None:
            answers |= set(range(int(item.lowest), int(item.highest) + 1))
        return answers or ({0, 1} if item.kind == "option" else set())

    def codes_listed(self, place: Place, name: str, codes: tuple[str, ...], allowed: set[int]) -> set[int]:
        """The codes of a coding; those that are not allowed are faults."""
        listed: set[int] = set()
        for part in codes:
            try:
                coding = matcher((part,))
            except DictionaryError as error:
                self.faults.add(place, name, error.what.rstrip("."), f"write {error.allowed or 'a code'}")
                continue
            low, high = coding.ranges[0]
            within = set(coding.listed(low, high))
            listed |= within
            if within - allowed:
                outside = ", ".join(str(code) for code in sorted(within - allowed))
                self.faults.add(place, name, f"code {outside} is not an answer that counts",
                                f"use codes among {_shown(allowed)}")
        return listed


def know(contents: Contents, faults: Faults) -> Known:
    """Index everything that can be referred to; duplicates are faults."""
    known = Known(faults, contents.broken)
    unreadable = bool(faults.lines)
    programme = [record for record, _ in contents.programme]
    for kind, name, attribute in (
        ("source key", "sources.csv", "source"), ("authority", "authorities.csv", "authority"),
        ("indicator", "indicators.csv", "indicator"), ("exhibit", "exhibits.csv", "exhibit"),
        ("term", "glossary.csv", "term"),
    ):
        known.ids[kind] = _index(known, kind, contents.rows(name), attribute)
    items = [placed for files in contents.instruments for placed in files.rows("items.csv")]
    known.ids["item"] = _index(known, "item", items, "item")
    known.ids["cohort"] = {record.id: record for record, _ in contents.cohorts}
    known.ids["scale"] = {record.id: record for record, _ in contents.scales}
    known.ids["instrument"] = {record.id: record for files in (*contents.instruments, *contents.evidence)
                               for record, _ in files.record}
    for kind, attribute in (("domain", "domains"), ("outcome", "outcomes"), ("report kind", "reports")):
        entries = [Placed(one, Place("programme.toml", f"{attribute}, entry {number}"))
                   for record in programme for number, one in enumerate(getattr(record, attribute), 1)]
        known.ids[kind] = _index(known, kind, entries, "id")
    for files in contents.instruments:
        for response, _ in files.rows("response_sets.csv"):
            known.answers.setdefault(response.response_set, []).append(response)
        for column, _ in files.rows("columns.csv"):
            known.versions.setdefault(files.folder.split("/")[-1], set()).add(column.version)
    for files in contents.evidence:
        for column, _ in files.rows("fields.csv"):
            known.versions.setdefault(files.folder.split("/")[-1], set()).add(column.version)
    tables = {table.table for table, _ in contents.rows("official/tables.csv")}
    for files in contents.evidence:                        # their layouts are declared in official/
        if any(record.kind == SourceKind.OFFICIAL for record, _ in files.record):
            known.versions[files.folder.split("/")[-1]] = tables
    for level, _ in contents.rows("groups.csv"):
        known.levels.setdefault(level.group, []).append(level.level)
    known.ids["group"] = {level.group: level for level, _ in contents.rows("groups.csv")}
    known.ids["response set"] = {name: answers[0] for name, answers in known.answers.items()}
    known.ids["kind of source"] = {source.id: source for record, _ in contents.cohorts for source in record.sources}
    known.lost = {kind for kind, ids in known.ids.items() if not ids} if unreadable else set()
    return known


def unique(faults: Faults, rows: Iterable[Placed], key: Callable[[Record], object], what: str, name: str) -> None:
    """Hold that no two rows have the same key."""
    seen: dict[object, Place] = {}
    for record, place in rows:
        mark = key(record)
        if mark in seen:
            faults.add(place, name, f"{what} stands already in {seen[mark].entry or seen[mark].file}",
                       "remove one of the two, or give it another name")
        seen.setdefault(mark, place)


def _index(known: Known, kind: str, rows: list[Placed], attribute: str) -> dict[str, Record]:
    """Records by id; an id that stands twice is a fault."""
    unique(known.faults, rows, lambda record: getattr(record, attribute), f"this {kind}", attribute)
    return {getattr(record, attribute): record for record, _ in reversed(rows)}


def _shown(codes: set[int]) -> str:
    """A set of codes as a short text."""
    ordered = sorted(codes)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(str(code) for code in ordered) or "none: the item has no answers declared"
