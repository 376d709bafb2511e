"""Rows of invented action plans, visit logs and entry files, each as a dict of header and cell."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Choice, SourceField
from nbeval.specimen.invention import Invention

Row = dict[str, str]


def plan_rows(made: Invention) -> list[Row]:
    """Invent the actions of one authority's plan."""
    plan, random = made.declared.plan, made.random("plan")
    chosen = random.choice(plan.indicators, size=min(6, len(plan.indicators)), replace=False) if plan.indicators else []
    rows = []
    for number in range(1, plan.actions + int(random.integers(-3, 4)) + 1):
        row = {}
        reviews = [field for field in made.fields if field.role is FieldRole.STATUS]
        statuses = _statuses(made, reviews, random)
        for field in made.fields:
            row[field.header] = statuses[field.occasion] if field.role is FieldRole.STATUS else _plan_cell(made, field, number, chosen, random)
        rows.append(row)
    return rows


def _plan_cell(made: Invention, field: SourceField, number: int, chosen, random: np.random.Generator) -> str:
    """One cell of a plan that is no status."""
    if field.role is FieldRole.KEY:
        return f"A{number}"
    if field.role is FieldRole.AREA:
        return str(random.choice([area.label for area in made.instrument.areas]))
    if field.role is FieldRole.INDICATORS:
        names = random.choice(chosen, size=int(random.integers(0, made.declared.plan.addressed + 1)), replace=False) if len(chosen) else []
        return "; ".join(made.dictionary.indicator(str(name)).short for name in sorted(names))
    if field.role in (FieldRole.KIND, FieldRole.INVOLVEMENT):
        return made.spelt(_one(made.instrument.chosen(field.choices), random), random)
    if field.role is FieldRole.DUE:
        return (_start(made) + timedelta(days=int(random.integers(120, 600)))).isoformat()
    texts = made.declared.plan.owners if number % 2 else made.declared.plan.texts
    return made.typed(str(random.choice(texts))) if texts else ""


def _statuses(made: Invention, reviews: list[SourceField], random: np.random.Generator) -> dict[str, str]:
    """How far one action had come at each review: what is done stays done."""
    luck = random.random()
    found = {}
    for place, field in enumerate(reviews):
        choices = made.instrument.chosen(field.choices)
        done = made.declared.plan.done[min(place, len(made.declared.plan.done) - 1)] if made.declared.plan.done else 0.5
        open_ones = [one for one in choices if not one.counts]
        late = min(len(open_ones) - 1, int((1 - luck) * 2) + 2 * place) if luck > 0.93 else min(1, place + int(luck < 0.7))
        choice = next(one for one in choices if one.counts) if luck < done else open_ones[late]
        found[field.occasion] = made.spelt(choice, random)
    return found


def visit_rows(made: Invention) -> list[Row]:
    """Invent the log of visits to all authorities."""
    rows = []
    for authority in made.authorities:
        for visit in made.declared.visits:
            random = made.random("visit", authority, visit.area)
            year, month = (int(part) for part in visit.month.split("-"))
            planned = date(year, month, int(random.integers(3, 27)))
            held = None if random.random() < visit.missed else planned + timedelta(days=int(visit.delay * random.uniform(0.4, 1.4)))
            rows.append({field.header: _visit_cell(made, field, authority, visit, planned, held, random) for field in made.fields})
    return rows


def _visit_cell(made: Invention, field: SourceField, authority: str, visit, planned: date, held: date | None, random) -> str:
    """One cell of the log."""
    cells = {
        FieldRole.AUTHORITY: lambda: made.dictionary.authority(authority).name,
        FieldRole.AREA: lambda: made.instrument.area(visit.area).label,
        FieldRole.PLANNED: lambda: planned.isoformat(),
        FieldRole.HELD: lambda: min(held, _end(made)).isoformat() if held else "",
        FieldRole.TEXT: lambda: made.typed("An invented note") if random.random() < 0.3 else "",
    }
    if field.role in cells:
        return cells[field.role]()
    if held is None:
        return ""
    if field.role is FieldRole.PEOPLE:
        return str(max(0, visit.people + int(random.integers(-3, 5))))
    if field.role is FieldRole.STAFF:
        return str(2 + int(random.integers(0, 5)))
    choices = made.instrument.chosen(field.choices)
    first = random.random() >= visit.online if field.role is FieldRole.KIND else random.random() < 0.3
    return made.spelt(choices[0] if first else choices[1 if field.role is FieldRole.KIND else int(random.integers(1, len(choices)))], random)


def condition_rows(made: Invention) -> list[Row]:
    """Invent applications, or the conditions or cornerstones of one authority, as the fields of the version say."""
    if any(field.area for field in made.fields):
        return _applications(made)
    rated = any(field.role is FieldRole.RATING for field in made.fields)
    known = {area.area for area in made.instrument.areas}
    wanted = [one for one in made.declared.entry if bool(one.mean) == rated and one.area in known]
    rows = []
    for one in wanted:
        random = made.random("entry", one.area)
        luck = random.random()
        row = {}
        for field in made.fields:
            row[field.header] = _condition_cell(made, field, one, luck, random)
        rows.append(row)
    return rows


def _condition_cell(made: Invention, field: SourceField, entry, luck: float, random: np.random.Generator) -> str:
    """One cell about a condition or a cornerstone."""
    if field.role is FieldRole.AREA:
        return made.instrument.area(entry.area).label
    place = made.wave_offset(field.occasion)
    if field.role is FieldRole.STATUS:
        choices = made.instrument.chosen(field.choices)
        met = luck < entry.shares[min(place, len(entry.shares) - 1)]
        return made.spelt(choices[0] if met else choices[1 + int(luck > 0.9)], random)
    if field.role is FieldRole.RATING:
        lowest, highest = made.instrument.scale
        step = int(np.clip(np.rint(entry.mean + entry.moves * place + 1.2 * (luck - 0.5)), lowest, highest))
        return str(step)
    return made.typed("An invented remark") if random.random() < 0.3 else ""


def _applications(made: Invention) -> list[Row]:
    """The applicants: those of the cohort, who were chosen, and others, who were not."""
    names = [made.dictionary.authority(one).name for one in made.cohort.authorities]
    others = [f"Invented applicant {number}" for number in range(1, max(0, made.declared.applicants - len(names)) + 1)]
    rows = []
    for name in (*names, *others):
        row = {}
        for field in made.fields:
            chosen = made.instrument.chosen(field.choices)
            row[field.header] = (
                name if field.role is FieldRole.KEY else chosen[0 if name in names else 1].label
                if field.role is FieldRole.STATUS else made.typed("An invented reason"))
        rows.append(row)
    return rows


def _one(choices: tuple[Choice, ...], random: np.random.Generator) -> Choice:
    """One of several choices, earlier ones as likely as later ones."""
    return choices[int(random.integers(0, len(choices)))]


def _start(made: Invention) -> date:
    """The day on which plans were finished: the end of the first wave, or the start of the cohort."""
    first = made.cohort.waves[0].fieldwork_end if made.cohort.waves else None
    return first or date(int(made.cohort.starts[:4]), 1, 1)


def _end(made: Invention) -> date:
    """The last day that a visit can have."""
    last = made.cohort.waves[-1].fieldwork_end if made.cohort.waves else None
    return last or date(int((made.cohort.ends or made.cohort.starts)[:4]), 12, 31)
