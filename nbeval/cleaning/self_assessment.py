"""Self-assessments: workbooks of ratings to one row per rating."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning import entries
from nbeval.cleaning.findings import Finding, NOTE, WARNING, number
from nbeval.cleaning.locating import ExportFile
from nbeval.cleaning.rating_books import RATERS, read_book
from nbeval.cleaning.records import Records, corrected
from nbeval.cleaning.records_tabular import refuse_other_authority
from nbeval.cleaning.places import name_authorities
from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Cohort, Source, SourceField
from nbeval.errors import SourceError
from nbeval.evidence_frames import RATINGS, empty
from nbeval.frames import check


def clean_ratings(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Clean the ratings of a self-assessment.

    Parameters
    ----------
    cohort, dictionary, source
        The declarations; the instrument says what is rated, by whom and on which scale.
    files : list of ExportFile
        One workbook per authority and wave.
    corrections : DataFrame
        Of the cohort; ``submission`` is the body of raters and the point, as ``managers/c1``.

    Returns
    -------
    ratings : pandas.DataFrame
        One row per rating asked for; ``rating`` is missing where none was given. Comments are not in it.
    findings : list of Finding
        Points that were not rated, by authority and wave.

    Raises
    ------
    SourceError, UnknownHeaderError, UnknownCodeError, CorrectionError
        A sheet is missing, a workbook is of another authority or wave, or holds what is not declared.
    """
    parts, findings = [empty(RATINGS)], []
    for file in files:
        cover, sheets = read_book(file, dictionary.instrument(source.instrument))
        about = _checked_cover(cover, file, cohort, dictionary, source)
        for raters, texts in sheets.items():
            records = _records(texts, raters, file, cohort, dictionary, source, corrections)
            rated = _ratings(records, raters, about.get(raters))
            findings += _unrated(rated, file, records)
            parts.append(rated)
    table = pd.concat(parts[1:] or parts, ignore_index=True)
    return check(table.sort_values(["source", "wave", "authority", "raters", "rater", "point"], ignore_index=True), RATINGS), findings


def _checked_cover(cover: pd.DataFrame, file: ExportFile, cohort: Cohort, dictionary: Dictionary, source: Source) -> dict[str, float]:
    """Hold that a workbook is of the authority and wave of its place; how many people stand behind each body of raters."""
    instrument = dictionary.instrument(source.instrument)
    fields = tuple(field for field in instrument.fields_of(file.version) if field.header in cover)
    about = pd.DataFrame([{"file": file.name, "line": 1, "wave": file.wave, "authority": file.authority, "submission": ""}])
    records = Records(cohort, dictionary, instrument, source.id, fields, cover, about)
    for field in records.of(FieldRole.AUTHORITY):
        named = name_authorities(about.assign(authority=records.text(field), row=1), cohort, dictionary)
        refuse_other_authority(records, named.ne(about["authority"]))
    for field in records.of(FieldRole.WAVE):
        waves = {normalise(text): wave.id for wave in cohort.waves for text in (wave.id, wave.label)}
        told = entries.coded(records, field, waves, [wave.label for wave in cohort.waves], f"cohorts/{cohort.id}.toml")
        if told.iloc[0] != file.wave:
            raise SourceError(
                f"'{file.name}' of source '{source.id}' says that it is of another wave than its place.",
                found=told.iloc[0] or "no entry", allowed=file.wave, where=file.name,
                do="put the workbook in its own wave's place, or correct the entry on its cover.",
            )
    return {field.occasion: entries.counts(records, field).iloc[0] for field in records.of(FieldRole.PEOPLE)}


def _records(
    texts: pd.DataFrame, raters: str, file: ExportFile, cohort: Cohort, dictionary: Dictionary, source: Source,
    corrections: pd.DataFrame,
) -> Records:
    """The rows of one sheet, corrected; rows without a point are headings of areas or notes and left out."""
    instrument = dictionary.instrument(source.instrument)
    fields = instrument.fields_of(file.version)
    key = next(field for field in fields if field.role is FieldRole.KEY)
    lines = pd.Series(range(file.header_rows + 1, file.header_rows + 1 + len(texts)))
    rows = texts[key.header].ne("")
    texts, lines = texts[rows].reset_index(drop=True), lines[rows.to_numpy()].reset_index(drop=True)
    about = pd.DataFrame({
        "file": f"{file.name}#{instrument.choice(RATERS, raters).label}", "line": lines, "wave": file.wave,
        "authority": file.authority, "submission": raters + "/" + texts[key.header],
    })
    return Records(cohort, dictionary, instrument, source.id, fields, corrected(texts, about, _of_raters(corrections, raters, file), source.id), about)


def _of_raters(corrections: pd.DataFrame, raters: str, file: ExportFile) -> pd.DataFrame:
    """The corrections of one sheet of one workbook."""
    here = corrections["submission"].astype(str).str.startswith(f"{raters}/")
    return corrections[here & corrections["wave"].eq(file.wave) & corrections["authority"].eq(file.authority)]


def _ratings(records: Records, raters: str, people: float | None) -> pd.DataFrame:
    """One row per point and rater of one sheet."""
    points = {one.point: one for one in records.instrument.points}
    known = {normalise(text): one.point for one in points.values() for text in (one.point, one.label)}
    key = records.of(FieldRole.KEY)[0]
    found = entries.coded(records, key, known, list(points), f"instruments/{records.instrument.record.id}/points.csv")
    entries.one_row_each(records, pd.DataFrame({"point": found}), "point")
    _refuse_lacking(records, set(points) - set(found))
    # Where nobody says how many young people rated together, they are taken for one: too few to be shown.
    known_number = people is not None and people == people
    behind = (float(people) if known_number else 1.0) if records.instrument.choice(RATERS, raters).people else float("nan")
    parts = [
        pd.DataFrame({
            "source": records.source, "wave": records.about["wave"], "authority": records.about["authority"],
            "raters": raters, "rater": number, "point": found, "area": found.map({name: one.area for name, one in points.items()}),
            "rating": pd.to_numeric(entries.choices(records, field).replace("", None)).astype(float),
            "people": behind,
        })
        for number, field in enumerate(records.of(FieldRole.RATING), 1)
    ]
    rated = pd.concat(parts, ignore_index=True)
    given = rated.groupby("rater")["rating"].transform("count")
    return rated[given.gt(0) | rated["rater"].eq(1)].reset_index(drop=True)


def _refuse_lacking(records: Records, lacking: set[str]) -> None:
    """Stop where a sheet lacks points that were to be rated."""
    if lacking:
        file = records.about["file"].iloc[0] if len(records.about) else records.source
        raise SourceError(
            f"'{file}' lacks {len(lacking)} of {len(records.instrument.points)} points.",
            found=f"lacking: {', '.join(sorted(lacking)[:12])}", allowed="a row for every point, its rating empty where there is none",
            where=file, do="write the rows back into the sheet, or ask the authority for the whole workbook.",
        )


def _unrated(rated: pd.DataFrame, file: ExportFile, records: Records) -> list[Finding]:
    """A finding where points of a sheet were not rated, or no number of young people is given."""
    found, raters = [], rated["raters"].iloc[0]
    label = records.instrument.choice(RATERS, raters).label
    count = int(rated["rating"].isna().sum())
    if count:
        found.append(Finding(NOTE, f"{label}: {number(count, 'point')} of {len(rated)} not rated.", "ask for them if they matter.",
                             file.wave, file.authority, "", count))
    if rated["people"].eq(1).any():
        found.append(Finding(WARNING, f"{label}: the cover does not say that more than one took part, so their ratings are withheld.",
                             "ask the authority for the number.", file.wave, file.authority, "", 1))
    return found
