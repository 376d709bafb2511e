"""Invented exports of sources that are no survey: plans, visits, entry files, interviews, quotes, judgements, workbooks and official tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole, OfficialRole, SourceKind, YearForm
from nbeval.dictionary.lookup import LoadedInstrument, last_day
from nbeval.dictionary.models import Area, Choice, Cohort, MANY, OfficialTable, SCALE, Source, SourceField, SourceFiles
from nbeval.dictionary.specimen_models import Coding, InventedInspections, InventedQuote, SpecimenEvidence
from nbeval.errors import ParameterError
from nbeval.specimen.file_formats import book_bytes, write_file
from nbeval.specimen.people import stream
from nbeval.specimen.survey_exports import Canary

Row = dict[str, str]


@dataclass(frozen=True, eq=False)
class Invention:
    """One file to be written, with its declarations and its own random numbers."""

    cohort: Cohort
    dictionary: Dictionary
    source: Source
    files: SourceFiles
    authorities: tuple[str, ...]
    canary: Canary | None = None         # rewrites what a person typed or is known by

    @property
    def name(self) -> str:
        """The file's path below the cohort's data folder."""
        return self.files.pattern.replace("{authority}", self.authorities[0]).partition("#")[0]

    @property
    def instrument(self) -> LoadedInstrument:
        """The instrument of the source."""
        return self.dictionary.instrument(self.source.instrument)

    @property
    def fields(self) -> tuple[SourceField, ...]:
        """The fields of the file's version."""
        return self.instrument.fields_of(self.files.version)

    @property
    def declared(self) -> SpecimenEvidence:
        """What is to be invented."""
        return self.dictionary.specimen_evidence

    @property
    def later(self) -> int:
        """How many waves lie before that of the file."""
        return self.wave_offset(self.files.wave)

    def random(self, *purpose: str) -> np.random.Generator:
        """The random numbers of one purpose in this file."""
        return stream(self.declared.seed, self.name, *purpose)

    def typed(self, text: str) -> str:
        """What a person typed, marked where a test asks for it."""
        return self.canary(text) if self.canary else text

    def spelt(self, choice: Choice, random: np.random.Generator) -> str:
        """A choice as somebody wrote it: its label, at times another declared spelling or a stray space."""
        others = [text for text in choice.also.split(" | ") if text]
        text = str(random.choice(others)) if others and random.random() < 0.15 else choice.label
        return f"{text} " if random.random() < 0.05 else text

    def wave_offset(self, occasion: str) -> int:
        """How many waves lie before an occasion; 0 where it is no wave."""
        waves = [wave.id for wave in self.cohort.waves]
        return waves.index(occasion) if occasion in waves else 0


def plan_rows(made: Invention) -> list[Row]:
    """Invent the actions of one authority's plan."""
    plan, random = made.declared.plan, made.random("plan")
    chosen = random.choice(plan.indicators, size=min(6, len(plan.indicators)), replace=False) if plan.indicators else []
    rows = []
    for number in range(1, plan.actions + int(random.integers(-3, 4)) + 1):
        statuses = _statuses(made, [field for field in made.fields if field.role is FieldRole.STATUS], random)
        rows.append({
            field.header: statuses[field.occasion] if field.role is FieldRole.STATUS else _plan_cell(made, field, number, chosen, random)
            for field in made.fields
        })
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
        choices = made.instrument.chosen(field.choices)
        return made.spelt(choices[int(random.integers(0, len(choices)))], random)
    if field.role is FieldRole.DUE:        # counted from the end of the first wave, or the start of the cohort
        first = made.cohort.waves[0].fieldwork_end if made.cohort.waves else None
        return ((first or date(int(made.cohort.starts[:4]), 1, 1)) + timedelta(days=int(random.integers(120, 600)))).isoformat()
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
    last = made.cohort.waves[-1].fieldwork_end if made.cohort.waves else None
    last = last or date(int((made.cohort.ends or made.cohort.starts)[:4]), 12, 31)
    cells = {
        FieldRole.AUTHORITY: lambda: made.dictionary.authority(authority).name,
        FieldRole.AREA: lambda: made.instrument.area(visit.area).label,
        FieldRole.PLANNED: lambda: planned.isoformat(),
        FieldRole.HELD: lambda: min(held, last).isoformat() if held else "",
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
    rows = []
    for one in made.declared.entry:
        if bool(one.mean) == rated and one.area in known:
            random = made.random("entry", one.area)
            luck = random.random()
            rows.append({field.header: _condition_cell(made, field, one, luck, random) for field in made.fields})
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

    def cell(name: str, field: SourceField) -> str:
        """One cell about an applicant."""
        if field.role is FieldRole.STATUS:
            return made.instrument.chosen(field.choices)[0 if name in names else 1].label
        return name if field.role is FieldRole.KEY else made.typed("An invented reason")

    return [{field.header: cell(name, field) for field in made.fields} for name in (*names, *others)]


#: the set of choices that names who speaks
SPEAKER = "speaker"


def segment_rows(made: Invention) -> list[Row]:
    """Invent the coded segments of one export. Where no column names the coder, the file is that of one coder, told by the end of its
    name."""
    coding = next((one for one in made.declared.coding if one.coded == made.source.id), None)
    if coding is None:
        raise ParameterError(
            f"the dictionary does not say what source '{made.source.id}' is drawn from.", where="specimen_evidence.toml, [[coding]]",
            do="add an entry for the source.",
        )
    return [
        _segment(made, authority, name, speaker, coder, theme, coding)
        for authority, name, speaker in _documents(made, coding) for coder in _coders(made, coding, authority, name)
        for theme in _themes(made, authority, name, speaker, coder, coding)
    ]


def _documents(made: Invention, coding: Coding) -> Iterator[tuple[str, str, str]]:
    """The documents of the file: authority, name, who speaks."""
    fixed = next((field.occasion for field in made.fields if field.role is FieldRole.DOCUMENT), "")
    for authority in made.authorities:
        for speaker, count in coding.documents.items():
            for number in range(1, count + 1) if fixed in ("", speaker) else ():
                label = made.instrument.choice(SPEAKER, speaker).label
                yield authority, f"{made.dictionary.authority(authority).name}, {label.lower()} {number}", speaker


def _coders(made: Invention, coding: Coding, authority: str, name: str) -> tuple[str, ...]:
    """Who reads a document: the first coder always, the others at times."""
    if not any(field.role is FieldRole.CODER for field in made.fields):
        return (made.name.rpartition(".")[0].rpartition("_")[2],)
    everybody = _stream(made, authority, name, "read").random() < coding.second
    return coding.coders if everybody else coding.coders[:1]


def _themes(made: Invention, authority: str, name: str, speaker: str, coder: str, coding: Coding) -> list[str]:
    """The codes that a coder gives to a document, some of them twice; one that is no theme now and then."""
    truth, reading = _stream(made, authority, name, "said"), _stream(made, authority, name, "coder", coder)
    people = made.instrument.choice(SPEAKER, speaker).people
    areas, found = {area.area: area.label for area in made.instrument.areas}, []
    for theme in made.declared.themes:
        shares = theme.people if people else theme.staff
        said, seen = truth.random(), reading.random()
        if theme.area in areas and shares and said < shares[min(made.later, len(shares) - 1)] and seen >= coding.missed:
            found += [areas[theme.area]] * (1 + int(reading.random() < 0.3))
    others = [one.label for one in made.instrument.chosen("not_a_theme")]
    return found or others[:1] or [""]


def _segment(made: Invention, authority: str, name: str, speaker: str, coder: str, theme: str, coding: Coding) -> Row:
    """One segment under the headers of the file's layout."""
    path = made.instrument.record.separator
    levels = [field.occasion for field in made.fields if field.role is FieldRole.AREA]
    cells = {
        FieldRole.AUTHORITY: made.dictionary.authority(authority).name, FieldRole.DOCUMENT: name,
        FieldRole.KIND: made.instrument.choice(SPEAKER, speaker).label, FieldRole.CODER: coder,
        FieldRole.AREA: path.join([part for part in (*levels, theme) if part]),
        FieldRole.TEXT: made.typed(coding.texts[len(name + theme) % len(coding.texts)]) if coding.texts else "",
    }
    return {field.header: cells[field.role] for field in made.fields}


def _stream(made: Invention, *purpose: str) -> np.random.Generator:
    """Random numbers of one document, the same in every file that holds it."""
    return stream(made.declared.seed, made.source.id, made.files.wave, *purpose)


def quote_rows(made: Invention) -> list[Row]:
    """Write the invented quotes of a wave, or the invented names."""
    if all(field.role is FieldRole.NAME for field in made.fields):
        return [{made.fields[0].header: name} for name in made.declared.names]
    own = [one for one in made.declared.quotes if one.wave == made.files.wave]
    return [{field.header: _quote_cell(made, field, quote, number) for field in made.fields} for number, quote in enumerate(own, 1)]


def _quote_cell(made: Invention, field: SourceField, quote: InventedQuote, number: int) -> str:
    """One cell about a quote."""
    def label(code: str) -> str:
        return made.instrument.choice(field.choices, code).label if code else ""

    def yes(counts: bool) -> str:
        return next(one.label for one in made.instrument.chosen(field.choices) if one.counts is counts)

    def level() -> str:
        printed = quote.attributes.get(field.choices, "")
        return next((one.level_label for one in made.dictionary.groups[field.choices] if one.level == printed), "")

    cells = {
        FieldRole.KEY: lambda: f"{made.files.wave[:1]}{number}", FieldRole.KIND: lambda: label(quote.speaker),
        FieldRole.QUOTE: lambda: quote.text if quote.release and quote.consent else made.typed(quote.text),
        FieldRole.AREA: lambda: made.instrument.area(quote.area).label, FieldRole.CONSENT: lambda: yes(quote.consent),
        FieldRole.RELEASE: lambda: yes(quote.release), FieldRole.DECISION: lambda: label(quote.decision),
        FieldRole.ATTRIBUTE: level, FieldRole.SIGNED: lambda: quote.signed,
        FieldRole.OVERRULED: lambda: f"{made.instrument.record.separator} ".join(quote.overruled),
        FieldRole.TEXT: lambda: made.typed("An invented note") if number % 2 else "",
    }
    return cells[field.role]()


def inspection_rows(made: Invention) -> list[Row]:
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
                {field.header: _judgement_cell(made, field, authority, held, made.instrument.area(area), day, luck, random) for field in made.fields}
                for area in held.areas
            ]
    return rows


def _judgement_cell(
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


COVER_ROLES = (FieldRole.AUTHORITY, FieldRole.WAVE, FieldRole.PEOPLE)


def write_book(path: Path, made: Invention) -> None:
    """Write one workbook: the cover first, then the raters in declared order."""
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
    for one in fitting:
        if one.authority == made.authorities[0] and one.wave in ("", made.files.wave):
            return one.people
    general = [one for one in fitting if not one.authority]
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
    """Write invented exports of one source that is no survey."""
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
