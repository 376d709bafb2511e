"""Figures that others published: official tables of a cohort's authorities, and the figures in print of a cohort without answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from nbeval.cleaning.findings import FAILURE, NOTE, PASS, WARNING, Finding, as_finding, findings_table, number
from nbeval.cleaning.coding import plain_number
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.noticed import NOTICED, noticed_in
from nbeval.cleaning.reading import read_table
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Match, OfficialRole, SourceKind, Status, YearForm
from nbeval.dictionary.lookup import Official, last_day
from nbeval.dictionary.models import FIGURES, Cohort, OfficialTable, PrintedFigure, Source
from nbeval.errors import DictionaryError, SourceError, UnknownCodeError, UnknownHeaderError
from nbeval.frames import OFFICIAL, PublishedFigures, check

# --- an official table as published ---------------------------------------------------------------

_NUMBERS = (OfficialRole.COUNT, OfficialRole.VALUE, OfficialRole.CONF_LOW, OfficialRole.CONF_HIGH)
_YEARS = {YearForm.ENDS: (re.compile(r"(\d{4})"), 0), YearForm.STARTS: (re.compile(r"(\d{4})-04-01/P1Y"), 1)}


def read_official(table: OfficialTable, official: Official, data: Path) -> pd.DataFrame:
    """An official table, one row per row of the file: ``code``, ``name``, ``year``, ``breakdown``, ``age``, the numbers and ``symbol``."""
    raw = read_table(data / table.file, name=table.file)
    named = _by_role(raw, table, official)
    read = pd.DataFrame({"code": named[OfficialRole.CODE].str.strip(), "name": named[OfficialRole.NAME].str.strip()})
    read.attrs[NOTICED] = noticed_in(raw)
    read["year"] = _years(named[OfficialRole.YEAR], table)
    for role in (OfficialRole.BREAKDOWN, OfficialRole.AGE):
        read[role.value] = _meanings(named[role], role, table, official) if role in named else getattr(table, role.value)
    symbols = {}
    for role in _NUMBERS:
        read[role.value], symbols[role] = _numbers(named.get(role, pd.Series("", index=read.index)), table)
    own = _symbols(named[OfficialRole.SYMBOL], table) if OfficialRole.SYMBOL in named else pd.Series("", index=read.index)
    read["symbol"] = symbols[OfficialRole.VALUE].where(symbols[OfficialRole.VALUE] != "", own)
    neither, both = read["value"].isna() & read["symbol"].eq(""), read["value"].notna() & own.ne("")
    if neither.any() or both.any():
        raise SourceError(
            f"official table '{table.table}' has {int(neither.sum())} rows without number and symbol, and {int(both.sum())} with both.",
            where=table.file,
            do="download the file again; if it is published so, declare the column that explains it in official/columns.csv.",
        )
    return read


def _by_role(raw: pd.DataFrame, table: OfficialTable, official: Official) -> dict[OfficialRole, pd.Series]:
    """The columns of the file by what they are; ignored ones are gone."""
    declared = {normalise(header): role for header, role in official.columns_of(table.table).items()}
    there = {normalise(header): header for header in raw.columns}
    strange, lacking = sorted(set(there) - set(declared)), sorted(set(declared) - set(there))
    if strange or lacking:
        raise UnknownHeaderError(
            f"official table '{table.table}' has {len(strange)} unknown columns and lacks {len(lacking)}.",
            found="; ".join([*strange, *(f"lacking: {one}" for one in lacking)]), allowed=", ".join(declared), where=table.file,
            do="publishers rename columns between vintages: declare this vintage as a table of its own in official/tables.csv and its"
               " columns in official/columns.csv.",
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


def _numbers(texts: pd.Series, table: OfficialTable) -> tuple[pd.Series, pd.Series]:
    """The numbers of a column, and the symbols in place of some."""
    numbers = texts.map({text: plain_number(text.replace(",", "")) for text in texts.unique()}).astype(float)
    return numbers, _symbols(texts.where(numbers.isna(), ""), table)


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


# --- the rows of a cohort's authorities, under the code in force on the day -----------------------

#: the system of codes (authority_codes.csv) that official tables use
SYSTEM = "ons"
_LISTED = 12


def join_authorities(
    published: pd.DataFrame, table: OfficialTable, cohort: Cohort, dictionary: Dictionary,
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of a cohort's authorities, each year under the code that the table uses for it; and findings about other codes."""
    expected = _expected_codes(table, cohort, dictionary)
    joined = published[published["year"].isin(table.years)].merge(expected, on=["code", "year"], how="left", validate="many_to_one")
    used, left = joined.dropna(subset=["authority"]), joined[joined["authority"].isna()]
    known = {one.code: one.authority for one in dictionary.codes if one.system == SYSTEM and one.authority in cohort.authorities}
    names = {normalise(dictionary.authority(one).name) for one in cohort.authorities}
    strange = left[left["name"].map(normalise).isin(names) & ~left["code"].isin(list(known))]
    if len(strange):
        pairs = sorted(set(zip(strange["name"], strange["code"], strict=True)))
        raise SourceError(
            f"official table '{table.table}' has {len(pairs)} authorities of the cohort under a code that is not declared.",
            found="; ".join(f"{name} {code or 'without code'}" for name, code in pairs[:_LISTED]), where=table.file,
            allowed=", ".join(sorted(known)), do="codes change: add the new one to authority_codes.csv with its days.",
        )
    _refuse_gaps(used, expected, table)
    other = left[left["code"].isin(list(known))]
    return used, _other_codes(other.assign(authority=other["code"].map(known)), table)


def _expected_codes(table: OfficialTable, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """The code under which a table has each authority in each year, one row each."""
    rows = []
    for authority in cohort.authorities:
        for year in table.years:
            day = table.codes_on or last_day(year)
            code = dictionary.code_on(authority, SYSTEM, day)
            if code is None:
                raise DictionaryError(
                    f"authority '{authority}' has no official code on {day.isoformat()}.",
                    where="authority_codes.csv", do="add the code that was in force on that day, with its days.",
                )
            rows.append((authority, year, code))
    return pd.DataFrame(rows, columns=["authority", "year", "code"])


def _refuse_gaps(used: pd.DataFrame, expected: pd.DataFrame, table: OfficialTable) -> None:
    """Stop where an authority lacks a year or a breakdown that others have, or has one twice."""
    thing = ["authority", "year", "breakdown", "age"]
    twice = used[used.duplicated(thing)]
    whole = expected.merge(used[["breakdown", "age"]].drop_duplicates(), how="cross", validate="many_to_many")
    lacking = whole.merge(used[thing], on=thing, how="left", indicator="found", validate="one_to_many")
    lacking = expected if used.empty else lacking[lacking["found"].eq("left_only")]
    if len(lacking) or len(twice):
        places = pd.concat([lacking, twice])[["authority", "year", "code"]].drop_duplicates()
        raise SourceError(
            f"official table '{table.table}' does not have every figure of every authority once: {len(lacking)} are lacking, "
            f"{len(twice)} stand there twice.",
            found="; ".join(f"{one.authority} {one.year} ({one.code})" for one in places[:_LISTED].itertuples()), where=table.file,
            do="correct `years` or `codes_on` in official/tables.csv, or the days of the codes in authority_codes.csv.",
        )


def _other_codes(other: pd.DataFrame, table: OfficialTable) -> list[Finding]:
    """Findings about rows of an authority under a code of its own that the table does not use in the year."""
    found = []
    for authority, rows in other.groupby("authority", sort=True):
        numbers = int(rows["value"].notna().sum())
        said = f"{number(numbers, 'number')} among them" if numbers else "none of them with a number"
        found.append(Finding(
            WARNING if numbers else NOTE, f"Table '{table.table}': {number(len(rows), 'row')} stand under a code that was not in force, "
            f"{said}; left out.", "look whether the days in authority_codes.csv are right." if numbers else "",
            authority=authority, count=len(rows)))
    return found


# --- official figures -----------------------------------------------------------------------------

#: a published percentage is a whole number, so it may be half a point from its counts
ROUNDING, _SLACK = 0.5, 1e-9
#: the units of a share
PERCENT = ("%", "percent", "per cent")
#: what identifies one figure
KEY = ["authority", "year", "measure", "vintage"]
_FIGURES = [*KEY, "value", "conf_low", "conf_high", "count", "denominator", "symbol", "unit", "code", "table"]


def official_figures(cohort: Cohort, dictionary: Dictionary, data: Path, tables: Collection[str]) -> tuple[pd.DataFrame, list[Finding]]:
    """The figures of a cohort's authorities from some tables, one row per authority x year x measure x vintage, and what was found.

    Where a symbol is published the number is missing, and the symbol is in a column of its own.
    """
    parts, found = [], []
    for table in (one for one in dictionary.official.tables if one.table in tables):
        read = read_official(table, dictionary.official, data)
        joined, strange = join_authorities(read, table, cohort, dictionary)
        parts.append(_measured(joined, table, dictionary))
        found += [*(as_finding(one) for one in noticed_in(read)), *strange]
    figures = pd.concat(parts, ignore_index=True).sort_values(KEY, ignore_index=True)
    return figures, found + _check_figures(figures)


def newest_vintage(figures: pd.DataFrame) -> pd.DataFrame:
    """The figure of each authority, year and measure that was published last."""
    return figures.sort_values(KEY).drop_duplicates(KEY[:-1], keep="last").reset_index(drop=True)


def _measured(rows: pd.DataFrame, table: OfficialTable, dictionary: Dictionary) -> pd.DataFrame:
    """The declared measures of one table, each beside the count it is a share of."""
    measures = pd.DataFrame(
        [(one.measure, one.breakdown, one.age, one.denominator, one.unit) for one in dictionary.official.measures_of(table)],
        columns=["measure", "breakdown", "age", "of", "unit"])
    figures = rows.merge(measures, on=["breakdown", "age"], how="inner", validate="many_to_one")
    place = ["authority", "year", "age"]
    whole = rows[[*place, "breakdown", "count"]].rename(columns={"breakdown": "of", "count": "denominator"})
    figures = figures.merge(whole, on=[*place, "of"], how="left", validate="many_to_one")
    return figures.assign(table=table.table, vintage=table.vintage)[_FIGURES]


def off_rounding(figures: pd.DataFrame) -> pd.DataFrame:
    """The percentages that are further from their counts than rounding explains."""
    share = 100 * figures["count"] / figures["denominator"].where(figures["denominator"] > 0)
    return figures[(share - figures["value"]).abs() > ROUNDING + _SLACK]


def impossible(figures: pd.DataFrame) -> pd.DataFrame:
    """The percentages that no share can be."""
    return figures[figures["unit"].isin(PERCENT) & ~figures["value"].fillna(0).between(0, 100)]


def _check_figures(figures: pd.DataFrame) -> list[Finding]:
    """What is found in the figures of all tables, by authority; a check that finds nothing says so."""
    rounding = [Finding(WARNING, f"{number(len(rows), 'percentage does', 'percentages do')} not fit the counts beside them.",
                        "look whether the counts are rounded before publication.", authority=authority, count=len(rows))
                for authority, rows in off_rounding(figures).groupby("authority", sort=True)]
    beyond = [Finding(FAILURE, f"Table '{table}': {number(len(rows), 'percentage is', 'percentages are')} below 0 or above 100.",
                      "look whether the column holds percentages, and which row is wrong.", authority=authority, count=len(rows))
              for (table, authority), rows in impossible(figures).groupby(["table", "authority"], sort=True)]
    withheld = [Finding(NOTE, f"{number(len(rows), 'figure')} published as the symbol '{symbol}'; kept as no number.",
                        authority=authority, count=len(rows))
                for (authority, symbol), rows in figures[figures["symbol"].ne("")].groupby(["authority", "symbol"], sort=True)]
    said = figures.assign(said=figures["value"].map("{:g}".format).where(figures["symbol"].eq(""), figures["symbol"]))
    readings = said.groupby(KEY[:-1], sort=True)["said"].nunique()
    revised = [Finding(NOTE, f"{number(len(rows), 'figure differs', 'figures differ')} between vintages.",
                       "the newest vintage is the one to use.", authority=authority, count=len(rows))
               for authority, rows in readings[readings > 1].reset_index().groupby("authority", sort=True)]
    return [*(beyond or [Finding(PASS, "Every percentage is between 0 and 100.")]),
            *(rounding or [Finding(PASS, "Every percentage fits its counts as far as rounding allows.")]),
            *(withheld or [Finding(PASS, "Every figure is published as a number.")]),
            *(revised or [Finding(PASS, "No figure differs between vintages.")])]


def clean_official(
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
    figures, found = official_figures(cohort, dictionary, folders.pop(), {file.version for file in files})
    newest = newest_vintage(figures).assign(source=source.id)[list(OFFICIAL.columns)]
    numbers = {name: float for name in ("value", "conf_low", "conf_high")}
    texts = {name: str for name in ("source", "authority", "measure", "unit", "symbol")}
    return check(newest.astype({**numbers, **texts, "year": int}), OFFICIAL), found


# --- figures in print -----------------------------------------------------------------------------

_PRINTED = ("figure", "source", "indicator", "quantity", "wave", "authority", "group", "level", "value", "symbol", "decimals",
            "n", "n_rounded_to", "rounding", "unit", "match")


def clean_published(cohort: Cohort, dictionary: Dictionary) -> PublishedFigures:
    """The printed figures of a cohort, those with an indicator, in the order of the file."""
    source = next((one.id for one in cohort.sources if one.kind is SourceKind.PUBLISHED), "")
    ours = [one for one in dictionary.figures if one.cohort == cohort.id]
    if not source or not ours:
        raise SourceError(
            f"there is no printed figure of cohort '{cohort.id}'.", where=FIGURES,
            do="write the figures into the file, with the cohort and a wave of it, and declare a source of kind 'published'.",
        )
    kept = [one for one in ours if one.indicator]
    account = [(FIGURES, wave.id, "", sum(one.wave == wave.id for one in ours), sum(one.wave == wave.id for one in kept))
               for wave in cohort.waves]
    raw = (dictionary.folder / FIGURES).read_bytes()
    return PublishedFigures(
        figures=pd.DataFrame([[getattr(one, name) for name in _PRINTED] for one in kept], columns=list(_PRINTED)).assign(source=source),
        findings=findings_table((name, source, finding) for name, finding in _unknown_of_print(ours)),
        accounting=pd.DataFrame(account, columns=["file", "wave", "authority", "read", "kept"]),
        inputs=pd.DataFrame([(FIGURES, hashlib.sha256(raw).hexdigest(), len(raw))], columns=["file", "sha256", "bytes"]),
    )


def _unknown_of_print(figures: list[PrintedFigure]) -> Iterator[tuple[str, Finding]]:
    """What is not known of figures in print, each with the name of its check."""
    checks = (
        ("printed_base", lambda one: one.n is None, NOTE,
         "stand in print without the number who answered: they have no interval and are not tested.", ""),
        ("printed_indicator", lambda one: not one.indicator, NOTE,
         "have a question or coding that no indicator has: they are listed and not estimated.", ""),
        ("printed_coding", lambda one: one.indicator and one.match is Match.DIFFERS, NOTE,
         "have a coding or a base that differs from the indicator or is not stated: they are shown and never tested.", ""),
        ("printed_status", lambda one: one.status is Status.UNCONFIRMED, WARNING,
         "could not be confirmed on the page named.", "read the page again."),
    )
    for name, lacks, outcome, said, do in checks:
        count = sum(bool(lacks(one)) for one in figures)
        message = f"{number(count, 'figure')} of {len(figures)} {said}"
        yield name, Finding(outcome, message, do, count=count) if count else Finding(PASS, message)
