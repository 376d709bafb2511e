"""Invented survey exports: the columns of one file, its forms, and the untidiness that real exports have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.models import Column, Item, Response, Wave
from nbeval.dictionary.specimen_models import Mess, VersionStyle
from nbeval.specimen.people import People, stream, ticks_only


Canary = Callable[[str], str]


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


_SPACES = (" {}", "{} ", " {} ", "{}\u00a0")


def answer_cells(export: Export, column: Column, people: People) -> list[str]:
    """Write one column of answers."""
    if column.role is Role.OPTIONS:
        return _joined_options(export, column.item, people)
    item = export.instrument.item(column.item)
    if item.kind is ItemKind.TEXT:
        return export.planted(_texts(export, item, len(people.authority)))
    codes = people.codes[item.item].copy()
    codes[_skipped(export, item.part_of or item.item, len(codes))] = np.nan
    if item.kind is ItemKind.OPTION:
        return _labelled(export, item, codes)
    _miss(export, item, codes)
    return _untidy(export, item.item, _labelled(export, item, codes))


def _skipped(export: Export, question: str, count: int) -> np.ndarray:
    """Who skips a question; options of one question are skipped together."""
    return export.random("skipped", question).random(count) < export.mess.skipped


def _miss(export: Export, item: Item, codes: np.ndarray) -> None:
    """Let some of those who are asked give an answer that counts as missing."""
    for response in export.instrument.codebook(item.item, export.version):
        if response.missing is not None:
            draws = export.random("missing", item.item, str(response.code)).random(len(codes))
            codes[(draws < export.mess.missing_answer) & ~np.isnan(codes)] = response.code


def _labelled(export: Export, item: Item, codes: np.ndarray) -> list[str]:
    """Codes as their labels in the codebook of the version; numbers without label as digits."""
    responses = {one.code: one for one in export.instrument.codebook(item.item, export.version)}
    labels = {code: response.label for code, response in responses.items()}
    if item.kind is ItemKind.OPTION:
        labels.setdefault(1, item.label)
        if ticks_only(export.instrument, item, export.version):
            labels[0] = ""
    draws = export.random("spelling", item.item).random(len(codes)) < export.mess.other_spelling
    if item.kind is ItemKind.NUMBER and export.style.labelled_ends:
        draws = ~np.isin(codes, [code for code, response in responses.items() if response.missing])
    cells = []
    for code, other in zip(codes.tolist(), draws.tolist(), strict=True):
        if code != code:
            cells.append("")
        elif other and code in responses and responses[code].also:
            cells.append(_first_other(responses[code]))
        else:
            cells.append(labels.get(code, f"{code:g}"))
    return cells


def _first_other(response: Response) -> str:
    """The first other spelling of an answer."""
    return response.also.split(" | ")[0].strip()


def _untidy(export: Export, item: str, cells: list[str]) -> list[str]:
    """Cells with stray spaces around some of them."""
    random = export.random("spaces", item)
    stray = random.random(len(cells)) < export.mess.stray_spaces
    forms = random.integers(len(_SPACES), size=len(cells))
    return [_SPACES[form].format(cell) if strays and cell else cell
            for cell, strays, form in zip(cells, stray.tolist(), forms.tolist(), strict=True)]


def _joined_options(export: Export, question: str, people: People) -> list[str]:
    """Cells that hold all options chosen by a person, parted by the instrument's separator."""
    options = [item for item in export.instrument.items if item.part_of == question]
    mark = export.instrument.record.separator.strip() + " "
    skipped = _skipped(export, question, len(people.authority))
    chosen = np.array([people.codes[item.item] == 1 for item in options]) & ~skipped
    labels = [item.label for item in options]
    return [mark.join(label for label, one in zip(labels, row, strict=True) if one) for row in chosen.T.tolist()]


def _texts(export: Export, item: Item, count: int) -> list[str]:
    """What people typed; most typed nothing."""
    texts = export.dictionary.specimen.texts
    if not texts:
        return [""] * count
    random = export.random("texts", item.item)
    typed = random.random(count) < export.mess.free_text
    picks = random.integers(len(texts), size=count)
    return [texts[pick] if one else "" for one, pick in zip(typed.tolist(), picks.tolist(), strict=True)]


# Addresses and numbers set aside for examples: RFC 2606, RFC 5737, and the numbers Ofcom keeps for drama.
_KINDS = (
    (("mail",), "person{number}@example.org"),
    (("ip", "ipaddress"), "192.0.2.{byte}"),
    (("phone", "mobile", "tel"), "07700 900{short:03d}"),
    (("post",), "ZZ99 {digit}ZZ"),
    (("birth", "dob"), "01/01/1900"),
    (("latitude",), "0.0"),
    (("longitude",), "0.0"),
)


def identifying_cells(export: Export, header: str, count: int) -> list[str]:
    """Write one identifying column."""
    words = normalise(header)
    form = next((text for marks, text in _KINDS if any(_says(words, mark) for mark in marks)), "")
    names = export.dictionary.specimen.names or ("Invented Person",)
    draws = export.random("identity", header).integers(1, 255, size=count).tolist()
    return [
        form.format(number=1000 * export.number + place, byte=draw, short=draw, digit=draw % 10) if form
        else f"{names[draw % len(names)]} {place}" for place, draw in enumerate(draws)
    ]


def _says(words: str, mark: str) -> bool:
    """Whether a header has a word that begins with ``mark`` (or is it, for marks of two letters)."""
    parts = words.replace("-", " ").replace("_", " ").split()
    return any(part == mark if len(mark) <= 2 else mark in part for part in parts)


_FIRST_NUMBER = 184_000_000
_NUMBERS_PER_FILE = 10_000
_ANSWERS = (Role.ITEM, Role.OPTIONS)
_MINUTES = (6, 25)


def write_forms(export: Export, people: People) -> list[list[str]]:
    """Write the forms of one export."""
    count = len(people.authority)
    random = export.random("forms")
    extra = export.mess.tests + export.mess.empty
    test = np.arange(count + extra) >= count
    test[count + export.mess.tests:] = False
    table = {}
    for column in export.columns:
        if column.role in _ANSWERS:
            cells = answer_cells(export, column, people)
            table[column.header] = cells + _spare(cells, export.mess.tests) + [""] * export.mess.empty
    partial = _leave_early(table, count, export, random)
    about = _about_forms(export, people, test, partial, random)
    for column in export.columns:
        if column.role is Role.IDENTIFYING:
            table[column.header] = export.planted(identifying_cells(export, column.header, count + extra))
        elif column.role not in _ANSWERS:
            table[column.header] = about.get(column.role, [""] * (count + extra))
    rows = [list(row) for row in zip(*(table[column.header] for column in export.columns), strict=True)]
    return _sent_twice(export, rows, np.flatnonzero(~test[:count] & ~partial[:count]), random)


def _spare(cells: list[str], count: int) -> list[str]:
    """Answers of test forms: those of the first forms again."""
    return [cells[place % len(cells)] for place in range(count)] if cells else [""] * count


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
    count, total = len(people.authority), len(test)
    record = export.instrument.record
    numbers = _FIRST_NUMBER + _NUMBERS_PER_FILE * export.number + np.cumsum(random.integers(1, 9, size=total))
    started, finished = _times(export, count, total, random)
    authorities = [*people.authority, *(people.authority[:1].repeat(total - count))]
    return {
        Role.SUBMISSION: [str(number) for number in numbers.tolist()],
        Role.STATUS: [_first(record.partial_labels if one else record.complete_labels) for one in partial.tolist()],
        Role.TEST: [_first(record.test_labels) if one else "" for one in test.tolist()],
        Role.STARTED: started,
        Role.FINISHED: finished,
        Role.AUTHORITY: [str(one) for one in authorities],
        Role.PERSON: [f"{authority}-{place:04d}" for place, authority in enumerate(authorities)],
    }


def _first(labels: tuple[str, ...]) -> str:
    """The first of some labels; nothing where there is none."""
    return labels[0] if labels else ""


def _times(export: Export, count: int, total: int, random: np.random.Generator) -> tuple[list[str], list[str]]:
    """When each form was started and finished, in order; a few of the people's after the fieldwork."""
    wave = export.wave
    if wave is None or wave.fieldwork_start is None or wave.fieldwork_end is None:
        return [""] * total, [""] * total
    first = datetime.combine(wave.fieldwork_start, time(8))
    last = datetime.combine(wave.fieldwork_end, time(20))
    seconds = np.sort(random.integers(int((last - first).total_seconds()), size=total))
    late = np.zeros(total, dtype=bool)
    late[count - random.binomial(count, export.mess.late):count] = True
    minutes = random.integers(*_MINUTES, size=total)
    starts = [first + timedelta(seconds=int(second)) for second in seconds]
    starts = [last + timedelta(days=1 + place % 9, minutes=place) if one else start
              for place, (start, one) in enumerate(zip(starts, late.tolist(), strict=True))]
    ends = [start + timedelta(minutes=int(taken)) for start, taken in zip(starts, minutes.tolist(), strict=True)]
    form = export.style.time_format
    return [one.strftime(form) for one in starts], [one.strftime(form) for one in ends]


def _sent_twice(
    export: Export, rows: list[list[str]], complete: np.ndarray, random: np.random.Generator,
) -> list[list[str]]:
    """Rows with some forms sent twice: the copy that the instrument's rule excludes lacks the last answers."""
    again = set(complete[random.random(len(complete)) < export.mess.duplicate].tolist())
    answers = [place for place, column in enumerate(export.columns) if column.role in _ANSWERS]
    result = []
    for place, row in enumerate(rows):
        result.append(row)
        if place in again:
            lacking = set(answers[len(answers) // 2:])
            copy = ["" if number in lacking else cell for number, cell in enumerate(row)]
            result.insert(len(result) if export.instrument.record.duplicates == "first" else -1, copy)
    return result
