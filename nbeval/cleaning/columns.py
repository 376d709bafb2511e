"""What each column of an export is: mapped by export version, unknown ones refused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import get_close_matches

import pandas as pd

from nbeval.cleaning.locating import ExportFile
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import Column
from nbeval.errors import UnknownHeaderError

FORM_ROLES = (Role.SUBMISSION, Role.STATUS, Role.STARTED, Role.FINISHED, Role.TEST, Role.AUTHORITY, Role.PERSON)
_ANSWERS = (Role.ITEM, Role.OPTIONS)
_UNUSED = (Role.IDENTIFYING, Role.IGNORED)
_LISTED = 20


@dataclass(eq=False)
class Mapping:
    """The exports of a source with their columns known, and what was noticed on the way."""

    forms: list[pd.DataFrame] = field(default_factory=list)      # one row per form: what is known of it
    texts: list[pd.DataFrame] = field(default_factory=list)      # one row per form: one column per item, as text
    dropped: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))   # (header, wave) -> files
    lacking: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))   # with the item
    unknown: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    required: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))


def map_columns(exports: list[tuple[ExportFile, pd.DataFrame]], instrument: LoadedInstrument) -> Mapping:
    """Sort the columns of all exports of a source into forms and answers.

    Parameters
    ----------
    exports : list of (ExportFile, DataFrame)
        Each file and its table of text.
    instrument : LoadedInstrument
        Its columns.csv says what each header of an export version is.

    Returns
    -------
    Mapping
        ``forms`` and ``texts`` have one row per form, per file. A column of an item or a multi-select
        question that the file does not have is left out. Identifying and ignored columns are gone.

    Raises
    ------
    UnknownHeaderError
        A file has a column that columns.csv does not know, has one twice, or lacks a required one;
        all files are told of at once.
    """
    mapping = Mapping()
    for file, table in exports:
        _map_file(file, table, instrument.columns_of(file.version), mapping)
    _refuse(mapping, instrument, len(exports))
    return mapping


def _map_file(file: ExportFile, table: pd.DataFrame, declared: tuple[Column, ...], mapping: Mapping) -> None:
    """Sort the columns of one file; note what is unknown, lacking or dropped.

    A column that would not be used may always be lacking: an export without e-mail addresses is welcome.
    """
    known = {normalise(column.header): column for column in declared}
    found: dict[str, int] = {}
    strange = []
    for place, header in enumerate(table.columns):
        key = normalise(header)
        if key not in known or key in found:
            strange.append((place, header, "twice" if key in found else ""))
        else:
            found[key] = place
    _note_strange(file, strange, known, found, mapping)
    for key, column in known.items():
        if key in found:
            mapping.dropped[column.header, file.wave] += column.role is Role.IDENTIFYING
        elif column.role not in _UNUSED and column.required:
            mapping.required[column.header, file.version].append(file.name)
        elif column.role not in _UNUSED:
            mapping.lacking[column.header, file.wave, column.item] += 1
    _take(file, table, {found[key]: column for key, column in known.items() if key in found}, mapping)


def _note_strange(file: ExportFile, strange: list, known: dict, found: dict, mapping: Mapping) -> None:
    """Note unknown headers by position; say their text only where the header row is surely one."""
    # With the wrong number of header rows, answers stand where headers should: hardly any header is known then.
    is_header = 2 * len(found) >= len(known)
    for place, header, twice in strange:
        near = get_close_matches(normalise(header), list(known), n=1, cutoff=0.6)
        text = f" '{header}'" if is_header else " (text withheld)"
        hint = " stands there twice" if twice else f"; nearest known: '{known[near[0]].header}'" if near else ""
        mapping.unknown[f"column {place + 1} ({letters(place)}){text}", hint].append(file.name)


def _take(file: ExportFile, table: pd.DataFrame, columns: dict[int, Column], mapping: Mapping) -> None:
    """Take over the columns that are used."""
    roles = {place: column.role.value for place, column in columns.items() if column.role in FORM_ROLES}
    items: dict[str, int] = {}
    for place, column in columns.items():
        if column.role in _ANSWERS and column.item in items:
            mapping.unknown[f"column {place + 1} ({letters(place)}) '{column.header}'",
                            " is a second column of one item"].append(file.name)
        elif column.role in _ANSWERS:
            items[column.item] = place
    forms = table.iloc[:, list(roles)].apply(lambda cells: cells.str.strip())
    forms.columns = list(roles.values())
    answers = table.iloc[:, list(items.values())]
    answers.columns = list(items)
    known = {"row": range(len(table)), "file": file.name, "source": file.source, "wave": file.wave,
             "version": file.version, **({Role.AUTHORITY.value: file.authority} if file.authority else {})}
    mapping.forms.append(forms.assign(**known))
    mapping.texts.append(answers)


def _refuse(mapping: Mapping, instrument: LoadedInstrument, files: int) -> None:
    """Raise one error about all unknown and all lacking headers, if there are any."""
    lines = [f"{where}{hint} ({_in_files(names)})" for (where, hint), names in mapping.unknown.items()]
    lines += [f"lacking: '{header}' ({_in_files(names)})" for (header, _), names in mapping.required.items()]
    if not lines:
        return
    unknown, lacking = len(mapping.unknown), len(mapping.required)
    told = [f"{unknown} unknown {'column' if unknown == 1 else 'columns'}"] if unknown else []
    told += [f"{lacking} required {'column' if lacking == 1 else 'columns'} lacking"] if lacking else []
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"and {len(lines) - _LISTED} more"]
    raise UnknownHeaderError(
        f"the exports of instrument '{instrument.record.id}' have {' and '.join(told)}, in {files}"
        f" {'file' if files == 1 else 'files'} read.",
        found="\n".join(lines), allowed="the headers of the export version in columns.csv",
        where=f"instruments/{instrument.record.id}/columns.csv",
        do="add the header to columns.csv with its role (identifying and ignored are roles too) under this export"
           " version;\nif most headers are unknown, look at `header_rows` and `version` in the cohort's file.",
    )


def _in_files(names: list[str]) -> str:
    """The first file, and how many more."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def letters(place: int) -> str:
    """The letters a spreadsheet shows above a column, counted from 0."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
