"""Official figures of a cohort's authorities: read as published, joined by the code in force on the day, checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from nbeval.cleaning.coding import plain_number
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.findings import Finding, NOTE, PASS, WARNING, findings_table, number
from nbeval.cleaning.reading import read_table
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import OfficialRole, YearForm
from nbeval.dictionary.lookup import Official, last_day
from nbeval.dictionary.models import Cohort, OfficialTable, Source
from nbeval.errors import DictionaryError, SourceError, UnknownCodeError, UnknownHeaderError
from nbeval.frames import FINDINGS, OFFICIAL, check


NUMBERS = (OfficialRole.COUNT, OfficialRole.VALUE, OfficialRole.CONF_LOW, OfficialRole.CONF_HIGH)
_YEARS = {YearForm.ENDS: (re.compile(r"(\d{4})"), 0), YearForm.STARTS: (re.compile(r"(\d{4})-04-01/P1Y"), 1)}


def read_official(table: OfficialTable, official: Official, data: Path) -> pd.DataFrame:
    """An official table, one row per row of the file: the columns that have a role, numbers or the symbols in their place."""
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


#: the system of codes (authority_codes.csv) that official tables use
SYSTEM = "ons"
_LISTED = 12


def join_authorities(
    published: pd.DataFrame, table: OfficialTable, cohort: Cohort, dictionary: Dictionary,
) -> tuple[pd.DataFrame, dict[str, int], list[Finding]]:
    """The rows of a cohort's authorities, each year under the code that the table uses for it; an account of all rows; and findings."""
    wanted = expected_codes(table, cohort, dictionary)
    joined = published[published["year"].isin(table.years)].merge(wanted, on=["code", "year"], how="left", validate="many_to_one")
    used = joined.dropna(subset=["authority"])
    known = {one.code: one.authority for one in dictionary.codes if one.system == SYSTEM and one.authority in cohort.authorities}
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
    """The code under which a table has each authority in each year, one row each."""
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


def _refuse_undeclared(left: pd.DataFrame, known: dict[str, str], table: OfficialTable, cohort: Cohort, dictionary: Dictionary) -> None:
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


#: a published percentage is a whole number, so it may lie half a point from its counts
ROUNDING = 0.5
_SLACK = 1e-9
_THING = ["authority", "year", "measure"]


def check_figures(figures: pd.DataFrame) -> list[tuple[str, Finding]]:
    """The checks of the figures of all tables, at least one finding each."""
    checks = (
        ("official_rounding", _rounding, "Every percentage fits its counts as far as rounding allows."),
        ("official_withheld", _withheld, "Every figure is published as a number."),
        ("official_revised", _revised, "No figure differs between vintages."),
    )
    return [(name, one) for name, find, passes in checks for one in find(figures) or [Finding(PASS, passes)]]


def off_rounding(figures: pd.DataFrame) -> pd.DataFrame:
    """The percentages that are further from their counts than rounding explains."""
    share = 100 * figures["count"] / figures["denominator"].where(figures["denominator"] > 0)
    return figures[(share - figures["value"]).abs() > ROUNDING + _SLACK]


def _rounding(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority whose percentages do not fit."""
    return [
        Finding(WARNING, f"{number(len(rows), 'percentage does', 'percentages do')} not fit the counts beside them.",
                "look whether the counts are rounded before publication.", authority=authority, count=len(rows))
        for authority, rows in off_rounding(figures).groupby("authority", sort=True)
    ]


def _withheld(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority and symbol that stands in place of numbers."""
    marked = figures[figures["symbol"].ne("")]
    return [
        Finding(NOTE, f"{number(len(rows), 'figure')} published as the symbol '{symbol}'; kept as no number.",
                authority=authority, count=len(rows))
        for (authority, symbol), rows in marked.groupby(["authority", "symbol"], sort=True)
    ]


def _revised(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority with figures that a later vintage changed."""
    said = figures.assign(said=figures["value"].map("{:g}".format).where(figures["symbol"].eq(""), figures["symbol"]))
    readings = said.groupby(_THING, sort=True)["said"].nunique()
    changed = readings[readings > 1].reset_index()
    return [
        Finding(NOTE, f"{number(len(rows), 'figure differs', 'figures differ')} between vintages.",
                "the newest vintage is the one to use.", authority=authority, count=len(rows))
        for authority, rows in changed.groupby("authority", sort=True)
    ]


#: what identifies one figure
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
    """The figures of a cohort's authorities from every declared table and vintage, or those named."""
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
    return OfficialFigures(everything.sort_values(KEY, ignore_index=True), check(findings, FINDINGS), pd.DataFrame(accounts))


def newest_vintage(figures: pd.DataFrame) -> pd.DataFrame:
    """The figure of each authority, year and measure that was published last."""
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


def clean_official_source(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile],
) -> tuple[pd.DataFrame, list[Finding]]:
    """What the tables of one source say of a cohort's authorities, from the newest vintage, and what was found.

    The version of a file is the id of an official table; all files are in one folder under their published names.
    """
    declared = {table.table: table.file for table in dictionary.official.tables}
    wrong = [file.name for file in files if file.path.name != declared[file.version]]
    folders = {file.path.parent for file in files}
    if wrong or len(folders) > 1:
        raise SourceError(
            f"source '{source.id}' of cohort '{cohort.id}': published files are not where their tables are declared.",
            found="; ".join(wrong) or f"{len(folders)} folders", allowed="; ".join(declared[file.version] for file in files),
            where=f"cohorts/{cohort.id}.toml", do="keep the published names, and all files in one folder.",
        )
    found = clean_official(cohort, dictionary, folders.pop(), tables={file.version for file in files})
    figures = newest_vintage(found.figures).assign(source=source.id)[list(OFFICIAL.columns)]
    numbers = {name: float for name in ("value", "conf_low", "conf_high")}
    texts = {name: str for name in ("source", "authority", "measure", "unit", "symbol")}
    notes = [Finding(one.outcome, one.message, one.do, one.wave, one.authority, one.item, one.count) for one in found.findings.itertuples()]
    return check(figures.astype({**numbers, **texts, "year": int}), OFFICIAL), notes
