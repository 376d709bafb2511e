"""One official table as published: its columns and labels known, numbers and symbols apart."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from nbeval.cleaning.codebooks import plain_number
from nbeval.cleaning.reading import read_table
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import OfficialRole, YearForm
from nbeval.dictionary.lookup import Official
from nbeval.dictionary.models import OfficialTable
from nbeval.errors import SourceError, UnknownCodeError, UnknownHeaderError

NUMBERS = (OfficialRole.COUNT, OfficialRole.VALUE, OfficialRole.CONF_LOW, OfficialRole.CONF_HIGH)
_YEARS = {
    YearForm.ENDS: (re.compile(r"(\d{4})"), 0),
    YearForm.STARTS: (re.compile(r"(\d{4})-04-01/P1Y"), 1),
}


def read_official(table: OfficialTable, official: Official, data: Path) -> pd.DataFrame:
    """Read an official table.

    Parameters
    ----------
    table : OfficialTable
        Which file, and which years and symbols it may hold.
    official : Official
        What its columns and labels are.
    data : Path
        The folder with the published files.

    Returns
    -------
    one row per row of the file
        ``code``, ``name``, ``year`` (by its last day), ``breakdown``, ``age`` (as in measures.csv),
        ``count``, ``value``, ``conf_low``, ``conf_high`` as numbers, missing where there is none, and why in
        ``symbol_count`` and ``symbol``.

    Raises
    ------
    SourceError
        The file is missing or cannot be read, or a year is written in another form.
    UnknownHeaderError
        Its columns are not those declared.
    UnknownCodeError
        It has a label or a symbol that is not declared.
    """
    raw = read_table(data / table.file, name=table.file)
    named = _by_role(raw, table, official)
    read = pd.DataFrame({"code": named[OfficialRole.CODE].str.strip(), "name": named[OfficialRole.NAME].str.strip()})
    read["year"] = _years(named[OfficialRole.YEAR], table)
    for role in (OfficialRole.BREAKDOWN, OfficialRole.AGE):
        read[role.value] = getattr(table, role.value) if role not in named else _meanings(named[role], role, table, official)
    symbols = {}
    for role in NUMBERS:
        read[role.value], symbols[role] = _numbers(named.get(role), role, table, len(read))
    apart = named.get(OfficialRole.SYMBOL)
    own = pd.Series("", index=read.index) if apart is None else _symbols(apart, table)
    read["symbol"] = symbols[OfficialRole.VALUE].where(symbols[OfficialRole.VALUE] != "", own)
    read["symbol_count"] = symbols[OfficialRole.COUNT]
    _refuse_both(read, own, table)
    return read


def _by_role(raw: pd.DataFrame, table: OfficialTable, official: Official) -> dict[OfficialRole, pd.Series]:
    """The columns of the file by what they are; ignored ones are gone."""
    declared = {normalise(header): role for header, role in official.columns_of(table.table).items()}
    there = {normalise(header): header for header in raw.columns}
    strange, lacking = sorted(set(there) - set(declared)), sorted(set(declared) - set(there))
    if strange or lacking:
        raise UnknownHeaderError(
            f"official table '{table.table}' has {len(strange)} unknown columns and lacks {len(lacking)}.",
            found="; ".join([*strange, *(f"lacking: {one}" for one in lacking)]),
            allowed=", ".join(declared), where=table.file,
            do="publishers rename columns between vintages: declare this vintage as a table of its own in"
               " official/tables.csv and its columns in official/columns.csv.",
        )
    return {role: raw[there[key]] for key, role in declared.items() if role is not OfficialRole.IGNORED}


def _years(texts: pd.Series, table: OfficialTable) -> pd.Series:
    """The year of each row, by its last day."""
    pattern, later = _YEARS[table.year_form]
    found = {text: pattern.fullmatch(text.strip()) for text in texts.unique()}
    strange = sorted(text for text, match in found.items() if match is None)
    if strange:
        raise SourceError(
            f"official table '{table.table}' writes {len(strange)} years in another form.", found=", ".join(strange[:4]),
            allowed=f"the form '{table.year_form}'", where=table.file, do="correct year_form in official/tables.csv.",
        )
    return texts.map({text: int(match[1]) + later for text, match in found.items()})


def _meanings(labels: pd.Series, role: OfficialRole, table: OfficialTable, official: Official) -> pd.Series:
    """What each label means; one that is not declared is refused."""
    known = {normalise(label): meaning for label, meaning in official.meanings(table.table, role).items()}
    strange = sorted(label for label in labels.unique() if normalise(label) not in known)
    if strange:
        raise UnknownCodeError(
            f"official table '{table.table}' has {len(strange)} labels of role {role} that are not declared.",
            found="; ".join(strange[:8]), allowed="; ".join(known), where=table.file,
            do="publishers rename labels between vintages: add the label to official/labels.csv with what it means.",
        )
    return labels.map({label: known[normalise(label)] for label in labels.unique()})


def _numbers(texts: pd.Series | None, role: OfficialRole, table: OfficialTable, rows: int) -> tuple[pd.Series, pd.Series]:
    """The numbers of a column, and the symbols that stand in place of some."""
    if texts is None:
        return pd.Series(float("nan"), index=range(rows)), pd.Series("", index=range(rows))
    numbers = {text: plain_number(text.replace(",", "")) for text in texts.unique()}
    symbols = _symbols(texts.where(texts.map(numbers).isna(), ""), table)
    return texts.map(numbers).astype(float), symbols


def _symbols(texts: pd.Series, table: OfficialTable) -> pd.Series:
    """The symbols of a column; one that is not declared for the table is refused."""
    plain = texts.str.strip()
    strange = sorted(set(plain) - {"", *table.symbols})
    if strange:
        raise UnknownCodeError(
            f"official table '{table.table}' has {len(strange)} symbols that are not declared for it.",
            found=", ".join(strange[:8]), allowed=", ".join(table.symbols), where=table.file,
            do="look up what the symbol means, add it to official/symbols.csv, and to the table in official/tables.csv.",
        )
    return plain


def _refuse_both(read: pd.DataFrame, own: pd.Series, table: OfficialTable) -> None:
    """Stop where a row has neither a value nor a symbol, or both."""
    neither = read["value"].isna() & read["symbol"].eq("")
    both = read["value"].notna() & own.ne("")
    if neither.any() or both.any():
        raise SourceError(
            f"official table '{table.table}' has {int(neither.sum())} rows without number and symbol, and"
            f" {int(both.sum())} with both.", where=table.file,
            do="download the file again; if it is published so, declare the column that explains it in official/columns.csv.",
        )
