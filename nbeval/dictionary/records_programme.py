"""The records of programme.toml, cohorts/<id>.toml, authorities.csv and authority_codes.csv."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from nbeval.dictionary.kinds import Design, ReportForm, SourceKind, Status
from nbeval.dictionary.record import Record
from nbeval.dictionary.records_report import EvidenceRule, StandingRule


class Words(Record):
    """A noun the reports use, in the singular and the plural."""

    one: str
    many: str


class Domain(Record):
    id: str
    label: str
    about: str = ""
    status: Status = Status.CONFIRMED
    source: str = ""


class Outcome(Record):
    """An outcome of the programme's theory of change."""

    id: str
    label: str
    about: str = ""
    status: Status = Status.CONFIRMED
    source: str = ""


class ReportKind(Record):
    """A kind of report: which notebook makes it, of which wave, for whom."""

    id: str
    notebook: str
    title: str                          # may use {cohort}, {authority}, {programme}
    audience: str = ""
    wave: str = ""                      # `first` or `last` of the cohort's waves, or empty for all
    per_authority: bool = False
    internal: bool = False              # never published, never in the release
    form: ReportForm = ReportForm.REPORT
    sections: tuple[str, ...] = ()      # as they follow in the notebook: exhibits are numbered in this order
    made_from: SourceKind = SourceKind.SURVEY   # survey: answers and what is collected beside them


class Programme(Record):
    id: str
    name: str
    owner: str
    about: str
    people: Words                       # who answers: young person / young people
    area: Words                         # where they belong: local authority / local authorities
    language: str = "en-GB"
    smallest_meaningful_change: dict[str, float] = {}   # by measure, in its unit; source in decisions.md
    conf_level: float = 0.95
    holm_families: tuple[str, ...] = () # families adjusted by Holm; all others by Benjamini and Hochberg
    domains: tuple[Domain, ...]
    outcomes: tuple[Outcome, ...] = ()
    reports: tuple[ReportKind, ...]
    evidence: EvidenceRule | None = None
    standing: StandingRule | None = None
    source: str


# --- cohorts/<id>.toml --------------------------------------------------------------------------


class Wave(Record):
    """An occasion of measurement. Waves stand in the file in the order of time."""

    id: str
    label: str
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    overlaps: tuple[str, ...] = ()      # waves that may hold the same people: never tested against one another
    note: str = ""
    status: Status = Status.CONFIRMED
    source: str = ""


class SourceFiles(Record):
    """The files of one source at one wave.

    `pattern` is relative to the cohort's data folder; `{authority}` stands for an authority's id.
    """

    wave: str = ""
    pattern: str
    version: str                        # export version: a block of the instrument's columns.csv
    header_rows: int = 1
    encoding: str = ""                  # empty: UTF-8 (with or without byte-order mark), then cp1252
    authorities: tuple[str, ...] = ()   # only these; empty: all of the cohort
    not_expected: tuple[str, ...] = ()  # authorities that made no return, by agreement

    def returned_by(self, authorities: Iterable[str]) -> tuple[str, ...]:
        """Those of a cohort's authorities whose exports these are, in the cohort's order."""
        return tuple(
            one for one in authorities if one in (self.authorities or (one,)) and one not in self.not_expected
        )


class Source(Record):
    """An instrument of collection that a cohort used."""

    id: str                             # survey, self_assessment, action_plan, visits, interviews, ...
    instrument: str
    label: str
    kind: SourceKind | None = None      # published, where its figures stand in print; else that of the instrument
    files: tuple[SourceFiles, ...] = ()
    note: str = ""
    status: Status = Status.CONFIRMED
    source: str = ""


class Eligible(Record):
    """How many people could have answered: one authority at one wave."""

    authority: str
    wave: str
    count: int
    source: str


class Margin(Record):
    """A known population count, for weighting and for judging who answered."""

    wave: str
    authority: str = ""                 # empty: all
    group: str
    level: str
    count: int
    source: str


class Weighting(Record):
    """How a cohort's weights are made: rake to `margins`, trim, report."""

    margins: tuple[str, ...]            # groups raked to; `authority` is the authority itself
    trim_upper: float | None = None     # times the median weight
    trim_lower: float | None = None
    finite_population: bool = False


class Overlap(Record):
    """How many people may have answered at both waves, and how alike one person's two answers may be."""

    largest_share: float = 1.0          # of those who can be in both
    lowest_correlation: float = 0.0
    highest_correlation: float = 1.0
    source: str


class Study(Record):
    """A model of what goes together with an outcome: factors are groups or percent indicators."""

    outcome: str
    factors: tuple[str, ...]
    source: str


class Disagreement(Record):
    """Where sources contradict one another; kept visible."""

    about: str
    readings: tuple[str, ...]
    source: str


class Note(Record):
    """Something a reader of every change must know (a period effect, a change of question)."""

    id: str
    text: str
    waves: tuple[str, ...] = ()
    label: str = ""                     # a few words for a picture
    starts: date | None = None          # where it is of a time: timelines mark it
    ends: date | None = None
    source: str = ""


class Cohort(Record):
    id: str
    label: str
    invented: bool = False
    about: str = ""
    starts: str                         # a year, a month or a day, as far as it is known
    ends: str = ""
    design: Design = Design.REPEATED_CROSS_SECTIONS
    status: Status = Status.CONFIRMED
    authorities: tuple[str, ...] = ()
    authorities_known: bool = True      # False: the list could not be found
    clusters: dict[str, tuple[str, ...]] = {}
    waves: tuple[Wave, ...] = ()
    sources: tuple[Source, ...] = ()
    eligible: tuple[Eligible, ...] = ()
    margins: tuple[Margin, ...] = ()
    weighting: Weighting | None = None
    overlap: Overlap | None = None      # of repeated cross-sections; None: not known at all
    groups: tuple[str, ...] = ()        # groups that results are broken down by
    adjust_for: tuple[str, ...] = ()    # covariates of the adjusted change, besides authority
    drivers: tuple[Study, ...] = ()
    notes: tuple[Note, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    source: str

    @property
    def made_from(self) -> SourceKind:
        """Whether the cohort's reports are made from answers or from printed figures."""
        printed = any(source.kind is SourceKind.PUBLISHED for source in self.sources)
        return SourceKind.PUBLISHED if printed else SourceKind.SURVEY


# --- authorities.csv, authority_codes.csv --------------------------------------------------------


class Authority(Record):
    authority: str
    name: str
    region: str = ""
    invented: bool = False
    status: Status = Status.CONFIRMED
    source: str


class AuthorityCode(Record):
    """An official code of an authority and the days on which it was in force."""

    authority: str
    system: str                         # ons, dfe
    code: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str
