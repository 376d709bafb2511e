"""Answers that no codebook knows: told of all at once, without giving anybody away."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from nbeval.cleaning.coding import Coded, Spelling
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.enums import ItemKind
from nbeval.errors import UnknownCodeError

_LISTED = 15
_ALLOWED = 4
_DO = (
    "if an answer is genuine, add it to response_sets.csv (or widen lowest and highest in items.csv) and record why in"
    " decisions.md;\nif the export is wrong, add a correction to corrections.csv beside the raw data.\nRows are kept in"
    " err.rows and never printed: executed notebooks are published."
)


def refuse_unknown(
    coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument, threshold: int, *, cohort: str, source: str,
) -> None:
    """Stop where answers are not in their response sets.

    Parameters
    ----------
    coded : Coded
        From ``code_answers``.
    forms : DataFrame
        One row per form, in the same order, with ``file`` and ``row``.
    instrument : LoadedInstrument
        For what is allowed.
    threshold : int
        A text is shown only if at least so many people gave it.
    cohort, source : str
        For the message.

    Raises
    ------
    UnknownCodeError
        There is at least one such answer. ``rows`` holds file, row and item of each, for an
        interactive session.
    """
    if coded.unknown:
        raise _error(coded, forms, instrument, threshold, cohort, source)


def _error(
    coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument, threshold: int, cohort: str, source: str,
) -> UnknownCodeError:
    """The error about all undeclared answers of a source."""
    by_item: dict[tuple[str, str, str], list[Spelling]] = defaultdict(list)
    for one in coded.unknown:
        by_item[one.item, one.wave, one.version].append(one)
    total = sum(one.count for one in coded.unknown)
    items = list(dict.fromkeys(one.item for one in coded.unknown))
    first = f"item '{items[0]}'" if len(items) == 1 else f"{len(items)} items"
    of = f"{total} of {sum(group[0].answered for group in by_item.values())} answers"
    lines = [_line(key, group, threshold, instrument) for key, group in by_item.items()]
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"and {len(lines) - _LISTED} more items"]
    versions = list(dict.fromkeys((item, version) for item, _, version in by_item))
    return UnknownCodeError(
        f"{first}, cohort '{cohort}': {of} {'is' if total == 1 else 'are'} not in"
        f" {'the response set' if len(items) == 1 else 'their response sets'}.",
        found="\n".join(lines),
        allowed="\n".join(f"{item}: {_allowed(item, instrument, version)}" for item, version in versions[:_ALLOWED]),
        where=f"source '{source}', instrument '{instrument.record.id}'", do=_DO, rows=_rows(coded, forms),
    )


def _rows(coded: Coded, forms: pd.DataFrame) -> pd.DataFrame:
    """Where the undeclared answers stand: one row per answer, without the answer."""
    return pd.concat([
        pd.DataFrame({"file": forms["file"].to_numpy()[rows], "row": forms["row"].to_numpy()[rows], "item": item})
        for rows, item in coded.unknown_cells
    ], ignore_index=True)


def _line(key: tuple[str, str, str], group: list[Spelling], threshold: int, instrument: LoadedInstrument) -> str:
    """What was found of one item at one wave: texts many people gave, and counts of the others."""
    item, wave, version = key
    header = next((column.header for column in instrument.columns_of(version) if column.item == item), "")
    shown = sorted((one for one in group if one.count >= threshold), key=lambda one: (-one.count, one.text))
    parts = [f"'{one.text.strip()}' ({one.count} answers)" for one in shown]
    hidden = sum(one.count for one in group if one.count < threshold)
    if hidden:
        parts.append(f"{hidden} {'answer' if hidden == 1 else 'answers'} (text withheld)")
    at = f" at wave '{wave}'" if wave else ""
    return (f"item '{item}'{at}: {'; '.join(parts)} of {group[0].answered}"
            f" (export version '{version}', column '{header}')")


def _allowed(item: str, instrument: LoadedInstrument, version: str) -> str:
    """What an item or a multi-select question may hold, in one line."""
    found = [one for one in instrument.items if one.item == item]
    if not found:
        return "options: " + ", ".join(one.label for one in instrument.items if one.part_of == item)
    labels = [f"{one.code} {one.label}" for one in instrument.codebook(item, version)]
    if found[0].kind is ItemKind.NUMBER:
        low, high = (("any" if end is None else f"{end:g}") for end in (found[0].lowest, found[0].highest))
        labels.insert(0, f"a number, lowest {low}, highest {high}")
    elif found[0].kind is ItemKind.OPTION:
        labels.append(f"'{found[0].label}', yes, no, 1, 0, selected, not selected")
    return "; ".join(labels)
