"""The records of a data dictionary: what one row or one file of it says.

Every record is frozen. Fields are documented in ``data_dictionary/README.md``, where each file
has its own section; this module is the one place that decides their names and types.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """One entry of the dictionary: unknown fields are refused, nothing can be changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Status(StrEnum):
    """How sure a fact is."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class MissingReason(StrEnum):
    """Why a respondent has no answer to an item. A closed set: bases depend on it."""

    NOT_ASKED = "not_asked"
    NOT_APPLICABLE = "not_applicable"
    NOT_ANSWERED = "not_answered"
    DONT_KNOW = "dont_know"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    INVALID = "invalid"
    ABSENT = "absent"


class Design(StrEnum):
    """How the waves of a cohort relate to one another."""

    REPEATED_CROSS_SECTIONS = "repeated_cross_sections"
    MATCHED = "matched"


class ItemKind(StrEnum):
    """What sort of answer an item takes."""

    CHOICE = "choice"        # one of a response set
    NUMBER = "number"        # a number between lowest and highest
    OPTION = "option"        # one option of a multi-select item: chosen (1) or not (0)
    TEXT = "text"            # typed by a person; held apart, never published


class Role(StrEnum):
    """What a raw column is."""

    ITEM = "item"                      # one item, one column
    OPTIONS = "options"                # one column holding several options of `item`, parted by the instrument's separator
    SUBMISSION = "submission"          # the survey tool's number of the form
    STATUS = "status"                  # complete, partial, ...
    STARTED = "started"
    FINISHED = "finished"
    TEST = "test"                      # marks a test submission
    AUTHORITY = "authority"            # only where the file name does not say
    PERSON = "person"                  # an identifier that links waves (matched designs only)
    IDENTIFYING = "identifying"        # dropped on reading, and named in the findings
    IGNORED = "ignored"                # known and not used


class Measure(StrEnum):
    """What an indicator reports of its item or scale."""

    PERCENT = "percent"                # share of valid answers with one of `codes`
    MEAN = "mean"                      # mean of the number or score


class ScaleRule(StrEnum):
    """How the answered items of a scale become a score."""

    SUM = "sum"
    MEAN = "mean"
    PRORATED_SUM = "prorated_sum"      # mean of the valid items times the number of items
    COUNT = "count"                    # number of items that fall in their `counts_when` codes


class Direction(StrEnum):
    """Which way an indicator is better for the people it describes."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Match(StrEnum):
    """How well a benchmark's definition fits ours. `differs` is shown and never tested."""

    SAME = "same"
    CLOSE = "close"
    DIFFERS = "differs"


# --- programme.toml -----------------------------------------------------------------------------


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
    domains: tuple[Domain, ...]
    outcomes: tuple[Outcome, ...] = ()
    reports: tuple[ReportKind, ...]
    source: str


# --- cohorts/<id>.toml --------------------------------------------------------------------------


class Wave(Record):
    """An occasion of measurement. Waves stand in the file in the order of time."""

    id: str
    label: str
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
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
    not_expected: tuple[str, ...] = ()  # authorities that made no return, by agreement


class Source(Record):
    """An instrument of collection that a cohort used."""

    id: str                             # survey, self_assessment, action_plan, visits, interviews, ...
    instrument: str
    label: str
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
    groups: tuple[str, ...] = ()        # groups that results are broken down by
    adjust_for: tuple[str, ...] = ()    # covariates of the adjusted change, besides authority
    drivers: tuple[Study, ...] = ()
    notes: tuple[Note, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    source: str


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


# --- instruments/<id>/ ---------------------------------------------------------------------------


class Instrument(Record):
    """instrument.toml: an instrument and the rules by which its forms are kept or set aside."""

    id: str
    label: str
    kind: str                           # survey, self_assessment, ...
    about: str = ""
    licence: str
    may_show_wording: bool
    separator: str = ";"                # of several options in one cell
    complete_labels: tuple[str, ...] = ()    # values of the status column that mean a finished form
    partial_labels: tuple[str, ...] = ()
    test_labels: tuple[str, ...] = ()        # values of the test column that mean a test
    minimum_answered: int = 1           # a form with fewer valid answers is set aside as empty
    keep_partial: bool = True
    duplicates: str = "last"            # of two forms with one submission number: first, last, most_complete
    late: str = "keep"                  # forms finished after the fieldwork: keep or set_aside
    status: Status = Status.CONFIRMED
    source: str


class Column(Record):
    """columns.csv: what a raw column of an export version is."""

    version: str
    header: str                         # as exported; several header rows are joined by " | "
    role: Role
    item: str = ""
    required: bool = True


class Item(Record):
    """items.csv: one question, or one option of a multi-select question."""

    item: str
    label: str                          # short name, for tables
    wording: str = ""                   # only where may_show_wording
    kind: ItemKind
    response_set: str = ""
    part_of: str = ""                   # the multi-select question this option belongs to
    lowest: float | None = None
    highest: float | None = None
    domain: str = ""
    status: Status
    note: str = ""
    source: str


class Response(Record):
    """response_sets.csv: one answer of a response set in one codebook version (empty: in all)."""

    response_set: str
    codebook: str = ""
    code: int
    label: str
    also: str = ""                      # other spellings an export may hold, parted by " | "
    missing: MissingReason | None = None
    status: Status = Status.CONFIRMED
    source: str


class Routing(Record):
    """routing.csv: an item asked only of those who gave certain answers to an earlier one."""

    item: str
    asked_if_item: str
    asked_if_codes: tuple[int, ...]
    status: Status
    source: str


class Comparability(Record):
    """comparability.csv: whether an item may be compared between two export versions."""

    item: str
    version_a: str
    version_b: str
    comparable: Match
    note: str
    source: str


# --- groups.csv, scales/<id>.toml, indicators.csv -------------------------------------------------


class GroupLevel(Record):
    """groups.csv: one level of a grouping of respondents."""

    group: str
    label: str
    item: str
    level: str
    level_label: str
    codes: tuple[str, ...]              # single codes, or lowest-highest
    protected: bool = False
    status: Status = Status.CONFIRMED
    source: str


class ScaleItem(Record):
    item: str
    reverse: bool = False
    counts_when: tuple[str, ...] = ()   # for the rule `count`


class Conversion(Record):
    raw: float
    score: float


class Scale(Record):
    id: str
    label: str
    items: tuple[ScaleItem, ...]
    rule: ScaleRule
    minimum_answered: int
    lowest: float
    highest: float
    conversion: tuple[Conversion, ...] = ()
    domain: str = ""
    citation: str
    licence: str
    status: Status
    note: str = ""


class Indicator(Record):
    """indicators.csv: a reported measure = an item or scale plus a coding plus a codebook version."""

    indicator: str
    label: str
    short: str                          # for axes and tight tables
    says: str                           # completes "of those who answered ...": "had low life satisfaction"
    domain: str
    item: str = ""
    scale: str = ""
    measure: Measure
    codes: tuple[str, ...] = ()         # single codes, or lowest-highest
    unit: str
    decimals: int = 0
    better: Direction
    family: str = ""                    # tests read together
    distribution: str = ""              # indicators of one distribution add up to its base
    headline: bool = False
    outcomes: tuple[str, ...] = ()      # theory-of-change outcomes it speaks to
    status: Status
    note: str = ""
    source: str


# --- benchmarks.csv, exhibits.csv, disclosure.toml, glossary.csv, sources.csv ---------------------


class Benchmark(Record):
    """benchmarks.csv: a published value of another body of people."""

    benchmark: str
    indicator: str
    kind: str                           # population (a value) or comparator (a body with its own n)
    label: str
    population: str
    ages: str
    year: str
    value: float
    unit: str
    n: int | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    decimals: int = 0
    geography: str = ""
    match: Match
    status: Status
    note: str = ""
    source: str


class ExhibitRow(Record):
    """exhibits.csv: a table or figure of a report, and the results it shows."""

    exhibit: str
    reports: tuple[str, ...]            # report kinds it belongs to
    section: str                        # the notebook section that calls for it
    order: int
    title: str                          # may use {cohort}, {authority}, {wave}, {people}
    kind: str                           # a form that present knows: levels, change, distribution, ...
    chart: str = ""                     # a chart that present knows; empty: a table only
    source_id: str = "survey"
    quantities: tuple[str, ...]
    indicators: tuple[str, ...] = ()    # ids, or domain:<id>, family:<id>, distribution:<id>, headline; empty: people are counted
    groups: tuple[str, ...] = ()
    notes: str = ""
    sentence: str = ""                  # a sentence above the exhibit; fields of the results in braces


class Disclosure(Record):
    threshold: int                      # smallest count that may be published
    threshold_internal: int
    threshold_percent_base: int         # smallest base of a percentage
    protect_complement: bool            # 0 % and 100 % disclose too
    protected_groups: tuple[str, ...] = ()
    rounding: str                       # half_up
    percent_decimals: int = 0
    protection_interval: int            # narrowest interval an intruder may derive
    symbols: dict[str, str]             # withheld, not_available, not_applicable, low
    symbol_meanings: dict[str, str]
    priority: tuple[str, ...] = ()      # what is kept longest, most important first
    source: str


class Term(Record):
    term: str
    meaning: str
    not_called: str = ""
    source: str = ""


class Citation(Record):
    """sources.csv: where a fact was read."""

    source: str
    title: str
    publisher: str = ""
    published: str = ""
    url: str = ""
    note: str = ""
