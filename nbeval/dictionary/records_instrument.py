"""The records of instruments/<id>/: what was asked, how it was answered, how it was exported."""

from __future__ import annotations

from nbeval.dictionary.kinds import ItemKind, Match, MissingReason, Role, Status
from nbeval.dictionary.record import Record


class Instrument(Record):
    """instrument.toml: an instrument and the rules by which its forms are kept or set aside."""

    id: str
    label: str
    kind: str                           # survey, self_assessment, ...
    about: str = ""
    licence: str
    may_show_wording: bool
    separator: str = ";"                # of several options in one cell
    complete_labels: tuple[str, ...] = ()    # values of the status column that mean a finished form
    partial_labels: tuple[str, ...] = ()
    test_labels: tuple[str, ...] = ()        # values of the test column that mean a test
    minimum_answered: int = 1           # a form with fewer valid answers is set aside as empty
    keep_partial: bool = True
    duplicates: str = "last"            # of two forms with one submission number: first, last, most_complete
    late: str = "keep"                  # forms finished after the fieldwork: keep or set_aside
    status: Status = Status.CONFIRMED
    source: str


class Column(Record):
    """columns.csv: what a raw column of an export version is."""

    version: str
    header: str = ""                    # as exported, several header rows joined by " | "; empty: a column without one
    role: Role
    item: str = ""
    required: bool = True


class Item(Record):
    """items.csv: one question, or one option of a multi-select question."""

    item: str
    label: str                          # short name, for tables
    wording: str = ""                   # only where may_show_wording
    kind: ItemKind
    response_set: str = ""
    part_of: str = ""                   # the multi-select question this option belongs to
    lowest: float | None = None
    highest: float | None = None
    domain: str = ""
    status: Status
    note: str = ""
    source: str


class Response(Record):
    """response_sets.csv: one answer of a response set in one codebook version (empty: in all)."""

    response_set: str
    codebook: str = ""
    code: int
    label: str
    also: str = ""                      # other spellings an export may hold, parted by " | "
    missing: MissingReason | None = None
    status: Status = Status.CONFIRMED
    source: str


class Routing(Record):
    """routing.csv: an item asked only of those who gave certain answers to an earlier one."""

    item: str
    asked_if_item: str
    asked_if_codes: tuple[int, ...]
    status: Status
    source: str


class Comparability(Record):
    """comparability.csv: whether an item may be compared between two export versions."""

    item: str
    version_a: str
    version_b: str
    comparable: Match
    note: str
    source: str
