"""The records of a dictionary: what one row or one file of it says.

Every record is frozen. Fields are documented in ``data_dictionary/README.md``, where each file has its own section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import (
    Design, Direction, FieldRole, ItemKind, Lonely, Match, Measure, MissingReason, OfficialRole, Protection, Quantity, ReportForm, Retained,
    Role, Rounding, ScaleRule, Signatory, SourceKind, Status, Symbol, YearForm,
)
from nbeval.dictionary.printed_number import PrintedNumber, printed_value
from nbeval.dictionary.record import (
    ANY, HERE, AnySourceId, AtLeastOne, AuthorityId, Cited, CitedForReaders, Count, Fault, Id, IndicatorId, ItemId, LocalAuthorityId,
    LocalVersion, LocalWaveId, ReadersOnly, Record, Ref, Reference, RelativePath, Said, Template, Unique,
)
from nbeval.errors import suggestion

#: columns that say how a respondent was sampled
OF_SAMPLING = (Role.WEIGHT, Role.STRATUM, Role.CLUSTER)
#: stands for an authority's id in the pattern of a file
AUTHORITY = "{authority}"
#: the end of a header that stands for every column whose header begins so
MANY = "*"
#: the fields of titles, of a report and of an exhibit, and of the sentence above an exhibit: results first, then words
REPORT_TITLE = ("programme", "cohort", "authority")
EXHIBIT_TITLE = (*REPORT_TITLE, "wave", "people", "area", "areas")
SENTENCE_RESULTS = (
    "estimate", "conf_low", "conf_high", "n", "n_valid", "n_reference", "n_eligible", "x_in_ten", "before", "after", "change", "change_low",
    "change_high", "verdict", "benchmark", "difference", "difference_verdict", "lowest", "highest",
)
SENTENCE_WORDS = (
    "label", "indicator", "short", "says", "people", "person", "area", "areas", "programme", "cohort", "wave", "first_wave", "last_wave",
    "authority", "authorities", "group", "level", "benchmark_label", "benchmark_year", "benchmark_population", "interval_level",
)
#: the choices that are a scale, whose codes are numbers
SCALE = "rating"
#: how an exhibit names what it shows together, and what the name is that of
HEADLINE = "headline"
OF_INDICATORS = ("domain", "family", "distribution")
TOGETHER = {
    **{way: Ref(f"{way} of indicators") for way in OF_INDICATORS},
    "area": Ref("area"), "part": Ref("part"), "source": Ref("kind of source", ANY), "measure": Ref("measure of official tables"),
}
#: the quantities that can be printed elsewhere, and those of them that are shares
IN_PRINT = (Quantity.PERCENT, Quantity.MEAN, Quantity.COUNT, Quantity.LOWEST, Quantity.HIGHEST)
_SHARES = (Quantity.PERCENT, Quantity.LOWEST, Quantity.HIGHEST)
#: the columns of official tables whose labels have meanings
LABELLED = (OfficialRole.BREAKDOWN, OfficialRole.AGE)
FIGURES = "published/figures.csv"
_WHEN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def _in_order(low: Any, high: Any) -> bool:
    """Whether two ends follow one another, where both are given."""
    return low is None or high is None or low <= high


# --- exhibits.csv, disclosure.toml, glossary.csv, sources.csv ----------------------------------------


class ExhibitRow(Record):
    """exhibits.csv: a table or figure of a report, and the results it shows."""

    exhibit: Annotated[str, Id("exhibit")]
    reports: Annotated[tuple[str, ...], Ref("report kind")]  # report kinds it belongs to
    section: Said                       # the notebook section that calls for it
    order: Annotated[int, ReadersOnly()]
    title: Annotated[str, Template(EXHIBIT_TITLE), ReadersOnly()]
    kind: str                           # a kind of exhibit: levels, change, distribution, ...
    chart: Said = ""                    # how it is drawn; empty: a table only
    source_id: AnySourceId = "survey"
    quantities: tuple[str, ...]
    # ids, or domain:<id>, family:<id>, distribution:<id>, headline; empty: people are counted
    indicators: tuple[str, ...] = ()
    groups: Annotated[tuple[str, ...], Ref("group")] = ()
    notes: Said = ""
    sentence: Annotated[str, Template((*SENTENCE_RESULTS, *SENTENCE_WORDS)), ReadersOnly()] = ""  # above the exhibit

    def references(self) -> Iterator[Reference]:
        """What is marked, and the indicators, areas and measures, which may be named one by one or together."""
        yield from super().references()
        for name in self.indicators:
            way, together, named = name.partition(":")
            if not together and name != HEADLINE:
                yield Reference("indicators", name, Ref("indicator"))
            elif way in TOGETHER:
                yield Reference("indicators", named, TOGETHER[way])

    def faults(self) -> Iterator[Fault]:
        for name in self.indicators:
            way, together, _ = name.partition(":")
            if together and way not in TOGETHER:
                yield "indicators", f"unknown way of naming indicators '{way}'", suggestion(way, TOGETHER)


class EvidenceRule(Record):
    """programme.toml: when what nobody tested counts as pointing towards an outcome of the theory of change."""

    smallest_share: Annotated[float, Field(gt=0, le=1)]  # of a theme's actions that were done, or of the places that reported it
    source: Cited


class StandingRule(Record):
    """programme.toml: which tests make a measure a strength or a priority of one place."""

    against: tuple[Literal["rest", "comparator", "wave"], ...]  # all other places, respondents elsewhere, the first wave
    gap: float                          # steps of a scale: bodies of raters that are further apart are to be talked about
    source: Cited


class Dominance(Record):
    """The (n, k) rule: a figure is withheld where its ``n`` largest contributors make more than ``k`` percent of it."""

    n: AtLeastOne
    k: Annotated[float, Field(gt=0, lt=100)]


class Minimum(Record):
    """The weakest policy that a programme may have without somebody signing for it."""

    threshold: AtLeastOne = 5
    threshold_percent_base: AtLeastOne = 5
    protection_interval: AtLeastOne = 3
    protect_complement: bool = False
    not_of_answers: Annotated[tuple[str, ...] | None, Ref("kind of source", ANY)] = None    # these and no others; None: any but surveys
    method: Protection | None = None                    # this and no other
    rounding_base: AtLeastOne = 5
    dominance: Dominance | None = None
    p_percent: Annotated[float, Field(gt=0, le=100)] | None = None
    authorities_contribute: bool = False


class QuoteRules(Record):
    """disclosure.toml: what the screen of quotes knows besides names on the list and the words of the language."""

    places: tuple[str, ...] = ()        # towns, hostels, schools: as people call them
    not_names: tuple[str, ...] = ()     # phrases in capitals that are nobody's name


class Digits(Record):
    """How many digits of a number leave, in every format; counts of people leave whole (``disclosure/digits.py`` has what is of which)."""

    percent: Annotated[int, Field(ge=0, le=6)] = 2            # decimals of percentages whose counts are printed beside them
    weighted_percent: Annotated[int, Field(ge=0, le=2)] = 1   # decimals of weighted ones, whose counts are not
    decimals: Annotated[int, Field(ge=1, le=6)] = 2           # least decimals of means and tests
    significant: Annotated[int, Field(ge=2, le=6)] = 3        # significant digits of those, where they say more; of models and p-values these alone


class Disclosure(Record):
    threshold: AtLeastOne  # smallest count that may be published
    threshold_internal: AtLeastOne
    threshold_percent_base: AtLeastOne  # smallest base of a percentage
    protect_complement: bool            # 0 % and 100 % disclose too
    protected_groups: Annotated[tuple[str, ...], Ref("group")] = ()
    rounding: Literal["half_up"]
    percent_decimals: int = 0
    digits: Annotated[Digits, ReadersOnly()] = Digits()
    protection_interval: int            # narrowest interval an intruder may derive
    symbols: dict[str, str]             # withheld, not_available, not_applicable, low
    symbol_meanings: dict[str, str]
    method: Protection = Protection.SUPPRESSION
    rounding_base: AtLeastOne | None = None    # of rounding: counts become multiples of it
    # means and weighted figures are withheld where few contributors (people, or clusters of them) make most of them
    dominance: Dominance | None = None
    p_percent: Annotated[float, Field(gt=0, le=100)] | None = None    # where all but the two largest make less than this share of the largest
    authorities_contribute: bool = False       # authorities are contributors too, to every figure over all of them
    priority: tuple[str, ...] = ()      # what is kept longest, most important first
    # sources that are not answers of people: only the counts of people on their rows are protected
    not_of_answers: Annotated[tuple[str, ...], Ref("kind of source", ANY)] = ()
    # whose signatures a release takes
    signed_by: Annotated[tuple[Signatory, ...], Field(min_length=1), ReadersOnly()] = (Signatory.AUTHOR,)
    minimum: Annotated[Minimum, ReadersOnly()] = Minimum()
    quotes: QuoteRules = QuoteRules()
    source: Cited

    def faults(self) -> Iterator[Fault]:
        unexplained = sorted(set(self.symbols) ^ set(self.symbol_meanings))
        if unexplained:
            yield "symbol_meanings", f"do not match the symbols: {', '.join(unexplained)}", "give every symbol one meaning"
        if (self.method is Protection.ROUNDING) != (self.rounding_base is not None):
            yield "rounding_base", "method 'rounding' needs a base, and no other method has one", "declare both or neither"
        if self.authorities_contribute and self.dominance is None and self.p_percent is None:
            yield "authorities_contribute", "says who contributes, and no rule of dominance is declared", "declare dominance or p_percent"
        least = self.protection_interval + 2
        if self.rounding_base is not None and self.rounding_base < least:
            yield ("rounding_base", f"is {self.rounding_base}: a count that two releases round differently lies between two multiples, which "
                   f"leave fewer values than protection_interval = {self.protection_interval} keeps open", f"at least protection_interval + 2, here {least}")


class Term(Record):
    term: Annotated[str, Id("term")]
    meaning: str
    not_called: str = ""
    source: Cited = ""


class Citation(Record):
    """sources.csv: where a fact was read."""

    source: Annotated[str, Id("source key")]
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


class Subject(Record):
    """What results speak to: a domain of measures, or an outcome of the programme's theory of change."""

    id: str
    label: Said
    about: Said = ""
    status: Status = Status.CONFIRMED
    source: CitedForReaders = ""


class Domain(Subject):
    """A domain of measures."""

    id: Annotated[str, Id("domain")]


class Outcome(Subject):
    """An outcome of the programme's theory of change."""

    id: Annotated[str, Id("outcome")]


class ReportKind(Record):
    """A kind of report: which notebook makes it, of which wave, for whom."""

    id: Annotated[str, Id("report kind")]
    notebook: RelativePath
    title: Annotated[str, Template(REPORT_TITLE), ReadersOnly()]
    audience: Said = ""
    wave: Literal["first", "last", ""] = ""  # `first` or `last` of the cohort's waves, or empty for all
    per_authority: bool = False
    internal: bool = False              # never published, never in the release
    form: ReportForm = ReportForm.REPORT
    sections: tuple[str, ...] = ()      # as they follow in the notebook: exhibits are numbered in this order
    made_from: SourceKind = SourceKind.SURVEY  # survey: answers and what is collected beside them


class WithdrawalRule(Record):
    """programme.toml: what becomes of reports that are out when somebody withdraws."""

    released: Literal["stay", "replace", ""] = ""   # they stay as they are; are made again without the person and released anew; not declared
    about: Said = ""                        # what was promised to those who took part, in a sentence
    source: CitedForReaders = ""


class RetentionRule(Record):
    """programme.toml or the cohort: how long a kind of what lies on disk is kept."""

    of: Retained
    days: Count
    since: Literal["written", "cohort_ends"] = "written"    # the last change to it, or the end of the cohort
    source: CitedForReaders = ""


class Programme(Record):
    id: str
    name: Said
    owner: Said
    about: Said
    people: Words                       # who answers: young person / young people
    area: Words                         # where they belong: local authority / local authorities
    language: str = "en-GB"
    smallest_meaningful_change: dict[Measure, float] = {}  # by measure, in its unit; source in decisions.md
    conf_level: float = Field(default=0.95, gt=0.5, lt=1)
    holm_families: tuple[str, ...] = ()  # families adjusted by Holm; all others by Benjamini and Hochberg
    domains: tuple[Domain, ...]
    outcomes: tuple[Outcome, ...] = ()
    reports: tuple[ReportKind, ...]
    evidence: EvidenceRule | None = None
    standing: StandingRule | None = None
    withdrawal: Annotated[WithdrawalRule, ReadersOnly()] = WithdrawalRule()
    retention: Annotated[tuple[RetentionRule, ...], ReadersOnly()] = ()
    source: CitedForReaders

    def adjustment(self, family: str) -> str:
        """By which method the p-values of a family of tests are adjusted."""
        return "holm" if family in self.holm_families else "bh"


class Wave(Record):
    """An occasion of measurement. Waves are in the order of time."""

    id: Annotated[str, Id("wave", HERE)]
    label: str
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    overlaps: Annotated[tuple[str, ...], Ref("wave", HERE)] = ()  # waves that may have the same people: never tested against one another
    note: Said = ""
    status: Status = Status.CONFIRMED
    source: CitedForReaders = ""

    def faults(self) -> Iterator[Fault]:
        if not _in_order(self.fieldwork_start, self.fieldwork_end):
            yield "fieldwork_end", "is before fieldwork_start", "put the two dates in order"


class SourceFiles(Record):
    """The files of one source at one wave, or at several where a column of role `wave` tells them apart.

    `pattern` is relative to the cohort's data folder; `{authority}` stands for an authority's id.
    """

    wave: LocalWaveId = ""              # empty: a column of role `wave` says it, row by row
    pattern: Annotated[RelativePath, Template((AUTHORITY.strip("{}"),))]
    version: Annotated[str, Ref("export version", "instrument")]  # export version: a block of the instrument's columns.csv
    header_rows: AtLeastOne = 1
    skip_lines: Count = 0               # lines above the header: a title, the date of the export
    encoding: str = ""                  # empty: UTF-8 (with or without byte-order mark), then cp1252
    authorities: Annotated[tuple[str, ...], Ref("authority", HERE)] = ()  # only these; empty: all of the cohort
    not_expected: Annotated[tuple[str, ...], Ref("authority", HERE)] = ()  # authorities that made no return, by agreement
    waves: dict[str, tuple[str, ...]] = {}  # how the column of role `wave` spells a wave, besides its id and its label
    other_waves: tuple[str, ...] = ()   # what it holds in rows of waves that are none of the cohort's: counted, not used
    keep_if: dict[str, tuple[str, ...]] = {}  # header: values, or ranges of numbers; rows with another one are counted, not used

    def references(self) -> Iterator[Reference]:
        """What is marked, and the waves that are spelled."""
        yield from super().references()
        yield from (Reference("waves", wave, Ref("wave", HERE)) for wave in self.waves)

    def faults(self) -> Iterator[Fault]:
        spelled = [normalise(text) for texts in (*self.waves.values(), self.other_waves) for text in texts]
        for text in sorted({one for one in spelled if spelled.count(one) > 1}):
            yield "waves", f"'{text}' is said of two waves", "say it of one"
        for header, values in self.keep_if.items():
            if not values:
                yield "keep_if", f"names no value of '{header}' to keep", "write at least one"

    def returned_by(self, authorities: Iterable[str]) -> tuple[str, ...]:
        """Those of a cohort's authorities whose exports these are, in the cohort's order."""
        return tuple(one for one in authorities if one in (self.authorities or (one,)) and one not in self.not_expected)


class Source(Record):
    """An instrument of collection that a cohort used."""

    id: Annotated[str, Id("kind of source", HERE)]  # survey, self_assessment, action_plan, visits, interviews, ...
    instrument: Annotated[str, Ref("instrument")]
    label: Said
    kind: SourceKind | None = None      # published, where its figures are printed elsewhere; else that of the instrument
    files: tuple[SourceFiles, ...] = ()
    note: Said = ""
    status: Status = Status.CONFIRMED
    source: CitedForReaders = ""

    def returns(self, authorities: tuple[str, ...], comparison: tuple[str, ...] = ()) -> Iterator[Fault]:
        """Where files are those of some authorities only, every authority has one at every wave, or is not expected; no comparison
        authority is where none is named."""
        for wave in dict.fromkeys(files.wave for files in self.files if files.authorities):
            declared = [files for files in self.files if files.wave == wave]
            named = {one for files in declared for one in (*files.returned_by(authorities), *files.authorities, *files.not_expected)}
            for authority in authorities if named & set(comparison) else [one for one in authorities if one not in comparison]:
                if authority not in named and named <= set(authorities):
                    yield "files", f"no file at wave '{wave}' is of authority '{authority}'", "name it under authorities or not_expected"
            paths = [files.pattern.replace(AUTHORITY, one) for files in declared for one in files.returned_by(authorities)
                     if AUTHORITY in files.pattern]
            for path in sorted({one for one in paths if paths.count(one) > 1}):
                yield "files", f"'{path}' would be read twice", "name each authority once for each file"


class Eligible(Record):
    """How many people could have answered: one authority at one wave."""

    authority: LocalAuthorityId
    wave: LocalWaveId
    count: Count
    source: CitedForReaders

    once = (Unique("this count", "authority", lambda one: (one.authority, one.wave)),)


class Margin(Record):
    """A known population count, for weighting and for judging who answered."""

    wave: LocalWaveId
    authority: LocalAuthorityId = ""  # empty: all
    group: Annotated[str, Ref("group", also=("authority",))]
    level: Annotated[str, Ref("level", "group")]
    count: Count
    source: CitedForReaders

    once = (Unique("this count", "level", lambda one: (one.wave, one.authority, one.group, one.level)),)


class Weighting(Record):
    """How a cohort's weights are made: from those given (a column of role `weight`) or from equal ones; raked to `margins`, trimmed."""

    margins: Annotated[tuple[str, ...], Ref("group", also=("authority",))] = ()  # groups raked to; `authority` is the authority itself
    trim_upper: float | None = None     # times the median weight
    trim_lower: float | None = None
    finite_population: bool = False     # the part of the population that answered has no sampling error: eligible people, or [[strata]]
    lonely_strata: Lonely = Lonely.ADJUST


class StratumSize(Record):
    """How many clusters (without clusters: people) a stratum has, of which the sample holds some."""

    wave: LocalWaveId
    stratum: str                        # as the column of role `stratum` has it
    count: Count
    source: CitedForReaders

    once = (Unique("this stratum", "stratum", lambda one: (one.wave, one.stratum)),)


class Overlap(Record):
    """How many people may have answered at both waves, and how alike one person's two answers may be."""

    largest_share: float = 1.0          # of those who can be in both
    lowest_correlation: float = 0.0
    highest_correlation: float = 1.0
    source: Cited


class MissingAnswers(Record):
    """How the missing answers to headline questions are drawn to see whether a change would stand."""

    imputations: Annotated[int, Field(ge=2)] = 20
    auxiliary: Annotated[tuple[str, ...], Ref("group or indicator", also=("authority",))]    # what they are drawn by
    seed: Count = 1
    source: Cited


class Study(Record):
    """A model of what goes together with an outcome: factors are groups or percent indicators."""

    outcome: IndicatorId
    factors: Annotated[tuple[str, ...], Ref("group or indicator")]
    source: CitedForReaders


class Disagreement(Record):
    """Where sources contradict one another; kept visible."""

    about: Said
    readings: Annotated[tuple[str, ...], ReadersOnly()]
    source: CitedForReaders


class ChangedSinceRelease(Record):
    """Scales and indicators that may be declared otherwise than in a signed release, and the decision that says so."""

    of: Annotated[tuple[str, ...], Ref("indicator or scale"), Field(min_length=1)]
    decision: Annotated[int, Field(ge=1)]               # its number in decisions.md


class Note(Record):
    """Something a reader of every change must know (a period effect, a change of question)."""

    id: str
    text: Said
    waves: Annotated[tuple[str, ...], Ref("wave", HERE)] = ()
    label: Said = ""                    # a few words for a picture
    starts: date | None = None          # where it is of a time: timelines mark it
    ends: date | None = None
    source: CitedForReaders = ""


class Cohort(Record):
    id: Annotated[str, Id("cohort")]
    label: Said
    invented: bool = False
    about: Said = ""
    starts: str                         # a year, a month or a day, as far as it is known
    ends: str = ""
    design: Design = Design.REPEATED_CROSS_SECTIONS
    status: Status = Status.CONFIRMED
    authorities: Annotated[tuple[str, ...], Ref("authority"), Id("authority", HERE, unique=False)] = ()
    comparison_authorities: Annotated[tuple[str, ...], Ref("authority", HERE)] = ()  # surveyed likewise, not in the programme
    reference_wave: LocalWaveId = ""    # the last wave before the programme, for differences in differences; empty: the first
    authorities_known: bool = True      # False: the list could not be found
    clusters: Annotated[dict[str, tuple[str, ...]], Ref("authority", HERE)] = {}
    waves: tuple[Wave, ...] = ()
    contrasts: tuple[tuple[str, str], ...] = ()  # pairs of waves, [later, earlier]; none: each with the first and the one before
    sources: tuple[Source, ...] = ()
    eligible: tuple[Eligible, ...] = ()
    margins: tuple[Margin, ...] = ()
    weighting: Weighting | None = None
    strata: tuple[StratumSize, ...] = ()
    main_figures: Literal["unweighted", "weighted"] = "unweighted"  # what levels, changes, charts and sentences show
    inference: Literal["these_authorities", "beyond_authorities"] = "these_authorities"  # whom changes of the whole cohort speak of
    overlap: Overlap | None = None      # of repeated cross-sections; None: not known at all
    missing_answers: MissingAnswers | None = None  # None: bounds alone
    groups: Annotated[tuple[str, ...], Ref("group")] = ()  # groups that results are broken down by
    adjust_for: Annotated[tuple[str, ...], Ref("group")] = ()  # covariates of the adjusted change, besides authority
    drivers: tuple[Study, ...] = ()
    notes: tuple[Note, ...] = ()
    disagreements: Annotated[tuple[Disagreement, ...], ReadersOnly()] = ()
    changed_since_release: Annotated[tuple[ChangedSinceRelease, ...], ReadersOnly()] = ()
    retention: Annotated[tuple[RetentionRule, ...], ReadersOnly()] = ()  # before the programme's
    source: CitedForReaders

    @property
    def made_from(self) -> SourceKind:
        """Whether the cohort's reports are made from answers or from printed figures."""
        printed = any(source.kind is SourceKind.PUBLISHED for source in self.sources)
        return SourceKind.PUBLISHED if printed else SourceKind.SURVEY

    @property
    def programme_authorities(self) -> tuple[str, ...]:
        """The authorities that take part in the programme, in their order."""
        return tuple(one for one in self.authorities if one not in self.comparison_authorities)

    @property
    def of_programme(self) -> Cohort:
        """The cohort without its comparison authorities: what the programme's own figures are of."""
        if not self.comparison_authorities:
            return self
        return self.model_copy(update={"authorities": self.programme_authorities})

    def faults(self) -> Iterator[Fault]:
        for name in ("authorities", "comparison_authorities"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                yield name, "an authority is named twice", "name each authority once"
        if self.comparison_authorities and not self.programme_authorities:
            yield "comparison_authorities", "leaves no authority in the programme", "name only those that did not take part in it"
        for name in ("starts", "ends"):
            if not _WHEN.fullmatch(getattr(self, name) or "2000"):
                yield name, f"'{getattr(self, name)}' is not a year, a month or a day", "write it as 2020, 2020-03 or 2020-03-31"
        if self.ends and self.starts > self.ends:
            yield "ends", "is before starts", "put the two in order"
        earlier: date | None = None
        for number, wave in enumerate(self.waves):
            if not _in_order(earlier, wave.fieldwork_start):
                yield ("waves", number, "fieldwork_start"), "is before that of the wave above", "put the waves in order"
            earlier = wave.fieldwork_start or earlier
        yield from self._of_contrasts()
        for number, source in enumerate(self.sources):
            returns = source.returns(self.authorities, self.comparison_authorities)
            yield from ((("sources", number, field), what, do) for field, what, do in returns)
        if self.inference == "beyond_authorities" and (self.design is Design.MATCHED or self.main_figures == "weighted" or len(self.authorities) < 2):
            yield "inference", "reaches beyond the authorities of a cohort that is matched, weighted or of one authority", \
                "leave it out, or declare repeated cross-sections, unweighted main figures and two authorities or more"
        yield from self._of_print()

    def _of_contrasts(self) -> Iterator[Fault]:
        """Every pair is of two waves, the later one first, and is named once."""
        places = {wave.id: place for place, wave in enumerate(self.waves)}
        for number, pair in enumerate(self.contrasts):
            at = ("contrasts", number)
            unknown = [wave for wave in pair if wave not in places]
            for wave in unknown:
                yield at, f"there is no wave '{wave}'", suggestion(wave, places)
            if not unknown and places[pair[0]] <= places[pair[1]]:
                yield at, f"'{pair[0]}' is not later than '{pair[1]}'", "write the later wave first: [later, earlier]"
            if pair in self.contrasts[:number]:
                yield at, "is declared already", "name each pair once"

    def _of_print(self) -> Iterator[Fault]:
        """A cohort is made of answers or of printed figures, not of both."""
        printed = [source.kind is SourceKind.PUBLISHED for source in self.sources]
        if any(printed) and not all(printed):
            yield "sources", "mixes printed figures with other sources", "declare a cohort of its own for the printed figures"
        if any(printed) and any(source.files for source in self.sources):
            yield "sources", "names files for printed figures", f"put the figures into {FIGURES}"


class Authority(Record):
    authority: Annotated[str, Id("authority")]
    name: str
    region: str = ""
    invented: bool = False
    status: Status = Status.CONFIRMED
    source: CitedForReaders


class AuthorityCode(Record):
    """An official code of an authority and the days on which it was in force."""

    authority: AuthorityId
    system: str                         # ons, dfe
    code: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: Cited

    def faults(self) -> Iterator[Fault]:
        if not _in_order(self.valid_from, self.valid_to):
            yield "valid_to", "is before valid_from", "put the two dates in order"


# --- instruments/<id>/ of surveys --------------------------------------------------------------------


class Instrument(Record):
    """instrument.toml: an instrument and the rules by which its forms are kept or excluded."""

    id: Annotated[str, Id("instrument")]
    label: Said
    kind: SourceKind                    # survey, self_assessment, ...
    about: Said = ""
    licence: Said
    may_show_wording: bool
    separator: str = ";"                # of several options in one cell
    complete_labels: tuple[str, ...] = ()  # values of the status column that mean a finished form
    partial_labels: tuple[str, ...] = ()
    excluded_labels: tuple[str, ...] = ()  # of forms that the survey tool itself screened out
    test_labels: tuple[str, ...] = ()   # values of the test column that mean a test
    minimum_answered: int = 1           # a form with fewer valid answers is excluded as empty
    keep_partial: bool = True
    duplicates: Literal["first", "last", "most_complete"] = "last"  # of two forms with one submission number: first, last, most_complete
    late: Literal["keep", "exclude"] = "keep"  # forms finished after the fieldwork: keep or exclude
    status: Status = Status.CONFIRMED
    source: CitedForReaders

    def faults(self) -> Iterator[Fault]:
        if not self.separator:
            yield "separator", "is empty", "write the character that parts options in one cell"


class Column(Record):
    """columns.csv: what a raw column of an export version is."""

    version: Annotated[str, Id("export version", HERE, unique=False)]
    header: str = ""                    # as exported, several header rows joined by " | "; empty: a column without one
    role: Role
    item: str = ""
    required: bool = True

    once = (
        Unique("this header", "header", lambda one: (one.version, normalise(one.header))),
        Unique("a column of this item", "item", lambda one: (one.version, one.item) if one.role in (Role.ITEM, Role.OPTIONS) else None),
        Unique("a column of this role", "role", lambda one: (one.version, one.role) if one.role in OF_SAMPLING else None),
    )

    def references(self) -> Iterator[Reference]:
        """The item, or the multi-select question whose options the column holds."""
        kind = {Role.ITEM: "item", Role.OPTIONS: "multi-select question"}.get(self.role)
        if kind:
            yield Reference("item", self.item, Ref(kind, HERE))

    def faults(self) -> Iterator[Fault]:
        if self.item and self.role not in (Role.ITEM, Role.OPTIONS):
            yield "item", f"is filled in for a column of role {self.role}", "leave it empty"


class Item(Record):
    """items.csv: one question, or one option of a multi-select question."""

    item: Annotated[str, Id("item")]
    label: str                          # short name, for tables
    wording: str = ""                   # only where may_show_wording
    kind: ItemKind
    response_set: Annotated[str, Ref("response set", HERE)] = ""
    part_of: Annotated[str, Id("multi-select question", HERE, unique=False)] = ""  # the multi-select question this option belongs to
    exclusive: bool = False             # an option that leaves no room for the others of its question: no one, none of these
    lowest: float | None = None
    highest: float | None = None
    domain: Annotated[str, Ref("domain")] = ""
    status: Status
    note: Said = ""
    source: CitedForReaders

    def faults(self) -> Iterator[Fault]:
        if self.kind is ItemKind.CHOICE and not self.response_set:
            yield "response_set", "is empty for an item of kind choice", "name its response set"
        if self.kind is ItemKind.NUMBER and (self.lowest is None or self.highest is None):
            yield "lowest", "lowest and highest are needed for an item of kind number", "write both ends of the scale"
        elif self.kind is ItemKind.NUMBER and self.lowest >= self.highest:
            yield "lowest", "is not below highest", "put the two ends in order"
        if self.kind is ItemKind.OPTION and not self.part_of:
            yield "part_of", "is empty for an item of kind option", "name the multi-select question it belongs to"
        if self.kind is not ItemKind.OPTION and self.part_of:
            yield "part_of", f"is filled in for an item of kind {self.kind}", "leave it empty"


class Spelt(Record):
    """An answer that an export may spell in several ways."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Its label and its other spellings."""
        return tuple(part.strip() for part in (self.label, *self.also.split(" | ")) if part.strip())


class Response(Spelt):
    """response_sets.csv: one answer of a response set in one codebook version (empty: in all)."""

    response_set: Annotated[str, Id("response set", HERE, unique=False)]
    codebook: LocalVersion = ""
    code: int
    label: str
    also: str = ""                      # other spellings an export may hold, parted by " | "
    missing: MissingReason | None = None
    status: Status = Status.CONFIRMED
    source: CitedForReaders

    once = (Unique("this code", "code", lambda one: (one.response_set, one.codebook, one.code)),)


class Routing(Record):
    """routing.csv: an item asked only of those who gave certain answers to an earlier one."""

    item: ItemId
    asked_if_item: ItemId
    asked_if_codes: tuple[int, ...]
    status: Status
    source: CitedForReaders

    once = (Unique("this routing", "item", lambda one: (one.item, one.asked_if_item)),)

    def faults(self) -> Iterator[Fault]:
        if self.item == self.asked_if_item:
            yield "asked_if_item", "is the item itself", "name the earlier item that decides"


class Comparability(Record):
    """comparability.csv: whether an item may be compared between two export versions."""

    item: ItemId
    version_a: LocalVersion
    version_b: LocalVersion
    comparable: Match
    note: str
    source: CitedForReaders

    once = (Unique("this note", "item", lambda one: (one.item, *sorted((one.version_a, one.version_b)))),)


# --- instruments/<id>/ of sources that are no survey -------------------------------------------------


class Area(Record):
    """areas.csv: what a source speaks of: an area of a service, a theme, a visit, a prerequisite."""

    area: Annotated[str, Id("area")]
    label: str
    part: Annotated[str, Id("part", unique=False)] = ""  # areas of one part belong together: a phase, a kind of condition
    about: Said = ""
    outcomes: Annotated[tuple[str, ...], Ref("outcome")] = ()  # theory-of-change outcomes it speaks to
    status: Status
    source: CitedForReaders


class Point(Record):
    """points.csv: one statement or question that is rated; its area is the mean of its points."""

    point: str
    area: Annotated[str, Ref("area", HERE)]
    label: str
    status: Status
    source: CitedForReaders

    once = (Unique("this point", "point", lambda one: one.point),)


class Choice(Spelt):
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
    source: CitedForReaders

    once = (Unique("this code", "code", lambda one: (one.choices, one.code)),)

    def faults(self) -> Iterator[Fault]:
        if not _in_order(self.since, self.until):
            yield "until", "is before since", "put the two dates in order"
        if self.choices == SCALE and not self.code.isdecimal():
            yield "code", f"'{self.code}' is no whole number", "number the steps of the scale"


class Band(Record):
    """bands.csv: a word for the means from ``lowest`` upward, up to the next band."""

    band: str
    label: str
    colour: Literal["red", "amber", "green"]  # red, amber or green; never shown without the label
    lowest: float
    status: Status = Status.CONFIRMED
    source: Cited

    once = (Unique("this lowest mean", "lowest", lambda one: one.lowest),)


class SourceField(Record):
    """fields.csv: a column of an export, or a line of its cover sheet."""

    version: Annotated[str, Id("export version", HERE, unique=False)]
    header: str                         # one that ends with "*" stands for every header that begins so
    role: FieldRole
    choices: str = ""                   # the set of choices its entries are of
    occasion: str = ""                  # the wave, the review or the raters it is of, where it is of one
    area: Annotated[str, Ref("area", HERE)] = ""  # the area it is of, where no column says it
    parted_by: str = ""                 # what parts several codes in one cell; `line` for a line break
    required: bool = True
    status: Status = Status.CONFIRMED   # of layouts that are not ours: whether the tool is known to write this header
    source: Cited = ""

    once = (
        Unique("this header", "header", lambda one: (one.version, normalise(one.header))),
        Unique("a field of this role", "role", lambda one: None if one.role in (FieldRole.TEXT, FieldRole.RATING)
               else (one.version, one.role, one.occasion, one.choices, one.area)),
    )

    def references(self) -> Iterator[Reference]:
        """What is marked, and the group that an attribute is of."""
        yield from super().references()
        if self.role is FieldRole.ATTRIBUTE:
            yield Reference("choices", self.choices, Ref("group"))

    def faults(self) -> Iterator[Fault]:
        if self.header.endswith(MANY) and self.role is not FieldRole.TEXT:
            yield "header", "stands for many columns, which only typed text may", "give it the role text, or name each column"
        if self.parted_by and self.role is not FieldRole.AREA:
            yield "parted_by", f"is filled in for the role {self.role.value}", "leave it empty: only codes are parted"


# --- groups.csv, scales/<id>.toml, indicators.csv, benchmarks.csv ------------------------------------


#: columns of the table of respondents (``frames.RESPONDENTS``), beside which each group has one
OF_RESPONDENTS = ("respondent", "source", "wave", "authority", "person", "role", "weight", "survey_weight", "stratum", "cluster")


class GroupLevel(Record):
    """groups.csv: one level of a grouping of respondents."""

    group: Annotated[str, Id("group", unique=False)]
    label: Said
    item: ItemId
    level: Annotated[str, Id("level", "group")]
    level_label: str
    codes: tuple[str, ...]              # single codes, or lowest-highest
    protected: bool = False
    status: Status = Status.CONFIRMED
    source: CitedForReaders

    def faults(self) -> Iterator[Fault]:
        if self.group in OF_RESPONDENTS:
            yield "group", f"'{self.group}' is what a respondent's {self.group.replace('_', ' ')} is called", "give the group another id"


class ScaleItem(Record):
    item: ItemId
    reverse: bool = False
    counts_when: tuple[str, ...] = ()   # for the rule `count`


class Conversion(Record):
    raw: float
    score: float


class Scale(Record):
    id: Annotated[str, Id("scale")]
    label: Said
    items: tuple[ScaleItem, ...]
    rule: ScaleRule
    minimum_answered: int
    lowest: float
    highest: float
    conversion: tuple[Conversion, ...] = ()
    domain: Annotated[str, Ref("domain")] = ""
    citation: Said
    licence: Said
    status: Status
    note: Said = ""

    def faults(self) -> Iterator[Fault]:
        if not 1 <= self.minimum_answered <= len(self.items):
            yield "minimum_answered", f"is {self.minimum_answered} of {len(self.items)} items", "write 1 to the number of items"
        if self.lowest >= self.highest:
            yield "lowest", "is not below highest", "put the two ends in order"
        if len({part.item for part in self.items}) < len(self.items):
            yield "items", "an item is named twice", "name each item once"
        counts = self.rule is ScaleRule.COUNT
        for number, part in enumerate(self.items):
            if counts and not part.counts_when:
                yield ("items", number, "counts_when"), "is empty for the rule count", "write the codes that count"
            elif part.counts_when and not counts:
                yield ("items", number, "counts_when"), f"is filled in for the rule {self.rule}", "leave it out"
        raw = [step.raw for step in self.conversion]
        if raw != sorted(set(raw)):
            yield "conversion", "is not in the order of raw totals, each once", "put its rows in order"
        if any(not self.lowest <= step.score <= self.highest for step in self.conversion):
            yield "conversion", "has a score outside lowest to highest", "check the published table"


class Indicator(Record):
    """indicators.csv: a reported measure = an item or scale plus a coding plus a codebook version."""

    indicator: Annotated[str, Id("indicator")]
    label: str
    short: str                          # for axes and tight tables
    says: Said                          # completes "of those who answered ...": "had low life satisfaction"
    plain: Said = ""                    # for readers who want plain words, as the person would say it
    domain: Annotated[str, Ref("domain"), Id("domain of indicators", unique=False)]
    item: ItemId = ""
    scale: Annotated[str, Ref("scale")] = ""
    measure: Measure
    codes: tuple[str, ...] = ()         # single codes, or lowest-highest
    unit: str
    decimals: Count = 0
    better: Direction
    family: Annotated[str, Id("family of indicators", unique=False)] = ""  # tests read together
    distribution: Annotated[str, Id("distribution of indicators", unique=False)] = ""  # indicators of one distribution add up to its base
    headline: bool = False
    outcomes: Annotated[tuple[str, ...], Ref("outcome")] = ()  # theory-of-change outcomes it speaks to
    status: Status
    note: Said = ""
    source: CitedForReaders

    def faults(self) -> Iterator[Fault]:
        if bool(self.item) == bool(self.scale):
            yield "item", "exactly one of item and scale is needed", "fill in one of the two"
        if self.measure is Measure.PERCENT and not self.codes:
            yield "codes", "is empty for the measure percent", "write the codes that count"
        if self.measure is not Measure.PERCENT and self.codes:
            yield "codes", f"is filled in for the measure {self.measure.value}", "leave it empty"


class Benchmark(Record):
    """benchmarks.csv: a published value of another body of people."""

    benchmark: str
    indicator: IndicatorId
    kind: Literal["population", "comparator"]  # population (a value) or comparator (a body with its own n)
    label: Said
    population: Said
    ages: str
    year: str
    value: float
    unit: str
    n: AtLeastOne | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    decimals: int = 0
    geography: str = ""
    figure: Annotated[str, Ref("printed figure")] = ""  # of published/figures.csv: it gives what is left empty here
    match: Match
    status: Status
    note: Said = ""
    source: Cited

    once = (Unique("this benchmark", "benchmark", lambda one: (one.benchmark, one.indicator)),)

    def faults(self) -> Iterator[Fault]:
        if (self.conf_low is None) != (self.conf_high is None):
            yield "conf_low", "one end of the interval is missing", "give both ends or none"
        elif self.conf_low is not None and not self.conf_low <= self.value <= self.conf_high:
            yield "value", "lies outside its interval", "check the published figures"


# --- published/figures.csv ---------------------------------------------------------------------------


class PrintedFigure(Record):
    """One figure as printed: what it is of, how precise it is, and where it is printed."""

    figure: Annotated[str, Id("printed figure")]
    cohort: Annotated[str, Ref("cohort")] = ""  # of which survey, where it is one of ours; empty for other people
    wave: Annotated[str, Ref("wave", "cohort")] = ""
    authority: Annotated[str, Ref("authority", "cohort")] = ""
    group: Annotated[str, Ref("group")] = ""
    level: Annotated[str, Ref("level", "group")] = ""
    indicator: IndicatorId = ""  # the indicator whose question and coding it has; empty where none has
    quantity: Quantity = Quantity.PERCENT
    about: str                          # what was asked
    coding: str                         # which answers are counted, in the words of the page
    match: Match                        # how well question and coding fit the indicator
    population: str
    ages: str = ""
    year: str
    geography: str = ""
    authorities: AtLeastOne | None = None  # how many took part
    n: AtLeastOne | None = None
    n_rounded_to: AtLeastOne = 1
    value: float | None = None          # empty where a symbol was printed
    symbol: Symbol | None = None
    decimals: int = 0                   # as printed
    unit: str = "percent"
    conf_low: float | None = None
    conf_high: float | None = None
    rounding: Rounding = Rounding.UNKNOWN
    beside: Annotated[tuple[str, ...], Ref("printed figure")] = ()  # of other people, in the right year: compared with it
    page: str = ""                      # in a source that has pages
    status: Status
    note: str = ""
    source: Cited

    @property
    def printed(self) -> PrintedNumber | None:
        """The figure as it is printed; None where a symbol was printed."""
        return None if self.value is None else printed_value(self.value, self.decimals)

    once = (Unique("a figure of this indicator, wave and place", "figure", lambda one: (
        one.cohort, one.wave, one.authority, one.group, one.level, one.indicator, one.quantity) if one.cohort and one.indicator else None),)

    def faults(self) -> Iterator[Fault]:
        if not self.cohort and (self.wave or self.authority or self.group):
            yield "cohort", "is empty, though wave, authority or group is not", "name the cohort, or leave them empty"
        if self.quantity not in IN_PRINT:
            yield "quantity", f"unknown quantity in print '{self.quantity}'", suggestion(self.quantity, IN_PRINT)
        if (self.value is None) == (self.symbol is None):
            yield "value", "exactly one of value and symbol is needed", "fill in one of the two"
        if self.value is not None and abs(self.printed.value - self.value) > 1e-9:
            yield "decimals", f"are fewer than those of {self.value}", "count the digits after the point"
        if self.value is not None and self.quantity in _SHARES and not 0 <= self.value <= 100:
            yield "value", "is no percentage", "write a number from 0 to 100"


#: what a benchmark takes from the figure it names, where its own cell is empty
OF_BENCHMARK = (
    "population", "ages", "year", "value", "unit", "n", "conf_low", "conf_high", "decimals", "geography", "match",
    "status", "source",
)


# --- official/ ---------------------------------------------------------------------------------------


class OfficialTable(Record):
    """official/tables.csv: one published table in one vintage."""

    table: Annotated[str, Id("official table")]
    label: str
    vintage: str                        # tells tables of one series apart; a later one sorts after an earlier
    file: RelativePath                  # in the data folder
    years: tuple[int, ...]              # the years it covers, each by the year in which it ends
    year_form: YearForm
    codes_on: date | None = None        # the day whose authority codes it uses for all years; empty: those of each year
    breakdown: str = ""                 # what all of it is about, where no column says so
    age: str = ""                       # the age all of it is about, where no column says so
    symbols: Annotated[tuple[str, ...], Ref("symbol")] = ()  # symbols it may hold instead of a number
    status: Status = Status.CONFIRMED
    note: str = ""
    source: Cited


class OfficialColumn(Record):
    """official/columns.csv: what a column of a table is."""

    table: Annotated[str, Ref("official table")]
    header: str
    role: OfficialRole

    once = (
        Unique("this row", "header", lambda one: (one.table, one.header)),
        Unique("a column of this role", "role", lambda one: None if one.role is OfficialRole.IGNORED else (one.table, one.role)),
    )


class OfficialLabel(Record):
    """official/labels.csv: what a label of the column `breakdown` or `age` of a table means."""

    table: Annotated[str, Ref("official table")]
    role: OfficialRole
    label: str
    meaning: str                        # as in measures.csv

    once = (Unique("this row", "label", lambda one: (one.table, one.role, one.label)),)

    def faults(self) -> Iterator[Fault]:
        if self.role not in LABELLED:
            yield "role", f"unknown role of a label '{self.role}'", suggestion(self.role, LABELLED)


class OfficialMeasure(Record):
    """official/measures.csv: a published figure that is taken over: a breakdown at an age."""

    measure: Annotated[str, Id("measure of official tables")]
    label: str
    unit: str
    breakdown: str
    age: str
    denominator: str = ""               # the breakdown whose count it is a share of
    status: Status = Status.CONFIRMED
    note: str = ""
    source: Cited

    once = (Unique("this breakdown and age", "breakdown", lambda one: (one.breakdown, one.age)),)


class OfficialSymbol(Record):
    """official/symbols.csv: a symbol in place of a number; never a number and never zero."""

    symbol: Annotated[str, Id("symbol")]
    meaning: str
    status: Status = Status.CONFIRMED
    source: Cited
