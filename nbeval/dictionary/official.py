"""The official tables of a loaded dictionary, and the code of an authority that a figure stands under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nbeval.dictionary.kinds import OfficialRole
from nbeval.dictionary.records_official import (
    OfficialColumn, OfficialLabel, OfficialMeasure, OfficialSymbol, OfficialTable,
)


@dataclass(frozen=True)
class Official:
    """Tables of statistical offices: columns, labels, measures and symbols, as declared in official/."""

    tables: tuple[OfficialTable, ...] = ()
    columns: tuple[OfficialColumn, ...] = ()
    labels: tuple[OfficialLabel, ...] = ()
    measures: tuple[OfficialMeasure, ...] = ()
    symbols: tuple[OfficialSymbol, ...] = ()

    def columns_of(self, table: str) -> dict[str, OfficialRole]:
        """The role of every header of a table."""
        return {one.header: one.role for one in self.columns if one.table == table}

    def meanings(self, table: str, role: OfficialRole) -> dict[str, str]:
        """What the labels of a table's column mean."""
        return {one.label: one.meaning for one in self.labels if (one.table, one.role) == (table, role)}

    def measures_of(self, table: OfficialTable) -> tuple[OfficialMeasure, ...]:
        """The measures that a table has: its labels or, where no column says so, the table itself name them."""
        breakdowns, ages = (
            {given} if given else set(self.meanings(table.table, role).values())
            for given, role in ((table.breakdown, OfficialRole.BREAKDOWN), (table.age, OfficialRole.AGE))
        )
        return tuple(one for one in self.measures if one.breakdown in breakdowns and one.age in ages)


def last_day(year: int) -> date:
    """The last day of the year that a figure is of."""
    return date(year, 3, 31)
