"""Checks of instruments: items, answers, columns of every export version, routing, comparability."""

from __future__ import annotations

from collections import Counter, defaultdict

from nbeval.dictionary.codes import normalise
from nbeval.dictionary.contents import Contents, InstrumentFiles
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.files import Place
from nbeval.dictionary.known import Known, unique
from nbeval.dictionary.models import Item, Response

DUPLICATES = ("first", "last", "most_complete")
LATE = ("keep", "set_aside")


def check_instruments(contents: Contents, known: Known) -> None:
    """Check every instrument."""
    for files in contents.instruments:
        _check_rules(files, known)
        _check_items(files, known)
        _check_answers(files, known)
        _check_columns(files, known)
        _check_coverage(files, known)
        _check_routing(files, known)
        _check_comparability(files, known)


def _check_rules(files: InstrumentFiles, known: Known) -> None:
    """The rules by which forms are kept or set aside."""
    for record, place in files.record:
        for name, allowed in (("duplicates", DUPLICATES), ("late", LATE)):
            if getattr(record, name) not in allowed:
                known.faults.unknown(place, name, "rule", getattr(record, name), allowed)
        if not record.separator.strip():
            known.faults.add(place, "separator", "is empty", "write the character that parts options in one cell")


def _check_items(files: InstrumentFiles, known: Known) -> None:
    """Each item has what its kind needs."""
    rows = files.rows("items.csv")
    shares = Counter(record.part_of for record, _ in rows if record.kind is ItemKind.OPTION)
    for record, place in rows:
        if record.domain:
            known.refer(place, "domain", "domain", record.domain)
        if record.response_set:
            known.refer(place, "response_set", "response set", record.response_set)
        elif record.kind is ItemKind.CHOICE:
            known.faults.add(place, "response_set", "is empty for an item of kind choice", "name its response set")
        if record.kind is ItemKind.NUMBER:
            _check_range(record, place, known)
        _check_answer_codes(record, place, known)
        if record.kind is ItemKind.OPTION and not record.part_of:
            known.faults.add(place, "part_of", "is empty for an item of kind option",
                             "name the multi-select question it belongs to")
        elif record.kind is ItemKind.OPTION and shares[record.part_of] < 2:
            near = [name for name in shares if name != record.part_of]
            known.faults.unknown(place, "part_of", "multi-select question with one option only:", record.part_of, near)
        elif record.kind is not ItemKind.OPTION and record.part_of:
            known.faults.add(place, "part_of", f"is filled in for an item of kind {record.kind}", "leave it empty")


def _check_range(record: Item, place: Place, known: Known) -> None:
    """A number has a lowest and a highest value."""
    if record.lowest is None or record.highest is None:
        known.faults.add(place, "lowest", "lowest and highest are needed for an item of kind number",
                         "write both ends of the scale")
    elif record.lowest >= record.highest:
        known.faults.add(place, "lowest", "is not below highest", "put the two ends in order")


def _check_answer_codes(record: Item, place: Place, known: Known) -> None:
    """The answers of a number lie in its range; those of an option are 0 and 1."""
    codes = {one.code for one in known.answers.get(record.response_set, []) if one.missing is None}
    if record.kind is ItemKind.OPTION and codes - {0, 1}:
        known.faults.add(place, "response_set", "has codes other than 0 and 1 for an item of kind option",
                         "use 1 for chosen and 0 for not chosen")
    if record.kind is ItemKind.NUMBER and record.lowest is not None and record.highest is not None:
        if any(not record.lowest <= code <= record.highest for code in codes):
            known.faults.add(place, "response_set", "has an answer outside lowest to highest",
                             "give answers that do not count their reason under missing")


def _check_answers(files: InstrumentFiles, known: Known) -> None:
    """A code and a label stand once in each codebook version."""
    rows = files.rows("response_sets.csv")
    unique(known.faults, rows, lambda one: (one.response_set, one.codebook, one.code), "this code", "code")
    versions = {column.version for column, _ in files.rows("columns.csv")}
    for record, place in rows:
        if record.codebook and record.codebook not in versions:
            known.faults.unknown(place, "codebook", "export version", record.codebook, versions)
    for version in versions:
        spelt: dict[tuple[str, str], Response] = {}
        own = {(one.response_set, one.code) for one, _ in rows if one.codebook == version}
        for record, place in rows:
            general = not record.codebook and (record.response_set, record.code) not in own
            if record.codebook != version and not general:
                continue
            for label in {normalise(text) for text in (record.label, *record.also.split(" | ")) if text}:
                other = spelt.setdefault((record.response_set, label), record)
                if other.code != record.code:
                    known.faults.add(place, "label", f"stands for code {record.code} and code {other.code}",
                                     "keep the spelling with one of the two")


def _check_columns(files: InstrumentFiles, known: Known) -> None:
    """A header means one thing in its version, and every column says what it is of."""
    rows = files.rows("columns.csv")
    unique(known.faults, rows, lambda one: (one.version, normalise(one.header)), "this header", "header")
    taken = [placed for placed in rows if placed.record.role in (Role.ITEM, Role.OPTIONS)]
    unique(known.faults, taken, lambda one: (one.version, one.item), "a column of this item", "item")
    items = {record.item for record, _ in files.rows("items.csv")}
    multi = {record.part_of for record, _ in files.rows("items.csv") if record.part_of}
    for record, place in rows:
        if record.role is Role.ITEM and record.item not in items | known.broken:
            known.faults.unknown(place, "item", "item", record.item, items)
        elif record.role is Role.OPTIONS and record.item not in multi | known.broken:
            known.faults.unknown(place, "item", "multi-select question", record.item, multi)
        elif record.role not in (Role.ITEM, Role.OPTIONS) and record.item:
            known.faults.add(place, "item", f"is filled in for a column of role {record.role}", "leave it empty")


def _check_coverage(files: InstrumentFiles, known: Known) -> None:
    """Every item has a column somewhere, and routed items come with the item that routes them."""
    covered = columns_by_version(files)
    for record, place in files.rows("items.csv"):
        if covered and not any(record.item in held for held in covered.values()):
            known.faults.add(place, "item", f"item '{record.item}' has no column in any export version",
                             "add its column to columns.csv, or remove the item")
    for record, place in files.rows("routing.csv"):
        for version, held in sorted(covered.items()):
            if record.item in held and record.asked_if_item not in held and record.asked_if_item not in known.broken:
                known.faults.add(place, "asked_if_item", f"has no column in export version '{version}', which has "
                                 f"'{record.item}'", "add the column to columns.csv")


def columns_by_version(files: InstrumentFiles) -> dict[str, set[str]]:
    """The items that each export version holds, options of one column counted one by one."""
    options = defaultdict(set)
    for record, _ in files.rows("items.csv"):
        options[record.part_of].add(record.item)
    covered: dict[str, set[str]] = defaultdict(set)
    for record, _ in files.rows("columns.csv"):
        covered[record.version] |= options[record.item] if record.role is Role.OPTIONS else {record.item}
    return covered


def _check_routing(files: InstrumentFiles, known: Known) -> None:
    """A routed item hangs on answers that exist, of another item."""
    rows = files.rows("routing.csv")
    unique(known.faults, rows, lambda one: (one.item, one.asked_if_item), "this routing", "item")
    for record, place in rows:
        known.refer(place, "item", "item", record.item)
        if not known.refer(place, "asked_if_item", "item", record.asked_if_item):
            continue
        if record.item == record.asked_if_item:
            known.faults.add(place, "asked_if_item", "is the item itself", "name the earlier item that decides")
        allowed = known.valid_codes(known.ids["item"][record.asked_if_item])
        known.codes_listed(place, "asked_if_codes", tuple(map(str, record.asked_if_codes)), allowed)


def _check_comparability(files: InstrumentFiles, known: Known) -> None:
    """A comparability note is about an item and two versions that exist."""
    versions = {column.version for column, _ in files.rows("columns.csv")}
    rows = files.rows("comparability.csv")
    unique(known.faults, rows, lambda one: (one.item, *sorted((one.version_a, one.version_b))), "this note", "item")
    for record, place in rows:
        known.refer(place, "item", "item", record.item)
        for name in ("version_a", "version_b"):
            if getattr(record, name) not in versions:
                known.faults.unknown(place, name, "export version", getattr(record, name), versions)
