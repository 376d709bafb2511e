"""Rows of official tables to authorities, by the code in force on a day; nothing may be lost in silence."""

from __future__ import annotations

from datetime import date

import pandas as pd

from nbeval.cleaning.findings import NOTE, WARNING, Finding, number
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.lookup import last_day
from nbeval.dictionary.models import Cohort, OfficialTable
from nbeval.errors import DictionaryError, SourceError

#: the system of codes (authority_codes.csv) that official tables use
SYSTEM = "ons"
_LISTED = 12


def join_authorities(
    published: pd.DataFrame, table: OfficialTable, cohort: Cohort, dictionary: Dictionary,
) -> tuple[pd.DataFrame, dict[str, int], list[Finding]]:
    """Pick the rows of a cohort's authorities, each year under the code that the table uses for it.

    Parameters
    ----------
    published : one row per row of the file, from ``read_official``
    table : its years, and the day whose codes it uses if that is one day for all of them
    cohort, dictionary : the authorities, and their codes with days

    Returns
    -------
    (DataFrame, dict, list of Finding)
        One row per authority x year x breakdown x age; how many rows of the file were read, used, and
        left out for which reason; findings about rows under another code of an authority.

    Raises
    ------
    DictionaryError
        An authority has no code on a day.
    SourceError
        An authority has no rows in a year, two for one thing, or stands there under a code nobody declared.
    """
    wanted = expected_codes(table, cohort, dictionary)
    joined = published[published["year"].isin(table.years)].merge(
        wanted, on=["code", "year"], how="left", validate="many_to_one")
    used = joined.dropna(subset=["authority"])
    known = {one.code: one.authority for one in dictionary.codes
             if one.system == SYSTEM and one.authority in cohort.authorities}
    other = joined[joined["authority"].isna() & joined["code"].isin(list(known))]
    _refuse_undeclared(joined[joined["authority"].isna()], known, table, cohort, dictionary)
    _refuse_gaps(used, wanted, table)
    account = {
        "read": len(published), "used": len(used), "other_code": len(other),
        "other_years": int((~published["year"].isin(table.years)).sum()),
        "no_code": int(joined["code"].eq("").sum()),
    }
    account["others"] = account["read"] - sum(account[name] for name in ("used", "other_code", "other_years", "no_code"))
    return used, account, _other_codes(other.assign(authority=other["code"].map(known)), table)


def expected_codes(table: OfficialTable, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Look up the code under which a table has each authority in each year.

    Returns
    -------
    one row per authority x year of the table: ``authority``, ``year``, ``code``.
    """
    rows = []
    for authority in cohort.authorities:
        for year in table.years:
            day: date = table.codes_on or last_day(year)
            code = dictionary.code_on(authority, SYSTEM, day)
            if code is None:
                raise DictionaryError(
                    f"authority '{authority}' has no official code on {day.isoformat()}.",
                    where="authority_codes.csv", do="add the code that was in force on that day, with its days.",
                )
            rows.append((authority, year, code))
    return pd.DataFrame(rows, columns=["authority", "year", "code"])


def _refuse_undeclared(
    left: pd.DataFrame, known: dict[str, str], table: OfficialTable, cohort: Cohort, dictionary: Dictionary,
) -> None:
    """Stop where a row bears the name of an authority and a code that is none of its codes."""
    names = {normalise(dictionary.authority(one).name): one for one in cohort.authorities}
    strange = left[left["name"].map(normalise).isin(list(names)) & ~left["code"].isin(list(known))]
    if len(strange):
        pairs = sorted(set(zip(strange["name"], strange["code"], strict=True)))
        raise SourceError(
            f"official table '{table.table}' has {len(pairs)} authorities of the cohort under a code that is not declared.",
            found="; ".join(f"{name} {code or 'without code'}" for name, code in pairs[:_LISTED]), where=table.file,
            allowed=", ".join(sorted(known)), do="codes change: add the new one to authority_codes.csv with its days.",
        )


def _refuse_gaps(used: pd.DataFrame, wanted: pd.DataFrame, table: OfficialTable) -> None:
    """Stop where an authority lacks a year or a breakdown that others have, or has one twice."""
    thing = ["authority", "year", "breakdown", "age"]
    twice = used[used.duplicated(thing)]
    whole = wanted.merge(used[["breakdown", "age"]].drop_duplicates(), how="cross", validate="many_to_many")
    lacking = whole.merge(used[thing], on=thing, how="left", indicator="found", validate="one_to_many")
    lacking = lacking[lacking["found"].eq("left_only")]
    if used.empty:
        lacking = wanted
    if len(lacking) or len(twice):
        places = pd.concat([lacking, twice])[["authority", "year", "code"]].drop_duplicates()
        raise SourceError(
            f"official table '{table.table}' does not have every figure of every authority once:"
            f" {len(lacking)} are lacking, {len(twice)} stand there twice.",
            found="; ".join(f"{one.authority} {one.year} ({one.code})" for one in places[:_LISTED].itertuples()),
            where=table.file,
            do="correct `years` or `codes_on` in official/tables.csv, or the days of the codes in authority_codes.csv.",
        )


def _other_codes(other: pd.DataFrame, table: OfficialTable) -> list[Finding]:
    """Findings about rows of an authority under a code of its that the table does not use in the year."""
    found = []
    for authority, rows in other.groupby("authority", sort=True):
        numbers = int(rows["value"].notna().sum())
        said = f"{number(numbers, 'number')} among them" if numbers else "none of them with a number"
        found.append(Finding(
            WARNING if numbers else NOTE,
            f"Table '{table.table}': {number(len(rows), 'row')} stand under a code that was not in force, {said};"
            " left out.", "look whether the days in authority_codes.csv are right." if numbers else "",
            authority=authority, count=len(rows),
        ))
    return found
