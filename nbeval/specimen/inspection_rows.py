"""Rows of invented judgements of inspectors, each as a dict of header and cell."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Area, SourceField
from nbeval.dictionary.specimen_models import InventedInspections
from nbeval.specimen.invention import Invention


def inspection_rows(made: Invention) -> list[dict[str, str]]:
    """Invent the judgements of every round on every authority that was inspected in it."""
    rows = []
    for number, held in enumerate(made.declared.inspections):
        for authority in made.authorities:
            random = made.random("inspection", str(number), authority)
            if random.random() >= held.share:
                continue
            week = int(random.integers(0, (held.last - held.first).days // 7 + 1))
            day, luck = held.first + timedelta(weeks=week), float(random.random())
            rows += [
                {field.header: _cell(made, field, authority, held, made.instrument.area(area), day, luck, random) for field in made.fields}
                for area in held.areas
            ]
    return rows


def _cell(
    made: Invention, field: SourceField, authority: str, held: InventedInspections, area: Area, day: date, luck: float,
    random: np.random.Generator,
) -> str:
    """One cell of a judgement; the grades of one inspection lie close together."""
    if field.role is FieldRole.AUTHORITY:
        return made.dictionary.authority(authority).name
    if field.role is FieldRole.AREA:
        return area.label
    if field.role is FieldRole.HELD:
        return day.isoformat()
    if field.role is FieldRole.KIND:
        return made.spelt(made.instrument.choice(field.choices, held.framework), random)
    if field.role is FieldRole.STATUS:
        reached = np.searchsorted(np.cumsum(held.grades), np.clip(luck + random.uniform(-0.15, 0.15), 0, 0.999))
        return made.spelt(made.instrument.chosen(field.choices)[int(min(reached, len(held.grades) - 1))], random)
    return made.typed("An invented remark")
