"""Forms as a survey tool exports them: numbers, times and states, and forms that should not count."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np

from nbeval.dictionary.enums import Role
from nbeval.specimen.cells import answer_cells
from nbeval.specimen.export import Export
from nbeval.specimen.identity import identifying_cells
from nbeval.specimen.people import People

_FIRST_NUMBER = 184_000_000
_NUMBERS_PER_FILE = 10_000
_ANSWERS = (Role.ITEM, Role.OPTIONS)
_MINUTES = (6, 25)


def write_forms(export: Export, people: People) -> list[list[str]]:
    """Write the forms of one export.

    Parameters
    ----------
    export : Export
        The file.
    people : People
        Who answered.

    Returns
    -------
    list of list of str
        One row per form, one cell per column: the people's forms in the order of their submission, some
        of them unfinished, late or sent twice, then tests and forms without any answer.
    """
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
    """Rows with some forms sent twice: the copy that the instrument's rule sets aside lacks the last answers."""
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
