"""Answers as the text of an export's cells: labels as declared, with the untidiness of real exports."""

from __future__ import annotations

import numpy as np

from nbeval.dictionary.enums import ItemKind, Role
from nbeval.dictionary.models import Column, Item, Response
from nbeval.specimen.export import Export
from nbeval.specimen.people import People
from nbeval.specimen.shares import ticks_only

_SPACES = (" {}", "{} ", " {} ", "{}\u00a0")


def answer_cells(export: Export, column: Column, people: People) -> list[str]:
    """Write one column of answers.

    Parameters
    ----------
    export : Export
        The file.
    column : Column
        A column of an item, or of a question whose options stand in one cell.
    people : People
        Who answered, and what.

    Returns
    -------
    list of str
        One cell per person; empty where the item was not asked or not answered.
    """
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
