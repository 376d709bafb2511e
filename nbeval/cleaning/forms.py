"""Forms of a survey: what each column of an export is, whose form it is, and which forms count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import pandas as pd

from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.noticed import Noticed, letters, noticed_in
from nbeval.cleaning.reading import read_times
from nbeval.cleaning.rows import FILTERED, OTHER_WAVE, TOTALS, used_rows
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import OF_SAMPLING, Cohort, Column, Instrument
from nbeval.errors import FrameError, UnknownCodeError, UnknownHeaderError

FORM_ROLES = (Role.SUBMISSION, Role.STATUS, Role.STARTED, Role.FINISHED, Role.TEST, Role.AUTHORITY, Role.PERSON, *OF_SAMPLING)
_ANSWERS = (Role.ITEM, Role.OPTIONS)
_UNUSED = (Role.IDENTIFYING, Role.IGNORED)
_LISTED = 20


@dataclass(eq=False)
class ColumnMapping:
    """The exports of a source with their columns known, and what was noticed on the way."""

    forms: list[pd.DataFrame] = field(default_factory=list)      # one row per form: what is known of it
    texts: list[pd.DataFrame] = field(default_factory=list)      # one row per form: one column per item, as text
    dropped: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))   # (header, wave) -> files
    lacking: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))   # with the item
    unknown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))         # what is said -> files
    required: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    read: Counter[str] = field(default_factory=Counter)                              # file -> rows, once for each wave that is read from it
    unused: Counter[tuple[str, str, str]] = field(default_factory=Counter)           # (file, wave, reason) -> rows that are no forms
    known_by: set[str] = field(default_factory=set, repr=False)                      # names in identifying columns: never kept
    noticed: dict[Noticed, tuple[str, str]] = field(default_factory=dict)            # of cells that are no plain answers -> wave, authority


def map_columns(exports: list[tuple[ExportFile, pd.DataFrame]], instrument: LoadedInstrument) -> ColumnMapping:
    """Sort the columns of all exports of a source into forms and answers; unknown, repeated and lacking headers make one error."""
    mapping = ColumnMapping()
    blocks = defaultdict(set)        # a wide file holds a block of columns for each of its waves
    for file, _ in exports:
        blocks[file.path, file.sheet] |= {normalise(column.header) for column in instrument.columns_of(file.version)}
    for file, table in exports:
        _map_file(file, table, instrument.columns_of(file.version), blocks[file.path, file.sheet], mapping)
    lines = [f"{said} ({_in_files(names)})" for said, names in mapping.unknown.items()]
    lines += [f"lacking: '{header}' ({_in_files(names)})" for (header, _), names in mapping.required.items()]
    if lines:
        raise _unknown_headers(mapping, lines, instrument.record.id, len(exports))
    return mapping


def _map_file(file: ExportFile, table: pd.DataFrame, declared: tuple[Column, ...], elsewhere: set[str], mapping: ColumnMapping) -> None:
    """Sort the columns of one file; a column that would not be used may always be lacking, those of another wave are none of this one's."""
    for one in noticed_in(table):
        mapping.noticed.setdefault(one, (file.wave, file.authority))
    known = {normalise(column.header): column for column in declared}
    found: dict[str, int] = {}
    strange = []
    for place, header in enumerate(table.columns):
        key = normalise(header)
        if key in known and key not in found:
            found[key] = place
        elif key in known or key not in elsewhere:
            strange.append((place, header, key))
    # With the wrong number of header rows, answers are where headers should be: hardly any header is known then, and none is shown.
    is_header = 2 * len(found) >= len(known)
    for place, header, key in strange:
        near = get_close_matches(key, list(known), n=1, cutoff=0.6)
        text = f" '{header}'" if is_header else " (text withheld)"
        hint = " stands there twice" if key in found else f"; nearest known: '{known[near[0]].header}'" if near else ""
        mapping.unknown[f"column {place + 1} ({letters(place)}){text}{hint}"].append(file.name)
    for key, column in known.items():
        if key in found:
            mapping.dropped[column.header, file.wave] += column.role is Role.IDENTIFYING
        elif column.role not in _UNUSED and column.required:
            mapping.required[column.header, file.version].append(file.name)
        elif column.role not in _UNUSED:
            mapping.lacking[column.header, file.wave, column.item] += 1
    _take(file, table, {found[key]: column for key, column in known.items() if key in found}, mapping)


def _take(file: ExportFile, table: pd.DataFrame, columns: dict[int, Column], mapping: ColumnMapping) -> None:
    """Take over the columns that are used."""
    roles = {place: column.role.value for place, column in columns.items() if column.role in FORM_ROLES}
    items = {place: column.item for place, column in columns.items() if column.role in _ANSWERS}
    waves, unused = used_rows(file, table, columns)
    mapping.known_by |= _names_in(table.iloc[:, [place for place, column in columns.items() if column.role is Role.IDENTIFYING]])
    mapping.read[file.name] += len(table)
    mapping.unused.update({(file.name, wave, reason): count for (wave, reason), count in unused.items()})
    table = table.loc[waves.index]
    forms = table.iloc[:, list(roles)].apply(lambda cells: cells.str.strip()).set_axis(list(roles.values()), axis=1)
    known = {"row": table.index, "file": file.name, "source": file.source, "wave": waves, "version": file.version,
             **({Role.AUTHORITY.value: file.authority} if file.authority else {})}
    mapping.forms.append(forms.assign(**known))
    mapping.texts.append(table.iloc[:, list(items)].set_axis(list(items.values()), axis=1))


_SHORTEST = 3


def _names_in(cells: pd.DataFrame) -> set[str]:
    """What people are known by in identifying columns, for the screen of quotes: names of several words, in one cell or in two beside one
    another, and addresses."""
    texts = cells.apply(lambda column: column.str.strip()).fillna("")
    whole = {text for place in range(texts.shape[1]) for text in texts.iloc[:, place].unique() if "@" in text or " " in text}
    pairs = {f"{first} {second}" for place in range(texts.shape[1] - 1)
             for first, second in zip(texts.iloc[:, place], texts.iloc[:, place + 1], strict=True) if first.isalpha() and second.isalpha()}
    return {text for text in whole | pairs if len(text) >= _SHORTEST and any(sign.isalpha() for sign in text)}


def _unknown_headers(mapping: ColumnMapping, lines: list[str], instrument: str, files: int) -> UnknownHeaderError:
    """The error about all unknown and all lacking headers."""
    unknown, lacking = len(mapping.unknown), len(mapping.required)
    counts = [f"{unknown} unknown {'column' if unknown == 1 else 'columns'}"] if unknown else []
    counts += [f"{lacking} required {'column' if lacking == 1 else 'columns'} lacking"] if lacking else []
    more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return UnknownHeaderError(
        f"the exports of instrument '{instrument}' have {' and '.join(counts)}, in {files} {'file' if files == 1 else 'files'} read.",
        found="\n".join(lines[:_LISTED] + more), allowed="the headers of the export version in columns.csv",
        where=f"instruments/{instrument}/columns.csv",
        do="add the header to columns.csv with its role (identifying and ignored are roles too) under this export version;\n"
           "if most headers are unknown, look at `header_rows` and `version` in the cohort's file.",
    )


def _in_files(names: list[str]) -> str:
    """The first file, and how many more."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def known_authorities(cohort: Cohort, dictionary: Dictionary) -> dict[str, str]:
    """The authority of everything that an export may name it by: id, name or official code."""
    known = {} if cohort.authorities else {"": ""}
    known |= {normalise(text): one for one in cohort.authorities for text in (one, dictionary.authority(one).name)}
    return known | {normalise(code.code): code.authority for code in dictionary.codes if code.authority in cohort.authorities}


def name_authorities(forms: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.Series:
    """The id of the authority of every form, which names it by id, name or official code; empty where the cohort has none."""
    known = known_authorities(cohort, dictionary)
    given = forms["authority"].fillna("")
    ids = given.map({text: known.get(normalise(text)) for text in given.unique()})
    strange = ids.isna()
    if strange.any():
        raise UnknownCodeError(
            f"{strange.sum()} of {len(forms)} forms of cohort '{cohort.id}' are of no authority of the cohort.",
            found=f"{given[strange].nunique()} different entries (text withheld)",
            allowed="id, name or official code of: " + (", ".join(cohort.authorities) or "no authority is declared"),
            where="; ".join(sorted(set(forms["file"][strange]))[:4]),
            do="add the authority to the cohort's file, or put its name in authorities.csv as the export has it.",
            rows=forms.loc[strange, ["file", "row"]],
        )
    return ids.astype(str)


class Exclusion(StrEnum):
    """Why a form is not kept. The first reason that fits is the one that is counted."""

    KEPT = ""
    WITHDRAWN = "withdrawn"
    TEST = "test"
    PARTIAL = "partial"
    LATE = "late"
    EMPTY = "empty"
    DUPLICATE = "duplicate"
    SCREENED_OUT = "screened out"
    OTHER_WAVE = OTHER_WAVE
    FILTERED = FILTERED
    TOTALS = TOTALS


EXCLUSIONS = tuple(reason for reason in Exclusion if reason)
#: rows that are no forms of the wave
NO_FORMS = (Exclusion.OTHER_WAVE, Exclusion.FILTERED, Exclusion.TOTALS)
#: counted only where there are any
_RARE = (Exclusion.WITHDRAWN, Exclusion.SCREENED_OUT, *NO_FORMS)


def describe_forms(forms: pd.DataFrame, cohort: Cohort, rules: Instrument) -> pd.DataFrame:
    """The forms with ``started_at``, ``finished_at``, ``is_test``, ``is_partial``, ``is_late`` and ``is_early``."""
    described = forms.copy()
    for role in (Role.STARTED, Role.FINISHED):
        times = [read_times(part) for _, part in forms[role].groupby([forms["file"], forms["version"]], sort=False)]
        described[f"{role.value}_at"] = pd.concat(times) if times else pd.NaT
    last = described["finished_at"].fillna(described["started_at"])
    first = described["started_at"].fillna(described["finished_at"])
    starts = forms["wave"].map({wave.id: pd.Timestamp(wave.fieldwork_start) for wave in cohort.waves})
    ends = forms["wave"].map({wave.id: pd.Timestamp(wave.fieldwork_end) for wave in cohort.waves})
    described["is_late"] = last.dt.normalize() > pd.to_datetime(ends)
    described["is_early"] = first.dt.normalize() < pd.to_datetime(starts)
    described["is_test"] = _among(forms[Role.TEST], rules.test_labels)
    described["is_screened_out"] = _among(forms[Role.STATUS], rules.excluded_labels)
    described["is_partial"] = _partial(forms, rules)
    return described


def _among(labels: pd.Series, declared: tuple[str, ...]) -> pd.Series:
    """Whether each label is one of those declared, but for typing accidents."""
    known = {normalise(label) for label in declared}
    return labels.isin([label for label in labels.dropna().unique() if normalise(label) in known])


def _partial(forms: pd.DataFrame, rules: Instrument) -> pd.Series:
    """Whether each form is unfinished: by its status, or, without status column, by a blank time of finishing."""
    status = forms[Role.STATUS]
    complete, partial = _among(status, rules.complete_labels), _among(status, rules.partial_labels)
    strange = status.notna() & ~complete & ~partial & ~_among(status, rules.excluded_labels)
    if strange.any():
        raise UnknownCodeError(
            f"the status column of instrument '{rules.id}' holds labels that are not declared, in {strange.sum()} of {len(forms)} forms.",
            found=f"{status[strange].nunique()} different labels (text withheld)",
            allowed="complete: " + ", ".join(rules.complete_labels) + "; partial: " + ", ".join(rules.partial_labels),
            where="; ".join(sorted(set(forms["file"][strange]))[:4]),
            do=f"declare the label under complete_labels, partial_labels or excluded_labels in instruments/{rules.id}/instrument.toml.",
            rows=forms.loc[strange, ["file", "row"]],
        )
    return partial | (status.isna() & (forms[Role.FINISHED] == ""))


def excluded(forms: pd.DataFrame, texts: pd.DataFrame, rules: Instrument) -> pd.Series:
    """An ``Exclusion`` for every form (empty where it is kept), as far as it can be said before answers are coded."""
    filled = (texts.fillna("") != "").sum(axis=1)
    tests = {Exclusion.WITHDRAWN: forms["is_withdrawn"], Exclusion.TEST: forms["is_test"], Exclusion.SCREENED_OUT: forms["is_screened_out"], Exclusion.PARTIAL: forms["is_partial"] & (not rules.keep_partial),
             Exclusion.LATE: forms["is_late"] & (rules.late == "exclude"), Exclusion.EMPTY: filled < rules.minimum_answered}
    reasons = pd.Series(np.select(list(tests.values()), [reason.value for reason in tests], default=""), forms.index)
    reasons[_repeated(forms[reasons == ""], texts, filled, rules.duplicates)] = Exclusion.DUPLICATE.value
    return reasons


def _repeated(forms: pd.DataFrame, texts: pd.DataFrame, filled: pd.Series, rule: str) -> pd.Index:
    """The forms that repeat another one's submission number and are not the one the rule keeps."""
    # Online and paper forms (two export versions) may both be numbered from 1; two exports of one version may overlap.
    key = ["wave", "authority", "version", "submission"]
    numbered = forms[(forms["submission"].fillna("") != "") & forms.duplicated(key, keep=False)]
    if numbered.empty:
        return numbered.index
    order = numbered.assign(filled=filled, content=texts.loc[numbered.index].fillna("").agg("\x1f".join, axis=1))
    # Without times the order of the file is all there is; with times, ties are broken by content, so that the order of rows cannot matter.
    times = ["finished_at", "started_at"]
    ties = ["filled", "content"] if order[times].notna().any(axis=None) else ["row"]
    by = ["filled", *times, *ties[-1:]] if rule == "most_complete" else [*times, *ties]
    order = order.sort_values(by, kind="stable", na_position="first")
    return order.index[order.duplicated(key, keep="first" if rule == "first" else "last")]


def given_weights(forms: pd.DataFrame) -> pd.Series:
    """The weight that came with each form; missing where there is none, or one that is no number from zero up."""
    given = pd.to_numeric(forms[Role.WEIGHT].fillna("").str.replace(",", ".", regex=False), errors="coerce").astype(float)
    return given.where(np.isfinite(given) & (given >= 0))


def blank_at_the_wave(forms: pd.DataFrame, texts: pd.DataFrame) -> pd.Series:
    """Which empty rows of a file that holds several waves side by side are of people who have a form at another of them."""
    row = ["file", "row"]
    filled = (texts.fillna("") != "").sum(axis=1)
    there = filled.groupby([forms[name] for name in row]).transform("max")
    return forms.duplicated(row, keep=False) & (there > 0) & (filled.eq(0) | forms["excluded"].eq(Exclusion.EMPTY.value))


def account(forms: pd.DataFrame, read: dict[str, int], unused: Mapping[tuple[str, str, str], int] = MappingProxyType({})) -> pd.DataFrame:
    """How many rows of each file were read, kept as forms, and excluded by reason; one row per file and wave, ``authority`` empty where
    there are several. ``read`` counts the rows of each file, ``unused`` those that are no forms, by file, wave and reason."""
    place, reasons = ["file", "wave"], [reason.value for reason in EXCLUSIONS]
    others = pd.DataFrame([(*key, count) for key, count in unused.items()], columns=[*place, "excluded", "rows"])
    rows = pd.concat([forms[[*place, "excluded"]].assign(rows=1), others]).astype({"rows": int})
    counts = rows.pivot_table(index=place, columns="excluded", values="rows", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=["", *reasons], fill_value=0).rename(columns={"": "kept"})
    by_place = forms.groupby(place)["authority"]
    authority = by_place.first().mask(by_place.nunique() > 1, "").reindex(counts.index, fill_value="")
    table = counts.assign(authority=authority, read=counts.sum(axis=1)).reset_index().rename_axis(columns=None)
    wrong = [file for file, count in read.items() if count != table.loc[table["file"].eq(file), "read"].sum()]
    if wrong:
        raise FrameError(
            f"forms do not add up in {len(wrong)} of {len(read)} files.",
            found="; ".join(wrong[:8]), allowed="forms read = forms kept + forms excluded, by reason",
            do="this is a fault of cleaning; report it with the lines above.",
        )
    seen = [reason for reason in reasons if reason not in _RARE or table[reason].any()]
    return table[[*place, "authority", "read", "kept", *seen]]
