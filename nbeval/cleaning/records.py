"""The rows of exports that are no survey, as text, under the headers that fields.csv declares, and what their entries mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from nbeval.cleaning.corrections import apply_corrections
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.findings import Finding, as_finding
from nbeval.cleaning.forms import name_authorities
from nbeval.cleaning.noticed import noticed_in
from nbeval.cleaning.reading import read_export, read_times
from nbeval.cleaning.withdrawn import NOBODY, Withdrawn
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import MANY, Cohort, Source, SourceField
from nbeval.errors import SourceError, UnknownCodeError, UnknownHeaderError

EPOCH = pd.Timestamp("1970-01-01")
_LISTED = 8
_DO = ("if an entry is genuine, add its spelling to the file named above; if the export is wrong, put it right at its "
       "source or add a correction to corrections.csv beside the raw data.")


@dataclass(frozen=True, eq=False)
class Records:
    """Rows of one export version of one source: ``texts`` by header, and in ``about`` where each row is from.

    Methods that read a field give one entry per row, and raise UnknownCodeError with the places of entries that are not declared, never
    with their text; ``rows`` of the error holds file and line of each.
    """

    cohort: Cohort
    dictionary: Dictionary
    instrument: LoadedInstrument
    source: str
    fields: tuple[SourceField, ...]
    texts: pd.DataFrame
    about: pd.DataFrame          # file, line, wave, authority, submission; version, and by what and whom a row may be withdrawn
    withdrawn: int = 0           # rows of people who withdrew, which are gone
    noticed: tuple[Finding, ...] = ()

    def of(self, role: FieldRole) -> tuple[SourceField, ...]:
        """The fields of a role that the exports have."""
        return tuple(field for field in self.fields if field.role is role and field.header in self.texts)

    def one(self, role: FieldRole) -> SourceField:
        """The field of a role that the exports have."""
        return self.of(role)[0]

    def text(self, field: SourceField) -> pd.Series:
        """The entries of a field."""
        return self.texts[field.header]

    def places(self, wrong: pd.Series) -> str:
        """Where some rows are, by file and line, never what they hold."""
        rows = self.about[wrong.to_numpy()]
        shown = [f"{row.file}, line {row.line}" for row in rows.head(_LISTED).itertuples()]
        return "; ".join(shown) + (f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else "")

    def choices(self, field: SourceField) -> pd.Series:
        """The codes of the choices of a field; empty where nothing was entered."""
        return self.coded(field, self.known_choices(field.choices), self.labels(field), "choices.csv")

    def ratings(self, field: SourceField) -> pd.Series:
        """The choices of a field as numbers; missing where nothing was entered."""
        return pd.to_numeric(self.choices(field).replace("", None)).astype(float)

    def optional(self, role: FieldRole, read: Callable[[SourceField], pd.Series], empty: str | float = "") -> pd.Series:
        """The entries of a role that exports need not have, as ``read`` reads them."""
        fields = self.of(role)
        return read(fields[0]) if fields else pd.Series(empty, index=self.texts.index, dtype=type(empty))

    def filled(self, field: SourceField, what: str = "are empty") -> pd.Series:
        """The choices of a field that must not be empty."""
        given = self.choices(field)
        self.refuse(field, given.eq(""), what, self.labels(field), "choices.csv")
        return given

    def keys(self, field: SourceField, what: str) -> pd.Series:
        """The keys of the rows, none of which may be empty."""
        given = self.text(field)
        self.refuse(field, given.eq(""), "are empty", [what], "")
        return given.astype(str)

    def labels(self, field: SourceField) -> list[str]:
        """The labels of the choices of a field."""
        return [one.label for one in self.instrument.chosen(field.choices)]

    def known_choices(self, choices: str) -> dict[str, str]:
        """The code of every spelling of some choices."""
        return {normalise(text): one.code for one in self.instrument.chosen(choices)
                for text in (one.code, *one.spellings)}

    def known_areas(self) -> dict[str, str]:
        """The area of every spelling of the instrument's areas."""
        return {normalise(text): one.area for one in self.instrument.areas for text in (one.area, one.label)}

    def areas(self, field: SourceField) -> pd.Series:
        """The areas that the entries of a field name, by id or label."""
        labels = [one.label for one in self.instrument.areas]
        found = self.coded(field, self.known_areas(), labels, "areas.csv")
        self.refuse(field, found.eq(""), "name no area", labels, "areas.csv")
        return found

    def coded(self, field: SourceField, known: Mapping[str, str], allowed: Iterable[str], file: str) -> pd.Series:
        """The ids of what entries name; empty where nothing was entered."""
        given = self.text(field).map(normalise)
        wrong = given.ne("") & ~given.isin(list(known))
        self.refuse(field, wrong, "are not known", allowed, file)
        return given.map({**known, "": ""}).astype(str)

    def indicators(self, field: SourceField) -> pd.Series:
        """The indicators that entries name, by id, label or short name, parted by the separator; as ids parted by "; "."""
        known = {normalise(text): one.indicator for one in self.dictionary.indicators for text in (one.short, one.label, one.indicator)}
        mark = self.instrument.record.separator
        parted = self.text(field).map(lambda text: [normalise(part) for part in text.split(mark) if part.strip()])
        wrong = parted.map(lambda parts: any(part not in known for part in parts)).astype(bool)
        self.refuse(field, wrong, "name something that is no indicator", ["ids and labels of indicators.csv"], "indicators.csv")
        return parted.map(lambda parts: "; ".join(dict.fromkeys(known[part] for part in parts))).astype(str)

    def counts(self, field: SourceField) -> pd.Series:
        """Numbers of people; missing where nothing was entered."""
        given = self.text(field)
        wrong = given.ne("") & ~given.str.fullmatch(r"\d{1,5}")
        self.refuse(field, wrong, "are no whole numbers", ["0, 1, 2 ..."], "")
        return pd.to_numeric(given.where(given.ne("")), errors="coerce").astype(float)

    def dates(self, field: SourceField) -> pd.Series:
        """The dates of a field; missing where nothing was entered."""
        given = self.text(field)
        # Every authority writes dates in its own way, and a workbook's own dates come as ISO among typed ones.
        iso = given.str.match(r"\d{4}-").rename("iso")
        when = given.groupby([self.about["file"].rename("file"), iso], group_keys=False).apply(read_times).reindex(given.index)
        self.refuse(field, given.ne("") & when.isna(), "are no dates", ["2020-03-31 or 31/03/2020"], "")
        return when

    def days(self, field: SourceField) -> pd.Series:
        """Days since 1 January 1970; missing where nothing was entered."""
        when = self.dates(field)
        first, last = span(self.cohort.starts, self.cohort.ends)
        outside = when.lt(first) | when.gt(last)
        self.refuse(field, outside, "are outside the time of the cohort",
                    [f"{first.date().isoformat()} to {last.date().isoformat()}"], f"cohorts/{self.cohort.id}.toml")
        return since_epoch(when)

    def one_row_each(self, keys: pd.DataFrame, what: str) -> None:
        """Stop where two rows of an export are of the same thing."""
        twice = keys.duplicated(keep=False)
        if twice.any():
            raise SourceError(
                f"source '{self.source}' of cohort '{self.cohort.id}': {int(twice.sum())} rows are of the same {what}.",
                found=self.places(twice), allowed=f"one row for each {what}", where=", ".join(sorted(set(self.about["file"][twice]))[:4]),
                do="keep the row that is right, or give each its own number.",
            )

    def refuse(self, field: SourceField, wrong: pd.Series, what: str, allowed: Iterable[str], file: str) -> None:
        """Stop where entries of a field are wrong; the message has their places and not their text."""
        if not wrong.any():
            return
        declared = f"instruments/{self.instrument.record.id}/{file}" if file in ("choices.csv", "areas.csv") else file
        raise UnknownCodeError(
            f"source '{self.source}' of cohort '{self.cohort.id}', column '{field.header}': "
            f"{int(wrong.sum())} of {len(wrong)} entries {what}.",
            found=f"{self.places(wrong)} (text withheld)", allowed=", ".join(allowed), where=declared,
            do=_DO if declared else "put the entries right at their source, or add a correction to corrections.csv beside the raw data.",
            rows=self.about[wrong.to_numpy()],
        )


def named_columns(table: pd.DataFrame, fields: tuple[SourceField, ...], file: ExportFile) -> pd.DataFrame:
    """The columns of a file under their declared headers; typed text is left out."""
    declared = {normalise(field.header): field for field in fields}
    many = [(normalise(field.header.removesuffix(MANY)), field) for field in fields if field.header.endswith(MANY)]
    found = {}
    for column in table.columns:
        header = normalise(column)
        found[column] = declared.get(header) or next((field for start, field in many if header.startswith(start)), None)
    unknown = sum(field is None for field in found.values())
    present = {field.header for field in found.values() if field}
    lacking = [field.header for field in fields if field.required and field.header not in present]
    if unknown or lacking:
        raise UnknownHeaderError(
            f"'{file.name}' of source '{file.source}' does not have the columns of version '{file.version}'.",
            found="; ".join([f"{unknown} unknown {'header' if unknown == 1 else 'headers'} (text withheld)"] * bool(unknown)
                            + [f"lacking: {', '.join(lacking)}"] * bool(lacking)),
            allowed=", ".join(field.header for field in fields), where=f"{file.name}, first line",
            do="put the header right, or declare it in fields.csv of the instrument (role text if it is typed by somebody).",
        )
    kept = {column: field.header for column, field in found.items() if field.role is not FieldRole.TEXT}
    return table[list(kept)].rename(columns=kept).apply(lambda column: column.str.strip())


def corrected(texts: pd.DataFrame, about: pd.DataFrame, corrections: pd.DataFrame, source: str) -> pd.DataFrame:
    """The rows with a source's declared corrections; ``submission`` is the row's key and ``item`` the header."""
    mine = corrections[corrections["source"].eq(source)]
    return apply_corrections(texts, about, mine) if len(mine) else texts


def read_records(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
    withdrawn: Withdrawn = NOBODY,
) -> list[Records]:
    """The tables of a source, one ``Records`` for each export version, corrected."""
    instrument = dictionary.instrument(source.instrument)
    found = []
    for version in dict.fromkeys(file.version for file in files):
        fields = instrument.fields_of(version)
        tables = [(file, read_export(file)) for file in files if file.version == version]
        noticed = tuple(as_finding(one, file.wave, file.authority) for file, table in tables for one in noticed_in(table))
        parts = [(file, named_columns(table, fields, file)) for file, table in tables]
        about = pd.concat([pd.DataFrame({
            "file": file.name, "line": texts.index + file.header_rows + 1, "wave": file.wave, "authority": file.authority, "submission": "",
        }) for file, texts in parts], ignore_index=True)
        texts = pd.concat([texts for _, texts in parts], ignore_index=True).fillna("")
        records = Records(cohort, dictionary, instrument, source.id, fields, texts, about, noticed=noticed)
        about = about.assign(authority=_authorities(records), submission=_keys(records), version=version, **_people(records))
        gone = withdrawn.among(about.assign(source=source.id, submission=about["known_by"])) & about["known_by"].ne("")
        left, texts = about[~gone].reset_index(drop=True), texts[~gone].reset_index(drop=True)
        theirs = withdrawn.corrections_left(corrections, about[gone])
        found.append(replace(records, texts=corrected(texts, left, theirs, source.id), about=left, withdrawn=int(gone.sum())))
    return found


def _authorities(records: Records) -> pd.Series:
    """The authority of every row: as its file's place says, as a column says, and both the same; none of applicants."""
    placed = records.about["authority"]
    column = records.of(FieldRole.AUTHORITY)
    if not column and placed.ne("").all():
        return placed
    if not column and placed.eq("").all() and all(field.area for field in records.of(FieldRole.STATUS)):
        return pd.Series("", index=placed.index)     # applicants, of whom not all came to be authorities of the cohort
    forms = records.about.assign(authority=records.text(column[0]) if column else placed, row=records.about["line"])
    named = name_authorities(forms, records.cohort, records.dictionary)
    refuse_other_authority(records, placed.ne("") & placed.ne(named))
    return named


def refuse_other_authority(records: Records, other: pd.Series) -> None:
    """Stop where a file says that it is of another authority than its place says."""
    if other.any():
        files = sorted(set(records.about["file"][other]))
        raise SourceError(
            f"source '{records.source}' of cohort '{records.cohort.id}': {len(files)} {'file is' if len(files) == 1 else 'files are'} of "
            "another authority than the name says.",
            found=records.places(other), allowed="the authority in whose place the file is",
            where="; ".join(files[:4]), do="put the file in its own authority's place, or correct the name in it.",
        )


def _keys(records: Records) -> pd.Series:
    """By what a row is known to corrections: its key, else its area, else its line."""
    named = records.of(FieldRole.KEY) or records.of(FieldRole.AREA)
    return records.text(named[0]) if named else records.about["line"].astype(str)


def _people(records: Records) -> dict[str, pd.Series]:
    """By what people can withdraw a row (a quote by its number, what an interview is coded from by its document), and who is said to speak."""
    named = records.of(FieldRole.DOCUMENT) or (records.of(FieldRole.KEY) if records.of(FieldRole.QUOTE) else ())
    blank = pd.Series("", records.about.index)
    return {"known_by": records.text(named[0]) if named else blank, "person": records.optional(FieldRole.PERSON, records.text)}


def since_epoch(when: pd.Series) -> pd.Series:
    """Dates as days since 1 January 1970."""
    return (when - EPOCH).dt.days.astype(float)


def span(starts: str, ends: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of a time that is known to the year, the month or the day."""
    last = pd.Period(ends).end_time.normalize() if ends else pd.Timestamp("2200-12-31")
    return pd.Period(starts).start_time, last
