"""Declared repairs of single answers: signed, guarded, kept beside the raw data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nbeval.cleaning.files import CORRECTIONS
from nbeval.cleaning.reading import read_table
from nbeval.dictionary.models import Cohort
from nbeval.errors import CorrectionError

COLUMNS = ("source", "wave", "authority", "submission", "item", "expect", "replace", "reason", "signed_by", "date")
_MUST_BE_FILLED = ("source", "submission", "item", "reason", "signed_by", "date")
_KEY = ["wave", "authority", "submission"]
_LISTED = 12


def read_corrections(path: Path, cohort: Cohort, name: str = "") -> pd.DataFrame:
    """The corrections of a cohort as text, one row per entry, with its ``line``; none where there is no file."""
    if not path.is_file():
        return pd.DataFrame(columns=[*COLUMNS, "line"], dtype=str)
    name = name or path.name
    table = read_table(path, name=name)
    table.columns = [column.strip().lower() for column in table.columns]
    lacking = [column for column in COLUMNS if column not in table]
    if lacking:
        raise CorrectionError(
            f"'{name}' lacks {len(lacking)} of its columns.", found=", ".join(lacking), allowed=", ".join(COLUMNS), where=name,
            do="add the columns; an entry without its guard or signature is not applied.",
        )
    table = table[list(COLUMNS)].apply(lambda column: column.str.strip())
    table["line"] = [str(number) for number in range(2, len(table) + 2)]
    _refuse_unsigned(table, cohort, name)
    return table


def _refuse_unsigned(table: pd.DataFrame, cohort: Cohort, name: str) -> None:
    """Stop where an entry is not filled in, or is of a source the cohort does not have."""
    empty = {column: table["line"][table[column] == ""].tolist() for column in _MUST_BE_FILLED}
    unsigned = [f"record {', '.join(lines[:_LISTED])}: no {column}" for column, lines in empty.items() if lines]
    if unsigned:
        raise CorrectionError(
            f"'{name}' has entries that are not filled in.", found="\n".join(unsigned), where=name, do="fill in what is lacking.",
            allowed="every entry says its source, submission, item, reason, who signed it and when",
        )
    sources = [source.id for source in cohort.sources]
    strange = ~table["source"].isin(sources)
    if strange.any():
        raise CorrectionError(
            f"'{name}': {strange.sum()} of {len(table)} entries are of a source the cohort does not have.",
            found=f"record {', '.join(table['line'][strange][:_LISTED])}", allowed=", ".join(sources), where=name,
            do="put the source's id right.",
        )


def apply_corrections(texts: pd.DataFrame, forms: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """The answers of a source (one row per form that is kept, as ``forms``) corrected, each only where the entry still fits."""
    places = forms.reset_index(drop=True).astype({key: str for key in _KEY}).groupby(_KEY).indices
    corrected = texts.copy()
    faults, done = [], set()
    for entry in corrections.itertuples(index=False):
        found = places.get((entry.wave, entry.authority, entry.submission), ())
        fault = _fault(entry, found, texts, done)
        if fault:
            faults.append(f"record {entry.line}: {fault}")
        else:
            corrected.iloc[found[0], corrected.columns.get_loc(entry.item)] = entry.replace
    if faults:
        entries = len(corrections)
        more = [f"and {len(faults) - _LISTED} more"] if len(faults) > _LISTED else []
        raise CorrectionError(
            f"'{CORRECTIONS}': {len(faults)} of {entries} {'entry does' if entries == 1 else 'entries do'} not match the data.",
            found="\n".join([*faults[:_LISTED], *more]), where=CORRECTIONS,
            allowed="entries that match one form that is kept, whose answer is what `expect` says (values are not shown)",
            do="look at the entry and the export: if the export was put right at its source, delete the entry.",
        )
    return corrected


def _fault(entry, found: Sequence[int], texts: pd.DataFrame, done: set) -> str:
    """Why an entry cannot be applied; empty where it can."""
    if len(found) != 1:
        return f"{len(found)} forms have this wave, authority and submission" if len(found) \
            else "no form that is kept has this wave, authority and submission"
    if entry.item not in texts:
        return f"the exports have no item '{entry.item}'"
    if (found[0], entry.item) in done:
        return "an earlier entry is of the same answer"
    done.add((found[0], entry.item))
    there = texts.iloc[found[0]][entry.item]
    if there is None or there != there:
        return f"item '{entry.item}' was not asked in this export"
    return "" if there.split() == entry.expect.split() else "the answer is not what the entry expects"
