"""Official figures of a cohort's authorities: read as published, joined by the code in force on the day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nbeval.cleaning.findings import findings_table
from nbeval.cleaning.official_checks import check_figures
from nbeval.cleaning.official_join import join_authorities
from nbeval.cleaning.official_table import read_official
from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, OfficialTable
from nbeval.frames import FINDINGS, check

#: what one figure is told apart by
KEY = ["authority", "year", "measure", "vintage"]
COLUMNS = [*KEY, "value", "conf_low", "conf_high", "count", "denominator", "symbol", "symbol_count", "symbol_denominator",
           "unit", "code", "table", "source"]


@dataclass(frozen=True, eq=False)
class OfficialFigures:
    """What official tables say of a cohort's authorities, what was found, and how the rows add up."""

    figures: pd.DataFrame        # one row per authority x year x measure x vintage
    findings: pd.DataFrame       # frames.FINDINGS
    accounting: pd.DataFrame     # one row per table: rows read, and what they were


def clean_official(cohort: Cohort, dictionary: Dictionary, data: Path, *, tables: Collection[str] = ()) -> OfficialFigures:
    """Clean the official figures of a cohort's authorities from every declared table and vintage.

    Parameters
    ----------
    cohort : Cohort
        Its authorities are the ones wanted.
    dictionary : Dictionary
        Its official tables, and the official codes with their days.
    data : Path
        The folder with the published files.
    tables : collection of str
        Ids of the tables that are wanted; all that are declared where none is named.

    Returns
    -------
    OfficialFigures
        ``figures`` has one row per authority x year x measure x vintage: ``value`` (percent or mean) with its
        interval where one is published, ``count`` and ``denominator``. Where a symbol is
        published the number is missing, and the symbol stands in a column of its own.

    Raises
    ------
    SourceError
        A file is missing or cannot be read; an authority or a year of it is not in a table, or is there twice.
    UnknownHeaderError, UnknownCodeError
        A table has a column, a label or a symbol that is not declared for it.
    DictionaryError
        An authority has no official code on a day on which one is needed.
    """
    parts, accounts, found = [], [], []
    for table in (one for one in dictionary.official.tables if not tables or one.table in tables):
        published = read_official(table, dictionary.official, data)
        joined, account, strange = join_authorities(published, table, cohort, dictionary)
        figures = _measured(joined, table, dictionary)
        parts.append(figures)
        accounts.append({"table": table.table, "vintage": table.vintage, **account})
        found += [("official_other_codes", one) for one in strange]
    everything = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    found += check_figures(everything)
    findings = findings_table((name, "official", one) for name, one in found)
    return OfficialFigures(
        everything.sort_values(KEY, ignore_index=True), check(findings, FINDINGS), pd.DataFrame(accounts),
    )


def newest_vintage(figures: pd.DataFrame) -> pd.DataFrame:
    """Choose, for each authority, year and measure, the figure that was published last.

    Returns
    -------
    one row per authority x year x measure.
    """
    return figures.sort_values(KEY).drop_duplicates(KEY[:-1], keep="last").reset_index(drop=True)


def _measured(rows: pd.DataFrame, table: OfficialTable, dictionary: Dictionary) -> pd.DataFrame:
    """The declared measures of one table, each beside the count it is a share of."""
    measures = pd.DataFrame(
        [(one.measure, one.breakdown, one.age, one.denominator, one.unit)
         for one in dictionary.official.measures_of(table)],
        columns=["measure", "breakdown", "age", "of", "unit"],
    )
    figures = rows.merge(measures, on=["breakdown", "age"], how="inner", validate="many_to_one")
    place = ["authority", "year", "age"]
    whole = rows[[*place, "breakdown", "count", "symbol_count"]].rename(
        columns={"breakdown": "of", "count": "denominator", "symbol_count": "symbol_denominator"})
    figures = figures.merge(whole, on=[*place, "of"], how="left", validate="many_to_one")
    figures["symbol_denominator"] = figures["symbol_denominator"].fillna("")
    return figures.assign(table=table.table, vintage=table.vintage, source=table.source)[COLUMNS]
