"""Invented survey exports: the columns of one file, its forms, and the untidiness that real exports have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.models import Column, Item, Wave
from nbeval.dictionary.specimen_models import Mess, VersionStyle
from nbeval.specimen.people import People, stream, ticks_only

Canary = Callable[[str], str]
_ANSWERS = (Role.ITEM, Role.OPTIONS)
_SPACES = (" {}", "{} ", " {} ", "{}\u00a0")
#: the number of the first form, and how many are kept for each file
_FIRST_NUMBER, _NUMBERS_PER_FILE = 184_000_000, 10_000
#: how long a form takes
_MINUTES = (6, 25)
#: what identifying columns hold, by words of their header: addresses and numbers kept for examples (RFC 2606, RFC 5737, Ofcom's for drama)
_KINDS = (
    (("mail",), "person{number}@example.org"),
    (("ip", "ipaddress"), "192.0.2.{byte}"),
    (("phone", "mobile", "tel"), "07700 900{short:03d}"),
    (("post",), "ZZ99 {digit}ZZ"),
    (("birth", "dob"), "01/01/1900"),
    (("latitude",), "0.0"),
    (("longitude",), "0.0"),
)


@dataclass(frozen=True, eq=False)
class Export:
    """One file to be written."""

    name: str                            # its path below the cohort's data folder
    number: int                          # its place among the files of the cohort
    version: str
    wave: Wave | None
    instrument: LoadedInstrument
    dictionary: Dictionary
    canary: Canary | None = None         # rewrites free-text and identifying cells

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its version."""
        return self.instrument.columns_of(self.version)

    @property
    def mess(self) -> Mess:
        """How untidy it is."""
        return self.dictionary.specimen.mess

    @property
    def style(self) -> VersionStyle:
        """How files of its version are written."""
        styles = (style for style in self.dictionary.specimen.versions if style.version == self.version)
        return next(styles, VersionStyle(version=self.version))

    def random(self, *purpose: str) -> np.random.Generator:
        """The random numbers of one purpose in this file."""
        return stream(self.dictionary.specimen.seed, self.name, *purpose)

    def planted(self, cells: list[str]) -> list[str]:
        """Cells that hold what a person typed or is known by, marked where a test asks for it."""
        return [self.canary(cell) for cell in cells] if self.canary else cells


def write_forms(export: Export, people: People) -> list[list[str]]:
    """One row per form: the people's in the order of submission, some unfinished, late or sent twice, then tests and empty ones."""
    count, mess = len(people.authority), export.mess
    total, random = count + mess.tests + mess.empty, export.random("forms")
    test = (np.arange(total) >= count) & (np.arange(total) < count + mess.tests)
    table = {}
    for column in export.columns:
        if column.role in _ANSWERS:
            cells = answer_cells(export, column, people)
            tests = [cells[place % len(cells)] if cells else "" for place in range(mess.tests)]      # the first forms' answers again
            table[column.header] = cells + tests + [""] * mess.empty
    partial = _leave_early(table, count, export, random)
    about = _about_forms(export, people, test, partial, random)
    for column in export.columns:
        if column.role is Role.IDENTIFYING:
            table[column.header] = export.planted(_identifying_cells(export, column.header, total))
        elif column.role not in _ANSWERS:
            table[column.header] = about.get(column.role, [""] * total)
    rows = [list(row) for row in zip(*(table[column.header] for column in export.columns), strict=True)]
    return _sent_twice(export, rows, np.flatnonzero(~test[:count] & ~partial[:count]), random)


# --- answers --------------------------------------------------------------------------------------------

def answer_cells(export: Export, column: Column, people: People) -> list[str]:
    """One column of an item, or of a question whose options are in one cell: one cell per person, empty where not asked or answered."""
    if column.role is Role.OPTIONS:
        return _joined_options(export, column.item, people)
    item = export.instrument.item(column.item)
    if item.kind is ItemKind.TEXT:
        return export.planted(_texts(export, item, len(people.authority)))
    codes = people.codes[item.item].copy()
    codes[_skipped(export, item.part_of or item.item, len(codes))] = np.nan
    if item.kind is ItemKind.OPTION:
        return _labelled(export, item, codes)
    for response in export.instrument.codebook(item.item, export.version):
        if response.missing is not None:         # some of those who are asked give an answer that counts as missing
            draws = export.random("missing", item.item, str(response.code)).random(len(codes))
            codes[(draws < export.mess.missing_answer) & ~np.isnan(codes)] = response.code
    cells, random = _labelled(export, item, codes), export.random("spaces", item.item)
    stray, forms = random.random(len(cells)) < export.mess.stray_spaces, random.integers(len(_SPACES), size=len(cells))
    return [_SPACES[form].format(cell) if strays and cell else cell for cell, strays, form in zip(cells, stray, forms, strict=True)]


def _skipped(export: Export, question: str, count: int) -> np.ndarray:
    """Who skips a question; options of one question are skipped together."""
    return export.random("skipped", question).random(count) < export.mess.skipped


def _labelled(export: Export, item: Item, codes: np.ndarray) -> list[str]:
    """Codes as their labels in the codebook of the version, at times in another spelling; numbers without label as digits."""
    responses = {one.code: one for one in export.instrument.codebook(item.item, export.version)}
    labels = {code: response.label for code, response in responses.items()}
    if item.kind is ItemKind.OPTION:
        labels.setdefault(1, item.label)
        if ticks_only(export.instrument, item, export.version):
            labels[0] = ""
    others = {code: response.also.split(" | ")[0].strip() for code, response in responses.items() if response.also}
    draws = export.random("spelling", item.item).random(len(codes)) < export.mess.other_spelling
    if item.kind is ItemKind.NUMBER and export.style.labelled_ends:
        draws = ~np.isin(codes, [code for code, response in responses.items() if response.missing])
    return [
        "" if code != code else others[code] if other and code in others else labels.get(code, f"{code:g}")
        for code, other in zip(codes.tolist(), draws.tolist(), strict=True)
    ]


def _joined_options(export: Export, question: str, people: People) -> list[str]:
    """Cells that hold all options chosen by a person, parted by the instrument's separator."""
    options = [item for item in export.instrument.items if item.part_of == question]
    mark = export.instrument.record.separator.strip() + " "
    chosen = np.array([people.codes[item.item] == 1 for item in options]) & ~_skipped(export, question, len(people.authority))
    return [mark.join(item.label for item, one in zip(options, row, strict=True) if one) for row in chosen.T.tolist()]


def _texts(export: Export, item: Item, count: int) -> list[str]:
    """What people typed; most typed nothing."""
    texts = export.dictionary.specimen.texts
    if not texts:
        return [""] * count
    random = export.random("texts", item.item)
    typed, picks = random.random(count) < export.mess.free_text, random.integers(len(texts), size=count)
    return [texts[pick] if one else "" for one, pick in zip(typed.tolist(), picks.tolist(), strict=True)]


# --- about the forms ------------------------------------------------------------------------------------

def _identifying_cells(export: Export, header: str, count: int) -> list[str]:
    """One identifying column: addresses or numbers, as the words of its header say, or invented names of specimen.toml."""
    words = normalise(header)
    parts = words.replace("-", " ").replace("_", " ").split()

    def says(mark: str) -> bool:
        """Whether a word of the header holds ``mark``, or is it, for marks of two letters."""
        return any(part == mark if len(mark) <= 2 else mark in part for part in parts)

    form = next((text for marks, text in _KINDS if any(map(says, marks))), "")
    names = export.dictionary.specimen.names or ("Invented Person",)
    draws = export.random("identity", header).integers(1, 255, size=count).tolist()
    return [
        form.format(number=1000 * export.number + place, byte=draw, short=draw, digit=draw % 10) if form
        else f"{names[draw % len(names)]} {place}" for place, draw in enumerate(draws)
    ]


def _leave_early(table: dict[str, list[str]], count: int, export: Export, random: np.random.Generator) -> np.ndarray:
    """Empty the later answers of some forms; say which forms are unfinished."""
    headers = list(table)
    partial = np.zeros(count + export.mess.tests + export.mess.empty, dtype=bool)
    partial[:count] = random.random(count) < export.mess.partial
    partial[count + export.mess.tests:] = True
    for row in np.flatnonzero(partial[:count]):
        for header in headers[random.integers(len(headers) // 2, len(headers)):]:
            table[header][row] = ""
    return partial


def _about_forms(
    export: Export, people: People, test: np.ndarray, partial: np.ndarray, random: np.random.Generator,
) -> dict[Role, list[str]]:
    """What the survey tool knows of each form, by role."""
    count, total, record = len(people.authority), len(test), export.instrument.record
    numbers = _FIRST_NUMBER + _NUMBERS_PER_FILE * export.number + np.cumsum(random.integers(1, 9, size=total))
    started, finished = _times(export, count, total, random)
    authorities = [*people.authority, *(people.authority[:1].repeat(total - count))]
    complete, unfinished, marked = (next(iter(labels), "") for labels in (record.complete_labels, record.partial_labels, record.test_labels))
    return {
        Role.SUBMISSION: [str(number) for number in numbers.tolist()],
        Role.STATUS: [unfinished if one else complete for one in partial.tolist()],
        Role.TEST: [marked if one else "" for one in test.tolist()],
        Role.STARTED: started,
        Role.FINISHED: finished,
        Role.AUTHORITY: [str(one) for one in authorities],
        Role.PERSON: [f"{authority}-{place:04d}" for place, authority in enumerate(authorities)],
        Role.WEIGHT: [f"{weight:.3f}" for weight in export.random("weights").uniform(0.5, 2.5, total)],
        Role.STRATUM: [f"stratum {place % 3 + 1}" for place in range(total)],
        Role.CLUSTER: [f"place {place % 12 + 1}" for place in range(total)],       # twelve clusters, four in each stratum
    }


def _times(export: Export, count: int, total: int, random: np.random.Generator) -> tuple[list[str], list[str]]:
    """When each form was started and finished, in order; a few of the people's after the fieldwork."""
    wave = export.wave
    if wave is None or wave.fieldwork_start is None or wave.fieldwork_end is None:
        return [""] * total, [""] * total
    first, last = datetime.combine(wave.fieldwork_start, time(8)), datetime.combine(wave.fieldwork_end, time(20))
    seconds = np.sort(random.integers(int((last - first).total_seconds()), size=total)).tolist()
    late = range(count - random.binomial(count, export.mess.late), count)
    minutes = random.integers(*_MINUTES, size=total).tolist()
    starts = [last + timedelta(days=1 + place % 9, minutes=place) if place in late else first + timedelta(seconds=second)
              for place, second in enumerate(seconds)]
    ends = [start + timedelta(minutes=taken) for start, taken in zip(starts, minutes, strict=True)]
    form = export.style.time_format
    return [one.strftime(form) for one in starts], [one.strftime(form) for one in ends]


def _sent_twice(
    export: Export, rows: list[list[str]], complete: np.ndarray, random: np.random.Generator,
) -> list[list[str]]:
    """Rows with some forms sent twice: the copy that the instrument's rule excludes lacks the last answers."""
    again = set(complete[random.random(len(complete)) < export.mess.duplicate].tolist())
    answers = [place for place, column in enumerate(export.columns) if column.role in _ANSWERS]
    lacking, first, result = set(answers[len(answers) // 2:]), export.instrument.record.duplicates == "first", []
    for place, row in enumerate(rows):
        copy = [["" if number in lacking else cell for number, cell in enumerate(row)]] if place in again else []
        result += [row, *copy] if first else [*copy, row]
    return result
