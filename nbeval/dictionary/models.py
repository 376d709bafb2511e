"""The records of a dictionary: what one row or one file of it says.

Every record is frozen. Fields are documented in ``data_dictionary/README.md``, where each file has its own section.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, ConfigDict

from nbeval.dictionary.enums import (
    Design, Direction, FieldRole, ItemKind, Match, Measure, MissingReason, OfficialRole, Quantity, ReportForm, Role, Rounding,
    ScaleRule, SourceKind, Status, Symbol, YearForm,
)
from nbeval.dictionary.printed_number import PrintedNumber, printed_value


class Record(BaseModel):
    """One entry of the dictionary: unknown fields are refused, nothing can be changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

# --- exhibits.csv, disclosure.toml, glossary.csv, sources.csv ----------------------------------------


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
    # ids, or domain:<id>, family:<id>, distribution:<id>, headline; empty: people are counted
    indicators: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    notes: str = ""
    sentence: str = ""                  # a sentence above the exhibit; fields of the results in braces


class EvidenceRule(Record):
    """programme.toml: when what nobody tested counts as pointing towards an outcome of the theory of change."""

    smallest_share: float               # of a theme's actions that were done, or of the places that told of it
    source: str


class StandingRule(Record):
    """programme.toml: which tests make a measure a strength or a priority of one place."""

    against: tuple[str, ...]            # rest (all other places), comparator (respondents elsewhere), wave (the first one)
    gap: float                          # steps of a scale: bodies of raters that are further apart are to be talked about
    source: str


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
    # sources that are not answers of people: only the counts of people on their rows are protected
    not_of_answers: tuple[str, ...] = ()
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

# --- programme.toml, cohorts/<id>.toml, authorities.csv, authority_codes.csv -------------------------


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

# --- instruments/<id>/ of surveys --------------------------------------------------------------------


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
    header: str = ""                    # as exported, several header rows joined by " | "; empty: a column without one
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

# --- instruments/<id>/ of sources that are no survey -------------------------------------------------


class Area(Record):
    """areas.csv: what a source speaks of: an area of a service, a theme, a visit, a prerequisite."""

    area: str
    label: str
    part: str = ""                      # areas of one part belong together: a phase, a kind of condition
    about: str = ""
    outcomes: tuple[str, ...] = ()      # theory-of-change outcomes it speaks to
    status: Status
    source: str


class Point(Record):
    """points.csv: one statement or question that is rated; its area is the mean of its points."""

    point: str
    area: str
    label: str
    status: Status
    source: str


class Choice(Record):
    """choices.csv: one entry that a field may hold."""

    choices: str                        # the set it belongs to: rating, rater, status, ...
    code: str                           # a whole number where the set is a scale
    label: str
    also: str = ""                      # other spellings, parted by " | "
    counts: bool = False                # done, held, met: what is aimed at
    people: bool = False                # those who rate are the people the programme is for
    since: date | None = None           # the days between which it was in use: a framework of inspection
    until: date | None = None
    status: Status = Status.CONFIRMED
    source: str


class Band(Record):
    """bands.csv: a word for the means from ``lowest`` upward, up to the next band."""

    band: str
    label: str
    colour: str                         # red, amber or green; never shown without the label
    lowest: float
    status: Status = Status.CONFIRMED
    source: str


class SourceField(Record):
    """fields.csv: a column of an export, or a line of its cover sheet."""

    version: str
    header: str                         # one that ends with "*" stands for every header that begins so
    role: FieldRole
    choices: str = ""                   # the set of choices its entries are of
    occasion: str = ""                  # the wave, the review or the raters it is of, where it is of one
    area: str = ""                      # the area it is of, where no column says it
    parted_by: str = ""                 # what parts several codes in one cell; `line` for a line break
    required: bool = True
    status: Status = Status.CONFIRMED   # of layouts that are not ours: whether the tool is known to write this header
    source: str = ""

# --- groups.csv, scales/<id>.toml, indicators.csv, benchmarks.csv ------------------------------------


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
    plain: str = ""                     # for readers who want plain words, as the person would say it
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
    figure: str = ""                    # of published/figures.csv: it gives what is left empty here
    match: Match
    status: Status
    note: str = ""
    source: str

# --- published/figures.csv ---------------------------------------------------------------------------


class PrintedFigure(Record):
    """One figure as printed: what it is of, how precise it is, and where it stands."""

    figure: str
    cohort: str = ""                    # of which survey, where it is one of ours; empty for other people
    wave: str = ""
    authority: str = ""
    group: str = ""
    level: str = ""
    indicator: str = ""                 # the indicator whose question and coding it has; empty where none has
    quantity: Quantity = Quantity.PERCENT
    about: str                          # what was asked
    coding: str                         # which answers are counted, in the words of the page
    match: Match                        # how well question and coding fit the indicator
    population: str
    ages: str = ""
    year: str
    geography: str = ""
    authorities: int | None = None      # how many took part
    n: int | None = None
    n_rounded_to: int = 1
    value: float | None = None          # empty where a symbol was printed
    symbol: Symbol | None = None
    decimals: int = 0                   # as printed
    unit: str = "percent"
    conf_low: float | None = None
    conf_high: float | None = None
    rounding: Rounding = Rounding.UNKNOWN
    beside: tuple[str, ...] = ()        # figures of other people that it stands beside: those of the right year
    page: str = ""                      # in a source that has pages
    status: Status
    note: str = ""
    source: str

    @property
    def printed(self) -> PrintedNumber | None:
        """The figure as it is printed; None where a symbol stands in its place."""
        return None if self.value is None else printed_value(self.value, self.decimals)


#: what a benchmark takes from the figure it names, where its own cell is empty
OF_BENCHMARK = (
    "population", "ages", "year", "value", "unit", "n", "conf_low", "conf_high", "decimals", "geography", "match",
    "status", "source",
)

# --- official/ ---------------------------------------------------------------------------------------


class OfficialTable(Record):
    """official/tables.csv: one published table in one vintage."""

    table: str
    label: str
    vintage: str                        # tables of one series are told apart by it; a later one sorts after an earlier
    file: str                           # in the data folder
    years: tuple[int, ...]              # the years it covers, each by the year in which it ends
    year_form: YearForm
    codes_on: date | None = None        # the day whose authority codes it uses for all years; empty: those of each year
    breakdown: str = ""                 # what all of it is about, where no column says so
    age: str = ""                       # the age all of it is about, where no column says so
    symbols: tuple[str, ...] = ()       # symbols it may hold instead of a number
    status: Status = Status.CONFIRMED
    note: str = ""
    source: str


class OfficialColumn(Record):
    """official/columns.csv: what a column of a table is."""

    table: str
    header: str
    role: OfficialRole


class OfficialLabel(Record):
    """official/labels.csv: what a label of the column `breakdown` or `age` of a table means."""

    table: str
    role: OfficialRole
    label: str
    meaning: str                        # as in measures.csv


class OfficialMeasure(Record):
    """official/measures.csv: a published figure that is taken over: a breakdown at an age."""

    measure: str
    label: str
    unit: str
    breakdown: str
    age: str
    denominator: str = ""               # the breakdown whose count it is a share of
    status: Status = Status.CONFIRMED
    note: str = ""
    source: str


class OfficialSymbol(Record):
    """official/symbols.csv: a symbol that stands where a number could; never a number and never nought."""

    symbol: str
    meaning: str
    status: Status = Status.CONFIRMED
    source: str

# --- which file holds which record -------------------------------------------------------------------

TABLES = {
    "sources.csv": Citation, "authorities.csv": Authority, "authority_codes.csv": AuthorityCode,
    "groups.csv": GroupLevel, "indicators.csv": Indicator, "benchmarks.csv": Benchmark,
    "exhibits.csv": ExhibitRow, "glossary.csv": Term,
}
OFFICIAL_TABLES = {
    "official/tables.csv": OfficialTable, "official/columns.csv": OfficialColumn, "official/labels.csv": OfficialLabel,
    "official/measures.csv": OfficialMeasure, "official/symbols.csv": OfficialSymbol,
}
FIGURES, BENCHMARKS = "published/figures.csv", "benchmarks.csv"
INSTRUMENT_TABLES = {
    "columns.csv": Column, "items.csv": Item, "response_sets.csv": Response,
    "routing.csv": Routing, "comparability.csv": Comparability,
}
EVIDENCE_TABLES = {
    "fields.csv": SourceField, "areas.csv": Area, "points.csv": Point, "choices.csv": Choice, "bands.csv": Band,
}
OPTIONAL = ("routing.csv", "comparability.csv", "points.csv", "bands.csv")
