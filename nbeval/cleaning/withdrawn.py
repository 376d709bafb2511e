"""Who withdrew: forms, people and quotes that are known by keyed checksums alone, so that the list of them holds no personal data."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pandas as pd

from nbeval.cleaning.files import CORRECTIONS, cohort_folder, locate
from nbeval.cleaning.reading import read_exports
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import SourceKind
from nbeval.dictionary.models import Cohort, Source
from nbeval.errors import ParameterError

#: kinds of source from which somebody can withdraw
OF_PEOPLE = (SourceKind.SURVEY, SourceKind.SELF_ASSESSMENT, SourceKind.QUOTES, SourceKind.INTERVIEWS)
_LISTED = 6
_PLACE = ["source", "wave", "authority", "version", "submission"]


@dataclass(frozen=True)
class Withdrawn:
    """Checksums of forms and people that are left out of everything, and the key with which they were made."""

    subjects: frozenset[str] = frozenset()
    key: bytes = field(default=b"", repr=False)

    def among(self, rows: pd.DataFrame) -> pd.Series:
        """Which rows are of somebody who withdrew; they have source, wave, authority, version and submission, and perhaps ``person``."""
        if not self.subjects:
            return pd.Series(False, rows.index, dtype=bool)
        forms = [of_form(self.key, *place) in self.subjects for place in rows[_PLACE].fillna("").astype(str).itertuples(index=False)]
        people = rows["person"].fillna("").astype(str) if "person" in rows else pd.Series("", rows.index)
        return pd.Series(forms, rows.index, dtype=bool) | people.map(lambda one: of_person(self.key, one) in self.subjects).astype(bool)

    def corrections_left(self, corrections: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
        """The corrections without those of forms that are gone."""
        places = set(zip(*(gone[name].astype(str) for name in ("wave", "authority", "submission"))))
        left = [place not in places for place in zip(corrections["wave"], corrections["authority"], corrections["submission"])]
        return corrections.loc[pd.Series(left, corrections.index, dtype=bool)]


NOBODY = Withdrawn()


def of_form(key: bytes, source: str, wave: str, authority: str, version: str, submission: str) -> str:
    """What a form that is withdrawn is known by."""
    return _keyed(key, "form", source, wave, authority, version, " ".join(submission.split())) if submission.strip() else ""


def of_person(key: bytes, person: str) -> str:
    """What a person who withdrew is known by, at every wave and in every source of the cohort; nothing where nobody is named."""
    return _keyed(key, "person", " ".join(person.split())) if person.strip() else ""


def _keyed(key: bytes, *parts: str) -> str:
    """A keyed checksum of a few texts."""
    return hmac.new(key, "\0".join(("withdrawal", *parts)).encode("utf-8"), sha256).hexdigest()


@dataclass(frozen=True)
class Wanted:
    """Whose forms are asked for: the place, and the numbers that are there on paper alone."""

    source: str
    wave: str = ""
    authority: str = ""
    version: str = ""
    numbers: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class FoundForms:
    """What those who withdraw are known by, how many forms that are there are theirs, and at which waves."""

    subjects: tuple[str, ...]
    forms: int
    waves: tuple[str, ...]
    people: int                     # of them, known at every wave
    corrections: int                # corrections that name one of the forms


def find_forms(wanted: Wanted, cohort: Cohort, dictionary: Dictionary, data: Path, key: bytes) -> FoundForms:
    """The forms, quotes, interviews or ratings that are to be left out.

    Raises
    ------
    ParameterError
        A number is not in the data, or is that of several forms; the message says how many, never which.
    """
    source = _source(wanted, cohort, dictionary)
    there = _rows(source, cohort, dictionary, data)
    here = there[(there["wave"].isin([wanted.wave, ""]) | (not wanted.wave)) & (there["authority"].isin([wanted.authority, ""]) | (not wanted.authority))
                 & (there["version"].eq(wanted.version) | (not wanted.version))]
    numbers = [" ".join(one.split()) for one in wanted.numbers]
    mine = here[here["submission"].fillna("").map(lambda text: " ".join(str(text).split())).isin(numbers)]
    several = mine[["wave", "authority", "version", "submission"]].drop_duplicates()["submission"].value_counts().gt(1)
    lacking = len(set(numbers) - set(mine["submission"].map(lambda text: " ".join(str(text).split()))))
    if lacking or not numbers:
        raise ParameterError(
            "nobody is withdrawn: not every number is in the data." if numbers else "no number was given.",
            found=f"{lacking} of {len(set(numbers))} numbers are of no form" if numbers else "", where=_place(wanted),
            allowed="numbers of forms, quotes or interviews that are in the exports; of ratings the body of raters, or `body/1` for its first",
            do="look at source, wave and authority, and at the number as the export has it, one number a line.")
    if several.any():
        raise ParameterError(
            "nobody is withdrawn: a number is that of several forms.", found=f"{int(several.sum())} of {len(set(numbers))} numbers", where=_place(wanted),
            allowed="one wave, authority and export version: " + "; ".join(sorted({", ".join(filter(None, place)) for place in zip(
                mine["wave"], mine["authority"], mine["version"])})[:_LISTED]), do="name them with --wave, --authority and --version.")
    persons = sorted(set(mine["person"].fillna("")) - {""}) if "person" in mine else []
    everywhere = there[there.index.isin(mine.index) | (there["person"].isin(persons) if persons else False)]
    subjects = [of_form(key, *place) for place in mine[_PLACE].fillna("").astype(str).itertuples(index=False)]
    return FoundForms(
        tuple(dict.fromkeys([*subjects, *(of_person(key, one) for one in persons)])), len(everywhere),
        tuple(one.id for one in cohort.waves if one.id in set(everywhere["wave"])), len(persons), _corrections(everywhere, cohort, data))


def _source(wanted: Wanted, cohort: Cohort, dictionary: Dictionary) -> Source:
    """The source, which is one of people's answers or words."""
    known = {one.id: one for one in cohort.sources if one.files and dictionary.instrument(one.instrument).record.kind in OF_PEOPLE}
    if wanted.source not in known:
        raise ParameterError("nobody can withdraw from this source.", found=wanted.source or "no source was named", allowed=", ".join(known) or "none",
                             where=f"cohorts/{cohort.id}.toml", do="name a source of answers, ratings, quotes or interviews with --source.")
    for name, given, ids in (("wave", wanted.wave, [one.id for one in cohort.waves]), ("authority", wanted.authority, cohort.authorities)):
        if given and given not in ids:
            raise ParameterError(f"cohort '{cohort.id}' has no such {name}.", found=given, allowed=", ".join(ids), where=_place(wanted),
                                 do=f"name one of them with --{name}.")
    return known[wanted.source]


def _place(wanted: Wanted) -> str:
    """Where somebody is looked for."""
    return ", ".join(filter(None, (wanted.source, wanted.wave, wanted.authority, wanted.version)))


def _rows(source: Source, cohort: Cohort, dictionary: Dictionary, data: Path) -> pd.DataFrame:
    """Everything that somebody can withdraw from a source, one row each: source, wave, authority, version, submission, person."""
    from nbeval.cleaning.records import read_records
    from nbeval.cleaning.self_assessment import raters_of
    from nbeval.cleaning.survey import forms_of
    from nbeval.cleaning.usable import take_usable

    kind, files = dictionary.instrument(source.instrument).record.kind, locate(cohort, source, data, may_lack=True)
    if kind is SourceKind.SURVEY:
        instrument = dictionary.instrument(source.instrument)
        return take_usable(files, lambda part: forms_of(cohort, dictionary, instrument, list(zip(part, read_exports(part))))[1])[0]
    if kind is SourceKind.SELF_ASSESSMENT:
        return raters_of(dictionary.instrument(source.instrument), files)
    none = pd.DataFrame(columns=["source", "wave", "authority", "submission"], dtype=str)
    read = read_records(cohort, dictionary, source, files, none, NOBODY)
    return pd.concat([one.about.assign(source=source.id) for one in read if one.about["known_by"].ne("").any()],
                     ignore_index=True).drop(columns="submission").rename(columns={"known_by": "submission"})


def _corrections(forms: pd.DataFrame, cohort: Cohort, data: Path) -> int:
    """How many corrections beside the exports are of these forms."""
    from nbeval.cleaning.corrections import read_corrections

    listed = read_corrections(cohort_folder(cohort, data) / CORRECTIONS, cohort, CORRECTIONS)
    return len(listed) - len(NOBODY.corrections_left(listed, forms.fillna("")))
