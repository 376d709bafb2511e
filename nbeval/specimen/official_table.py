"""An invented official table in the layout of a published one."""

from __future__ import annotations

from pathlib import Path

from nbeval.dictionary.enums import OfficialRole, YearForm
from nbeval.dictionary.lookup import last_day
from nbeval.dictionary.models import OfficialTable
from nbeval.specimen.files import write_file
from nbeval.specimen.invention import Invention

#: the system of codes that official tables use
SYSTEM = "ons"
_YEAR = {YearForm.ENDS: "{ends}", YearForm.STARTS: "{starts}-04-01/P1Y"}


def write_official(path: Path, made: Invention) -> None:
    """Write one table: every authority, year, breakdown and age, with counts that its percentages fit."""
    official = made.dictionary.official
    table = next(one for one in official.tables if one.table == made.files.version)
    columns = official.columns_of(table.table)
    breakdowns, ages = (official.meanings(table.table, role) for role in (OfficialRole.BREAKDOWN, OfficialRole.AGE))
    rows = [
        _row(made, table, columns, authority, year, (breakdown, meaning), age)
        for authority in made.authorities for year in table.years for age in ages or {"": table.age}
        for breakdown, meaning in (breakdowns or {"": table.breakdown}).items()
    ]
    write_file(path, list(columns), rows, header_rows=1, mark=False, encoding="")


def _row(
    made: Invention, table: OfficialTable, columns: dict[str, OfficialRole], authority: str, year: int,
    breakdown: tuple[str, str], age: str,
) -> list[str]:
    """One figure; the breakdown that others are shares of is everybody, all others are part of them."""
    label, meaning = breakdown
    everybody = int(made.random(authority, str(year), age).integers(40, 240))
    wholes = {one.denominator for one in made.dictionary.official.measures}
    count = everybody if meaning in wholes else round(everybody * made.random(authority, str(year), age, meaning).uniform(0.05, 0.5))
    cells = {
        OfficialRole.YEAR: _YEAR[table.year_form].format(ends=year, starts=year - 1),
        OfficialRole.CODE: made.dictionary.code_on(authority, SYSTEM, table.codes_on or last_day(year)) or "",
        OfficialRole.NAME: made.dictionary.authority(authority).name, OfficialRole.BREAKDOWN: label, OfficialRole.AGE: age,
        OfficialRole.COUNT: str(count), OfficialRole.VALUE: str(round(100 * count / everybody)),
    }
    return [cells.get(role, "") for role in columns.values()]
