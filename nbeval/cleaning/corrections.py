"""Declared repairs of single answers: signed, guarded, kept beside the raw data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from nbeval.cleaning.reading import read_table
from nbeval.dictionary.models import Cohort
from nbeval.errors import CorrectionError

COLUMNS = ("source", "wave", "authority", "submission", "item", "expect", "replace", "reason", "signed_by", "date")
_MUST_BE_FILLED = ("source", "submission", "item", "reason", "signed_by", "date")
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
        raise _error(f"'{name}' lacks {len(lacking)} of its columns.", ", ".join(lacking), ", ".join(COLUMNS), name,
                     "add the columns; an entry without its guard or signature is not applied.")
    table = table[list(COLUMNS)].apply(lambda column: column.str.strip())
    table["line"] = [str(number) for number in range(2, len(table) + 2)]
    _refuse_unsigned(table, cohort, name)
    return table


def _refuse_unsigned(table: pd.DataFrame, cohort: Cohort, name: str) -> None:
    """Stop where an entry is not filled in, or is of a source the cohort does not have."""
    empty = {column: table["line"][table[column] == ""].tolist() for column in _MUST_BE_FILLED}
    unsigned = [f"record {', '.join(lines[:_LISTED])}: no {column}" for column, lines in empty.items() if lines]
    if unsigned:
        raise _error(f"'{name}' has entries that are not filled in.", "\n".join(unsigned),
                     "every entry says its source, submission, item, reason, who signed it and when", name,
                     "fill in what is lacking.")
    strange = ~table["source"].isin([source.id for source in cohort.sources])
    if strange.any():
        raise _error(f"'{name}': {strange.sum()} of {len(table)} entries are of a source the cohort does not have.",
                     f"record {', '.join(table['line'][strange][:_LISTED])}",
                     ", ".join(source.id for source in cohort.sources), name, "put the source's id right.")


def apply_corrections(
    texts: pd.DataFrame, forms: pd.DataFrame, corrections: pd.DataFrame, *, name: str = "corrections.csv",
) -> pd.DataFrame:
    """The answers of a source (one row per form that is kept, as ``forms``) corrected, each only where the entry still fits."""
    places: dict[tuple, list[int]] = {}
    for place, found in enumerate(zip(*(forms[name].astype(str) for name in ("wave", "authority", "submission")))):
        places.setdefault(found, []).append(place)
    corrected = texts.copy()
    faults, done = [], set()
    for entry in corrections.itertuples(index=False):
        found = places.get((entry.wave, entry.authority, entry.submission), [])
        fault = _fault(entry, found, texts, done)
        if fault:
            faults.append(f"record {entry.line}: {fault}")
        else:
            corrected.iloc[found[0], corrected.columns.get_loc(entry.item)] = entry.replace
    if faults:
        raise _unmatched(faults, len(corrections), name)
    return corrected


def _unmatched(faults: list[str], entries: int, name: str) -> CorrectionError:
    """The error about entries that do not fit the data."""
    more = [f"and {len(faults) - _LISTED} more"] if len(faults) > _LISTED else []
    return _error(
        f"'{name}': {len(faults)} of {entries} {'entry does' if entries == 1 else 'entries do'} not match the data.",
        "\n".join([*faults[:_LISTED], *more]),
        "entries that match one form that is kept, whose answer is what `expect` says (values are not shown)", name,
        "look at the entry and the export: if the export was put right at its source, delete the entry.",
    )


def _fault(entry, found: list[int], texts: pd.DataFrame, done: set) -> str:
    """Why an entry cannot be applied; empty where it can."""
    if not found:
        return "no form that is kept has this wave, authority and submission"
    if len(found) > 1:
        return f"{len(found)} forms have this wave, authority and submission"
    if entry.item not in texts:
        return f"the exports have no item '{entry.item}'"
    if (found[0], entry.item) in done:
        return "an earlier entry is of the same answer"
    done.add((found[0], entry.item))
    there = texts.iloc[found[0]][entry.item]
    if there is None or there != there:
        return f"item '{entry.item}' was not asked in this export"
    return "" if there.split() == entry.expect.split() else "the answer is not what the entry expects"


def _error(what: str, found: str, allowed: str, where: str, do: str) -> CorrectionError:
    """A CorrectionError with all its parts."""
    return CorrectionError(what, found=found, allowed=allowed, where=where, do=do)
