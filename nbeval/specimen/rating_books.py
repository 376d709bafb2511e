"""Invented workbooks of ratings: a cover, and one sheet for each body of raters with comments beside the ratings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import SCALE, Choice, SourceField
from nbeval.specimen.files import book_bytes
from nbeval.specimen.invention import Invention

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
