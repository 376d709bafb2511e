"""Self-assessments: workbooks of ratings, a cover and a sheet for each body of raters, to one row per rating."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.findings import NOTE, WARNING, Finding, as_finding, number
from nbeval.cleaning.forms import name_authorities
from nbeval.cleaning.noticed import CellKind, noticed_in
from nbeval.cleaning.reading import read_table, sheet_names
from nbeval.cleaning.withdrawn import NOBODY, Withdrawn
from nbeval.cleaning.records import Records, corrected, named_columns, refuse_other_authority
from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Choice, Cohort, Source, SourceField
from nbeval.errors import SourceError, UnknownHeaderError
from nbeval.frames import RATINGS, check, empty

#: roles that are on the cover sheet and not in the sheets of raters
COVER_ROLES = (FieldRole.AUTHORITY, FieldRole.WAVE, FieldRole.PEOPLE)
#: the set of choices that names the sheets of raters, and the one that names the cover
RATERS, COVER = "raters", "cover"


def clean_ratings(
    cohort: Cohort, dictionary: Dictionary, source: Source, files: list[ExportFile], corrections: pd.DataFrame,
    withdrawn: Withdrawn = NOBODY,
) -> tuple[pd.DataFrame, list[Finding]]:
    """The ratings of a self-assessment (one workbook per authority and wave), one row per rating asked for, and the points not rated.

    In corrections, ``submission`` is the body of raters and the point, as ``managers/c1``.
    """
    instrument = dictionary.instrument(source.instrument)
    parts, findings = [], []
    for file in files:
        fields = instrument.fields_of(file.version)
        sheets = {normalise(name): name for name in sheet_names(file.path, file.name)}
        cover = pd.DataFrame([dict.fromkeys((field.header for field in fields if field.role in COVER_ROLES), "")])
        for choice in instrument.chosen(COVER):
            sheet = _sheet(file, sheets, choice)
            findings += _noticed(sheet, file)
            cover = _cover(sheet, fields, file)
        about = pd.DataFrame([{"file": file.name, "line": 1, "wave": file.wave, "authority": file.authority, "submission": ""}])
        book = Records(cohort, dictionary, instrument, source.id, fields, cover, about)
        people = _people(book, file)
        below = tuple(field for field in fields if field.role not in COVER_ROLES)
        for choice in instrument.chosen(RATERS):
            sheet = _sheet(file, sheets, choice)
            findings += _noticed(sheet, file)
            records = _rows(book, named_columns(sheet, below, file), choice, file, corrections)
            rated, left_out = _left_out(_ratings(records, choice, people.get(choice.code)), choice, file, withdrawn)
            findings += left_out
            findings += _unrated(rated, file, records)
            parts.append(rated)
    table = pd.concat(parts or [empty(RATINGS)], ignore_index=True)
    return check(table.sort_values(["source", "wave", "authority", "raters", "rater", "point"], ignore_index=True), RATINGS), findings


def raters_of(instrument: LoadedInstrument, files: list[ExportFile]) -> pd.DataFrame:
    """Who can withdraw ratings, one row each: every body of raters of every workbook and, where several rated apart, each of them."""
    rows = []
    for file in files:
        several = sum(field.role is FieldRole.RATING for field in instrument.fields_of(file.version))
        for body in instrument.chosen(RATERS):
            names = [body.code, *(f"{body.code}/{number}" for number in range(1, several + 1) if several > 1 and not body.people)]
            rows += [(file.source, file.wave, file.authority, file.version, name, "") for name in names]
    return pd.DataFrame(rows, columns=["source", "wave", "authority", "version", "submission", "person"], dtype=str)


def _left_out(rated: pd.DataFrame, body: Choice, file: ExportFile, withdrawn: Withdrawn) -> tuple[pd.DataFrame, list[Finding]]:
    """The ratings without those of raters who withdrew; what a body rated together cannot be taken apart."""
    known = pd.DataFrame({"source": rated["source"], "wave": file.wave, "authority": file.authority, "version": file.version, "submission": body.code})
    gone = withdrawn.among(known) | withdrawn.among(known.assign(submission=body.code + "/" + rated["rater"].astype(str)))
    if not gone.any():
        return rated, []
    rated = rated.assign(rating=rated["rating"].mask(gone))
    given = rated.groupby("rater")["rating"].transform("count")
    count = int(rated["rater"][gone].nunique())
    return rated[given.gt(0) | rated["rater"].eq(1)].reset_index(drop=True), [Finding(
        NOTE, f"{body.label}: ratings of {number(count, 'rater')} who withdrew are left out.", "", file.wave, file.authority, count=count)]


def _people(cover: Records, file: ExportFile) -> dict[str, float]:
    """How many people rated in each body of raters, of a workbook whose cover is of the authority and wave of its place."""
    for field in cover.of(FieldRole.AUTHORITY):
        named = name_authorities(cover.about.assign(authority=cover.text(field), row=1), cover.cohort, cover.dictionary)
        refuse_other_authority(cover, named.ne(cover.about["authority"]))
    for field in cover.of(FieldRole.WAVE):
        waves = {normalise(text): wave.id for wave in cover.cohort.waves for text in (wave.id, wave.label)}
        given = cover.coded(field, waves, [wave.label for wave in cover.cohort.waves], f"cohorts/{cover.cohort.id}.toml").iloc[0]
        if given != file.wave:
            raise SourceError(
                f"'{file.name}' of source '{cover.source}' says that it is of another wave than its place.", found=given or "no entry",
                allowed=file.wave, where=file.name, do="put the workbook in its own wave's place, or correct the entry on its cover.",
            )
    return {field.occasion: cover.counts(field).iloc[0] for field in cover.of(FieldRole.PEOPLE)}


def _rows(book: Records, texts: pd.DataFrame, raters: Choice, file: ExportFile, corrections: pd.DataFrame) -> Records:
    """The rows of one sheet, corrected; rows without a point are headings of areas or notes and left out."""
    key = next(field for field in book.fields if field.role is FieldRole.KEY)
    texts = texts[texts[key.header].ne("")]
    lines = texts.index + file.header_rows + 1
    texts = texts.reset_index(drop=True)
    about = pd.DataFrame({
        "file": f"{file.name}#{raters.label}", "line": lines, "wave": file.wave, "authority": file.authority,
        "submission": raters.code + "/" + texts[key.header],
    })
    here = corrections["submission"].astype(str).str.startswith(f"{raters.code}/")
    mine = corrections[here & corrections["wave"].eq(file.wave) & corrections["authority"].eq(file.authority)]
    return replace(book, texts=corrected(texts, about, mine, book.source), about=about)


def _ratings(records: Records, raters: Choice, people: float | None) -> pd.DataFrame:
    """One row per point and rater of one sheet."""
    points = {one.point: one for one in records.instrument.points}
    known = {normalise(text): one.point for one in points.values() for text in (one.point, one.label)}
    found = records.coded(records.of(FieldRole.KEY)[0], known, list(points), f"instruments/{records.instrument.record.id}/points.csv")
    records.one_row_each(pd.DataFrame({"point": found}), "point")
    lacking = set(points) - set(found)
    if lacking:
        file = records.about["file"].iloc[0] if len(records.about) else records.source
        raise SourceError(
            f"'{file}' lacks {len(lacking)} of {len(points)} points.",
            found=f"lacking: {', '.join(sorted(lacking)[:12])}", allowed="a row for every point, its rating empty where there is none",
            where=file, do="write the rows back into the sheet, or ask the authority for the whole workbook.",
        )
    # Where nobody says how many young people rated together, they are taken for one: too few to be shown.
    several = 1.0 if people is None or pd.isna(people) else float(people)
    rated = pd.concat([
        pd.DataFrame({
            "source": records.source, "wave": records.about["wave"], "authority": records.about["authority"],
            "raters": raters.code, "rater": number, "point": found, "area": found.map({name: one.area for name, one in points.items()}),
            "rating": records.ratings(field), "people": several if raters.people else float("nan"),
        })
        for number, field in enumerate(records.of(FieldRole.RATING), 1)
    ], ignore_index=True)
    given = rated.groupby("rater")["rating"].transform("count")
    return rated[given.gt(0) | rated["rater"].eq(1)].reset_index(drop=True)


def _unrated(rated: pd.DataFrame, file: ExportFile, records: Records) -> list[Finding]:
    """A finding where points of a sheet were not rated, or no number of young people is given."""
    found, label = [], records.instrument.choice(RATERS, rated["raters"].iloc[0]).label
    count = int(rated["rating"].isna().sum())
    if count:
        found.append(Finding(NOTE, f"{label}: {number(count, 'point')} of {len(rated)} not rated.", "ask for them if they matter.",
                             file.wave, file.authority, "", count))
    if rated["people"].eq(1).any():
        found.append(Finding(WARNING, f"{label}: the cover does not say that more than one took part, so their ratings are withheld.",
                             "ask the authority for the number.", file.wave, file.authority, "", 1))
    return found


def _noticed(sheet: pd.DataFrame, file: ExportFile) -> list[Finding]:
    """What was noticed about the cells of one sheet; that there are others goes without saying."""
    return [as_finding(one, file.wave, file.authority) for one in noticed_in(sheet) if one.kind is not CellKind.OTHER_SHEET]


def _sheet(file: ExportFile, names: dict[str, str], choice: Choice) -> pd.DataFrame:
    """One declared sheet."""
    for text in choice.spellings:
        if normalise(text) in names:
            return read_table(file.path, header_rows=file.header_rows, sheet=names[normalise(text)], name=f"{file.name}#{choice.label}")
    raise SourceError(
        f"'{file.name}' of source '{file.source}' has no sheet '{choice.label}'.",
        found=f"{len(names)} {'sheet' if len(names) == 1 else 'sheets'}, none of that name", allowed=choice.label,
        where=file.name, do="give the sheet its name back, or ask the authority for the sheet that is missing.",
    )


def _cover(sheet: pd.DataFrame, fields: tuple[SourceField, ...], file: ExportFile) -> pd.DataFrame:
    """The lines of a cover as columns: a label in the first column, an entry in the second."""
    declared = {normalise(field.header): field for field in fields if field.role in COVER_ROLES}
    lines = [list(sheet.columns), *sheet.to_numpy().tolist()]
    written = {normalise(str(line[0])): str(line[1]).strip() if len(line) > 1 else "" for line in lines}
    lacking = [field.header for name, field in declared.items() if field.required and name not in written]
    if lacking:
        raise UnknownHeaderError(
            f"the cover of '{file.name}' lacks {len(lacking)} of its lines.", found=f"lacking: {', '.join(lacking)}",
            allowed=", ".join(field.header for field in declared.values()), where=file.name,
            do="write the line back into the first column of the cover, with its entry beside it.",
        )
    return pd.DataFrame([{field.header: written.get(name, "") for name, field in declared.items()}])
