"""Answers as text to codes, by the codebook of each export version."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nbeval.cleaning.codebooks import Read, Reader, choice_reader, number_reader, option_reader
from nbeval.cleaning.options import part_options
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.enums import ItemKind, MissingReason, Role
from nbeval.dictionary.models import Item

#: reasons as small numbers; 0 where there is a code
REASONS = tuple(MissingReason)
REASON_CODE = {reason: place for place, reason in enumerate(REASONS, start=1)}
HAS_CODE = 0


@dataclass(frozen=True)
class Spelling:
    """Answers that were repaired, or that are not in the codebook: one text of one item at one wave."""

    item: str
    wave: str
    version: str
    text: str
    read_as: str
    count: int
    answered: int            # answers given to the item at the wave, whatever they are


@dataclass(eq=False)
class Coded:
    """The answers of a source as numbers: one row per form, one column per closed item."""

    items: tuple[Item, ...]
    codes: np.ndarray                        # float; missing where there is a reason
    reasons: np.ndarray                      # HAS_CODE, or a REASON_CODE
    repaired: list[Spelling] = field(default_factory=list)
    unknown: list[Spelling] = field(default_factory=list)
    unknown_cells: list[tuple[np.ndarray, str]] = field(default_factory=list)


def code_answers(forms: pd.DataFrame, texts: pd.DataFrame, instrument: LoadedInstrument) -> Coded:
    """Bring the answers of a source to codes; every answer without code has a first reason.

    Parameters
    ----------
    forms : DataFrame
        One row per form, with ``wave`` and ``version``.
    texts : DataFrame
        One row per form, in the same order: one column per item, or per question whose options stand
        in one cell. Missing where the file has no such column.
    instrument : LoadedInstrument
        Items and codebooks.

    Returns
    -------
    Coded
        One row per form, in the same order. Reasons so far: not asked, not answered, and those of the
        response sets. Answers that no codebook knows are listed in ``unknown`` and have the reason
        ``invalid``; the caller decides to stop.
    """
    items = tuple(item for item in instrument.items if item.kind is not ItemKind.TEXT)
    shape = (len(forms), len(items))
    coded = Coded(items, np.full(shape, np.nan), np.full(shape, REASON_CODE[MissingReason.NOT_ASKED], np.int8))
    columns = {**{item.item: [place] for place, item in enumerate(items)}, **questions(items)}
    for (wave, version), rows in forms.reset_index(drop=True).groupby(["wave", "version"], sort=True).indices.items():
        for name, places in columns.items():
            if name in texts:
                whole = name != items[places[0]].item
                read = _question_reader(places, items, instrument, version) if whole \
                    else _singly(item_reader(items[places[0]], instrument, version))
                _code_column(coded, rows, places, texts[name].iloc[rows], read, (name, wave, version))
    _settle_options(coded)
    return coded


def questions(items: tuple[Item, ...]) -> dict[str, list[int]]:
    """The multi-select questions, each with the columns of its options."""
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.kind is ItemKind.OPTION and item.part_of:
            found.setdefault(item.part_of, []).append(place)
    return found


def item_reader(item: Item, instrument: LoadedInstrument, version: str) -> Reader:
    """The reader of an item's answers in one version."""
    responses = instrument.codebook(item.item, version)
    if item.kind is ItemKind.NUMBER:
        return number_reader(item, responses)
    if item.kind is ItemKind.OPTION:
        return option_reader(_option_names(item, instrument, version), responses)
    return choice_reader(responses)


def _option_names(item: Item, instrument: LoadedInstrument, version: str) -> tuple[str, ...]:
    """The forms in which an export may name an option: its label, its wording, the end of its header."""
    headers = [column.header for column in instrument.columns_of(version)
               if column.item == item.item and column.role is Role.ITEM]
    ends = [header.rpartition(mark)[2] for header in headers for mark in (" | ", " - ")]
    ends += [header.rpartition("[")[2].rstrip("] ") for header in headers if header.rstrip().endswith("]")]
    own = [label for one in instrument.codebook(item.item, version) if one.code == 1 and not one.missing
           for label in (one.label, *one.also.split(" | "))] if _has_own_set(item, instrument) else []
    return tuple(filter(None, (item.label, item.wording, *ends, *own)))


def _has_own_set(item: Item, instrument: LoadedInstrument) -> bool:
    """Whether an option's response set is its own, so that its label names the option."""
    return bool(item.response_set) and sum(one.response_set == item.response_set for one in instrument.items) == 1


def _singly(read: Reader):
    """A reader of one item as a reader of a list of items."""
    def several(text: str) -> list[Read] | None:
        found = read(text)
        return None if found is None else [found]
    return several


def _question_reader(places: list[int], items: tuple[Item, ...], instrument: LoadedInstrument, version: str):
    """The reader of a cell that holds all chosen options of a question."""
    options = [items[place] for place in places]
    names = {item.item: _option_names(item, instrument, version) for item in options}
    part = part_options(names, instrument.record.separator)
    refused = choice_reader(tuple(one for one in instrument.codebook(options[0].item, version) if one.missing))

    def read(text: str) -> list[Read] | None:
        reason = refused(text)
        if reason is not None:
            return [reason] * len(options)
        chosen = part(text)
        return None if chosen is None else [Read(float(item.item in chosen)) for item in options]

    return read


def _code_column(coded: Coded, rows: np.ndarray, places: list[int], texts: pd.Series, read, where: tuple) -> None:
    """Code one column of text into the columns at ``places``; each distinct text is read once."""
    numbers, distinct = pd.factorize(texts)
    distinct = [str(text) for text in distinct]
    blank = [not text.strip("\ufeff \t\r\n\u00a0\u200b") for text in distinct]
    reads = [None if empty else read(text) for text, empty in zip(distinct, blank)]
    not_answered, invalid = (Read(missing=reason) for reason in (MissingReason.NOT_ANSWERED, MissingReason.INVALID))
    counts = np.bincount(numbers[numbers >= 0], minlength=len(distinct))
    answered = int(counts[[not empty for empty in blank]].sum()) if distinct else 0
    for text, empty, found, count in zip(distinct, blank, reads, counts):
        if found is None and not empty:
            coded.unknown.append(Spelling(*where, text, "", int(count), answered))
        elif found and found[0].repaired:
            coded.repaired.append(Spelling(*where, text, found[0].repaired, int(count), answered))
    strange = [found is None and not empty for found, empty in zip(reads, blank)]
    if any(strange):
        coded.unknown_cells.append((rows[np.isin(numbers, np.flatnonzero(strange))], where[0]))
    given = numbers >= 0
    for offset, place in enumerate(places):
        known = [found[offset] if found else not_answered if empty else invalid for found, empty in zip(reads, blank)]
        codes = np.array([one.code for one in known], dtype=float)
        reasons = np.array([REASON_CODE.get(one.missing, HAS_CODE) for one in known], dtype=np.int8)
        coded.codes[rows[given], place] = codes[numbers[given]]
        coded.reasons[rows[given], place] = reasons[numbers[given]]


def _settle_options(coded: Coded) -> None:
    """Turn blanks of a multi-select question into "not chosen" where the question was answered at all."""
    blank_code = REASON_CODE[MissingReason.NOT_ANSWERED]
    asked_code = REASON_CODE[MissingReason.NOT_ASKED]
    for places in questions(coded.items).values():
        reasons = coded.reasons[:, places]
        blank = reasons == blank_code
        answered = (reasons == HAS_CODE).any(axis=1)[:, None]
        # Who ticks "prefer not to say" in one column has said it of the whole question.
        refused = np.where(np.isin(reasons, (HAS_CODE, blank_code, asked_code)), 0, reasons).max(axis=1)[:, None]
        coded.codes[:, places] = np.where(blank & answered, 0.0, coded.codes[:, places])
        settled = np.where(answered, HAS_CODE, np.where(refused > 0, refused, blank_code))
        coded.reasons[:, places] = np.where(blank, settled, reasons)
