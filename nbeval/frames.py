"""What a row of each table is: its key, its columns, its types. Stages meet only through these.

    ANSWERS       one row per respondent x item
    RESPONDENTS   one row per respondent
    VALUES        one row per respondent x indicator
    RESULTS       one row per estimate
    FINDINGS      one row per finding of a check

and, made from sources that are no survey,

    RATINGS       one row per rating
    ACTIONS       one row per action x review
    VISITS        one row per visit
    CONDITIONS    one row per condition (or applicant) x occasion
    CODES         one row per document x coder x theme
    QUOTES        one row per quote that is released with consent
    JUDGEMENTS    one row per judgement of inspectors
    OFFICIAL      one row per published figure

What somebody typed (comments, owners, the wording of an action, coded segments) is in none of them but QUOTES.
``check(table, contract)`` refuses a table that breaks its contract, in words for an analyst.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd
import pandera.pandas as pa

from nbeval.dictionary.enums import MissingReason, Quantity
from nbeval.errors import FrameError


class Contrast(StrEnum):
    """What an estimate compares with, if anything."""

    NONE = ""
    WAVE = "wave"                                # `reference` is the earlier wave
    LEVEL = "level"                              # `reference` is a level of the same group
    REST = "rest"                                # all others of the cohort
    COMPARATOR = "comparator"                    # `reference` is a benchmark id
    POPULATION = "population"                    # the declared margins
    STAYED = "stayed"                            # those who answered again (matched designs)
    PAIRS = "pairs"                              # a level of those who answered at `reference` too (matched designs)
    COMPARISON = "comparison"                    # the comparison authorities; `reference` is the earlier wave


#: the group, and its level, of rows on the comparison authorities together; all other rows are the programme's
ROLE, COMPARISON_SIDE = "role", "comparison"


class Verdict(StrEnum):
    """The word that a test and the interval beside it allow. Tables, figures and sentences use this and never the sign."""

    NONE = ""
    ROSE = "rose"
    FELL = "fell"
    MAY_HAVE_RISEN = "may have risen"            # the interval leaves out 0, the test adjusted for its family does not decide
    MAY_HAVE_FALLEN = "may have fallen"
    NO_CLEAR_CHANGE = "no clear change"
    HIGHER = "higher"
    LOWER = "lower"
    MAY_BE_HIGHER = "may be higher"
    MAY_BE_LOWER = "may be lower"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    CANNOT_TELL = "cannot tell"

    @property
    def is_clear(self) -> bool:
        """Whether the test itself says so."""
        return self in (Verdict.ROSE, Verdict.FELL, Verdict.HIGHER, Verdict.LOWER)

    @property
    def is_possible(self) -> bool:
        """Whether the interval alone says so."""
        return self in (Verdict.MAY_HAVE_RISEN, Verdict.MAY_HAVE_FALLEN, Verdict.MAY_BE_HIGHER, Verdict.MAY_BE_LOWER)

    @property
    def is_up(self) -> bool:
        """Whether it says, clearly or perhaps, that the number is larger."""
        return self in (Verdict.ROSE, Verdict.MAY_HAVE_RISEN, Verdict.HIGHER, Verdict.MAY_BE_HIGHER)


#: verdicts that say nothing of a direction
UNCLEAR = frozenset({Verdict.NONE, Verdict.NO_CLEAR_CHANGE, Verdict.NO_CLEAR_DIFFERENCE, Verdict.CANNOT_TELL})
#: verdicts where no test could be made
UNTESTED = frozenset({Verdict.NONE, Verdict.CANNOT_TELL})


class Size(StrEnum):
    """How the interval of a change lies to the smallest change that was declared meaningful."""

    NONE = ""                                    # none is declared
    AT_LEAST = "at least the smallest meaningful change"         # the interval lies wholly beyond it
    SMALLER = "smaller than the smallest meaningful change"      # the interval lies wholly within it, above and below 0
    UNCERTAIN = "size uncertain"


class Method(StrEnum):
    """How a number was worked out. A result names its methods by these, parted by semicolons (``Method.join``)."""

    NONE = "none"
    WILSON = "Wilson interval"
    CLOPPER_PEARSON = "Clopper-Pearson interval"
    MEAN_T = "mean, t interval"
    SD = "standard deviation"
    FORMS_KEPT = "forms kept"
    NEWCOMBE = "Newcombe interval"
    NEWCOMBE_PAIRED = "Newcombe interval for pairs"
    CHI_SQUARED = "chi_squared_uncorrected"
    FISHER = "fisher"
    BOSCHLOO = "boschloo_central"
    MCNEMAR_EXACT = "mcnemar_exact"
    MCNEMAR = "mcnemar_asymptotic"
    WELCH = "Welch interval and test"
    HEDGES_G = "Hedges g"
    ONE_SAMPLE_T = "one-sample t interval and test"
    WILSON_LESS_FIXED = "Wilson interval less the fixed value"
    SCORE = "one-sample score test"
    CLOPPER_PEARSON_LESS_FIXED = "Clopper-Pearson interval less the fixed value"
    EXACT_BINOMIAL = "exact binomial test"
    PAIRED_T = "paired t interval and test"
    SMCR = "change over the first wave's standard deviation (SMCR)"
    RANK_BISERIAL = "matched-pairs rank-biserial"
    WILCOXON_EXACT = "wilcoxon_exact"
    WILCOXON = "wilcoxon_asymptotic"
    DELONG = "DeLong logit interval"
    MANN_WHITNEY_EXACT = "Mann-Whitney exact"
    MANN_WHITNEY = "Mann-Whitney asymptotic"
    POWER_NORMAL = "normal_pooled"
    POWER_T = "noncentral_t"
    INDEPENDENCE = "chi-squared without correction"
    CRAMERS_V = "Cramer V, noncentral interval"
    POPULATION_FIT = "chi-squared against the declared population"
    COHEN_W = "Cohen w"
    REML_HKSJ = "reml_hksj"
    PREDICTION = "t interval for another authority"
    SHRUNKEN = "partial pooling, normal interval"
    ICC = "analysis of variance, interval by F"
    I_SQUARED = "I squared"
    COCHRAN = "Cochran Q test"
    COCHRAN_ARMITAGE = "cochran_armitage"
    LINEAR_TREND = "linear"
    LINE_OF_PERSONS = "line of each person, t interval and test of their slopes"
    DEPARTURE_OF_PERSONS = "Hotelling's T squared of what the lines of persons leave over"
    RAO_SCOTT = "Rao-Scott test of a sample, second order"
    DEPARTURE_OF_SHARES = "chi_squared_minus_cochran_armitage"
    DEPARTURE_OF_MEANS = "f"
    RANGE = "range of the authorities"
    OVERLAP_WIDEST = "widest interval over the overlap"
    OVERLAP_NARROWEST = "narrowest interval over the overlap"
    AS_PUBLISHED = "as published"
    AS_DECLARED = "as declared"
    ALPHA = "complete_cases"
    FLOOR = "floor"
    CEILING = "ceiling"
    STRAIGHT_LINING = "straight_lining"
    WEIGHTED = "weighted"
    KORN_GRAUBARD = "Korn-Graubard interval, linearised"
    LOGIT_INTERVAL = "logit interval, linearised"
    BETA_INTERVAL = "beta interval, linearised"
    LINEARISED_T = "t interval, linearised"
    LINEARISED_T_TEST = "t interval and test, linearised"
    COUNT = "count"
    AS_ENTERED = "as entered"
    AS_PRINTED = "as printed"
    OVER_ROUNDING = "over all counts that print so"
    WILSON_OVER_ROUNDING = "Wilson interval, widest over all counts that print so"
    STANDARDISED = "standardised over both waves"    # stored with "for" and the groups
    DELTA_HC1 = "delta method, HC1"
    EVENTS = "rarer of two answers over coefficients"
    WALD = "wald"
    STANDARDISED_DELTA = "standardised_delta_model"
    STANDARDISED_DELTA_HC1 = "standardised_delta_HC1"
    LOGISTIC = "logistic_model"
    REML = "reml"
    PROPORTIONAL_ODDS = "proportional odds, Wald"
    PROPORTIONAL_ODDS_TEST = "likelihood ratio test of proportional odds"
    MEAN_RATING = "mean of the ratings"
    RATING_DIFFERENCE = "difference of mean ratings"
    RATING_MOVEMENT = "mean difference over authorities"
    SIGNED_RANK_EXACT = "exact signed-rank test"
    KAPPA_LINEAR = "kappa with linear weights"
    DOCUMENTS = "count of documents in which any coder found the theme"
    TWO_CODERS = "agreement of two coders on whether a document has the theme"
    KISH = "Kish"
    AS_WEIGHTED = "as weighted"
    KATZ = "Katz interval of the log ratio"
    CR2 = "CR2 errors, t interval and test with Satterthwaite degrees of freedom"
    RUBIN = "multiple imputation, Rubin's rules"
    AUTHORITY_EFFECTS = "least squares with effects of authorities and waves"
    WELCH_OF_CHANGES = "Welch interval and test of the authorities' changes, each counted alike"
    WITHIN_AUTHORITIES = "difference within authorities, then its mean over authorities with t interval"

    @staticmethod
    def join(*methods: str) -> str:
        """Name several methods of one result."""
        return "; ".join(methods)


#: between several reasons of one result
REASONS_APART = " | "


class Reason(StrEnum):
    """Why a result has no number or no interval, or what to mind about the one it has.

    Some have fields, which ``format`` fills: ``Reason.SPARSE.format(share="40%")``.
    """

    NOBODY = "nobody answered"
    NOBODY_ASKED = "nobody was asked"
    NOT_ASKED = "the question was not asked"
    NOT_ASKED_AT_ONE_WAVE = "the question was not asked at one of the waves"
    NOT_ASKED_OF_ONE = "one of the two groups was not asked the question"
    MORE_THAN_ELIGIBLE = "there are more forms than people who could have answered, so one of the two counts is wrong"
    POPULATION_UNKNOWN = "the number of people who could have answered is not declared"
    ONE_ANSWER = "an interval needs two answers or more"
    ALL_THE_SAME = "no spread: all answers are the same, so no interval is given"
    EMPTY_SAMPLE = "one of the two samples has no valid answer"
    SAME_ANSWER = "everybody gave the same answer"
    NO_OVERLAP = "no interval: the answers do not overlap, or are all the same, or one sample has a single answer"
    NOT_COMPARABLE = "not tested: the question or its answers differ between the waves"
    DEFINITION_DIFFERS = "not tested: the published definition differs from ours"
    FIXED_VALUE = "the published value is taken as exact: its own uncertainty is not known"
    NO_PAIR = "no complete pair"
    SAMPLED_IN_CLUSTERS = "not tested where people were sampled in clusters"
    ONE_PAIR = "there is one pair only"
    SAME_CHANGE = "everybody changed by the same amount"
    NOBODY_MOVED = "nobody moved"
    NOBODY_CHANGED = "nobody changed their answer"
    WAVE_WITHOUT_SPREAD = "everybody gave the same answer at one wave"
    NOT_LINKED = "nobody of the first wave can be linked"
    TOO_FEW = "too few answers"
    NO_ROOM = "no share between 0 and 100 % would be far enough away"
    NO_SPREAD = "no spread to measure by"
    RISE_ONLY = "a rise; there is no room for the opposite"
    FALL_ONLY = "a fall; there is no room for the opposite"
    TABLE_TOO_SMALL = "fewer than two rows or columns have an answer"
    NO_ASSOCIATION = "no interval: the table shows no association at all"
    TOO_FEW_LEVELS = "fewer than two levels, or nobody gave theirs"
    LEVEL_WITHOUT_POPULATION = "a level of the sample has no population"
    ONE_AUTHORITY = "one authority"
    NO_AUTHORITY = "no authority has a change with a variance"
    ONE_LEFT = "one authority would be left"
    ALIKE_WITHIN = "no interval: within each authority all answers are the same"
    EQUAL_MEANS = "no interval: all authorities have the same mean, so this is the lowest value there is"
    TWO_AUTHORITIES = "no interval: fewer than three authorities"
    LESS_THAN_CHANCE = "the changes differ less than chance would make them: every positive value is refused"
    AMONG_SHOWN = "over the authorities alone whose figures are shown"
    OTHER_AUTHORITIES = "inference to other authorities, not to this cohort"
    NO_ERROR = "a wave has no answers or no standard error"
    FULL_AGREEMENT = "full overlap with full agreement would leave no error: a limit, not a finding"
    NO_COMPLETE = "no complete respondent"
    TOO_FEW_COMPLETE = "fewer than two complete respondents"
    ONE_ITEM = "fewer than two items"
    SCORE_WITHOUT_SPREAD = "the score has no spread"
    NEGATIVE_ALPHA = "alpha is negative: items point in different ways"
    AGAINST_SCALE = "runs against its scale: check how the item is stored or keyed"
    NOT_RATED = "no subject has both ratings"
    ONE_LEVEL = "both raters used one level only"
    NO_VARIANCE_OF_RATINGS = "no interval: the ratings have no variance to judge by"
    NO_VARIANCE = "no variance: an interval without width would not be certainty"
    LONELY_STRATUM = "no interval: a stratum has one sampled cluster, and the declared rule gives no error then"
    LEVEL_WITHOUT_WEIGHT = "a level has answers but no weight"
    ON_ONE_LINE = "no interval: the answers lie on one line"
    TWO_WAVES = "two waves are always on a line"
    NO_DF = "no interval: no degrees of freedom"
    NO_INTERVAL = "no interval: {why}"
    NO_WEIGHTS = "no weights"
    NO_RATIO = "a share of 0 has no ratio"
    SPARSE = "{share} of the expected counts are under 5"
    PUBLISHED_AS = "published as the symbol {symbol}"
    NOTHING_TO_COMPARE = "one authority: nothing to compare"
    FEW_ANSWERS_FOR_Q = "some authorities have fewer than 60 answers: the test finds differences more often than it says"
    FEW_AUTHORITIES = "fewer than three authorities have changes of both kinds"
    AREA_NOT_RATED = "the area was not rated"
    FEW_RATED_PAIRS = "fewer than six authorities have both figures, so there is no test"
    CLUSTERED_RATINGS = "ratings of one authority are not independent of one another, so the interval is too narrow"
    SEVERAL_CODERS = "no interval: more than two coders, whose pairs are taken together"
    FEW_CLUSTERS = "fewer than two clusters"
    ALONE = "no interval: one authority is alone on its side, and how far its change is its own cannot be told"
    ONE_KIND = "authorities of one kind only"
    NO_COMMON_WAVES = "no authority of one kind has answers at both waves"
    FEW_DF = "few authorities: the degrees of freedom are fewer than four, and the interval is rough"
    # of figures in print
    NO_PRINTED_BASE = "the number who answered is not published"
    NO_PRINTED_COUNT = "no whole number of people gives what was printed"
    SYMBOL_PRINTED = "a symbol was printed in place of a figure"
    UNNAMED_AUTHORITY = "the authority is not named and its number who answered is not published"
    CODING_DIFFERS = "coding or base differ, or are not stated"
    SAME_PEOPLE = "the two may hold the same people"
    # of models
    FEW_RESPONDENTS = "{n} respondents are too few for {p} coefficients"
    FEW_EVENTS = "fewer than 10 events for each coefficient"
    TOO_FEW_EVENTS = "fewer than 5 events for each coefficient"
    NO_EVENTS = "nobody is in the model, or it has no coefficient"
    OWN_GROUP = "not adjusted for the group that its own question makes"
    COVARIATE_DIFFERS = "not adjusted for {names}: the question or its answers differ between the waves, or one of them did not ask it"
    FACTOR_OF_OUTCOME = "left out of the model: it measures the outcome itself"
    FACTOR_DIFFERS = "left out of the model: the question or its answers differ between the files of this wave"
    FACTOR_NOT_ASKED = "left out of the model: the question was not asked"
    RANKS_UNWEIGHTED = "ranks and ordered answers are not tested with weights"
    NO_FINITE = "separation: the model gives no finite estimate"
    NOBODY_AT = "nobody with an answer in {levels}"
    NOT_CONVERGED = "the fit did not converge"
    SEPARATED = "quasi-complete separation: no finite estimate of {terms}"
    SEPARATED_COMPLETELY = "complete separation: no finite estimate of {terms}"
    PREDICTED_ALIKE = "in a group that all gave one answer the model predicts no change; it counts with a change of zero"
    DETERMINED = "other columns determine it: nobody has this combination"
    NOT_TOLD_APART = "other variables determine the levels: they cannot be told apart"
    NOT_COMPARED_AMONG_REST = "the levels cannot be compared among the rest"
    FITTED_EXACTLY = "the variance is zero by construction: each cluster is fitted exactly"
    NOT_PROPORTIONAL = "the odds are not proportional: one ratio does not fit all answers, read the probability of superiority"
    PROPORTIONALITY_NOT_TESTED = "whether the odds are proportional could not be tested"
    NOT_ORDERED = "more than 11 different values: a number, not an ordered answer"
    NOBODY_AT_ONE_WAVE = "nobody answered at one of the waves"
    ONE_THRESHOLD = "with two answers there is one threshold only"
    EMPTY_CELL = "some group has nobody with some answer: estimates of the freed model are infinite"
    NO_ENDS = "the ends of its scale are not declared"
    INFINITE = "no finite estimates: some group gave only the lowest or the highest answers"

    @staticmethod
    def join(*reasons: str) -> str:
        """Name several reasons of one result, each once."""
        return REASONS_APART.join(dict.fromkeys(filter(None, reasons)))

    @property
    def is_of_asking(self) -> bool:
        """Whether there is no number because a question was not asked."""
        return self in (Reason.NOT_ASKED, Reason.NOT_ASKED_AT_ONE_WAVE, Reason.NOT_ASKED_OF_ONE)

    @property
    def not_estimable(self) -> str:
        """The warning of a result that has no number for this reason."""
        return f"{_NOT_ESTIMABLE}{self.value}"


_NOT_ESTIMABLE = "not estimable: "
_REASONS = {str(one): one for one in Reason}
#: reasons with fields, as patterns of their texts
_WITH_FIELDS = {one: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(one))) for one in Reason if "{" in one}


def reasons_of(warning: str) -> tuple[tuple[Reason | str, dict[str, str]], ...]:
    """The reasons in a warning, each with what fills its fields; a text that is no member of ``Reason`` as it is."""
    return tuple(_reason_of(one.strip()) for one in warning.removeprefix(_NOT_ESTIMABLE).split(REASONS_APART))


def _reason_of(text: str) -> tuple[Reason | str, dict[str, str]]:
    """The member that a text is of, and what fills its fields."""
    if text in _REASONS:
        return _REASONS[text], {}
    found = ((one, pattern.fullmatch(text)) for one, pattern in _WITH_FIELDS.items())
    return next(((one, match.groupdict()) for one, match in found if match), (text, {}))


class Decision(StrEnum):
    """What can be said of two printed figures: whether every count that rounding allows says the same."""

    YES = "yes whatever the rounding"
    NO = "no whatever the rounding"
    OPEN = "cannot be decided from what was printed"


#: the source of the rows of results that an analyst's own table, chart, breakdown or model brings
ANALYST = "analyst"

MISSING_COLUMNS = tuple(f"missing_{reason.value}" for reason in MissingReason)
#: who has one of these was not in the base of the question
OUTSIDE_COLUMNS = tuple(f"missing_{reason.value}" for reason in (MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE))
#: the family of the headline measures, which is the confirmatory one: they are in no other
HEADLINES = "headlines"
#: the families of tests of every authority against the others: one for each indicator and wave
AGAINST_REST = "against_rest"

RESULT_KEY = (
    "source", "indicator", "quantity", "wave", "authority", "group", "level", "contrast", "reference",
    "weighted",
)

#: what a column has beside a plain type: a number that may be missing, a code, a code that may be missing
NUMBER, CODED, CODED_OR_MISSING = pa.Column(float, nullable=True), pa.Column("category"), pa.Column("category", nullable=True)


def _contract(name: str, *, key: Sequence[str] = (), strict: bool = True, **columns: type | pa.Column) -> pa.DataFrameSchema:
    """What a table of this name keeps: its columns with their types, no two rows with one key, and, where ``strict``, no other column."""
    return pa.DataFrameSchema(
        {column: deepcopy(kind) if isinstance(kind, pa.Column) else pa.Column(kind) for column, kind in columns.items()},
        unique=list(key) or None, strict=strict, name=name)


RESULTS = _contract(
    "RESULTS", key=RESULT_KEY,
    cohort=str, **dict.fromkeys(RESULT_KEY[:-1], str), weighted=bool,
    **dict.fromkeys((
        "estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "p_adjusted", "numerator",
        "numerator_reference", "n_valid", "n_reference", "n_eligible", *MISSING_COLUMNS, "n_effective"), NUMBER),
    unit=str,                    # percent, points, scale points, ratio, ...
    family=str, method=str, verdict=str,
    size=str,                    # of a change, beside the smallest that is declared meaningful: a Size
    warning=str,                 # why there is no number, or what to mind
    suppression=str,             # empty until protect
)

ANSWERS = _contract(
    "ANSWERS", key=("respondent", "item"),
    respondent=int,              # made on reading; means nothing outside this run
    wave=CODED, authority=CODED, item=CODED,
    code=NUMBER,                 # missing where `missing` is set
    missing=CODED_OR_MISSING,    # a MissingReason
)

RESPONDENTS = _contract(
    "RESPONDENTS", strict=False,
    respondent=pa.Column(int, unique=True), source=CODED, wave=CODED,
    authority=CODED,             # empty text where the cohort has none
    person=str,                  # links waves in a matched design; empty otherwise
    # further columns: one per declared group (category), `weight`; and where the exports have them `survey_weight` (number, missing
    # where it cannot be used), `stratum` and `cluster` (text): how the respondent was sampled, never printed
)

VALUES = _contract(
    "VALUES", key=("respondent", "indicator"),
    respondent=int, wave=CODED, authority=CODED, indicator=CODED, value=NUMBER, missing=CODED_OR_MISSING,
)

FINDINGS = _contract(
    "FINDINGS",
    check=str,                   # name of the check
    outcome=pa.Column(str, pa.Check.isin(["pass", "note", "warning", "failure"])), source=str, wave=str, authority=str, item=str, count=int,
    message=str,                 # plain English, non-disclosive
    do=str,
)

RATINGS = _contract(
    "RATINGS", key=("source", "wave", "authority", "raters", "rater", "point"),
    source=str, wave=str, authority=str,
    raters=str,                  # the body of raters; empty where there is one only
    rater=int,                   # 1, 2 ... where several of a body rated apart
    point=str, area=str,
    rating=NUMBER,               # missing where the point was not rated
    people=NUMBER,               # young people behind the ratings; missing where they are of others
)

ACTIONS = _contract(
    "ACTIONS", key=("source", "authority", "action", "occasion"),
    source=str, authority=str,
    action=str,                  # its number in the plan; means nothing outside it
    area=str,
    occasion=str,                # the review
    status=str, involvement=str, kind=str,
    due=NUMBER,                  # days since 1 January 1970
    indicators=str,              # ids parted by "; "
)

VISITS = _contract(
    "VISITS", key=("source", "authority", "area"),
    source=str, authority=str,
    area=str,                    # which visit or event
    kind=str,                    # in person, online
    involvement=str,             # what part care experienced people had in it
    planned=NUMBER,              # days since 1 January 1970
    held=NUMBER,                 # missing where it was not held
    people=NUMBER, staff=NUMBER,
)

CONDITIONS = _contract(
    "CONDITIONS", key=("source", "wave", "authority", "area", "entry"),
    source=str,
    wave=str,                    # empty where it holds for no wave: an application
    authority=str,               # empty for applicants
    entry=int,                   # 1, 2 ... where an area has several entries (applicants)
    area=str,
    choices=str,                 # the set that ``status`` is of
    status=str,
)

CODES = _contract(
    "CODES", key=("source", "document", "coder", "area"),
    source=str, wave=str, authority=str,
    document=int,                # an interview, a return or an open answer; means nothing outside this run
    speaker=str,                 # who speaks in it
    coder=int,
    area=str,                    # the theme; empty where the coder read it and gave none
)

QUOTES = _contract(
    "QUOTES", key=("source", "wave", "quote"),
    source=str, wave=str,
    quote=str,                   # its number
    speaker=str,
    area=str,                    # the theme
    text=str,
    attributes=str,              # what is to be printed of the speaker: group=level, parted by "; "
    decision=str,                # what somebody decided; empty where nobody did
    signed=bool,
    overruled=str,               # the kinds of finding of the screen that whoever decided lets pass, parted by "; "
)

JUDGEMENTS = _contract(
    "JUDGEMENTS", key=("source", "authority", "area", "held"),
    source=str, authority=str,
    area=str,                    # what was judged
    kind=str,                    # the framework it was judged under
    status=str,                  # the grade
    held=float,                  # its day, in days since 1 January 1970
)

OFFICIAL = _contract(
    "OFFICIAL", key=("source", "authority", "year", "measure"),
    source=str, authority=str,
    year=int,                    # by its last day, 31 March
    measure=str, unit=str,
    value=NUMBER,                # missing where a symbol was published
    conf_low=NUMBER, conf_high=NUMBER, symbol=str,
)


def check(table: pd.DataFrame, contract: pa.DataFrameSchema) -> pd.DataFrame:
    """Return ``table`` unchanged if it keeps the contract; raise ``FrameError`` if it does not.

    The message names columns and counts; it never shows a value of the table.
    """
    try:
        contract.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        broken = sorted({f"{row.column or contract.name}: {row.check}" for row in cases.itertuples()})
        raise FrameError(
            f"a table of kind {contract.name} breaks its contract in {len(broken)} ways.",
            found="; ".join(broken[:8]),
            allowed=", ".join(contract.columns),
            do="this is a fault of the stage that made the table; report it with the lines above.",
        ) from None
    return table


def empty(contract: pa.DataFrameSchema) -> pd.DataFrame:
    """A table of this kind without rows."""
    types = {name: str(column.dtype) for name, column in contract.columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def result_key(row: pd.Series | dict) -> str:
    """The key of one row of results as one readable line, parts in the order of ``RESULT_KEY``."""
    return "|".join(
        ("weighted" if row[name] else "") if name == "weighted" else str(row[name]) for name in RESULT_KEY
    )


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was collected from all sources of a cohort that are no survey."""

    ratings: pd.DataFrame
    actions: pd.DataFrame
    visits: pd.DataFrame
    conditions: pd.DataFrame
    codes: pd.DataFrame
    quotes: pd.DataFrame
    judgements: pd.DataFrame
    official: pd.DataFrame
    names: tuple[str, ...]       # that no quote may hold
    findings: pd.DataFrame       # FINDINGS
    inputs: pd.DataFrame         # one row per file, as in CleanedCohort


@dataclass(frozen=True, eq=False)
class CleanedCohort:
    """What ``clean_survey`` makes of a source: the answers, who gave them, what was found, how rows add up."""

    answers: pd.DataFrame
    respondents: pd.DataFrame
    findings: pd.DataFrame
    accounting: pd.DataFrame     # one row per file: file, wave, authority, read, kept, excluded by reason
    inputs: pd.DataFrame         # one row per file: name relative to the data folder, sha256, bytes
    evidence: Evidence | None = None     # what was collected besides the survey
    known_by: frozenset[str] = field(default=frozenset(), repr=False)    # names in identifying columns, in memory alone: no quote may hold one


@dataclass(frozen=True, eq=False)
class Measured:
    """What ``measure`` makes of the answers.

    ``values`` is VALUES; ``respondents`` is RESPONDENTS with a column per group and ``weight``;
    ``keyed`` has one row per respondent x item of a scale, keyed so that more is more of the scale.
    """

    values: pd.DataFrame
    respondents: pd.DataFrame
    keyed: pd.DataFrame          # respondent, wave, scale, item, code
    findings: pd.DataFrame = field(default_factory=lambda: empty(FINDINGS))     # what could not be weighted as declared
    raking: Raking | None = None


@dataclass(frozen=True, eq=False)
class Raking:
    """What the weights of respondents were raked to: one row of ``levels`` per respondent, one column per margin, missing for who has none;
    ``before`` are the weights that raking began with; ``gaps`` says by wave how far, in percentage points, the weighted share of a level
    is from the population's at most."""

    levels: pd.DataFrame
    before: pd.Series
    gaps: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class DisclosedResults:
    """Results that may leave: made by ``disclosure`` and by nothing else; all that ``report`` accepts.

    ``table`` has the columns of ``RESULTS``. Where ``suppression`` holds a symbol, every number of
    the row that could give the withheld one away is missing.
    """

    table: pd.DataFrame
    policy: object
    audit: pd.DataFrame
    quotes: pd.DataFrame | None = None   # one row per quote that may be printed: ``disclosure.quotes.COLUMNS``


@dataclass(frozen=True, eq=False)
class PublishedFigures:
    """What ``clean_survey`` makes of figures in print: no answers, only what was printed of them."""

    figures: pd.DataFrame        # one row per printed figure of the cohort
    findings: pd.DataFrame
    accounting: pd.DataFrame     # one row per wave: file, wave, authority, read, kept
    inputs: pd.DataFrame
