"""The records of official/: tables that statistical offices publish by authority, and how each is read."""

from __future__ import annotations

from datetime import date

from nbeval.dictionary.kinds import OfficialRole, Status, YearForm
from nbeval.dictionary.record import Record


class OfficialTable(Record):
    """official/tables.csv: one published table in one vintage."""

    table: str
    label: str
    vintage: str                        # tables of one series are told apart by it; a later one sorts after an earlier
    file: str                           # in the data folder
    years: tuple[int, ...]              # the years it covers, each by the year in which it ends
    year_form: YearForm
    codes_on: date | None = None        # the day whose authority codes it uses for all years; empty: those of each year
    breakdown: str = ""                 # what all of it is about, where no column says so
    age: str = ""                       # the age all of it is about, where no column says so
    symbols: tuple[str, ...] = ()       # symbols it may hold instead of a number
    status: Status = Status.CONFIRMED
    note: str = ""
    source: str


class OfficialColumn(Record):
    """official/columns.csv: what a column of a table is."""

    table: str
    header: str
    role: OfficialRole


class OfficialLabel(Record):
    """official/labels.csv: what a label of the column `breakdown` or `age` of a table means."""

    table: str
    role: OfficialRole
    label: str
    meaning: str                        # as in measures.csv


class OfficialMeasure(Record):
    """official/measures.csv: a published figure that is taken over: a breakdown at an age."""

    measure: str
    label: str
    unit: str
    breakdown: str
    age: str
    denominator: str = ""               # the breakdown whose count it is a share of
    status: Status = Status.CONFIRMED
    note: str = ""
    source: str


class OfficialSymbol(Record):
    """official/symbols.csv: a symbol that stands where a number could; never a number and never nought."""

    symbol: str
    meaning: str
    status: Status = Status.CONFIRMED
    source: str
