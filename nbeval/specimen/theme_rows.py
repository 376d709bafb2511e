"""Rows of invented coding exports: one segment each, as qualitative tools and plain sheets write them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.specimen_models import Coding
from nbeval.errors import ParameterError
from nbeval.specimen.invention import Invention
from nbeval.specimen.streams import stream

Row = dict[str, str]
#: the set of choices that names who speaks
SPEAKER = "speaker"


def segment_rows(made: Invention) -> list[Row]:
    """Invent the coded segments of one export.

    Where no column names the coder, the file is that of one coder, told by the end of its name.
    """
    coding = next((one for one in made.declared.coding if one.coded == made.source.id), None)
    if coding is None:
        raise ParameterError(
            f"the dictionary does not say what source '{made.source.id}' is drawn from.", where="specimen_evidence.toml, [[coding]]",
            do="add an entry for the source.",
        )
    return [
        _row(made, authority, name, speaker, coder, theme, coding)
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
    found = []
    areas = {area.area: area.label for area in made.instrument.areas}
    for theme in made.declared.themes:
        shares = theme.people if people else theme.staff
        said, seen = truth.random(), reading.random()
        if theme.area in areas and shares and said < shares[min(made.later, len(shares) - 1)] and seen >= coding.missed:
            found += [areas[theme.area]] * (1 + int(reading.random() < 0.3))
    others = [one.label for one in made.instrument.chosen("not_a_theme")]
    return found or others[:1] or [""]


def _row(made: Invention, authority: str, name: str, speaker: str, coder: str, theme: str, coding: Coding) -> Row:
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
