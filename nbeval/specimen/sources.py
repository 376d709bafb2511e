"""Invented exports of sources that are no survey, as authorities and the programme would return them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole, OfficialRole, SourceKind, YearForm
from nbeval.dictionary.lookup import last_day
from nbeval.dictionary.models import MANY, SCALE, Choice, Cohort, OfficialTable, Source, SourceField, SourceFiles
from nbeval.errors import ParameterError
from nbeval.specimen.files import book_bytes, write_file
from nbeval.specimen.source_rows import Invention, condition_rows, inspection_rows, plan_rows, quote_rows, segment_rows, visit_rows
from nbeval.specimen.survey import Canary

COVER_ROLES = (FieldRole.AUTHORITY, FieldRole.WAVE, FieldRole.PEOPLE)


def write_book(path: Path, made: Invention) -> None:
    """Write one workbook: the cover first, then the raters in declared order.

    Parameters
    ----------
    path : Path
        The file.
    made : Invention
        What it is of.
    """
    sheets = {choice.label: _cover(made) for choice in made.instrument.chosen("cover")}
    below = [field for field in made.fields if field.role not in COVER_ROLES]
    for choice in made.instrument.chosen("raters"):
        sheets[choice.label] = [[field.header for field in below], *_rows(made, choice, below)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(book_bytes(sheets))


def _cover(made: Invention) -> list[list[str]]:
    """The lines of a cover, a label and an entry each."""
    wave = next((one.label for one in made.cohort.waves if one.id == made.files.wave), made.files.wave)
    entries = {
        FieldRole.AUTHORITY: lambda field: made.dictionary.authority(made.authorities[0]).name,
        FieldRole.WAVE: lambda field: wave,
        FieldRole.PEOPLE: lambda field: str(_people(made, field.occasion)),
    }
    lines = [[field.header, entries[field.role](field)] for field in made.fields if field.role in COVER_ROLES]
    return [[made.instrument.record.label, ""], *lines]


def _people(made: Invention, raters: str) -> int:
    """How many took part in one body of raters; a declared number holds as it is."""
    fitting = [one for one in made.declared.panels if one.raters == raters]
    own = [one for one in fitting if one.authority == made.authorities[0] and one.wave in ("", made.files.wave)]
    general = [one for one in fitting if not one.authority]
    if own:
        return own[0].people
    return general[0].people + int(made.random("people", raters).integers(0, 4)) if general else 1


def _rows(made: Invention, raters: Choice, fields: list[SourceField]) -> list[list[str]]:
    """One row per point, in the order of points.csv, as one body of raters filled it in."""
    lowest, highest = made.instrument.scale
    steps = {float(one.code): one for one in made.instrument.chosen(SCALE)}
    random = made.random("ratings", raters.code)
    mood = random.normal(0.0, 0.25)
    rows = []
    for point in made.instrument.points:
        mean = _mean(made, raters.code, point.area) + mood
        alike = made.random("point", point.point).normal(0.0, 0.6)       # what both bodies of raters see
        step = float(np.clip(np.rint(mean + alike + random.normal(0.0, 0.4)), lowest, highest))
        rating = "" if random.random() < 0.02 else made.spelt(steps[step], random)
        cells = {
            FieldRole.KEY: point.point, FieldRole.RATING: rating,
            FieldRole.TEXT: made.typed("An invented comment") if random.random() < 0.5 else "",
        }
        rows.append([cells[field.role] for field in fields])
    return rows


def _mean(made: Invention, raters: str, area: str) -> float:
    """The mean that one body of raters is to give an area at the file's wave."""
    level = next((one for one in made.declared.ratings if one.raters == raters), None)
    shifts = sum(one.size for one in made.declared.shifts if one.area == area and one.raters in ("", raters))
    return (level.mean + level.moves * made.later if level else sum(made.instrument.scale) / 2) + shifts


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


_AUTHORITY = "{authority}"
_ROWS: dict[SourceKind, Callable[[Invention], list[dict[str, str]]]] = {
    SourceKind.ACTION_PLAN: plan_rows, SourceKind.VISITS: visit_rows, SourceKind.ENTRY: condition_rows,
    SourceKind.INTERVIEWS: segment_rows, SourceKind.QUOTES: quote_rows,
    SourceKind.INSPECTIONS: inspection_rows,
}


def write_evidence(
    cohort: Cohort, dictionary: Dictionary, source: Source, out: Path, *, canary: Canary | None = None,
) -> list[Path]:
    """Write invented exports of one source that is no survey.

    Parameters
    ----------
    cohort : Cohort
        An invented cohort.
    dictionary : Dictionary
        It must have a specimen_evidence.toml.
    source : Source
        Its instrument says what the files hold, its files where they lie.
    out : Path
        The cohort's data folder.
    canary : callable, optional
        Rewrites what a person typed or is known by, as for ``write_specimen``.

    Returns
    -------
    list of Path
        The files written, in the order of declaration; the same dictionary gives the same bytes.

    Raises
    ------
    ParameterError
        The dictionary does not say what to invent.
    """
    if dictionary.specimen_evidence is None:
        raise ParameterError(
            f"the dictionary does not say what source '{source.id}' of cohort '{cohort.id}' is drawn from.",
            where="specimen_evidence.toml", do="write specimen_evidence.toml in the dictionary's folder.",
        )
    written = []
    for files in source.files:
        for authorities in _places(cohort, files):
            made = Invention(cohort, dictionary, source, files, authorities, canary)
            written.append(_write(made, out))
    return written


def _places(cohort: Cohort, files: SourceFiles) -> list[tuple[str, ...]]:
    """The authorities of each file."""
    returned = files.returned_by(cohort.authorities)
    return [(one,) for one in returned] if _AUTHORITY in files.pattern else [returned]


def _write(made: Invention, out: Path) -> Path:
    """Write one file."""
    path = out / made.name
    if made.instrument.record.kind == SourceKind.SELF_ASSESSMENT:
        write_book(path, made)
        return path
    if made.instrument.record.kind == SourceKind.OFFICIAL:
        write_official(path, made)
        return path
    headers = [field.header for field in made.fields if not field.header.endswith(MANY)]
    rows = _ROWS[SourceKind(made.instrument.record.kind)](made)
    cells = [[row.get(header, "") for header in headers] for row in rows]
    write_file(path, headers, cells, header_rows=made.files.header_rows, mark=False, encoding=made.files.encoding)
    return path
